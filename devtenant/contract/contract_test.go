package contract

import (
	"net/http"
	"testing"
)

func TestMistakesAreSeen(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if c == nil {
		t.Skip("no OpenAPI description; set GRAPH_OPENAPI")
	}
	for _, one := range []struct {
		method, path, body string
		status             int
		answer             string
		mistakes           int
	}{
		{"GET", "/me/messages/abc", "", 200, `{"id":"abc","isRead":true}`, 0},
		{"GET", "/users/maya@x.example/messages/abc", "", 200, `{"id":"abc","isRead":true}`, 0},
		{"GET", "/me/messages/abc", "", 200, `{"id":"abc","isUnread":true}`, 1},
		{"GET", "/users/maya@x.example/messages/abc", "", 200, `{"id":"abc","isUnread":true}`, 1},
		{"GET", "/me/messages/abc", "", 200, `{"id":"abc","importance":"urgent"}`, 1},
		{"GET", "/me/messages/abc?$selct=id", "", 200, `{"id":"abc"}`, 1},
		{"POST", "/me/messages", `{"subjekt":"x"}`, 201, `{"id":"abc"}`, 1},
		{"POST", "/me/messages", `{"subjekt":"x"}`, 503, `{"error":{"code":"x","message":"y"}}`, 1},
		{"POST", "/me/messages", `{"subjekt":"x"}`, 400, `{"error":{"code":"x","message":"y"}}`, 0},
		{"POST", "/me/messages", `{"subject":"x"}`, 400, `{"error":"x"}`, 1},
		{"POST", "/me/messages/abc/send", ``, 202, `{"id":"abc"}`, 1},
		{"GET", "/me/nonsense", "", 200, `{}`, 1},
		{"GET", "/me/nonsense", "", 404, `{}`, 0},
		{"GET", "/me/messages/abc", "", 200, `{"@odata.type":"#microsoft.graph.eventMessageRequest","meetingMessageType":"meetingRequest"}`, 0},
		{"GET", "/me/messages/abc", "", 200, `not JSON`, 1},
		{"GET", "/me/reminderView(StartDateTime='2025-03-01',EndDateTime='2025-04-01')", "", 200, `{"value":[{"eventSubject":1}]}`, 1},
	} {
		r, err := http.NewRequestWithContext(t.Context(), one.method, "http://x/graph/v1.0"+one.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		const plain = "application/json"
		r.Header.Set("Content-Type", plain)
		got := c.Mistakes(r, []byte(one.body), one.status, http.Header{"Content-Type": {plain}}, []byte(one.answer))
		if len(got) != one.mistakes {
			t.Errorf("%s %s %s: %d mistakes, want %d: %q", one.method, one.path, one.answer, len(got), one.mistakes, got)
		}
	}
}

// told is a test that is being watched.
type told struct {
	testing.TB
	ends   func()
	errors int
}

func (o *told) Helper()               {}
func (o *told) Cleanup(f func())      { o.ends = f }
func (o *told) Errorf(string, ...any) { o.errors++ }

func TestWatchFailsTheTest(t *testing.T) {
	if c, err := Load(); c == nil {
		t.Skip("no OpenAPI description; set GRAPH_OPENAPI: ", err)
	}
	o := &told{TB: t}
	watch := Watch(o)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/graph/v1.0/me/messages/abc", nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // the same mistake is told once
		watch(r, nil, 200, http.Header{"Content-Type": {"application/json"}}, []byte(`{"isUnread":true}`))
	}
	o.ends()
	if o.errors != 1 {
		t.Errorf("%d errors, want 1", o.errors)
	}
}
