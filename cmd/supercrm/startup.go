package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"supercrm/ui"
)

// began is as early as the program can look at the clock.
var began = time.Now()

// idleFor is how long the resting program is watched for the figures.
const idleFor = 10 * time.Second

// watchStart prints two lines for 'go run ./cmd/dev bench' when SUPERCRM_BENCH_START is set: how long it took until
// mirrored rows were shown, and what the program uses at rest. Then it quits.
func watchStart(win *ui.App) {
	if os.Getenv("SUPERCRM_BENCH_START") == "" {
		return
	}
	win.OnFirstRows(func() {
		fmt.Printf("first-page %d\n", time.Since(began).Milliseconds())
		win.Go("watch at rest", func(ctx context.Context) {
			pause(ctx, 3*time.Second) // the first paints and glyphs are not rest
			from, at := cpuTime(), time.Now()
			pause(ctx, idleFor)
			used, over := cpuTime()-from, time.Since(at)
			fmt.Printf("idle %.2f %.1f\n", 100*used.Seconds()/over.Seconds(), residentMB())
			win.Do(win.Quit)
		})
	})
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
