package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"supercrm/internal/headless"
)

// need says what the machine is wanted for.
type need int

const (
	toBuild    need = iota // build the program and show it on the person's own display
	toHeadless             // and run it without one
	toTest                 // and drive it by machine
)

// machine is a family of systems: how to see what is missing, and how it is installed.
type machine interface {
	// missing names what is not there, in the words of the system's package manager.
	missing(ctx context.Context, n need) ([]string, error)
	// command installs what is missing, as the person would type it.
	command(missing []string) string
}

// installer is a machine on which setup may install by itself.
type installer interface {
	install(ctx context.Context, j *job, missing []string) error
}

func setup(ctx context.Context, j *job, args []string) error {
	fs := flags("setup", "Finds what this machine lacks to build, run and test the program. On Debian and Ubuntu it installs that\n"+
		"(apt-get, with sudo unless root), elsewhere it prints the command. It does nothing when nothing is missing.")
	check := fs.Bool("check", false, "only say what is missing")
	if err := j.parse(fs, args); err != nil {
		return err
	}
	return j.prepare(ctx, toTest, *check)
}

// prepare makes the machine fit for what is needed, or says how to.
func (j *job) prepare(ctx context.Context, n need, checkOnly bool) error {
	begun := time.Now()
	m := thisMachine()
	missing, err := m.missing(ctx, n)
	if err != nil {
		return err
	}
	if n >= toTest && runtime.GOOS == "linux" && headless.Browser() == "" {
		if d, ok := m.(debian); ok && d.browser == "" {
			fmt.Fprintln(j.out, "setup: note: Chromium is a snap here, which the real-window tests cannot use; they run once Google Chrome is installed")
		}
	}
	if len(missing) == 0 {
		fmt.Fprintf(j.out, "setup: nothing is missing (%s, %s)\n", runtime.Version(), took(begun))
		return nil
	}
	fmt.Fprintf(j.out, "setup: missing: %s\n", strings.Join(missing, ", "))
	auto, ok := m.(installer)
	if !ok || checkOnly {
		return fmt.Errorf("install what is missing and call this again:\n    %s", m.command(missing))
	}
	if err := auto.install(ctx, j, missing); err != nil {
		return err
	}
	left, err := m.missing(ctx, n)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("still missing after the installation: %s", strings.Join(left, ", "))
	}
	fmt.Fprintf(j.out, "setup: done (%s)\n", took(begun))
	return nil
}

// thisMachine finds the family of the running system.
func thisMachine() machine {
	switch runtime.GOOS {
	case "darwin":
		return macOS{}
	case "windows":
		return windows{}
	case "linux":
		text, err := os.ReadFile("/etc/os-release")
		if err == nil {
			return linuxFamily(string(text))
		}
	}
	return otherUnix{}
}

// linuxFamily reads ID and ID_LIKE of os-release(5).
func linuxFamily(release string) machine {
	ids := map[string]bool{}
	for line := range strings.Lines(release) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if name == "ID" || name == "ID_LIKE" {
			for id := range strings.FieldsSeq(strings.Trim(value, `"'`)) {
				ids[id] = true
			}
		}
	}
	switch {
	case ids["ubuntu"]:
		return debian{}
	case ids["debian"]:
		return debian{browser: "chromium"}
	case ids["fedora"], ids["rhel"]:
		return fedora{}
	case ids["arch"]:
		return arch{}
	}
	return otherUnix{}
}

// has says whether one of the commands is in PATH.
func has(names ...string) bool {
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

// compiler says whether Go's C compiler is there; CC may carry arguments.
func compiler(ctx context.Context) (bool, error) {
	cc, err := output(ctx, "go", "env", "CC")
	if err != nil {
		return false, err
	}
	fields := strings.Fields(cc)
	return len(fields) > 0 && has(fields[0]), nil
}

// asRoot is the prefix that gives a command the rights to install.
func asRoot() (string, error) {
	if os.Geteuid() == 0 {
		return "", nil
	}
	if has("sudo") {
		return "sudo ", nil
	}
	return "", errors.New("neither root nor sudo")
}
