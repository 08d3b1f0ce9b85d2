package mirror

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// The person and somebody else edit at random while the network fails, links go stale and the program is ended. When all
// is quiet, both sides hold the same, and every answer went out once.
func TestRandomWalkConverges(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.h.SetQuirks(graph.Quirks{EmptyPages: seed%2 == 0, Replays: seed%3 == 0, MissingMaster: seed%2 == 1})
			series := r.furnish(25)
			r.start()
			r.synced()
			w := &walk{rig: r, rng: rand.New(rand.NewPCG(seed, 1)), series: series}
			r.h.SetIntercept(func(*http.Request) *graph.Fault {
				switch rand.N(25) {
				case 0:
					return &graph.Fault{Reset: true, AfterApply: true}
				case 1:
					return &graph.Fault{Status: 504, AfterApply: true}
				case 2:
					return &graph.Fault{Status: 503}
				}
				return nil
			})
			for range 60 {
				w.step()
			}
			r.h.SetIntercept(nil)
			r.until("the queue is settled", func() bool {
				box, err := r.m.Outbox(t.Context())
				must(t, err)
				for _, it := range box {
					switch it.State {
					case PendingConflict:
						must(t, r.m.Resolve(t.Context(), it.ID, w.rng.IntN(2) == 0))
					case PendingFailed:
						must(t, r.m.Discard(t.Context(), it.ID))
					}
				}
				return len(box) == 0
			})
			r.synced()
			r.until("both sides hold the same", func() bool {
				if d := r.diff(); d != "" {
					r.synced()
				}
				return r.diff() == ""
			})
			if n := len(r.box.SentMail()); n != w.answers {
				t.Fatalf("%d sent of %d", n, w.answers)
			}
		})
	}
}

type walk struct {
	*rig
	rng     *rand.Rand
	series  string
	answers int
	made    int
}

// tolerate passes over what the other side may have made impossible.
func (w *walk) tolerate(err error) {
	w.t.Helper()
	var bad ErrBadInput
	if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, mailbox.ErrNotFound) && !errors.As(err, &bad) {
		w.t.Fatal(err)
	}
}

func (w *walk) message() int64 {
	var id int64
	must(w.t, w.db.Reader().QueryRow(`SELECT id FROM message WHERE is_draft=0 ORDER BY (id*?)%97 LIMIT 1`, w.rng.IntN(90)+1).Scan(&id))
	return id
}

func (w *walk) event() (Event, bool) {
	from, to := w.now().AddDate(0, 0, 1), w.now().AddDate(0, 0, 20)
	events, err := w.m.Events(w.t.Context(), from, to)
	must(w.t, err)
	if len(events) == 0 {
		return Event{}, false
	}
	return events[w.rng.IntN(len(events))], true
}

func (w *walk) step() {
	ctx := w.t.Context()
	subject := fmt.Sprint("Subject ", w.rng.IntN(1000))
	e, some := w.event()
	graphID := ""
	if some {
		graphID = w.graphID("event", e.ID)
	}
	switch w.rng.IntN(15) {
	case 0:
		w.tolerate(w.m.MarkRead(ctx, []int64{w.message()}, w.rng.IntN(2) == 0))
	case 1:
		w.tolerate(w.m.Flag(ctx, []int64{w.message()}, w.rng.IntN(2) == 0))
	case 2:
		w.tolerate(w.m.Move(ctx, []int64{w.message()}, []string{"archive", "inbox", "deleteditems"}[w.rng.IntN(3)]))
	case 3:
		id := w.message()
		_, err := w.m.SendReply(ctx, Reply{MessageID: id, Text: "Walk."})
		w.tolerate(err)
		w.answers++
	case 4, 5:
		if some && e.CanEdit {
			w.tolerate(w.m.EditEvent(ctx, e.ID, EventEdit{Subject: &subject}))
		}
	case 6:
		if some && e.CanEdit && !e.AllDay {
			start, end := e.Start.Add(10*time.Minute), e.End.Add(10*time.Minute)
			w.tolerate(w.m.EditEvent(ctx, e.ID, EventEdit{Start: &start, End: &end}))
		}
	case 7:
		w.made++
		start := w.now().UTC().Truncate(time.Hour).Add(time.Duration(30+w.made) * time.Hour)
		_, err := w.m.CreateEvent(ctx, NewEvent{Subject: fmt.Sprint("Walk ", w.made), Start: start, End: start.Add(time.Hour)})
		must(w.t, err)
	case 8:
		if some && e.CanEdit && w.rng.IntN(2) == 0 {
			w.tolerate(w.m.DeleteEvent(ctx, e.ID))
		}
	case 9: // from here on, somebody else
		if graphID != "" {
			w.tolerate(w.box.ChangeEvent(graphID, func(o *mailbox.Event) { o.Location = subject }))
		}
	case 10:
		if graphID != "" {
			w.tolerate(w.box.ChangeEvent(graphID, func(o *mailbox.Event) { o.Subject = subject }))
		}
	case 11:
		w.box.Deliver(mailbox.Mail{Subject: subject, From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Body: mailbox.Body{Text: "x"}})
	case 12:
		g := w.graphID("message", w.message())
		w.tolerate(w.box.MoveMessage(g, []string{"archive", "inbox"}[w.rng.IntN(2)]))
		w.tolerate(w.box.SetRead(g, w.rng.IntN(2) == 0))
	case 13:
		switch w.rng.IntN(3) {
		case 0:
			w.box.ForgetChanges()
		case 1:
			if graphID != "" {
				w.tolerate(w.box.DeleteEvent(graphID))
			}
		case 2:
			w.tolerate(w.box.ChangeEvent(w.series, func(o *mailbox.Event) { o.Location = subject }))
		}
	case 14:
		w.stop()
		w.start()
	}
	time.Sleep(time.Duration(w.rng.IntN(25)) * time.Millisecond)
}
