package graph

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
)

func TestFoldersMoveAndCopy(t *testing.T) {
	w := newWorld(t)
	first := w.want(200, "GET", "/me/mailFolders/delta?$top=50", "").str("@odata.deltaLink")
	a := w.want(201, "POST", "/me/mailFolders", `{"displayName":"A"}`).str("id")
	b := w.want(201, "POST", "/me/mailFolders/"+a+"/childFolders", `{"displayName":"B"}`).str("id")
	id := w.mail("x", "y")
	w.want(201, "POST", "/me/messages/"+id+"/move", `{"destinationId":"`+b+`"}`)
	w.want(400, "POST", "/me/mailFolders/"+a+"/move", `{"destinationId":"`+b+`"}`)
	w.want(403, "POST", "/me/mailFolders/inbox/move", `{"destinationId":"`+a+`"}`)
	if r := w.want(201, "POST", "/me/mailFolders/"+b+"/move", `{"destinationId":"msgfolderroot"}`); r.str("id") != b {
		t.Errorf("a moved folder has another id: %s", r.raw)
	}
	twin := w.want(201, "POST", "/me/mailFolders/"+b+"/copy", `{"destinationId":"`+a+`"}`)
	if twin.str("id") == b || twin.get("totalItemCount") != 1.0 {
		t.Errorf("%s", twin.raw)
	}
	w.want(200, "PATCH", "/me/mailFolders/"+b, `{"displayName":"C"}`)
	w.want(409, "PATCH", "/me/mailFolders/"+b, `{"displayName":"a"}`)
	if r := w.want(200, "GET", "/me/mailFolders?$filter=displayName eq 'C'", "").values(); len(r) != 1 {
		t.Errorf("%v", r)
	}
	w.want(204, "DELETE", "/me/mailFolders/"+a, "")
	told := map[string]bool{}
	for _, f := range w.want(200, "GET", first, "").values() {
		told[f["id"].(string)] = f["@removed"] == nil
	}
	if !told[b] || told[a] || told[twin.str("id")] {
		t.Errorf("delta: %v", told)
	}
	if _, ok := told[a]; !ok {
		t.Error("the deleted folder is not told")
	}
}

func TestContactFolders(t *testing.T) {
	w := newWorld(t)
	link := w.want(200, "GET", "/me/contactFolders/delta", "").str("@odata.deltaLink")
	f := w.want(201, "POST", "/me/contactFolders", `{"displayName":"Suppliers"}`).str("id")
	child := w.want(201, "POST", "/me/contactFolders/"+f+"/childFolders", `{"displayName":"Paper"}`)
	if child.str("parentFolderId") != f {
		t.Errorf("%s", child.raw)
	}
	w.want(409, "POST", "/me/contactFolders", `{"displayName":"suppliers"}`)
	p := w.want(201, "POST", "/me/contactFolders/"+f+"/contacts", `{"givenName":"Anna"}`).str("id")
	w.want(200, "PATCH", "/me/contactFolders/"+f, `{"displayName":"Vendors"}`)
	w.want(201, "POST", "/me/contacts/"+p+"/extensions", `{"extensionName":"com.supercrm.link","person":7}`)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 6))); err != nil {
		t.Fatal(err)
	}
	w.want(404, "GET", "/me/contacts/"+p+"/photo/$value", "")
	w.want(400, "PUT", "/me/contacts/"+p+"/photo/$value", "no picture", "Content-Type: image/png")
	w.want(200, "PUT", "/me/contacts/"+p+"/photo/$value", picture.String(), "Content-Type: image/png")
	if r := w.want(200, "GET", "/me/contacts/"+p+"/photo", ""); r.get("width") != 8.0 || r.get("height") != 6.0 {
		t.Errorf("%s", r.raw)
	}
	if r := w.want(200, "GET", "/me/contacts/"+p+"/photo/$value", ""); !bytes.Equal(r.raw, picture.Bytes()) || r.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%d bytes of %s", len(r.raw), r.Header.Get("Content-Type"))
	}
	if n := len(w.want(200, "GET", link, "").values()); n != 2 {
		t.Errorf("%d folders told", n)
	}
	w.want(204, "DELETE", "/me/contactFolders/"+f, "")
	w.want(404, "GET", "/me/contacts/"+p, "")
	w.want(403, "DELETE", "/me/contactFolders/contacts", "")
	w.scopes = append(w.scopes, "User.ReadWrite")
	w.want(200, "PUT", "/me/photo/$value", picture.String(), "Content-Type: image/png")
	w.want(200, "GET", "/me/photos/48x48/$value", "")
}

func TestCalendarsAndGroups(t *testing.T) {
	w := newWorld(t)
	k := w.want(201, "POST", "/me/calendars", `{"name":"Team","color":"lightTeal"}`).str("id")
	w.want(201, "POST", "/me/calendars/"+k+"/events", invite+"}")
	if r := w.want(200, "PATCH", "/me/calendars/"+k, `{"name":"Crew"}`); r.str("name") != "Crew" || r.str("color") != "lightTeal" {
		t.Errorf("%s", r.raw)
	}
	w.want(409, "PATCH", "/me/calendars/"+k, `{"name":"Calendar"}`)
	for path, want := range map[string]string{"/me/calendars/$count": "2", "/me/events/$count": "0", "/me/calendars/" + k + "/events/$count": "1", "/me/calendars/" + k + "/calendarView/$count?" + week: "1"} {
		if r := w.want(200, "GET", path, ""); string(r.raw) != want {
			t.Errorf("%s: %s, want %s", path, r.raw, want)
		}
	}
	group := w.want(200, "GET", "/me/calendarGroups", "").values()
	if len(group) != 1 || len(w.want(200, "GET", "/me/calendarGroups/"+group[0]["id"].(string)+"/calendars", "").values()) != 2 {
		t.Errorf("%v", group)
	}
	w.want(204, "DELETE", "/me/calendars/"+k, "")
	if e := w.his(week); e == nil || e["isCancelled"] != true {
		t.Errorf("the meeting of a deleted calendar: %v", e)
	}
	w.want(403, "DELETE", "/me/calendar", "")
}

func TestSmallThings(t *testing.T) {
	w := newWorld(t)
	w.scopes = append(w.scopes, "People.Read", "OnlineMeetings.ReadWrite")
	categories := w.want(200, "GET", "/me/outlook/masterCategories", "").values()
	if len(categories) != 6 {
		t.Fatalf("%v", categories)
	}
	w.want(400, "POST", "/me/outlook/masterCategories", `{"displayName":"Customer","color":"pink"}`)
	id := w.want(201, "POST", "/me/outlook/masterCategories", `{"displayName":"Customer","color":"preset9"}`).str("id")
	w.want(409, "POST", "/me/outlook/masterCategories", `{"displayName":"customer"}`)
	w.want(400, "PATCH", "/me/outlook/masterCategories/"+id, `{"displayName":"Client"}`)
	if r := w.want(200, "PATCH", "/me/outlook/masterCategories/"+id, `{"color":"preset24"}`); r.str("color") != "preset24" || r.str("displayName") != "Customer" {
		t.Errorf("%s", r.raw)
	}
	w.want(204, "DELETE", "/me/outlook/masterCategories/"+id, "")
	if n := len(w.want(200, "GET", "/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')", "").values()); n < 100 {
		t.Errorf("%d zones", n)
	}
	w.want(201, "POST", "/me/inferenceClassification/overrides", `{"classifyAs":"other","senderEmailAddress":{"address":"news@x.example"}}`)
	if r := w.want(200, "GET", "/me/inferenceClassification", ""); len(r.get("overrides").([]any)) != 1 {
		t.Errorf("%s", r.raw)
	}
	if n := len(w.want(200, "GET", "/me/mailFolders/inbox/messageRules", "").values()); n != 0 {
		t.Errorf("%d rules", n)
	}
	r := w.want(200, "PATCH", "/me/mailboxSettings", `{"timeZone":"GMT Standard Time","workingHours":{"daysOfWeek":["monday"],"startTime":"09:00:00","endTime":"12:00:00"}}`)
	if r.str("timeZone") != "GMT Standard Time" || r.str("workingHours", "startTime") != "09:00:00" {
		t.Errorf("%s", r.raw)
	}
	w.want(400, "PATCH", "/me/mailboxSettings", `{"timeFormat":"HH","timeZone":"Nowhere"}`)
	if r := w.want(200, "GET", "/me/mailboxSettings", ""); r.str("timeFormat") != "HH:mm" {
		t.Error("half of a refused change was made")
	}
	one := w.want(201, "POST", "/me/onlineMeetings", `{"subject":"Call","startDateTime":"2025-03-13T10:00:00Z","endDateTime":"2025-03-13T11:00:00Z"}`)
	if !strings.HasPrefix(one.str("joinWebUrl"), "https://") {
		t.Errorf("%s", one.raw)
	}
	w.mail("x", "y")
	if p := w.want(200, "GET", "/me/people?$search=anna", "").values(); len(p) != 1 || p[0]["displayName"] != "Anna Lindqvist" {
		t.Errorf("%v", p)
	}
	m := w.mail("z", "y")
	got := w.want(200, "POST", "/me/translateExchangeIds", `{"inputIds":["`+m+`","junk"],"sourceIdType":"restImmutableEntryId","targetIdType":"restId"}`).values()
	if w.want(200, "GET", "/me/messages/"+got[0]["targetId"].(string), "").str("subject") != "z" || got[1]["targetId"] != nil {
		t.Errorf("%v", got)
	}
}

func TestSchedules(t *testing.T) {
	w := newWorld(t)
	w.event(lunch + "}") // Berlin 12–13 is 11–12 UTC
	const window = `"startTime":{"dateTime":"2025-03-13T10:00:00","timeZone":"UTC"},"endTime":{"dateTime":"2025-03-13T13:00:00","timeZone":"UTC"}`
	r := w.want(200, "POST", "/me/calendar/getSchedule", `{"schedules":["maya@harborline.example","nobody@harborline.example"],`+window+`,"availabilityViewInterval":30}`, asJonas).values()
	if len(r) != 2 || r[0]["availabilityView"] != "002200" || r[1]["error"] == nil {
		t.Errorf("%v", r)
	}
	w.want(400, "POST", "/me/calendar/getSchedule", `{"schedules":["maya@harborline.example"],`+window+`,"availabilityViewInterval":4}`)
	times := w.want(200, "POST", "/me/findMeetingTimes", `{"attendees":[{"type":"required","emailAddress":{"address":"maya@harborline.example"}}],"meetingDuration":"PT1H","minimumAttendeePercentage":100,
"timeConstraint":{"timeSlots":[{"start":{"dateTime":"2025-03-13T10:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-13T14:00:00","timeZone":"UTC"}}]}}`, asJonas)
	var starts []string
	for _, s := range times.get("meetingTimeSuggestions").([]any) {
		starts = append(starts, s.(map[string]any)["meetingTimeSlot"].(map[string]any)["start"].(map[string]any)["dateTime"].(string)[11:16])
	}
	if got := strings.Join(starts, " "); got != "10:00 12:00 12:30 13:00" {
		t.Errorf("%s", got)
	}
	w.want(400, "POST", "/me/findMeetingTimes", `{"meetingDuration":"an hour"}`)
}
