package outlook

import "time"

// messageMembers are the members of Message.
var messageMembers = []string{"id", "@removed", "@odata.etag", "parentFolderId", "conversationId", "internetMessageId", "subject",
	"bodyPreview", "body", "from", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "receivedDateTime", "sentDateTime",
	"isRead", "isDraft", "flag", "importance", "hasAttachments", "categories"}

// messageRoom is what a message's fields point to, in one piece: a page of a thousand messages would otherwise be tens of
// thousands of small things.
type messageRoom struct {
	parent, conversation, internet, subject, preview, importance string
	body                                                         Body
	from                                                         Recipient
	received, sent                                               time.Time
	read, draft, files                                           bool
	flag                                                         Flag
}

// decode reads a message.
func (m *Message) decode(d *decoder) error {
	room := new(messageRoom)
	_, err := d.object(func(name []byte) error {
		known, err := m.field(d, room, string(name))
		if known || err != nil {
			return err
		}
		if f := folded(d.unquote(name), messageMembers); f != "" {
			_, err := m.field(d, room, `"`+f+`"`)
			return err
		}
		return d.SkipValue()
	})
	return err
}

// field reads the member of a name in quotes; known is false when it is none of ours and was not read.
func (m *Message) field(d *decoder, room *messageRoom, name string) (known bool, err error) {
	switch name {
	case `"id"`:
		return true, d.intoText(&m.ID)
	case `"@odata.etag"`:
		return true, d.intoText(&m.ETag)
	case `"parentFolderId"`:
		return true, d.textPtr(&m.ParentFolderID, &room.parent)
	case `"conversationId"`:
		return true, d.textPtr(&m.ConversationID, &room.conversation)
	case `"internetMessageId"`:
		return true, d.textPtr(&m.InternetID, &room.internet)
	case `"subject"`:
		return true, d.textPtr(&m.Subject, &room.subject)
	case `"bodyPreview"`:
		return true, d.textPtr(&m.Preview, &room.preview)
	case `"importance"`:
		return true, d.textPtr(&m.Importance, &room.importance)
	case `"body"`:
		return true, m.readBody(d, room)
	case `"from"`:
		room.from = Recipient{}
		ok, err := d.recipient(&room.from)
		m.From = nil
		if ok {
			m.From = &room.from
		}
		return true, err
	case `"toRecipients"`:
		return true, d.recipients(&m.To)
	case `"ccRecipients"`:
		return true, d.recipients(&m.Cc)
	case `"bccRecipients"`:
		return true, d.recipients(&m.Bcc)
	case `"replyTo"`:
		return true, d.recipients(&m.ReplyTo)
	case `"receivedDateTime"`:
		return true, d.timePtr(&m.Received, &room.received)
	case `"sentDateTime"`:
		return true, d.timePtr(&m.Sent, &room.sent)
	case `"isRead"`:
		return true, d.flagPtr(&m.IsRead, &room.read)
	case `"isDraft"`:
		return true, d.flagPtr(&m.IsDraft, &room.draft)
	case `"hasAttachments"`:
		return true, d.flagPtr(&m.HasAttachments, &room.files)
	case `"categories"`:
		return true, d.texts(&m.Categories)
	case `"flag"`:
		return true, m.readFlag(d, room)
	case `"@removed"`:
		return true, m.readRemoved(d)
	}
	return false, nil
}

func (m *Message) readBody(d *decoder, room *messageRoom) error {
	room.body = Body{}
	ok, err := d.object(func(name []byte) error {
		switch member(d, name, "contentType", "content") {
		case "contentType":
			return d.intoText(&room.body.ContentType)
		case "content":
			return d.intoText(&room.body.Content)
		}
		return d.SkipValue()
	})
	m.Body = nil
	if ok {
		m.Body = &room.body
	}
	return err
}

func (m *Message) readFlag(d *decoder, room *messageRoom) error {
	room.flag = Flag{}
	ok, err := d.object(func(name []byte) error {
		if member(d, name, "flagStatus") != "" {
			return d.intoText(&room.flag.FlagStatus)
		}
		return d.SkipValue()
	})
	m.Flag = nil
	if ok {
		m.Flag = &room.flag
	}
	return err
}

func (m *Message) readRemoved(d *decoder) error {
	var r Removed
	ok, err := d.object(func(name []byte) error {
		if member(d, name, "reason") != "" {
			return d.intoText(&r.Reason)
		}
		return d.SkipValue()
	})
	m.Removed = nil
	if ok {
		m.Removed = &r
	}
	return err
}
