package graph

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// An accepted calendar stands in the guest's own list, as long as it is shared.
func TestAcceptedCalendar(t *testing.T) {
	w := newWorld(t)
	w.event(lunch + "}")
	if !w.reg.ShareCalendar("maya@harborline.example", "", "jonas@harborline.example", "read") {
		t.Fatal("not shared")
	}
	if n := len(w.want(200, "GET", "/me/calendars", "", asJonas).values()); n != 2 {
		t.Fatalf("%d calendars", n)
	}
	list := w.want(200, "GET", "/me/calendars?$select=id,canEdit,owner", "", asJonas).values()
	hers := list[1]
	if hers["canEdit"] != false || hers["owner"].(map[string]any)["address"] != "maya@harborline.example" {
		t.Errorf("%v", hers)
	}
	path := "/me/calendars/" + url.PathEscape(hers["id"].(string))
	w.want(403, "GET", path+"/calendarView/delta?"+week, "", asJonas) // the scopes are not the shared ones
	w.scopes = append(w.scopes, "Calendars.ReadWrite.Shared")
	got := w.want(200, "GET", path+"/calendarView/delta?"+week, "", asJonas).values()
	if len(got) != 1 || got[0]["subject"] != "Lunch" {
		t.Fatalf("%v", got)
	}
	event := path + "/events/" + url.PathEscape(got[0]["id"].(string))
	w.want(200, "GET", event, "", asJonas)
	w.want(403, "PATCH", event, `{"subject":"Mine"}`, asJonas)
	w.want(404, "GET", "/me/events/"+url.PathEscape(got[0]["id"].(string)), "", asJonas)
	w.want(204, "DELETE", path, "", asJonas)
	if n := len(w.want(200, "GET", "/me/calendars", "", asJonas).values()); n != 1 {
		t.Errorf("%d calendars after it was dropped", n)
	}
	w.want(200, "GET", "/me/calendar", "") // it is hers still
}

// The first round of a filtered change tracking ends after 5,000 messages, and changes are told all the same.
func TestFilteredDeltaEndsEarly(t *testing.T) {
	w := newWorld(t)
	box, _ := w.reg.Mailbox("maya@harborline.example")
	for i := range maxFiltered + 20 {
		box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna@nordwind.example"}, To: []mailbox.Address{{Addr: "maya@harborline.example"}},
			Subject: fmt.Sprint(i), At: start.Add(-time.Duration(i) * time.Minute), Body: mailbox.Body{Text: "x"}})
	}
	for _, c := range []struct {
		filter string
		want   int
	}{{"", maxFiltered + 20}, {"&$filter=" + url.QueryEscape("receivedDateTime ge 2020-01-01T00:00:00Z"), maxFiltered}} {
		got, link := 0, ""
		next := "/me/mailFolders/inbox/messages/delta?$select=subject" + c.filter
		for next != "" {
			r := w.want(200, "GET", next, "", "Prefer: odata.maxpagesize=900")
			got += len(r.values())
			next, link = r.str("@odata.nextLink"), r.str("@odata.deltaLink")
		}
		if got != c.want {
			t.Errorf("%q: %d told", c.filter, got)
		}
		box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna@nordwind.example"}, Subject: "new", At: start, Body: mailbox.Body{Text: "x"}})
		if n := len(w.want(200, "GET", link, "").values()); n != 1 {
			t.Errorf("%q: %d changes", c.filter, n)
		}
	}
}
