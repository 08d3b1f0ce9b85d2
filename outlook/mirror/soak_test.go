package mirror

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// A week in simulated time, over the night in March in which clocks go forward: polls, mail by day, nights and a weekend
// asleep, tokens that end every hour, delta links that go stale, a service that fails now and then. At the end of each day
// the sides hold the same, and memory is what it was.
func TestAWeekInSimulatedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRigOn(t, newMemoryLine())
		// synctest begins at midnight UTC, 2000-01-01; Berlin's clocks go forward on 2000-03-26.
		time.Sleep(time.Until(time.Date(2000, 3, 23, 6, 0, 0, 0, time.UTC)))
		rng := rand.New(rand.NewPCG(7, 7))
		w := &walk{rig: r, rng: rng, series: r.furnish(40), smallFiles: true}
		r.hourly.Store(true)
		r.poll = 4 * time.Minute
		r.start()
		r.synced()
		var first, last uint64
		days := 7
		if raceDetector {
			days = 2
		}
		for day := range days {
			for hour := range 24 {
				if hour < 7 || hour > 19 || day%7 == 3 { // the computer sleeps: nothing runs, and time is gone afterwards
					r.down.Store(true)
					time.Sleep(time.Hour)
					r.down.Store(false)
					continue
				}
				r.workAnHour(w, day, hour)
			}
			r.down.Store(false)
			r.m.SyncNow(r.account)
			r.settle(t)
			r.synced()
			if d := r.diff(); d != "" {
				r.synced()
				if d = r.diff(); d != "" {
					t.Fatalf("day %d: %s", day, d)
				}
			}
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			t.Logf("day %d: %s, heap %d KB, %d goroutines", day, r.now().Format(time.RFC3339), m.HeapAlloc>>10, runtime.NumGoroutine())
			if day == 1 {
				first = m.HeapAlloc
			}
			last = m.HeapAlloc
		}
		r.indexed()
		if grown := int64(last) - int64(first); grown > 3<<20 { // the tenant's own mailbox grows with the mail of the week
			t.Errorf("the heap grew by %d KB from the second day to the last", grown>>10)
		}
		w.delivered()
	})
}

// workAnHour is a salesperson's hour and the service's: a few edits on both sides, and something that goes wrong.
func (r *rig) workAnHour(w *walk, day, hour int) {
	switch w.rng.IntN(6) {
	case 0:
		r.box.ForgetChanges() // 410 for every link
	case 1:
		id, err := r.h.Faults().Add(graph.FaultRule{Kind: graph.FaultUnavailable, Rate: 0.2, RetryAfter: 90})
		must(r.t, err)
		defer r.h.Faults().Remove(id)
	case 2:
		id, err := r.h.Faults().Add(graph.FaultRule{Kind: graph.FaultThrottle, Rate: 0.1, RetryAfter: 30})
		must(r.t, err)
		defer r.h.Faults().Remove(id)
	}
	for i := range 3 {
		r.box.Deliver(mailbox.Mail{Subject: fmt.Sprintf("Day %d, %d h, %d", day, hour, i), From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, At: r.now(), Body: mailbox.Body{Text: "x"}})
		w.step()
		time.Sleep(15 * time.Minute)
	}
}

// settle decides what waits for the person.
func (r *rig) settle(t *testing.T) {
	r.until("the queue is settled", func() bool {
		box, err := r.m.Outbox(t.Context())
		must(t, err)
		for _, it := range box {
			switch it.State {
			case PendingConflict:
				decided(t, r.m.Resolve(t.Context(), it.ID, true))
			case PendingFailed:
				decided(t, r.m.Discard(t.Context(), it.ID))
			}
		}
		return len(box) == 0
	})
}
