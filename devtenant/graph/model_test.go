package graph

import (
	"fmt"
	"maps"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// follower is a client that has a link and the state that it had then.
type follower struct {
	link  string
	state map[string]string
}

// model is a mailbox that random operations change while followers keep up.
type model struct {
	w         *world
	folders   []string
	messages  []string
	events    []string
	contacts  []string
	people    []string              // contact folders
	followers map[string][]follower // by collection
}

// collections that delta follows, with the properties that a follower remembers.
var collections = map[string][]string{
	"/me/mailFolders/inbox/messages/delta": {"subject", "isRead", "parentFolderId"}, "/me/mailFolders/archive/messages/delta": {"subject", "isRead", "parentFolderId"},
	"/me/mailFolders/delta": {"displayName", "parentFolderId", "totalItemCount", "unreadItemCount"}, "/me/contacts/delta": {"displayName", "companyName"},
	"/me/contactFolders/delta": {"displayName"}, "/me/events/delta": {"subject", "type", "start"},
	"/me/calendarView/delta?" + week: {"subject", "type", "start", "end", "location"},
}

// follow reads pages until the end and applies them to the state.
func (m *model) follow(t *rapid.T, link string, state map[string]string, of []string, size int) (string, map[string]string) {
	state = maps.Clone(state)
	if state == nil {
		state = map[string]string{}
	}
	for range 1000 {
		r := m.w.do("GET", link, "", immutable, fmt.Sprintf("Prefer: odata.maxpagesize=%d", size))
		if r.StatusCode != 200 {
			t.Fatalf("%s: %d %s", link, r.StatusCode, r.raw)
		}
		for _, v := range r.values() {
			id := v["id"].(string)
			if v["@removed"] != nil {
				delete(state, id)
				continue
			}
			var has []any
			for _, p := range of {
				if v["type"] == "occurrence" && (p == "subject" || p == "location") { // an occurrence does not carry them
					continue
				}
				has = append(has, v[p])
			}
			state[id] = fmt.Sprint(has)
		}
		if next := r.str("@odata.nextLink"); next != "" {
			link = next
			continue
		}
		return r.str("@odata.deltaLink"), state
	}
	t.Fatal("a round without end")
	return "", nil
}

func pick(t *rapid.T, from []string) string {
	if len(from) == 0 {
		return ""
	}
	return rapid.SampledFrom(from).Draw(t, "which")
}

func (m *model) step(t *rapid.T, method, path, body string) reply {
	r := m.w.do(method, path, body, immutable)
	if r.StatusCode >= 500 {
		t.Fatalf("%s %s: %d %s", method, path, r.StatusCode, r.raw)
	}
	return r
}

// TestDeltaIsComplete: after any sequence of operations, delta from any earlier link plus the state then is the state now,
// with empty pages, replayed items and pages in reversed order as well.
func TestDeltaIsComplete(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		m := &model{w: newWorld(outer), followers: map[string][]follower{}}
		word := func() string { return rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "word") }
		t.Repeat(map[string]func(*rapid.T){
			"mail": func(t *rapid.T) { m.messages = append(m.messages, m.w.mail(word(), "x")) },
			"read": func(t *rapid.T) {
				m.step(t, "PATCH", "/me/messages/"+pick(t, m.messages), fmt.Sprintf(`{"isRead":%v}`, rapid.Bool().Draw(t, "read")))
			},
			"move": func(t *rapid.T) {
				to := rapid.SampledFrom(append([]string{"inbox", "archive", "deleteditems"}, m.folders...)).Draw(t, "to")
				m.step(t, "POST", "/me/messages/"+pick(t, m.messages)+"/move", `{"destinationId":"`+to+`"}`)
			},
			"delete": func(t *rapid.T) { m.step(t, "DELETE", "/me/messages/"+pick(t, m.messages), "") },
			"folder": func(t *rapid.T) {
				if r := m.step(t, "POST", "/me/mailFolders", `{"displayName":"`+word()+`"}`); r.StatusCode == 201 {
					m.folders = append(m.folders, r.str("id"))
				}
			},
			"move folder": func(t *rapid.T) {
				to := rapid.SampledFrom(append([]string{"inbox", "msgfolderroot"}, m.folders...)).Draw(t, "to")
				m.step(t, "POST", "/me/mailFolders/"+pick(t, m.folders)+"/move", `{"destinationId":"`+to+`"}`)
			},
			"delete folder": func(t *rapid.T) { m.step(t, "DELETE", "/me/mailFolders/"+pick(t, m.folders), "") },
			"contact": func(t *rapid.T) {
				m.contacts = append(m.contacts, m.step(t, "POST", "/me/contacts", `{"givenName":"`+word()+`"}`).str("id"))
			},
			"change contact": func(t *rapid.T) {
				m.step(t, "PATCH", "/me/contacts/"+pick(t, m.contacts), `{"companyName":"`+word()+`"}`)
			},
			"delete contact": func(t *rapid.T) { m.step(t, "DELETE", "/me/contacts/"+pick(t, m.contacts), "") },
			"contact folder": func(t *rapid.T) {
				if r := m.step(t, "POST", "/me/contactFolders", `{"displayName":"`+word()+`"}`); r.StatusCode == 201 {
					m.people = append(m.people, r.str("id"))
				}
			},
			"rename contact folder": func(t *rapid.T) {
				m.step(t, "PATCH", "/me/contactFolders/"+pick(t, m.people), `{"displayName":"`+word()+`"}`)
			},
			"delete contact folder": func(t *rapid.T) { m.step(t, "DELETE", "/me/contactFolders/"+pick(t, m.people), "") },
			// What the service may do at any time: followers have to come to the same state all the same.
			"faults": func(t *rapid.T) {
				m.w.h.SetQuirks(Quirks{EmptyPages: rapid.Bool().Draw(t, "empty"), Replays: rapid.Bool().Draw(t, "replays"), Reorder: rapid.Bool().Draw(t, "reorder")})
			},
			"event": func(t *rapid.T) {
				body := fmt.Sprintf(`{"subject":"%s","start":{"dateTime":"2025-03-%02dT10:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2025-03-%02[2]dT11:00:00","timeZone":"Europe/Berlin"}`, word(), rapid.IntRange(7, 18).Draw(t, "day"))
				if rapid.Bool().Draw(t, "series") {
					body += `,"recurrence":{"pattern":{"type":"daily","interval":` + fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "interval")) + `},"range":{"type":"numbered","numberOfOccurrences":4}}`
				}
				m.events = append(m.events, m.step(t, "POST", "/me/events", body+"}").str("id"))
			},
			"change occurrence": func(t *rapid.T) {
				var ids []string
				for _, e := range m.step(t, "GET", "/me/calendarView?"+week, "").values() {
					ids = append(ids, e["id"].(string))
				}
				switch id := pick(t, ids); rapid.IntRange(0, 2).Draw(t, "how") {
				case 0:
					m.step(t, "DELETE", "/me/events/"+id, "")
				case 1:
					m.step(t, "PATCH", "/me/events/"+id, `{"location":{"displayName":"`+word()+`"}}`)
				default:
					hour := rapid.IntRange(8, 16).Draw(t, "hour")
					m.step(t, "PATCH", "/me/events/"+id, fmt.Sprintf(`{"start":{"dateTime":"2025-03-12T%02d:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-12T%02d:30:00","timeZone":"UTC"}}`, hour, hour))
				}
			},
			"change series": func(t *rapid.T) {
				m.step(t, "PATCH", "/me/events/"+pick(t, m.events), `{"subject":"`+word()+`"}`)
			},
			"delete series": func(t *rapid.T) { m.step(t, "DELETE", "/me/events/"+pick(t, m.events), "") },
			"follow": func(t *rapid.T) {
				for path, of := range collections {
					link, state := m.follow(t, path, nil, of, 3)
					m.followers[path] = append(m.followers[path], follower{link, state})
				}
			},
			"": func(t *rapid.T) {
				m.w.pass(1e9)
				for path, of := range collections {
					if len(m.followers[path]) == 0 || rapid.IntRange(0, 3).Draw(t, "look") > 0 {
						continue
					}
					_, now := m.follow(t, path, nil, of, 50)
					for i, f := range m.followers[path] {
						link, got := m.follow(t, f.link, f.state, of, 2)
						if !reflect.DeepEqual(got, now) {
							t.Fatalf("%s, follower %d\nhas %v\nnow %v", path, i, got, now)
						}
						m.followers[path][i] = follower{link, got}
					}
				}
			},
		})
	})
}
