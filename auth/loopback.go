package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// loopback is an HTTP server on 127.0.0.1 and ::1 at one port, for the length of one sign-in (RFC 8252 section 7.3).
type loopback struct {
	port      int
	listeners []net.Listener
	server    *http.Server
	serving   sync.WaitGroup
	patience  time.Duration // with a client that is slow to say what it wants

	mu    sync.Mutex
	quiet map[net.Conn]bool // connections on which nothing was sent yet: browsers open some in advance
}

const loopbackPatience = 5 * time.Second

// listenLoopback takes a free port on both loopback addresses and keeps it: a port that is found, closed and opened again
// can be another program's by then. Both, because browsers resolve "localhost" to either, and whoever held the other one
// would receive the code. A computer without IPv6 gets 127.0.0.1 only.
func listenLoopback() (*loopback, error) {
	var last error
	for range 20 {
		v4, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("open a port on 127.0.0.1: %w: %w", ErrListen, err)
		}
		port := v4.Addr().(*net.TCPAddr).Port
		v6, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
		if err == nil {
			return &loopback{port: port, listeners: []net.Listener{v4, v6}, patience: loopbackPatience}, nil
		}
		last = err
		if probe, err := net.Listen("tcp6", "[::1]:0"); err == nil {
			_ = probe.Close()
			_ = v4.Close()
			continue // IPv6 works, so this port of it is taken: draw another
		}
		return &loopback{port: port, listeners: []net.Listener{v4}, patience: loopbackPatience}, nil
	}
	return nil, fmt.Errorf("find a port that is free on 127.0.0.1 and ::1: %w: %w", ErrListen, last)
}

func (l *loopback) host() string { return "localhost:" + strconv.Itoa(l.port) }

// redirect is the redirect_uri. "http://localhost" is registered; the login server ignores the port and compares the path,
// which is empty, exactly.
func (l *loopback) redirect() string { return "http://" + l.host() }

func (l *loopback) serve(h http.Handler) {
	l.quiet = map[net.Conn]bool{}
	l.server = &http.Server{
		Handler:           h,
		ConnState:         l.watch,
		ReadHeaderTimeout: l.patience,
		ReadTimeout:       2 * l.patience,
		WriteTimeout:      2 * l.patience,
		IdleTimeout:       l.patience,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // it would quote what strangers send
	}
	l.server.SetKeepAlivesEnabled(false)
	for _, ln := range l.listeners {
		l.serving.Go(func() { _ = l.server.Serve(ln) })
	}
}

func (l *loopback) watch(conn net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if state == http.StateNew {
		l.quiet[conn] = true
	} else {
		delete(l.quiet, conn)
	}
}

// hangUp closes the connections that a browser opened in advance; Shutdown would wait five seconds for each.
func (l *loopback) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.quiet {
		_ = conn.Close()
	}
}

// close lets answers that are being written finish, for a moment, then ends everything and waits for it.
func (l *loopback) close(ctx context.Context) {
	if l.server == nil {
		for _, ln := range l.listeners {
			_ = ln.Close()
		}
		return
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	l.hangUp()
	if err := l.server.Shutdown(grace); err != nil && !errors.Is(err, http.ErrServerClosed) {
		_ = l.server.Close()
	}
	l.serving.Wait()
}
