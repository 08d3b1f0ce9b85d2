package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// patience is how long a command may print nothing before a line says that it still runs.
const patience = 30 * time.Second

// output runs a short command and returns what it prints, without the line end.
func output(ctx context.Context, name string, args ...string) (string, error) {
	return outputIn(ctx, nil, name, args...)
}

// outputIn is output with an environment; nil is this process's.
func outputIn(ctx context.Context, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = env
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", failed(name, args, err, said.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// failed words the failure of a command with the end of what it said.
func failed(name string, args []string, err error, said string) error {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	text := strings.Join(lines[max(0, len(lines)-5):], "; ")
	command := strings.Join(append([]string{filepath.Base(name)}, args...), " ")
	if len(command) > 100 {
		command = command[:100] + "…"
	}
	if text == "" {
		return fmt.Errorf("%s: %w", command, err)
	}
	return fmt.Errorf("%s: %w: %s", command, err, text)
}

// stream runs a command that may take long and shows what it prints as it comes. While it is silent, a line now and then
// says that it still runs. When ctx ends, the command is asked to end, and with it all that it started.
func stream(ctx context.Context, out io.Writer, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = env
	w := &liveWriter{w: out, last: time.Now()}
	cmd.Stdout, cmd.Stderr = w, w
	endGently(cmd)
	if err := cmd.Start(); err != nil {
		return failed(name, args, err, "")
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { w.watch(done, filepath.Base(name)+" "+first(args)) })
	err := cmd.Wait()
	close(done)
	wg.Wait()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) { // it has said why
			return fmt.Errorf("%s %s: %w", filepath.Base(name), first(args), err)
		}
		return failed(name, args, err, "")
	}
	return nil
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// liveWriter passes writes on and knows when the last one was.
type liveWriter struct {
	mu   sync.Mutex
	w    io.Writer
	last time.Time
}

func (l *liveWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = time.Now()
	return l.w.Write(p)
}

// watch prints a line whenever nothing came for a while, until done.
func (l *liveWriter) watch(done <-chan struct{}, what string) {
	begun := time.Now()
	tick := time.NewTicker(patience / 4)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			l.mu.Lock()
			if time.Since(l.last) >= patience {
				l.last = time.Now()
				fmt.Fprintf(l.w, "   … %s still runs, %s so far\n", what, took(begun))
			}
			l.mu.Unlock()
		}
	}
}

// took is the time since begun as people read it.
func took(begun time.Time) string { return span(time.Since(begun)) }

func span(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}
