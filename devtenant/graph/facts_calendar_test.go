package graph

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

const fair = `{"subject":"Fair","isAllDay":true,"start":{"dateTime":"2025-03-14T00:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2025-03-15T00:00:00","timeZone":"Europe/Berlin"}}`

// invitation makes Maya invite Jonas, and gives the ids of her event and of his.
func (w *world) invitation(more string) (hers, his string) {
	w.t.Helper()
	hers = w.event(invite + more + "}").str("id")
	return hers, w.his(week)["id"].(string)
}

var calendarFacts = []fact{
	{"All-day: midnight to midnight in one zone", func(t *testing.T, w *world) {
		w.event(fair)
		for _, bad := range []string{strings.Replace(fair, "14T00", "14T01", 1), strings.Replace(fair, "15T00", "15T08", 1), strings.Replace(fair, `"Europe/Berlin"}}`, `"UTC"}}`, 1)} {
			refused(t, w.want(400, "POST", "/me/events", bad), "ErrorInvalidTimeSettings")
		}
	}},
	{"a one-day event ends the next midnight", func(t *testing.T, w *world) {
		if got := w.event(fair).str("end", "dateTime"); !strings.HasPrefix(got, "2025-03-15T00:00") {
			t.Errorf("%s", got)
		}
		refused(t, w.want(400, "POST", "/me/events", strings.Replace(fair, "15T00", "14T00", 1)), "ErrorInvalidTimeSettings")
	}},
	{"`cancel`: organiser only.", func(t *testing.T, w *world) {
		hers, his := w.invitation("")
		w.want(400, "POST", "/me/events/"+his+"/cancel", `{}`, asJonas)
		w.want(202, "POST", "/me/events/"+hers+"/cancel", `{"comment":"sorry"}`)
		if e := w.his(week); e["isCancelled"] != true {
			t.Errorf("%v", e)
		}
	}},
	{"DELETE by the organiser also sends cancellations.", func(t *testing.T, w *world) {
		hers, _ := w.invitation("")
		w.want(204, "DELETE", "/me/events/"+hers, "")
		if mail := w.inbox(asJonas); len(mail) != 2 || mail[0]["meetingMessageType"] != "meetingCancelled" && mail[1]["meetingMessageType"] != "meetingCancelled" {
			t.Errorf("%v", mail)
		}
	}},
	{"Attendees only respond.", func(t *testing.T, w *world) {
		_, his := w.invitation("")
		for _, body := range []string{`{"subject":"Mine"}`, `{"start":{"dateTime":"2025-03-13T15:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-13T16:00:00","timeZone":"UTC"}}`, `{"attendees":[]}`} {
			w.want(400, "PATCH", "/me/events/"+his, body, asJonas)
		}
		w.want(202, "POST", "/me/events/"+his+"/accept", `{}`, asJonas)
		w.want(200, "PATCH", "/me/events/"+his, `{"categories":["x"],"showAs":"oof"}`, asJonas) // the own copy's own affairs
	}},
	{"accept/decline/tentativelyAccept: `sendResponse` true by default", func(t *testing.T, w *world) {
		for action, response := range map[string]string{"accept": "accepted", "decline": "declined", "tentativelyAccept": "tentativelyAccepted"} {
			also(t, action, func(t *testing.T, w *world) {
				hers, his := w.invitation("")
				w.want(202, "POST", "/me/events/"+his+"/"+action, `{}`, asJonas)
				if got := status(w.want(200, "GET", "/me/events/"+hers, "").json); got != response {
					t.Errorf("the organizer has %s", got)
				}
			})
			also(t, action+" without", func(t *testing.T, w *world) {
				hers, his := w.invitation("")
				w.want(202, "POST", "/me/events/"+his+"/"+action, `{"sendResponse":false}`, asJonas)
				if got := status(w.want(200, "GET", "/me/events/"+hers, "").json); got != "none" {
					t.Errorf("the organizer has %s", got)
				}
			})
		}
	}},
	{"`proposedNewTime` needs it and\n  `allowNewTimeProposals`", func(t *testing.T, w *world) {
		const slot = `"proposedNewTime":{"start":{"dateTime":"2025-03-13T14:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-13T15:00:00","timeZone":"UTC"}}`
		hers, his := w.invitation("")
		w.want(400, "POST", "/me/events/"+his+"/decline", `{"sendResponse":false,`+slot+`}`, asJonas)
		w.want(202, "POST", "/me/events/"+his+"/decline", `{`+slot+`}`, asJonas)
		a := w.want(200, "GET", "/me/events/"+hers, "").json["attendees"].([]any)[0].(map[string]any)
		if a["proposedNewTime"] == nil {
			t.Errorf("%v", a)
		}
		also(t, "not allowed", func(t *testing.T, w *world) {
			_, his := w.invitation(`,"allowNewTimeProposals":false`)
			w.want(400, "POST", "/me/events/"+his+"/tentativelyAccept", `{`+slot+`}`, asJonas)
		})
	}},
	{"`isOnlineMeeting:true` is one-way", func(t *testing.T, w *world) {
		id := w.event(lunch + `,"isOnlineMeeting":true}`).str("id")
		if w.want(200, "PATCH", "/me/events/"+id, `{"isOnlineMeeting":false}`).get("isOnlineMeeting") != true {
			t.Error("taken back")
		}
	}},
	{"join with `onlineMeeting.joinUrl`", func(t *testing.T, w *world) {
		hers, _ := w.invitation(`,"isOnlineMeeting":true`)
		url := w.want(200, "GET", "/me/events/"+hers, "").str("onlineMeeting", "joinUrl")
		if his, _ := w.his(week)["onlineMeeting"].(map[string]any); !strings.HasPrefix(url, "https://") || his["joinUrl"] != url {
			t.Errorf("%s, his %v", url, his)
		}
	}},
	{"`hideAttendees`", func(t *testing.T, w *world) {
		w.event(lunch + `,"hideAttendees":true,"attendees":[{"emailAddress":{"address":"anna@nordwind.example"}},{"emailAddress":{"address":"jonas@harborline.example"}}]}`)
		if list, _ := w.his(week)["attendees"].([]any); len(list) != 1 {
			t.Errorf("%v", list)
		}
	}},
	{"500 attendees at most", func(t *testing.T, w *world) {
		list := func(n int) string {
			var out []string
			for i := range n {
				out = append(out, fmt.Sprintf(`{"emailAddress":{"address":"p%d@nordwind.example"}}`, i))
			}
			return lunch + `,"attendees":[` + strings.Join(out, ",") + `]}`
		}
		w.want(201, "POST", "/me/events", list(500))
		w.want(400, "POST", "/me/events", list(501))
	}},
	{"`isDraft` = changes not sent", func(t *testing.T, w *world) {
		id := w.maya.NewEvent(mailbox.Event{Subject: "Plan", Start: start, End: start.Add(time.Hour), StartZone: "UTC", EndZone: "UTC", Draft: true, // as Outlook's own windows leave it
			Attendees: []mailbox.Attendee{{Address: w.jonas.Owner().Address(), Type: "required"}}})
		if w.want(200, "GET", "/me/events/"+id, "").get("isDraft") != true {
			t.Error("no draft")
		}
		before, _ := w.jonas.Counts("inbox")
		if w.want(200, "PATCH", "/me/events/"+id, `{"subject":"The plan"}`).get("isDraft") != false {
			t.Error("still a draft after what the API sends")
		}
		if after, _ := w.jonas.Counts("inbox"); after != before+1 {
			t.Errorf("%d mails", after-before)
		}
	}},
	{"showAs: unknown, free, tentative, busy, oof, workingElsewhere.", func(t *testing.T, w *world) {
		for _, v := range []string{"unknown", "free", "tentative", "busy", "oof", "workingElsewhere"} {
			if got := w.event(lunch + `,"showAs":"` + v + `"}`).str("showAs"); got != v {
				t.Errorf("%s: %s", v, got)
			}
		}
		w.want(400, "POST", "/me/events", lunch+`,"showAs":"away"}`)
	}},
	{"sensitivity: normal, personal, private, confidential.", func(t *testing.T, w *world) {
		for _, v := range []string{"normal", "personal", "private", "confidential"} {
			if got := w.event(lunch + `,"sensitivity":"` + v + `"}`).str("sensitivity"); got != v {
				t.Errorf("%s: %s", v, got)
			}
		}
		w.want(400, "POST", "/me/events", lunch+`,"sensitivity":"secret"}`)
	}},
	{"response: none, organizer, tentativelyAccepted, accepted, declined, notResponded.", func(t *testing.T, w *world) {
		hers, his := w.invitation("")
		own := func(id, as string) string {
			return w.want(200, "GET", "/me/events/"+id, "", as).str("responseStatus", "response")
		}
		if got := own(hers, "Authorization: Bearer maya"); got != "organizer" {
			t.Errorf("hers %s", got)
		}
		if got := status(w.want(200, "GET", "/me/events/"+hers, "").json); got != "none" {
			t.Errorf("his in hers %s", got)
		}
		if got := own(his, asJonas); got != "notResponded" {
			t.Errorf("his %s", got)
		}
		for _, c := range [][2]string{{"accept", "accepted"}, {"decline", "declined"}, {"tentativelyAccept", "tentativelyAccepted"}} {
			w.want(202, "POST", "/me/events/"+his+"/"+c[0], `{}`, asJonas)
			if got := own(his, asJonas); got != c[1] {
				t.Errorf("%s: %s", c[0], got)
			}
		}
	}},
	{"getSchedule: interval 5–1440 min, `availabilityView` digits.", func(t *testing.T, w *world) {
		for _, showAs := range []string{"tentative", "busy", "oof", "workingElsewhere"} {
			w.event(strings.NewReplacer("T12:", map[string]string{"tentative": "T09:", "busy": "T10:", "oof": "T11:", "workingElsewhere": "T12:"}[showAs],
				"T13:", map[string]string{"tentative": "T10:", "busy": "T11:", "oof": "T12:", "workingElsewhere": "T13:"}[showAs]).Replace(lunch) + `,"showAs":"` + showAs + `"}`)
		}
		ask := func(status, interval int) reply {
			return w.want(status, "POST", "/me/calendar/getSchedule", fmt.Sprintf(`{"schedules":["maya@harborline.example"],"startTime":{"dateTime":"2025-03-13T08:00:00","timeZone":"Europe/Berlin"},"endTime":{"dateTime":"2025-03-14T14:00:00","timeZone":"Europe/Berlin"},"availabilityViewInterval":%d}`, interval))
		}
		if got := ask(200, 60).values()[0]["availabilityView"].(string); !strings.HasPrefix(got, "012340") {
			t.Errorf("%s", got)
		}
		ask(200, 5)
		ask(200, 1440)
		ask(400, 4)
		ask(400, 1441)
	}},
	{"findMeetingTimes: confidence, then time.", func(t *testing.T, w *world) {
		w.want(201, "POST", "/me/events", strings.NewReplacer("T12:", "T09:", "T13:", "T10:").Replace(lunch)+`,"showAs":"tentative"}`, asJonas)
		r := w.want(200, "POST", "/me/findMeetingTimes", `{"attendees":[{"type":"required","emailAddress":{"address":"jonas@harborline.example"}}],"meetingDuration":"PT1H","maxCandidates":100,"minimumAttendeePercentage":20,
"timeConstraint":{"timeSlots":[{"start":{"dateTime":"2025-03-13T08:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-13T12:00:00","timeZone":"UTC"}}]}}`)
		list, _ := r.get("meetingTimeSuggestions").([]any)
		lastConfidence, lastStart, kinds := 101.0, "", map[float64]bool{}
		for _, item := range list {
			s := item.(map[string]any)
			confidence, at := s["confidence"].(float64), s["meetingTimeSlot"].(map[string]any)["start"].(map[string]any)["dateTime"].(string)
			if confidence > lastConfidence || confidence == lastConfidence && at <= lastStart {
				t.Errorf("%v at %s after %v at %s", confidence, at, lastConfidence, lastStart)
			}
			lastConfidence, lastStart, kinds[confidence] = confidence, at, true
		}
		if len(kinds) < 2 {
			t.Errorf("all alike: %v", kinds)
		}
	}},
	{"Time zones: Windows names and an Olson subset", func(t *testing.T, w *world) {
		for _, zone := range []string{"W. Europe Standard Time", "Europe/Berlin"} {
			r := w.event(strings.ReplaceAll(lunch, "Europe/Berlin", zone) + "}")
			if r.str("start", "dateTime") != "2025-03-13T11:00:00.0000000" || r.str("originalStartTimeZone") != zone {
				t.Errorf("%s: %v, %s", zone, r.get("start"), r.str("originalStartTimeZone"))
			}
		}
		for _, kind := range []string{"Windows", "Iana"} {
			if n := len(w.want(200, "GET", "/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'"+kind+"')", "").values()); n < 100 {
				t.Errorf("%s: %d", kind, n)
			}
		}
	}},
	{"`tzone://Microsoft/Custom` may appear.", func(t *testing.T, w *world) {
		id := w.foreign(func(e *mailbox.Event) {
			e.StartZone, e.EndZone = "tzone://Microsoft/Custom", "tzone://Microsoft/Custom"
		})
		if got := w.want(200, "GET", "/me/events/"+id, ""); got.str("originalStartTimeZone") != "tzone://Microsoft/Custom" || got.str("start", "timeZone") != "UTC" {
			t.Errorf("%s %v", got.str("originalStartTimeZone"), got.get("start"))
		}
		w.series(201, "2025-03-12", `{"type":"daily","interval":1}`, `{"type":"noEnd","startDate":"2025-03-12","recurrenceTimeZone":"tzone://Microsoft/Custom"}`)
	}},
	{"Categories match by displayName; 25 preset colours.", func(t *testing.T, w *world) {
		for n := range 25 {
			w.want(201, "POST", "/me/outlook/masterCategories", fmt.Sprintf(`{"displayName":"c%d","color":"preset%d"}`, n, n))
		}
		w.want(400, "POST", "/me/outlook/masterCategories", `{"displayName":"x","color":"preset25"}`)
		w.want(409, "POST", "/me/outlook/masterCategories", `{"displayName":"C7","color":"preset1"}`)
		w.event(lunch + `,"categories":["c7"]}`)
		if n := len(w.want(200, "GET", "/me/events?$filter=categories/any(c:c eq 'c7')", "").values()); n != 1 {
			t.Errorf("%d", n)
		}
	}},
}
