package graph

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// over does a request over a real connection, which a recorder cannot cut.
func over(t *testing.T, s *httptest.Server, method, path, body string) (status int, header http.Header, got []byte, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/graph/v1.0"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer maya")
	req.Header.Set("Content-Type", "application/json")
	res, err := s.Client().Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer res.Body.Close()
	got, err = io.ReadAll(res.Body)
	return res.StatusCode, res.Header, got, err
}

func TestFaultKinds(t *testing.T) {
	const delta = "/me/mailFolders/inbox/messages/delta"
	for _, c := range []struct {
		kind string
		rule FaultRule
		run  func(*testing.T, *world, *httptest.Server, string)
	}{
		{FaultThrottle, FaultRule{RetryAfter: 7, Count: 1}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			if r := w.want(429, "GET", "/me", ""); r.Header.Get("Retry-After") != "7" || r.str("error", "code") != "ApplicationThrottled" {
				t.Errorf("%v %s", r.Header, r.raw)
			}
			w.want(200, "GET", "/me", "")
		}},
		{FaultUnavailable, FaultRule{Account: "MAYA@harborline.example"}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			w.want(503, "GET", "/me", "")
			w.want(200, "GET", "/me", "", asJonas)
		}},
		{FaultTimeoutAfter, FaultRule{Endpoint: "POST /me/sendMail"}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			w.want(200, "GET", "/me", "")
			w.want(504, "POST", "/me/sendMail", `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}}`)
			if n, _ := w.jonas.Counts("inbox"); n != 1 {
				t.Errorf("%d delivered", n)
			}
		}},
		{FaultReset, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			if _, _, got, err := over(t, s, "GET", "/me/messages", ""); err == nil || len(got) == 0 {
				t.Errorf("%d bytes, error %v", len(got), err)
			}
		}},
		{FaultTruncated, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			status, _, got, err := over(t, s, "GET", "/me/messages", "")
			if err != nil || status != 200 || len(got) == 0 || json.Valid(got) {
				t.Errorf("%d, %d bytes, error %v", status, len(got), err)
			}
		}},
		{FaultEmptyPages, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			r := w.want(200, "GET", delta, "")
			if len(r.values()) != 0 || r.str("@odata.nextLink") == "" {
				t.Fatalf("%s", r.raw)
			}
			if n := len(w.want(200, "GET", r.str("@odata.nextLink"), "").values()); n != 3 {
				t.Errorf("%d messages", n)
			}
		}},
		{FaultReplay, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			if n := len(w.want(200, "GET", delta, "").values()); n != 4 {
				t.Errorf("%d messages", n)
			}
		}},
		{FaultReorder, FaultRule{Count: 1}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			a, b := w.want(200, "GET", delta, "").values(), w.want(200, "GET", delta, "").values()
			if a[0]["id"] != b[2]["id"] || a[0]["id"] == b[0]["id"] {
				t.Error("the order is the same")
			}
		}},
		{FaultMidPage, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			r := w.want(200, "GET", delta+"?$top=1", "")
			w.want(401, "GET", r.str("@odata.nextLink"), "")
		}},
		{FaultSlow, FaultRule{Millis: 3}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			begin := time.Now()
			if _, _, got, err := over(t, s, "GET", "/me/messages", ""); err != nil || !json.Valid(got) || time.Since(begin) < 40*time.Millisecond {
				t.Errorf("%v after %v", err, time.Since(begin))
			}
		}},
		{FaultDelay, FaultRule{Millis: 30}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			begin := time.Now()
			if w.want(200, "GET", "/me", ""); time.Since(begin) < 30*time.Millisecond {
				t.Errorf("after %v", time.Since(begin))
			}
		}},
		{FaultClockSkew, FaultRule{Millis: -7_200_000}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			_, h, _, err := over(t, s, "GET", "/me", "")
			if err != nil {
				t.Fatal(err)
			}
			if at, err := http.ParseTime(h.Get("Date")); err != nil || !at.Equal(start.Add(-2*time.Hour)) {
				t.Errorf("%v %v", at, err)
			}
		}},
		{FaultNewIDs, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			r := w.want(201, "POST", "/me/messages/"+id+"/move", `{"destinationId":"archive"}`, immutable)
			if r.str("id") == id {
				t.Error("the id is the same")
			}
			w.want(404, "GET", "/me/messages/"+id, "")
		}},
		{FaultConflict, FaultRule{Count: 1}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			tag := w.want(200, "GET", "/me/messages/"+id, "").str("@odata.etag")
			w.want(412, "PATCH", "/me/messages/"+id, `{"isRead":true}`, "If-Match: "+tag)
			w.want(200, "PATCH", "/me/messages/"+id, `{"isRead":true}`, "If-Match: "+tag)
		}},
		{FaultExpired, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			r := w.want(200, "GET", delta, "")
			if r := w.want(410, "GET", r.str("@odata.deltaLink"), ""); r.str("error", "code") != "SyncStateNotFound" {
				t.Errorf("%s", r.raw)
			}
		}},
		{FaultMissingMasters, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) {
			w.event(lunch + `,"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"numbered","startDate":"2025-03-13","numberOfOccurrences":2}}}`)
			if n := len(w.want(200, "GET", "/me/calendarView/delta?"+week, "").values()); n != 2 {
				t.Errorf("%d told", n)
			}
		}},
		{FaultPass, FaultRule{}, func(t *testing.T, w *world, s *httptest.Server, id string) { w.want(200, "GET", "/me", "") }},
	} {
		t.Run(c.kind, func(t *testing.T) {
			w := newWorld(t)
			var id string
			for range 3 {
				id = w.mail("x", strings.Repeat("words ", 300))
			}
			server := httptest.NewServer(w.h)
			defer server.Close()
			c.rule.Kind = c.kind
			if _, err := w.h.Faults().Add(c.rule); err != nil {
				t.Fatal(err)
			}
			c.run(t, w, server, id)
			if list := w.h.Faults().List(); list[0].Fired == 0 {
				t.Error("the rule says that it did not fire")
			}
			w.h.Faults().Clear()
			w.want(200, "GET", "/me", "")
		})
	}
	if len(FaultKinds) != 17 {
		t.Errorf("%d kinds, and not all of them are tried", len(FaultKinds))
	}
}

func TestFaultRules(t *testing.T) {
	w := newWorld(t)
	f := w.h.Faults()
	for _, bad := range []FaultRule{{}, {Kind: "fire"}, {Kind: FaultSlow, Script: []string{FaultPass}}, {Script: []string{"x"}}, {Kind: FaultSlow, Rate: 2}, {Kind: FaultSlow, Endpoint: "/[x"}} {
		if _, err := f.Add(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	for pattern, want := range map[string]bool{
		"": true, "/me/messages/abc": true, "GET /me/messages/*": true, "POST /me/messages/*": false, "/me/**": true, "/me/messages/**": true, "/me/events/**": false, "/me/*": false, "/*/messages/*": true,
	} {
		r := FaultRule{Endpoint: pattern}
		if got := r.matches(httptest.NewRequest("GET", "/graph/v1.0/me/messages/abc", nil)); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
	if _, err := f.Add(FaultRule{Script: []string{FaultPass, FaultThrottle, FaultUnavailable}, Endpoint: "/me"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{200, 429, 503, 200} {
		w.want(want, "GET", "/me", "")
	}
	f.Clear()
	if _, err := f.Add(FaultRule{Kind: FaultThrottle, Rate: 0.3}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for range 400 {
		if w.do("GET", "/me", "").StatusCode == 429 {
			n++
		}
	}
	if n < 80 || n > 160 {
		t.Errorf("%d of 400 went wrong at a rate of 0.3", n)
	}
}

func TestFaultControl(t *testing.T) {
	w := newWorld(t)
	do := func(method, path, body, kind string) (int, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		rec := httptest.NewRecorder()
		w.h.Faults().ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	if status, _ := do("POST", "/control/faults", `{"kind":"throttle"}`, "text/plain"); status != 415 {
		t.Errorf("a form's post: %d", status)
	}
	for _, bad := range []string{`{`, `{"kind":"x"}`, `{"kind":"slow","speed":1}`} {
		if status, _ := do("POST", "/control/faults", bad, "application/json"); status != 400 {
			t.Errorf("%s: %d", bad, status)
		}
	}
	status, body := do("POST", "/control/faults", `{"kind":"throttle","endpoint":"/me","count":2}`, "application/json")
	var rule FaultRule
	if err := json.Unmarshal([]byte(body), &rule); err != nil || status != 201 || rule.ID == "" {
		t.Fatalf("%d %s", status, body)
	}
	w.want(429, "GET", "/me", "")
	if _, body := do("GET", "/control/faults", "", ""); !strings.Contains(body, `"fired":1`) {
		t.Errorf("%s", body)
	}
	if status, _ := do("DELETE", "/control/faults/"+rule.ID, "", ""); status != 204 {
		t.Errorf("%d", status)
	}
	if status, _ := do("DELETE", "/control/faults/"+rule.ID, "", ""); status != 404 {
		t.Errorf("%d", status)
	}
	w.want(200, "GET", "/me", "")
}

// Inside a batch a fault befalls the part that it is for; what is the connection's befalls the whole answer.
func TestFaultsInABatch(t *testing.T) {
	batch := `{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"2","method":"GET","url":"/me/messages"}]}`
	for kind, check := range map[string]func(t *testing.T, w *world, s *httptest.Server){
		FaultThrottle: func(t *testing.T, w *world, s *httptest.Server) {
			r := w.want(200, "POST", "/$batch", batch)
			if got := string(r.raw); strings.Count(got, `"status":429`) != 1 || !strings.Contains(got, `"Retry-After":"9"`) || !strings.Contains(got, `"status":200`) {
				t.Errorf("%s", got)
			}
		},
		FaultUnavailable: func(t *testing.T, w *world, s *httptest.Server) {
			if r := w.want(200, "POST", "/$batch", batch); strings.Count(string(r.raw), `"status":503`) != 1 {
				t.Errorf("%s", r.raw)
			}
		},
		FaultReset: func(t *testing.T, w *world, s *httptest.Server) {
			if _, _, _, err := over(t, s, "POST", "/$batch", batch); err == nil {
				t.Error("the connection was not cut")
			}
		},
		FaultTruncated: func(t *testing.T, w *world, s *httptest.Server) {
			if _, _, got, err := over(t, s, "POST", "/$batch", batch); err != nil || json.Valid(got) {
				t.Errorf("%s %v", got, err)
			}
		},
	} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			server := httptest.NewServer(w.h)
			defer server.Close()
			if _, err := w.h.Faults().Add(FaultRule{Kind: kind, Endpoint: "GET /me/messages", RetryAfter: 9}); err != nil {
				t.Fatal(err)
			}
			check(t, w, server)
		})
	}
}

// The limit is real: with it, four requests to a mailbox run and the fifth is refused; the mailbox counts, not the caller.
func TestFourAtOnceCountsByMailbox(t *testing.T) {
	w := newWorld(t)
	w.reg.GrantAccess(mayaID, jonasID)
	w.h.SetFourAtOnce(true)
	release := make([]func(), 0, 4)
	for range 4 {
		r, ok := w.h.take(" " + mayaID)
		if !ok {
			t.Fatal("refused too early")
		}
		release = append(release, r)
	}
	if r := w.want(429, "GET", "/me", ""); !strings.Contains(r.str("error", "message"), "MailboxConcurrency") || r.Header.Get("Retry-After") == "" {
		t.Errorf("%v %s", r.Header, r.raw)
	}
	w.want(429, "GET", "/users/"+mayaID+"/messages", "", asJonas)
	w.want(200, "GET", "/me", "", asJonas)
	if r := w.want(200, "POST", "/$batch", `{"requests":[{"id":"1","method":"GET","url":"/me"}]}`); !strings.Contains(string(r.raw), `"status":429`) {
		t.Errorf("%s", r.raw)
	}
	w.h.SetFourAtOnce(false)
	w.want(200, "GET", "/me", "")
	w.h.SetFourAtOnce(true)
	release[0]()
	w.want(200, "GET", "/me", "")
}
