package mirror

import (
	"testing"

	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
)

// An event of somebody else's calendar is reached through that calendar only: elsewhere the service has none, and that is no
// reason to delete it.
func TestDoubtAboutSharedEvent(t *testing.T) {
	t.Parallel()
	r, his := besideColleague(t)
	ctx, w := t.Context(), r.m.runner(r.account)
	id := r.find("His visit").ID
	graphID := r.graphID("event", id)
	settle := func() {
		t.Helper()
		must(t, r.db.Write(ctx, "doubt", func(tx *store.Tx) error { return doubt(ctx, tx, r.account, "event", `t.id=?`, id) }))
		must(t, w.settleDoubts(ctx))
	}
	settle()
	if !r.sees("His visit") || r.tally(`SELECT count(*) FROM sync_doubt`) != 0 {
		t.Fatal("it was deleted, or is still in doubt")
	}
	share := func(role string) {
		t.Helper()
		must(t, his.Do(func(b *mailbox.Box) error {
			b.Share(b.Calendars()[0], r.box.Owner().Address(), role)
			return nil
		}))
		must(t, r.allRead())
	}
	share("none")
	settle()
	if !r.sees("His visit") || r.tally(`SELECT count(*) FROM sync_doubt`) != 1 {
		t.Error("a calendar that is closed lost something, or the doubt was forgotten")
	}
	must(t, his.DeleteEvent(graphID))
	share("read")
	if settle(); r.sees("His visit") || r.tally(`SELECT count(*) FROM sync_doubt`) != 0 {
		t.Error("it stayed although it is gone")
	}
}

// An event in doubt may have been moved meanwhile.
func TestDoubtAboutMovedEvent(t *testing.T) {
	t.Parallel()
	r, travel := twoCalendars(t)
	ctx := t.Context()
	settle := func(subject string) {
		t.Helper()
		r.move(subject, "Travel")
		must(t, r.db.Write(ctx, "doubt", func(tx *store.Tx) error { return doubt(ctx, tx, r.account, "event", `t.subject=?`, subject) }))
		must(t, r.m.runner(r.account).settleDoubts(ctx))
	}
	if settle("Review"); r.calendarOf("Review") != travel {
		t.Errorf("it is in %d", r.calendarOf("Review"))
	}
	must(t, r.m.PickCalendar(ctx, travel, false))
	if settle("Fair"); r.calendarOf("Fair") != 0 {
		t.Errorf("it is in %d", r.calendarOf("Fair"))
	}
}
