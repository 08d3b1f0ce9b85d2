package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/pkg/browser"

	"supercrm/auth"
	"supercrm/internal/session"
)

// ways is how the window signs people in and out.
type ways struct {
	*session.Session
	*advanced
	memory func() *auth.Client // one that keeps tokens in memory only
	hint   string              // of the demo
	open   func(address string) error
	demo   bool
}

// Hint implements welcome.Way.
func (w *ways) Hint() string { return w.hint }

// OpenBrowser implements welcome.Way.
func (w *ways) OpenBrowser(address string) error { return w.open(address) }

// KeepUntilQuit implements welcome.Way.
func (w *ways) KeepUntilQuit() { w.UsePassing(w.memory()) }

// SampleData implements welcome.Way: the demo is a program of its own, with its own folder, so that sample data never
// mixes with somebody's own.
func (w *ways) SampleData() func() error {
	if w.demo {
		return nil
	}
	return func() error {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("find the program: %w", err)
		}
		cmd := exec.Command(self, "-demo")
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("start the demo: %w", err)
		}
		return cmd.Process.Release()
	}
}

// openBrowser is the person's own browser. Its chatter is not ours to print.
func openBrowser(address string) error {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	return browser.OpenURL(address)
}
