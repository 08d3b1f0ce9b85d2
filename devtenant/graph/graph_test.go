package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/contract"
	"supercrm/devtenant/mailbox"
)

// world is a tenant of two people with a clock that the test moves.
type world struct {
	t      testing.TB
	h      *Handler
	reg    *mailbox.Registry
	maya   *mailbox.Mailbox
	jonas  *mailbox.Mailbox
	mu     sync.Mutex
	clock  time.Time
	scopes []string
	roles  []string // application permissions of the token "app"
}

var start = time.Date(2025, 3, 12, 9, 0, 0, 0, time.UTC)

const (
	mayaID  = "0b6a3f6e-1111-4a7e-8a5c-000000000001"
	jonasID = "0b6a3f6e-1111-4a7e-8a5c-000000000002"
)

func newWorld(t testing.TB) *world {
	w := &world{t: t, clock: start, scopes: []string{"User.Read", "Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.ReadWrite"}}
	w.reg = mailbox.NewRegistry(w.now)
	w.maya = w.reg.Add(mailbox.Owner{ObjectID: mayaID, UPN: "maya@harborline.example", Name: "Maya Torres", JobTitle: "Account Executive"})
	w.jonas = w.reg.Add(mailbox.Owner{ObjectID: jonasID, UPN: "jonas@harborline.example", Name: "Jonas Weber"})
	var observe contract.Observer
	if real, ok := t.(*testing.T); ok { // benchmarks are not slowed down
		observe = contract.Watch(real)
	}
	w.h = NewHandler(Options{Mailboxes: w.reg, Now: w.now, Observe: observe, Verify: func(token string) (Caller, error) {
		switch token {
		case "maya":
			return Caller{ObjectID: mayaID, UPN: "maya@harborline.example", Scopes: w.scopes}, nil
		case "jonas":
			return Caller{ObjectID: jonasID, UPN: "jonas@harborline.example", Scopes: w.scopes}, nil
		case "app":
			return Caller{TenantID: "harborline", AppID: "tool", ObjectID: "0b6a3f6e-1111-4a7e-8a5c-00000000000a", App: true, Roles: w.roles}, nil
		case "nobody":
			return Caller{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000009", Scopes: w.scopes}, nil
		}
		return Caller{}, errors.New("unknown token")
	}})
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

// reply is what came back.
type reply struct {
	*http.Response
	raw  []byte
	json map[string]any
}

// do sends a request as Maya. headers are "Name: value" lines.
func (w *world) do(method, path, body string, headers ...string) reply {
	w.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = "http://tenant.test/graph/v1.0" + path
	}
	r := httptest.NewRequest(method, strings.ReplaceAll(path, " ", "%20"), strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer maya")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Prefer" {
			r.Header.Add(name, value)
		} else {
			r.Header.Set(name, value)
		}
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	out := reply{Response: rec.Result()}
	out.raw, _ = io.ReadAll(out.Body)
	if bytes.HasPrefix(out.raw, []byte("{")) {
		if err := json.Unmarshal(out.raw, &out.json); err != nil {
			w.t.Fatalf("%s %s: answer is not JSON: %v\n%s", method, path, err, out.raw)
		}
	}
	return out
}

// want does a request that must be answered with status.
func (w *world) want(status int, method, path, body string, headers ...string) reply {
	w.t.Helper()
	r := w.do(method, path, body, headers...)
	if r.StatusCode != status {
		w.t.Fatalf("%s %s: status %d, want %d\n%s", method, path, r.StatusCode, status, r.raw)
	}
	return r
}

func (r reply) str(path ...string) string {
	s, _ := r.get(path...).(string)
	return s
}

func (r reply) get(path ...string) any {
	var v any = r.json
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func (r reply) values() []map[string]any {
	list, _ := r.json["value"].([]any)
	var out []map[string]any
	for _, v := range list {
		out = append(out, v.(map[string]any))
	}
	return out
}

const immutable = `Prefer: IdType="ImmutableId"`

// mail delivers a message to Maya and returns its immutable id.
func (w *world) mail(subject, body string) string {
	return w.maya.Deliver(mailbox.Mail{
		From: mailbox.Address{Name: "Anna Lindqvist", Addr: "anna@nordwind.example"}, To: []mailbox.Address{w.maya.Owner().Address()},
		Cc: []mailbox.Address{w.jonas.Owner().Address()}, Subject: subject, Body: mailbox.Body{HTML: true, Text: "<html><body><p>" + body + "</p></body></html>"},
	})
}

// event makes an event and returns the answer.
func (w *world) event(body string) reply {
	w.t.Helper()
	return w.want(201, "POST", "/me/events", body, immutable)
}

const lunch = `{"subject":"Lunch","start":{"dateTime":"2025-03-13T12:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2025-03-13T13:00:00","timeZone":"Europe/Berlin"}`

const week = "startDateTime=2025-03-10T00:00:00Z&endDateTime=2025-03-17T00:00:00Z"
