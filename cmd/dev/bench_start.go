package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"supercrm/internal/headless"
)

// startAndIdle runs the real program three times on a profile of 10,000 messages and returns the medians. With
// SUPERCRM_BENCH_START=1 it prints "first-page <ms>" once the first page with mirrored rows is painted and, after ten
// seconds of rest, "idle <percent of a core> <MB resident>", and then ends.
func (j *job) startAndIdle(ctx context.Context) (_ []figure, err error) {
	path, err := j.build(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "supercrm-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a profile: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := stream(ctx, j.out, nil, "go", "run", "./internal/benchprofile", "-dir", dir, "-messages", "10000"); err != nil {
		return nil, err
	}
	session, err := headless.Start(ctx, headless.Options{Keyring: true, WindowManager: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	var runs []startRun
	for i := range 3 {
		fmt.Fprintf(j.out, "bench: start and ten seconds of rest, %d of 3\n", i+1)
		r, err := benchStart(ctx, session.Env(), path, dir)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	median := func(of func(startRun) float64) float64 {
		var all []float64
		for _, r := range runs {
			all = append(all, of(r))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return []figure{
		newFigure("start to first page, 10,000 messages", median(func(r startRun) float64 { return r.firstPage }), "ms", 1000),
		newFigure("idle, share of a core", median(func(r startRun) float64 { return r.cpu }), "%", 2),
		newFigure("idle, resident memory", median(func(r startRun) float64 { return r.rss }), "MB", 250),
	}, nil
}

// startRun is what one start gave: milliseconds from the moment the process was made, percent of a core, megabytes.
type startRun struct{ firstPage, cpu, rss float64 }

func benchStart(ctx context.Context, env []string, path, profile string) (startRun, error) {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-profile", profile)
	cmd.Env = append(env, "SUPERCRM_BENCH_START=1", "SUPERCRM_CLIENT_ID="+benchClient)
	endGently(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return startRun{}, fmt.Errorf("start %s: %w", filepath.Base(path), err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return startRun{}, fmt.Errorf("start %s: %w", filepath.Base(path), err)
	}
	r, readErr := readStart(out, func() float64 { return float64(time.Since(begun).Microseconds()) / 1000 })
	if err := cmd.Wait(); err != nil {
		return startRun{}, failed(path, cmd.Args[1:], err, said.String())
	}
	return r, readErr
}

// readStart reads the two lines. The first page is timed here, from outside, so that the loading of the program counts
// too; the program's own number is not used.
func readStart(out io.Reader, elapsed func() float64) (startRun, error) {
	var r startRun
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 2 && fields[0] == "first-page":
			r.firstPage = elapsed()
		case len(fields) == 3 && fields[0] == "idle":
			var err error
			if r.cpu, err = strconv.ParseFloat(fields[1], 64); err != nil {
				return r, fmt.Errorf("read the idle share: %w", err)
			}
			if r.rss, err = strconv.ParseFloat(fields[2], 64); err != nil {
				return r, fmt.Errorf("read the idle memory: %w", err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return r, fmt.Errorf("read what the program prints: %w", err)
	}
	if r.firstPage == 0 || r.rss == 0 {
		return r, errors.New("the program did not print its first page and idle lines")
	}
	return r, nil
}

// benchClient is an application id that no sign-in uses: without one the program keeps retrying what is configured wrongly,
// and that is not rest.
const benchClient = "00000000-0000-0000-0000-0000000000be"
