package auth

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestCodeInjection: somebody who has seen the address of the sign-in under way, state and all, brings a code of their own
// sign-in, so that the person would work in a mailbox of the attacker's. The code is bound to the attacker's question: by
// PKCE, and should the server not look at that, by the nonce.
func TestCodeInjection(t *testing.T) {
	for name, c := range map[string]struct {
		change func(seen, own url.Values)
		want   error
	}{
		"stopped by PKCE":      {func(seen, own url.Values) { own.Set("nonce", seen.Get("nonce")) }, ErrTokenRefused},
		"stopped by the nonce": {func(seen, own url.Values) { own.Set("code_challenge", seen.Get("code_challenge")) }, ErrIDToken},
		"stopped by the return address": {func(seen, own url.Values) {
			own.Set("nonce", seen.Get("nonce"))
			own.Set("code_challenge", seen.Get("code_challenge"))
			own.Set("redirect_uri", "http://localhost:1")
		}, ErrTokenRefused},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeLogin(t)
			keys := NewMemoryKeychain()
			_, err := f.client(keys).SignIn(t.Context(), SignInOptions{Open: func(u string) error {
				seen := mustQuery(t, u)
				own := with(seen, "nonce", "the attacker's", "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
				c.change(seen, own)
				_, form := f.approve("https://login.example/?" + own.Encode())
				if status, _ := postForm(seen.Get("redirect_uri"), with(form, "state", seen.Get("state"))); status != 200 {
					t.Errorf("status %d", status)
				}
				return nil
			}})
			if !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
			if len(keys.secrets) != 0 {
				t.Error("a token was stored")
			}
		})
	}
}

// FuzzListener sends whole requests, as they come over the wire, to the handler that waits for the browser: nothing but a
// form post to the right host with the right state, each parameter once, settles it.
func FuzzListener(f *testing.F) {
	post := func(target, host, kind, body string) []byte {
		return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", target, host, kind, len(body), body)
	}
	const form = "application/x-www-form-urlencoded"
	f.Add(post("/", "localhost:1", form, "code=c&state=right"))
	f.Add(post("/", "localhost:1", form, "error=access_denied&state=right"))
	f.Add(post("/", "localhost:1", form, "code=c&state=wrong&state=right"))
	f.Add(post("/?state=right", "evil.example:1", form, "code=c"))
	f.Add(post("http://localhost:1/", "localhost:1", "text/plain", "code=c&state=right"))
	f.Add([]byte("GET /?code=c&state=right HTTP/1.1\r\nHost: localhost:1\r\n\r\n"))
	f.Add([]byte("POST / HTTP/1.1\r\nHost: localhost:1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ncod\r\n0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		settled := 0
		h := &callbackHandler{host: "localhost:1", question: question{state: "right", read: parseCallback, judge: redirectKind, done: pageDone},
			settle: func(answer) bool { settled++; return settled == 1 }}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		w := &recorder{header: http.Header{}}
		h.ServeHTTP(w, r)
		if w.status < 200 || w.status > 499 || w.header.Get("Content-Security-Policy") == "" {
			t.Fatalf("status %d, header %v", w.status, w.header)
		}
		if settled == 0 && w.status == http.StatusOK || settled > 1 {
			t.Fatalf("settled %d times with status %d", settled, w.status)
		}
		if settled == 1 {
			form, err := url.ParseQuery(string(body))
			if err != nil || r.Method != http.MethodPost || !strings.EqualFold(r.Host, "localhost:1") || r.URL.RawQuery != "" ||
				len(form["state"]) != 1 || form.Get("state") != "right" || len(form["code"])+len(form["error"]) == 0 {
				t.Fatalf("settled by %q", raw)
			}
		}
	})
}
