// Package tray keeps the menu behind the icon in the system's tray: the next meeting, the window, and the way out. It
// knows no driver: whoever owns the app puts the menu where it belongs.
package tray

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// Data is what the tray reads.
type Data interface {
	NextEvent(ctx context.Context, now time.Time) (mirror.Event, bool, error)
}

// Tray keeps the menu current. Its methods are called on the UI thread.
type Tray struct {
	host   page.Host
	data   Data
	menu   *fyne.Menu
	next   *fyne.MenuItem
	event  int64
	loader *page.Loader[nextMeeting]
	stop   func()
}

type nextMeeting struct {
	event mirror.Event
	found bool
}

// New returns the tray's menu and begins to keep it current. show brings the window to the front, quit ends the program.
func New(host page.Host, data Data, show, quit func()) *Tray {
	t := &Tray{host: host, data: data, loader: page.NewLoader[nextMeeting](host, "next meeting")}
	t.next = fyne.NewMenuItem(page.T("No meeting ahead"), func() {
		show()
		if t.event != 0 {
			host.Open(page.Calendar, t.event)
		}
	})
	t.next.Disabled = true
	open := fyne.NewMenuItem(page.T("Open Super CRM"), show)
	leave := fyne.NewMenuItem(page.T("Quit"), quit)
	leave.IsQuit = true
	t.menu = fyne.NewMenu("Super CRM", t.next, fyne.NewMenuItemSeparator(), open, leave)
	t.stop = page.Watch(host, "tray", func([]store.Change) { t.reload() }, store.Events)
	host.Go("tray clock", t.everyMinute)
	t.reload()
	return t
}

// Menu is what the tray shows.
func (t *Tray) Menu() *fyne.Menu { return t.menu }

// everyMinute keeps "in 12 min" true. One timer a minute costs nothing.
func (t *Tray) everyMinute(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			t.host.Do(t.reload)
		}
	}
}

func (t *Tray) reload() {
	t.loader.Load(func(ctx context.Context) (nextMeeting, error) {
		e, found, err := t.data.NextEvent(ctx, time.Now())
		return nextMeeting{e, found}, err
	}, func(n nextMeeting, err error) {
		if err != nil {
			return // the pages tell of a file that cannot be read; the tray keeps what it has
		}
		t.show(Label(n.event, n.found, time.Now()), n)
	})
}

func (t *Tray) show(label string, n nextMeeting) {
	t.event = 0
	if n.found {
		t.event = n.event.ID
	}
	if label == t.next.Label && t.next.Disabled == !n.found {
		return // the menu goes over D-Bus: send only what changed
	}
	t.next.Label, t.next.Disabled = label, !n.found
	t.menu.Refresh()
}

// Label is the line about the next meeting, short enough for a menu. now is in the person's zone.
func Label(e mirror.Event, found bool, now time.Time) string {
	if !found {
		return page.T("No meeting ahead")
	}
	subject := kit.Cut(e.Subject, 260, kit.Size(kit.SizeBody), fyne.TextStyle{})
	if e.Subject == "" {
		subject = page.T("(no title)")
	}
	start := e.Start.In(now.Location())
	in := start.Sub(now).Round(time.Minute)
	data := map[string]any{"Subject": subject, "Time": when.Time(start), "Min": int(in.Minutes()), "Day": when.Day(start)}
	switch {
	case in <= 0:
		return page.T("Now: {{.Subject}}", data)
	case in <= time.Hour:
		return page.T("In {{.Min}} min: {{.Subject}}", data)
	case sameDay(start, now):
		return page.T("{{.Time}} {{.Subject}}", data)
	}
	return page.T("{{.Day}} {{.Time}} {{.Subject}}", data)
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// Stop ends the watching; the program's end does so too.
func (t *Tray) Stop() { t.stop() }
