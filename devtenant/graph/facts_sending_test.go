package graph

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// session opens an upload of size bytes to a draft and gives its address.
func (w *world) session(size int) (draft, link string) {
	w.t.Helper()
	draft = w.want(201, "POST", "/me/messages", `{"subject":"x"}`, immutable).str("id")
	r := w.want(201, "POST", "http://127.0.0.1:8443/graph/v1.0/me/messages/"+draft+"/attachments/createUploadSession", fmt.Sprintf(`{"AttachmentItem":{"attachmentType":"file","name":"a.bin","size":%d}}`, size))
	return draft, r.str("uploadUrl")
}

func (w *world) piece(link string, from, to, size int) reply {
	return w.put("PUT", link, fmt.Sprintf("bytes %d-%d/%d", from, to-1, size), bytes.Repeat([]byte{1}, to-from))
}

const marker = "String {c0ffee00-1111-2222-3333-444455556666} Name com.supercrm.marker"

var sendingFacts = []fact{
	{"Under 3 MB one POST", func(t *testing.T, w *world) {
		draft := w.want(201, "POST", "/me/messages", `{"subject":"x"}`).str("id")
		file := func(n int) string {
			return `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a","contentBytes":"` + base64.StdEncoding.EncodeToString(make([]byte, n)) + `"}`
		}
		w.want(201, "POST", "/me/messages/"+draft+"/attachments", file(3<<20-1))
		w.want(413, "POST", "/me/messages/"+draft+"/attachments", file(3<<20+1))
		w.want(400, "POST", "/me/messages/"+draft+"/attachments/createUploadSession", `{"AttachmentItem":{"attachmentType":"file","name":"a","size":1000}}`)
	}},
	{"3–150 MB `createUploadSession` → an `uploadUrl` on another host, already authorised: send **no**\n  Authorization.", func(t *testing.T, w *world) {
		_, link := w.session(4_000_000)
		if u, err := url.Parse(link); err != nil || u.Host != "localhost:8443" {
			t.Errorf("%s, %v", link, err)
		}
		if r := w.put("PUT", link, "bytes 0-9/4000000", make([]byte, 10), "Authorization: Bearer maya"); r.StatusCode != 401 {
			t.Errorf("with a token: %d", r.StatusCode)
		}
		if r := w.piece(link, 0, 10, 4_000_000); r.StatusCode != 200 {
			t.Errorf("without: %d", r.StatusCode)
		}
		draft := w.want(201, "POST", "/me/messages", `{}`).str("id")
		w.want(413, "POST", "/me/messages/"+draft+"/attachments/createUploadSession", `{"AttachmentItem":{"attachmentType":"file","name":"a","size":160000000}}`)
	}},
	{"PUTs under 4 MB, in order, `Content-Range`", func(t *testing.T, w *world) {
		const size = 9 << 20
		_, link := w.session(size)
		for name, one := range map[string][3]int{"too large": {0, 5 << 20, 413}, "not the next": {1 << 20, 2 << 20, 416}} {
			if r := w.piece(link, one[0], one[1], size); r.StatusCode != one[2] {
				t.Errorf("%s: %d", name, r.StatusCode)
			}
		}
		if r := w.put("PUT", link, "", make([]byte, 10)); r.StatusCode != 400 {
			t.Errorf("without Content-Range: %d", r.StatusCode)
		}
	}},
	{"200 `nextExpectedRanges`, last 201", func(t *testing.T, w *world) {
		const size = 5 << 20
		draft, link := w.session(size)
		if r := w.piece(link, 0, 3<<20, size); r.StatusCode != 200 || !strings.Contains(string(r.raw), `"nextExpectedRanges":["3145728"]`) {
			t.Errorf("%d %s", r.StatusCode, r.raw)
		}
		if r := w.piece(link, 3<<20, size, size); r.StatusCode != 201 || len(r.raw) != 0 {
			t.Errorf("%d %s", r.StatusCode, r.raw)
		}
		if list := w.want(200, "GET", "/me/messages/"+draft+"/attachments?$select=name,size", "").values(); len(list) != 1 || list[0]["size"] != float64(size) {
			t.Errorf("%v", list)
		}
	}},
	{"DELETE cancels", func(t *testing.T, w *world) {
		draft, link := w.session(4_000_000)
		w.piece(link, 0, 10, 4_000_000)
		if r := w.put("DELETE", link, "", nil); r.StatusCode != 204 {
			t.Errorf("%d", r.StatusCode)
		}
		if r := w.piece(link, 10, 20, 4_000_000); r.StatusCode != 404 {
			t.Errorf("after it: %d", r.StatusCode)
		}
		if n := len(w.want(200, "GET", "/me/messages/"+draft+"/attachments", "").values()); n != 0 {
			t.Errorf("%d attachments", n)
		}
	}},
	{"Inline: `isInline` + `contentId`, HTML `cid:`.", func(t *testing.T, w *world) {
		w.want(202, "POST", "/me/sendMail", `{"message":{"subject":"x","body":{"contentType":"html","content":"<img src=\"cid:logo\">"},"toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}],
"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"l.png","contentType":"image/png","contentBytes":"aGk=","isInline":true,"contentId":"logo"}]}}`)
		got := w.want(200, "GET", "/me/messages?$expand=attachments", "", asJonas).values()[0]
		a := got["attachments"].([]any)[0].(map[string]any)
		if a["isInline"] != true || a["contentId"] != "logo" || !strings.Contains(got["body"].(map[string]any)["content"].(string), "cid:logo") {
			t.Errorf("%v", got)
		}
	}},
	{"`hasAttachments` ignores inline ones.", func(t *testing.T, w *world) {
		id := w.want(201, "POST", "/me/messages", `{"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"l.png","contentBytes":"aGk=","isInline":true,"contentId":"l"}]}`).str("id")
		if w.want(200, "GET", "/me/messages/"+id, "").get("hasAttachments") != false {
			t.Error("an inline one counts")
		}
		w.want(201, "POST", "/me/messages/"+id+"/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a","contentBytes":"aGk="}`)
		if w.want(200, "GET", "/me/messages/"+id, "").get("hasAttachments") != true {
			t.Error("a file does not count")
		}
	}},
	{"sendMail answers 202 without an id", func(t *testing.T, w *world) {
		r := w.want(202, "POST", "/me/sendMail", `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}}`)
		if len(r.raw) != 0 || r.Header.Get("Location") != "" {
			t.Errorf("%s %v", r.raw, r.Header)
		}
	}},
	{"a 504 may have delivered (up to 4 copies seen)", func(t *testing.T, w *world) {
		if _, err := w.h.Faults().Add(FaultRule{Kind: FaultTimeoutAfter, Endpoint: "POST /me/sendMail", Count: 3}); err != nil {
			t.Fatal(err)
		}
		for _, status := range []int{504, 504, 504, 202} {
			w.want(status, "POST", "/me/sendMail", `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}}`)
		}
		if n, _ := w.jonas.Counts("inbox"); n != 4 {
			t.Errorf("%d copies", n)
		}
	}},
	{"Safe send: create a draft with\n  an immutable id and our own marker, `send`, and on doubt GET that id and look at `isDraft` and its folder **before**\n  any resend", func(t *testing.T, w *world) {
		id := w.want(201, "POST", "/me/messages", `{"subject":"x","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}],"singleValueExtendedProperties":[{"id":"`+marker+`","value":"m-1"}]}`, immutable).str("id")
		if _, err := w.h.Faults().Add(FaultRule{Kind: FaultTimeoutAfter, Endpoint: "POST /me/messages/*/send", Count: 1}); err != nil {
			t.Fatal(err)
		}
		w.want(504, "POST", "/me/messages/"+id+"/send", "")
		r := w.want(200, "GET", "/me/messages/"+id, "", immutable)
		if sent := w.want(200, "GET", "/me/mailFolders/sentitems", "", immutable).str("id"); r.get("isDraft") != false || r.str("parentFolderId") != sent {
			t.Errorf("%v in %s", r.get("isDraft"), r.str("parentFolderId"))
		}
		found := w.want(200, "GET", "/me/messages?$filter="+url.QueryEscape("singleValueExtendedProperties/any(p: p/id eq '"+marker+"' and p/value eq 'm-1')"), "", immutable).values()
		if len(found) != 1 || found[0]["id"] != id {
			t.Errorf("by its marker: %v", found)
		}
		w.want(400, "POST", "/me/messages/"+id+"/send", "") // a second send of the same is refused
		if n, _ := w.jonas.Counts("inbox"); n != 1 {
			t.Errorf("%d copies", n)
		}
	}},
	{"`internetMessageId` can be set only while a draft.", func(t *testing.T, w *world) {
		id := w.want(201, "POST", "/me/messages", `{"internetMessageId":"<a@b.example>","toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}`, immutable).str("id")
		if got := w.want(200, "PATCH", "/me/messages/"+id, `{"internetMessageId":"<c@d.example>"}`).str("internetMessageId"); got != "<c@d.example>" {
			t.Errorf("%s", got)
		}
		w.want(202, "POST", "/me/messages/"+id+"/send", "")
		refused(t, w.want(400, "PATCH", "/me/messages/"+id, `{"internetMessageId":"<e@f.example>"}`), "ErrorInvalidPropertySet")
	}},
}

var linkingFacts = []fact{
	{"Open extensions: one fixed name (`com.supercrm.link`)", func(t *testing.T, w *world) {
		const link = `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.supercrm.link","deal":"4711"}`
		for _, path := range []string{"/me/messages/" + w.mail("x", "y"), "/me/events/" + w.event(lunch+"}").str("id"), "/me/contacts/" + w.want(201, "POST", "/me/contacts", `{"givenName":"A"}`).str("id")} {
			w.want(201, "POST", path+"/extensions", link)
			if got := w.want(200, "GET", path+"/extensions/com.supercrm.link", ""); got.str("deal") != "4711" || got.str("extensionName") != "com.supercrm.link" {
				t.Errorf("%s: %s", path, got.raw)
			}
			r := w.want(200, "GET", path+"?$expand="+url.QueryEscape("extensions($filter=id eq 'com.supercrm.link')"), "")
			if list, _ := r.get("extensions").([]any); len(list) != 1 {
				t.Errorf("%s: expanded %v", path, r.get("extensions"))
			}
		}
	}},
	{"since each name uses up a mailbox property for good", func(t *testing.T, w *world) {
		w.maya.LimitNames(2)
		path := "/me/messages/" + w.mail("x", "y") + "/extensions"
		add := func(name string, status int) reply {
			return w.want(status, "POST", path, `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"`+name+`","a":"b"}`)
		}
		add("com.example.one", 201)
		add("com.example.two", 201)
		w.want(204, "DELETE", path+"/com.example.two", "")
		refused(t, add("com.example.three", 507), "ErrorQuotaExceeded")
		add("com.example.two", 201)
	}},
	{"delegates may\nnot create them", func(t *testing.T, w *world) {
		w.scopes = append(w.scopes, "Mail.ReadWrite.Shared", "Calendars.ReadWrite.Shared")
		w.reg.GrantAccess(mayaID, jonasID)
		id := w.mail("x", "y")
		const link = `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.supercrm.link","deal":"4711"}`
		w.want(200, "PATCH", "/users/"+mayaID+"/messages/"+id, `{"isRead":true}`, asJonas)
		w.want(403, "POST", "/users/"+mayaID+"/messages/"+id+"/extensions", link, asJonas)
		w.want(403, "PATCH", "/users/"+mayaID+"/messages/"+id, `{"extensions":[`+link+`]}`, asJonas)
	}},
	{"To *search* by link: `singleValueExtendedProperties` with `$filter=…any(…)`.", func(t *testing.T, w *world) {
		prop := `"singleValueExtendedProperties":[{"id":"` + marker + `","value":"deal-7"}]`
		w.want(201, "POST", "/me/messages", `{"subject":"other"}`)
		for kind, body := range map[string]string{"messages": `{"subject":"x",` + prop + `}`, "events": lunch + `,` + prop + `}`, "contacts": `{"givenName":"A",` + prop + `}`} {
			id := w.want(201, "POST", "/me/"+kind, body, immutable).str("id")
			filter := "?$filter=" + url.QueryEscape("singleValueExtendedProperties/any(ep: ep/id eq '"+marker+"' and ep/value eq 'deal-7')")
			if got := w.want(200, "GET", "/me/"+kind+filter, "", immutable).values(); len(got) != 1 || got[0]["id"] != id {
				t.Errorf("%s: %v", kind, got)
			}
			if got := w.want(200, "GET", "/me/"+kind+strings.Replace(filter, "deal-7", "deal-8", 1), "").values(); len(got) != 0 {
				t.Errorf("%s, another value: %v", kind, got)
			}
		}
	}},
}
