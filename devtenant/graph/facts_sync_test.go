package graph

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const inboxDelta = "/me/mailFolders/inbox/messages/delta"

var wireFacts = []fact{
	{"action parameters are accepted in Pascal and camel case", func(t *testing.T, w *world) {
		for _, body := range []string{`{"DestinationId":"archive"}`, `{"destinationId":"inbox"}`} {
			id := w.mail("x", "y")
			w.want(201, "POST", "/me/messages/"+id+"/move", body)
		}
	}},
	{"`occurrenceId` is returned but not described", func(t *testing.T, w *world) {
		master := w.event(weekly).str("id")
		if got := w.nth(month, 1)["occurrenceId"]; got != "OID."+master+".2025-03-17" {
			t.Errorf("%v", got)
		}
	}},
	{"`referenceAttachment` is read-only", func(t *testing.T, w *world) {
		id := w.want(201, "POST", "/me/messages", `{"subject":"x"}`).str("id")
		w.want(400, "POST", "/me/messages/"+id+"/attachments", `{"@odata.type":"#microsoft.graph.referenceAttachment","name":"link"}`)
	}},
}

// round gives a delta link after everything was told.
func (w *world) round(path string, headers ...string) string {
	w.t.Helper()
	for range 1000 {
		r := w.want(200, "GET", path, "", append(headers, immutable)...)
		if path = r.str("@odata.nextLink"); path == "" {
			return r.str("@odata.deltaLink")
		}
	}
	w.t.Fatal("a round without end")
	return ""
}

var syncFacts = []fact{
	{"Per folder.", func(t *testing.T, w *world) {
		w.mail("x", "y")
		if n := len(w.want(200, "GET", inboxDelta, "").values()); n != 1 {
			t.Errorf("%d in the inbox", n)
		}
		if n := len(w.want(200, "GET", "/me/mailFolders/archive/messages/delta", "").values()); n != 0 {
			t.Errorf("%d in the archive", n)
		}
		w.want(400, "GET", "/me/messages/delta", "")
	}},
	{"`$select/$top/$expand` allowed", func(t *testing.T, w *world) {
		id := w.mail("x", "y")
		w.want(201, "POST", "/me/messages/"+id+"/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a","contentBytes":"aGk="}`)
		w.mail("z", "y")
		r := w.want(200, "GET", inboxDelta+"?$select=subject&$top=1&$expand=attachments", "")
		if v := r.values(); len(v) != 1 || v[0]["attachments"] == nil || v[0]["bodyPreview"] != nil || r.str("@odata.nextLink") == "" {
			t.Errorf("%s", r.raw)
		}
	}},
	{"`$filter` only `receivedDateTime ge/gt`", func(t *testing.T, w *world) {
		w.mail("x", "y")
		for filter, status := range map[string]int{"receivedDateTime ge 2025-01-01T00:00:00Z": 200, "receivedDateTime gt 2025-01-01T00:00:00Z": 200, "receivedDateTime le 2025-01-01T00:00:00Z": 400,
			"isRead eq false": 400, "receivedDateTime ge 2025-01-01T00:00:00Z and isRead eq false": 400, "not (receivedDateTime ge 2025-01-01T00:00:00Z)": 400} {
			w.want(status, "GET", inboxDelta+"?$filter="+url.QueryEscape(filter), "")
		}
		if n := len(w.want(200, "GET", inboxDelta+"?$filter="+url.QueryEscape("receivedDateTime gt 2025-03-12T09:00:00Z"), "").values()); n != 0 {
			t.Errorf("gt its own time finds %d", n)
		}
	}},
	{"no `$search`", func(t *testing.T, w *world) { w.want(400, "GET", inboxDelta+"?$search=x", "") }},
	{"Options are fixed by the first call.", func(t *testing.T, w *world) {
		link := w.round(inboxDelta + "?$select=subject")
		w.mail("x", "y")
		if v := w.want(200, "GET", link+"&$select=isRead", "").values()[0]; v["subject"] != "x" || v["isRead"] != nil {
			t.Errorf("%v", v)
		}
	}},
	{"Page size by `Prefer: odata.maxpagesize=n`", func(t *testing.T, w *world) {
		for range 5 {
			w.mail("x", "y")
		}
		r := w.want(200, "GET", inboxDelta, "", "Prefer: odata.maxpagesize=2")
		if len(r.values()) != 2 || r.Header.Get("Preference-Applied") != "odata.maxpagesize=2" {
			t.Errorf("%d, %q", len(r.values()), r.Header.Get("Preference-Applied"))
		}
	}},
	{"Empty pages with nextLink are legal", func(t *testing.T, w *world) {
		w.mail("x", "y")
		w.h.SetQuirks(Quirks{EmptyPages: true})
		r := w.want(200, "GET", inboxDelta, "")
		if len(r.values()) != 0 || r.str("@odata.nextLink") == "" {
			t.Fatalf("%s", r.raw)
		}
		if n := len(w.want(200, "GET", r.str("@odata.nextLink"), "").values()); n != 1 {
			t.Errorf("%d after the empty page", n)
		}
	}},
	{"replays, duplicates and any order", func(t *testing.T, w *world) {
		w.mail("one", "y")
		w.mail("two", "y")
		w.h.SetQuirks(Quirks{Replays: true, Reorder: true})
		r := w.want(200, "GET", inboxDelta, "")
		var got []string
		for _, v := range r.values() {
			got = append(got, v["subject"].(string))
		}
		if !slices.Equal(got, []string{"two", "one", "two"}) {
			t.Errorf("%v", got)
		}
		link := w.round(inboxDelta)
		w.mail("three", "y")
		first, again := w.want(200, "GET", link, "").values(), w.want(200, "GET", link, "").values()
		if len(first) == 0 || len(first) != len(again) {
			t.Error("an old link does not tell the same again")
		}
	}},
	{"an update carries at least what changed", func(t *testing.T, w *world) {
		id := w.mail("x", "y")
		link := w.round(inboxDelta)
		w.want(200, "PATCH", "/me/messages/"+id, `{"isRead":true}`)
		if v := w.want(200, "GET", link, "", immutable).values(); len(v) != 1 || v[0]["id"] != id || v[0]["isRead"] != true {
			t.Errorf("%v", v)
		}
	}},
	{"`@removed.reason` is `deleted` or `changed`", func(t *testing.T, w *world) {
		moved, deleted := w.mail("x", "y"), w.mail("z", "y")
		link := w.round(inboxDelta)
		w.want(201, "POST", "/me/messages/"+moved+"/move", `{"destinationId":"archive"}`)
		w.want(204, "POST", "/me/messages/"+deleted+"/permanentDelete", "")
		got := map[string]any{}
		for _, v := range w.want(200, "GET", link, "", immutable).values() {
			got[v["id"].(string)] = v["@removed"].(map[string]any)["reason"]
		}
		if got[moved] != "changed" || got[deleted] != "deleted" {
			t.Errorf("%v", got)
		}
	}},
	{"links are opaque", func(t *testing.T, w *world) {
		link := w.round(inboxDelta)
		at := len(link) - 5
		changed := link[:at] + map[bool]string{true: "A", false: "B"}[link[at] != 'A'] + link[at+1:]
		w.want(410, "GET", changed, "")
	}},
	{"Fixed window inside the token.", func(t *testing.T, w *world) {
		link := w.round("/me/calendarView/delta?" + week)
		w.event(lunch + "}")
		if v := w.want(200, "GET", link+"&startDateTime=2031-01-01T00:00:00Z&endDateTime=2031-02-01T00:00:00Z", "").values(); len(v) != 1 || v[0]["@removed"] != nil {
			t.Errorf("%v", v)
		}
	}},
	{"`@removed` also arrives for events *outside* the window: confirm before deleting", func(t *testing.T, w *world) {
		link := w.round("/me/calendarView/delta?" + week)
		id := w.event(strings.ReplaceAll(lunch, "2025-03-13", "2025-06-13") + "}").str("id")
		if v := w.want(200, "GET", link, "", immutable).values(); len(v) != 1 || v[0]["@removed"] == nil {
			t.Fatalf("%v", v)
		}
		w.want(200, "GET", "/me/events/"+id, "") // it exists
	}},
	{"Occurrences carry only id, type, seriesMasterId, start, end.", func(t *testing.T, w *world) {
		w.event(weekly)
		n := 0
		for _, v := range w.want(200, "GET", "/me/calendarView/delta?"+month, "", "Prefer: odata.maxpagesize=50").values() {
			if v["type"] == "occurrence" {
				n++
				delete(v, "@odata.type")
				if len(v) != 5 || v["id"] == nil || v["seriesMasterId"] == nil || v["start"] == nil || v["end"] == nil {
					t.Errorf("%v", v)
				}
			}
		}
		if n != 5 {
			t.Errorf("%d occurrences", n)
		}
	}},
	{"The master may be missing: fetch it", func(t *testing.T, w *world) {
		master := w.event(weekly).str("id")
		w.h.SetQuirks(Quirks{MissingMaster: true})
		for _, v := range w.want(200, "GET", "/me/calendarView/delta?"+month, "", immutable, "Prefer: odata.maxpagesize=50").values() {
			if v["id"] == master {
				t.Fatal("the master is told")
			}
			if got := w.want(200, "GET", "/me/events/"+v["seriesMasterId"].(string), "", immutable); got.str("type") != "seriesMaster" || got.str("subject") != "Review" {
				t.Errorf("%v", got.json)
			}
		}
	}},
	{"`/contactFolders/{id}/contacts/delta`", func(t *testing.T, w *world) {
		folder := w.want(201, "POST", "/me/contactFolders", `{"displayName":"Leads"}`).str("id")
		link := w.round("/me/contactFolders/" + folder + "/contacts/delta")
		id := w.want(201, "POST", "/me/contactFolders/"+folder+"/contacts", `{"givenName":"Anna"}`, immutable).str("id")
		if v := w.want(200, "GET", link, "", immutable).values(); len(v) != 1 || v[0]["id"] != id {
			t.Errorf("%v", v)
		}
	}},
	{"folders have delta too", func(t *testing.T, w *world) {
		for _, kind := range []string{"contactFolders", "mailFolders"} {
			link := w.round("/me/" + kind + "/delta")
			id := w.want(201, "POST", "/me/"+kind, `{"displayName":"New"}`, immutable).str("id")
			if v := w.want(200, "GET", link, "", immutable).values(); len(v) != 1 || v[0]["id"] != id {
				t.Errorf("%s: %v", kind, v)
			}
		}
	}},
	{"410, code `SyncStateNotFound` (any case), `ResyncRequired`, `SyncStateInvalid` → bounded resync by mark and sweep, never an empty list", func(t *testing.T, w *world) {
		w.mail("x", "y")
		link := w.round(inboxDelta)
		w.maya.ForgetChanges()
		if r := w.want(410, "GET", link, ""); r.str("error", "code") != "SyncStateNotFound" || r.get("value") != nil {
			t.Errorf("%s", r.raw)
		}
		for _, code := range []string{"syncStateNotFound", "ResyncRequired", "SyncStateInvalid"} {
			w.h.SetIntercept(func(*http.Request) *Fault { return &Fault{Status: http.StatusGone, Code: code} })
			if r := w.want(410, "GET", link, ""); r.str("error", "code") != code {
				t.Errorf("%s", r.raw)
			}
		}
		w.h.SetIntercept(nil)
		w.pass(time.Second)
		w.want(200, "GET", w.round(inboxDelta), "") // a new round is whole and goes on
	}},
}
