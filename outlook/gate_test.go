package outlook

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// load is a gate with requests that take a while each, and notes what was in flight.
type load struct {
	g  *gate
	mu sync.Mutex
	in []*ticket
	wg sync.WaitGroup
	t  *testing.T
}

// run makes a request that takes d and returns when it was let in.
func (l *load) run(ctx context.Context, k *ticket, d time.Duration) (begun time.Time, err error) {
	if err := l.g.enter(ctx, k); err != nil {
		return time.Time{}, err
	}
	begun = time.Now()
	l.mu.Lock()
	l.in = append(l.in, k)
	l.check()
	l.mu.Unlock()
	time.Sleep(d)
	l.mu.Lock()
	l.in = slices.DeleteFunc(l.in, func(o *ticket) bool { return o == k })
	l.mu.Unlock()
	l.g.leave(k)
	return begun, nil
}

func (l *load) check() {
	shared, batches, short := 0, 0, 0
	for _, k := range l.in {
		switch {
		case k.urgent():
			continue
		case k.alone:
			batches++
		case !k.download:
			short++
		}
		shared++
	}
	if len(l.in) > 4 || shared > 3 || batches > 1 || batches == 1 && short > 0 {
		l.t.Errorf("in flight: %d, shared %d, batches %d, other short ones %d", len(l.in), shared, batches, short)
	}
}

// A mailbox that is being mirrored with everything it has: a person's request goes out at once all the same.
func TestPersonNeverWaitsForTheMirror(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &load{g: newGate(), t: t}
		for range 50 {
			l.wg.Go(func() { _, _ = l.run(t.Context(), &ticket{priority: Backfill}, 3*time.Second) })
			l.wg.Go(func() { _, _ = l.run(t.Context(), &ticket{priority: Backfill, download: true}, time.Minute) })
			l.wg.Go(func() { _, _ = l.run(t.Context(), &ticket{priority: ByPerson, download: true}, 20*time.Second) })
		}
		for range 30 {
			time.Sleep(2 * time.Second)
			asked := time.Now()
			begun, err := l.run(t.Context(), &ticket{}, 100*time.Millisecond)
			if err != nil || begun.Sub(asked) > 0 {
				t.Errorf("a person waited %v: %v", begun.Sub(asked), err)
			}
		}
		l.wg.Wait()
	})
}

// However much of higher priority comes, everything has its turn.
func TestNoPriorityStarves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &load{g: newGate(), t: t}
		ctx, stop := context.WithCancel(t.Context())
		for range 6 {
			l.wg.Go(func() {
				for ctx.Err() == nil {
					_, _ = l.run(ctx, &ticket{priority: InView}, time.Second)
				}
			})
			l.wg.Go(func() {
				for ctx.Err() == nil {
					_, _ = l.run(ctx, &ticket{}, time.Second)
				}
			})
		}
		time.Sleep(10 * time.Second)
		for _, k := range []*ticket{{priority: Backfill}, {priority: Near}, {priority: InView, alone: true}, {priority: Backfill, download: true}} {
			asked := time.Now()
			begun, err := l.run(t.Context(), k, time.Second)
			if err != nil || begun.Sub(asked) > time.Minute {
				t.Errorf("%+v waited %v: %v", k, begun.Sub(asked), err)
			}
		}
		stop()
		l.wg.Wait()
	})
}

// The most wanted goes first when places are few.
func TestOrderOfPriorities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &load{g: newGate(), t: t}
		for i := range 3 {
			l.wg.Go(func() {
				_, _ = l.run(t.Context(), &ticket{priority: Backfill}, time.Second+time.Duration(i)*20*time.Second)
			})
		}
		synctest.Wait()
		var mu sync.Mutex
		var order []Priority
		for _, p := range []Priority{Backfill, Near, Backfill, InView} {
			l.wg.Go(func() {
				k := &ticket{priority: p}
				if l.g.enter(t.Context(), k) == nil {
					mu.Lock()
					order = append(order, p)
					mu.Unlock()
					time.Sleep(time.Second)
					l.g.leave(k)
				}
			})
			synctest.Wait()
		}
		l.wg.Wait()
		if !slices.Equal(order, []Priority{InView, Near, Backfill, Backfill}) {
			t.Errorf("let in: %v", order)
		}
	})
}

func TestGateStaysShutAsTheServiceSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		g.close(30 * time.Second)
		g.close(time.Second) // a shorter one does not open it sooner
		asked := time.Now()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				k := &ticket{priority: Priority(rand.IntN(4))}
				if err := g.enter(t.Context(), k); err != nil {
					t.Error(err)
				}
				if d := time.Since(asked); d < 30*time.Second || d > 32*time.Second {
					t.Errorf("let in after %v", d)
				}
				g.leave(k)
			})
		}
		wg.Wait()
	})
}

// A 429 that names no wait is waited for longer each time.
func TestGateBacksOffWithoutRetryAfter(t *testing.T) {
	g := newGate()
	last := time.Duration(0)
	for i := range 20 {
		d := g.close(0)
		if i < 6 && d < last*3/2 || d > maxUnsaidWait+time.Second {
			t.Fatalf("wait %d is %v after %v", i, d, last)
		}
		last = d
	}
	g.well()
	if d := g.close(0); d > 3*time.Second {
		t.Fatalf("after an answer it waits %v", d)
	}
	g.reopen.Stop()
}

// A request that is given up while it waits takes no place with it.
func TestGateForgetsWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &load{g: newGate(), t: t}
		for i := range 200 {
			l.wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%7)*100*time.Millisecond)
				defer cancel()
				_, _ = l.run(ctx, &ticket{priority: Priority(i % 4), download: i%5 == 0, alone: i%11 == 0 && i%5 != 0}, 150*time.Millisecond)
			})
		}
		l.wg.Wait()
		if len(l.g.waiting) > 0 || len(l.g.flying) > 0 {
			t.Fatalf("%d wait, %d in flight", len(l.g.waiting), len(l.g.flying))
		}
	})
}
