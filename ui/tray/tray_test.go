package tray

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/page"
	"supercrm/ui/uitest"
	"supercrm/ui/when"
)

type next struct {
	event mirror.Event
	found bool
}

func (n *next) NextEvent(context.Context, time.Time) (mirror.Event, bool, error) {
	return n.event, n.found, nil
}

func TestMenuFollowsTheCalendar(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(100, 100))
	data := &next{}
	shown, quit := 0, 0
	tr := New(h, data, func() { shown++ }, func() { quit++ })
	h.Settle()
	items := tr.Menu().Items
	if items[0].Label != "No meeting ahead" || !items[0].Disabled {
		t.Fatalf("without a meeting: %q", items[0].Label)
	}
	data.event, data.found = mirror.Event{ID: 7, Subject: "Pipeline review", Start: time.Now().Add(12*time.Minute + 5*time.Second)}, true
	h.Changes().Announce(store.Events, 7)
	h.Until("the meeting", func() bool { return items[0].Label == "In 12 min: Pipeline review" && !items[0].Disabled })
	items[0].Action()
	if shown != 1 || len(h.Opened) != 1 || h.Opened[0] != page.Calendar || h.OpenedID != 7 {
		t.Fatalf("a click showed %d windows and opened %v %d", shown, h.Opened, h.OpenedID)
	}
	items[2].Action()
	items[3].Action()
	if shown != 2 || quit != 1 || !items[3].IsQuit {
		t.Fatalf("open %d, quit %d", shown, quit)
	}
}

func TestLabel(t *testing.T) {
	uitest.New(t, fyne.NewSize(100, 100))
	when.SetStyle(new(when.StyleOf("en_GB.UTF-8")))
	t.Cleanup(func() { when.SetStyle(nil) })
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.Local)
	at := func(d time.Duration) mirror.Event { return mirror.Event{Subject: "Demo", Start: now.Add(d).UTC()} }
	for _, c := range []struct {
		name, want string
		e          mirror.Event
	}{
		{"running", "Now: Demo", at(-5 * time.Minute)},
		{"soon", "In 45 min: Demo", at(45 * time.Minute)},
		{"later today", "14:30 Demo", at(5*time.Hour + 30*time.Minute)},
		{"no title", "In 1 min: (no title)", mirror.Event{Start: now.Add(time.Minute)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Label(c.e, true, now); got != c.want {
				t.Fatalf("got %q", got)
			}
		})
	}
}
