package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/auth"
	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/tenanttest"
	"supercrm/devtenant/visitor"
)

// commandEnv makes this test program the command itself, so that it can be killed.
const commandEnv = "DEVTENANT_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		os.Args = append([]string{"devtenant"}, os.Args[1:]...)
		main()
	}
	os.Exit(m.Run())
}

const (
	toolID     = "11111111-2222-3333-4444-555555555555"
	toolSecret = "s3cret-of-the-tool~8Q"
)

// lockedBuffer is an output that may be read while it is written to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// desk is an empty tenant with a registration for the tool, and somebody who runs the command.
type desk struct {
	*devtenant.Server
	t       *testing.T
	keys    auth.Keychain
	browser func(string) error
	typed   string // what is typed, the secret first
	asks    bool   // at a terminal
	out     string
	errOut  *lockedBuffer
}

var everyRole = []string{"Mail.ReadWrite", "Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.ReadWrite", "User.Read.All"}

func newDesk(t *testing.T, roles ...string) *desk {
	s := tenanttest.Start(t, func(o *devtenant.Options) { o.Seed = "empty" })
	d := &desk{Server: s, t: t, keys: auth.NewMemoryKeychain(), typed: toolSecret + "\n"}
	d.control("add-app", map[string]string{"name": "Demo data", "client_id": toolID, "home_tenant": directory.DemoTenantID, "secret": toolSecret, "app_roles": strings.Join(roles, " ")})
	if len(roles) > 0 {
		d.control("approve", map[string]string{"client_id": toolID, "tenant": directory.DemoDomain})
	}
	return d
}

func (d *desk) control(name string, values map[string]string) {
	d.t.Helper()
	if _, err := d.Control(name, values); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) args(more ...string) []string {
	return append([]string{"-login", d.LoginURL, "-graph", d.GraphURL, "-tenant", directory.DemoDomain, "-client-id", toolID}, more...)
}

// run runs the command and looks whether the secret is in what it says.
func (d *desk) run(ctx context.Context, args ...string) int {
	d.t.Helper()
	var out lockedBuffer
	d.errOut = &lockedBuffer{}
	in := bufio.NewReader(strings.NewReader(d.typed))
	con := console{in: in, out: &out, errOut: d.errOut, asks: d.asks, hidden: func() (string, error) {
		line, err := in.ReadString('\n')
		return strings.TrimSuffix(line, "\n"), err
	}}
	code := seedMain(ctx, args, seedTools{con: con, keys: func(string) auth.Keychain { return d.keys }, browser: d.browser})
	d.out = out.String()
	if strings.Contains(d.out+d.errOut.String(), toolSecret) {
		d.t.Error("the secret is in the output")
	}
	return code
}

// holds counts what is in a person's mailbox.
func (d *desk) holds(upn string) (mail, contacts, events int) {
	m, _ := d.Mailboxes.Mailbox(upn)
	now := time.Now()
	return messagesOf(m), contactsOf(m), len(m.EventsBetween(now.AddDate(0, 0, -30), now.AddDate(0, 0, 30)))
}

func TestSeedAsAnApplication(t *testing.T) {
	d := newDesk(t, everyRole...)
	if code := d.run(t.Context(), d.args("-mailbox", directory.DemoUPN, "-messages", "60")...); code != 0 {
		t.Fatalf("code %d: %s", code, d.errOut)
	}
	if !strings.Contains(d.out, directory.DemoUPN+": made 3 folders, 60 messages, 60 contacts") || !strings.Contains(d.errOut.String(), "mail 60/60") {
		t.Errorf("%s\n%s", d.out, d.errOut)
	}
	mail, contacts, events := d.holds(directory.DemoUPN)
	if mail != 60 || contacts != 60 || events < 60 {
		t.Errorf("%d mails, %d contacts, %d events", mail, contacts, events)
	}
	before := d.Mailboxes.Changes()
	if code := d.run(t.Context(), d.args("-mailbox", directory.DemoUPN)...); code != 0 || !strings.Contains(d.out, "made nothing; there already: 3 folders, 60 messages") || d.Mailboxes.Changes() != before {
		t.Errorf("again: code %d, %d changes: %s%s", code, d.Mailboxes.Changes()-before, d.out, d.errOut)
	}
	if code := d.run(t.Context(), d.args("-mailbox", directory.DemoUPN, "-remove")...); code != 0 || !strings.Contains(d.out, "removed 3 folders, 60 messages") {
		t.Errorf("remove: %s%s", d.out, d.errOut)
	}
	if mail, contacts, events := d.holds(directory.DemoUPN); mail+contacts+events > 0 {
		t.Errorf("%d mails, %d contacts, %d events are left", mail, contacts, events)
	}
}

func TestSeedEverybodyAsksFirst(t *testing.T) {
	d := newDesk(t, everyRole...)
	all := d.args("-messages", "8")
	if code := d.run(t.Context(), all...); code != 1 || !strings.Contains(d.errOut.String(), "-yes") || !strings.Contains(d.errOut.String(), "jonas.weber@harborline.example") {
		t.Errorf("nobody to ask: code %d: %s", code, d.errOut)
	}
	d.asks, d.typed = true, toolSecret+"\nn\nn\n"
	if code := d.run(t.Context(), all...); code != 1 || !strings.Contains(d.errOut.String(), "nothing was done") {
		t.Errorf("no: code %d: %s", code, d.errOut)
	}
	if mail, _, _ := d.holds(directory.DemoUPN); mail > 0 {
		t.Error("it was filled")
	}
	d.typed = toolSecret + "\ny\ny\n" // keep the secret; all of them
	if code := d.run(t.Context(), all...); code != 0 || strings.Count(d.out, "8 messages") != 3 {
		t.Errorf("yes: code %d: %s%s", code, d.out, d.errOut)
	}
	d.typed = "" // it is in the keychain now
	if code := d.run(t.Context(), append(all, "-yes", "-dry-run")...); code != 0 || strings.Count(d.out, "would make nothing") != 3 {
		t.Errorf("from the keychain: code %d: %s%s", code, d.out, d.errOut)
	}
	d.control("app", map[string]string{"client_id": toolID, "secret": "another"})
	if code := d.run(t.Context(), all...); code != 1 || !strings.Contains(d.errOut.String(), "-new-secret") || !strings.Contains(d.errOut.String(), "AADSTS7000215") {
		t.Errorf("a kept secret that ran out: code %d: %s", code, d.errOut)
	}
}

func TestSeedAsAPerson(t *testing.T) {
	for _, how := range []string{"browser", "device"} {
		t.Run(how, func(t *testing.T) {
			d := newDesk(t, everyRole...)
			person := append(d.args("-sign-in", how, "-messages", "20"), "-client-id", d.ClientID)
			d.browser = func(address string) error { return tenanttest.Visit(t, address) }
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			phone := visitor.New()
			defer phone.Close()
			seen := make(chan error, 1)
			d.errOut = &lockedBuffer{}
			if how == "device" {
				go func() { seen <- d.typeCode(ctx, phone) }()
			} else {
				seen <- nil
			}
			if code := d.watched(ctx, person...); code != 0 {
				t.Fatalf("code %d: %s", code, d.errOut)
			}
			if err := <-seen; err != nil {
				t.Error(err)
			}
			if mail, contacts, events := d.holds(directory.DemoUPN); mail != 20 || contacts != 60 || events < 60 {
				t.Errorf("%d mails, %d contacts, %d events", mail, contacts, events)
			}
			if mail, _, _ := d.holds("jonas.weber@harborline.example"); mail > 0 {
				t.Error("another mailbox was filled")
			}
		})
	}
}

// watched is run with an output that typeCode can look at from the beginning.
func (d *desk) watched(ctx context.Context, args ...string) int {
	var out lockedBuffer
	con := console{in: bufio.NewReader(strings.NewReader("")), out: &out, errOut: d.errOut}
	return seedMain(ctx, args, seedTools{con: con, keys: func(string) auth.Keychain { return d.keys }, browser: d.browser})
}

// typeCode waits for the code on the screen and types it at the page that is named there.
func (d *desk) typeCode(ctx context.Context, phone *visitor.Visitor) error {
	for ctx.Err() == nil {
		text := d.errOut.String()
		_, rest, ok := strings.Cut(text, "Open ")
		page, rest, ok2 := strings.Cut(rest, " ")
		_, rest, ok3 := strings.Cut(rest, "type the code ")
		code, _, ok4 := strings.Cut(rest, " ")
		if ok && ok2 && ok3 && ok4 {
			phone.UserCode = code
			_, err := phone.Device(ctx, page, directory.DemoUPN, directory.DemoPassword)
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return ctx.Err()
}

func TestSeedErrorsSayWhatToDo(t *testing.T) {
	const maya = directory.DemoUPN
	for _, c := range []struct {
		name  string
		roles []string
		edit  func(*desk)
		args  []string
		code  int
		says  []string
	}{
		{"wrong secret", everyRole, func(d *desk) { d.typed = "wrong\n" }, []string{"-mailbox", maya}, 1, []string{"AADSTS7000215", "secret's value"}},
		{"secret run out", everyRole, func(d *desk) {
			d.control("app", map[string]string{"client_id": toolID, "secret_expires": "2020-01-02T15:04:05Z"})
		}, []string{"-mailbox", maya}, 1, []string{"AADSTS7000222", "make a new one"}},
		{"no secret", everyRole, func(d *desk) { d.typed = "" }, []string{"-mailbox", maya}, 1, []string{"no client secret"}},
		{"never approved", nil, func(d *desk) {
			d.control("app", map[string]string{"client_id": toolID, "app_roles": strings.Join(everyRole, " ")})
		}, []string{"-mailbox", maya}, 1, []string{"Mail.ReadWrite", "Grant admin consent"}},
		{"not known in the tenant", everyRole, func(d *desk) {
			d.control("add-app", map[string]string{"name": "Stranger", "client_id": "22222222-2222-3333-4444-555555555555", "secret": toolSecret})
		}, []string{"-client-id", "22222222-2222-3333-4444-555555555555", "-mailbox", maya}, 1, []string{"AADSTS700016", "/adminconsent?client_id=22222222"}},
		{"unknown tenant", everyRole, nil, []string{"-tenant", "nobody.example", "-mailbox", maya}, 1, []string{"AADSTS90002", "-tenant nobody.example"}},
		{"no tenant named", everyRole, nil, []string{"-tenant", "organizations", "-mailbox", maya}, 1, []string{"organization's name"}},
		{"one permission missing", []string{"Mail.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.ReadWrite"}, nil, []string{"-mailbox", maya}, 1, []string{"application permission Calendars.ReadWrite", "Grant admin consent"}},
		{"may not list users", []string{"Mail.ReadWrite"}, nil, nil, 1, []string{"application permission User.Read.All"}},
		{"no such user", everyRole, nil, []string{"-mailbox", "nobody@harborline.example"}, 1, []string{"Check -mailbox"}},
		{"a person who declines", everyRole, func(d *desk) {
			d.browser = func(address string) error {
				v := visitor.New()
				defer v.Close()
				v.Answer = visitor.Cancel
				return v.SignIn(t.Context(), address, maya, directory.DemoPassword)
			}
		}, []string{"-sign-in", "browser"}, 1, []string{"declined"}},
		{"an administrator is needed", everyRole, func(d *desk) {
			d.control("policy", map[string]string{"tenant": directory.DemoDomain, "user_consent": "none"})
			d.browser = func(address string) error { return visitor.SignIn(t.Context(), address, maya, directory.DemoPassword) }
		}, []string{"-sign-in", "browser", "-client-id", directory.DemoClientID}, 1, []string{"AADSTS90094", "/adminconsent?"}},
		{"half an address", everyRole, nil, []string{"-graph", ""}, 2, []string{"-login and -graph belong together"}},
		{"token in the clear", everyRole, nil, []string{"-graph", "http://graph.example/v1.0"}, 2, []string{"https://"}},
		{"mailbox of another as a person", everyRole, nil, []string{"-sign-in", "device", "-mailbox", maya}, 2, []string{"-mailbox goes with an application"}},
		{"unknown way", everyRole, nil, []string{"-sign-in", "password"}, 2, []string{"neither app, browser nor device"}},
		{"the secret as an argument", everyRole, nil, []string{"a-secret"}, 2, []string{"unknown argument"}},
		{"too many", everyRole, nil, []string{"-messages", "1000000"}, 2, []string{"between 1 and"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, c.roles...)
			if c.edit != nil {
				c.edit(d)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			code := d.run(ctx, d.args(c.args...)...)
			if code != c.code {
				t.Errorf("code %d", code)
			}
			for _, says := range c.says {
				if !strings.Contains(d.errOut.String(), says) {
					t.Errorf("it does not say %q:\n%s", says, d.errOut)
				}
			}
			t.Log(d.errOut.String())
		})
	}
}

func TestSeedHelpAndMissingFlags(t *testing.T) {
	var out, errOut lockedBuffer
	con := console{out: &out, errOut: &errOut}
	if code := seedMain(t.Context(), []string{"-h"}, seedTools{con: con}); code != 0 || !strings.Contains(errOut.String(), "-dry-run") || !strings.Contains(errOut.String(), "never an argument") {
		t.Errorf("code %d: %s", code, errOut.String())
	}
	for _, args := range [][]string{nil, {"-tenant", "x.example"}, {"-client-id", toolID}, {"-no-such-flag"}} {
		if code := seedMain(t.Context(), args, seedTools{con: con}); code != 2 {
			t.Errorf("%v: code %d", args, code)
		}
	}
}

func TestSeedStopsOnInterrupt(t *testing.T) {
	d := newDesk(t, everyRole...)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	n := 0
	var mu sync.Mutex
	d.Intercept(func(r *http.Request) *devtenant.Fault {
		mu.Lock()
		defer mu.Unlock()
		if n++; n == 60 {
			interrupt()
		}
		return nil
	})
	if code := d.run(ctx, d.args("-mailbox", directory.DemoUPN)...); code != 1 || !strings.Contains(d.errOut.String(), "stopped") || strings.Contains(d.errOut.String(), "canceled") {
		t.Errorf("code %d: %s", code, d.errOut)
	}
}

// TestSeedKilledGoesOn kills the command, as a process, while it stores mail, and runs it again.
func TestSeedKilledGoesOn(t *testing.T) {
	d := newDesk(t, everyRole...)
	reached := make(chan struct{})
	var once sync.Once
	n := 0
	var mu sync.Mutex
	d.Intercept(func(r *http.Request) *devtenant.Fault {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasSuffix(r.URL.Path, "/messages") && r.Method == http.MethodPost {
			if n++; n >= 30 {
				once.Do(func() { close(reached) })
				return &devtenant.Fault{Delay: 50 * time.Millisecond}
			}
		}
		return nil
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{"seed"}, d.args("-mailbox", directory.DemoUPN, "-messages", "100")...)...)
	cmd.Env = append(os.Environ(), commandEnv+"=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	cmd.Stdin = strings.NewReader(toolSecret + "\n")
	var said lockedBuffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-reached:
	case <-time.After(time.Minute):
		t.Errorf("it did not come so far: %s", said.String())
	}
	_ = cmd.Process.Kill()
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) {
		t.Errorf("it was not killed: %v: %s", err, said.String())
	}
	d.Intercept(nil)
	if code := d.run(t.Context(), d.args("-mailbox", directory.DemoUPN)...); code != 0 {
		t.Fatalf("code %d: %s", code, d.errOut)
	}
	var made, there int
	if _, err := fmt.Sscanf(after(d.out, "made "), "%d messages", &made); err != nil {
		t.Fatalf("%v: %s", err, d.out)
	}
	m, _ := d.Mailboxes.Mailbox(directory.DemoUPN)
	there = messagesOf(m)
	if there != 100 || made == 0 || made > 71 {
		t.Errorf("%d messages, %d of them by the second run: %s", there, made, d.out)
	}
	t.Log(d.out)
}

func after(s, mark string) string { _, rest, _ := strings.Cut(s, mark); return rest }

func TestConsoleReadsOneLine(t *testing.T) {
	for in, want := range map[string]string{"abc\nrest": "abc", "abc\r\n": "abc", "abc": "abc", "  abc ": "abc"} {
		c := console{in: bufio.NewReader(strings.NewReader(in)), errOut: io.Discard}
		s, err := c.askSecret(t.Context(), toolID)
		if err != nil || s.Reveal() != want {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, in := range []string{"", "\n", strings.Repeat("x", longestSecret+1)} {
		c := console{in: bufio.NewReader(strings.NewReader(in)), errOut: io.Discard}
		if _, err := c.askSecret(t.Context(), toolID); err == nil {
			t.Errorf("%d bytes are taken", len(in))
		}
	}
	// Somebody who presses Ctrl+C instead.
	ctx, cancel := context.WithCancel(t.Context())
	restored := false
	block := make(chan struct{})
	defer close(block)
	c := console{asks: true, errOut: io.Discard, restore: func() { restored = true }, hidden: func() (string, error) { cancel(); <-block; return "", io.EOF }}
	if _, err := c.askSecret(ctx, toolID); !errors.Is(err, context.Canceled) || !restored {
		t.Errorf("%v, restored %v", err, restored)
	}
}

func contactsOf(m *mailbox.Mailbox) (n int) {
	_ = m.Do(func(b *mailbox.Box) error { n = len(b.Contacts(b.ContactFolders()[0])); return nil })
	return n
}

func messagesOf(m *mailbox.Mailbox) (n int) {
	_ = m.Do(func(b *mailbox.Box) error { n = len(b.Messages(nil)); return nil })
	return n
}
