package mail

import (
	"container/list"

	"supercrm/outlook/mirror"
)

// maxRows is how many rows are kept in memory: many screens, a small part of a large folder.
const maxRows = 1200

// order is the ids of a list and where each of them stands. It is never changed once made, so any goroutine may read it.
type order struct {
	ids []int64
	at  map[int64]int
}

// newOrder indexes ids. keep, if it is not 0 and not among them, is put where it stood in before: a message that is being
// read does not vanish from the list of unread ones under one's eyes.
func newOrder(ids []int64, keep int64, before order) order {
	o := order{ids: ids, at: make(map[int64]int, len(ids)+1)}
	for i, id := range ids {
		o.at[id] = i
	}
	if keep == 0 {
		return o
	}
	if _, have := o.at[keep]; have {
		return o
	}
	was, stood := before.at[keep]
	if !stood {
		return o
	}
	at := 0
	for i := was - 1; i >= 0; i-- {
		if n, have := o.at[before.ids[i]]; have {
			at = n + 1
			break
		}
	}
	o.ids = append(append(append(make([]int64, 0, len(ids)+1), ids[:at]...), keep), ids[at:]...)
	for i := at; i < len(o.ids); i++ {
		o.at[o.ids[i]] = i
	}
	return o
}

// index is where an id stands, or -1.
func (o order) index(id int64) int {
	if i, ok := o.at[id]; ok {
		return i
	}
	return -1
}

// cached is a row in memory. A stale one is shown until it has been read again; a gone one was not found.
type cached struct {
	row         mirror.MessageRow
	stale, gone bool
}

// listing is the message list without widgets: the order, and the rows that were read lately. It belongs to the UI thread.
type listing struct {
	order
	rows map[int64]*list.Element // of *cached
	used *list.List              // latest used first
}

func newListing() *listing {
	return &listing{rows: map[int64]*list.Element{}, used: list.New()}
}

// row gives the row at an index; loaded is false while it has to be read (again).
func (l *listing) row(i int) (row mirror.MessageRow, known, loaded bool) {
	if i < 0 || i >= len(l.ids) {
		return row, false, true
	}
	return l.byID(l.ids[i])
}

func (l *listing) byID(id int64) (row mirror.MessageRow, known, loaded bool) {
	e, ok := l.rows[id]
	if !ok {
		return row, false, false
	}
	l.used.MoveToFront(e)
	c := e.Value.(*cached)
	return c.row, !c.gone, !c.stale
}

// put keeps rows, and forgets those used least lately.
func (l *listing) put(asked []int64, rows []mirror.MessageRow) {
	for _, r := range rows {
		l.set(r.ID, &cached{row: r})
	}
	got := make(map[int64]bool, len(rows))
	for _, r := range rows {
		got[r.ID] = true
	}
	for _, id := range asked {
		if !got[id] {
			l.set(id, &cached{gone: true})
		}
	}
	for l.used.Len() > maxRows {
		e := l.used.Back()
		l.used.Remove(e)
		delete(l.rows, e.Value.(*cached).row.ID)
	}
}

func (l *listing) set(id int64, c *cached) {
	c.row.ID = id
	if e, ok := l.rows[id]; ok {
		e.Value = c
		l.used.MoveToFront(e)
		return
	}
	l.rows[id] = l.used.PushFront(c)
}

// outdate marks rows to be read again; nil means all.
func (l *listing) outdate(ids []int64) {
	if ids == nil {
		for _, e := range l.rows {
			e.Value.(*cached).stale = true
		}
		return
	}
	for _, id := range ids {
		if e, ok := l.rows[id]; ok {
			e.Value.(*cached).stale = true
		}
	}
}

// missing lists the ids of a range that have to be read.
func (l *listing) missing(from, to int) []int64 {
	var out []int64
	for i := max(0, from); i < min(to, len(l.ids)); i++ {
		if e, ok := l.rows[l.ids[i]]; !ok || e.Value.(*cached).stale {
			out = append(out, l.ids[i])
		}
	}
	return out
}
