package graph

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/seed"
)

// imported is a mail that came two days ago, as a program that moves mailboxes writes it.
func imported(props string) string {
	return `{"subject":"Quote","from":{"emailAddress":{"name":"Anna","address":"anna@nordwind.example"}},"sender":{"emailAddress":{"name":"Anna","address":"anna@nordwind.example"}},
		"toRecipients":[{"emailAddress":{"address":"maya@harborline.example"}}],"singleValueExtendedProperties":[` + props + `]}`
}

func TestImportedMessageIsNoDraft(t *testing.T) {
	w := newWorld(t)
	index := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 22))
	answer := base64.StdEncoding.EncodeToString(append(bytes.Repeat([]byte{7}, 22), 0, 0, 1, 0, 0))
	const times = `{"id":"SystemTime 0x0E06","value":"2025-03-10T08:30:00Z"},{"id":"SystemTime 0x0039","value":"2025-03-10T08:29:00Z"}`
	first := w.want(201, "POST", "/me/mailFolders/inbox/messages", imported(`{"id":"Integer 0x0E07","value":"0"},`+times+`,{"id":"Binary 0x0071","value":"`+index+`"}`))
	if first.get("isDraft") != false || first.get("isRead") != false || first.str("receivedDateTime") != "2025-03-10T08:30:00Z" || first.str("sentDateTime") != "2025-03-10T08:29:00Z" ||
		first.str("from", "emailAddress", "address") != "anna@nordwind.example" || first.str("createdDateTime") != "2025-03-12T09:00:00Z" {
		t.Errorf("%s", first.raw)
	}
	second := w.want(201, "POST", "/me/mailFolders/archive/messages", imported(`{"id":"Integer 0xe07","value":"1"},{"id":"Binary 0x0071","value":"`+answer+`"}`))
	if second.get("isDraft") != false || second.get("isRead") != true || second.str("conversationId") != first.str("conversationId") || second.str("receivedDateTime") != "2025-03-12T09:00:00Z" {
		t.Errorf("%s", second.raw)
	}
	// Without flags it is a draft, whose flags cannot be changed any more, and which does not leave in Anna's name.
	draft := w.want(201, "POST", "/me/messages", imported(times))
	if draft.get("isDraft") != true || draft.get("isRead") != true {
		t.Errorf("%s", draft.raw)
	}
	path := "/me/messages/" + draft.str("id")
	if still := w.want(200, "PATCH", path, `{"singleValueExtendedProperties":[{"id":"Integer 0x0E07","value":"1"}]}`); still.get("isDraft") != true {
		t.Errorf("%s", still.raw)
	}
	if r := w.want(403, "POST", path+"/send", ""); r.str("error", "code") != "ErrorSendAsDenied" {
		t.Errorf("%s", r.raw)
	}
	unread := w.want(201, "POST", "/me/mailFolders/inbox/messages", strings.Replace(imported(`{"id":"Integer 0x0E07","value":"1"}`), `{"subject"`, `{"isRead":false,"subject"`, 1))
	if unread.get("isRead") != false {
		t.Errorf("isRead is passed over: %s", unread.raw)
	}
	for _, bad := range []string{`{"id":"Integer 0x0E07","value":"yes"}`, `{"id":"SystemTime 0x0E06","value":"yesterday"}`, `{"id":"Binary 0x0071","value":"%"}`} {
		w.want(400, "POST", "/me/mailFolders/inbox/messages", imported(bad))
	}
	if total, _ := w.maya.Counts("inbox"); total != 2 {
		t.Errorf("%d messages in the inbox", total)
	}
}

func TestContainersKeepExtendedProperties(t *testing.T) {
	w := newWorld(t)
	const id = "String {5d0f7a53-6f2e-4c0c-9a41-2b7f3d1c8e64} Name Mark"
	const own = `"singleValueExtendedProperties":[{"id":"` + id + `","value":"x"}]`
	const expand = "$expand=singleValueExtendedProperties($filter=id eq '" + id + "')"
	for _, c := range []struct{ path, body string }{
		{"/me/mailFolders/msgfolderroot/childFolders", `{"displayName":"Customers",` + own + `}`},
		{"/me/calendars", `{"name":"Team",` + own + `}`},
		{"/me/contacts", `{"givenName":"Anna",` + own + `}`},
	} {
		made := w.want(201, "POST", c.path, c.body)
		n := 0
		for _, v := range w.want(200, "GET", c.path+"?"+expand+"&$top=50", "").values() {
			if v["singleValueExtendedProperties"] != nil {
				n++
				if v["id"] != made.str("id") {
					t.Errorf("%s: another one has it", c.path)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s: %d have it", c.path, n)
		}
	}
	again := restarted(t, w, func() {})
	_ = again.All()[0].Do(func(b *mailbox.Box) error {
		if b.Calendars()[1].Props[id] != "x" {
			t.Error("a restart loses the calendar's")
		}
		for _, f := range b.Folders() {
			if f.Name == "Customers" && f.Props[id] != "x" {
				t.Error("a restart loses the folder's")
			}
		}
		return nil
	})
	filter := "$filter=singleValueExtendedProperties/Any(ep: ep/id eq '" + id + "' and ep/value eq 'x')"
	if n := len(w.want(200, "GET", "/me/contacts?"+filter, "").values()); n != 1 {
		t.Errorf("%d contacts found", n)
	}
}

func TestProgramsOwnTokens(t *testing.T) {
	w := newWorld(t)
	const app = "Authorization: Bearer app"
	maya, jonas := "/users/maya@harborline.example", "/users/"+jonasID
	for _, path := range []string{"/mailFolders/inbox", "/calendars", "/contacts", "/mailboxSettings", ""} {
		w.want(403, "GET", maya+path, "", app)
	}
	if r := w.want(403, "GET", "/users", "", app); r.str("error", "code") != "Authorization_RequestDenied" {
		t.Errorf("%s", r.raw)
	}
	w.roles = []string{"Mail.ReadWrite", "User.Read.All"}
	w.want(200, "GET", maya+"/mailFolders/inbox", "", app)
	w.want(201, "POST", jonas+"/messages", `{"subject":"x"}`, app)
	w.want(403, "GET", maya+"/calendars", "", app)
	w.want(403, "POST", maya+"/sendMail", `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}}`, app)
	if r := w.want(400, "GET", "/me/messages", "", app); !strings.Contains(r.str("error", "message"), "delegated") {
		t.Errorf("%s", r.raw)
	}
	page := w.want(200, "GET", "/users?$top=1&$select=id,userPrincipalName", "", app)
	if v := page.values(); len(v) != 1 || v[0]["userPrincipalName"] != "maya@harborline.example" || page.str("@odata.nextLink") == "" {
		t.Errorf("%s", page.raw)
	}
	w.h.opt.Member = func(_, objectID string) bool { return objectID == mayaID }
	w.want(404, "GET", jonas+"/mailFolders/inbox", "", app)
	if n := len(w.want(200, "GET", "/users", "", app).values()); n != 1 {
		t.Errorf("%d users of the tenant", n)
	}
}

// through sends a client's requests to the handler, which holds them against Microsoft's description.
type through struct {
	h   http.Handler
	mu  sync.Mutex
	all map[string]int
}

func (r *through) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	in := httptest.NewRequest(req.Method, req.URL.String(), bytes.NewReader(body))
	in.Header = req.Header
	rec := httptest.NewRecorder()
	r.h.ServeHTTP(rec, in)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[req.Method]++
	return rec.Result(), nil
}

// TestSeedFollowsTheDescription: what fills a real tenant must ask for nothing that Microsoft does not describe.
func TestSeedFollowsTheDescription(t *testing.T) {
	w := newWorld(t)
	w.roles = []string{"Mail.ReadWrite", "Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.ReadWrite", "User.Read.All"}
	wire := &through{h: w.h, all: map[string]int{}}
	for _, c := range []struct {
		token string
		who   func(context.Context, *seed.Seeder) (seed.Person, error)
	}{
		{"maya", func(ctx context.Context, s *seed.Seeder) (seed.Person, error) { return s.Me(ctx) }},
		{"app", func(ctx context.Context, s *seed.Seeder) (seed.Person, error) { return s.Find(ctx, jonasID) }},
	} {
		s := seed.New(seed.Options{GraphURL: "http://tenant.test/graph/v1.0", Messages: 60, Now: w.now, Patience: time.Millisecond,
			Token: func(context.Context) (string, error) { return c.token, nil }, HTTP: &http.Client{Transport: wire}})
		p, err := c.who(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Fill(t.Context(), p, false)
		if err != nil || r.Made.Mail != 60 {
			t.Fatalf("%+v, %v", r, err)
		}
		if gone, err := s.Remove(t.Context(), p, false); err != nil || gone.Mail != 60 || gone.Events != r.Made.Events || gone.Folders != 3 || gone.Calendars != 1 {
			t.Errorf("%+v, %v", gone, err)
		}
	}
	for _, m := range w.reg.All() {
		if len(m.SentMail())+len(m.Notices()) > 0 {
			t.Errorf("%s: something was mailed", m.Owner().UPN)
		}
		_ = m.Do(func(b *mailbox.Box) error {
			if n := len(b.Messages(nil)) + len(b.Events(nil)) + len(b.Contacts(b.ContactFolders()[0])); n > 0 {
				t.Errorf("%d things are left", n)
			}
			return nil
		})
	}
	if wire.all["POST"] < 300 || wire.all["PATCH"] == 0 || wire.all["DELETE"] == 0 {
		t.Errorf("requests: %v", wire.all)
	}
}
