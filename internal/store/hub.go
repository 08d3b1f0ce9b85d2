package store

import "sync"

// Kind says what sort of row changed.
type Kind string

// The kinds that are announced. Each names the rows whose ids a Change carries.
const (
	Accounts Kind = "account"
	Folders  Kind = "folder"
	Messages Kind = "message"
	Events   Kind = "event"
	Outbox   Kind = "outbox"
	Sync     Kind = "sync"   // progress of mirroring; no ids
	Ledger   Kind = "ledger" // no ids
	People   Kind = "person"
	Company  Kind = "company"
	Contacts Kind = "contact" // of Outlook
	Settings Kind = "setting"
)

// Change says that rows of one kind were committed. All is true when they are too many to name, or unknown: then IDs is
// nil and a reader looks at everything it shows.
type Change struct {
	Kind Kind
	IDs  []int64
	All  bool
}

// maxIDs bounds what a sleeping subscriber can pile up; beyond it a Change says All.
const maxIDs = 512

type changeSet struct {
	order []Kind
	byKey map[Kind]*Change
}

func (c *changeSet) add(kind Kind, ids []int64) {
	if c.byKey == nil {
		c.byKey = map[Kind]*Change{}
	}
	have, ok := c.byKey[kind]
	if !ok {
		have = &Change{Kind: kind}
		c.byKey[kind] = have
		c.order = append(c.order, kind)
	}
	if have.All {
		return
	}
	if len(ids) == 0 || len(have.IDs)+len(ids) > maxIDs {
		have.All, have.IDs = true, nil
		return
	}
	have.IDs = append(have.IDs, ids...)
}

func (c *changeSet) take() []Change {
	out := make([]Change, 0, len(c.order))
	for _, k := range c.order {
		out = append(out, *c.byKey[k])
	}
	c.order, c.byKey = nil, nil
	return out
}

// Hub tells subscribers what was committed. A slow subscriber delays nobody: what it has not yet taken is merged.
type Hub struct {
	mu   sync.Mutex
	subs map[*Subscription]struct{}
	done bool
}

func newHub() *Hub { return &Hub{subs: map[*Subscription]struct{}{}} }

// Subscription is one reader's view of the hub. End it when done.
type Subscription struct {
	hub     *Hub
	wake    chan struct{}
	kinds   map[Kind]bool
	mu      sync.Mutex
	pending changeSet
}

// Subscribe hears of the kinds named, or of all without any.
func (h *Hub) Subscribe(kinds ...Kind) *Subscription {
	s := &Subscription{hub: h, wake: make(chan struct{}, 1), kinds: map[Kind]bool{}}
	for _, k := range kinds {
		s.kinds[k] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.done {
		close(s.wake)
		return s
	}
	h.subs[s] = struct{}{}
	return s
}

// C is readable when Take has something to give. It is closed when the subscription or the file ends.
func (s *Subscription) C() <-chan struct{} { return s.wake }

// Take returns and clears what has changed since the last call.
func (s *Subscription) Take() []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending.take()
}

// End stops the subscription and closes C. It may be called more than once.
func (s *Subscription) End() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if _, ok := s.hub.subs[s]; ok {
		delete(s.hub.subs, s)
		close(s.wake)
	}
}

// Announce publishes a change that no transaction made, such as progress.
func (h *Hub) Announce(kind Kind, ids ...int64) {
	var c changeSet
	c.add(kind, ids)
	h.publish(&c)
}

func (h *Hub) publish(c *changeSet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		s.offer(c)
	}
}

func (s *Subscription) offer(c *changeSet) {
	s.mu.Lock()
	heard := false
	for _, k := range c.order {
		if len(s.kinds) > 0 && !s.kinds[k] {
			continue
		}
		ch := c.byKey[k]
		s.pending.add(k, ch.IDs) // no ids means All there too
		heard = true
	}
	s.mu.Unlock()
	if !heard {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default: // it has been woken already and will take this too
	}
}

func (h *Hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = true
	for s := range h.subs {
		delete(h.subs, s)
		close(s.wake)
	}
}
