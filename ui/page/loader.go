package page

import (
	"context"
	"errors"
	"time"

	"supercrm/internal/store"
)

// Loader reads something in the background and shows it, if nothing newer was asked for meanwhile: a late answer never
// overwrites a newer one. Its methods are called on the UI thread.
type Loader[T any] struct {
	host       Host
	what       string
	generation int
	cancel     context.CancelFunc
}

// NewLoader returns a loader; what names its goroutines.
func NewLoader[T any](host Host, what string) *Loader[T] { return &Loader[T]{host: host, what: what} }

// Load calls read on a goroutine, then show on the UI thread with what it gave. An earlier read that is still under way
// is cancelled and never shown.
func (l *Loader[T]) Load(read func(context.Context) (T, error), show func(T, error)) {
	l.Cancel()
	l.generation++
	generation := l.generation
	ctx, cancel := context.WithCancel(l.host.Context())
	l.cancel = cancel
	l.host.Go(l.what, func(context.Context) {
		value, err := read(ctx)
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return
		}
		l.host.Do(func() {
			if l.generation == generation {
				l.cancel = nil
				cancel()
				show(value, err)
			}
		})
	})
}

// Cancel drops what is under way.
func (l *Loader[T]) Cancel() {
	l.generation++
	if l.cancel != nil {
		l.cancel()
		l.cancel = nil
	}
}

// coalesce is how long changes are gathered before a page reads again.
const coalesce = 100 * time.Millisecond

// Watch calls changed on the UI thread when rows of the kinds were committed, at most every 100 ms, until the returned
// function is called or the program ends.
func Watch(host Host, what string, changed func([]store.Change), kinds ...store.Kind) (stop func()) {
	sub := host.Changes().Subscribe(kinds...)
	host.Go("watch "+what, func(ctx context.Context) {
		defer sub.End()
		for {
			select {
			case <-ctx.Done():
				return
			case _, open := <-sub.C():
				if !open {
					return
				}
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(coalesce):
			}
			if changes := sub.Take(); len(changes) > 0 {
				host.Do(func() { changed(changes) })
			}
		}
	})
	return sub.End
}
