package mirror

import (
	"slices"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
)

// twoCalendars is a rig that rests and whose mailbox has another calendar, Travel, with the row of that.
func twoCalendars(t *testing.T) (*rig, int64) {
	t.Helper()
	r, _, _ := settledRig(t, 2)
	must(t, r.box.Do(func(b *mailbox.Box) error {
		b.NewCalendar("Travel", "lightBlue")
		return nil
	}))
	must(t, r.allRead())
	var id int64
	must(t, r.db.Reader().QueryRow(`SELECT id FROM calendar WHERE name='Travel'`).Scan(&id))
	return r, id
}

// allRead makes one whole round.
func (r *rig) allRead() error {
	r.m.runner(r.account).whole.Store(true)
	return r.turn()
}

// calendarOf tells which calendar's rows bear a subject: 0 for none, -1 for several.
func (r *rig) calendarOf(subject string) int64 {
	r.t.Helper()
	var least, most int64
	must(r.t, r.db.Reader().QueryRow(`SELECT coalesce(min(calendar_id), 0), coalesce(max(calendar_id), 0) FROM event WHERE subject=?`, subject).Scan(&least, &most))
	if least != most {
		return -1
	}
	return least
}

// move moves an event as Outlook does.
func (r *rig) move(subject, calendar string) {
	r.t.Helper()
	var id string
	must(r.t, r.db.Reader().QueryRow(`SELECT graph_id FROM event WHERE subject=? AND kind IN ('singleInstance','seriesMaster')`, subject).Scan(&id))
	must(r.t, r.box.MoveEvent(id, calendar))
}

func TestEventMovesToAnotherCalendar(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]func(*rig){
		"in a poll":        func(r *rig) { must(r.t, r.turn()) },
		"in a whole round": func(r *rig) { must(r.t, r.allRead()) },
		"in a round anew": func(r *rig) {
			r.box.ForgetChanges()
			must(r.t, r.allRead())
		},
		"in a verification": func(r *rig) {
			_, err := r.m.Verify(r.t.Context(), r.account, nil)
			must(r.t, err)
		},
		"when the old calendar is read last": func(r *rig) {
			w := r.m.runner(r.account)
			refs, err := w.calendarRefs(r.t.Context())
			must(r.t, err)
			for _, c := range slices.Backward(refs) {
				if c.picked {
					must(r.t, w.syncPicked(r.t.Context(), c))
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, travel := twoCalendars(t)
			r.move("Review", "Travel")
			r.move("Standup", "Travel")
			look(r)
			for _, subject := range []string{"Review", "Standup"} {
				if at := r.calendarOf(subject); at != travel {
					t.Errorf("%s is in %d, not %d", subject, at, travel)
				}
			}
			r.same()
			must(t, r.turn())
			must(t, r.m.PickCalendar(t.Context(), travel, false))
			r.move("Fair", "Travel")
			look(r)
			if at := r.calendarOf("Fair"); at != 0 {
				t.Errorf("what is in a calendar that is not mirrored is still here, in %d", at)
			}
			must(t, r.db.Write(t.Context(), "pick, without waking the worker", func(tx *store.Tx) error {
				_, err := tx.ExecContext(t.Context(), `UPDATE calendar SET picked=1`)
				return err
			}))
			must(t, r.allRead())
			r.same()
		})
	}
}

// The service told that an event is gone from a calendar, and before that was written the other calendar's round was.
func TestEventThatIsElsewhereByNowStaysThere(t *testing.T) {
	t.Parallel()
	r, travel := twoCalendars(t)
	w := r.m.runner(r.account)
	refs, err := w.calendarRefs(t.Context())
	must(t, err)
	from, to := r.m.window()
	cr := &calendarRound{r: w, cal: refs[0], from: millis(from), to: millis(to)}
	review := r.graphID("event", r.find("Review").ID)
	changes, err := cr.settle(t.Context(), removedEvents(review)) // it is still in the first one
	must(t, err)
	r.move("Review", "Travel")
	must(t, w.syncPicked(t.Context(), refs[1]))
	s, err := w.scope(t.Context(), "events:"+refs[0].graph)
	must(t, err)
	must(t, r.db.Write(t.Context(), "write", func(tx *store.Tx) error { return cr.write(t.Context(), tx, s, changes) }))
	if at := r.calendarOf("Review"); at != travel {
		t.Errorf("it is in %d, not %d", at, travel)
	}
	if e := r.find("Review"); e.End.Sub(e.Start) != time.Hour {
		t.Errorf("%+v", e)
	}
}
