package mirror

import (
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/recurrence"
	"supercrm/internal/store"
	"supercrm/outlook"
)

// A series that began before the window and is deleted takes its coming occurrences with it, although only its master is told.
func TestOldSeriesIsDeleted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pollEvery = time.Hour
	r.furnish(1)
	day := r.now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -100)
	old := r.box.NewEvent(mailbox.Event{Subject: "Since spring", Start: day.Add(8 * time.Hour), End: day.Add(9 * time.Hour), StartZone: "UTC", EndZone: "UTC",
		IsOrganizer: true, Response: "organizer", Organizer: r.box.Owner().Address(),
		Rule: &recurrence.Rule{Type: recurrence.Weekly, Interval: 1, Days: []time.Weekday{day.Weekday()}, Range: recurrence.NoEnd, Start: recurrence.DayOf(day)}})
	r.start()
	r.synced()
	if !r.sees("Since spring") {
		t.Fatal("it is not mirrored")
	}
	w := r.m.runner(r.account)
	refs, err := w.calendarRefs(t.Context())
	must(t, err)
	from, to := r.m.window()
	cr := &calendarRound{r: w, cal: refs[0], from: millis(from), to: millis(to), masters: map[string]*outlook.Event{}}
	told := func() {
		t.Helper()
		changes, err := cr.settle(t.Context(), removedEvents(old))
		must(t, err)
		must(t, r.db.Write(t.Context(), "write", func(tx *store.Tx) error { return cr.write(t.Context(), tx, scope{}, changes) }))
	}
	told() // but the service has it
	if !r.sees("Since spring") {
		t.Fatal("it was not confirmed")
	}
	must(t, r.box.DeleteEvent(old))
	told()
	if n := r.tally(`SELECT count(*) FROM event WHERE subject='Since spring'`); n != 0 {
		t.Errorf("%d rows of it are left", n)
	}
	r.same()
}
