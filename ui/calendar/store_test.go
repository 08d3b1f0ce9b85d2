package calendar

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
	"supercrm/ui/when"
)

var _ Data = (*mirror.Mirror)(nil)

// TestWithTheRealStore moves, makes, deletes and brings back events in the mirror's own file, without an account being
// connected: everything waits in the outbox and shows as waiting.
func TestWithTheRealStore(t *testing.T) {
	style := when.Neutral
	when.SetStyle(&style)
	t.Cleanup(func() { when.SetStyle(nil) })
	zone := zoneOf(t, "Europe/Berlin")
	now := time.Date(2026, 11, 18, 13, 42, 0, 0, zone)
	h := uitest.New(t, fyne.NewSize(1000, 700))
	start := time.Date(2026, 11, 18, 10, 0, 0, 0, zone)
	err := h.DB().Write(t.Context(), "fill", func(tx *store.Tx) error {
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO account (id, key, upn, name, added_at) VALUES (1, 'k', 'maya@harborline.example', 'Maya', 0)`, nil},
			{`INSERT INTO calendar (id, account_id, graph_id, name, is_default) VALUES (1, 1, 'c', 'Calendar', 1)`, nil},
			{`INSERT INTO event (id, account_id, calendar_id, graph_id, kind, subject, start_at, end_at, organizer_addr) VALUES (1, 1, 1, 'g1', 'singleInstance', 'Offer', ?, ?, 'maya@harborline.example')`,
				[]any{start.UnixMilli(), start.Add(time.Hour).UnixMilli()}},
		} {
			if _, err := tx.ExecContext(t.Context(), q.sql, q.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return now }
	m := mirror.New(mirror.Options{DB: h.DB(), Now: clock, Zone: "Europe/Berlin"})
	t.Cleanup(m.Close)
	p := New(h, m, Options{Now: clock, Zone: zone})
	h.Show(p)
	t.Cleanup(p.Hidden)
	event := func() *mirror.Event {
		if i := p.scene.week.find(1); i >= 0 {
			return &p.scene.week.events[i]
		}
		return nil
	}
	h.Until("the event is shown", func() bool { return event() != nil })

	p.drop(p.scene.week.find(1), start.AddDate(0, 0, 1), start.AddDate(0, 0, 1).Add(time.Hour))
	h.Until("it is moved", func() bool { return len(h.Toasts) == 1 })
	e, err := m.Event(t.Context(), 1)
	if err != nil || e.Start.In(zone).Day() != 19 || e.Pending != mirror.PendingQueued {
		t.Fatalf("%v %+v", err, e)
	}
	h.Until("it is shown as waiting", func() bool { return event().Pending == mirror.PendingQueued })
	f := p.scene.face(p.scene.week.find(1))
	if f.icons[0] != "sync" {
		t.Errorf("icons %v", f.icons)
	}

	p.show(p.scene.week.find(1))
	p.enter()
	h.Until("the panel has read what waits", func() bool { return p.panel.item != nil })
	retype(p.panel.place.Entry, "Hamburg")
	p.panel.save()
	h.Until("it is saved", func() bool { return !p.panel.isOpen() })
	if e, _ = m.Event(t.Context(), 1); e.Location != "Hamburg" {
		t.Errorf("place %q", e.Location)
	}

	p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.Until("it is deleted", func() bool { return len(h.Toasts) == 3 && event() == nil })
	h.Undo()
	h.Until("it is back", func() bool { return event() != nil })

	p.New()
	p.panel.fields.title.SetText("New one")
	retype(p.panel.people.Entry, "anna@northwind.example")
	p.panel.save()
	p.panel.asking()
	h.Until("it is made", func() bool { return !p.panel.isOpen() })
	list, err := m.Events(t.Context(), now, now.AddDate(0, 0, 1))
	made := false
	for _, e := range list {
		made = made || e.Subject == "New one" && len(e.Attendees) == 1 && e.Start.Equal(time.Date(2026, 11, 18, 14, 0, 0, 0, zone))
	}
	if err != nil || !made {
		t.Errorf("%v %+v", err, list)
	}
}
