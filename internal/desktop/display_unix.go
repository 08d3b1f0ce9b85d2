//go:build !windows && !darwin

package desktop

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// x11Dir is where X servers have their sockets.
const x11Dir = "/tmp/.X11-unix"

// DisplayProblem is nil where a window can be expected to open: a Wayland or X11 display is named and, when it is on this
// machine, answers. Otherwise it says what is wrong. Asked before the window toolkit starts, which would only panic.
func DisplayProblem() error { return displayProblem(os.Getenv, x11Dir) }

func displayProblem(getenv func(string) string, sockets string) error {
	wayland, x11 := getenv("WAYLAND_DISPLAY"), getenv("DISPLAY")
	if wayland == "" && x11 == "" {
		return fmt.Errorf("%w: neither WAYLAND_DISPLAY nor DISPLAY is set; start the program from a desktop session, or under xvfb-run",
			ErrNoDisplay)
	}
	if wayland != "" && waylandAnswers(wayland, getenv("XDG_RUNTIME_DIR")) {
		return nil
	}
	if x11 != "" && x11Answers(x11, sockets) {
		return nil
	}
	if x11 == "" {
		return fmt.Errorf("%w: the Wayland display %q does not answer; is its session still running?", ErrNoDisplay, wayland)
	}
	return fmt.Errorf("%w: the X display %q does not answer; is its session still running?", ErrNoDisplay, x11)
}

// waylandAnswers resolves the name as wl_display_connect(3) does.
func waylandAnswers(name, runtimeDir string) bool {
	if !filepath.IsAbs(name) {
		if runtimeDir == "" {
			return false
		}
		name = filepath.Join(runtimeDir, name)
	}
	return socketAnswers(name)
}

// x11Answers takes [host]:number[.screen] as X(7) does. A display on another host, or forwarded, is believed.
func x11Answers(display, sockets string) bool {
	if strings.HasPrefix(display, "/") {
		return true // a launchd socket of XQuartz
	}
	colon := strings.LastIndexByte(display, ':')
	if colon < 0 {
		return false
	}
	host := display[:colon]
	number, _, _ := strings.Cut(display[colon+1:], ".")
	if n, err := strconv.Atoi(number); err != nil || n < 0 {
		return false
	}
	if host != "" && host != "unix" {
		return true
	}
	path := filepath.Join(sockets, "X"+number)
	return socketAnswers(path) || socketAnswers("@"+path) // servers listen on either, the second being abstract
}

func socketAnswers(path string) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).Dial("unix", path)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}
