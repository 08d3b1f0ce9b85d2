package mirror

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

var (
	walks     = flag.Int("walks", 12, "how many random walks TestRandomWalkConverges takes")
	firstWalk = flag.Int("firstwalk", 0, "the number of the first of them")
)

// The person and somebody else edit at random while the service does everything wrong that devtenant can do wrong, the
// network fails, and the program is ended. When the faults end, both sides hold the same, and every mail went out once.
// Time is simulated. A walk is repeated by its number: -run 'Converges/walk_7$' -firstwalk 7.
func TestRandomWalkConverges(t *testing.T) {
	n := *walks
	if raceDetector && n == 12 {
		n = 8
	}
	for i := range n {
		seed := uint64(*firstWalk + i)
		t.Run(fmt.Sprint("walk ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { takeWalk(t, seed) })
		})
	}
}

func takeWalk(t *testing.T, seed uint64) {
	r := newRigOn(t, newMemoryLine())
	w := &walk{rig: r, rng: rand.New(rand.NewPCG(seed, 1))}
	w.series = r.furnish(12)
	r.start()
	r.synced()
	w.misbehave()
	for range 60 {
		w.step()
	}
	for _, f := range r.h.Faults().List() {
		r.h.Faults().Remove(f.ID)
	}
	r.down.Store(false)
	r.connect() // whatever was refused meanwhile
	r.until("the queue is settled", func() bool {
		box, err := r.m.Outbox(t.Context())
		must(t, err)
		for _, it := range box {
			switch it.State {
			case PendingConflict:
				decided(t, r.m.Resolve(t.Context(), it.ID, w.rng.IntN(2) == 0))
			case PendingFailed:
				// Mail in doubt has left, and somebody has removed it from the sent ones: delivered finds out.
				if !it.MayHaveLeft && (it.Kind == kindSend || it.Kind == kindReply && it.Reason != reasonGone) {
					t.Fatalf("a mail is neither sent nor gone: %+v", it)
				}
				if it.Kind == kindReply && !it.MayHaveLeft {
					w.lost++ // what it answers is gone: the person is told
				}
				decided(t, r.m.Discard(t.Context(), it.ID))
			}
		}
		return len(box) == 0
	})
	differ := func() string { return cmp.Or(r.diff(), w.sides()) }
	r.renewed()
	for i := 0; differ() != "" && i < 5; i++ {
		r.renewed()
	}
	if d := differ(); d != "" {
		t.Fatalf("the sides differ; faults were %v\n%s\n%s", w.faults, d, w.history(d))
	}
	r.indexed()
	w.delivered()
}

// misbehave switches on a few of the tenant's faults, each for some of the requests.
func (w *walk) misbehave() {
	for range 1 + w.rng.IntN(4) {
		kind := graph.FaultKinds[w.rng.IntN(len(graph.FaultKinds))]
		rule := graph.FaultRule{Kind: kind, Rate: 0.02 + 0.15*w.rng.Float64(), RetryAfter: 1 + w.rng.IntN(20), Millis: 1 + w.rng.IntN(400)}
		if kind == graph.FaultEmptyPages || kind == graph.FaultReplay || kind == graph.FaultReorder || kind == graph.FaultMissingMasters || kind == graph.FaultNewIDs {
			rule.Rate = 0
		}
		w.faults = append(w.faults, fmt.Sprintf("%s %.2f", kind, rule.Rate))
		if _, err := w.h.Faults().Add(rule); err != nil {
			w.t.Fatal(err)
		}
	}
}

type walk struct {
	*rig
	rng     *rand.Rand
	series  string
	answers int // that the person meant to send
	lost    int // of them: what they answer is gone
	meant   []walkMail

	smallFiles bool // the tenant keeps all of them in memory
	faults     []string
	made       int
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

var walkCategories = []string{"Customer", "Quote", "Urgent"}

func (w *walk) step() {
	ctx := w.t.Context()
	subject := fmt.Sprint("Subject ", w.rng.IntN(1000))
	e, some := w.event()
	graphID := ""
	if some {
		graphID = w.graphID("event", e.ID)
	}
	if n := w.rng.IntN(23) - 15; n >= 0 {
		w.more(n, e, some)
		time.Sleep(time.Duration(w.rng.IntN(4000)) * time.Millisecond)
		return
	}
	switch w.rng.IntN(15) {
	case 0:
		w.tolerate(w.m.MarkRead(ctx, []int64{w.message()}, w.rng.IntN(2) == 0))
	case 1:
		w.tolerate(w.m.Flag(ctx, []int64{w.message()}, w.rng.IntN(2) == 0))
		w.tolerate(w.m.Categorize(ctx, []int64{w.message()}, []string{walkCategories[w.rng.IntN(3)]}, []string{walkCategories[w.rng.IntN(3)]}))
	case 2:
		w.tolerate(w.m.Move(ctx, []int64{w.message()}, []string{"archive", "inbox", "deleteditems"}[w.rng.IntN(3)]))
	case 3:
		id := w.message()
		_, err := w.m.SendReply(ctx, Reply{MessageID: id, Text: "Walk."})
		w.tolerate(err)
		if err == nil {
			w.answers++
		}
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
		if w.rng.IntN(3) == 0 {
			w.tolerate(w.box.Categorize(g, walkCategories[w.rng.IntN(3)]))
		}
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
		switch w.rng.IntN(3) {
		case 0:
			w.stop()
			w.start()
		case 1:
			w.down.Store(true)
		case 2:
			w.down.Store(false)
			w.m.SyncNow(w.account)
		}
	}
	time.Sleep(time.Duration(w.rng.IntN(4000)) * time.Millisecond)
}
