package headless

import (
	"context"
	"errors"
	"os"
	"strings"
)

// ErrUnsupported is returned by Start on a system that has no virtual display.
var ErrUnsupported = errors.New("a virtual display is only available on Linux")

// Options says what the desktop has.
type Options struct {
	Width, Height int  // of the screen in pixels; 1280×800 when zero
	WindowManager bool // runs openbox, which gives focus, stacking and close buttons
	Keyring       bool // runs gnome-keyring, unlocked with KeyringPassword
	NoBus         bool // leaves the session bus out: for programs that must do without
}

// KeyringPassword unlocks the session's keyring. It guards nothing: the keyring is thrown away with the session.
const KeyringPassword = "session"

// Start brings the desktop up and returns when all of it answers. ctx bounds the start only; Close ends the session.
func Start(ctx context.Context, opts Options) (*Session, error) {
	if opts.Width == 0 || opts.Height == 0 {
		opts.Width, opts.Height = 1280, 800
	}
	return start(ctx, opts)
}

// Tools names the commands that Start needs for these options.
func Tools(opts Options) []string {
	tools := []string{"Xvfb"}
	if !opts.NoBus {
		tools = append(tools, "dbus-daemon", "dbus-send")
	}
	if opts.Keyring {
		tools = append(tools, "gnome-keyring-daemon")
	}
	if opts.WindowManager {
		tools = append(tools, "openbox", "xprop")
	}
	return tools
}

// private says whether a variable belongs to the person's own desktop and so must not reach the session.
func private(name string) bool {
	switch name {
	case "HOME", "PATH", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LANG", "LANGUAGE", "SESSION_MANAGER", "DESKTOP_SESSION",
		"DBUS_SESSION_BUS_ADDRESS", "DBUS_SESSION_BUS_PID", "BROWSER", "SSH_AUTH_SOCK":
		return true
	}
	for _, prefix := range []string{"XDG_", "LC_", "GNOME_", "GTK_", "KDE_", "QT_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// outside is the environment of this process without what belongs to the person's desktop.
func outside() []string {
	var out []string
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); !private(name) {
			out = append(out, pair)
		}
	}
	return out
}
