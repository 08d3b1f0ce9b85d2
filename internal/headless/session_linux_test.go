package headless

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// needTools skips where the machine lacks the tools, except where CI says that they must be there.
func needTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%v: go run ./cmd/dev setup installs it", err)
			}
			t.Skipf("%v: go run ./cmd/dev setup installs it", err)
		}
	}
}

func TestSessionIsWholeAndLeavesNothing(t *testing.T) {
	opts := Options{WindowManager: true, Keyring: true, Width: 1024, Height: 640}
	needTools(t, append(Tools(opts), "secret-tool", "xdotool")...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := Start(ctx, opts)
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			s.Close()
		}
	}()
	size, err := s.Command(ctx, "xdotool", "getdisplaygeometry").Output()
	if err != nil || strings.TrimSpace(string(size)) != "1024 640" {
		t.Errorf("screen is %q, %v; want 1024 640", size, err)
	}

	store := s.Command(ctx, "secret-tool", "store", "--label=test", "kind", "round trip")
	store.Stdin = strings.NewReader("a secret")
	if out, err := store.CombinedOutput(); err != nil {
		t.Fatalf("store a secret: %v: %s", err, out)
	}
	lookup := func() (string, error) {
		out, err := s.Command(ctx, "secret-tool", "lookup", "kind", "round trip").Output()
		return string(out), err
	}
	if got, err := lookup(); err != nil || got != "a secret" {
		t.Errorf("looked up %q, %v", got, err)
	}
	if err := s.StopKeyring(ctx); err != nil {
		t.Fatal(err)
	}
	if got, err := lookup(); err == nil {
		t.Errorf("without a keyring the lookup gave %q", got)
	}
	if err := s.StartKeyring(ctx, KeyringPassword); err != nil {
		t.Fatal(err)
	}
	if got, err := lookup(); err != nil || got != "a secret" {
		t.Errorf("after a restart looked up %q, %v", got, err)
	}

	var pids []int
	for _, p := range s.started {
		pids = append(pids, p.PID())
	}
	if len(pids) < 4 {
		t.Errorf("%d programs in the session, want the display, the bus, the keyring and the window manager", len(pids))
	}
	dir := s.Dir()
	closed = true
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, pid := range pids {
		if left := alive(t, pid); left > 0 {
			t.Errorf("%d programs of group %d still run", left, pid)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the session's folder is still there: %v", err)
	}
}

func TestEnvKeepsThePersonsDesktopOut(t *testing.T) {
	t.Setenv("WAYLAND_DISPLAY", "wayland-0")
	t.Setenv("XDG_DATA_HOME", "/nowhere/own")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/own")
	t.Setenv("SUPERCRM_KEPT", "yes")
	env := strings.Join(outside(), "\n")
	if strings.Contains(env, "/nowhere/own") || strings.Contains(env, "wayland-0") {
		t.Errorf("the session would see the person's own desktop: %s", env)
	}
	if !strings.Contains(env, "SUPERCRM_KEPT=yes") {
		t.Error("an ordinary variable did not get through")
	}
}

func TestStopEndsTheWholeGroup(t *testing.T) {
	dir := t.TempDir()
	p, err := launch(exec.Command("sh", "-c", "trap '' TERM; sleep 300 & echo child $! >&2; wait; sleep 300"), dir)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); !strings.Contains(p.Log(), "child"); {
		if time.Now().After(deadline) {
			t.Fatal("the child did not start")
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.Stop(50 * time.Millisecond)
	if left := alive(t, p.PID()); left > 0 {
		t.Errorf("%d programs of the group still run", left)
	}
	if p.Err() == nil {
		t.Error("a killed program must have an error")
	}
}

// alive counts the programs of a process group. Killed ones that nobody has collected yet (state Z) do not count.
func alive(t *testing.T, group int) int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// pid (name) state ppid pgrp …, and the name may hold anything; proc(5).
		_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ")
		fields := strings.Fields(rest)
		if pgrp, _ := strconv.Atoi(fields[2]); pgrp == group && fields[0] != "Z" {
			n++
		}
	}
	return n
}
