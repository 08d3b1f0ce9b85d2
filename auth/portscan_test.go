package auth

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPortScanWhileWaiting(t *testing.T) {
	underAttack(t, SignInOptions{}, func(redirect string, _ url.Values) {
		u, _ := url.Parse(redirect)
		probes := []string{"", "\x00", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET / HTTP/1.0\r\n\r\n", "HELP\r\n", "OPTIONS * RTSP/1.0\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: " + u.Host + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999\r\n\r\nstate=",
			"GET /.env HTTP/1.1\r\nHost: localhost\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", strings.Repeat("A", 100_000)}
		var all sync.WaitGroup
		for range 8 {
			for _, host := range []string{"127.0.0.1", "::1"} {
				for _, p := range probes {
					all.Go(func() {
						conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, u.Port()), 2*time.Second)
						if err != nil {
							return // no IPv6 here, or the probe before hung up
						}
						defer conn.Close()
						_ = conn.SetDeadline(time.Now().Add(time.Second))
						_, _ = io.WriteString(conn, p)
						answer, _ := io.ReadAll(io.LimitReader(conn, 1<<16))
						if bytes.Contains(answer, []byte("Microsoft has answered")) {
							t.Errorf("probe %q was taken for the answer", p)
						}
					})
				}
			}
		}
		all.Wait()
	})
}

// TestNothingSecretIsWrittenAnywhere goes through sign-in, refresh, refusals and forged answers, keeping everything that
// the package logs and says; then it looks for each code, token, state and name in it.
func TestNothingSecretIsWrittenAnywhere(t *testing.T) {
	f := newFakeLogin(t)
	var log bytes.Buffer
	var guard sync.Mutex
	out := &locked{w: &log, mu: &guard}
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	keys := NewMemoryKeychain()
	c := New(Config{ClientID: testClient, LoginURL: f.URL, HTTP: &http.Client{Transport: tr, Timeout: 5 * time.Second}, LockDir: t.TempDir()}, keys,
		slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug - 4})))

	secrets := []string{"alice@example.com", "Alice Example"}
	said := func(err error) {
		if err != nil {
			e := Explain(err)
			fmt.Fprintf(out, "%v %+v %#v %s %+v\n", err, err, err, e.Details(), e)
		}
	}
	opened := make(chan struct{}, 1)
	account, err := c.SignIn(t.Context(), SignInOptions{Open: func(u string) error {
		defer func() { opened <- struct{}{} }()
		redirect, form := f.approve(u)
		q := mustQuery(t, u)
		secrets = append(secrets, form.Get("code"), q.Get("state"), q.Get("nonce"), q.Get("code_challenge"))
		_, _ = postForm(redirect, with(form, "state", "forged"))
		_, _ = postForm(redirect, url.Values{"error": {"access_denied"}, "error_description": {"alice@example.com said no"}})
		_, body := postForm(redirect, form)
		_, _ = io.WriteString(out, body)
		return nil
	}})
	<-opened
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		token, err := c.Token(t.Context(), account.Key)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, token)
		kept, err := keys.Get(t.Context(), account.Key)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, kept.Reveal())
		fmt.Fprintf(out, "%v %+v %#v %s %q %x\n", kept, kept, kept, kept, kept, kept)
		fmt.Fprintf(out, "%+v %#v\n", c.session(account.Key).access, c.session(account.Key).unsaved)
		c.Challenge(account.Key, token, `{"access_token":{"nbf":{"value":"1"}}}`)
	}
	f.mu.Lock()
	f.answer = func(w http.ResponseWriter, _ url.Values) bool {
		refuse(w, 400, "invalid_grant", "AADSTS50173: alice@example.com must sign in", map[string]any{"suberror": "bad_token"})
		return true
	}
	f.mu.Unlock()
	_, err = c.Token(t.Context(), account.Key)
	said(err)
	if !errors.Is(err, ErrSignInAgain) {
		t.Fatalf("err = %v", err)
	}
	_, err = c.SignIn(t.Context(), SignInOptions{LoginHint: "alice@example.com", Open: func(u string) error {
		defer func() { opened <- struct{}{} }()
		redirect, form := f.approve(u)
		secrets = append(secrets, form.Get("code"))
		_, _ = postForm(redirect, form)
		return nil
	}})
	<-opened
	said(err)
	f.Close()
	c.Invalidate(account.Key, "x")
	_, err = c.SignIn(t.Context(), SignInOptions{LoginHint: "alice@example.com", Timeout: 50 * time.Millisecond, Open: func(string) error { return errors.New("no browser") }})
	said(err)

	guard.Lock()
	defer guard.Unlock()
	if log.Len() < 500 || len(secrets) < 12 {
		t.Fatalf("nothing was tried: %d bytes, %d secrets", log.Len(), len(secrets))
	}
	for i, s := range secrets {
		if s == "" || strings.Contains(log.String(), s) {
			t.Errorf("secret %d (%d bytes) is in the log, an error or a page, or is empty", i, len(s))
		}
	}
}

type locked struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
