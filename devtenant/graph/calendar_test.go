package graph

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// weekly is a series on Mondays at 10:00 in Berlin, from 10 March 2025 on; the clocks change on 30 March.
const weekly = `{"subject":"Review","start":{"dateTime":"2025-03-10T10:00:00","timeZone":"W. Europe Standard Time"},"end":{"dateTime":"2025-03-10T11:00:00","timeZone":"W. Europe Standard Time"},
"attendees":[{"emailAddress":{"address":"anna@nordwind.example"},"type":"required"}],
"recurrence":{"pattern":{"type":"weekly","interval":1,"daysOfWeek":["monday"]},"range":{"type":"noEnd","startDate":"2025-03-10"}}}`

const month = "startDateTime=2025-03-10T00:00:00Z&endDateTime=2025-04-10T00:00:00Z"

// view gives "start type" of what stands in a window, with UTC or preferred times.
func (w *world) view(window string, headers ...string) string {
	w.t.Helper()
	var out []string
	for _, e := range w.want(200, "GET", "/me/calendarView?$top=100&"+window, "", headers...).values() {
		start, _ := e["start"].(map[string]any)
		out = append(out, fmt.Sprintf("%.16s %s", start["dateTime"], e["type"]))
	}
	return strings.Join(out, ", ")
}

// nth gives the n-th event of a window.
func (w *world) nth(window string, n int) map[string]any {
	w.t.Helper()
	list := w.want(200, "GET", "/me/calendarView?$top=100&"+window, "", immutable).values()
	if n >= len(list) {
		w.t.Fatalf("only %d events", len(list))
	}
	return list[n]
}

func TestCalendarSemantics(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, w *world)
	}{
		{"a series keeps its clock time over the change of the clocks", func(t *testing.T, w *world) {
			w.event(weekly)
			if got, want := w.view(month), "2025-03-10T09:00 occurrence, 2025-03-17T09:00 occurrence, 2025-03-24T09:00 occurrence, 2025-03-31T08:00 occurrence, 2025-04-07T08:00 occurrence"; got != want {
				t.Errorf("utc: %s", got)
			}
			if got := w.view(month, `Prefer: outlook.timezone="Europe/Berlin"`); strings.Count(got, "T10:00") != 5 {
				t.Errorf("berlin: %s", got)
			}
		}},
		{"the same in autumn, across midnight, in another zone", func(t *testing.T, w *world) {
			w.event(`{"subject":"Night","start":{"dateTime":"2025-10-25T23:30:00","timeZone":"America/New_York"},"end":{"dateTime":"2025-10-26T00:30:00","timeZone":"America/New_York"},
"recurrence":{"pattern":{"type":"daily","interval":7},"range":{"type":"numbered","startDate":"2025-10-25","numberOfOccurrences":3}}}`)
			if got, want := w.view("startDateTime=2025-10-20T00:00:00Z&endDateTime=2025-11-20T00:00:00Z"), "2025-10-26T03:30 occurrence, 2025-11-02T03:30 occurrence, 2025-11-09T04:30 occurrence"; got != want {
				t.Errorf("got %s", got)
			}
		}},
		{"transactionId makes creating safe to repeat", func(t *testing.T, w *world) {
			body := lunch + `,"transactionId":"t-1"}`
			one, two := w.event(body), w.event(body)
			if one.str("id") != two.str("id") || one.str("transactionId") != "t-1" {
				t.Error("two events were made")
			}
			if n := len(w.maya.EventsBetween(start, start.AddDate(0, 0, 7))); n != 1 {
				t.Errorf("%d events", n)
			}
		}},
		{"an edited occurrence is an exception with the same id", func(t *testing.T, w *world) {
			w.event(weekly)
			id := w.nth(month, 1)["id"].(string)
			r := w.want(200, "PATCH", "/me/events/"+id, `{"start":{"dateTime":"2025-03-18T15:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2025-03-18T16:00:00","timeZone":"Europe/Berlin"}}`, immutable)
			if r.str("id") != id || r.str("type") != "exception" || r.str("originalStart") != "2025-03-17T09:00:00Z" || r.str("seriesMasterId") == "" {
				t.Errorf("%s %s %s", r.str("id"), r.str("type"), r.str("originalStart"))
			}
			if got := w.view(month); !strings.Contains(got, "2025-03-18T14:00 exception, 2025-03-24T09:00") {
				t.Errorf("view %s", got)
			}
			w.want(200, "PATCH", "/me/events/"+id, `{"subject":"Moved"}`)
			if got := w.want(200, "GET", "/me/events/"+id, ""); got.str("subject") != "Moved" || got.str("start", "dateTime") != "2025-03-18T14:00:00.0000000" {
				t.Errorf("second edit: %v", got.json)
			}
		}},
		{"an exception may not reach its neighbours' days", func(t *testing.T, w *world) {
			w.event(weekly)
			id := w.nth(month, 1)["id"].(string)
			for _, day := range []string{"2025-03-24", "2025-03-10", "2025-03-31", "2025-03-03"} {
				r := w.want(400, "PATCH", "/me/events/"+id, `{"start":{"dateTime":"`+day+`T20:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"`+day+`T21:00:00","timeZone":"Europe/Berlin"}}`)
				if r.str("error", "code") != "ErrorOccurrenceCrossingBoundary" {
					t.Errorf("%s: %s", day, r.str("error", "code"))
				}
			}
			if got := w.nth(month, 1); got["type"] != "occurrence" {
				t.Error("a refused edit has made an exception")
			}
		}},
		{"a deleted occurrence is gone, the others stay", func(t *testing.T, w *world) {
			master := w.event(weekly).str("id")
			id := w.nth(month, 2)["id"].(string)
			w.want(204, "DELETE", "/me/events/"+id, "")
			w.want(404, "GET", "/me/events/"+id, "")
			if got := w.view(month); strings.Contains(got, "03-24") || strings.Count(got, "occurrence") != 4 {
				t.Errorf("view %s", got)
			}
			if list, _ := w.want(200, "GET", "/me/events/"+master+"?$select=cancelledOccurrences", "").get("cancelledOccurrences").([]any); len(list) != 1 {
				t.Errorf("cancelledOccurrences %v", list)
			}
		}},
		{"a series that is given another time drops its exceptions; another subject does not", func(t *testing.T, w *world) {
			master := w.event(weekly).str("id")
			id := w.nth(month, 1)["id"].(string)
			w.want(200, "PATCH", "/me/events/"+id, `{"location":{"displayName":"Room 2"}}`)
			w.want(200, "PATCH", "/me/events/"+master, `{"subject":"Weekly review"}`)
			if x := w.nth(month, 1); x["type"] != "exception" || x["subject"] != "Weekly review" {
				t.Errorf("exception %v %v", x["type"], x["subject"])
			}
			w.want(200, "PATCH", "/me/events/"+master, `{"start":{"dateTime":"2025-03-10T12:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2025-03-10T13:00:00","timeZone":"Europe/Berlin"}}`)
			if got := w.view(month); strings.Contains(got, "exception") || !strings.HasPrefix(got, "2025-03-10T11:00") {
				t.Errorf("view %s", got)
			}
		}},
		{"all-day is a date in every zone", func(t *testing.T, w *world) {
			fair := `{"subject":"Fair","isAllDay":true,"start":{"dateTime":"2025-03-14T00:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2025-03-15T00:00:00","timeZone":"Europe/Berlin"}}`
			w.event(fair)
			for _, zone := range []string{"UTC", "Europe/Berlin", "Tokyo Standard Time"} {
				e := w.want(200, "GET", "/me/calendarView?"+week, "", `Prefer: outlook.timezone="`+zone+`"`).values()[0]
				start, end := e["start"].(map[string]any), e["end"].(map[string]any)
				if start["dateTime"] != "2025-03-14T00:00:00.0000000" || end["dateTime"] != "2025-03-15T00:00:00.0000000" || start["timeZone"] != zone {
					t.Errorf("%s: %v – %v", zone, start, end)
				}
			}
			for _, bad := range []string{strings.Replace(fair, "15T00", "14T00", 1), strings.Replace(fair, "14T00", "14T01", 1), strings.Replace(fair, `"Europe/Berlin"}}`, `"UTC"}}`, 1)} {
				if r := w.want(400, "POST", "/me/events", bad); r.str("error", "code") != "ErrorInvalidTimeSettings" {
					t.Errorf("code %s", r.str("error", "code"))
				}
			}
		}},
		{"the window is half open", func(t *testing.T, w *world) {
			w.event(lunch + "}") // 11:00–12:00 UTC on the 13th
			for window, want := range map[string]int{
				"startDateTime=2025-03-13T12:00:00Z&endDateTime=2025-03-14T00:00:00Z":           0,
				"startDateTime=2025-03-13T00:00:00Z&endDateTime=2025-03-13T11:00:00Z":           0,
				"startDateTime=2025-03-13T11:59:59Z&endDateTime=2025-03-14T00:00:00Z":           1,
				"startDateTime=2025-03-13T00:00:00Z&endDateTime=2025-03-13T11:00:01Z":           1,
				"startDateTime=2025-03-13T12:00:00-00:00&endDateTime=2025-03-13T14:00:00-00:00": 0,
			} {
				if n := len(w.want(200, "GET", "/me/calendarView?"+window, "").values()); n != want {
					t.Errorf("%s: %d, want %d", window, n, want)
				}
			}
			w.want(400, "GET", "/me/calendarView?startDateTime=2025-03-13T12:00:00Z", "")
			w.want(400, "GET", "/me/calendarView?startDateTime=2025-03-13&endDateTime=2025-03-12", "")
		}},
		{"times and zones that make no sense", func(t *testing.T, w *world) {
			for body, code := range map[string]string{
				strings.Replace(lunch, "Europe/Berlin", "Mars/Olympus", 1) + "}":   "InvalidTimeZone",
				strings.Replace(lunch, "T13:00", "T11:00", 1) + "}":                "ErrorInvalidTimeSettings",
				strings.Replace(lunch, "2025-03-13T12:00:00", "tomorrow", 1) + "}": "ErrorInvalidTimeSettings",
				`{"subject":"x"}`: "ErrorInvalidTimeSettings",
				strings.Replace(weekly, `"startDate":"2025-03-10"`, `"startDate":"2025-03-11"`, 1):                                    "ErrorInvalidRequest",
				strings.Replace(weekly, `"type":"noEnd"`, `"type":"endDate","endDate":"2025-01-01"`, 1):                               "ErrorInvalidRequest",
				strings.Replace(weekly, `["monday"]`, `["someday"]`, 1):                                                               "ErrorInvalidRequest",
				strings.Replace(weekly, `"interval":1`, `"interval":0`, 1):                                                            "ErrorInvalidRequest",
				strings.Replace(weekly, `"interval":1`, `"interval":"one"`, 1):                                                        "RequestBodyRead",
				lunch + `,"attendees":[` + strings.TrimSuffix(strings.Repeat(`{"emailAddress":{"address":"a@b"}},`, 501), ",") + `]}`: "ErrorInvalidRequest",
			} {
				if r := w.want(400, "POST", "/me/events", body); r.str("error", "code") != code {
					t.Errorf("%.200s: %s, want %s", body, r.str("error", "code"), code)
				}
			}
		}},
		{"attendees only respond, the organizer cancels", func(t *testing.T, w *world) {
			id := w.maya.NewEvent(mailbox.Event{
				Subject: "Supplier day", Start: start.Add(24 * time.Hour), End: start.Add(26 * time.Hour), StartZone: "UTC", EndZone: "UTC",
				Organizer: mailbox.Address{Name: "Anna", Addr: "anna@nordwind.example"}, Response: "notResponded",
				Attendees: []mailbox.Attendee{{Address: w.maya.Owner().Address(), Type: "required", Response: "notResponded"}},
			})
			w.want(400, "PATCH", "/me/events/"+id, `{"subject":"Mine now"}`)
			w.want(400, "POST", "/me/events/"+id+"/cancel", `{}`)
			w.want(200, "PATCH", "/me/events/"+id, `{"categories":["Customer"]}`)
			w.want(202, "POST", "/me/events/"+id+"/tentativelyAccept", `{"Comment":"maybe","SendResponse":true}`)
			r := w.want(200, "GET", "/me/events/"+id, "")
			if r.str("responseStatus", "response") != "tentativelyAccepted" || r.str("showAs") != "tentative" || r.get("isOrganizer") != false {
				t.Errorf("%v", r.json)
			}
			w.want(202, "POST", "/me/events/"+id+"/accept", `{"sendResponse":false}`)
			if n := w.maya.Notices(); len(n) != 1 || n[0].Kind != "response" || n[0].To[0].Addr != "anna@nordwind.example" {
				t.Errorf("notices %v", n)
			}
			own := w.event(lunch + `,"attendees":[{"emailAddress":{"address":"anna@nordwind.example"}}]}`).str("id")
			w.want(400, "POST", "/me/events/"+own+"/accept", `{}`)
			w.want(202, "POST", "/me/events/"+own+"/cancel", `{"comment":"sorry"}`)
			w.want(404, "GET", "/me/events/"+own, "")
			n := w.maya.Notices()
			if last := n[len(n)-1]; last.Kind != "cancel" || last.Comment != "sorry" {
				t.Errorf("notices %v", n)
			}
		}},
		{"a changed master mails once for itself and once for each changed instance", func(t *testing.T, w *world) {
			master := w.event(weekly).str("id")
			w.want(200, "PATCH", "/me/events/"+w.nth(month, 1)["id"].(string), `{"location":{"displayName":"A"}}`)
			w.want(200, "PATCH", "/me/events/"+w.nth(month, 2)["id"].(string), `{"location":{"displayName":"B"}}`)
			before := len(w.maya.Notices())
			w.want(200, "PATCH", "/me/events/"+master, `{"subject":"New"}`)
			if n := len(w.maya.Notices()) - before; n != 3 {
				t.Errorf("%d mails, want 3", n)
			}
		}},
		{"a stale ETag of an event is refused", func(t *testing.T, w *world) {
			r := w.event(lunch + "}")
			w.want(200, "PATCH", "/me/events/"+r.str("id"), `{"subject":"Brunch"}`, "If-Match: "+r.str("@odata.etag"))
			if r := w.want(412, "PATCH", "/me/events/"+r.str("id"), `{"subject":"Dinner"}`, "If-Match: "+r.str("@odata.etag")); r.str("error", "code") != "ErrorIrresolvableConflict" {
				t.Errorf("code %s", r.str("error", "code"))
			}
			w.want(412, "DELETE", "/me/events/"+r.str("id"), "", "If-Match: "+r.str("@odata.etag"))
		}},
		{"isOnlineMeeting is one way", func(t *testing.T, w *world) {
			r := w.event(lunch + `,"isOnlineMeeting":true,"onlineMeetingProvider":"teamsForBusiness"}`)
			if !strings.HasPrefix(r.str("onlineMeeting", "joinUrl"), "https://") {
				t.Errorf("join %v", r.get("onlineMeeting"))
			}
			if r := w.want(200, "PATCH", "/me/events/"+r.str("id"), `{"isOnlineMeeting":false}`); r.get("isOnlineMeeting") != true {
				t.Error("taken back")
			}
		}},
		{"another calendar has its own view", func(t *testing.T, w *world) {
			id := w.want(201, "POST", "/me/calendars", `{"name":"Team"}`).str("id")
			w.want(201, "POST", "/me/calendars/"+id+"/events", lunch+"}")
			if n := len(w.want(200, "GET", "/me/calendars/"+id+"/calendarView?"+week, "").values()); n != 1 {
				t.Errorf("%d events in the calendar", n)
			}
			if got := w.view(week); got != "" {
				t.Errorf("the default calendar has %s", got)
			}
			if n := len(w.want(200, "GET", "/me/calendars", "").values()); n != 2 {
				t.Errorf("%d calendars", n)
			}
		}},
		{"instances", func(t *testing.T, w *world) {
			id := w.event(weekly).str("id")
			if n := len(w.want(200, "GET", "/me/events/"+id+"/instances?"+month, "").values()); n != 5 {
				t.Errorf("%d instances", n)
			}
			w.want(400, "GET", "/me/events/"+id+"/instances", "")
			if n := len(w.want(200, "GET", "/me/events?$filter="+url.QueryEscape("type eq 'seriesMaster'"), "").values()); n != 1 {
				t.Errorf("%d masters listed", n)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) { w := newWorld(t); w.t = t; c.run(t, w) })
	}
}
