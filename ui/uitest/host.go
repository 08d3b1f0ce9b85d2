// Package uitest helps to test pages without a display: a host whose dispatcher is a queue that the test drains on its
// own goroutine, as the UI thread would, so that tests are free of races and waits. It is for tests only.
package uitest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/internal/store"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// Host implements page.Host for a test. What the page asked of it is recorded.
type Host struct {
	t      testing.TB
	ctx    context.Context
	db     *store.DB
	window fyne.Window
	wait   sync.WaitGroup

	queue chan func()
	made  int64 // the last id that AddMail or AddMeeting gave

	Parties  []page.Party // the last Who
	Toasts   []string
	Undo     func() // of the last toast
	Asked    []string
	Yes      func() // the answer to the last question
	Failures []error
	// Explained are the errors that a page has shown on itself.
	Explained []error
	Opened    []page.ID
	OpenedID  int64
	HistoryOf string // kind of the item of the last History
	Composed  page.Party
}

var _ page.Host = (*Host)(nil)

// New starts a test app with the program's theme, a window and a database file of its own; all end with the test.
func New(t testing.TB, size fyne.Size) *Host {
	t.Helper()
	app := test.NewTempApp(t)
	style := when.StyleOf("en_GB.UTF-8") // whatever the machine speaks
	when.SetStyle(&style)
	t.Cleanup(func() { when.SetStyle(nil) })
	app.Settings().SetTheme(kit.NewTheme(kit.ModeLight))
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "supercrm.db"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	h := &Host{t: t, ctx: ctx, db: db, queue: make(chan func(), 4096)}
	h.window = test.NewTempWindow(t, nil)
	h.window.SetPadded(false)
	h.window.Resize(size)
	t.Cleanup(func() {
		cancel()
		h.wait.Wait()
		db.Close()
	})
	return h
}

// DB is the host's file.
func (h *Host) DB() *store.DB { return h.db }

// Show puts a page in the window.
func (h *Host) Show(p page.Page) {
	size := h.window.Canvas().Size()
	h.window.SetContent(p.Object())
	h.window.Resize(size)
	p.Shown()
}

// Until drains the queue until ok is true; it fails the test after ten seconds.
func (h *Host) Until(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
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
		case <-time.After(5 * time.Millisecond): // ok may depend on something that does not pass by the queue
		case <-deadline.C:
			h.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// Settle drains the queue until nothing has come for a moment.
func (h *Host) Settle() {
	for {
		select {
		case fn := <-h.queue:
			fn()
		case <-time.After(250 * time.Millisecond):
			return
		}
	}
}

// Context implements page.Host.
func (h *Host) Context() context.Context { return h.ctx }

// Go implements page.Host.
func (h *Host) Go(_ string, fn func(context.Context)) {
	h.wait.Add(1)
	go func() {
		defer h.wait.Done()
		fn(h.ctx)
	}()
}

// Do implements page.Host.
func (h *Host) Do(fn func()) {
	select {
	case h.queue <- fn:
	case <-h.ctx.Done():
	}
}

// Changes implements page.Host.
func (h *Host) Changes() *store.Hub { return h.db.Hub() }

// Who implements page.Host.
func (h *Host) Who(parties ...page.Party) { h.Parties = parties }

// Toast implements page.Host.
func (h *Host) Toast(text string, undo func()) { h.Toasts, h.Undo = append(h.Toasts, text), undo }

// Ask implements page.Host.
func (h *Host) Ask(text, _ string, do func()) { h.Asked, h.Yes = append(h.Asked, text), do }

// Fail implements page.Host.
func (h *Host) Fail(doing string, err error) {
	h.t.Logf("could not %s: %v", doing, err)
	h.Failures = append(h.Failures, err)
}

// Explain implements page.Host.
func (h *Host) Explain(doing string, err error) string {
	h.t.Logf("could not %s: %v", doing, err)
	h.Explained = append(h.Explained, err)
	return "explained"
}

// Window implements page.Host.
func (h *Host) Window() fyne.Window { return h.window }

// Open implements page.Host.
func (h *Host) Open(p page.ID, id int64) { h.Opened, h.OpenedID = append(h.Opened, p), id }

// Compose implements page.Host.
func (h *Host) Compose(p page.ID, name, addr string) {
	h.Opened, h.Composed = append(h.Opened, p), page.Party{Name: name, Addr: addr}
}

// History implements page.Host.
func (h *Host) History(kind string, id int64) {
	h.Opened, h.OpenedID, h.HistoryOf = append(h.Opened, page.Ledger), id, kind
}

// HeaderChanged implements page.Host.
func (h *Host) HeaderChanged() {}
