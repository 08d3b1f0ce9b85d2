package realwindow

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"supercrm/internal/headless"
)

// Program is a running program under test.
type Program struct {
	*headless.Process
	d      *Desktop
	name   string
	ending bool // it is meant to end
}

// Run starts a program in the session. env is added to its environment. That it ends by itself fails the test, unless
// WaitEnd is called.
func (d *Desktop) Run(env []string, path string, args ...string) *Program {
	d.t.Helper()
	p, err := d.Session.Start(env, path, args...)
	if err != nil {
		d.t.Fatal(err)
	}
	program := &Program{Process: p, d: d, name: filepath.Base(path)}
	d.programs = append(d.programs, program)
	return program
}

// alive fails the test when the program has ended unasked.
func (p *Program) alive(during string) {
	p.d.t.Helper()
	select {
	case <-p.Done():
		if !p.ending {
			p.ending = true // say it once
			p.d.t.Fatalf("%s ended while waiting for: %s (%v)", p.name, during, p.Err())
		}
	default:
	}
}

// WaitEnd waits until the program has ended by itself and fails the test unless it did so with exit code 0.
func (p *Program) WaitEnd() {
	p.d.t.Helper()
	p.ending = true
	select {
	case <-p.Done():
		if err := p.Err(); err != nil {
			p.d.t.Fatalf("%s ended with %v", p.name, err)
		}
	case <-time.After(limit):
		p.stacks()
		p.d.t.Fatalf("%s did not end in %s", p.name, limit)
	}
}

// stacks has a Go program that hangs print what its goroutines do, for the report of the failure; it ends by that.
func (p *Program) stacks() {
	if err := p.Signal(syscall.SIGQUIT); err != nil {
		return
	}
	select {
	case <-p.Done():
	case <-time.After(5 * time.Second):
	}
}

// Kill ends the program as a crash would: at once, with no chance to write anything.
func (p *Program) Kill() {
	p.ending = true
	p.Stop(0)
}

var built struct {
	once sync.Once
	path string
	err  error
	out  []byte
}

// Build compiles the desktop program once for all tests of the process and returns its path. The first time on a machine
// this takes minutes. SUPERCRM_BUILD_FLAGS is given to the build, "-race" for example.
func Build(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		dir, err := os.MkdirTemp("", "supercrm-build-")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "supercrm")
		args := []string{"build", "-o", built.path}
		if flags := os.Getenv("SUPERCRM_BUILD_FLAGS"); flags != "" {
			args = append(args, flags)
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 12*time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, "go", append(args, "supercrm/cmd/supercrm")...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
		built.out, built.err = cmd.CombinedOutput()
	})
	if built.err != nil {
		t.Fatalf("build the program: %v: %s", built.err, built.out)
	}
	return built.path
}

// RemoveBuild deletes what Build made; for TestMain.
func RemoveBuild() {
	if built.path != "" {
		os.RemoveAll(filepath.Dir(built.path))
	}
}
