package graph

import (
	"strings"
	"testing"
	"time"
)

const invite = lunch + `,"attendees":[{"emailAddress":{"name":"Jonas Weber","address":"jonas@harborline.example"},"type":"required"}]`

const asJonas = "Authorization: Bearer jonas"

// his is Jonas's only event in the week, nil without.
func (w *world) his(window string) map[string]any {
	w.t.Helper()
	list := w.want(200, "GET", "/me/calendarView?"+window, "", asJonas, immutable).values()
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func (w *world) inbox(as string) []map[string]any {
	return w.want(200, "GET", "/me/mailFolders/inbox/messages?$top=50", "", as, immutable).values()
}

func status(e map[string]any) string {
	a := e["attendees"].([]any)[0].(map[string]any)["status"].(map[string]any)
	return a["response"].(string)
}

func TestMeetingFlow(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"an invitation arrives as mail and as a tentative event", func(t *testing.T, w *world) {
			w.event(invite + "}")
			e := w.his(week)
			if e == nil || e["showAs"] != "tentative" || e["isOrganizer"] != false || e["subject"] != "Lunch" {
				t.Fatalf("%v", e)
			}
			if r := e["responseStatus"].(map[string]any); r["response"] != "notResponded" {
				t.Errorf("response %v", r)
			}
			mail := w.inbox(asJonas)
			if len(mail) != 1 || mail[0]["@odata.type"] != "#microsoft.graph.eventMessageRequest" || mail[0]["meetingMessageType"] != "meetingRequest" {
				t.Fatalf("%v", mail)
			}
			if r := w.want(200, "GET", "/me/messages/"+mail[0]["id"].(string)+"/microsoft.graph.eventMessage/event", "", asJonas, immutable); r.str("id") != e["id"] {
				t.Errorf("the mail's event is %v", r.json)
			}
		}},
		{"an answer reaches the organizer, and the invitation leaves the inbox", func(t *testing.T, w *world) {
			id := w.event(invite + "}").str("id")
			w.want(202, "POST", "/me/events/"+w.his(week)["id"].(string)+"/accept", `{"comment":"see you"}`, asJonas)
			if got := w.want(200, "GET", "/me/events/"+id, "").json; status(got) != "accepted" {
				t.Errorf("%v", got["attendees"])
			}
			mail := w.inbox("Authorization: Bearer maya")
			if len(mail) != 1 || mail[0]["subject"] != "Accepted: Lunch" || mail[0]["meetingMessageType"] != "meetingAccepted" || !strings.Contains(mail[0]["bodyPreview"].(string), "see you") {
				t.Errorf("%v", mail)
			}
			if n := len(w.inbox(asJonas)); n != 0 {
				t.Errorf("%d invitations left", n)
			}
		}},
		{"an answer that is not sent stays at home", func(t *testing.T, w *world) {
			id := w.event(invite + "}").str("id")
			w.want(202, "POST", "/me/events/"+w.his(week)["id"].(string)+"/decline", `{"sendResponse":false}`, asJonas)
			if got := w.want(200, "GET", "/me/events/"+id, "").json; status(got) != "none" {
				t.Errorf("%v", got["attendees"])
			}
			if n := len(w.inbox("Authorization: Bearer maya")); n != 0 {
				t.Errorf("%d mails", n)
			}
		}},
		{"another time is proposed", func(t *testing.T, w *world) {
			id := w.event(invite + "}").str("id")
			his := w.his(week)["id"].(string)
			const slot = `"proposedNewTime":{"start":{"dateTime":"2025-03-13T14:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-13T15:00:00","timeZone":"UTC"}}`
			w.want(400, "POST", "/me/events/"+his+"/accept", `{`+slot+`}`, asJonas)
			w.want(400, "POST", "/me/events/"+his+"/decline", `{"sendResponse":false,`+slot+`}`, asJonas)
			w.want(202, "POST", "/me/events/"+his+"/tentativelyAccept", `{`+slot+`}`, asJonas)
			a := w.want(200, "GET", "/me/events/"+id, "").json["attendees"].([]any)[0].(map[string]any)
			if p, _ := a["proposedNewTime"].(map[string]any); p == nil || !strings.HasPrefix(p["start"].(map[string]any)["dateTime"].(string), "2025-03-13T14:00") {
				t.Errorf("%v", a)
			}
		}},
		{"a moved meeting asks again, a renamed one does not", func(t *testing.T, w *world) {
			id := w.event(invite + "}").str("id")
			his := w.his(week)["id"].(string)
			w.want(202, "POST", "/me/events/"+his+"/accept", `{}`, asJonas)
			w.want(200, "PATCH", "/me/events/"+id, `{"subject":"Long lunch"}`)
			if e := w.his(week); e["subject"] != "Long lunch" || e["showAs"] != "busy" || e["id"] != his {
				t.Errorf("renamed: %v", e)
			}
			w.want(200, "PATCH", "/me/events/"+id, `{"end":{"dateTime":"2025-03-13T14:00:00","timeZone":"Europe/Berlin"}}`)
			if e := w.his(week); e["showAs"] != "tentative" {
				t.Errorf("moved: %v", e)
			}
			mail := w.inbox(asJonas)
			if len(mail) != 2 || mail[0]["isOutOfDate"] == mail[1]["isOutOfDate"] {
				t.Errorf("%v", mail)
			}
		}},
		{"what is the organizer's own business is not sent", func(t *testing.T, w *world) {
			id := w.event(invite + "}").str("id")
			w.want(200, "PATCH", "/me/events/"+id, `{"categories":["Customer"],"showAs":"free","isReminderOn":false}`)
			if n := len(w.inbox(asJonas)); n != 1 {
				t.Errorf("%d mails", n)
			}
		}},
		{"a cancellation", func(t *testing.T, w *world) {
			id := w.event(invite + "}").str("id")
			w.want(202, "POST", "/me/events/"+id+"/cancel", `{"comment":"ill"}`)
			if e := w.his(week); e == nil || e["isCancelled"] != true || e["showAs"] != "free" {
				t.Errorf("%v", e)
			}
			if mail := w.inbox(asJonas)[0]; mail["meetingMessageType"] != "meetingCancelled" || mail["subject"] != "Canceled: Lunch" {
				t.Errorf("%v", mail)
			}
		}},
		{"who is taken off the list gets a cancellation", func(t *testing.T, w *world) {
			id := w.event(invite + "}").str("id")
			w.want(200, "PATCH", "/me/events/"+id, `{"attendees":[]}`)
			if e := w.his(week); e == nil || e["isCancelled"] != true {
				t.Errorf("%v", e)
			}
		}},
		{"a series, an exception and a cancelled occurrence", func(t *testing.T, w *world) {
			w.event(invite + `,"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"numbered","startDate":"2025-03-13","numberOfOccurrences":3}}}`)
			view := w.want(200, "GET", "/me/calendarView?"+week, "", immutable).values()
			w.want(200, "PATCH", "/me/events/"+view[1]["id"].(string), `{"location":{"displayName":"Garden"}}`)
			w.want(204, "DELETE", "/me/events/"+view[2]["id"].(string), "")
			got := w.want(200, "GET", "/me/calendarView?"+week, "", asJonas, immutable).values()
			if len(got) != 3 || got[0]["type"] != "occurrence" || got[1]["location"].(map[string]any)["displayName"] != "Garden" || got[2]["isCancelled"] != true {
				t.Errorf("%v", got)
			}
			w.want(202, "POST", "/me/events/"+got[1]["id"].(string)+"/accept", `{}`, asJonas)
			if mine := w.want(200, "GET", "/me/calendarView?"+week, "").values(); status(mine[1]) != "accepted" || status(mine[0]) != "none" {
				t.Errorf("%v", mine)
			}
			w.want(202, "POST", "/me/events/"+got[0]["seriesMasterId"].(string)+"/decline", `{}`, asJonas)
			if mine := w.want(200, "GET", "/me/calendarView?"+week, "").values(); status(mine[0]) != "declined" || status(mine[1]) != "declined" {
				t.Errorf("%v", mine)
			}
		}},
		{"invited to one occurrence only", func(t *testing.T, w *world) {
			w.event(lunch + `,"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"numbered","startDate":"2025-03-13","numberOfOccurrences":3}}}`)
			view := w.want(200, "GET", "/me/calendarView?"+week, "", immutable).values()
			w.want(200, "PATCH", "/me/events/"+view[1]["id"].(string), `{"attendees":[{"emailAddress":{"address":"jonas@harborline.example"}}]}`)
			got := w.want(200, "GET", "/me/calendarView?"+week, "", asJonas, immutable).values()
			if len(got) != 1 || got[0]["type"] != "singleInstance" || !strings.HasPrefix(got[0]["start"].(map[string]any)["dateTime"].(string), "2025-03-14") {
				t.Fatalf("%v", got)
			}
			w.want(202, "POST", "/me/events/"+got[0]["id"].(string)+"/accept", `{}`, asJonas)
			if mine := w.want(200, "GET", "/me/calendarView?"+week, "").values(); status(mine[1]) != "accepted" {
				t.Errorf("%v", mine[1])
			}
		}},
		{"forwarded", func(t *testing.T, w *world) {
			id := w.event(lunch + "}").str("id")
			w.want(400, "POST", "/me/events/"+id+"/forward", `{"ToRecipients":[]}`)
			w.want(202, "POST", "/me/events/"+id+"/forward", `{"ToRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}],"Comment":"come, too"}`)
			e := w.his(week)
			w.want(202, "POST", "/me/events/"+e["id"].(string)+"/accept", `{}`, asJonas)
			if got := w.want(200, "GET", "/me/events/"+id, "").json; status(got) != "accepted" {
				t.Errorf("%v", got["attendees"])
			}
		}},
		{"hidden attendees", func(t *testing.T, w *world) {
			w.event(lunch + `,"hideAttendees":true,"attendees":[{"emailAddress":{"address":"anna@nordwind.example"}},{"emailAddress":{"address":"jonas@harborline.example"}}]}`)
			if got := w.his(week)["attendees"].([]any); len(got) != 1 {
				t.Errorf("%v", got)
			}
		}},
		{"unknown addresses of the own domain bounce", func(t *testing.T, w *world) {
			w.want(202, "POST", "/me/sendMail", `{"message":{"subject":"Hello","toRecipients":[{"emailAddress":{"address":"nobody@harborline.example"}},{"emailAddress":{"address":"jonas@harborline.example"}},{"emailAddress":{"address":"x@elsewhere.example"}}]}}`)
			mail := w.inbox("Authorization: Bearer maya")
			if len(mail) != 1 || mail[0]["subject"] != "Undeliverable: Hello" || !strings.Contains(mail[0]["bodyPreview"].(string), "nobody@harborline.example") || strings.Contains(mail[0]["bodyPreview"].(string), "elsewhere") {
				t.Errorf("%v", mail)
			}
			if n := len(w.inbox(asJonas)); n != 1 {
				t.Errorf("jonas has %d", n)
			}
		}},
		{"reminders are listed, put off and dismissed", func(t *testing.T, w *world) {
			id := w.event(lunch + "}").str("id")
			const view = "/me/reminderView(StartDateTime='2025-03-10T00:00:00Z',EndDateTime='2025-03-17T00:00:00Z')"
			r := w.want(200, "GET", view, "", immutable).values()
			if len(r) != 1 || r[0]["eventId"] != id || r[0]["reminderFireTime"].(map[string]any)["dateTime"] != "2025-03-13T10:45:00.0000000" {
				t.Fatalf("%v", r)
			}
			w.want(200, "POST", "/me/events/"+id+"/snoozeReminder", `{"newReminderTime":{"dateTime":"2025-03-13T10:55:00","timeZone":"UTC"}}`)
			if r := w.want(200, "GET", view, "").values(); r[0]["reminderFireTime"].(map[string]any)["dateTime"] != "2025-03-13T10:55:00.0000000" {
				t.Errorf("%v", r)
			}
			w.want(200, "POST", "/me/events/"+id+"/dismissReminder", "")
			if r := w.want(200, "GET", view, "").values(); len(r) != 0 {
				t.Errorf("%v", r)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) { w := newWorld(t); w.t = t; c.run(t, w) })
	}
}

// Two people who change a meeting and answer it at the same time do not block each other.
func TestMeetingsDoNotDeadlock(t *testing.T) {
	w := newWorld(t)
	done := make(chan bool, 2)
	for _, who := range []string{"maya", "jonas"} {
		other := map[string]string{"maya": "jonas", "jonas": "maya"}[who]
		go func() {
			for range 20 {
				r := w.do("POST", "/me/events", lunch+`,"attendees":[{"emailAddress":{"address":"`+other+`@harborline.example"}}]}`, "Authorization: Bearer "+who)
				if r.StatusCode != 201 {
					t.Errorf("status %d", r.StatusCode)
				}
			}
			done <- true
		}()
	}
	for range 2 {
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatal("blocked")
		}
	}
}
