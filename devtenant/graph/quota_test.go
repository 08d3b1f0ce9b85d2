package graph

import (
	"strings"
	"testing"

	"supercrm/devtenant/mailbox"
)

// A full mailbox takes nothing new and sends nothing, but can be read, and tidied up until there is room.
func TestFullMailbox(t *testing.T) {
	w := newWorld(t)
	id := w.mail("big", strings.Repeat("words ", 2000))
	set := func(q mailbox.Quota) {
		_ = w.maya.Do(func(b *mailbox.Box) error { b.SetQuota(q); return nil })
	}
	set(mailbox.Quota{Send: 1, Receive: 1})
	full := func(method, path, body string) {
		t.Helper()
		if r := w.want(507, method, path, body); r.str("error", "code") != "ErrorQuotaExceeded" {
			t.Errorf("%s %s: %s", method, path, r.raw)
		}
	}
	full("POST", "/me/messages", `{"subject":"x"}`)
	full("POST", "/me/messages/"+id+"/copy", `{"destinationId":"archive"}`)
	full("POST", "/me/messages/"+id+"/createReply", ``)
	full("POST", "/me/messages/"+id+"/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a","contentBytes":"eA=="}`)
	full("POST", "/me/events", lunch+`}`)
	full("POST", "/me/contacts", `{"givenName":"A"}`)
	full("POST", "/me/sendMail", `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}}`)
	if r := w.want(200, "POST", "/$batch", `{"requests":[{"id":"1","method":"POST","url":"/me/messages","headers":{"Content-Type":"application/json"},"body":{"subject":"x"}}]}`); !strings.Contains(string(r.raw), "ErrorQuotaExceeded") {
		t.Errorf("%s", r.raw)
	}
	w.want(200, "GET", "/me/messages/"+id, "")
	w.want(200, "PATCH", "/me/messages/"+id, `{"isRead":true}`)
	w.want(201, "POST", "/me/messages/"+id+"/move", `{"destinationId":"deleteditems"}`)
	set(mailbox.Quota{Send: 5000, Receive: 8000})
	full("POST", "/me/messages", `{"subject":"x"}`)
	m, err := w.maya.Message(w.want(200, "GET", "/me/messages?$filter=subject eq 'big'", "", immutable).values()[0]["id"].(string))
	if err != nil || w.maya.RemoveMessage(m.ID) != nil {
		t.Fatal(err)
	}
	w.want(201, "POST", "/me/messages", `{"subject":"there is room again"}`)
	w.want(202, "POST", "/me/sendMail", `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}}`)
}
