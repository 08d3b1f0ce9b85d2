package graph

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// state is what a client knows: items as JSON by id.
type state map[string]string

// follow goes through a round from a link to its delta link and applies it to a copy of what was known.
func (w *world) follow(link string, known state) (state, string) {
	w.t.Helper()
	now := maps.Clone(known)
	if now == nil {
		now = state{}
	}
	for range 10_000 {
		r := w.want(200, "GET", link, "", immutable, "Prefer: odata.maxpagesize=3")
		if len(r.values()) > 4 {
			w.t.Fatalf("%d values on a page of 3", len(r.values()))
		}
		for _, v := range r.values() {
			id := v["id"].(string)
			if v["@removed"] != nil {
				delete(now, id)
				if v["type"] == nil { // a series that is gone takes its occurrences along, as far as the client knows them
					continue
				}
			}
			text, err := json.Marshal(v)
			if err != nil {
				w.t.Fatal(err)
			}
			now[id] = string(text)
		}
		if link = r.str("@odata.nextLink"); link == "" {
			return now, r.str("@odata.deltaLink")
		}
	}
	w.t.Fatal("a round without end")
	return nil, ""
}

// diff says how two states differ, or "".
func diff(got, want state) string {
	var out []string
	for id, v := range want {
		if got[id] != v {
			out = append(out, fmt.Sprintf("want %s\n have %s", v, got[id]))
		}
	}
	for id, v := range got {
		if _, ok := want[id]; !ok {
			out = append(out, "left over "+v)
		}
	}
	return strings.Join(out, "\n")
}

type linkAndState struct {
	link  string
	known state
}

// TestDeltaModel: from any earlier link and the state of then, the changes lead to the present state.
func TestDeltaModel(t *testing.T) {
	for seed := range uint64(12) {
		if seed < 6 {
			t.Run(fmt.Sprint("mail", seed), func(t *testing.T) { mailModel(t, seed) })
		}
		t.Run(fmt.Sprint("calendar", seed), func(t *testing.T) { calendarModel(t, seed) })
	}
}

func mailModel(t *testing.T, seed uint64) {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(seed, 1))
	w.h.SetQuirks(Quirks{EmptyPages: seed%2 == 0, Replays: seed%3 == 0})
	paths := []string{"/me/mailFolders/inbox/messages/delta", "/me/mailFolders/archive/messages/delta?$select=subject,isRead", "/me/mailFolders/delta"}
	history := map[string][]linkAndState{}
	var ids []string
	for step := range 40 {
		for range rng.IntN(4) {
			switch n := rng.IntN(10); {
			case n < 4 || len(ids) == 0:
				ids = append(ids, w.mail(fmt.Sprint("mail ", step), "text"))
			case n < 6:
				_ = w.maya.SetRead(ids[rng.IntN(len(ids))], rng.IntN(2) == 0)
			case n < 8:
				_ = w.maya.MoveMessage(ids[rng.IntN(len(ids))], []string{"inbox", "archive", "deleteditems"}[rng.IntN(3)])
			case n == 8:
				_ = w.maya.RemoveMessage(ids[rng.IntN(len(ids))])
			default:
				w.do("POST", "/me/mailFolders", fmt.Sprintf(`{"displayName":"F%d"}`, step))
			}
			w.pass(time.Duration(rng.IntN(3)) * time.Second)
		}
		for _, path := range paths {
			fresh, link := w.follow(path, nil)
			for _, earlier := range history[path] {
				got, _ := w.follow(earlier.link, earlier.known)
				if d := diff(got, fresh); d != "" {
					t.Fatalf("step %d, %s: %s", step, path, d)
				}
			}
			if rng.IntN(6) == 0 && len(history[path]) < 5 {
				history[path] = append(history[path], linkAndState{link, fresh})
			}
		}
	}
}

func calendarModel(t *testing.T, seed uint64) {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(seed, 2))
	path := "/me/calendarView/delta?" + month
	var history []linkAndState
	from := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	for step := range 40 {
		for range 1 + rng.IntN(3) {
			now := w.maya.EventsBetween(from, from.AddDate(0, 2, 0))
			var id string
			if len(now) > 0 {
				id = now[rng.IntN(len(now))].ID
			}
			day := fmt.Sprintf("2025-%02d-%02d", 3+rng.IntN(2), 1+rng.IntN(28))
			switch n := rng.IntN(8); {
			case n == 0 || id == "":
				w.do("POST", "/me/events", fmt.Sprintf(`{"subject":"e%d","start":{"dateTime":"%sT10:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"%sT11:00:00","timeZone":"Europe/Berlin"}}`, step, day, day))
			case n == 1:
				w.do("POST", "/me/events", strings.Replace(strings.ReplaceAll(weekly, "2025-03-10", "2025-03-03"), `"interval":1`, fmt.Sprintf(`"interval":%d`, 1+rng.IntN(3)), 1))
			case n < 4:
				w.do("PATCH", "/me/events/"+id, fmt.Sprintf(`{"subject":"s%d"}`, step))
			case n == 4:
				w.do("PATCH", "/me/events/"+id, fmt.Sprintf(`{"start":{"dateTime":"%sT12:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"%sT13:00:00","timeZone":"Europe/Berlin"}}`, day, day))
			case n == 5:
				w.do("DELETE", "/me/events/"+id, "")
			case n == 6: // the series of an occurrence: changed, moved or deleted
				master := w.want(200, "GET", "/me/events/"+id, "").str("seriesMasterId")
				if master == "" {
					continue
				}
				switch rng.IntN(4) {
				case 0:
					w.do("DELETE", "/me/events/"+master, "")
				case 1:
					w.do("PATCH", "/me/events/"+master, fmt.Sprintf(`{"start":{"dateTime":"%sT09:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"%sT09:30:00","timeZone":"Europe/Berlin"}}`, day, day))
				case 2:
					w.do("PATCH", "/me/events/"+master, `{"recurrence":null}`)
				case 3:
					w.do("PATCH", "/me/events/"+master, fmt.Sprintf(`{"subject":"m%d","location":{"displayName":"Room"}}`, step))
				}
			default:
				w.pass(time.Minute)
			}
		}
		fresh, link := w.follow(path, nil)
		for at, earlier := range history {
			got, next := w.follow(earlier.link, earlier.known)
			if d := diff(got, fresh); d != "" {
				t.Fatalf("step %d: %s", step, d)
			}
			if rng.IntN(3) == 0 {
				history[at] = linkAndState{next, got}
			}
		}
		if len(history) < 5 || rng.IntN(4) == 0 {
			history = append(history, linkAndState{link, fresh})
		}
		if len(history) > 8 {
			history = history[1:]
		}
		// What the rounds tell is what the view shows.
		shown := w.want(200, "GET", "/me/calendarView?$top=1000&"+month, "", immutable).values()
		n := 0
		for _, v := range fresh {
			if !strings.Contains(v, `"type":"seriesMaster"`) {
				n++
			}
		}
		if n != len(shown) {
			t.Fatalf("step %d: the view has %d events, the delta %d", step, len(shown), n)
		}
	}
}

func TestDeltaRules(t *testing.T) {
	w := newWorld(t)
	id := w.mail("one", "x")
	_, link := w.follow("/me/mailFolders/inbox/messages/delta?$select=subject", nil)
	if !strings.HasPrefix(link, "http://tenant.test/graph/v1.0/me/mailFolders/inbox/messages/delta?$deltatoken=") {
		t.Errorf("link %s", link)
	}
	if err := w.maya.MoveMessage(id, "archive"); err != nil {
		t.Fatal(err)
	}
	gone := w.want(200, "GET", link, "", immutable).values()
	if len(gone) != 1 || gone[0]["id"] != id || gone[0]["@removed"].(map[string]any)["reason"] != "changed" {
		t.Errorf("moved: %v", gone)
	}
	if err := w.maya.RemoveMessage(id); err != nil {
		t.Fatal(err)
	}
	if after := w.want(200, "GET", link, "", immutable).values(); len(after) != 1 {
		t.Errorf("after: %v", after)
	}
	w.mail("two", "x")
	r := w.want(200, "GET", link, "", immutable)
	for _, v := range r.values() {
		if v["@removed"] == nil && (v["subject"] != "two" || v["body"] != nil) {
			t.Errorf("the options of the first call are not kept: %v", v)
		}
	}
	if r := w.want(410, "GET", "/me/mailFolders/inbox/messages/delta?$deltatoken=nonsense", ""); r.str("error", "code") != "SyncStateNotFound" {
		t.Errorf("code %s", r.str("error", "code"))
	}
	token := link[strings.Index(link, "=")+1:]
	w.want(410, "GET", "/me/mailFolders/archive/messages/delta?$deltatoken="+token, "") // another folder's
	w.want(410, "GET", link, "", "Authorization: Bearer jonas")
	other := newWorld(t) // another run
	other.want(410, "GET", link, "")
	w.maya.ForgetChanges()
	w.want(410, "GET", link, "")
	for _, bad := range []string{"$filter=isRead eq false", "$search=x", "$skip=3", "$orderby=subject", "$select=nothing"} {
		w.want(400, "GET", "/me/mailFolders/inbox/messages/delta?"+bad, "")
	}
	w.want(200, "GET", "/me/mailFolders/inbox/messages/delta?$filter=receivedDateTime ge 2025-01-01T00:00:00Z&$orderby=receivedDateTime desc", "")
	w.want(400, "GET", "/me/messages/delta", "")
	for _, form := range []string{"delta()", "microsoft.graph.delta()", "microsoft.graph.delta"} { // as generated clients and OData write it
		if r := w.want(200, "GET", "/me/mailFolders/inbox/messages/"+form, ""); r.str("@odata.deltaLink") == "" && r.str("@odata.nextLink") == "" {
			t.Errorf("%s: %s", form, r.raw)
		}
	}
}

func TestOccurrencesInDeltaAreBare(t *testing.T) {
	w := newWorld(t)
	w.event(weekly)
	w.want(200, "PATCH", "/me/events/"+w.nth(month, 1)["id"].(string), `{"subject":"other"}`)
	kinds := map[string]int{}
	for _, v := range w.want(200, "GET", "/me/calendarView/delta?"+month, "", "Prefer: odata.maxpagesize=50").values() {
		kind := v["type"].(string)
		kinds[kind]++
		if _, full := v["subject"]; full != (kind != "occurrence") {
			t.Errorf("%s: %v", kind, v)
		}
		if kind == "occurrence" && len(v) != 6 { // with @odata.type
			t.Errorf("an occurrence has %d properties: %v", len(v), v)
		}
	}
	if kinds["seriesMaster"] != 1 || kinds["exception"] != 1 || kinds["occurrence"] != 4 {
		t.Errorf("%v", kinds)
	}
	w.want(400, "GET", "/me/calendarView/delta", "")
}

// TestRemovedOutsideTheWindow: what changes outside the window is told as removed though it exists (facts, "Sync").
func TestRemovedOutsideTheWindow(t *testing.T) {
	w := newWorld(t)
	_, link := w.follow("/me/calendarView/delta?"+week, nil)
	id := w.event(strings.ReplaceAll(lunch, "2025-03-13", "2025-06-13") + "}").str("id")
	got := w.want(200, "GET", link, "", immutable).values()
	if len(got) != 1 || got[0]["id"] != id || got[0]["@removed"] == nil {
		t.Errorf("%v", got)
	}
	w.want(200, "GET", "/me/events/"+id, "")
}

func TestForgottenTombstones(t *testing.T) {
	w := newWorld(t)
	w.maya.LimitTombstones(20)
	_, old := w.follow("/me/mailFolders/inbox/messages/delta", nil)
	for range 40 {
		if err := w.maya.RemoveMessage(w.mail("x", "y")); err != nil {
			t.Fatal(err)
		}
	}
	w.want(410, "GET", old, "")
	_, fresh := w.follow("/me/mailFolders/inbox/messages/delta", nil)
	w.want(200, "GET", fresh, "")
	_ = w.maya.Do(func(b *mailbox.Box) error {
		tombs, err := b.Tombstones(b.WellKnown("inbox").Num(), b.Counter()-1)
		if err != nil || len(tombs) > 20 {
			t.Errorf("%d tombstones, %v", len(tombs), err)
		}
		return nil
	})
}
