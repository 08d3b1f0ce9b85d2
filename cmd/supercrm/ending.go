package main

import (
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// returnTime is how long Fyne's loop has to return once the program was asked to end.
const returnTime = 4 * time.Second

// ending closes what was opened, in the reverse order, once: when the window's loop has returned, or without it when it
// does not. In Fyne v2.8.1 the loop can stop looking at its queue while the note that the app has stopped is on its way
// there; Run then waits for that note for ever (internal/driver/glfw: runGL in loop.go, Run in driver.go). The window is
// gone by then, and a process that stayed would hold the profile, so that the program could not be started again.
type ending struct {
	log  *slog.Logger
	exit func(code int) // os.Exit, but for tests
	// failed tells whether what the program was started for has gone wrong; nil: it has not. Set it before expect is called.
	failed func() bool

	once  sync.Once
	watch sync.Once
	mu    sync.Mutex
	steps []func()
	ended bool
}

func newEnding(log *slog.Logger) *ending { return &ending{log: log, exit: os.Exit} }

// add has fn called by run, before what was added earlier.
func (e *ending) add(fn func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.steps = append(e.steps, fn)
}

// run closes everything. Whoever comes second waits for the first.
func (e *ending) run() {
	e.once.Do(func() {
		e.mu.Lock()
		e.ended = true
		steps := slices.Clone(e.steps)
		e.mu.Unlock()
		for _, step := range slices.Backward(steps) {
			step()
		}
	})
}

// begun says that everything is being closed, or is closed.
func (e *ending) begun() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ended
}

// expect hears that the program was asked to end. It returns at once.
func (e *ending) expect() {
	e.watch.Do(func() {
		returned := make(chan struct{})
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.ended {
			return
		}
		e.steps = append(e.steps, func() { close(returned) })
		go func() { // ends with the loop, or ends the process
			select {
			case <-returned:
				return
			case <-time.After(returnTime):
			}
			e.log.Warn("the window's loop did not return; ending without it")
			e.run()
			code := 0
			if e.failed != nil && e.failed() {
				code = 1
			}
			e.exit(code)
		}()
	})
}
