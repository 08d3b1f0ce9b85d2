package graph

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"supercrm/devtenant/mailbox"
)

type attachment = mailbox.Attachment

var attachmentProps = []property[*attachment]{
	{name: "lastModifiedDateTime", get: func(_ *call, a *attachment) any { return dateTime(a.Modified) }},
	{name: "name", get: func(_ *call, a *attachment) any { return a.Name }},
	{name: "contentType", get: func(_ *call, a *attachment) any { return none(a.Type) }},
	{name: "size", get: func(_ *call, a *attachment) any { return len(a.Bytes) + len(a.Item) }},
	{name: "isInline", get: func(_ *call, a *attachment) any { return a.Inline }},
	{name: "contentId", get: func(_ *call, a *attachment) any { return none(a.ContentID) }},
	{name: "contentLocation", get: func(*call, *attachment) any { return nil }},
	{name: "contentBytes", get: func(_ *call, a *attachment) any { return base64.StdEncoding.EncodeToString(a.Bytes) }},
	{name: "id", hidden: true, get: nil},
}

// commonProps are the properties that items and links have, too.
var commonProps = attachmentProps[:5]

// holder is an item that has attachments.
type holder struct {
	path        string // for @odata.context
	key         string // the item's immutable id
	files       []*attachment
	id          func(*attachment) mailbox.ID
	find        func(id string) (*attachment, error)
	attach      func(*attachment) error
	detach      func(*attachment) error
	read, write func() error
}

func (c *call) messageFiles(m *message) holder {
	return holder{
		path: "messages('" + c.id(m.ID()) + "')/attachments", key: c.b.FormatID(m.ID(), true), files: m.Attachments,
		id:     func(a *attachment) mailbox.ID { return c.b.AttachmentID(m, a) },
		find:   func(id string) (*attachment, error) { return c.b.Attachment(m, id) },
		attach: func(a *attachment) error { c.b.Attach(m, a); return nil },
		detach: func(a *attachment) error { c.b.Detach(m, a); return nil },
		read:   c.readMail, write: c.writeMail,
	}
}

// eventFiles are an event's; adding one to an occurrence makes it an exception.
func (c *call) eventFiles(i instance) holder {
	own := func() (*mailbox.Event, error) {
		if i.Occurrence {
			return c.b.Except(i.Event, i.Day, func(*mailbox.Event) error { return nil })
		}
		return i.Event, nil
	}
	return holder{
		path: "events('" + c.id(i.ID()) + "')/attachments", key: c.b.FormatID(i.ID(), true), files: i.Event.Attachments,
		id:   func(a *attachment) mailbox.ID { return c.b.EventAttachmentID(i.Event, a) },
		find: func(id string) (*attachment, error) { return c.b.EventAttachment(i.Event, id) },
		attach: func(a *attachment) error {
			e, err := own()
			if err == nil {
				c.b.AttachEvent(e, a)
			}
			return err
		},
		detach: func(a *attachment) error {
			e, err := own()
			if err == nil {
				c.b.DetachEvent(e, a)
			}
			return err
		},
		read: c.readCalendar, write: c.writeCalendar,
	}
}

func (c *call) attachmentFields(h holder, a *attachment, sel selection) fields {
	id := field{"id", c.id(h.id(a))}
	switch a.Kind {
	case mailbox.ItemAttachment:
		out := render(c, fields{{"@odata.type", "#microsoft.graph.itemAttachment"}, id}, commonProps, a, sel)
		if c.wantsItem() {
			out = append(out, field{"item", a.Item})
		}
		return out
	case mailbox.ReferenceAttachment:
		return render(c, fields{{"@odata.type", "#microsoft.graph.referenceAttachment"}, id}, commonProps, a, sel)
	}
	head := fields{{"@odata.type", "#microsoft.graph.fileAttachment"}, {"@odata.mediaContentType", a.Type}, id}
	return render(c, head, attachmentProps[:len(attachmentProps)-1], a, sel)
}

// wantsItem says whether $expand=microsoft.graph.itemAttachment/item was asked for.
func (c *call) wantsItem() bool {
	return strings.Contains(strings.ToLower(c.query.Get("$expand")), "microsoft.graph.itemattachment/item")
}

// attachments routes …/attachments[/{id}[/$value]] of a message or event.
func (c *call) attachments(h holder, rest []string) error {
	read := c.r.Method == http.MethodGet
	switch {
	case len(rest) == 0 && read:
		return c.listAttachments(h)
	case len(rest) == 0 && c.r.Method == http.MethodPost:
		return c.addAttachment(h)
	case len(rest) == 0:
		return errMethod
	case len(rest) == 1 && rest[0] == "createUploadSession" && c.r.Method == http.MethodPost:
		return c.createUpload(h)
	case len(rest) == 1 && rest[0] == "$count" && read:
		if err := h.read(); err != nil {
			return err
		}
		return c.plain(strconv.Itoa(len(h.files)))
	}
	if read {
		if err := h.read(); err != nil {
			return err
		}
	} else if err := h.write(); err != nil {
		return err
	}
	a, err := h.find(rest[0])
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 1 && read:
		sel, err := selected(c.query.Get("$select"), attachmentProps)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, h.path+"/$entity", c.attachmentFields(h, a, sel))
	case len(rest) == 1 && c.r.Method == http.MethodDelete:
		if err := h.detach(a); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
	case len(rest) == 2 && rest[1] == "$value" && read:
		if a.Kind != mailbox.FileAttachment {
			return badRequest("ErrorInvalidRequest", "Only the content of a file can be read.")
		}
		c.status, c.answer.body = http.StatusOK, a.Bytes
		c.header.Set("Content-Type", a.Type)
		return nil
	}
	return errMethod
}

func (c *call) listAttachments(h holder) error {
	if err := h.read(); err != nil {
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
	for _, a := range cut(p, h.files) {
		page = append(page, c.attachmentFields(h, a, sel))
	}
	return c.listing(h.path, p, len(h.files), page)
}

func (c *call) addAttachment(h holder) error {
	if err := h.write(); err != nil {
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
	if len(h.files) >= maxAttachments {
		return badRequest("ErrorAttachmentSizeLimitExceeded", "The item has too many attachments.")
	}
	if err := h.attach(a); err != nil {
		return err
	}
	return c.one(http.StatusCreated, h.path+"/$entity", c.attachmentFields(h, a, nil))
}

// maxAttachments is Exchange Online's limit for one item.
const maxAttachments = 250

// plain answers with text, as $count does.
func (c *call) plain(text string) error {
	c.status, c.answer.body = http.StatusOK, []byte(text)
	c.header.Set("Content-Type", "text/plain")
	return nil
}

// bag is an item that has open extensions.
type bag struct {
	path        string
	list        mailbox.Extensions
	set         func(mailbox.Extensions) error
	read, write func() error
}

func (c *call) messageBag(m *message) bag {
	return bag{"messages('" + c.id(m.ID()) + "')/extensions", m.Extensions, func(l mailbox.Extensions) error {
		c.b.Touch(m, func() { m.Extensions = l })
		return nil
	}, c.readMail, c.writeMail}
}

func (c *call) eventBag(i instance) bag {
	return bag{"events('" + c.id(i.ID()) + "')/extensions", i.Event.Extensions, func(l mailbox.Extensions) error {
		set := func(e *mailbox.Event) error { e.Extensions = l; return nil }
		if i.Occurrence {
			_, err := c.b.Except(i.Event, i.Day, set)
			return err
		}
		return c.b.Change(i.Event, set)
	}, c.readCalendar, c.writeCalendar}
}

func (c *call) contactBag(p *contact) bag {
	return bag{"contacts('" + c.id(p.ID()) + "')/extensions", p.Extensions, func(l mailbox.Extensions) error {
		p.Extensions = l
		c.b.TouchContact(p)
		return nil
	}, c.readContacts, c.writeContacts}
}

// ownBag are the extensions of the owner's profile.
func (c *call) ownBag() bag {
	return bag{"extensions", c.b.Extensions, func(l mailbox.Extensions) error {
		c.b.Extensions = l
		c.b.Set("", nil)
		return nil
	}, func() error { return c.allow("User.Read", "User.ReadWrite", "User.Read.All") }, func() error { return c.allow("User.ReadWrite", "User.ReadWrite.All") }}
}

// without is the list without one of its extensions.
func without(list mailbox.Extensions, x *mailbox.Extension) mailbox.Extensions {
	return slices.DeleteFunc(slices.Clone(list), func(y *mailbox.Extension) bool { return y == x })
}
