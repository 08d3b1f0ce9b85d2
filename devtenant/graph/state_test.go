package graph

import (
	"bytes"
	"strings"
	"testing"

	"supercrm/devtenant/mailbox"
)

// A restart changes nothing that a client can see: every answer is the same, and delta links stay good.
func TestStateSurvivesARestart(t *testing.T) {
	w := newWorld(t)
	first := w.mail("one", "body of one")
	w.want(201, "POST", "/me/messages/"+first+"/extensions", `{"extensionName":"com.supercrm.link","person":7}`)
	folder := w.want(201, "POST", "/me/mailFolders", `{"displayName":"Customers"}`).str("id")
	gone := w.mail("two", "y")
	w.want(201, "POST", "/me/messages/"+gone+"/move", `{"destinationId":"`+folder+`"}`)
	w.event(invite + `,"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"numbered","startDate":"2025-03-13","numberOfOccurrences":4}}}`)
	view := w.want(200, "GET", "/me/calendarView?"+week, "", immutable).values()
	w.want(200, "PATCH", "/me/events/"+view[1]["id"].(string), `{"location":{"displayName":"Garden"}}`)
	w.want(204, "DELETE", "/me/events/"+view[2]["id"].(string), "")
	w.want(201, "POST", "/me/contacts", `{"givenName":"Anna"}`)
	w.want(201, "POST", "/me/outlook/masterCategories", `{"displayName":"Customer","color":"preset9"}`)
	w.want(201, "POST", "/me/calendar/calendarPermissions", `{"emailAddress":{"address":"jonas@harborline.example"},"role":"read"}`)
	w.reg.GrantAccess(mayaID, jonasID)
	var links []string
	for path := range collections {
		r := w.want(200, "GET", path, "", immutable, "Prefer: odata.maxpagesize=100")
		links = append(links, r.str("@odata.deltaLink"))
	}
	w.want(204, "DELETE", "/me/messages/"+first, "")
	w.want(200, "PATCH", "/me/events/"+view[0]["seriesMasterId"].(string), `{"subject":"Brunch"}`)

	var saved bytes.Buffer
	if err := w.reg.Save(&saved); err != nil {
		t.Fatal(err)
	}
	again := newWorld(t)
	again.reg = mailbox.NewRegistry(again.now)
	if err := again.reg.Restore(bytes.NewReader(saved.Bytes())); err != nil {
		t.Fatal(err)
	}
	opt := again.h.opt
	opt.Mailboxes = again.reg
	again.h = NewHandler(opt)
	for _, path := range append(links, "/me/messages?$top=50&$expand=attachments,extensions", "/me/mailFolders", "/me/calendarView?"+week, "/me/events", "/me/contacts",
		"/me/outlook/masterCategories", "/me/calendar/calendarPermissions", "/me/mailboxSettings", "/me/messages?$search=body") {
		for _, as := range []string{"Authorization: Bearer maya", asJonas} {
			if as == asJonas && strings.HasPrefix(path, "http") {
				continue // the links are hers
			}
			one, two := w.want(200, "GET", path, "", immutable, as), again.want(200, "GET", path, "", immutable, as)
			strip := func(r reply) string {
				s := string(r.raw)
				for _, mark := range []string{`"@odata.deltaLink"`, `"@odata.nextLink"`} {
					s, _, _ = strings.Cut(s, mark)
				}
				return s
			}
			if strip(one) != strip(two) {
				t.Errorf("%s (%s)\nbefore %s\nafter  %s", path, as, one.raw, two.raw)
			}
		}
	}
	if !again.reg.HasAccess(mayaID, jonasID) {
		t.Error("the grant is lost")
	}
	if a, b := w.mail("three", "x"), func() string { m, _ := again.reg.Mailbox(mayaID); again.maya = m; return again.mail("three", "x") }(); a != b {
		t.Errorf("the next id is %s, was to be %s", b, a)
	}
	for _, bad := range []string{"", "nonsense", saved.String()[:saved.Len()/2]} {
		if err := mailbox.NewRegistry(w.now).Restore(strings.NewReader(bad)); err == nil {
			t.Errorf("%d bytes of nonsense were taken", len(bad))
		}
	}
}
