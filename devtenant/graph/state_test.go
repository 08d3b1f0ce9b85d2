package graph

import (
	"path/filepath"
	"strings"
	"testing"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/statefile"
)

// restarted keeps a tenant in a file, at first whole, then what change changes, and gives what another one reads from it.
func restarted(t *testing.T, w *world, change func()) *mailbox.Registry {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	file, err := statefile.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Abandon()
	if err := file.Save(t.Context(), w.reg, nil, statefile.Chunk); err != nil {
		t.Fatal(err)
	}
	change()
	if err := file.Close(t.Context(), w.reg, nil); err != nil {
		t.Fatal(err)
	}
	again, err := statefile.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Abandon)
	reg := mailbox.NewRegistry(w.now)
	if err := again.Restore(t.Context(), reg); err != nil {
		t.Fatal(err)
	}
	reg.SetEpoch(w.reg.Epoch())
	for _, g := range w.reg.Grants() {
		reg.GrantAccess(g[0], g[1])
	}
	return reg
}

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

	again := newWorld(t)
	again.reg = restarted(t, w, func() { // and this is what changes while it is kept
		w.want(200, "PATCH", "/me/mailFolders/"+folder, `{"displayName":"Customers and more"}`)
		w.want(200, "PATCH", "/me/messages/"+w.mail("three", "z"), `{"isRead":true}`)
		w.want(204, "DELETE", "/me/events/"+view[3]["id"].(string), "")
		category := w.want(200, "GET", "/me/outlook/masterCategories", "").values()[0]["id"].(string)
		w.want(200, "PATCH", "/me/outlook/masterCategories/"+category, `{"color":"preset11"}`)
		w.want(200, "PATCH", "/me/mailboxSettings", `{"dateFormat":"dd.MM.yyyy"}`)
	})
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
	for _, bad := range []string{"", "nonsense", "{}", `{"Owner":{"ObjectID":"x"},"Folders":[{"Num":2,"Beneath":9}]}`} {
		src := mailbox.Source{Box: []byte(bad), Items: func(func(mailbox.Item) error) error { return nil }}
		if err := mailbox.NewRegistry(w.now).Restore(src); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
