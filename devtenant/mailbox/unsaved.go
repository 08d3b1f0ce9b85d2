package mailbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Changes grows whenever anything in any mailbox changes.
func (r *Registry) Changes() (n uint64) {
	for _, m := range r.All() {
		m.mu.Lock()
		n += m.box.seq
		m.mu.Unlock()
	}
	return n
}

// unsaved notes what the state file does not have yet. The nil one notes nothing.
type unsaved struct {
	seq      uint64              // the change counter that was written last
	began    bool                // anything was
	messages map[uint64]struct{} // changed, new or gone since then
	rest     []uint64            // messages that were there before and are still to be written
	events   map[uint64]bool     // written
	contacts map[uint64]bool
	whole    bool // Whole was written
	reset    bool // what was written is of a mailbox that is no more
}

func (u *unsaved) message(num uint64) {
	if u != nil {
		u.messages[num] = struct{}{}
	}
}

func newUnsaved() *unsaved {
	return &unsaved{messages: map[uint64]struct{}{}, events: map[uint64]bool{}, contacts: map[uint64]bool{}}
}

// unsaveAll begins to note changes of b, with everything in it still to be written.
func (b *Box) unsaveAll() {
	b.unsaved = newUnsaved()
	for _, m := range b.all {
		m.kept = false
		b.unsaved.rest = append(b.unsaved.rest, m.num)
	}
}

// Part is what has to be written of a mailbox.
type Part struct {
	Owner Owner
	Reset bool   // forget what was written of this mailbox before
	Box   []byte // the mailbox without its items, JSON
	Items []Item
	// TombFloor: tombstones of this number and below are forgotten.
	TombFloor uint64
	// More: there are messages left, which the next call gives.
	More bool
}

// Unsaved gives what has changed in the mailbox since the last call, and at most rest of the messages that were in it
// before the first one. ok is false when there is nothing. What it gives counts as written: whoever fails to write it
// has to keep it.
func (m *Mailbox) Unsaved(rest int) (part Part, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.box
	if b.unsaved == nil {
		b.unsaveAll()
	}
	u := b.unsaved
	if u.began && u.seq == b.seq && len(u.rest) == 0 && u.whole {
		return Part{}, false, nil
	}
	part = Part{Owner: b.Owner, Reset: u.reset, TombFloor: b.tombFloor}
	if err := b.changedMessages(&part, rest); err != nil {
		return Part{}, false, err
	}
	if !u.began || u.seq != b.seq {
		if err := b.changedItems(&part); err != nil {
			return Part{}, false, err
		}
	}
	state := b.state()
	state.Whole = len(u.rest) == 0
	if part.Box, err = json.Marshal(state); err != nil {
		return Part{}, false, fmt.Errorf("write a mailbox: %w", err)
	}
	part.More = !state.Whole
	u.seq, u.began, u.whole, u.reset = b.seq, true, state.Whole, false
	return part, true, nil
}

func (b *Box) changedMessages(part *Part, rest int) error {
	u := b.unsaved
	nums := slices.Sorted(maps.Keys(u.messages))
	upTo := min(len(u.rest), max(rest, 0))
	for _, num := range u.rest[:upTo] {
		if _, changed := u.messages[num]; !changed && b.messages[num] != nil && !b.messages[num].kept {
			nums = append(nums, num)
		}
	}
	for _, num := range nums {
		m := b.messages[num]
		if m == nil {
			part.Items = append(part.Items, Item{Kind: KindMessage, Num: num})
			continue
		}
		item, err := b.messageItem(m)
		if err != nil {
			return err
		}
		part.Items = append(part.Items, item)
	}
	clear(u.messages)
	u.rest = u.rest[upTo:]
	return nil
}

// changedItems gives events, contacts and tombstones. There are not many of them, so they are all looked at.
func (b *Box) changedItems(part *Part) error {
	u := b.unsaved
	add := func(item Item, err error) error {
		part.Items = append(part.Items, item)
		return err
	}
	for _, e := range b.Events(nil) {
		seq := e.seq
		for _, x := range e.exceptions {
			seq = max(seq, x.seq)
		}
		if u.events[e.num] && seq <= u.seq {
			continue
		}
		u.events[e.num] = true
		item := Item{Kind: KindEvent, Num: e.num}
		if err := add(item.done(item.event(e))); err != nil {
			return err
		}
	}
	for num, c := range b.contacts {
		if u.contacts[num] && c.seq <= u.seq {
			continue
		}
		u.contacts[num] = true
		if err := add(Item{Kind: KindContact, Num: num}.done(contactState{*c, c.num, c.seq, c.folder.num})); err != nil {
			return err
		}
	}
	lostItems(part, KindEvent, u.events, b.events)
	lostItems(part, KindContact, u.contacts, b.contacts)
	at, _ := slices.BinarySearchFunc(b.tombs, u.seq+1, func(t Tombstone, seq uint64) int { return cmp.Compare(t.Seq, seq) })
	for _, t := range b.tombs[at:] {
		if err := add(b.tombItem(t)); err != nil {
			return err
		}
	}
	return nil
}

// lostItems tells of the written things that are not there any more.
func lostItems[T any](part *Part, kind Kind, written map[uint64]bool, now map[uint64]T) {
	for num := range written {
		if _, ok := now[num]; !ok {
			part.Items = append(part.Items, Item{Kind: kind, Num: num})
			delete(written, num)
		}
	}
}
