//go:build !windows && !darwin

package desktop

import (
	"bufio"
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// privateBus runs a bus of its own for a test, and returns its address.
func privateBus(t *testing.T, socket string) string {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Skip("dbus-daemon is not installed")
	}
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address", "--address=unix:path="+socket)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(addr)
}

func TestTrayHost(t *testing.T) {
	dir := t.TempDir()
	addr := privateBus(t, filepath.Join(dir, "bus"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", addr)
	if TrayHost(t.Context()) {
		t.Fatal("a tray where nobody is on the bus")
	}
	watcher, err := dbus.Connect(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	if reply, err := watcher.RequestName(trayWatcher, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the fake watcher got %v, %v", reply, err)
	}
	if !TrayHost(t.Context()) {
		t.Fatal("no tray, though a watcher is on the bus")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", dir) // where systemd would have the same bus
	if !TrayHost(t.Context()) {
		t.Fatal("the bus in the runtime folder was not found")
	}
	if _, err := watcher.ReleaseName(trayWatcher); err != nil {
		t.Fatal(err)
	}
	if TrayHost(t.Context()) {
		t.Fatal("a tray after the watcher went")
	}
}

func TestTrayHostWithoutABus(t *testing.T) {
	for name, addr := range map[string]string{
		"none":         "",
		"autolaunch":   "autolaunch:",
		"gone":         "unix:path=" + filepath.Join(t.TempDir(), "gone"),
		"not a socket": "unix:path=/dev/null",
		"nonsense":     "what is this",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", addr)
			t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
			if TrayHost(t.Context()) {
				t.Fatal("a tray without a bus")
			}
		})
	}
}

func TestTrayHostDoesNotWaitForASilentBus(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bus")
	ln, err := net.Listen("unix", path) // the system accepts for it; nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+path)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if TrayHost(ctx) {
		t.Fatal("a tray on a silent bus")
	}
	if took := time.Since(began); took > time.Second {
		t.Fatalf("it took %v", took)
	}
	began = time.Now()
	if TrayHost(t.Context()) {
		t.Fatal("a tray on a silent bus")
	}
	if took := time.Since(began); took > 2*trayTime {
		t.Fatalf("with its own limit it took %v", took)
	}
}
