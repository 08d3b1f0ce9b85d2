package graph

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/recurrence"
)

func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		"isRead eq false", "receivedDateTime ge 2025-01-01T00:00:00Z and (isRead eq true or not (subject eq 'it''s'))", "contains(subject,'x')",
		"singleValueExtendedProperties/Any(ep: ep/id eq 'a' and ep/value eq 'b')", "categories/any(c:c eq 'x')", "((((", "not not not isRead", "'", "a:b:c", "subject eq null",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, path := range []string{"/me/messages", "/me/events", "/me/contacts", "/me/mailFolders"} {
			never500(t, "GET", "/graph/v1.0"+path+"?$filter="+url.QueryEscape(s), "")
		}
		parsed, err := parseFilter(s, knownMessagePath)
		if err != nil {
			return
		}
		w := newWorld(t)
		w.mail("it's", "x")
		_ = w.maya.Do(func(b *mailbox.Box) error {
			c := &call{b: b}
			for _, m := range b.Messages(nil) {
				one := parsed.match(c.messageGetter(m))
				if two := parsed.match(c.messageGetter(m)); one != two {
					t.Errorf("%q is not stable", s)
				}
			}
			return nil
		})
		for _, p := range parsed.paths {
			if !knownMessagePath(p) {
				t.Errorf("%q has the path %q", s, p)
			}
		}
	})
}

func FuzzRecurrence(f *testing.F) {
	for _, s := range []string{
		`{"pattern":{"type":"weekly","interval":2,"daysOfWeek":["monday","friday"],"firstDayOfWeek":"sunday"},"range":{"type":"noEnd","startDate":"2025-03-10"}}`,
		`{"pattern":{"type":"relativeYearly","interval":1,"month":2,"index":"last","daysOfWeek":["monday"]},"range":{"type":"numbered","numberOfOccurrences":5}}`,
		`{"pattern":{"type":"absoluteMonthly","interval":1,"dayOfMonth":31},"range":{"type":"endDate","endDate":"2026-01-01"}}`, `{"pattern":null}`, `[]`,
	} {
		f.Add(s)
	}
	first := recurrence.Date(2025, 3, 10)
	f.Fuzz(func(t *testing.T, s string) {
		if json.Valid([]byte(s)) {
			never500(t, "POST", "/graph/v1.0/me/events", `{"start":{"dateTime":"2025-03-10T10:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2025-03-10T11:00:00","timeZone":"Europe/Berlin"},"recurrence":`+s+`}`)
		}
		var w wireRecurrence
		if json.Unmarshal([]byte(s), &w) != nil {
			return
		}
		rule, err := w.rule(first)
		if err != nil {
			return
		}
		n, last := 0, first-1
		for day := range rule.All() {
			if day <= last {
				t.Fatalf("%s after %s in %s", day, last, s)
			}
			if rule.Range == recurrence.EndDate && day > rule.End {
				t.Fatalf("%s is after the end of %s", day, s)
			}
			last = day
			if n++; n == 60 {
				break
			}
		}
		if n == 0 {
			t.Fatalf("no occurrence in %s", s)
		}
	})
}

// quiet is a test whose traffic is not compared with the description: a fuzzer sends what nobody would.
type quiet struct{ testing.TB }

// never500 sends something as Maya: whatever it is, the answer is not the tenant's own failure.
func never500(t *testing.T, method, target, body string, headers ...string) {
	w := newWorld(quiet{t})
	w.mail("Quote", "Please send a quote.")
	u, err := url.Parse(target)
	if err != nil {
		return
	}
	r := httptest.NewRequest(method, "/", strings.NewReader(body))
	r.URL = u
	r.Header = http.Header{"Authorization": {"Bearer maya"}, "Content-Type": {"application/json"}}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if rec.Code >= 500 {
		t.Fatalf("%s %s %s: %d %s", method, target, body, rec.Code, rec.Body)
	}
	var refusal struct {
		Error struct{ Code, Message string }
	}
	if rec.Code >= 400 && (json.Unmarshal(rec.Body.Bytes(), &refusal) != nil || refusal.Error.Code == "" || refusal.Error.Message == "") {
		t.Fatalf("%s %s: not Graph's error: %s", method, target, rec.Body)
	}
}

func FuzzBatch(f *testing.F) {
	f.Add(`{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"2","method":"PATCH","url":"/me/messages/x","headers":{"Content-Type":"application/json"},"body":{},"dependsOn":["1"]}]}`)
	f.Add(`{"requests":[{"id":"1","method":"","url":"/$batch"}]}`)
	f.Add(`{"requests":null}`)
	f.Fuzz(func(t *testing.T, body string) { never500(t, "POST", "/graph/v1.0/$batch", body) })
}

func FuzzEvent(f *testing.F) {
	f.Add(weekly)
	f.Add(lunch + `,"isAllDay":true}`)
	f.Add(`{"start":null,"end":{"dateTime":1}}`)
	f.Fuzz(func(t *testing.T, body string) { never500(t, "POST", "/graph/v1.0/me/events", body) })
}

func FuzzMessage(f *testing.F) {
	f.Add(`{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"a@b.example"}}],"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"a","contentBytes":"aGk="}]}}`)
	f.Add(`{"Message":[],"SaveToSentItems":"no"}`)
	f.Fuzz(func(t *testing.T, body string) { never500(t, "POST", "/graph/v1.0/me/sendMail", body) })
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{
		"/graph/v1.0/me/messages?$expand=attachments($select=id;$top=1)", "/graph/v1.0/me/calendarView?" + week, "/graph/v1.0/me/mailFolders/inbox/messages/delta?$deltatoken=AAAA",
		"/graph/v1.0/me/messages?$orderby=subject desc&$skip=-1", "/graph/v1.0/users/maya@harborline.example/contacts/delta", "/v1.0/", "//", "/graph/v1.0/me/events/AAMkADEwAAA=",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) { never500(t, "GET", target, "") })
}
