package graph

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// TestMailSemantics has a case for each fact about mail and about the wire that the tenant keeps.
func TestMailSemantics(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, w *world)
	}{
		{"a default id changes with a move, an immutable one does not", func(t *testing.T, w *world) {
			fixed := w.mail("Quote", "hello")
			before := w.want(200, "GET", "/me/messages/"+fixed, "").str("id")
			if before == fixed {
				t.Fatal("without the preference the id is an immutable one")
			}
			if got := w.want(200, "GET", "/me/messages/"+before, "", immutable).str("id"); got != fixed {
				t.Fatalf("id %s, want %s", got, fixed)
			}
			after := w.want(201, "POST", "/me/messages/"+before+"/move", `{"destinationId":"archive"}`).str("id")
			if after == before {
				t.Error("the default id survived a move")
			}
			w.want(404, "GET", "/me/messages/"+before, "")
			w.want(200, "GET", "/me/messages/"+after, "")
			if got := w.want(200, "GET", "/me/messages/"+fixed, "", immutable).str("id"); got != fixed {
				t.Errorf("immutable id %s, want %s", got, fixed)
			}
		}},
		{"ids are case-sensitive and checked", func(t *testing.T, w *world) {
			id := w.mail("x", "y")
			r := w.want(400, "GET", "/me/messages/garbage", "")
			if r.str("error", "code") != "ErrorInvalidIdMalformed" {
				t.Errorf("code %s", r.str("error", "code"))
			}
			if r := w.do("GET", "/me/messages/"+strings.ToLower(id), ""); r.StatusCode < 400 {
				t.Error("an id in other case was found")
			}
			if r := w.want(404, "GET", "/me/messages/"+w.jonas.Deliver(mailbox.Mail{Subject: "his"}), ""); r.str("error", "code") != "ErrorItemNotFound" {
				t.Error("somebody else's message was found")
			}
		}},
		{"preferences are confirmed", func(t *testing.T, w *world) {
			id := w.mail("x", "<b>bold</b> text")
			r := w.want(200, "GET", "/me/messages/"+id, "", immutable, `Prefer: outlook.body-content-type="text", outlook.timezone="Europe/Berlin"`)
			for _, want := range []string{`IdType="ImmutableId"`, `outlook.body-content-type="text"`, `outlook.timezone="Europe/Berlin"`} {
				if got := r.Header.Get("Preference-Applied"); !strings.Contains(got, want) {
					t.Errorf("Preference-Applied %q lacks %q", got, want)
				}
			}
			if r.str("body", "contentType") != "text" || r.str("body", "content") != "bold text" {
				t.Errorf("body %v", r.get("body"))
			}
			if r := w.want(400, "GET", "/me", "", `Prefer: outlook.timezone="Mars"`); r.str("error", "code") != "InvalidTimeZone" {
				t.Errorf("code %s", r.str("error", "code"))
			}
		}},
		{"a stale ETag is refused with 412", func(t *testing.T, w *world) {
			id := w.mail("x", "y")
			etag := w.want(200, "GET", "/me/messages/"+id, "").str("@odata.etag")
			if !strings.HasPrefix(etag, `W/"`) {
				t.Errorf("etag %s", etag)
			}
			r := w.want(200, "PATCH", "/me/messages/"+id, `{"isRead":true}`, "If-Match: "+etag)
			if fresh := r.str("@odata.etag"); fresh == etag || fresh != `W/"`+r.str("changeKey")+`"` {
				t.Errorf("etag %s after %s", fresh, etag)
			}
			if r := w.want(412, "PATCH", "/me/messages/"+id, `{"isRead":false}`, "If-Match: "+etag); r.str("error", "code") != "ErrorIrresolvableConflict" {
				t.Errorf("code %s", r.str("error", "code"))
			}
			w.want(200, "PATCH", "/me/messages/"+id, `{"isRead":false}`, "If-Match: *")
		}},
		{"an error has code, message, date and the request ids", func(t *testing.T, w *world) {
			r := w.want(400, "GET", "/me/messages/garbage", "", "client-request-id: my-own-id")
			inner, _ := r.get("error", "innerError").(map[string]any)
			if inner["client-request-id"] != "my-own-id" || inner["request-id"] != r.Header.Get("request-id") || inner["date"] == "" || r.Header.Get("client-request-id") != "my-own-id" {
				t.Errorf("innerError %v, header %v", inner, r.Header)
			}
		}},
		{"no token, wrong token, wrong person", func(t *testing.T, w *world) {
			if r := w.want(401, "GET", "/me", "", "Authorization: "); r.str("error", "code") != "InvalidAuthenticationToken" {
				t.Errorf("code %s", r.str("error", "code"))
			}
			w.want(401, "GET", "/me", "", "Authorization: Bearer forged")
			w.want(200, "GET", "/users/maya@harborline.example/messages", "")
			if r := w.want(403, "GET", "/users/"+jonasID+"/messages", ""); r.str("error", "code") != "ErrorAccessDenied" {
				t.Errorf("code %s", r.str("error", "code"))
			}
			w.want(404, "GET", "/users/ghost@harborline.example/messages", "")
			if r := w.want(404, "GET", "/me/messages", "", "Authorization: Bearer nobody"); r.str("error", "code") != "MailboxNotEnabledForRESTAPI" {
				t.Errorf("code %s", r.str("error", "code"))
			}
		}},
		{"each group of calls needs its scope", func(t *testing.T, w *world) {
			id := w.mail("x", "y")
			w.scopes = []string{"https://graph.microsoft.com/Mail.Read", "User.Read"}
			w.want(200, "GET", "/me", "")
			w.want(200, "GET", "/me/messages", "")
			for _, r := range []reply{
				w.want(403, "PATCH", "/me/messages/"+id, `{"isRead":true}`), w.want(403, "POST", "/me/sendMail", `{}`), w.want(403, "GET", "/me/calendarView?"+week, ""),
				w.want(403, "GET", "/me/contacts", ""), w.want(403, "GET", "/me/mailboxSettings", ""), w.want(403, "POST", "/me/messages/"+id+"/reply", `{}`),
			} {
				if r.str("error", "code") != "ErrorAccessDenied" {
					t.Errorf("code %s", r.str("error", "code"))
				}
			}
		}},
		{"pages: ten by default, up to 1000, newest first", func(t *testing.T, w *world) {
			for i := range 25 {
				w.mail(fmt.Sprint(i), "text")
				w.pass(time.Minute)
			}
			r := w.want(200, "GET", "/me/mailFolders/inbox/messages?$count=true&$select=subject", "")
			if len(r.values()) != 10 || r.get("@odata.count") != 25.0 || r.values()[0]["subject"] != "24" {
				t.Fatalf("%d values, count %v, first %v", len(r.values()), r.get("@odata.count"), r.values()[0])
			}
			if _, has := r.values()[0]["body"]; has {
				t.Error("a body came though it was not selected")
			}
			n := 0
			for next := "/me/messages?$top=7"; next != ""; {
				r := w.want(200, "GET", next, "")
				n += len(r.values())
				next = r.str("@odata.nextLink")
				if next != "" && !strings.HasPrefix(next, "http://tenant.test/graph/v1.0/me/messages?") {
					t.Fatalf("next link %s", next)
				}
			}
			if n != 25 {
				t.Errorf("%d messages over all pages", n)
			}
			w.want(400, "GET", "/me/messages?$top=1001", "")
			w.want(400, "GET", "/me/messages?$top=x", "")
			w.want(400, "GET", "/me/messages?$select=isUnread", "")
		}},
		{"folders come ten at a time, by name", func(t *testing.T, w *world) {
			for _, name := range []string{"Customers", "Projects", "Suppliers"} {
				w.want(201, "POST", "/me/mailFolders", `{"displayName":"`+name+`"}`)
			}
			r := w.want(200, "GET", "/me/mailFolders", "")
			if len(r.values()) != 10 || r.values()[0]["displayName"] != "Archive" {
				t.Fatalf("%d folders, first %v", len(r.values()), r.values()[0])
			}
			if n := len(w.want(200, "GET", r.str("@odata.nextLink"), "").values()); n != 1 {
				t.Errorf("%d on the second page", n)
			}
			if r := w.want(409, "POST", "/me/mailFolders", `{"displayName":"customers"}`); r.str("error", "code") != "ErrorFolderExists" {
				t.Errorf("code %s", r.str("error", "code"))
			}
		}},
		{"filter", func(t *testing.T, w *world) {
			first := w.mail("Quote 1", "x")
			w.pass(time.Hour)
			w.mail("It's late", "y")
			w.want(200, "PATCH", "/me/messages/"+first, `{"isRead":true}`)
			conversation := w.want(200, "GET", "/me/messages/"+first, "").str("conversationId")
			for filter, want := range map[string]int{
				"isRead eq false": 1, "isRead eq true or subject eq 'It''s late'": 2, "receivedDateTime ge 2025-03-12T09:30:00Z": 1,
				"conversationId eq '" + conversation + "'": 1, "contains(subject,'quote')": 1, "not (isRead eq true)": 1,
				"from/emailAddress/address eq 'anna@nordwind.example' and startswith(subject,'It')": 1, "categories/any(c:c eq 'x')": 0,
			} {
				r := w.want(200, "GET", "/me/messages?$filter="+url.QueryEscape(filter), "")
				if len(r.values()) != want {
					t.Errorf("%s: %d, want %d", filter, len(r.values()), want)
				}
			}
			for _, bad := range []string{"isRead eq", "nope eq 1", "isRead eq false and", "(isRead eq true", "subject eq 'open"} {
				w.want(400, "GET", "/me/messages?$filter="+url.QueryEscape(bad), "")
			}
		}},
		{"orderby has to be in the filter, first", func(t *testing.T, w *world) {
			r := w.want(400, "GET", "/me/messages?$filter=isRead%20eq%20false&$orderby=receivedDateTime%20desc", "")
			if r.str("error", "code") != "InefficientFilter" {
				t.Errorf("code %s", r.str("error", "code"))
			}
			w.want(200, "GET", "/me/messages?$filter=receivedDateTime%20ge%202025-01-01T00:00:00Z%20and%20isRead%20eq%20false&$orderby=receivedDateTime%20desc", "")
		}},
		{"reply keeps the conversation and quotes the original", func(t *testing.T, w *world) {
			id := w.mail("Quote", "Please send a quote.")
			draft := w.want(201, "POST", "/me/messages/"+id+"/createReplyAll", `{"comment":"Gladly,\nMaya"}`, immutable)
			body := draft.str("body", "content")
			at := strings.Index(body, "<hr")
			if at < 0 || !strings.Contains(body[:at], "Gladly,<br>") || !strings.Contains(body[at:], "Please send a quote.") {
				t.Errorf("body %s", body)
			}
			for _, want := range []string{"<b>From:</b> Anna Lindqvist", "<b>Sent:</b> Wednesday, March 12, 2025 10:00 AM", "<b>To:</b>", "<b>Subject:</b> Quote"} {
				if !strings.Contains(body[at:], want) {
					t.Errorf("the quoted header lacks %q: %s", want, body[at:])
				}
			}
			original := w.want(200, "GET", "/me/messages/"+id, "")
			if draft.str("conversationId") != original.str("conversationId") || draft.str("subject") != "RE: Quote" || draft.get("isDraft") != true {
				t.Errorf("draft %s %s", draft.str("subject"), draft.str("conversationId"))
			}
			to, _ := json.Marshal(draft.get("toRecipients"))
			cc, _ := json.Marshal(draft.get("ccRecipients"))
			if !strings.Contains(string(to), "anna@nordwind.example") || !strings.Contains(string(cc), "jonas@") || strings.Contains(string(to)+string(cc), "maya@") {
				t.Errorf("to %s cc %s", to, cc)
			}
		}},
		{"send: from Drafts to Sent Items, once, and into the other's inbox", func(t *testing.T, w *world) {
			draft := w.want(201, "POST", "/me/messages", `{"subject":"Hello","internetMessageId":"<own@id>","body":{"contentType":"html","content":"<p>hi</p>"},"toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}},{"emailAddress":{"address":"out@side.example"}}]}`, immutable)
			id := draft.str("id")
			w.want(202, "POST", "/me/messages/"+id+"/send", "")
			sent := w.want(200, "GET", "/me/messages/"+id, "", immutable)
			if sent.get("isDraft") != false || sent.str("internetMessageId") != "<own@id>" || sent.str("conversationId") != draft.str("conversationId") {
				t.Errorf("sent %v", sent.json)
			}
			if folder := w.want(200, "GET", "/me/mailFolders/sentitems", "").str("id"); sent.str("parentFolderId") != folder {
				t.Error("the sent message is not in Sent Items")
			}
			w.want(400, "POST", "/me/messages/"+id+"/send", "") // not a draft any more
			if n, unread := w.jonas.Counts("inbox"); n != 1 || unread != 1 {
				t.Errorf("jonas has %d, %d unread", n, unread)
			}
			if n := len(w.maya.SentMail()); n != 1 {
				t.Errorf("%d sent", n)
			}
			if r := w.want(400, "PATCH", "/me/messages/"+id, `{"internetMessageId":"<other@id>"}`); r.str("error", "code") != "ErrorInvalidPropertySet" {
				t.Errorf("internetMessageId of a sent message: %s", r.str("error", "code"))
			}
		}},
		{"sendMail answers 202 without a body", func(t *testing.T, w *world) {
			r := w.want(202, "POST", "/me/sendMail", `{"Message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"a@b.example"}}]},"SaveToSentItems":false}`)
			if len(r.raw) != 0 {
				t.Errorf("body %s", r.raw)
			}
			if n, _ := w.maya.Counts("sentitems"); n != 0 {
				t.Error("kept in Sent Items though it should not be")
			}
			if r := w.want(400, "POST", "/me/sendMail", `{"message":{"subject":"x"}}`); r.str("error", "code") != "ErrorInvalidRecipients" {
				t.Errorf("code %s", r.str("error", "code"))
			}
			if r := w.want(403, "POST", "/me/sendMail", `{"message":{"subject":"x","from":{"emailAddress":{"address":"boss@harborline.example"}},"toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}}`); r.str("error", "code") != "ErrorSendAsDenied" {
				t.Errorf("code %s", r.str("error", "code"))
			}
			if n := len(w.maya.SentMail()); n != 1 {
				t.Errorf("%d sent", n)
			}
		}},
		{"a marker finds the draft again", func(t *testing.T, w *world) {
			const prop = "String {c0ffee00-1111-2222-3333-444455556666} Name com.supercrm.marker"
			id := w.want(201, "POST", "/me/messages", `{"subject":"x","toRecipients":[{"emailAddress":{"address":"a@b.example"}}],"singleValueExtendedProperties":[{"id":"`+prop+`","value":"m-1"}]}`, immutable).str("id")
			find := "/me/messages?$filter=" + url.QueryEscape("singleValueExtendedProperties/Any(ep: ep/id eq '"+prop+"' and ep/value eq 'm-1')")
			if got := w.want(200, "GET", find, "", immutable).values(); len(got) != 1 || got[0]["id"] != id {
				t.Fatalf("found %v", got)
			}
			if got := w.want(200, "GET", strings.Replace(find, "m-1", "m-2", 1), "").values(); len(got) != 0 {
				t.Errorf("another marker finds %d", len(got))
			}
			r := w.want(200, "GET", "/me/messages/"+id+"?$expand="+url.QueryEscape("singleValueExtendedProperties($filter=id eq '"+prop+"')"), "")
			if list, _ := r.get("singleValueExtendedProperties").([]any); len(list) != 1 {
				t.Errorf("expanded %v", r.get("singleValueExtendedProperties"))
			}
			w.want(202, "POST", "/me/messages/"+id+"/send", "")
			if got := w.want(200, "GET", find, "", immutable).values(); len(got) != 1 || got[0]["isDraft"] != false {
				t.Errorf("after sending: %v", got)
			}
		}},
		{"the answer of the other one joins the conversation", func(t *testing.T, w *world) {
			w.want(202, "POST", "/me/sendMail", `{"message":{"subject":"Plan","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}}`)
			his := w.jonas.Messages("inbox")[0]
			w.want(202, "POST", "/me/messages/"+his.ID+"/reply", `{"comment":"fine"}`, "Authorization: Bearer jonas")
			all := w.want(200, "GET", "/me/messages", "").values()
			if len(all) != 2 || all[0]["conversationId"] != all[1]["conversationId"] || all[0]["subject"] != "RE: Plan" && all[1]["subject"] != "RE: Plan" {
				t.Errorf("%d messages: %v / %v", len(all), all[0]["conversationId"], all[len(all)-1]["conversationId"])
			}
		}},
		{"attachments: inline ones do not count, 3 MB are too many", func(t *testing.T, w *world) {
			id := w.want(201, "POST", "/me/messages", `{"subject":"x"}`, immutable).str("id")
			post := func(status int, body string) reply {
				return w.want(status, "POST", "/me/messages/"+id+"/attachments", body, immutable)
			}
			post(201, `{"@odata.type":"#microsoft.graph.fileAttachment","name":"l.png","contentBytes":"aGk=","isInline":true,"contentId":"l"}`)
			if w.want(200, "GET", "/me/messages/"+id, "").get("hasAttachments") != false {
				t.Error("an inline image counts")
			}
			a := post(201, `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a.txt","contentType":"text/plain","contentBytes":"aGVsbG8="}`)
			if w.want(200, "GET", "/me/messages/"+id, "").get("hasAttachments") != true {
				t.Error("a file does not count")
			}
			value := w.want(200, "GET", "/me/messages/"+id+"/attachments/"+a.str("id")+"/$value", "")
			if string(value.raw) != "hello" || value.Header.Get("Content-Type") != "text/plain" {
				t.Errorf("value %q %s", value.raw, value.Header.Get("Content-Type"))
			}
			post(413, `{"@odata.type":"#microsoft.graph.fileAttachment","name":"b","contentBytes":"`+strings.Repeat("AAAA", 1<<20+4)+`"}`)
			list := w.want(200, "GET", "/me/messages/"+id+"/attachments?$select=id,name,size,isInline,contentType", "").values()
			if len(list) != 2 || list[0]["contentBytes"] != nil {
				t.Errorf("list %v", list)
			}
		}},
		{"delete moves to Deleted Items, from there for good", func(t *testing.T, w *world) {
			id := w.mail("x", "y")
			w.want(204, "DELETE", "/me/messages/"+id, "")
			if n, _ := w.maya.Counts("deleteditems"); n != 1 {
				t.Error("not in Deleted Items")
			}
			w.want(204, "DELETE", "/me/messages/"+id, "")
			w.want(404, "GET", "/me/messages/"+id, "")
		}},
		{"bad input is a Graph error", func(t *testing.T, w *world) {
			id := w.mail("x", "y")
			for _, c := range [][3]string{
				{"PATCH", "/me/messages/" + id, `{"isRead":"yes"}`}, {"PATCH", "/me/messages/" + id, `[1]`}, {"PATCH", "/me/messages/" + id, `{"unheardOf":1}`}, {"PATCH", "/me/messages/" + id, `{`},
				{"PATCH", "/me/messages/" + id, `{"flag":{"flagStatus":"maybe"}}`}, {"POST", "/me/messages", `{"toRecipients":[{"emailAddress":{"address":"nobody"}}]}`},
				{"POST", "/me/messages/" + id + "/move", `{}`}, {"GET", "/me/nothing", ""}, {"GET", "/me/messages/" + id + "/createReply", ""}, {"PUT", "/me/messages", ""},
				{"GET", "/me/messages?$expand=nothing", ""}, {"GET", "/me/messages?$orderby=nothing", ""}, {"GET", "/me/calendarView", ""}, {"GET", "/me/%2F/..", ""},
			} {
				r := w.do(c[0], c[1], c[2])
				if r.StatusCode < 400 || r.StatusCode >= 500 || r.str("error", "code") == "" {
					t.Errorf("%s %s %s: %d %s", c[0], c[1], c[2], r.StatusCode, r.raw)
				}
			}
		}},
		{"settings, photo and profile", func(t *testing.T, w *world) {
			if zone := w.want(200, "GET", "/me/mailboxSettings", "").str("timeZone"); zone != "W. Europe Standard Time" {
				t.Errorf("zone %s", zone)
			}
			w.want(404, "GET", "/me/photo/$value", "")
			me := w.want(200, "GET", "/me?$select=id,displayName,mail", "")
			if me.str("displayName") != "Maya Torres" || me.str("id") != mayaID || me.get("jobTitle") != nil {
				t.Errorf("me %v", me.json)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) { w := newWorld(t); w.t = t; c.run(t, w) })
	}
}
