package auth

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// underAttack starts a sign-in, lets attack do its worst against the waiting listener, then finishes properly and demands
// that the sign-in succeeds in spite of it.
func underAttack(t *testing.T, o SignInOptions, attack func(redirect string, form url.Values)) {
	t.Helper()
	f := newFakeLogin(t)
	o.Open = func(u string) error {
		redirect, form := f.approve(u)
		attack(redirect, form)
		if o.QueryMode {
			read(browser.Get(redirect + "/?" + form.Encode()))
		} else if status, body := postForm(redirect, form); status != 200 {
			t.Errorf("the real answer got %d: %s", status, body)
		}
		return nil
	}
	if _, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), o); err != nil {
		t.Errorf("the sign-in did not survive: %v", err)
	}
}

func with(form url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = append([]string(nil), v...)
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			out.Del(pairs[i])
		} else {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}

func TestStraysAreAnsweredCalmlyAndEndNothing(t *testing.T) {
	underAttack(t, SignInOptions{}, func(redirect string, form url.Values) {
		send := func(method, path, host, contentType, body string) int {
			req, err := http.NewRequest(method, redirect+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if host != "" {
				req.Host = host
			}
			if contentType != "" {
				req.Header.Set("Content-Type", contentType)
			}
			status, _ := read(browser.Do(req))
			return status
		}
		const formType = "application/x-www-form-urlencoded"
		good := form.Encode()
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(redirect, "http://"))
		for _, tc := range []struct {
			name, method, path, host, kind, body string
			want                                 int
		}{
			{"forged state", "POST", "/", "", formType, with(form, "state", "forged").Encode(), 400},
			{"state one letter off", "POST", "/", "", formType, with(form, "state", form.Get("state")[1:]+"x").Encode(), 400},
			{"no state", "POST", "/", "", formType, with(form, "state", "").Encode(), 400},
			{"error without state", "POST", "/", "", formType, "error=access_denied", 400},
			{"error with forged state", "POST", "/", "", formType, "error=access_denied&state=forged", 400},
			{"state twice", "POST", "/", "", formType, good + "&state=forged", 400},
			{"code twice", "POST", "/", "", formType, good + "&code=mine", 400},
			{"error twice", "POST", "/", "", formType, "error=a&error=b&state=" + form.Get("state"), 400},
			{"neither code nor error", "POST", "/", "", formType, "state=" + form.Get("state"), 400},
			{"broken escape", "POST", "/", "", formType, good + "&x=%zz", 400},
			{"empty", "POST", "/", "", formType, "", 400},
			{"answer in the address", "POST", "/?" + good, "", formType, good, 400},
			{"code by GET", "GET", "/?" + good, "", "", "", 405},
			{"put", "PUT", "/", "", formType, good, 405},
			{"head", "HEAD", "/", "", "", "", 405},
			{"preflight", "OPTIONS", "/", "", "", "", 405},
			{"json", "POST", "/", "", "application/json", `{"state":"x"}`, 415},
			{"no type", "POST", "/", "", "", good, 415},
			{"multipart", "POST", "/", "", "multipart/form-data; boundary=x", good, 415},
			{"favicon", "GET", "/favicon.ico", "", "", "", 404},
			{"other path", "POST", "/callback", "", formType, good, 404},
			{"rebinding host", "POST", "/", "evil.example:" + port, formType, good, 400},
			{"rebinding host without port", "POST", "/", "localhost", formType, good, 400},
			{"host by number", "POST", "/", "127.0.0.1:" + port, formType, good, 400},
		} {
			if got := send(tc.method, tc.path, tc.host, tc.kind, tc.body); got != tc.want {
				t.Errorf("%s: status %d, want %d", tc.name, got, tc.want)
			}
		}
	})
}

func TestFaviconStorm(t *testing.T) {
	underAttack(t, SignInOptions{}, func(redirect string, _ url.Values) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					if status, body := read(browser.Get(redirect + "/favicon.ico")); status != 404 {
						t.Errorf("status %d: %s", status, body)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestTenMegabyteBody(t *testing.T) {
	underAttack(t, SignInOptions{}, func(redirect string, form url.Values) {
		body := strings.NewReader(form.Encode() + "&pad=" + strings.Repeat("x", 10<<20))
		resp, err := browser.Post(redirect, "application/x-www-form-urlencoded", body)
		if err != nil {
			return // cut off while it was still sending, which is as good
		}
		if status, _ := read(resp, nil); status != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", status)
		}
	})
}

func TestSlowClientHoldsUpNobody(t *testing.T) {
	var slow []net.Conn
	defer func() {
		for _, c := range slow {
			c.Close()
		}
	}()
	began := time.Now()
	underAttack(t, SignInOptions{}, func(redirect string, _ url.Values) {
		for i := range 20 {
			conn, err := net.Dial("tcp", strings.TrimPrefix(redirect, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			slow = append(slow, conn)
			if i%2 == 0 {
				fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nstate=", strings.TrimPrefix(redirect, "http://"))
			} else {
				fmt.Fprint(conn, "POST / HT")
			}
		}
	})
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("took %v", took)
	}
	for _, c := range slow { // all of them are cut off when the sign-in is over
		_ = c.SetReadDeadline(time.Now().Add(3 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Error("a slow connection is still open")
		}
	}
}

// TestSlowClientIsCutOff: a connection that trickles does not stay until the sign-in is over.
func TestSlowClientIsCutOff(t *testing.T) {
	lo, err := listenLoopback()
	if err != nil {
		t.Fatal(err)
	}
	lo.patience = 50 * time.Millisecond
	lo.serve(&callbackHandler{host: lo.host(), question: question{state: "s", read: parseCallback, judge: redirectKind, done: pageDone}, settle: func(answer) bool { return true }})
	defer lo.close(t.Context())
	for name, begin := range map[string]string{
		"nothing": "", "half a line": "POST / HT", "half a header": "POST / HTTP/1.1\r\nHost: " + lo.host() + "\r\nX: ",
		"half a body": "POST / HTTP/1.1\r\nHost: " + lo.host() + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nstate=",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", lo.listeners[0].Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = io.WriteString(conn, begin)
			if _, err := io.Copy(io.Discard, conn); err != nil && strings.Contains(err.Error(), "timeout") {
				t.Error("it is still open")
			}
		})
	}
}

// TestBrowserThatConnectsInAdvance opens connections and sends nothing, as Chromium does: they must not hold up the end.
func TestBrowserThatConnectsInAdvance(t *testing.T) {
	testRSA() // made once, and not on this test's time
	began := time.Now()
	underAttack(t, SignInOptions{}, func(redirect string, _ url.Values) {
		for range 4 {
			conn, err := net.Dial("tcp", strings.TrimPrefix(redirect, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
		}
		read(browser.Get(redirect + "/favicon.ico")) // so that the others have been accepted
	})
	if took := time.Since(began); took > 1900*time.Millisecond {
		t.Errorf("took %v", took)
	}
}

func TestReplayedCallbackAndSecondTab(t *testing.T) {
	f := newFakeLogin(t)
	h := &callbackHandler{host: "localhost:1", question: question{state: "s", read: parseCallback, judge: redirectKind, done: pageDone}}
	var settled int
	h.settle = func(answer) bool { settled++; return settled == 1 }
	for i, want := range []int{200, 409, 409} {
		w := &recorder{header: http.Header{}}
		r, _ := http.NewRequest("POST", "http://localhost:1/", strings.NewReader("state=s&code=c"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		h.ServeHTTP(w, r)
		if w.status != want {
			t.Errorf("answer %d got %d, want %d", i, w.status, want)
		}
	}
	// The same over the wire: both tabs answer at once, one wins, the other does no harm.
	c := f.client(NewMemoryKeychain())
	var taken atomic.Int32
	answered := make(chan struct{})
	_, err := c.SignIn(t.Context(), SignInOptions{Open: func(u string) error {
		redirect, first := f.approve(u)
		_, second := f.approve(u)
		defer close(answered)
		var wg sync.WaitGroup
		for _, form := range []url.Values{first, second, first} {
			wg.Go(func() {
				if status, _ := postForm(redirect, form); status == http.StatusOK {
					taken.Add(1)
				} // else 409, or nobody listens any more
			})
		}
		wg.Wait()
		return nil
	}})
	<-answered
	if n := taken.Load(); n != 1 {
		t.Errorf("%d answers were taken", n)
	}
	if err != nil || f.count() != 1 {
		t.Errorf("%v, %d codes redeemed", err, f.count())
	}
	// A second sign-in at the same time has its own port and state: neither takes the other's answer.
	var wg sync.WaitGroup
	addresses := make(chan string, 2)
	for range 2 {
		wg.Go(func() {
			_, err := c.SignIn(t.Context(), SignInOptions{Open: func(u string) error { addresses <- u; return nil }})
			if err != nil {
				t.Error(err)
			}
		})
	}
	a, b := <-addresses, <-addresses
	ra, fa := f.approve(a)
	rb, fb := f.approve(b)
	if s1, _ := postForm(rb, fa); s1 != 400 {
		t.Errorf("the other tab's answer got %d", s1)
	}
	postForm(ra, fa)
	postForm(rb, fb)
	wg.Wait()
}

func pageOf(p page) []byte {
	w := &recorder{header: http.Header{}}
	writePage(w, 200, p)
	return w.body.Bytes()
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(s int)           { r.status = s }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

func TestHTMLInErrorTextIsHarmless(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	h := &callbackHandler{host: "localhost:1", question: question{state: "s", read: parseCallback, judge: redirectKind, done: pageDone}, settle: func(answer) bool { return true }}
	w := &recorder{header: http.Header{}}
	form := url.Values{"state": {"s"}, "error": {evil}, "error_description": {evil}, "error_uri": {evil}}
	r, _ := http.NewRequest("POST", "http://localhost:1/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.ServeHTTP(w, r)
	page := w.body.String()
	if strings.Contains(page, "<script") || strings.Contains(page, "<img") || !strings.Contains(page, "&lt;script&gt;") {
		t.Errorf("page = %s", page)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if w.header.Get(name) != want {
			t.Errorf("%s = %q", name, w.header.Get(name))
		}
	}
	if csp := w.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy = %q", csp)
	}
	if clean := string(pageOf(pageDone())); strings.Contains(clean, "http") || strings.Contains(clean, "src=") || strings.Contains(clean, "url(") {
		t.Error("the page fetches something")
	}
}

func TestListensOnBothLoopbackAddressesOnly(t *testing.T) {
	lo, err := listenLoopback()
	if err != nil {
		t.Fatal(err)
	}
	lo.serve(http.NotFoundHandler())
	defer lo.close(t.Context())
	for _, ln := range lo.listeners {
		a := ln.Addr().(*net.TCPAddr)
		if !a.IP.IsLoopback() || a.Port != lo.port {
			t.Errorf("listens on %v", a)
		}
	}
	if probe, err := net.Listen("tcp6", "[::1]:0"); err == nil {
		probe.Close()
		if len(lo.listeners) != 2 {
			t.Error("IPv6 works here and is not listened on")
		}
	} else if len(lo.listeners) != 1 {
		t.Errorf("%d listeners without IPv6", len(lo.listeners))
	}
}

func TestCallerOfASlowTokenEndpointCanLeave(t *testing.T) {
	f := newFakeLogin(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.pause = func() { cancel(); time.Sleep(100 * time.Millisecond) }
	_, err := f.client(NewMemoryKeychain()).SignIn(ctx, SignInOptions{Open: f.agree})
	if Explain(err).ID != "cancelled" {
		t.Errorf("err = %v", err)
	}
}

func FuzzCallback(f *testing.F) {
	f.Add("code=c&state=s")
	f.Add("state=s&error=access_denied&error_description=AADSTS65004%3a+x")
	f.Add("state=s&state=s&code=c")
	f.Add("state=S&code=c")
	f.Add("%zz;&=")
	f.Fuzz(func(t *testing.T, encoded string) {
		a, err := parseCallback(encoded, "s")
		if _, other := parseCallback(encoded, "another"); other == nil && !strings.Contains(encoded, "another") {
			t.Fatal("settled for a state that is not in it")
		}
		if err == nil && a.code.Empty() == (a.err == nil) {
			t.Fatal("neither code nor error, or both")
		}
		if err == nil && a.err != nil {
			if e := Explain(fmt.Errorf("x: %w: %w", redirectKind(a.err), a.err)); e.Title == "" || e.Text == "" {
				t.Fatal("nothing to say")
			}
			if s := a.err.Error(); len(s) > 300 || strings.ContainsAny(s, "\n\r\x00") {
				t.Fatalf("error breaks a log line: %q", s)
			}
		}
		_, _ = (question{read: parseCallback, state: "s"}).readPasted(encoded)
		_, _ = (question{read: parseCallback, state: "s"}).readPasted("http://localhost:1/?" + encoded)
	})
}
