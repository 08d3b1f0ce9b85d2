package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"supercrm/internal/headless"
)

// debian is Debian and what derives from it. browser is the package of Chromium; "" where that is a snap, which the
// real-window tests cannot use: those do without, see prepare.
type debian struct{ browser string }

// debianPackages are by need; each need includes the ones before it.
var debianPackages = [...][]string{
	toBuild:    {"libgl1-mesa-dev", "xorg-dev", "libxkbcommon-dev", "libwayland-dev"},
	toHeadless: {"xvfb", "libgl1-mesa-dri", "dbus", "gnome-keyring", "openbox", "imagemagick", "x11-utils"},
	toTest:     {"xdotool", "libsecret-tools"},
}

func (d debian) missing(ctx context.Context, n need) ([]string, error) {
	var want, missing []string
	for level := toBuild; level <= n; level++ {
		want = append(want, debianPackages[level]...)
	}
	cc, err := compiler(ctx)
	if err != nil {
		return nil, err
	}
	if !cc {
		missing = append(missing, "gcc", "libc6-dev")
	}
	if !has("pkg-config") {
		missing = append(missing, "pkg-config")
	}
	installed, err := dpkgInstalled(ctx, want)
	if err != nil {
		return nil, err
	}
	for _, name := range want {
		if !installed[name] {
			missing = append(missing, name)
		}
	}
	if n >= toTest && d.browser != "" && headless.Browser() == "" {
		missing = append(missing, d.browser)
	}
	return missing, nil
}

// dpkgInstalled asks the package database: a command of the right name in PATH may be something else.
func dpkgInstalled(ctx context.Context, names []string) (map[string]bool, error) {
	args := append([]string{"-W", "-f=${Package} ${db:Status-Status}\n"}, names...)
	out, err := exec.CommandContext(ctx, "dpkg-query", args...).Output()
	if err != nil {
		if _, ran := err.(*exec.ExitError); !ran { // exit code 1 only says that some are unknown
			return nil, fmt.Errorf("ask dpkg what is installed: %w", err)
		}
	}
	installed := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if name, status, _ := strings.Cut(strings.TrimSpace(line), " "); status == "installed" {
			installed[name] = true
		}
	}
	return installed, nil
}

const aptGet = "apt-get -o DPkg::Lock::Timeout=120 "

func (d debian) command(missing []string) string {
	sudo, err := asRoot()
	if err != nil {
		sudo = ""
	}
	return sudo + "apt-get update && " + sudo + "apt-get install -y --no-install-recommends " + strings.Join(missing, " ")
}

func (d debian) install(ctx context.Context, j *job, missing []string) error {
	sudo, err := asRoot()
	if err != nil {
		return fmt.Errorf("%w: let an administrator install it:\n    %s", err, d.command(missing))
	}
	if err := d.apt(ctx, j, sudo, "update -qq"); err != nil {
		return err
	}
	return d.apt(ctx, j, sudo, "install -y -qq --no-install-recommends "+strings.Join(missing, " "))
}

// apt runs one apt-get command; it stays in the terminal's group, since sudo may ask for a password.
func (d debian) apt(ctx context.Context, j *job, sudo, rest string) error {
	line := sudo + "env DEBIAN_FRONTEND=noninteractive " + aptGet + rest
	fmt.Fprintf(j.out, "setup: %s\n", line)
	fields := strings.Fields(line)
	cmd := exec.CommandContext(ctx, fields[0], fields[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, j.out, j.err
	interruptOnly(cmd)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	return nil
}
