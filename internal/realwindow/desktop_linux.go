package realwindow

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"supercrm/internal/headless"
)

// limit is how long a wait may last before the test fails. Software GL on two cores is slow, so it is generous: it costs
// nothing where things go well.
const limit = 30 * time.Second

// Desktop is a session with a tray and, once asked for, a browser. Its methods belong to the test's goroutine and end the
// test when something does not happen in time.
type Desktop struct {
	Session *headless.Session
	Tray    *Tray

	t        *testing.T
	programs []*Program
	browser  *Browser
}

var options = headless.Options{WindowManager: true, Keyring: true}

// tools are the commands that this package itself calls.
var tools = []string{"xdotool", "import", "xprop", "xwininfo"}

// Need skips the test where it cannot run, or fails it where it must.
func Need(t *testing.T) {
	t.Helper()
	mode := os.Getenv("SUPERCRM_REALWINDOW")
	if mode == "off" {
		t.Skip("SUPERCRM_REALWINDOW=off")
	}
	say := t.Skipf
	if mode == "required" || os.Getenv("CI") == "true" {
		say = t.Fatalf
	}
	for _, tool := range append(headless.Tools(options), tools...) {
		if _, err := exec.LookPath(tool); err != nil {
			say("%v: go run ./cmd/dev setup installs it", err)
		}
	}
	if headless.Browser() == "" {
		say("no Chromium or Chrome in PATH that is not a snap: go run ./cmd/dev setup tells more")
	}
}

// Start gives the test a desktop of 1280×800, which ends with it. When the test fails, a picture of the screen goes to its
// artifact folder and the programs' logs into its output.
func Start(t *testing.T) *Desktop {
	t.Helper()
	Need(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	session, err := headless.Start(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	d := &Desktop{Session: session, t: t}
	t.Cleanup(func() {
		if t.Failed() {
			d.report()
		}
		if d.Tray != nil {
			d.Tray.Close()
		}
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	if d.Tray, err = StartTray(session.BusAddress()); err != nil {
		t.Fatal(err)
	}
	return d
}

// report leaves what helps to understand a failure. The test's own context is over by then.
func (d *Desktop) report() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.t.Context()), 10*time.Second)
	defer cancel()
	path := filepath.Join(d.t.ArtifactDir(), "failure.png")
	if out, err := d.Session.Command(ctx, "import", "-window", "root", path).CombinedOutput(); err != nil {
		d.t.Logf("no picture of the failure: %v: %s", err, out)
	} else {
		d.t.Logf("picture of the failure: %s", path)
	}
	for _, p := range d.programs {
		d.t.Logf("%s said: %s", p.name, p.Log())
	}
}

// Eventually waits until ok is true.
func (d *Desktop) Eventually(what string, ok func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("%s did not happen in %s", what, limit)
		}
		for _, p := range d.programs {
			p.alive(what)
		}
	}
}

// command runs a short tool in the session and returns what it prints.
func (d *Desktop) command(name string, args ...string) string {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), limit)
	defer cancel()
	out, err := d.Session.Command(ctx, name, args...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return string(out)
}
