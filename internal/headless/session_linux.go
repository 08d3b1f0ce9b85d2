package headless

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Session is a running desktop. Its methods may be called from any goroutine, but not during Close.
type Session struct {
	dir     string
	display string // ":99"
	env     []string
	started []*Process // in order; ended in the opposite one
	keyring *Process
}

func start(ctx context.Context, opts Options) (_ *Session, err error) {
	for _, tool := range Tools(opts) {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("start a virtual desktop: %w (go run ./cmd/dev setup installs it)", err)
		}
	}
	// Not below a test's own folder: the path of a socket may have 107 bytes only.
	dir, err := os.MkdirTemp("", "supercrm-desktop-")
	if err != nil {
		return nil, fmt.Errorf("start a virtual desktop: %w", err)
	}
	s := &Session{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	for _, name := range []string{"home", "run", "bin", "log", "data", "config", "cache", "state"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			return nil, fmt.Errorf("start a virtual desktop: %w", err)
		}
	}
	s.env = append(outside(), s.own()...)
	if err := s.startDisplay(ctx, opts.Width, opts.Height); err != nil {
		return nil, err
	}
	if !opts.NoBus {
		if err := s.startBus(ctx); err != nil {
			return nil, err
		}
	}
	if opts.Keyring {
		if err := s.StartKeyring(ctx, KeyringPassword); err != nil {
			return nil, err
		}
	}
	if opts.WindowManager {
		if err := s.startWindowManager(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// own is what the session sets itself. The character set is UTF-8 so that typed text arrives whole, the language English
// so that pictures do not depend on the machine.
func (s *Session) own() []string {
	at := func(name string) string { return filepath.Join(s.dir, name) }
	return []string{
		"HOME=" + at("home"), "XDG_RUNTIME_DIR=" + at("run"), "XDG_DATA_HOME=" + at("data"),
		"XDG_CONFIG_HOME=" + at("config"), "XDG_CACHE_HOME=" + at("cache"), "XDG_STATE_HOME=" + at("state"),
		"XDG_SESSION_TYPE=x11", "PATH=" + at("bin") + string(os.PathListSeparator) + os.Getenv("PATH"),
		"LANG=en_US.UTF-8", "LC_CTYPE=C.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1", "NO_AT_BRIDGE=1",
	}
}

// Env is the environment for a program that runs in the session.
func (s *Session) Env() []string { return slices.Clone(s.env) }

// Dir is the session's temporary folder; Bin is in it and comes first in PATH, so that a test can put its own commands
// before the system's.
func (s *Session) Dir() string { return s.dir }

// Bin is the folder of commands that the session finds first.
func (s *Session) Bin() string { return filepath.Join(s.dir, "bin") }

// Display is the X display's name, such as ":99".
func (s *Session) Display() string { return s.display }

// BusAddress is the D-Bus address of the session bus; empty without one.
func (s *Session) BusAddress() string {
	for _, pair := range s.env {
		if v, ok := strings.CutPrefix(pair, "DBUS_SESSION_BUS_ADDRESS="); ok {
			return v
		}
	}
	return ""
}

// Command makes a command that runs in the session and is killed with everything it started when ctx ends. Run it with
// Run or Output; for what outlives a call use Start.
func (s *Session) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.find(name), args...)
	cmd.Env = s.Env()
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// Start runs a command in the session until it ends, Stop or Close. What it prints is kept in a log, see Process.Log.
// extra is added to the environment.
func (s *Session) Start(extra []string, name string, args ...string) (*Process, error) {
	return s.launch(exec.Command(s.find(name), args...), extra)
}

func (s *Session) launch(cmd *exec.Cmd, extra []string) (*Process, error) {
	cmd.Env = append(s.Env(), extra...)
	p, err := launch(cmd, filepath.Join(s.dir, "log"))
	if err != nil {
		return nil, err
	}
	s.started = append(s.started, p)
	return p, nil
}

// find prefers the session's own commands, as a shell in it would.
func (s *Session) find(name string) string {
	if own := filepath.Join(s.Bin(), name); !strings.ContainsRune(name, os.PathSeparator) {
		if _, err := os.Stat(own); err == nil {
			return own
		}
	}
	return name
}

// Close ends every program of the session, last started first, and removes its folder.
func (s *Session) Close() error {
	var errs []error
	for _, p := range slices.Backward(s.started) {
		p.Stop(2 * time.Second)
	}
	s.started = nil
	if err := os.RemoveAll(s.dir); err != nil {
		errs = append(errs, fmt.Errorf("remove the virtual desktop's folder: %w", err))
	}
	return errors.Join(errs...)
}

// until polls ok until it is true. It gives up when the process that should bring it about has ended.
func until(ctx context.Context, p *Process, what string, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for !ok() {
		select {
		case <-p.Done():
			return fmt.Errorf("%s: it ended at once: %s", what, p.Tail())
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: %s", what, ctx.Err(), p.Tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
