package graph

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"supercrm/devtenant/contract"
)

// notBuilt are described operations that the simulated tenant does not have, by a part of "METHOD /path".
var notBuilt = map[string]string{
	"/subscriptions":                "change notifications need an address that the service can reach",
	"/schemaExtensions":             "schema extensions belong to a directory of applications; open extensions do the work here",
	"PUT messages $value":           "generated for every stream: the service gives a message's MIME, and takes it only where messages are made",
	"DELETE messages $value":        "likewise",
	"GET messages/delta":            "change tracking of messages is per folder (facts, \"Message delta\")",
	"/instances/delta":              "calendarView/delta tells what happens to a series' occurrences",
	"PATCH inferenceClassification": "it has no property that can be changed; its overrides have paths of their own",
	"POST /users":                   "the directory's people are made and removed by the control panel",
	"DELETE /users/{user-id}":       "likewise",
}

// furnished is a world with one thing of every kind, and the values for a path's parameters.
func furnished(t *testing.T) (*world, map[string]string) {
	w := newWorld(t)
	w.scopes = append(w.scopes, "User.ReadWrite", "ProfilePhoto.ReadWrite.All", "OnlineMeetings.ReadWrite", "People.Read", "Mail.ReadWrite.Shared", "User.Read.All",
		"Calendars.ReadWrite.Shared", "Contacts.ReadWrite.Shared")
	const link = `"extensions":[{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.supercrm.link","deal":"4711"}]`
	inner := w.want(201, "POST", "/me/mailFolders/inbox/childFolders", `{"displayName":"Customers"}`, immutable).str("id")
	id := w.mail("Quote", "Please send a quote.")
	inInner := w.mail("Inner", "x")
	w.want(201, "POST", "/me/messages/"+inInner+"/move", `{"destinationId":"`+inner+`"}`, immutable)
	in := map[string]string{"mailFolder-id": "inbox", "mailFolder-id1": inner, "message-id": id, "message in mailFolder-id1": inInner}
	w.want(200, "PATCH", "/me/messages/"+id, `{`+link+`,"categories":["Customer"],"flag":{"flagStatus":"flagged"}}`)
	in["attachment-id"] = w.want(201, "POST", "/me/messages/"+id+"/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a.txt","contentBytes":"aGVsbG8="}`, immutable).str("id")
	invited := w.want(201, "POST", "/me/events", lunch+`,"attendees":[{"emailAddress":{"address":"maya@harborline.example"},"type":"required"}],`+link+`}`, "Authorization: Bearer jonas")
	if invited.str("id") == "" {
		t.Fatal("no invitation")
	}
	view := w.want(200, "GET", "/me/calendarView?"+week, "", immutable).values()
	in["event-id"] = view[0]["id"].(string)
	in["own event"] = w.event(lunch + `,"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"numbered","startDate":"2025-03-13","numberOfOccurrences":3}},` + link +
		`,"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"a.txt","contentBytes":"aGVsbG8="}]}`).str("id")
	in["event attachment"] = w.want(200, "GET", "/me/events/"+in["own event"]+"/attachments", "", immutable).values()[0]["id"].(string)
	in["extension-id"] = "com.supercrm.link"
	in["calendar-id"] = w.want(200, "GET", "/me/calendar", "", immutable).str("id")
	in["spare calendar-id"] = w.want(201, "POST", "/me/calendars", `{"name":"Spare"}`, immutable).str("id")
	in["spare calendarGroup-id"] = w.want(201, "POST", "/me/calendarGroups", `{"name":"Spare"}`).str("id")
	w.want(201, "POST", "/me/extensions", `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.supercrm.link","a":"b"}`)
	in["calendarGroup-id"] = w.want(200, "GET", "/me/calendarGroups", "").values()[0]["id"].(string)
	in["calendarPermission-id"] = w.want(201, "POST", "/me/calendar/calendarPermissions", `{"role":"read","emailAddress":{"address":"jonas@harborline.example","name":"Jonas"}}`).str("id")
	in["contactFolder-id"] = w.want(201, "POST", "/me/contactFolders", `{"displayName":"Leads"}`, immutable).str("id")
	in["contactFolder-id1"] = w.want(201, "POST", "/me/contactFolders/"+in["contactFolder-id"]+"/childFolders", `{"displayName":"Hot"}`, immutable).str("id")
	person := `{"givenName":"Anna","surname":"Lindqvist","emailAddresses":[{"address":"anna@nordwind.example","name":"Anna"}],` + link + `}`
	in["contact-id"] = w.want(201, "POST", "/me/contacts", person, immutable).str("id")
	in["contact in contactFolder-id"] = w.want(201, "POST", "/me/contactFolders/"+in["contactFolder-id"]+"/contacts", person, immutable).str("id")
	in["contact in contactFolder-id1"] = w.want(201, "POST", "/me/contactFolders/"+in["contactFolder-id1"]+"/contacts", person, immutable).str("id")
	in["inferenceClassificationOverride-id"] = w.want(201, "POST", "/me/inferenceClassification/overrides", `{"classifyAs":"other","senderEmailAddress":{"name":"x","address":"x@y.example"}}`).str("id")
	in["messageRule-id"] = w.want(201, "POST", "/me/mailFolders/inbox/messageRules", `{"displayName":"r","sequence":1,"actions":{"markAsRead":true}}`).str("id")
	in["onlineMeeting-id"] = w.want(201, "POST", "/me/onlineMeetings", `{"subject":"x","startDateTime":"2025-03-13T12:00:00Z","endDateTime":"2025-03-13T13:00:00Z"}`).str("id")
	in["outlookCategory-id"] = w.want(200, "GET", "/me/outlook/masterCategories", "").values()[0]["id"].(string)
	in["person-id"] = "anna@nordwind.example"
	in["profilePhoto-id"] = "48x48"
	in["property"] = "timeZone"
	in["User"] = "jonas@harborline.example"
	in["StartDateTime"], in["EndDateTime"] = "2025-03-10T00:00:00Z", "2025-03-17T00:00:00Z"
	in["TimeZoneStandard"] = "Iana"
	in["user-id"] = mayaID
	for _, path := range []string{"/me/photo/$value", "/me/contacts/" + in["contact-id"] + "/photo/$value", "/me/contactFolders/" + in["contactFolder-id"] + "/contacts/" + in["contact in contactFolder-id"] + "/photo/$value"} {
		w.want(200, "PUT", path, tinyPNG, "Content-Type: image/png")
	}
	return w, in
}

// fill puts the values into a path of the description.
func fill(path string, in map[string]string) string {
	template := path
	own := strings.Contains(path, "{event-id}/instances") || strings.Contains(path, "{event-id}/cancel") || strings.Contains(path, "{event-id}/attachments") || strings.Contains(path, "{event-id}/extensions")
	for name, value := range in {
		switch {
		case name == "event-id" && own:
			value = in["own event"]
		case name == "attachment-id" && strings.Contains(template, "event-id"):
			value = in["event attachment"]
		case name == "message-id" && strings.Contains(template, "{mailFolder-id1}/messages"):
			value = in["message in mailFolder-id1"]
		case name == "contact-id" && strings.Contains(template, "{contactFolder-id1}/contacts"):
			value = in["contact in contactFolder-id1"]
		case name == "contact-id" && strings.Contains(template, "{contactFolder-id}/contacts"):
			value = in["contact in contactFolder-id"]
		}
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}

// bodies of POST by the last part of the path, or the last two; of PATCH and PUT by "METHOD last part". Times are those of
// the world's clock.
var bodies = map[string]string{
	"accept": `{"sendResponse":true,"comment":"yes"}`, "decline": `{"sendResponse":false}`, "cancel": `{"comment":"no"}`,
	"tentativelyAccept": `{"proposedNewTime":{"start":{"dateTime":"2025-03-14T12:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-14T13:00:00","timeZone":"UTC"}},"sendResponse":true}`,
	"snoozeReminder":    `{"newReminderTime":{"dateTime":"2025-03-13T11:00:00","timeZone":"UTC"}}`,
	"messages/forward":  `{"comment":"see","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}`,
	"events/forward":    `{"comment":"see","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}`,
	"createForward":     `{"comment":"see"}`, "createReply": `{"comment":"see"}`, "createReplyAll": `{}`, "reply": `{"comment":"see"}`, "replyAll": `{"comment":"see"}`,
	"move": `{"destinationId":"archive"}`, "copy": `{"destinationId":"archive"}`,
	"attachments":         `{"@odata.type":"#microsoft.graph.fileAttachment","name":"b.txt","contentBytes":"aGVsbG8="}`,
	"createUploadSession": `{"attachmentItem":{"attachmentType":"file","name":"c.bin","size":4000000}}`,
	"extensions":          `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.example.other","a":"b"}`,
	"mailFolders":         `{"displayName":"New"}`, "childFolders": `{"displayName":"New"}`, "contactFolders": `{"displayName":"New"}`,
	"messages": `{"subject":"Hello","toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}`,
	"sendMail": `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}}`,
	"events":   lunch + `}`, "contacts": `{"givenName":"Ben"}`, "calendars": `{"name":"New"}`, "calendarGroups": `{"name":"New"}`,
	"calendarPermissions": `{"role":"write","emailAddress":{"address":"eva@harborline.example","name":"Eva"}}`,
	"getSchedule":         `{"schedules":["jonas@harborline.example"],"startTime":{"dateTime":"2025-03-13T08:00:00","timeZone":"UTC"},"endTime":{"dateTime":"2025-03-13T18:00:00","timeZone":"UTC"},"availabilityViewInterval":60}`,
	"findMeetingTimes":    `{"attendees":[{"emailAddress":{"address":"jonas@harborline.example"},"type":"required"}]}`,
	"getMailTips":         `{"emailAddresses":["jonas@harborline.example"],"mailTipsOptions":"automaticReplies, mailboxFullStatus"}`,
	"overrides":           `{"classifyAs":"focused","senderEmailAddress":{"name":"n","address":"n@y.example"}}`,
	"messageRules":        `{"displayName":"s","sequence":2,"actions":{"markAsRead":true}}`,
	"onlineMeetings":      `{"subject":"x"}`, "createOrGet": `{"externalId":"7"}`,
	"masterCategories":     `{"displayName":"Deal","color":"preset9"}`,
	"translateExchangeIds": `{"inputIds":[],"targetIdType":"restId","sourceIdType":"restImmutableEntryId"}`,
	"$batch":               `{"requests":[{"id":"1","method":"GET","url":"/me"}]}`,

	"PATCH me": `{"mobilePhone":"+49 40 555"}`, "PATCH {user-id}": `{"mobilePhone":"+49 40 555"}`,
	"PATCH calendar": `{"name":"Mine"}`, "PATCH {calendar-id}": `{"name":"Mine"}`, "PATCH {calendarGroup-id}": `{"name":"Ours"}`,
	"PATCH {calendarPermission-id}": `{"role":"write"}`, "PATCH {contact-id}": `{"jobTitle":"CEO"}`, "PATCH {event-id}": `{"showAs":"oof"}`,
	"PATCH {extension-id}":     `{"@odata.type":"microsoft.graph.openTypeExtension","deal":"4712"}`,
	"PATCH {contactFolder-id}": `{"displayName":"Other"}`, "PATCH {contactFolder-id1}": `{"displayName":"Other"}`, "PATCH {mailFolder-id1}": `{"displayName":"Other"}`,
	"PATCH {mailFolder-id}": `{"displayName":"Other"}`,
	"PATCH {message-id}":    `{"isRead":true}`, "PATCH mailboxSettings": `{"timeZone":"Europe/Paris"}`, "PATCH {messageRule-id}": `{"isEnabled":false}`,
	"PATCH {onlineMeeting-id}": `{"subject":"y"}`, "PATCH {outlookCategory-id}": `{"color":"preset2"}`,
	"PATCH {inferenceClassificationOverride-id}": `{"classifyAs":"focused"}`,
	"PATCH inferenceClassification":              `{}`,
}

// TestEveryDescribedOperation runs every operation that Microsoft's description has for our nouns, under /me and under
// /users/{id}, on a mailbox with one thing of every kind: each is answered as a success, and as described.
func TestEveryDescribedOperation(t *testing.T) {
	c, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	if c == nil {
		t.Skip("no OpenAPI description; set GRAPH_OPENAPI")
	}
	operations := c.Operations()
	reading, known := furnished(t)
	n := 0
	for _, path := range slices.Sorted(maps.Keys(operations)) {
		slices.Sort(operations[path])
		for _, method := range operations[path] {
			if leftOut(method, path) {
				continue
			}
			n++
			w, in := reading, known
			if method != http.MethodGet {
				w, in = furnished(t)
			}
			runDescribed(t, w, in, method, path)
		}
	}
	t.Logf("%d operations", n)
}

// leftOut says whether notBuilt names an operation.
func leftOut(method, path string) bool {
	own := strings.TrimPrefix(strings.TrimPrefix(path, "/me/"), "/users/{user-id}/")
	name := method + " " + own
	if last := path[strings.LastIndex(path, "/")+1:]; last == "$value" && strings.HasSuffix(path, "{message-id}/$value") {
		name = method + " messages $value"
	}
	if notBuilt[name] != "" {
		return true
	}
	for part := range notBuilt {
		if strings.HasPrefix(part, "/") && strings.Contains(path, part) {
			return true
		}
	}
	return false
}

func runDescribed(t *testing.T, w *world, in map[string]string, method, path string) {
	t.Helper()
	last := path[strings.LastIndex(path, "/")+1:]
	if strings.HasPrefix(path, "/me/mailFolders/{mailFolder-id}") || strings.HasPrefix(path, "/users/{user-id}/mailFolders/{mailFolder-id}") {
		if changesFolder := method == http.MethodPatch || method == http.MethodDelete || last == "move" || last == "permanentDelete"; changesFolder && strings.HasSuffix(strings.TrimSuffix(path, "/"+last), "mailFolders/{mailFolder-id}") || changesFolder && strings.HasSuffix(path, "mailFolders/{mailFolder-id}") {
			in = maps.Clone(in)
			in["mailFolder-id"] = in["mailFolder-id1"]
		}
	}
	if gone := method == http.MethodDelete || last == "permanentDelete"; gone {
		for _, name := range []string{"calendar-id", "calendarGroup-id"} {
			if strings.HasSuffix(strings.TrimSuffix(path, "/permanentDelete"), "{"+name+"}") {
				in = maps.Clone(in)
				in[name] = in["spare "+name]
				if name == "calendar-id" {
					break
				}
			}
		}
	}
	target := fill(path, in)
	body, headers := "", []string{immutable}
	switch method {
	case http.MethodPost:
		body = bodies[last]
		for _, of := range []string{"messages", "events"} {
			if b, ok := bodies[of+"/"+last]; ok && strings.Contains(path, "/"+of+"/") {
				body = b
			}
		}
	case http.MethodPatch:
		body = bodies["PATCH "+last]
		if last == "photo" || strings.Contains(path, "photos") {
			body, headers = tinyPNG, append(headers, "Content-Type: image/png")
		}
	case http.MethodPut:
		if body, headers = tinyPNG, append(headers, "Content-Type: image/png"); strings.Contains(path, "messages") {
			body, headers = mimeText, []string{immutable, "Content-Type: text/plain"}
		}
	}
	if strings.Contains(path, "alendarView") || strings.HasSuffix(path, "/instances") || strings.Contains(path, "/instances/") {
		target += "?" + week
	}
	switch last {
	case "send":
		draft := w.want(201, "POST", "/me/messages", bodies["messages"], immutable).str("id")
		if strings.Contains(path, "mailFolder") {
			w.want(201, "POST", "/me/messages/"+draft+"/move", `{"destinationId":"`+map[bool]string{true: in["mailFolder-id1"], false: "inbox"}[strings.Contains(path, "{mailFolder-id1}")]+`"}`, immutable)
		}
		in = maps.Clone(in)
		in["message-id"], in["message in mailFolder-id1"] = draft, draft
		target = fill(path, in)
	}
	r := w.do(method, target, body, headers...)
	if r.StatusCode >= 400 {
		t.Errorf("%s %s: %d %.300s", method, path, r.StatusCode, r.raw)
	}
}
