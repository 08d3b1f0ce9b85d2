package graph

import (
	"net/url"
	"testing"

	"supercrm/devtenant/mailbox"
)

func TestSharedCalendar(t *testing.T) {
	w := newWorld(t)
	w.scopes = append(w.scopes, "Calendars.ReadWrite.Shared", "Mail.ReadWrite.Shared")
	w.event(lunch + "}")
	w.event(`{"subject":"Doctor","sensitivity":"private","body":{"contentType":"text","content":"secret"},"start":{"dateTime":"2025-03-13T08:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-13T09:00:00","timeZone":"UTC"}}`)
	const hers = "/users/maya@harborline.example"
	w.want(403, "GET", hers+"/calendarView?"+week, "", asJonas)
	w.want(403, "GET", hers+"/events", "", asJonas)
	w.want(403, "GET", hers+"/messages", "", asJonas)
	w.want(403, "GET", hers+"/calendar/calendarPermissions", "", asJonas)
	if n := len(w.want(200, "GET", hers+"/calendars", "", asJonas).values()); n != 0 {
		t.Errorf("%d calendars seen", n)
	}
	w.want(400, "POST", "/me/calendar/calendarPermissions", `{"emailAddress":{"address":"jonas@harborline.example"},"role":"owner"}`)
	p := w.want(201, "POST", "/me/calendar/calendarPermissions", `{"emailAddress":{"name":"Jonas Weber","address":"jonas@harborline.example"},"role":"read"}`)
	if n := len(w.want(200, "GET", "/me/calendar/calendarPermissions", "").values()); n != 2 {
		t.Errorf("%d permissions", n)
	}
	got := w.want(200, "GET", hers+"/calendarView?"+week, "", asJonas).values()
	if len(got) != 2 || got[0]["subject"] != "Private Appointment" || got[0]["bodyPreview"] != "" || got[1]["subject"] != "Lunch" {
		t.Fatalf("%v", got)
	}
	event := hers + "/events/" + url.PathEscape(got[1]["id"].(string))
	w.want(403, "PATCH", event, `{"subject":"Mine"}`, asJonas)
	w.want(403, "POST", hers+"/events", lunch+"}", asJonas)
	path := "/me/calendar/calendarPermissions/" + url.PathEscape(p.str("id"))
	w.want(200, "PATCH", path, `{"role":"write"}`)
	w.want(200, "PATCH", event, `{"subject":"Long lunch"}`, asJonas)
	w.want(403, "POST", event+"/extensions", `{"extensionName":"x"}`, asJonas)
	w.want(200, "PATCH", path, `{"role":"delegateWithPrivateEventAccess"}`)
	if got := w.want(200, "GET", hers+"/calendarView?"+week, "", asJonas).values(); got[0]["subject"] != "Doctor" {
		t.Errorf("%v", got[0])
	}
	w.want(204, "DELETE", path, "")
	w.want(403, "GET", event, "", asJonas)
}

func TestSharedMailbox(t *testing.T) {
	w := newWorld(t)
	w.reg.AddShared(mailbox.Owner{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000077", UPN: "sales@harborline.example", Name: "Sales"})
	w.want(403, "GET", "/users/sales@harborline.example/messages", "")
	w.reg.GrantAccess("sales@harborline.example", mayaID)
	w.want(403, "GET", "/users/sales@harborline.example/messages", "") // the scopes are not the shared ones
	w.scopes = append(w.scopes, "Mail.ReadWrite.Shared", "Mail.Send.Shared")
	w.want(202, "POST", "/me/sendMail", `{"message":{"subject":"Order","toRecipients":[{"emailAddress":{"address":"sales@harborline.example"}}]}}`)
	mail := w.want(200, "GET", "/users/sales@harborline.example/mailFolders/inbox/messages", "").values()
	if len(mail) != 1 {
		t.Fatalf("%v", mail)
	}
	w.want(202, "POST", "/users/sales@harborline.example/messages/"+mail[0]["id"].(string)+"/reply", `{"comment":"Thanks"}`)
	got := w.inbox("Authorization: Bearer maya")
	if len(got) != 1 || got[0]["from"].(map[string]any)["emailAddress"].(map[string]any)["address"] != "sales@harborline.example" {
		t.Errorf("%v", got)
	}
	w.want(202, "POST", "/me/sendMail", `{"message":{"subject":"News","from":{"emailAddress":{"name":"Sales","address":"sales@harborline.example"}},"toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}}`)
	his := w.inbox(asJonas)[0]
	if his["from"].(map[string]any)["emailAddress"].(map[string]any)["address"] != "sales@harborline.example" {
		t.Errorf("%v", his["from"])
	}
	w.want(403, "GET", "/users/sales@harborline.example/messages", "", asJonas)
	w.want(403, "POST", "/me/sendMail", `{"message":{"from":{"emailAddress":{"address":"sales@harborline.example"}},"toRecipients":[{"emailAddress":{"address":"maya@harborline.example"}}]}}`, asJonas)
	w.reg.RevokeAccess("sales@harborline.example", mayaID)
	w.want(403, "GET", "/users/sales@harborline.example/messages", "")
}
