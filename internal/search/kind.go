package search

import "time"

// Kind is what sort of row a document of the index stands for. The numbers are in people's files: see
// internal/store/migrations/0004_search.sql.
type Kind int

// The kinds. Mail, events and notes come newest first, people and companies in the order they were made.
const (
	Message Kind = iota
	Event
	Person
	Company
	PersonNote  // its id is the person's
	CompanyNote // its id is the company's
)

// Hit is one document found. At is its minute, UTC; zero for kinds that have no time.
type Hit struct {
	Kind Kind
	ID   int64
	At   time.Time
}

const maxMinute = 1<<28 - 1

// timed says whether documents of the kind are in the order of time.
func (k Kind) timed() bool { return k != Person && k != Company }

// Span is the rowids of a kind's documents that lie in the query's time, both ends included. The index counts minutes.
func (q Query) Span(k Kind) (lo, hi int64) {
	after, before := q.After, q.Before
	base := int64(k) << 60
	if !k.timed() {
		return base, base | (1<<60 - 1)
	}
	first, last := int64(0), int64(maxMinute) // minutes since 1970
	if !after.IsZero() {
		first = max(0, min(maxMinute, after.Unix()/60))
	}
	if !before.IsZero() {
		last = max(-1, min(maxMinute, (before.Unix()+59)/60-1))
	}
	return base | (maxMinute-last)<<32, base | (maxMinute-first)<<32 | 0xffffffff
}

// HitOf is what a rowid of the index says.
func HitOf(doc int64) Hit {
	h := Hit{Kind: Kind(doc >> 60), ID: doc & 0xffffffff}
	if h.Kind.timed() {
		h.At = time.Unix((maxMinute-(doc>>32&maxMinute))*60, 0).UTC()
	} else {
		h.ID = doc & (1<<60 - 1)
	}
	return h
}
