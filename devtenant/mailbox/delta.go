package mailbox

import (
	"cmp"
	"slices"
	"time"

	"supercrm/devtenant/recurrence"
)

// Round is where a round of delta pages stands. The zero Round begins an initial one, which tells the present state;
// Next of a finished round begins one that tells what changed after it.
type Round struct {
	// Since is the change counter that the round tells from; an initial round has set it to the counter at its start.
	Since   uint64
	Changes bool  // not an initial round
	Started bool  // After holds the last thing told
	After   Order // what the next page follows
}

// Order is the order of things in a round: of an initial round by what the thing is, else by when it changed.
type Order [3]int64

func compareOrder(x, y Order) int { return slices.Compare(x[:], y[:]) }

// Change is one thing that a round tells: an item as it is now, or an id that is gone. Moved says that the item is
// still in the mailbox.
type Change struct {
	Message *Message
	Folder  *Folder
	Contact *Contact
	// ContactFolder is told by ContactFolderDelta only.
	ContactFolder *ContactFolder
	Instance      *Instance // an event; a series master has Occurrence false
	Gone          bool
	ID            ID
	Moved         bool

	order Order
}

// page cuts the next n of a round out of what there is to tell. done says that nothing is left; then next begins the
// round after this one.
func (b *Box) page(r Round, all []Change, n int) (out []Change, next Round, done bool) {
	slices.SortFunc(all, func(x, y Change) int { return compareOrder(x.order, y.order) })
	if r.Started {
		at, _ := slices.BinarySearchFunc(all, r.After, func(c Change, after Order) int {
			if compareOrder(c.order, after) <= 0 {
				return -1
			}
			return 1
		})
		all = all[at:]
	}
	return b.cut(r, all, n)
}

func (b *Box) cut(r Round, all []Change, n int) (out []Change, next Round, done bool) {
	if len(all) <= n {
		since := r.Since
		if r.Changes {
			since = b.seq
		}
		return all, Round{Since: since, Changes: true}, true
	}
	r.Started, r.After = true, all[n-1].order
	return all[:n], r, false
}

// begin checks that the round may go on: ErrSyncState when deletions since its start are forgotten.
func (b *Box) begin(r *Round, parent uint64) ([]Tombstone, error) {
	if !r.Changes && !r.Started {
		r.Since = b.seq
		return nil, nil
	}
	tombs, err := b.Tombstones(parent, r.Since)
	if !r.Changes {
		tombs = nil
	}
	return tombs, err
}

// MessageDelta tells the next n messages of a folder's round, newest first in an initial one. match may be nil; it does
// not hold back removals.
func (b *Box) MessageDelta(f *Folder, r Round, n int, match func(*Message) bool) ([]Change, Round, bool, error) {
	tombs, err := b.begin(&r, f.num)
	if err != nil {
		return nil, r, false, err
	}
	if !r.Changes {
		return b.firstMessages(f, r, n, match)
	}
	var all []Change
	list := f.list
	if f.changed <= r.Since {
		list = nil // nothing new: the usual case, whatever the size of the folder
	}
	for _, m := range list {
		if m.seq > r.Since && (match == nil || match(m)) {
			all = append(all, Change{Message: m, order: Order{int64(m.seq)}})
		}
	}
	all = append(all, gone(tombs)...)
	out, next, done := b.page(r, all, n)
	return out, next, done, nil
}

// firstMessages walks the list itself, so that the first round of a large folder does not sort it for every page.
func (b *Box) firstMessages(f *Folder, r Round, n int, match func(*Message) bool) ([]Change, Round, bool, error) {
	at := len(f.list)
	if r.Started {
		mark := &Message{Received: time.Unix(-r.After[0], 0), num: uint64(-r.After[1])}
		at, _ = slices.BinarySearchFunc(f.list, mark, receivedOrder)
	}
	var all []Change
	for at--; at >= 0 && len(all) <= n; at-- {
		if m := f.list[at]; match == nil || match(m) {
			all = append(all, Change{Message: m, order: Order{-m.Received.Unix(), -int64(m.num)}})
		}
	}
	out, next, done := b.cut(r, all, n)
	return out, next, done, nil
}

func gone(tombs []Tombstone) []Change {
	var out []Change
	for _, t := range tombs {
		out = append(out, Change{Gone: true, ID: t.ID, Moved: t.Moved, order: Order{int64(t.Seq)}})
	}
	return out
}

// FolderDelta tells the next n folders of a round over the whole tree, without the root.
func (b *Box) FolderDelta(r Round, n int) ([]Change, Round, bool, error) {
	tombs, err := b.begin(&r, 0)
	if err != nil {
		return nil, r, false, err
	}
	var all []Change
	for _, f := range b.Folders() {
		if !r.Changes {
			all = append(all, Change{Folder: f, order: Order{int64(f.num)}})
		} else if f.seq > r.Since {
			all = append(all, Change{Folder: f, order: Order{int64(f.seq)}})
		}
	}
	out, next, done := b.page(r, append(all, gone(tombs)...), n)
	return out, next, done, nil
}

// ContactDelta tells the next n contacts of a folder's round.
func (b *Box) ContactDelta(f *ContactFolder, r Round, n int) ([]Change, Round, bool, error) {
	tombs, err := b.begin(&r, f.num)
	if err != nil {
		return nil, r, false, err
	}
	var all []Change
	for _, c := range b.Contacts(f) {
		if !r.Changes {
			all = append(all, Change{Contact: c, order: Order{int64(c.num)}})
		} else if c.seq > r.Since {
			all = append(all, Change{Contact: c, order: Order{int64(c.seq)}})
		}
	}
	out, next, done := b.page(r, append(all, gone(tombs)...), n)
	return out, next, done, nil
}

// EventDelta tells the next n things of a calendar's round over the fixed window [from, to): singles, masters that have
// something in the window, their occurrences and exceptions. A round of changes tells a changed series whole. It also
// tells as gone what changed outside the window, though it may still exist: the service does so, too (facts, "Sync").
func (b *Box) EventDelta(c *Calendar, from, to time.Time, r Round, n int) ([]Change, Round, bool, error) {
	tombs, err := b.begin(&r, c.num)
	if err != nil {
		return nil, r, false, err
	}
	var all []Change
	if r.Changes {
		all = b.eventChanges(c, from, to, r.Since, tombs)
	} else {
		for _, e := range b.Events(c) {
			instances := e.Instances(from, to)
			if e.Rule != nil && len(instances) > 0 {
				all = append(all, Change{Instance: &Instance{Event: e, Start: e.Start, End: e.End}, order: Order{0, int64(e.num)}})
			}
			for _, i := range instances {
				all = append(all, Change{Instance: &i, order: Order{i.Start.Unix() + 1<<40, int64(e.num), int64(i.Day)}})
			}
		}
	}
	out, next, done := b.page(r, all, n)
	return out, next, done, nil
}

// EventListDelta tells the next n singles and masters of a calendar's round.
func (b *Box) EventListDelta(c *Calendar, r Round, n int) ([]Change, Round, bool, error) {
	tombs, err := b.begin(&r, c.num)
	if err != nil {
		return nil, r, false, err
	}
	var all []Change
	for _, e := range b.Events(c) {
		changed := e.seq
		for _, x := range e.exceptions {
			changed = max(changed, x.seq)
		}
		i := whole(e)
		if !r.Changes {
			all = append(all, Change{Instance: &i, order: Order{int64(e.num)}})
		} else if changed > r.Since {
			all = append(all, Change{Instance: &i, order: Order{int64(changed)}})
		}
	}
	for _, t := range gone(tombs) {
		if e := b.events[t.ID.Num]; t.ID.Kind == KindEvent && (e == nil || e.calendar != c) {
			all = append(all, t)
		}
	}
	out, next, done := b.page(r, all, n)
	return out, next, done, nil
}

// beforeAll orders a master before its occurrences.
const beforeAll = -1 << 40

func (b *Box) eventChanges(c *Calendar, from, to time.Time, since uint64, tombs []Tombstone) []Change {
	var all []Change
	here := map[ID]bool{}
	add := func(i Instance, seq uint64, day int64) {
		all = append(all, Change{Instance: &i, order: Order{int64(seq), int64(i.Event.num), day}})
	}
	lost := map[ID]int{} // where in all
	remove := func(id ID, seq uint64) {
		if at, ok := lost[id]; ok && all[at].order[0] >= int64(seq) {
			return
		} else if ok {
			all[at].order[0] = int64(seq)
			return
		}
		lost[id] = len(all)
		all = append(all, Change{Gone: true, ID: id, order: Order{int64(seq), int64(id.Num), int64(id.Sub)}})
	}
	for _, e := range b.Events(c) {
		instances := e.Instances(from, to)
		if len(instances) > 0 {
			here[e.ID()] = true
		}
		// A changed exception may be the first or the last that a series has in the window: its master is told, too.
		changed := e.seq
		for _, x := range e.exceptions {
			changed = max(changed, x.seq)
		}
		if changed > since {
			if len(instances) == 0 {
				remove(e.ID(), changed)
			} else if e.Rule != nil {
				add(Instance{Event: e, Start: e.Start, End: e.End}, changed, beforeAll)
			}
		}
		for _, i := range instances {
			here[i.ID()] = true
			if seq := max(e.seq, i.Event.seq); seq > since {
				add(i, seq, int64(i.Day))
			}
		}
		for _, x := range e.exceptions {
			if x.seq > since && !here[x.ID()] {
				remove(x.ID(), x.seq)
			}
		}
	}
	for _, t := range tombs {
		if t.Series != nil {
			for _, i := range t.Series.Instances(from, to) {
				if id := (ID{Kind: KindOccurrence, Num: t.Series.num, Sub: int32(i.Day)}); !here[id] {
					remove(id, t.Seq)
				}
			}
		}
		if (t.Series == nil || t.ID.Kind == KindEvent) && !here[t.ID] {
			remove(t.ID, t.Seq)
		}
	}
	return all
}

// Occurrences lists an event's instances for a window, in order of time: what /events/{id}/instances gives.
func (e *Event) Occurrences(from, to time.Time) []Instance {
	out := e.Instances(from, to)
	slices.SortFunc(out, func(x, y Instance) int { return cmp.Or(x.Start.Compare(y.Start), cmp.Compare(x.Day, y.Day)) })
	return out
}

// OriginalStart is when the occurrence of a series on a day was meant to begin.
func (e *Event) OriginalStart(day recurrence.Day) time.Time {
	if e.master != nil {
		e = e.master
	}
	start, _ := e.On(day)
	return start
}
