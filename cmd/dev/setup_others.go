package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	"supercrm/internal/headless"
)

// fedora is Fedora and what derives from it; setup prints its command.
type fedora struct{}

var fedoraPackages = [...][]string{
	toBuild: {"gcc", "pkgconf-pkg-config", "mesa-libGL-devel", "libX11-devel", "libXcursor-devel", "libXrandr-devel",
		"libXinerama-devel", "libXi-devel", "libXxf86vm-devel", "libxkbcommon-devel", "wayland-devel"},
	toHeadless: {"xorg-x11-server-Xvfb", "mesa-dri-drivers", "dbus-daemon", "dbus-tools", "gnome-keyring", "openbox",
		"ImageMagick", "xprop"},
	toTest: {"xdotool", "xwininfo", "libsecret", "chromium"},
}

func (fedora) missing(ctx context.Context, n need) ([]string, error) {
	return eachMissing(ctx, fedoraPackages[:n+1], "rpm", "-q", "--whatprovides")
}

func (fedora) command(missing []string) string {
	return "sudo dnf install -y " + strings.Join(missing, " ")
}

// arch is Arch Linux and what derives from it; setup prints its command.
type arch struct{}

var archPackages = [...][]string{
	toBuild: {"gcc", "pkgconf", "mesa", "libx11", "libxcursor", "libxrandr", "libxinerama", "libxi", "libxxf86vm",
		"libxkbcommon", "wayland"},
	toHeadless: {"xorg-server-xvfb", "dbus", "gnome-keyring", "openbox", "imagemagick", "xorg-xprop"},
	toTest:     {"xdotool", "xorg-xwininfo", "libsecret", "chromium"},
}

func (arch) missing(ctx context.Context, n need) ([]string, error) {
	return eachMissing(ctx, archPackages[:n+1], "pacman", "-T")
}

func (arch) command(missing []string) string {
	return "sudo pacman -S --needed " + strings.Join(missing, " ")
}

// eachMissing asks for one package after the other: the query's exit code is its answer.
func eachMissing(ctx context.Context, levels [][]string, query string, args ...string) ([]string, error) {
	var missing []string
	for _, level := range levels {
		for _, name := range level {
			err := exec.CommandContext(ctx, query, append(args[:len(args):len(args)], name)...).Run()
			var exit *exec.ExitError
			switch {
			case errors.As(err, &exit):
				missing = append(missing, name)
			case err != nil:
				return nil, fmt.Errorf("ask %s what is installed: %w", query, err)
			}
		}
	}
	return missing, nil
}

// otherUnix is a system whose packages we do not know by name: what is asked for are pkg-config modules and commands.
type otherUnix struct{}

func (otherUnix) missing(ctx context.Context, n need) ([]string, error) {
	var missing []string
	cc, err := compiler(ctx)
	if err != nil {
		return nil, err
	}
	if !cc {
		missing = append(missing, "a C compiler")
	}
	if !has("pkg-config") {
		return append(missing, "pkg-config"), nil
	}
	for _, module := range []string{"gl", "x11", "xcursor", "xrandr", "xinerama", "xi", "xxf86vm", "xkbcommon", "wayland-client"} {
		if exec.CommandContext(ctx, "pkg-config", "--exists", module).Run() != nil {
			missing = append(missing, "headers of "+module)
		}
	}
	commands := [...][]string{
		toBuild:    nil,
		toHeadless: {"Xvfb", "dbus-daemon", "dbus-send", "gnome-keyring-daemon", "openbox", "import", "xprop"},
		toTest:     {"xdotool", "xwininfo", "secret-tool"},
	}
	for level := toBuild; level <= n; level++ {
		for _, name := range commands[level] {
			if !has(name) {
				missing = append(missing, name)
			}
		}
	}
	if n >= toTest && headless.Browser() == "" {
		missing = append(missing, "chromium")
	}
	return missing, nil
}

func (otherUnix) command(missing []string) string {
	return "install with this system's package manager (" + runtime.GOOS + "): " + strings.Join(missing, ", ")
}

// macOS needs Apple's command line tools only: the frameworks come with the system.
type macOS struct{}

func (macOS) missing(ctx context.Context, _ need) ([]string, error) {
	if exec.CommandContext(ctx, "xcode-select", "-p").Run() == nil {
		return nil, nil
	}
	return []string{"Xcode command line tools"}, nil
}

func (macOS) command([]string) string { return "xcode-select --install" }

// windows needs a C compiler; OpenGL comes with the system.
type windows struct{}

func (windows) missing(ctx context.Context, _ need) ([]string, error) {
	cc, err := compiler(ctx)
	if err != nil || cc {
		return nil, err
	}
	return []string{"a C compiler (gcc)"}, nil
}

func (windows) command([]string) string {
	return "winget install -e --id BrechtSanders.WinLibs.POSIX.UCRT    (then open a new terminal)"
}
