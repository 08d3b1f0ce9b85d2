package graph

import (
	"net/http"
	"strconv"
	"strings"

	"supercrm/devtenant/mailbox"
)

var errMethod = &refusal{http.StatusMethodNotAllowed, "ErrorInvalidRequest", "The HTTP method is not allowed for this resource."}

// route sends a request within a mailbox to what answers it.
func (c *call) route(seg []string) error {
	if len(seg) == 0 {
		return c.me()
	}
	rest := seg[1:]
	if strings.HasPrefix(seg[0], "reminderView") && len(rest) == 0 {
		return c.reminderView(seg[0])
	}
	switch seg[0] {
	case "mailFolders":
		return c.mailFolders(rest)
	case "messages":
		return c.messages(nil, rest)
	case "sendMail":
		if len(rest) > 0 || c.r.Method != http.MethodPost {
			return errMethod
		}
		return c.sendNew()
	case "calendar":
		return c.inCalendar(c.b.DefaultCalendar(), rest)
	case "calendars":
		return c.calendars(rest)
	case "events":
		return c.events(nil, rest)
	case "calendarView":
		return c.calendarView(c.b.DefaultCalendar(), rest)
	case "contacts":
		return c.contacts(c.b.ContactFolders()[0], rest)
	case "contactFolders":
		return c.contactFolders(rest)
	case "mailboxSettings":
		return c.mailboxSettings(rest)
	case "photo", "photos":
		return c.ownPhoto(seg[0], rest)
	case "calendarGroups":
		return c.groups(rest)
	case "outlook":
		return c.outlook(rest)
	case "inferenceClassification":
		return c.inference(rest)
	case "onlineMeetings":
		return c.meetingRooms(rest)
	case "people":
		return c.people(rest)
	case "extensions":
		return c.extensions(c.ownBag(), rest)
	case "getMailTips":
		return errMethod // POST is answered before the mailbox is locked
	case "translateExchangeIds":
		return c.translateIDs(rest)
	}
	return errNoRoute
}

// messages routes …/messages/… of a folder, or of the whole mailbox when f is nil.
func (c *call) messages(f *folder, rest []string) error {
	get, post := c.r.Method == http.MethodGet, c.r.Method == http.MethodPost
	switch {
	case len(rest) == 0 && get:
		return c.listMessages(f)
	case len(rest) == 0 && post:
		return c.createMessage(f)
	case len(rest) == 0:
		return errMethod
	case rest[0] == "delta" && len(rest) == 1 && get:
		if f == nil {
			return badRequest("ErrorInvalidRequest", "Change tracking is not supported against 'microsoft.graph.message'.") // delta is per folder
		}
		return c.messageDelta(f)
	case rest[0] == "$count" && len(rest) == 1 && get:
		return c.countMessages(f)
	}
	if err := c.allow("Mail.Read", "Mail.ReadWrite", "Mail.Send"); err != nil {
		return err
	}
	m, err := c.b.Message(rest[0])
	if err != nil {
		return err
	}
	if f != nil && m.Folder() != f {
		return mailbox.ErrNotFound
	}
	if len(rest) == 1 {
		switch c.r.Method {
		case http.MethodGet:
			return c.getMessage(m)
		case http.MethodPatch:
			return c.patchMessage(m)
		case http.MethodDelete:
			return c.deleteMessage(m)
		}
		return errMethod
	}
	if rest[1] == "attachments" {
		return c.attachments(c.messageFiles(m), rest[2:])
	}
	if rest[1] == "extensions" {
		return c.extensions(c.messageBag(m), rest[2:])
	}
	if len(rest) == 2 && rest[1] == "$value" && get {
		return c.mimeOf(m)
	}
	if path := strings.Join(rest[1:], "/"); get && (path == "event" || path == "microsoft.graph.eventMessage/event") {
		return c.meetingEvent(m)
	}
	if len(rest) != 2 {
		return errNoRoute
	}
	if !post {
		return errMethod
	}
	switch rest[1] {
	case "createReply":
		return c.createAnswer(m, mailbox.ReplyToSender)
	case "createReplyAll":
		return c.createAnswer(m, mailbox.ReplyToAll)
	case "createForward":
		return c.createAnswer(m, mailbox.Forward)
	case "reply":
		return c.sendAnswer(m, mailbox.ReplyToSender)
	case "replyAll":
		return c.sendAnswer(m, mailbox.ReplyToAll)
	case "forward":
		return c.sendAnswer(m, mailbox.Forward)
	case "send":
		return c.sendDraft(m)
	case "move":
		return c.moveMessage(m, false)
	case "copy":
		return c.moveMessage(m, true)
	case "permanentDelete":
		if err := c.writeMail(); err != nil {
			return err
		}
		c.b.Remove(m)
		return c.noContent(http.StatusNoContent)
	}
	return errNoRoute
}

func (c *call) countMessages(f *folder) error {
	if err := c.readMail(); err != nil {
		return err
	}
	all, err := c.findMessages(f)
	if err != nil {
		return err
	}
	c.status, c.answer.body = http.StatusOK, []byte(strconv.Itoa(len(all)))
	c.header.Set("Content-Type", "text/plain")
	return nil
}
