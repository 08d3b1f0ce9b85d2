package graph

import (
	"net/http"
	"slices"
	"strings"

	"supercrm/devtenant/mailbox"
)

// listMessages answers GET …/messages of a folder, or of the whole mailbox when f is nil.
func (c *call) listMessages(f *mailbox.Folder) error {
	if err := c.readMail(); err != nil {
		return err
	}
	p, err := c.paging()
	if err != nil {
		return err
	}
	sel, err := selected(c.query.Get("$select"), messageSelectable)
	if err != nil {
		return err
	}
	expand, err := c.expansions("attachments", "extensions", "singleValueExtendedProperties")
	if err != nil {
		return err
	}
	all, err := c.findMessages(f)
	if err != nil {
		return err
	}
	var page []fields
	for _, m := range cut(p, all) {
		item, err := c.messageFields(m, sel, expand)
		if err != nil {
			return err
		}
		page = append(page, item)
	}
	return c.listing("messages", p, len(all), page)
}

// messageSelectable adds what may be selected without being a property that we write.
var messageSelectable = append(append([]property[*message]{{name: "id"}, {name: "attachments"}, {name: "extensions"}, {name: "singleValueExtendedProperties"}}, messageProps...), meetingProps...)

// findMessages applies $filter, $search and $orderby; newest first without.
func (c *call) findMessages(f *mailbox.Folder) ([]*message, error) {
	by, err := parseOrder(c.query.Get("$orderby"), knownMessagePath)
	if err != nil {
		return nil, err
	}
	var match func(*message) bool
	if s := c.query.Get("$filter"); s != "" {
		parsed, err := parseFilter(s, knownMessagePath)
		if err != nil {
			return nil, err
		}
		if inefficient(parsed, by) {
			return nil, badRequest("InefficientFilter", "The restriction or sort order is too complex for this operation.")
		}
		match = func(m *message) bool { return parsed.match(c.messageGetter(m)) }
	}
	if s := c.query.Get("$search"); s != "" {
		if match != nil || len(by) > 0 {
			return nil, badRequest("SearchWithFilter", "The query parameter '$search' is not supported with '$filter' or '$orderby'.")
		}
		return c.search(s, f)
	}
	stored := c.b.Messages(f)
	out := make([]*message, 0, len(stored))
	for _, m := range slices.Backward(stored) {
		if match == nil || match(m) {
			out = append(out, m)
		}
	}
	switch {
	case len(by) == 0 || len(by) == 1 && strings.EqualFold(by[0].path, "receivedDateTime") && by[0].desc:
	default:
		out = sorted(out, by, c.messageGetter)
	}
	return out, nil
}

// getMessage answers GET …/messages/{id}.
func (c *call) getMessage(m *message) error {
	if err := c.readMail(); err != nil {
		return err
	}
	sel, err := selected(c.query.Get("$select"), messageSelectable)
	if err != nil {
		return err
	}
	expand, err := c.expansions("attachments", "extensions", "singleValueExtendedProperties")
	if err != nil {
		return err
	}
	item, err := c.messageFields(m, sel, expand)
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, "messages/$entity", item)
}

// answerMessage answers with a message that was made or changed.
func (c *call) answerMessage(status int, m *message) error {
	item, err := c.messageFields(m, nil, nil)
	if err != nil {
		return err
	}
	c.header.Set("ETag", etag(c.b.ChangeKey(m)))
	return c.one(status, "messages/$entity", item)
}

// createMessage answers POST …/messages: a draft, in Drafts unless a folder is named.
func (c *call) createMessage(f *mailbox.Folder) error {
	if err := c.writeMail(); err != nil {
		return err
	}
	fresh, err := c.readNew()
	if err != nil {
		return err
	}
	if f == nil {
		f = c.b.WellKnown("drafts")
	}
	return c.answerMessage(http.StatusCreated, c.b.Add(f, fresh.msg, fresh.read == nil || *fresh.read))
}

// readNew reads a message that is to be kept: a draft, unless its extended properties say otherwise.
func (c *call) readNew() (*importing, error) {
	if c.isMIME() {
		draft, err := c.readMIME()
		return &importing{msg: draft}, err
	}
	in, err := c.object()
	if err != nil {
		return nil, err
	}
	draft, err := c.newDraft(in)
	if err != nil {
		return nil, err
	}
	fresh := &importing{msg: draft}
	draft.Created, draft.Modified = c.b.Now(), c.b.Now()
	if err := fresh.importProps(); err != nil {
		return nil, err
	}
	if !isNull(in["isRead"]) {
		read, err := decode[bool]("isRead", in["isRead"])
		if err != nil {
			return nil, err
		}
		fresh.read = &read
	}
	return fresh, nil
}

// newDraft reads a message resource into a draft that is in no folder yet.
func (c *call) newDraft(in object) (*message, error) {
	m := &message{Draft: true, From: c.b.Owner.Address(), Sender: c.b.Owner.Address()}
	c.creating = true
	edit, err := c.readMessage(in, true)
	if err != nil {
		return nil, err
	}
	edit.apply(m)
	files, err := readAttachments(in["attachments"])
	m.Attachments = files
	return m, err
}

// patchMessage answers PATCH …/messages/{id}.
func (c *call) patchMessage(m *message) error {
	if err := c.writeMail(); err != nil {
		return err
	}
	if err := c.precondition(c.b.ChangeKey(m)); err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	edit, err := c.readMessage(in, m.Draft)
	if err != nil {
		return err
	}
	if edit.read != nil {
		c.b.MarkRead(m, *edit.read)
	}
	if edit.read == nil || len(edit.set) > 0 {
		c.b.Touch(m, func() { edit.apply(m) })
	}
	return c.answerMessage(http.StatusOK, m)
}

// deleteMessage answers DELETE …/messages/{id}: to Deleted Items, or for good from there.
func (c *call) deleteMessage(m *message) error {
	if err := c.writeMail(); err != nil {
		return err
	}
	if err := c.precondition(c.b.ChangeKey(m)); err != nil {
		return err
	}
	c.b.Delete(m)
	return c.noContent(http.StatusNoContent)
}

// moveMessage answers POST …/move and …/copy.
func (c *call) moveMessage(m *message, copied bool) error {
	if err := c.writeMail(); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	to, err := in.text("destinationId")
	if err != nil {
		return err
	}
	f, err := c.b.Folder(to)
	if err != nil {
		return err
	}
	if copied {
		return c.answerMessage(http.StatusCreated, c.b.Copy(m, f))
	}
	if c.quirks.NewIDs {
		twin := c.b.Copy(m, f)
		c.b.Remove(m)
		return c.answerMessage(http.StatusCreated, twin)
	}
	c.b.Move(m, f)
	return c.answerMessage(http.StatusCreated, m)
}
