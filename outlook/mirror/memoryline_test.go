package mirror

import (
	"context"
	"net"
	"sync"
)

// memoryLine is a network of one address in memory. Unlike a socket, waiting for it counts as rest in a synctest bubble, so
// that simulated time goes on.
type memoryLine struct {
	calls chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newMemoryLine() *memoryLine {
	return &memoryLine{calls: make(chan net.Conn), done: make(chan struct{})}
}

func (l *memoryLine) Accept() (net.Conn, error) {
	select {
	case c := <-l.calls:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memoryLine) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *memoryLine) Addr() net.Addr { return memoryAddr{} }

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "tenant.example:80" }

func (l *memoryLine) dial(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.calls <- there:
		return here, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
