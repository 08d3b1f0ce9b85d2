package ui_test

import (
	"cmp"
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/auth"
	"supercrm/crm"
	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/devtenant/visitor"
	"supercrm/internal/session"
	"supercrm/internal/settings"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui"
	"supercrm/ui/page"
	"supercrm/ui/uitest"
	"supercrm/ui/welcome"
)

// house is the whole program but for the driver and the keychain: real packages, one file, the simulated tenant.
type house struct {
	t       *testing.T
	dir     string
	keys    auth.Keychain
	tenant  *devtenant.Server
	queue   chan func()
	app     fyne.App
	db      *store.DB
	mirror  *mirror.Mirror
	session *session.Session
	win     *ui.App
	end     func()
	asked   int    // how often the browser was opened
	address string // last opened
	other   bool   // the person picks another account than the hinted one
	who     string // signs in there; "" is the demo's person
	mu      sync.Mutex
}

type ways struct {
	*session.Session
	h *house
}

func (w ways) SignIn(ctx context.Context, o auth.SignInOptions) (mirror.Account, error) {
	if w.h.other {
		o.LoginHint = ""
	}
	return w.Session.SignIn(ctx, o)
}
func (w ways) SampleData() func() error { return nil }
func (w ways) Hint() string             { return "" }
func (w ways) KeepUntilQuit()           {}
func (w ways) Advanced(ctx context.Context) (welcome.Choices, error) {
	in, err := settings.New(w.h.db).LoadSignIn(ctx)
	return welcome.Choices(in), err
}
func (w ways) SetAdvanced(ctx context.Context, in welcome.Choices) error {
	return settings.New(w.h.db).SaveSignIn(ctx, settings.SignIn(in))
}
func (w ways) OpenBrowser(address string) error {
	w.h.mu.Lock()
	w.h.asked++
	w.h.address = address
	who := cmp.Or(w.h.who, directory.DemoUPN)
	w.h.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return visitor.SignIn(ctx, address, who, directory.DemoPassword)
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, dir: t.TempDir(), keys: auth.NewMemoryKeychain(), tenant: tenanttest.Start(t), queue: make(chan func(), 8192)}
	h.app = test.NewTempApp(t)
	return h
}

// start opens the file and the window, as the program does.
func (h *house) start() {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	log := slog.New(slog.DiscardHandler)
	var err error
	if h.db, err = store.Open(ctx, filepath.Join(h.dir, "supercrm.db")); err != nil {
		h.t.Fatal(err)
	}
	records := crm.New(h.db, time.Now)
	if err := records.ImportDemo(ctx); err != nil {
		h.t.Fatal(err)
	}
	h.mirror = mirror.New(mirror.Options{DB: h.db, Log: log, PollEvery: time.Second, RetryBase: 100 * time.Millisecond})
	keeper := auth.New(auth.Config{ClientID: h.tenant.ClientID, LoginURL: h.tenant.LoginURL}, h.keys, log)
	h.session = session.New(session.Options{Auth: keeper, Mirror: h.mirror, GraphURL: h.tenant.GraphURL, Log: log})
	h.win = ui.New(ctx, ui.Deps{
		Fyne: h.app, Log: log, Hub: h.db.Hub(), Mailbox: h.mirror, Timeline: h.mirror, Records: records,
		Sessions: ways{h.session, h}, Settings: settings.New(h.db),
		Do: func(fn func()) {
			select {
			case h.queue <- fn:
			case <-ctx.Done():
			}
		},
		Examine:  h.db.Examine,
		TrayHost: func(context.Context) bool { return false },
		Panicked: func(what string, v any, stack []byte) { h.t.Errorf("%s panicked: %v\n%s", what, v, stack) },
	})
	h.win.Go("resume", func(ctx context.Context) {
		if err := h.session.Resume(ctx); err != nil && ctx.Err() == nil {
			h.t.Errorf("resume: %v", err)
		}
	})
	h.end = sync.OnceFunc(func() {
		h.win.Stop()
		h.session.Close()
		cancel()
		h.mirror.Close()
		h.db.Close()
		for len(h.queue) > 0 {
			<-h.queue
		}
	})
	h.t.Cleanup(h.end)
}

// until runs what comes for the UI thread until ok is true.
func (h *house) until(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		for len(h.queue) > 0 {
			(<-h.queue)()
		}
		if ok() {
			return
		}
		select {
		case fn := <-h.queue:
			fn()
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			h.t.Fatalf("waited in vain for %s; the window shows %q", what, uitest.Texts(h.win.Window().Canvas().Content()))
		}
	}
}

// sees is until for what passes, such as a toast: it looks after each thing that the UI thread does.
func (h *house) sees(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.After(60 * time.Second)
	for !ok() {
		select {
		case fn := <-h.queue:
			fn()
		case <-deadline:
			h.t.Fatalf("waited in vain for %s; the window shows %q", what, uitest.Texts(h.win.Window().Canvas().Content()))
		}
	}
}

func (h *house) shows(words string) bool {
	return uitest.Shows(h.win.Window().Canvas().Content(), words)
}

func (h *house) press(label string) {
	h.t.Helper()
	if !uitest.Press(h.win.Window().Canvas().Content(), label) {
		h.t.Fatalf("no button %q; the window shows %q", label, uitest.Texts(h.win.Window().Canvas().Content()))
	}
}

func (h *house) account() mirror.Account {
	h.t.Helper()
	all, err := h.mirror.Accounts(h.t.Context())
	if err != nil || len(all) != 1 {
		h.t.Fatalf("%d accounts, %v", len(all), err)
	}
	return all[0]
}

func (h *house) signIn() {
	h.t.Helper()
	h.until("welcome", func() bool { return h.shows("Sign in with Microsoft") })
	h.press("Sign in with Microsoft")
	h.until("the frame", func() bool { return h.shows("Inbox") })
	h.until("a complete round", func() bool {
		all, err := h.mirror.Status(h.t.Context())
		return err == nil && len(all) == 1 && !all[0].SyncedAt.IsZero()
	})
}

func TestSignInStayAndSignOut(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	h.until("unread mail on the rail", func() bool {
		return slices.ContainsFunc(uitest.Texts(h.win.Window().Canvas().Content()), func(s string) bool { return s == "Synced" || len(s) > 6 && s[:6] == "Synced" })
	})
	h.end()

	began := time.Now()
	h.start()
	h.until("the mail of last time", func() bool { return h.shows("Inbox") })
	if h.asked != 1 {
		t.Fatalf("the browser was opened %d times", h.asked)
	}
	h.until("a poll with the kept token", func() bool {
		all, err := h.mirror.Status(t.Context())
		return err == nil && len(all) == 1 && !all[0].SignIn && !all[0].Offline && all[0].SyncedAt.After(began)
	})
	a := h.account()
	if err := h.session.SignOut(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	h.until("welcome", func() bool { return h.shows("Sign in with Microsoft") })
	if _, err := h.keys.Get(t.Context(), a.Key); err == nil {
		t.Fatal("the token is still in the keychain")
	}
	var left int
	if err := h.db.Reader().QueryRow("SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM event)").Scan(&left); err != nil || left != 0 {
		t.Fatalf("%d rows are left, %v", left, err)
	}
}

func TestRevokedTokenKeepsWhatIsMirrored(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	h.end()
	h.tenant.Revoke(directory.DemoUPN)
	h.start()
	h.until("the offer to sign in again, over the mail of last time", func() bool { return h.shows("Sign in again") && h.shows("Inbox") })
	h.press("Sign in again")
	h.until("welcome with a way back", func() bool { return h.shows("Back") })
	h.press("Sign in with Microsoft")
	h.until("the frame without the offer", func() bool { return h.shows("Inbox") && !h.shows("Sign in again") })
}

// Keys that are typed right after the sign-in must reach the page: the button that began it had the keyboard before.
func TestKeysWorkAfterSignIn(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	h.until("rows", func() bool { return !h.shows("Mirroring") && h.win.Window().Canvas().Focused() != nil })
	h.win.Window().Canvas().Focused().TypedRune('j')
	h.until("a message in the reader", func() bool { return h.shows("Reply") })
	h.win.Window().Canvas().Focused().TypedRune('r')
	h.until("the composer", func() bool { return h.shows("Send") })
	h.win.Open(page.Calendar, 0)
	if f := h.win.Window().Canvas().Focused(); f != nil {
		t.Fatalf("the calendar is shown and %T of another page has the keyboard", f)
	}
}

func TestPagesByKeyAndPalette(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	for _, c := range []struct {
		page page.ID
		want string
	}{{page.Calendar, "Week"}, {page.People, "Companies"}, {page.Mail, "New mail"}} {
		h.win.Open(c.page, 0)
		h.until(string(c.page), func() bool { return h.shows(c.want) })
	}
	h.press("Search")
	h.until("the palette", func() bool { return h.shows("Ctrl+2") })
	h.win.Open(page.Mail, 0)
	if h.shows("Ctrl+2") {
		t.Fatal("the palette stays over the page")
	}
}

// A token is removed from where it was put, though the person has since chosen to do without the keychain.
func TestSignOutRemovesTheTokenFromItsKeychain(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	a := h.account()
	h.session.UsePassing(auth.New(auth.Config{ClientID: h.tenant.ClientID, LoginURL: h.tenant.LoginURL}, auth.NewMemoryKeychain(), nil))
	if err := h.session.SignOut(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if _, err := h.keys.Get(t.Context(), a.Key); err == nil {
		t.Fatal("the token is still in the keychain")
	}
}

// What was typed in the moment before the program quits is there again at the next start.
func TestQuittingKeepsWhatWasTypedLast(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	h.until("rows", func() bool { return !h.shows("Mirroring") && h.win.Window().Canvas().Focused() != nil })
	h.win.Window().Canvas().Focused().TypedRune('j')
	h.until("a message in the reader", func() bool { return h.shows("Reply") })
	h.win.Window().Canvas().Focused().TypedRune('r')
	h.until("the composer", func() bool { return h.shows("Send") })
	for _, r := range "Forty pallets" {
		h.win.Window().Canvas().Focused().TypedRune(r)
	}
	h.end()
	db, err := store.Open(t.Context(), filepath.Join(h.dir, "supercrm.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var kept int
	if err := db.Reader().QueryRow(`SELECT count(*) FROM setting WHERE name LIKE 'mail.draft.%' AND value LIKE '%Forty pallets%'`).Scan(&kept); err != nil || kept != 1 {
		t.Fatalf("%d drafts, %v", kept, err)
	}
}

// When Fyne's loop is over, fyne.Do runs what it is given on the goroutine that gives it: nothing may reach it by then.
func TestNothingRunsForTheUIAfterQuit(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.until("welcome", func() bool { return h.shows("Sign in with Microsoft") })
	h.win.Do(func() { t.Error("what waited when the program quit has run") })
	h.win.Quit()
	h.win.Do(func() { t.Error("what came after the program quit has run") })
	for len(h.queue) > 0 {
		(<-h.queue)()
	}
	if h.win.Context().Err() == nil {
		t.Error("what goes on behind the window was not told to end before the loop was")
	}
}
