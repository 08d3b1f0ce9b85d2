package mirror

import (
	"sync"
	"time"
)

// lateness knows which items an edit of the person's was confirmed of since the round under way began, and which folders had a page
// written. A page of that round may have been read before and be written after: what it says of them may be older than
// what is known. It may be newer too, and then no other page will say it; so such an item is passed over and asked about
// at the end of the round (doubt). It is safe for concurrent use.
type lateness struct {
	mu    sync.Mutex
	began time.Time
	at    map[item]time.Time
	wrote map[int64]time.Time // folder's row → when its last page was written
}

type item struct {
	kind string // message or event
	id   int64
}

// begin says that a round begins, for which nothing was read yet.
func (l *lateness) begin(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.began, l.at = now, nil
}

// page says that a page of a folder's messages is being written.
func (l *lateness) page(folder int64, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wrote == nil {
		l.wrote = map[int64]time.Time{}
	}
	l.wrote[folder] = now
}

// passed says whether a page of a folder was written at that time or later: what was asked then about one of its messages
// may be older, and the folder does not tell again. Zero is the beginning of the round.
func (l *lateness) passed(folder int64, asked time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if asked.IsZero() {
		asked = l.began
	}
	at, ok := l.wrote[folder]
	return ok && !at.Before(asked)
}

// confirmed says that the service has taken an edit; it is called before that is written.
func (l *lateness) confirmed(kind string, id int64, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at == nil {
		l.at = map[item]time.Time{}
	}
	l.at[item{kind, id}] = now
}

// of says whether what this round read of an item may be older than what is known.
func (l *lateness) of(kind string, id int64) bool { return l.since(kind, id, time.Time{}) }

// since says whether an edit of an item was confirmed at that time or later, in this round. An answer asked for before the
// round began is taken to be older: what was confirmed then is forgotten.
func (l *lateness) since(kind string, id int64, asked time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !asked.IsZero() && asked.Before(l.began) {
		return true
	}
	at, ok := l.at[item{kind, id}]
	return ok && !at.Before(asked) && !at.Before(l.began)
}
