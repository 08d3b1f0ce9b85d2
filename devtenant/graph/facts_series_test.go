package graph

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// series makes a daylong-hour event with a recurrence that starts on a date, in Berlin.
func (w *world) series(status int, date, pattern, span string) reply {
	w.t.Helper()
	return w.want(status, "POST", "/me/events", fmt.Sprintf(`{"subject":"S","start":{"dateTime":"%sT10:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"%sT11:00:00","timeZone":"Europe/Berlin"},"recurrence":{"pattern":%s,"range":%s}}`,
		date, date, pattern, span), immutable)
}

// dates are the days of a series' first occurrences, in UTC.
func (w *world) dates(id string, until string) string {
	w.t.Helper()
	var out []string
	for _, e := range w.want(200, "GET", "/me/events/"+id+"/instances?$top=8&$orderby=start/dateTime&startDateTime=2025-01-01T00:00:00Z&endDateTime="+until, "").values() {
		out = append(out, e["start"].(map[string]any)["dateTime"].(string)[:10])
	}
	return strings.Join(out, " ")
}

const noEnd = `{"type":"noEnd","startDate":"2025-03-12"}`

var seriesFacts = []fact{
	{"Patterns: daily, weekly, absoluteMonthly, relativeMonthly, absoluteYearly, relativeYearly", func(t *testing.T, w *world) {
		for pattern, want := range map[string]string{
			`{"type":"daily","interval":3}`: "2025-03-12 2025-03-15 2025-03-18 2025-03-21",
			`{"type":"weekly","interval":2,"daysOfWeek":["wednesday","friday"],"firstDayOfWeek":"monday"}`: "2025-03-12 2025-03-14 2025-03-26 2025-03-28",
			`{"type":"absoluteMonthly","interval":1,"dayOfMonth":12}`:                                      "2025-03-12 2025-04-12 2025-05-12 2025-06-12",
			`{"type":"relativeMonthly","interval":1,"daysOfWeek":["wednesday"],"index":"second"}`:          "2025-03-12 2025-04-09 2025-05-14 2025-06-11",
			`{"type":"absoluteYearly","interval":1,"dayOfMonth":12,"month":3}`:                             "2025-03-12 2026-03-12 2027-03-12 2028-03-12",
			`{"type":"relativeYearly","interval":1,"daysOfWeek":["wednesday"],"index":"second","month":3}`: "2025-03-12 2026-03-11 2027-03-10 2028-03-08",
		} {
			r := w.series(201, "2025-03-12", pattern, noEnd)
			if got := w.dates(r.str("id"), "2029-12-01T00:00:00Z"); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s", pattern, got)
			}
			if kind := strings.SplitN(pattern, `"`, 5)[3]; r.str("recurrence", "pattern", "type") != kind {
				t.Errorf("%v", r.get("recurrence"))
			}
		}
		w.series(400, "2025-03-12", `{"type":"hourly","interval":1}`, noEnd)
	}},
	{"ranges noEnd, endDate, numbered", func(t *testing.T, w *world) {
		for span, want := range map[string]int{`{"type":"numbered","startDate":"2025-03-12","numberOfOccurrences":3}`: 3, `{"type":"endDate","startDate":"2025-03-12","endDate":"2025-03-15"}`: 4, noEnd: 8} {
			id := w.series(201, "2025-03-12", `{"type":"daily","interval":1}`, span).str("id")
			if got := strings.Fields(w.dates(id, "2026-01-01T00:00:00Z")); len(got) != want {
				t.Errorf("%s: %v", span, got)
			}
		}
		w.series(400, "2025-03-12", `{"type":"daily","interval":1}`, `{"type":"until","startDate":"2025-03-12"}`)
	}},
	{"index first…fourth/last", func(t *testing.T, w *world) {
		for index, day := range map[string]string{"first": "2025-05-05", "second": "2025-05-12", "third": "2025-05-19", "fourth": "2025-05-26", "last": "2025-05-26"} {
			id := w.series(201, "2025-05-01", `{"type":"relativeMonthly","interval":1,"daysOfWeek":["monday"],"index":"`+index+`"}`, `{"type":"numbered","startDate":"2025-05-01","numberOfOccurrences":1}`).str("id")
			if got := w.dates(id, "2025-08-01T00:00:00Z"); got != day {
				t.Errorf("%s: %s", index, got)
			}
		}
		w.series(400, "2025-05-01", `{"type":"relativeMonthly","interval":1,"daysOfWeek":["monday"],"index":"fifth"}`, `{"type":"noEnd","startDate":"2025-05-01"}`)
	}},
	{"`range.startDate` equals the date of `start`", func(t *testing.T, w *world) {
		w.series(400, "2025-03-12", `{"type":"daily","interval":1}`, `{"type":"noEnd","startDate":"2025-03-13"}`)
		if got := w.series(201, "2025-03-12", `{"type":"daily","interval":1}`, noEnd).str("recurrence", "range", "startDate"); got != "2025-03-12" {
			t.Errorf("%s", got)
		}
	}},
	{"A relative pattern with several days\n  takes the first matching day.", func(t *testing.T, w *world) {
		id := w.series(201, "2025-03-03", `{"type":"relativeMonthly","interval":1,"daysOfWeek":["tuesday","thursday"],"index":"first"}`, `{"type":"numbered","startDate":"2025-03-03","numberOfOccurrences":3}`).str("id")
		if got := w.dates(id, "2025-08-01T00:00:00Z"); got != "2025-03-04 2025-04-01 2025-05-01" {
			t.Errorf("%s", got)
		}
	}},
	{"An exception may not move onto or past its neighbours' days (`ErrorOccurrenceCrossingBoundary`).", func(t *testing.T, w *world) {
		w.event(weekly)
		id := w.nth(month, 1)["id"].(string)
		move := func(day string) string {
			return `{"start":{"dateTime":"` + day + `T20:00:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"` + day + `T21:00:00","timeZone":"Europe/Berlin"}}`
		}
		for _, day := range []string{"2025-03-24", "2025-03-31", "2025-03-10", "2025-03-05"} { // onto and past, both ways
			refused(t, w.want(400, "PATCH", "/me/events/"+id, move(day)), "ErrorOccurrenceCrossingBoundary")
		}
		w.want(200, "PATCH", "/me/events/"+id, move("2025-03-23")) // beside the neighbour
		next := w.nth(month, 2)["id"].(string)
		refused(t, w.want(400, "PATCH", "/me/events/"+next, move("2025-03-23")), "ErrorOccurrenceCrossingBoundary") // an exception is a neighbour, too
		w.want(200, "PATCH", "/me/events/"+next, move("2025-03-25"))
		w.want(204, "DELETE", "/me/events/"+id, "")
		w.want(200, "PATCH", "/me/events/"+next, move("2025-03-17")) // where one was cancelled there is room
	}},
	{"Anchor a series in the organiser's\n  zone, never in UTC.", func(t *testing.T, w *world) {
		for _, c := range []struct{ zone, date, want string }{
			{"Europe/Berlin", "2025-03-29", "2025-03-29T09:00 2025-03-30T08:00 2025-03-31T08:00"}, {"Europe/Berlin", "2025-10-25", "2025-10-25T08:00 2025-10-26T09:00 2025-10-27T09:00"},
			{"Pacific Standard Time", "2025-03-08", "2025-03-08T18:00 2025-03-09T17:00 2025-03-10T17:00"}, {"UTC", "2025-03-29", "2025-03-29T10:00 2025-03-30T10:00 2025-03-31T10:00"},
		} {
			id := w.event(fmt.Sprintf(`{"subject":"S","start":{"dateTime":"%[2]sT10:00:00","timeZone":"%[1]s"},"end":{"dateTime":"%[2]sT11:00:00","timeZone":"%[1]s"},"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"numbered","startDate":"%[2]s","numberOfOccurrences":3}}}`, c.zone, c.date)).str("id")
			var got []string
			for _, e := range w.want(200, "GET", "/me/events/"+id+"/instances?startDateTime=2025-01-01T00:00:00Z&endDateTime=2026-01-01T00:00:00Z", "").values() {
				got = append(got, e["start"].(map[string]any)["dateTime"].(string)[:16])
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %v", c.zone, got)
			}
		}
	}},
	{"`originalStart` is UTC.", func(t *testing.T, w *world) {
		w.event(weekly)
		if got := w.nth(month, 1)["originalStart"]; got != "2025-03-17T09:00:00Z" {
			t.Errorf("%v", got)
		}
	}},
	{"`iCalUId` differs for each occurrence", func(t *testing.T, w *world) {
		master := w.event(weekly)
		seen := map[any]bool{master.str("iCalUId"): true}
		for n := range 5 {
			uid := w.nth(month, n)["iCalUId"]
			if seen[uid] {
				t.Errorf("%v comes twice", uid)
			}
			seen[uid] = true
		}
	}},
	{"Updating a master with attendees and changed instances mails once for the master and once for each instance.", func(t *testing.T, w *world) {
		master := w.event(strings.Replace(weekly, "anna@nordwind.example", "jonas@harborline.example", 1)).str("id")
		for n := range 2 {
			w.want(200, "PATCH", "/me/events/"+w.nth(month, n+1)["id"].(string), `{"location":{"displayName":"Room"}}`)
		}
		before, _ := w.jonas.Counts("inbox")
		w.want(200, "PATCH", "/me/events/"+master, `{"subject":"New"}`)
		if after, _ := w.jonas.Counts("inbox"); after-before != 3 {
			t.Errorf("%d mails, want 3", after-before)
		}
	}},
	{"There is no\n  switch to suppress invitations: show who will be e-mailed before saving.", func(t *testing.T, w *world) {
		w.event(invite + "}")
		w.want(201, "POST", "/me/events", invite+"}", "Prefer: outlook.sendInvitations=none")
		w.want(400, "POST", "/me/events", invite+`,"sendInvitations":false}`)
		if n, _ := w.jonas.Counts("inbox"); n != 2 {
			t.Errorf("%d invitations, want 2", n)
		}
	}},
}

// foreign puts an event that somebody outside has invited Maya to into her calendar.
func (w *world) foreign(change func(*mailbox.Event)) string {
	e := mailbox.Event{
		Subject: "Supplier day", Start: start.Add(24 * time.Hour), End: start.Add(26 * time.Hour), StartZone: "UTC", EndZone: "UTC",
		Organizer: mailbox.Address{Name: "Anna", Addr: "anna@nordwind.example"}, Response: "notResponded",
		Attendees: []mailbox.Attendee{{Address: w.maya.Owner().Address(), Type: "required", Response: "notResponded"}},
	}
	if change != nil {
		change(&e)
	}
	return w.maya.NewEvent(e)
}
