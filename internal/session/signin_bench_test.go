package session

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/auth"
	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/devtenant/visitor"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
)

// stopwatch sums the time that requests take, until their bodies are read, and notes when the first call of Graph began.
type stopwatch struct {
	http.Transport
	mu    sync.Mutex
	spent time.Duration
	graph time.Time     // the first call of Graph
	first chan struct{} // closed with it
}

func (s *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	s.mu.Lock()
	if strings.Contains(r.URL.Path, "/graph/") && s.graph.IsZero() {
		s.graph = began
		close(s.first)
	}
	s.mu.Unlock()
	res, err := s.Transport.RoundTrip(r)
	if err != nil {
		s.add(began)
		return nil, err
	}
	res.Body = &timedBody{ReadCloser: res.Body, done: sync.OnceFunc(func() { s.add(began) })}
	return res, nil
}

// add counts what went by before the first call of Graph.
func (s *stopwatch) add(began time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.graph.IsZero() {
		s.spent += time.Since(began)
	}
}

// timedBody tells when it has been read, or was given up.
type timedBody struct {
	io.ReadCloser
	done func()
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.done()
	}
	return n, err
}

func (b *timedBody) Close() error {
	b.done()
	return b.ReadCloser.Close()
}

// BenchmarkSignInToFirstCall measures our own time from the press of "Sign in" until the first call of Graph leaves: the
// whole, less the HTTP round trips and less the time in the browser, up to the moment at which it brings the answer. With
// SUPERCRM_TEST_KEYCHAIN=private the sign-in is kept in the system's keychain, else in memory; the name tells which.
func BenchmarkSignInToFirstCall(b *testing.B) {
	tenant := tenanttest.Start(b, func(o *devtenant.Options) { o.Seed = "empty" })
	name := "keychain=memory"
	keys := func() auth.Keychain { return auth.NewMemoryKeychain() }
	if os.Getenv("SUPERCRM_TEST_KEYCHAIN") == "private" {
		name = "keychain=system"
		keys = func() auth.Keychain { return auth.NewKeychain(auth.KeychainService(tenant.ClientID, tenant.LoginURL)) }
	}
	b.Run(name, func(b *testing.B) {
		var own, whole time.Duration
		for range b.N {
			o, w := timeSignIn(b, tenant, keys())
			own, whole = own+o, whole+w
		}
		b.ReportMetric(float64(own.Nanoseconds())/float64(b.N), "ns/op")
		b.ReportMetric(float64(whole.Nanoseconds())/float64(b.N), "whole-ns/op")
	})
}

func timeSignIn(b *testing.B, tenant *devtenant.Server, keys auth.Keychain) (own, whole time.Duration) {
	b.Helper()
	dir := b.TempDir()
	db, err := store.Open(b.Context(), filepath.Join(dir, "supercrm.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	m := mirror.New(mirror.Options{DB: db})
	defer m.Close()
	watch := &stopwatch{first: make(chan struct{})}
	defer watch.CloseIdleConnections()
	client := &http.Client{Transport: watch}
	keeper := auth.New(auth.Config{ClientID: tenant.ClientID, LoginURL: tenant.LoginURL, LockDir: dir, HTTP: client}, keys, nil)
	s := New(Options{Auth: keeper, Mirror: m, GraphURL: tenant.GraphURL, HTTP: client})
	defer s.Close()

	v := visitor.New()
	defer v.Close()
	var browsing time.Duration
	visited := make(chan error, 1)
	began := time.Now()
	a, err := s.SignIn(b.Context(), auth.SignInOptions{Open: func(address string) error {
		opened := time.Now()
		v.Answering = func() { browsing = time.Since(opened) }
		visited <- v.SignIn(b.Context(), address, directory.DemoUPN, directory.DemoPassword)
		return nil
	}})
	if err != nil {
		b.Fatal(err)
	}
	select {
	case <-watch.first:
	case <-time.After(30 * time.Second):
		b.Fatal("Graph is not called")
	}
	if err := <-visited; err != nil {
		b.Fatal(err)
	}
	watch.mu.Lock()
	whole = watch.graph.Sub(began)
	own = whole - watch.spent - browsing
	watch.mu.Unlock()
	if err := s.SignOut(context.WithoutCancel(b.Context()), a); err != nil {
		b.Fatal(err)
	}
	return own, whole
}
