//go:build !windows && !darwin

package desktop

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/godbus/dbus/v5"
)

// trayTime bounds the question; the bus is on this machine, so it is answered in milliseconds or not at all.
const trayTime = 2 * time.Second

// trayWatcher is the name whose owner shows tray icons (StatusNotifierItem specification, as KDE and the AppIndicator
// extension of GNOME serve it).
const trayWatcher = "org.kde.StatusNotifierWatcher"

// TrayHost says whether something shows tray icons, so that a window may hide without being lost. It answers within two
// seconds; a session without a bus, or whose bus does not answer, has no tray. On macOS and Windows there always is one.
func TrayHost(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, trayTime)
	defer cancel() // ends the connection's goroutines too
	addr := sessionBus(os.Getenv)
	if addr == "" {
		return false
	}
	conn, err := dbus.Connect(addr, dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer conn.Close()
	var owned bool
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, trayWatcher).Store(&owned)
	return err == nil && owned
}

// sessionBus is the address of the session's bus, or "". Unlike dbus.SessionBus it never starts one: a bus of our own
// has no tray.
func sessionBus(getenv func(string) string) string {
	if addr := getenv("DBUS_SESSION_BUS_ADDRESS"); addr != "" && addr != "autolaunch:" {
		return addr
	}
	// Where systemd starts the bus.
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		path := filepath.Join(dir, "bus")
		if st, err := os.Stat(path); err == nil && st.Mode()&os.ModeSocket != 0 {
			return "unix:path=" + dbus.EscapeBusAddressValue(path)
		}
	}
	return ""
}
