package realwindow

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"supercrm/crm"
	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/internal/headless"
	"supercrm/internal/store"
	"supercrm/ui/kit"
)

// What goes wrong on a first day: each time the person is told what happened, has a next step, and nothing is lost.

func TestDamagedFile(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(r.dir, "supercrm.db")
	garbage := bytes.Repeat([]byte("This was a database once. "), 4000)
	if err := os.WriteFile(file, garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.banner()
	r.d.Keep("damaged")
	r.win.Key("Return") // the button that has the focus does no harm
	if err := r.ended(); err == nil {
		t.Error("quitting with a damaged file ends with exit code 0")
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, garbage) {
		t.Fatalf("quitting has changed the damaged file: %v", err)
	}

	r.start()
	r.banner()
	r.win.Key("Tab", "Return") // Start with a new file
	r.app.WaitEnd()            // it starts itself again
	r.d.Eventually("a new file", func() bool {
		text, err := os.ReadFile(file)
		return err == nil && bytes.HasPrefix(text, []byte("SQLite format 3\x00"))
	})
	r.win = r.d.WindowTitled(appTitle)
	kept, err := filepath.Glob(file + ".damaged-*")
	if err != nil || len(kept) != 1 {
		t.Fatalf("set aside: %q, %v", kept, err)
	}
	if text, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(text, garbage) {
		t.Errorf("the file set aside is not the damaged one: %v", err)
	}
	if err := r.trayItem().Click("Quit"); err != nil {
		t.Fatal(err)
	}
	r.d.Eventually("the end of the second start", func() bool { return len(r.d.Tray.Items()) == 0 })
}

// A file in which only mail is damaged is repaired: people and companies are taken over, and the program goes on by itself.
func TestDamagedFileIsRepaired(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(r.dir, "supercrm.db")
	db, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := crm.New(db, time.Now).SavePerson(t.Context(), &crm.Person{Name: "Anna Lindqvist"}); err != nil {
		t.Fatal(err)
	}
	var root, size int64
	if err := db.Reader().QueryRow(`SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name='message_conversation'`).Scan(&root, &size); err != nil {
		t.Fatal(err)
	}
	db.Close()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	copy(text[(root-1)*size:root*size], bytes.Repeat([]byte{0xa5}, int(size)))
	if err := errors.Join(os.WriteFile(file, text, 0o600), os.WriteFile(file+".suspect", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.banner()
	r.d.Keep("repair")
	r.win.Key("Tab", "Return") // Repair and start
	r.app.WaitEnd()            // it starts itself again
	r.win = r.d.WindowTitled(appTitle)
	if kept, err := filepath.Glob(file + ".damaged-*"); err != nil || len(kept) != 1 {
		t.Fatalf("set aside: %q, %v", kept, err)
	}
	if err := r.trayItem().Click("Quit"); err != nil {
		t.Fatal(err)
	}
	r.d.Eventually("the end of the second start", func() bool { return len(r.d.Tray.Items()) == 0 })
	again, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if people, err := crm.New(again, time.Now).People(t.Context(), crm.PeopleQuery{}); err != nil || len(people) != 1 {
		t.Errorf("%+v, %v", people, err)
	}
}

func TestNoDisplay(t *testing.T) {
	Need(t)
	cmd := exec.CommandContext(t.Context(), Build(t), "-profile", t.TempDir())
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); name != "DISPLAY" && name != "WAYLAND_DISPLAY" {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("without a display: %v, want exit code 1", err)
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "supercrm: ") || !strings.Contains(lines[0], "DISPLAY") || out.Len() > 0 {
		t.Errorf("want one clear line on standard error, got %q and %q", said.String(), out.String())
	}
}

func TestNoKeychain(t *testing.T) {
	r := newRig(t)
	if err := r.d.Session.StopKeyring(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := r.d.StartBrowser()
	r.start()
	r.win.Key("Return")
	r.explained("no-keychain")
	r.d.Keep("no-keychain")
	if n := len(b.Opened()); n != 0 {
		t.Errorf("the browser was opened %d times although nothing could be kept", n)
	}
	r.win.Key("Tab") // Keep until I quit
	r.signIn(b)
	r.quit()
	r.start()
	r.loggedUntil("no access token", "no-keychain")
	if r.count(`SELECT count(*) FROM message`) == 0 {
		t.Error("the mirrored mail is gone with the sign-in")
	}
	r.painted()
	r.d.Still(500 * time.Millisecond)
	r.d.Keep("sign-in-again")
	if n := len(b.Opened()); n != 1 {
		t.Errorf("the browser was opened %d times, want once", n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := r.d.Session.StartKeyring(ctx, headless.KeyringPassword); err != nil {
		t.Fatal(err)
	}
	// Now the keychain works and holds nothing: a sign-in is asked for, without the waiting mail being touched.
	r.win.Key("ctrl+m")
	r.d.Eventually("the program to ask for another sign-in", func() bool { return query[string](r, `SELECT state FROM account`) == "signin" })
}

func TestTenantNotReachable(t *testing.T) {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := port.Addr().String()
	port.Close() // from now on nobody answers there
	r := newRig(t)
	r.tenant.LoginURL = "http://" + address
	r.tenant.GraphURL = "http://" + address + "/graph/v1.0"
	b := r.d.StartBrowser()
	r.start()
	r.win.Key("Return")
	r.explained("unreachable")
	r.d.Keep("unreachable")
	if n := len(b.Opened()); n != 0 {
		t.Errorf("the browser was opened %d times with a page that cannot load", n)
	}
	r.tenant = tenanttest.Start(t, func(o *devtenant.Options) { o.Listen = address })
	r.signIn(b) // Return on "Try again"
}

func TestSignInGivenUp(t *testing.T) {
	r := newRig(t)
	b := r.d.StartBrowser()
	r.start()
	r.win.Key("Return")
	signInPage(b, r.tenant).Close()
	welcome := r.d.Screen()
	r.win.Focus()
	r.d.Keep("waiting")
	r.win.Key("Escape")
	r.d.Eventually("the first page again", func() bool { return !same(cut(welcome, r.win.Bounds()), cut(r.d.Screen(), r.win.Bounds())) })

	r.d.Still(300 * time.Millisecond)
	opened := len(b.Opened())
	r.win.Key("Return")
	r.d.Eventually("the program opens the browser again", func() bool { return len(b.Opened()) == opened+1 })
	page := signInPage(b, r.tenant)
	identify(page, directory.DemoUPN, directory.DemoPassword)
	page.WaitText("Permissions requested")
	page.Click("#cancel")
	r.explained("declined")
	r.win.Focus()
	r.d.Keep("declined")
	page.Close()
	r.win.Key("Return") // Try again: the browser knows the person now
	again := b.Page(strings.TrimPrefix(r.tenant.LoginURL, "http://"))
	again.ClickText(directory.DemoUPN)
	again.WaitText("Permissions requested")
	again.Click("#accept")
	r.mirrored()
}

// explained waits until the program shows why a sign-in ended; id is that of auth.Explanation.
func (r *rig) explained(id string) {
	r.t.Helper()
	r.loggedUntil("sign-in ended", id)
	r.win.Focus() // the browser may be in front
	r.banner()
	r.d.Still(200 * time.Millisecond)
}

// loggedUntil waits for a line of the log that says what happened and why.
func (r *rig) loggedUntil(what, why string) {
	r.t.Helper()
	line := regexp.MustCompile(`msg="` + what + `" why=` + why + `\b`)
	r.d.Eventually(what+" in the log, because of "+why, func() bool {
		return line.Match(r.log())
	})
}

// log is what the program has logged so far.
func (r *rig) log() []byte {
	r.t.Helper()
	log, err := os.ReadFile(filepath.Join(r.dir, "supercrm.log"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Fatal(err)
	}
	return log
}

// banner waits until the window shows one that warns: a ground in the colour for it, larger than any other use of it.
func (r *rig) banner() {
	r.t.Helper()
	var wanted [][3]uint32
	for _, mode := range []kit.Mode{kit.ModeDark, kit.ModeLight} {
		look := kit.NewTheme(mode)
		for _, c := range []color.Color{look.Color(kit.ColorBadSoft, 0), look.Color(kit.ColorWarnSoft, 0)} {
			red, green, blue, _ := c.RGBA()
			wanted = append(wanted, [3]uint32{red >> 8, green >> 8, blue >> 8})
		}
	}
	r.d.Eventually("a banner", func() bool {
		screen, found := r.d.Screen(), 0
		at := r.win.Bounds().Intersect(screen.Bounds())
		for y := at.Min.Y; y < at.Max.Y; y += 2 {
			for x := at.Min.X; x < at.Max.X; x += 2 {
				red, green, blue, _ := screen.At(x, y).RGBA()
				for _, w := range wanted {
					if w == [3]uint32{red >> 8, green >> 8, blue >> 8} {
						found++
					}
				}
			}
		}
		return found > 1500 // of every fourth pixel
	})
}

// ended waits until the program has ended, however it did.
func (r *rig) ended() error {
	r.t.Helper()
	r.app.ending = true
	select {
	case <-r.app.Done():
		return r.app.Err()
	case <-time.After(limit):
		r.t.Fatal("the program did not end")
		return nil
	}
}
