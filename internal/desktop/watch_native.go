//go:build windows || darwin

package desktop

import (
	"context"
	"time"
)

const (
	// idleAfter is how long nobody has to touch anything to count as away; desktops on Linux decide by themselves.
	idleAfter = 5 * time.Minute
	// askEvery is how often a system is asked that does not tell by itself.
	askEvery = 30 * time.Second
)

// system asks from time to time. What could not be learnt counts as nothing to report.
func (o *watch) system(ctx context.Context) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		untouched, _ := untouchedFor(ctx)
		battery, _ := onBattery(ctx)
		if ctx.Err() != nil {
			return
		}
		o.change(func(c *Conditions) { c.Idle, c.Battery = untouched >= idleAfter, battery })
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
