package session

import (
	"context"
	"net/http"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// forgetRounds is how often memory is emptied, forgetPause how long each waits: connections end in goroutines of their own,
// and a place that another goroutine had set aside is free only after the next collection.
const (
	forgetRounds = 5
	forgetPause  = 100 * time.Millisecond
)

// forget takes out of memory what has been dropped: after a sign-in the code and its verifier, after a sign-out the tokens.
// Connections are closed, for their buffers hold the last requests with their tokens. Go does not empty what it frees, so
// free places among what is still in use are filled over, and the rest goes back to the system, which empties it. It takes
// less than a second, most of it waiting, or until ctx ends. It cannot reach what the system has copied elsewhere, such as
// swapped pages, nor the buffers that the keychain's library keeps.
func (s *Session) forget(ctx context.Context) {
	client := s.o.HTTP
	if client == nil {
		client = &http.Client{} // of the transport that everybody shares who was given none
	}
	client.CloseIdleConnections()
	for range forgetRounds {
		empty()
		select {
		case <-ctx.Done():
			return
		case <-time.After(forgetPause):
		}
	}
	debug.FreeOSMemory()
}

// emptying lets one at a time change how many processors the program uses.
var emptying sync.Mutex

// empty frees and fills over with one processor: each of several would set aside places that nobody else can fill.
func empty() {
	emptying.Lock()
	defer emptying.Unlock()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	// The first finds what was dropped and what only holds it weakly, such as package unique's table; the second frees it.
	runtime.GC()
	runtime.GC()
	fillOver()
}

// fillOver allocates, size class by size class, as much as lies free between things in use: the allocator takes those places
// first, and empties them as it does. Only memory without pointers is filled, since that is where texts are.
func fillOver() {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/unused:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return
	}
	free := min(sample[0].Value.Uint64(), 64<<20)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	for _, class := range stats.BySize {
		if class.Size < 64 { // no token is so short
			continue
		}
		held := make([][]byte, 0, free/uint64(class.Size)+1)
		for range cap(held) {
			held = append(held, make([]byte, class.Size))
		}
		runtime.KeepAlive(held)
	}
}
