package session

import (
	"context"
	"net/http"
	"runtime/debug"
	"time"
)

// forgetRounds is how often memory is emptied before a sign-in or sign-out is over, forgetPause how long each waits:
// connections end in goroutines of their own, and what they held is free only after the next collection.
const (
	forgetRounds = 5
	forgetPause  = 100 * time.Millisecond
)

// forgetLater are the times after which memory is emptied once more. A request that was on its way, or a goroutine that
// had no turn on a busy computer, lets go of a token only then.
var forgetLater = []time.Duration{time.Second, 3 * time.Second, 10 * time.Second}

// forget takes out of memory what has been dropped: after a sign-in the code and its verifier, after a sign-out the tokens.
// Connections are closed, for their buffers hold the last requests with their tokens. Go does not empty what it frees, so
// free places among what is still in use are filled over, and the rest goes back to the system, which empties it. It takes
// less than a second, most of it waiting, or until ctx ends, and goes on in the background until Close. It cannot reach what
// the system has copied elsewhere, such as swapped pages, nor the buffers that the keychain's library keeps, nor what a stack
// in use has below its end, if a text lay in its pages before.
func (s *Session) forget(ctx context.Context) {
	defer s.forgetMore(ctx)
	for range forgetRounds {
		s.closeIdle()
		empty()
		select {
		case <-ctx.Done():
			return
		case <-time.After(forgetPause):
		}
	}
	debug.FreeOSMemory()
}

// closeIdle closes connections that wait for another request. One that answered since the last time holds a token again.
func (s *Session) closeIdle() {
	client := s.o.HTTP
	if client == nil {
		client = &http.Client{} // of the transport that everybody shares who was given none
	}
	client.CloseIdleConnections()
}

// forgetMore empties memory again in the background. It outlives ctx, and
// ends with Close. A call starts the times anew.
func (s *Session) forgetMore(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.stopForgetting()
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stopForgetting = cancel
	s.background.Go(func() {
		defer cancel()
		for _, pause := range forgetLater {
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			s.closeIdle()
			empty()
			debug.FreeOSMemory()
		}
	})
}

// Close ends what goes on in the background and waits for it. Accounts stay connected.
func (s *Session) Close() {
	s.mu.Lock()
	s.closed = true
	s.stopForgetting()
	s.mu.Unlock()
	s.background.Wait()
}
