package outlook

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Priority says how soon a request is wanted. The zero value is what a person waits for.
type Priority int

// The priorities, most urgent first.
const (
	ByPerson Priority = iota // a person waits for it: an action, an attachment that is opened
	InView                   // what keeps the page on the screen current: polls
	Near                     // what a person is likely to look at next: the inbox, the coming weeks
	Backfill                 // the rest of a first mirroring
)

type priorityKey struct{}

// WithPriority gives the requests made under ctx a priority.
func WithPriority(ctx context.Context, p Priority) context.Context {
	return context.WithValue(ctx, priorityKey{}, p)
}

// PriorityOf is what WithPriority gave; ByPerson without.
func PriorityOf(ctx context.Context) Priority {
	p, _ := ctx.Value(priorityKey{}).(Priority)
	return p
}

const (
	maxInFlight   = 4 // MailboxConcurrency, per app and mailbox
	maxShared     = 3 // the fourth place is kept for short requests that a person waits for
	maxDownloads  = 2 // of the shared ones
	maxFetchAhead = 1 // downloads that nobody waits for
	// patience is by how long a request of one priority may be overtaken by those of the next higher one: a request is
	// served in the order of its arrival plus patience for each step of priority, so none waits for ever.
	patience = 5 * time.Second
	// unsaidWait is the first wait after a 429 that names none; it doubles while they go on.
	unsaidWait    = 2 * time.Second
	maxUnsaidWait = 5 * time.Minute
)

// ticket is one request that waits or is in flight.
type ticket struct {
	priority Priority
	download bool // may take long
	alone    bool // a $batch: the service runs four of its parts at a time, so no other short request runs beside it but a person's
	due      time.Time
	ready    chan struct{} // closed when it may go
}

func (t *ticket) urgent() bool { return t.priority == ByPerson && !t.download && !t.alone }

// gate is the scheduler of a mailbox: it lets few requests through at a time, the most wanted first, and holds all of
// them back until a moment that the service named (Retry-After), whichever request it was said to.
type gate struct {
	mu      sync.Mutex
	waiting []*ticket // by due
	flying  []*ticket
	until   time.Time
	reopen  *time.Timer
	unsaid  int // answers of 429 without a Retry-After in a row
}

func newGate() *gate { return &gate{} }

// enter waits for the ticket's turn. leave gives its place back; it must be called once after a nil.
func (g *gate) enter(ctx context.Context, t *ticket) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.ready = make(chan struct{})
	t.due = time.Now().Add(time.Duration(t.priority) * patience)
	g.mu.Lock()
	at, _ := slices.BinarySearchFunc(g.waiting, t, func(a, b *ticket) int {
		if a.due.After(b.due) {
			return 1
		}
		return -1 // among equals the first comes first
	})
	g.waiting = slices.Insert(g.waiting, at, t)
	g.admit()
	g.mu.Unlock()
	select {
	case <-t.ready:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, t); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	} else {
		g.drop(t) // it was let in at the same moment
	}
	g.admit() // what stood behind it
	return ctx.Err()
}

func (g *gate) leave(t *ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.drop(t)
	g.admit()
}

func (g *gate) drop(t *ticket) {
	if i := slices.Index(g.flying, t); i >= 0 {
		g.flying = slices.Delete(g.flying, i, i+1)
	}
}

// admit lets in what fits, in order. A batch that has to wait for others to end keeps later ones from going before it.
func (g *gate) admit() {
	if time.Until(g.until) > 0 {
		return
	}
	held := false
	for i := 0; i < len(g.waiting); {
		t := g.waiting[i]
		if !g.fits(t) || held && !t.urgent() && !t.download {
			held = held || t.alone
			i++
			continue
		}
		g.waiting = slices.Delete(g.waiting, i, i+1)
		g.flying = append(g.flying, t)
		close(t.ready)
	}
}

func (g *gate) fits(t *ticket) bool {
	if len(g.flying) >= maxInFlight {
		return false
	}
	if t.urgent() {
		return true
	}
	shared, downloads, ahead, short, batches := 0, 0, 0, 0, 0
	for _, f := range g.flying {
		switch {
		case f.urgent():
			continue
		case f.alone:
			batches++
		case f.download:
			downloads++
			if f.priority != ByPerson {
				ahead++
			}
		default:
			short++
		}
		shared++
	}
	switch {
	case shared >= maxShared:
		return false
	case t.download:
		return downloads < maxDownloads && (t.priority == ByPerson || ahead < maxFetchAhead)
	case t.alone:
		return short+batches == 0
	}
	return batches == 0
}

// close holds everything back for d, which the service named, or for a growing time when it named none (0). A little is
// added at random, so that several programs do not come back in one moment. It returns the wait.
func (g *gate) close(d time.Duration) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if d <= 0 {
		d = min(unsaidWait<<min(g.unsaid, 10), maxUnsaidWait)
		g.unsaid++
	}
	d += rand.N(min(d/10, time.Second) + 1)
	if t := time.Now().Add(d); t.After(g.until) {
		g.until = t
		if g.reopen != nil {
			g.reopen.Stop()
		}
		g.reopen = time.AfterFunc(d, func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.admit()
		})
	}
	return d
}

// well notes that the service answers again.
func (g *gate) well() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unsaid = 0
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
