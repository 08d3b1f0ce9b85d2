package graph

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"supercrm/devtenant/mailbox"
)

var attachmentProps = []property[*mailbox.Attachment]{
	{name: "lastModifiedDateTime", get: func(_ *call, a *mailbox.Attachment) any { return dateTime(a.Modified) }},
	{name: "name", get: func(_ *call, a *mailbox.Attachment) any { return a.Name }},
	{name: "contentType", get: func(_ *call, a *mailbox.Attachment) any { return a.Type }},
	{name: "size", get: func(_ *call, a *mailbox.Attachment) any { return len(a.Bytes) }},
	{name: "isInline", get: func(_ *call, a *mailbox.Attachment) any { return a.Inline }},
	{name: "contentId", get: func(_ *call, a *mailbox.Attachment) any { return none(a.ContentID) }},
	{name: "contentLocation", get: func(_ *call, a *mailbox.Attachment) any { return nil }},
	{name: "contentBytes", get: func(_ *call, a *mailbox.Attachment) any { return base64.StdEncoding.EncodeToString(a.Bytes) }},
	{name: "id", hidden: true, get: nil},
}

func (c *call) attachmentFields(m *message, a *mailbox.Attachment, sel selection) fields {
	head := fields{{"@odata.type", "#microsoft.graph.fileAttachment"}, {"@odata.mediaContentType", a.Type}, {"id", c.id(c.b.AttachmentID(m, a))}}
	return render(c, head, attachmentProps[:len(attachmentProps)-1], a, sel)
}

// attachments routes …/messages/{id}/attachments[/{id}[/$value]].
func (c *call) attachments(m *message, rest []string) error {
	switch {
	case len(rest) == 0 && c.r.Method == http.MethodGet:
		return c.listAttachments(m)
	case len(rest) == 0 && c.r.Method == http.MethodPost:
		return c.addAttachment(m)
	case len(rest) == 0:
		return errMethod
	}
	read := c.r.Method == http.MethodGet
	if read {
		if err := c.readMail(); err != nil {
			return err
		}
	} else if err := c.writeMail(); err != nil {
		return err
	}
	a, err := c.b.Attachment(m, rest[0])
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 1 && read:
		sel, err := selected(c.query.Get("$select"), attachmentProps)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, "messages('"+c.id(m.ID())+"')/attachments/$entity", c.attachmentFields(m, a, sel))
	case len(rest) == 1 && c.r.Method == http.MethodDelete:
		c.b.Detach(m, a)
		return c.noContent(http.StatusNoContent)
	case len(rest) == 2 && rest[1] == "$value" && read:
		c.status, c.answer.body = http.StatusOK, a.Bytes
		c.header.Set("Content-Type", a.Type)
		return nil
	}
	return errMethod
}

func (c *call) listAttachments(m *message) error {
	if err := c.readMail(); err != nil {
		return err
	}
	p, err := c.paging()
	if err != nil {
		return err
	}
	if c.query.Get("$top") == "" {
		p.top = maxPage // attachments are not paged unless asked for
	}
	sel, err := selected(c.query.Get("$select"), attachmentProps)
	if err != nil {
		return err
	}
	var page []fields
	for _, a := range cut(p, m.Attachments) {
		page = append(page, c.attachmentFields(m, a, sel))
	}
	return c.listing("messages('"+c.id(m.ID())+"')/attachments", p, len(m.Attachments), page)
}

func (c *call) addAttachment(m *message) error {
	if err := c.writeMail(); err != nil {
		return err
	}
	if _, err := c.object(); err != nil {
		return err
	}
	w, err := decode[wireAttachment]("attachment", json.RawMessage(c.input))
	if err != nil {
		return err
	}
	a, err := w.attachment()
	if err != nil {
		return err
	}
	c.b.Attach(m, a)
	return c.one(http.StatusCreated, "messages('"+c.id(m.ID())+"')/attachments/$entity", c.attachmentFields(m, a, nil))
}
