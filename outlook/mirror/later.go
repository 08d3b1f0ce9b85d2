package mirror

import (
	"errors"
	"sync"
	"time"

	"supercrm/outlook"
)

// How long a message that failed is left alone: at first, then doubled each time, and at most.
const (
	firstLater   = time.Minute
	longestLater = 6 * time.Hour
)

// enoughFailures is after how many failures in a row a worker rests: it may be the service rather than the messages.
const enoughFailures = 5

// later holds the messages that could not be completed, so that they do not keep the others waiting. It is only kept in
// memory: another start tries them again.
type later struct {
	mu     sync.Mutex
	failed map[int64]failure // by row
	inARow int
}

// failure is what is known of a message that failed.
type failure struct {
	times     int
	at, until time.Time
	refused   time.Time // when it was refused last; zero: never
}

// cutOften is how often a message's answer may be cut off before that is taken for the message's doing.
const cutOften = 3

// note keeps a message that failed at a moment from being tried again at once, and tells whether enough have
// failed in a row.
func (l *later) note(id int64, at time.Time, err error) (enough bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		l.failed = map[int64]failure{}
	}
	f := l.failed[id]
	f.times++
	step := f.times - 1
	if outlook.IsNetwork(err) {
		step = f.times - cutOften
	}
	f.at, f.until = at, at
	if step >= 0 {
		f.until = at.Add(min(firstLater<<min(step, 10), longestLater))
	}
	if outlook.IsRefused(err) {
		f.refused = at
	}
	l.failed[id] = f
	l.inARow++
	return l.inARow >= enoughFailures
}

// well notes that a message did not fail.
func (l *later) well(id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.failed, id)
	l.inARow = 0
}

// refusedAt is when a message was refused last; zero if it was not.
func (l *later) refusedAt(id int64) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed[id].refused
}

// now gives, as a list in JSON, the messages that are to be left alone at a moment.
func (l *later) now(at time.Time) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	ids := []int64{}
	for id, f := range l.failed {
		if at.Before(f.until) && !at.Before(f.at) { // a clock that was put back leaves nothing alone
			ids = append(ids, id)
		}
	}
	return toJSON(ids)
}

// clear has everything tried again: the network, or the sign-in, is another one.
func (l *later) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed, l.inARow = nil, 0
}

// toAll says of a message's failure that the others would fare alike, so that a worker does better to rest.
func toAll(err error) bool {
	return hopeless(err) || outlook.IsThrottled(err) || outlook.IsMailboxAway(err) || errors.Is(err, outlook.ErrToken)
}

// itsOwn says of a failure that it may be the message's, whatever else: no answer in time, too, may be the answer's length.
func itsOwn(err error) bool {
	var n *outlook.NetworkError
	return err != nil && !toAll(err) || errors.As(err, &n) && !n.Unsent
}
