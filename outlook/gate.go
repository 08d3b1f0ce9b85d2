package outlook

import (
	"context"
	"sync"
	"time"
)

// gate holds every request of a mailbox back until a moment that the service named (Retry-After), whichever request it
// was said to, and lets only a few through at a time (MailboxConcurrency is 4).
type gate struct {
	slots chan struct{}
	mu    sync.Mutex
	until time.Time
}

func newGate(n int) *gate { return &gate{slots: make(chan struct{}, n)} }

// enter waits for the moment and a slot. leave gives the slot back.
func (g *gate) enter(ctx context.Context) error {
	for {
		if err := sleep(ctx, time.Until(g.closedUntil())); err != nil {
			return err
		}
		select {
		case g.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		if time.Until(g.closedUntil()) <= 0 {
			return nil
		}
		g.leave() // closed while we stood in line
	}
}

func (g *gate) leave() { <-g.slots }

func (g *gate) close(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := time.Now().Add(d); t.After(g.until) {
		g.until = t
	}
}

func (g *gate) closedUntil() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.until
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
