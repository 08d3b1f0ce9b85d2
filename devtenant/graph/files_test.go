package graph

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"supercrm/devtenant/mailbox"
)

// put sends a piece of an upload, without Authorization.
func (w *world) put(method, link, span string, data []byte, headers ...string) reply {
	w.t.Helper()
	r := httptest.NewRequest(method, link, bytes.NewReader(data))
	if span != "" {
		r.Header.Set("Content-Range", span)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	return reply{Response: rec.Result(), raw: rec.Body.Bytes()}
}

func TestUploadSession(t *testing.T) {
	for _, kind := range []string{"messages", "events"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			var id string
			if kind == "messages" {
				id = w.want(201, "POST", "/me/messages", `{"subject":"Plans"}`, immutable).str("id")
			} else {
				id = w.event(lunch + "}").str("id")
			}
			path := "/me/" + kind + "/" + id + "/attachments"
			w.want(400, "POST", path+"/createUploadSession", `{"AttachmentItem":{"attachmentType":"file","name":"small.bin","size":10}}`)
			w.want(413, "POST", path+"/createUploadSession", `{"AttachmentItem":{"attachmentType":"file","name":"huge.bin","size":200000000}}`)
			data := bytes.Repeat([]byte("0123456789abcdef"), 5<<20/16)
			r := w.want(201, "POST", path+"/createUploadSession", fmt.Sprintf(`{"AttachmentItem":{"attachmentType":"file","name":"plan.bin","size":%d,"contentType":"application/x-plan"}}`, len(data)))
			link := r.str("uploadUrl")
			const half = 3 << 20
			span := fmt.Sprintf("bytes 0-%d/%d", half-1, len(data))
			if r := w.put("PUT", link, span, data[:half], "Authorization: Bearer maya"); r.StatusCode != 401 {
				t.Errorf("with Authorization: %d", r.StatusCode)
			}
			for bad, want := range map[string]int{"": 400, "bytes 0-1/9": 400, "bytes 5-2/5242880": 400, "items 0-1/2": 400, fmt.Sprintf("bytes 7-%d/%d", half+6, len(data)): 416} {
				if r := w.put("PUT", link, bad, data[:half]); r.StatusCode != want {
					t.Errorf("%q: %d, want %d", bad, r.StatusCode, want)
				}
			}
			if r := w.put("PUT", link, span, data[:half]); r.StatusCode != 200 || !strings.Contains(string(r.raw), `"nextExpectedRanges":["3145728"]`) {
				t.Fatalf("%d %s", r.StatusCode, r.raw)
			}
			last := w.put("PUT", link, fmt.Sprintf("bytes %d-%d/%d", half, len(data)-1, len(data)), data[half:])
			if last.StatusCode != 201 || len(last.raw) != 0 {
				t.Fatalf("%d %s", last.StatusCode, last.raw)
			}
			if r := w.put("PUT", link, span, data[:half]); r.StatusCode != 404 {
				t.Errorf("after the end: %d", r.StatusCode)
			}
			where, err := url.Parse(last.Header.Get("Location"))
			if err != nil {
				t.Fatal(err)
			}
			got := w.want(200, "GET", strings.TrimPrefix(where.Path, "/graph/v1.0")+"/$value", "")
			if !bytes.Equal(got.raw, data) || got.Header.Get("Content-Type") != "application/x-plan" {
				t.Errorf("%d bytes of %d, %s", len(got.raw), len(data), got.Header.Get("Content-Type"))
			}
			if r := w.want(200, "GET", "/me/"+kind+"/"+id, ""); r.get("hasAttachments") != true {
				t.Error("hasAttachments is false")
			}
			r = w.want(201, "POST", path+"/createUploadSession", `{"AttachmentItem":{"attachmentType":"file","name":"b.bin","size":4000000}}`)
			if r := w.put("DELETE", r.str("uploadUrl"), "", nil); r.StatusCode != 204 {
				t.Errorf("cancel: %d", r.StatusCode)
			}
			if r := w.put("GET", r.str("uploadUrl"), "", nil); r.StatusCode != 404 {
				t.Errorf("after cancelling: %d", r.StatusCode)
			}
		})
	}
}

func TestEventAttachments(t *testing.T) {
	w := newWorld(t)
	e := w.event(invite + `,"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"agenda.txt","contentBytes":"aGVsbG8="}]}`)
	path := "/me/events/" + e.str("id") + "/attachments"
	w.want(201, "POST", path, `{"@odata.type":"#microsoft.graph.itemAttachment","name":"earlier mail","item":{"@odata.type":"#microsoft.graph.message","subject":"earlier"}}`)
	w.want(400, "POST", path, `{"@odata.type":"#microsoft.graph.referenceAttachment","name":"link"}`)
	list := w.want(200, "GET", path, "").values()
	if len(list) != 2 || list[0]["name"] != "agenda.txt" || list[1]["@odata.type"] != "#microsoft.graph.itemAttachment" {
		t.Fatalf("%v", list)
	}
	item := w.want(200, "GET", path+"/"+list[1]["id"].(string)+"?$expand=microsoft.graph.itemAttachment/item", "")
	if item.str("item", "subject") != "earlier" {
		t.Errorf("%s", item.raw)
	}
	if r := w.want(200, "GET", "/me/events/"+e.str("id")+"?$expand=attachments", ""); len(r.get("attachments").([]any)) != 2 {
		t.Errorf("%s", r.raw)
	}
	if his := w.his(week); his["hasAttachments"] != true {
		t.Error("the invitation lost its file")
	}
	w.want(204, "DELETE", path+"/"+list[0]["id"].(string), "")
	if n := len(w.want(200, "GET", path, "").values()); n != 1 {
		t.Errorf("%d left", n)
	}
}

func TestReferenceAttachmentsAreReadOnly(t *testing.T) {
	w := newWorld(t)
	id := w.mail("x", "y")
	if err := w.maya.Do(func(b *mailbox.Box) error {
		m, err := b.Message(id)
		if err == nil {
			b.Attach(m, &mailbox.Attachment{Kind: mailbox.ReferenceAttachment, Name: "shared.docx"})
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	list := w.want(200, "GET", "/me/messages/"+id+"/attachments", "").values()
	if len(list) != 1 || list[0]["@odata.type"] != "#microsoft.graph.referenceAttachment" || list[0]["contentBytes"] != nil {
		t.Errorf("%v", list)
	}
}

func TestMIME(t *testing.T) {
	w := newWorld(t)
	const raw = "To: Jonas <jonas@harborline.example>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nImportance: high\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nplain\r\n--c\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<b>h=C3=B6her</b>\r\n--c--\r\n" +
		"--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxi\r\n--b--\r\n"
	coded := base64.StdEncoding.EncodeToString([]byte(raw))
	w.want(400, "POST", "/me/sendMail", "not base64!", "Content-Type: text/plain")
	w.want(202, "POST", "/me/sendMail", coded, "Content-Type: text/plain")
	got := w.want(200, "GET", "/me/mailFolders/inbox/messages?$expand=attachments", "", asJonas).values()
	if len(got) != 1 || got[0]["subject"] != "Grüße" || got[0]["importance"] != "high" || !strings.Contains(got[0]["body"].(map[string]any)["content"].(string), "höher") {
		t.Fatalf("%v", got)
	}
	if a := got[0]["attachments"].([]any)[0].(map[string]any); a["name"] != "a.csv" || a["contentBytes"] != "YSxi" {
		t.Errorf("%v", a)
	}
	value := w.want(200, "GET", "/me/messages/"+got[0]["id"].(string)+"/$value", "", asJonas)
	again, err := parseMIME(value.raw)
	if err != nil {
		t.Fatal(err)
	}
	if again.Subject != "Grüße" || again.To[0].Addr != "jonas@harborline.example" || !again.Body().HTML || len(again.Attachments) != 1 || string(again.Attachments[0].Bytes) != "a,b" {
		t.Errorf("%+v", again)
	}
	draft := w.want(201, "POST", "/me/messages", coded, "Content-Type: text/plain")
	if draft.get("isDraft") != true || draft.str("subject") != "Grüße" {
		t.Errorf("%v", draft.json)
	}
	w.want(403, "POST", "/me/sendMail", base64.StdEncoding.EncodeToString([]byte("From: x@y.example\r\nTo: a@b.example\r\n\r\nx")), "Content-Type: text/plain")
}

func FuzzMIME(f *testing.F) {
	f.Add([]byte("To: a@b.example\r\nSubject: x\r\n\r\nhello"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n--b--"))
	f.Add([]byte("From: <>\r\nTo: ,\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, path := range []string{"/me/sendMail", "/me/messages"} {
			never500(t, "POST", "/graph/v1.0"+path, base64.StdEncoding.EncodeToString(raw), "Content-Type: text/plain")
		}
		m, err := parseMIME(raw)
		if err != nil {
			return
		}
		if _, err := writeMIME(m); err != nil {
			t.Errorf("read, but not written: %v", err)
		}
	})
}

func TestExtensions(t *testing.T) {
	w := newWorld(t)
	id := w.mail("x", "y")
	event := w.event(lunch + "}").str("id")
	for _, path := range []string{"/me/messages/" + id, "/me/events/" + event} {
		w.want(201, "POST", path+"/extensions", `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.supercrm.link","person":7}`)
		w.want(400, "POST", path+"/extensions", `{"person":7}`)
		w.want(400, "POST", path+"/extensions", `{"extensionName":"big","text":"`+strings.Repeat("x", 3000)+`"}`)
		w.want(200, "PATCH", path+"/extensions/com.supercrm.link", `{"deal":"D-1","person":null}`)
		r := w.want(200, "GET", path+"/extensions/Microsoft.OutlookServices.OpenTypeExtension.com.supercrm.link", "")
		if r.str("deal") != "D-1" || r.get("person") != nil || r.str("extensionName") != "com.supercrm.link" {
			t.Errorf("%s", r.raw)
		}
		r = w.want(200, "GET", path+"?$expand=extensions($filter=id eq 'com.supercrm.link')", "")
		if list, _ := r.get("extensions").([]any); len(list) != 1 {
			t.Errorf("%s", r.raw)
		}
		w.want(204, "DELETE", path+"/extensions/com.supercrm.link", "")
		w.want(404, "GET", path+"/extensions/com.supercrm.link", "")
	}
}
