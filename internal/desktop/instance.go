package desktop

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockName   = "instance.lock"
	callerName = "instance.addr" // "127.0.0.1:port token", 0600: who can read the profile may show the window
	callTime   = time.Second     // for one exchange
	askTime    = 3 * time.Second // for the second start, the first's own start included
)

// ErrNoAnswer is returned (wrapped) by SingleInstance when the program runs already but does not answer.
var ErrNoAnswer = errors.New("the program is running already, but does not answer")

// ErrNotReachable is returned (wrapped) by SingleInstance, with release, when this is the first start but later ones cannot
// ask it to show its window: the program works all the same.
var ErrNotReachable = errors.New("later starts cannot reach this one")

// SingleInstance lets the program run once in a profile folder. The first gets already=false and holds the profile until
// it calls release, which may be called more than once and waits for the one goroutine that listens. Each later start
// gets already=true and release nil, after it asked the first to show its window: show is called there, on a goroutine
// of its own, so it hands on to the UI thread and returns at once. With already=true, err is nil when the first answered
// and ErrNoAnswer when it did not in about three seconds. ctx bounds the asking, and ends the listening too.
func SingleInstance(ctx context.Context, dir string, show func()) (release func(), already bool, err error) {
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return nil, false, fmt.Errorf("lock the profile: %w", err)
	}
	if !got {
		return nil, true, ask(ctx, filepath.Join(dir, callerName))
	}
	stop, err := listen(ctx, filepath.Join(dir, callerName), show)
	if err != nil {
		return sync.OnceFunc(func() { _ = lock.Unlock() }), false, fmt.Errorf("%w: %w", ErrNotReachable, err)
	}
	// The lock file stays: removing it would let two starts each lock a file of that name. An error of Unlock has no
	// consequence, since the system frees the lock when the program ends.
	return sync.OnceFunc(func() { stop(); _ = lock.Unlock() }), false, nil
}

// listen answers later starts. It is a TCP port on loopback and not a Unix socket, since a socket's path may be no
// longer than about 100 bytes and this one works the same everywhere; the token keeps other people of the machine out.
func listen(ctx context.Context, path string, show func()) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		cancel()
		return nil, fmt.Errorf("listen for later starts: %w", err)
	}
	token := rand.Text()
	if err := writePrivate(path, ln.Addr().String()+" "+token+"\n"); err != nil {
		cancel()
		return nil, errors.Join(fmt.Errorf("note where to ask: %w", err), ln.Close())
	}
	var wg sync.WaitGroup
	context.AfterFunc(ctx, func() { ln.Close() })
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // out of descriptors, say: not for ever
				select {
				case <-ctx.Done():
				case <-time.After(callTime):
				}
				continue
			}
			answer(ctx, conn, token, show)
		}
	})
	return func() {
		os.Remove(path) // what is left after a crash is harmless: nobody reads it without the lock being held
		cancel()
		wg.Wait()
	}, nil
}

// answer serves one connection. They are served one after another, each for a second at most.
func answer(ctx context.Context, conn net.Conn, token string, show func()) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := conn.SetDeadline(time.Now().Add(callTime)); err != nil {
		return
	}
	asked, err := bufio.NewReader(io.LimitReader(conn, 128)).ReadString('\n')
	if err != nil || subtle.ConstantTimeCompare([]byte(asked), []byte("show "+token+"\n")) != 1 {
		return
	}
	show()
	_, _ = io.WriteString(conn, "shown\n") // who asked may have gone
}

// ask asks the running program to show its window. It may be starting just now, so it is asked until it answers.
func ask(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	for {
		err := askOnce(ctx, path)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrNoAnswer, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func askOnce(ctx context.Context, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read where to ask: %w", err)
	}
	addr, token, ok := parseCaller(string(text))
	if !ok {
		return errors.New("the note of where to ask is broken")
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("ask the running program: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := conn.SetDeadline(time.Now().Add(callTime)); err != nil {
		return fmt.Errorf("ask the running program: %w", err)
	}
	if _, err := io.WriteString(conn, "show "+token+"\n"); err != nil {
		return fmt.Errorf("ask the running program: %w", err)
	}
	reply, err := bufio.NewReader(io.LimitReader(conn, 128)).ReadString('\n')
	if err != nil {
		return fmt.Errorf("wait for the running program: %w", err)
	}
	if reply != "shown\n" {
		return errors.New("another program answers at its port")
	}
	return nil
}

// parseCaller reads a note of callerName. Only an address on loopback is taken from it.
func parseCaller(text string) (addr, token string, ok bool) {
	addr, token, ok = strings.Cut(strings.TrimSuffix(text, "\n"), " ")
	if !ok || token == "" || len(token) > 64 || strings.ContainsAny(token, " \r\n") {
		return "", "", false
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host != "127.0.0.1" || port == "" {
		return "", "", false
	}
	return addr, token, true
}

// writePrivate writes a file of mode 0600 so that a reader sees the old text or the new one.
func writePrivate(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600 by itself
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
