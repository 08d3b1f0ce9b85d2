package outlook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service answers with handle and counts the requests.
func service(t testing.TB, handle func(n int, w http.ResponseWriter, r *http.Request)) (*Client, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handle(int(n.Add(1)), w, r) }))
	t.Cleanup(srv.Close)
	return client(t, srv.URL, nil), &n
}

func client(t testing.TB, url string, change func(*Options)) *Client {
	t.Helper()
	hc := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(hc.CloseIdleConnections)
	opt := Options{BaseURL: url + "/v1.0", HTTP: hc, RetryBase: time.Millisecond, Timeout: 2 * time.Second,
		Token: func(context.Context) (string, error) { return "secret-token", nil }}
	if change != nil {
		change(&opt)
	}
	c, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fail(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"code":%q,"message":"anna@customer.example said Offer 7"}}`, code)
}

func TestEveryRequestAsksForImmutableIDs(t *testing.T) {
	var mu sync.Mutex
	var bad []string
	c, _ := service(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(strings.Join(r.Header.Values("Prefer"), ","), `IdType="ImmutableId"`) || r.Header.Get("Authorization") != "Bearer secret-token" || r.Header.Get("client-request-id") == "" {
			mu.Lock()
			bad = append(bad, r.Method+" "+r.URL.Path)
			mu.Unlock()
		}
		fmt.Fprint(w, `{"id":"x","value":[]}`)
	})
	ctx := t.Context()
	link := c.base.String() + "/me/next?$skiptoken=a"
	for name, do := range map[string]func() error{
		"me":       func() error { _, err := c.Me(ctx); return err },
		"zone":     func() error { _, err := c.MailboxZone(ctx); return err },
		"folders":  func() error { _, err := c.FoldersDelta(ctx, link); return err },
		"messages": func() error { _, err := c.MessagesDelta(ctx, "f", link, MessageFields, time.Time{}, 10); return err },
		"message":  func() error { _, err := c.Message(ctx, "m/+="); return err },
		"find":     func() error { _, err := c.FindByMarker(ctx, "it's"); return err },
		"patch":    func() error { _, err := c.PatchMessage(ctx, "m", MessagePatch{}); return err },
		"move":     func() error { _, err := c.MoveMessage(ctx, "m", "archive"); return err },
		"reply":    func() error { _, err := c.CreateAnswer(ctx, Reply, "m", Draft{}); return err },
		"send":     func() error { return c.Send(ctx, "m") },
		"events":   func() error { _, err := c.CalendarViewDelta(ctx, "c", link, time.Now(), time.Now()); return err },
		"create":   func() error { _, err := c.CreateEvent(ctx, "c", EventWrite{}); return err },
		"delete":   func() error { return c.DeleteEvent(ctx, "e") },
		"value":    func() error { return c.AttachmentValue(ctx, "m", "a", io.Discard) },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(bad) > 0 {
		t.Fatal(bad)
	}
}

func TestATokenNeverGoesElsewhere(t *testing.T) {
	var stolen atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	c, n := service(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "redirect") {
			http.Redirect(w, r, thief.URL+"/x", http.StatusTemporaryRedirect)
			return
		}
		fmt.Fprintf(w, `{"value":[],"@odata.nextLink":%q}`, thief.URL+"/v1.0/me")
	})
	for _, link := range []string{thief.URL + "/v1.0/x", "https://graph.microsoft.com.evil.example/", "//evil.example/x", "file:///etc/passwd",
		strings.Replace(c.base.String(), "http://", "http://u:p@", 1), "://", c.base.Scheme + "://" + c.base.Hostname() + "/x"} {
		if _, err := c.FoldersDelta(t.Context(), link); !errors.Is(err, ErrForeignLink) {
			t.Errorf("%q: %v", link, err)
		}
	}
	if n.Load() != 0 {
		t.Fatal("a request was made")
	}
	if _, err := c.FoldersDelta(t.Context(), ""); !errors.Is(err, ErrForeignLink) {
		t.Errorf("a page with a foreign link: %v", err)
	}
	if _, err := c.Message(t.Context(), "redirect"); statusOf(err) != http.StatusTemporaryRedirect {
		t.Errorf("redirect: %v", err)
	}
	if stolen.Load() != 0 {
		t.Fatal("the other host was asked")
	}
}

func TestA401IsTriedOnceWithAFreshToken(t *testing.T) {
	var refused []string
	tokens := []string{"old", "new"}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer old" {
			fail(w, 401, "InvalidAuthenticationToken")
			return
		}
		fmt.Fprint(w, `{"id":"m"}`)
	}))
	defer srv.Close()
	c := client(t, srv.URL, func(o *Options) {
		o.Token = func(context.Context) (string, error) { return tokens[min(len(refused), 1)], nil }
		o.Invalidate = func(token string) { refused = append(refused, token) }
	})
	if _, err := c.CreateDraft(t.Context(), Draft{}); err != nil || len(refused) != 1 || refused[0] != "old" {
		t.Fatal(err, refused)
	}
	tokens[1] = "old"
	refused = nil
	if err := c.Send(t.Context(), "m"); !IsUnauthorized(err) || len(refused) != 1 || !Unsent(err) {
		t.Fatal(err, refused)
	}
}

func TestOnlyReadsAreRepeated(t *testing.T) {
	c, n := service(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n%3 != 0 {
			fail(w, 503, "ServiceUnavailable")
			return
		}
		fmt.Fprint(w, `{"id":"m"}`)
	})
	if _, err := c.Message(t.Context(), "m"); err != nil || n.Load() != 3 {
		t.Fatal(err, n.Load())
	}
	for name, do := range map[string]func() error{
		"send":   func() error { return c.Send(t.Context(), "m") },
		"create": func() error { _, err := c.CreateEvent(t.Context(), "c", EventWrite{}); return err },
		"patch":  func() error { _, err := c.PatchMessage(t.Context(), "m", MessagePatch{}); return err },
	} {
		n.Store(0)
		if err := do(); !IsServer(err) || n.Load() != 1 || Unsent(err) {
			t.Errorf("%s: %v after %d", name, err, n.Load())
		}
	}
}

func TestRetryAfterHoldsTheWholeMailbox(t *testing.T) {
	var first atomic.Int64
	c, _ := service(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			first.Store(time.Now().UnixNano())
			w.Header().Set("Retry-After", "1")
			fail(w, 429, "ApplicationThrottled")
			return
		}
		fmt.Fprint(w, `{"id":"m"}`)
	})
	if _, err := c.PatchMessage(t.Context(), "m", MessagePatch{}); !IsThrottled(err) || !Unsent(err) {
		t.Fatal(err)
	}
	if time.Until(c.ThrottledUntil()) <= 0 {
		t.Fatal("the gate is open")
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, err := c.Message(t.Context(), "m"); err != nil {
				t.Error(err)
			}
			if d := time.Since(time.Unix(0, first.Load())); d < 900*time.Millisecond {
				t.Errorf("another request after %v", d)
			}
		})
	}
	wg.Wait()
}

func TestAtMostFourAtATime(t *testing.T) {
	var now, most atomic.Int64
	c, _ := service(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if k := now.Add(1); k > most.Load() {
			most.Store(k)
		}
		time.Sleep(5 * time.Millisecond)
		now.Add(-1)
		fmt.Fprint(w, `{"id":"m"}`)
	})
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() { _, _ = c.Message(t.Context(), "m") })
	}
	wg.Wait()
	if most.Load() > 4 {
		t.Fatalf("%d at a time", most.Load())
	}
}

func TestErrorsTellWithoutPersonalData(t *testing.T) {
	c, _ := service(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("request-id", "abc")
		fail(w, 404, "ErrorItemNotFound")
	})
	_, err := c.Message(t.Context(), "AAMk-private-id")
	if !IsNotFound(err) || IsRefused(err) || !strings.Contains(err.Error(), "ErrorItemNotFound (request abc)") {
		t.Fatal(err)
	}
	for _, secret := range []string{"anna", "Offer", "secret-token", "AAMk", "127.0.0.1"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is in %q", secret, err)
		}
	}
	dead := client(t, "http://127.0.0.1:1", nil)
	_, err = dead.Message(t.Context(), "AAMk-private-id")
	if !IsNetwork(err) || !Unsent(err) || strings.Contains(err.Error(), "AAMk") {
		t.Fatal(err)
	}
}

func TestKindsOfErrors(t *testing.T) {
	status := func(s int, code string) error { return fmt.Errorf("x: %w", &Error{Status: s, Code: code}) }
	tests := []struct {
		err                                                        error
		resync, conflict, throttled, server, refused, large, again bool
	}{
		{err: status(410, ""), resync: true},
		{err: status(400, "syncStateNotFound"), resync: true},
		{err: status(412, "ErrorIrresolvableConflict"), conflict: true},
		{err: status(409, ""), conflict: true},
		{err: status(429, ""), throttled: true},
		{err: fmt.Errorf("x: %w", &Error{Status: 503, RetryAfter: time.Second}), throttled: true, server: true},
		{err: status(503, ""), server: true},
		{err: status(504, ""), server: true},
		{err: status(403, "ErrorAccessDenied"), refused: true},
		{err: status(413, ""), large: true, refused: true},
		{err: fmt.Errorf("%w: %w", ErrToken, again{}), again: true},
		{err: status(408, "")},
	}
	for _, tc := range tests {
		if IsResync(tc.err) != tc.resync || IsConflict(tc.err) != tc.conflict || IsThrottled(tc.err) != tc.throttled || IsServer(tc.err) != tc.server ||
			IsRefused(tc.err) != tc.refused || IsTooLarge(tc.err) != tc.large || SignInAgain(tc.err) != tc.again {
			t.Errorf("%v", tc.err)
		}
	}
	if !IsNetwork(fmt.Errorf("%w: %w", ErrToken, &net.OpError{Op: "dial", Err: errors.New("no route")})) {
		t.Error("a sign-in service that cannot be reached is not offline")
	}
	if IsNetwork(fmt.Errorf("%w: %w", ErrToken, context.Canceled)) {
		t.Error("cancelled is not offline")
	}
}

type again struct{}

func (again) Error() string     { return "sign in" }
func (again) SignInAgain() bool { return true }

func TestAnswersAreBounded(t *testing.T) {
	c, _ := service(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"value":[`)
		item := []byte(`{"id":"` + strings.Repeat("x", 1<<20) + `"},`)
		for range 200 {
			if _, err := w.Write(item); err != nil {
				return
			}
		}
	})
	c.opt.Timeout = time.Minute // race builds decode slowly
	if _, err := c.FoldersDelta(t.Context(), ""); !errors.Is(err, ErrTooLarge) || !IsTooLarge(err) {
		t.Fatal(err)
	}
}

func TestACutAnswerIsTheNetworksFailure(t *testing.T) {
	c, n := service(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"id":"m"`)
	})
	if _, err := c.Message(t.Context(), "m"); !IsNetwork(err) || n.Load() != readRetries+1 {
		t.Fatal(err, n.Load())
	}
	n.Store(0)
	if _, err := c.CreateDraft(t.Context(), Draft{}); !IsNetwork(err) || Unsent(err) || n.Load() != 1 {
		t.Fatal(err, n.Load())
	}
}

func TestAnEmptyAnswerIsNoEmptyMailbox(t *testing.T) {
	for _, body := range []string{"", "{}", "null", "[]", `{"error":{}}`, `{"value":null}`, `{"value":[],`, `{"value":{}}`} {
		c, _ := service(t, func(_ int, w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) })
		if _, err := c.MessagesDelta(t.Context(), "f", "", "id", time.Time{}, 10); err == nil {
			t.Errorf("%q passes for a page", body)
		}
	}
}

func TestATimeLimitIsNotACancel(t *testing.T) {
	block := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-block:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	defer close(block)
	c := client(t, srv.URL, func(o *Options) { o.Timeout = 30 * time.Millisecond })
	if err := c.Send(t.Context(), "m"); !IsNetwork(err) || Unsent(err) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(5*time.Millisecond, cancel)
	if err := c.Send(ctx, "m"); !errors.Is(err, context.Canceled) || IsNetwork(err) {
		t.Fatal(err)
	}
}

func TestRetryAfterForms(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-3": 0, "nonsense": 0, "1e99": time.Hour, "NaN": 0, "Inf": time.Hour,
		"Thu, 01 Jan 2026 00:00:30 GMT": 30 * time.Second, "Wed, 31 Dec 2025 00:00:00 GMT": 0,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestZones(t *testing.T) {
	for name := range zones().toIANA {
		if _, ok := Location(name); !ok {
			t.Errorf("%s is not to be found", name)
		}
	}
	at, err := DateTimeZone{"2026-07-01T09:00:00.0000000", "W. Europe Standard Time"}.Time()
	if err != nil || !at.Equal(time.Date(2026, 7, 1, 7, 0, 0, 0, time.UTC)) {
		t.Fatal(at, err)
	}
	if _, ok := Location("tzone://Microsoft/Custom"); ok {
		t.Fatal("a custom zone was found")
	}
	if _, ok := Location("../../etc/passwd"); ok {
		t.Fatal("a path is no zone")
	}
	if ServiceZone("Europe/Berlin") != "W. Europe Standard Time" || ServiceZone("Europe/Rome") != "Europe/Rome" {
		t.Fatal("names")
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`{"@odata.context":"x","value":[{"id":"a","@removed":{"reason":"deleted"}},{"id":"b","receivedDateTime":"2026-01-01T00:00:00Z"}],"@odata.nextLink":"l"}`))
	f.Add([]byte(`{"value":[[]]}`))
	f.Add([]byte(`{"value":[],"value":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var m Page[Message]
		if err := readPage(bytes.NewReader(text), &m); err == nil && !json.Valid(firstValue(text)) {
			t.Fatal("taken, and no JSON")
		}
		var e Page[Event]
		if readPage(bytes.NewReader(text), &e) == nil {
			for _, v := range e.Items {
				if v.Start != nil {
					_, _ = v.Start.Time()
				}
			}
		}
	})
}

// firstValue is the JSON value that a text begins with.
func firstValue(text []byte) []byte {
	var raw json.RawMessage
	if json.NewDecoder(bytes.NewReader(text)).Decode(&raw) != nil {
		return nil
	}
	return raw
}

func FuzzErrorCode(f *testing.F) {
	f.Add([]byte(`{"error":{"code":"ErrorItemNotFound"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if code := errorCode(text); strings.ContainsAny(code, "@ <>\n") || len(code) > 80 {
			t.Fatalf("%q", code)
		}
	})
}
