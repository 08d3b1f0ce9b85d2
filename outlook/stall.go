package outlook

import (
	"context"
	"errors"
	"io"
	"time"
)

var errStalled = errors.New("the download has stalled")

// stallWatch ends a download when nothing came for a while: a connection that hangs would hold its place for ever. Only
// waiting for the network counts, not what the bytes are used for. A nil one watches nothing.
type stallWatch struct {
	limit time.Duration
	timer *time.Timer
	stop  context.CancelCauseFunc
}

// watchStalls gives the context of what is watched; end is to be called.
func watchStalls(ctx context.Context, limit time.Duration) (context.Context, *stallWatch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &stallWatch{limit: limit, stop: cancel, timer: time.AfterFunc(limit, func() { cancel(errStalled) })}
	w.timer.Stop()
	return ctx, w
}

func (w *stallWatch) begin() {
	if w != nil {
		w.timer.Reset(w.limit)
	}
}

func (w *stallWatch) pause() {
	if w != nil {
		w.timer.Stop()
	}
}

func (w *stallWatch) end() {
	w.pause()
	w.stop(nil)
}

// body watches each reading of an answer's body.
func (w *stallWatch) body(b io.ReadCloser) io.ReadCloser {
	if w == nil {
		return b
	}
	return watchedBody{b, w}
}

type watchedBody struct {
	io.ReadCloser
	watch *stallWatch
}

func (b watchedBody) Read(p []byte) (int, error) {
	b.watch.begin()
	defer b.watch.pause()
	return b.ReadCloser.Read(p)
}
