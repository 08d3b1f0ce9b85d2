package graph

import (
	"encoding/base64"
	"strings"

	"supercrm/devtenant/mailbox"
)

type message = mailbox.Message

// messageProps are the properties of a message in the order that the service writes them (names: OpenAPI, message).
var messageProps = []property[*message]{
	{name: "createdDateTime", get: func(_ *call, m *message) any { return dateTime(m.Created) }},
	{name: "lastModifiedDateTime", get: func(_ *call, m *message) any { return dateTime(m.Modified) }},
	{name: "changeKey", get: func(c *call, m *message) any { return c.b.ChangeKey(m) }},
	{name: "categories", get: func(_ *call, m *message) any { return texts(m.Categories) }},
	{name: "receivedDateTime", get: func(_ *call, m *message) any { return dateTime(m.Received) }},
	{name: "sentDateTime", get: func(_ *call, m *message) any { return dateTime(m.Sent) }},
	{name: "hasAttachments", get: func(_ *call, m *message) any { return m.HasFiles() }},
	{name: "internetMessageId", get: func(_ *call, m *message) any { return m.InternetID }},
	{name: "subject", get: func(_ *call, m *message) any { return m.Subject }},
	{name: "bodyPreview", get: func(_ *call, m *message) any { return m.Preview() }},
	{name: "importance", get: func(_ *call, m *message) any { return m.Importance }},
	{name: "parentFolderId", get: func(c *call, m *message) any { return c.id(m.Folder().ID()) }},
	{name: "conversationId", get: func(c *call, m *message) any { return c.b.Conversation(m) }},
	{name: "conversationIndex", get: func(_ *call, m *message) any { return base64.StdEncoding.EncodeToString(m.Index) }},
	{name: "isDeliveryReceiptRequested", get: func(_ *call, m *message) any {
		if m.Draft {
			return m.DeliveryReceipt
		}
		return nil
	}},
	{name: "isReadReceiptRequested", get: func(_ *call, m *message) any { return m.ReadReceipt }},
	{name: "isRead", get: func(_ *call, m *message) any { return m.Read() }},
	{name: "isDraft", get: func(_ *call, m *message) any { return m.Draft }},
	{name: "webLink", get: func(c *call, m *message) any {
		return "https://outlook.office365.com/owa/?ItemID=" + c.id(m.ID()) + "&exvsurl=1&viewmodel=ReadMessageItem"
	}},
	{name: "inferenceClassification", get: func(_ *call, m *message) any {
		if m.Other {
			return "other"
		}
		return "focused"
	}},
	{name: "body", get: func(c *call, m *message) any { return c.itemBody(m.Body()) }},
	{name: "uniqueBody", hidden: true, get: func(c *call, m *message) any { return c.itemBody(uniqueBody(m.Body())) }},
	{name: "sender", get: func(_ *call, m *message) any { return recipient(m.Sender) }},
	{name: "from", get: func(_ *call, m *message) any { return recipient(m.From) }},
	{name: "toRecipients", get: func(_ *call, m *message) any { return recipients(m.To) }},
	{name: "ccRecipients", get: func(_ *call, m *message) any { return recipients(m.Cc) }},
	{name: "bccRecipients", get: func(_ *call, m *message) any { return recipients(m.Bcc) }},
	{name: "replyTo", get: func(_ *call, m *message) any { return recipients(m.ReplyTo) }},
	{name: "flag", get: func(c *call, m *message) any {
		out := fields{{"flagStatus", m.Flag.Status}}
		if !m.Flag.Due.IsZero() {
			out = append(out, field{"startDateTime", c.zoned(m.Flag.Start, false)}, field{"dueDateTime", c.zoned(m.Flag.Due, false)})
		}
		if !m.Flag.Complete.IsZero() {
			out = append(out, field{"completedDateTime", c.zoned(m.Flag.Complete, false)})
		}
		return out
	}},
	{name: "internetMessageHeaders", hidden: true, get: func(_ *call, m *message) any {
		out := []fields{{{"name", "Message-ID"}, {"value", m.InternetID}}, {{"name", "Subject"}, {"value", m.Subject}}}
		if m.InReplyTo != "" {
			out = append(out, fields{{"name", "In-Reply-To"}, {"value", m.InReplyTo}})
		}
		for _, h := range m.Headers {
			out = append(out, fields{{"name", h.Name}, {"value", h.Value}})
		}
		return out
	}},
}

// uniqueBody is the part of a body above the quoted original.
func uniqueBody(b mailbox.Body) mailbox.Body {
	for _, mark := range []string{`<hr tabindex="-1"`, `<div id="divRplyFwdMsg"`} {
		if at := strings.Index(b.Text, mark); b.HTML && at >= 0 {
			b.Text = b.Text[:at] + "</body></html>"
		}
	}
	return b
}

// messageFields renders a message; every one has etag and id.
func (c *call) messageFields(m *message, sel selection, expand []expansion) (fields, error) {
	head := fields{{"@odata.etag", etag(c.b.ChangeKey(m))}, {"id", c.id(m.ID())}}
	if m.Meeting != nil {
		head = append(fields{{"@odata.type", meetingType(m.Meeting)}}, head...)
	}
	out := render(c, head, messageProps, m, sel)
	if m.Meeting != nil {
		out = append(out, c.meetingFields(m, sel)...)
	}
	for _, e := range expand {
		if strings.EqualFold(e.name, "attachments") {
			files, err := selected(e.options.Get("$select"), attachmentProps)
			if err != nil {
				return nil, err
			}
			list, holder := []fields{}, c.messageFiles(m)
			for _, a := range m.Attachments {
				list = append(list, c.attachmentFields(holder, a, files))
			}
			out = append(out, field{"attachments", list})
			continue
		}
		if strings.EqualFold(e.name, "extensions") {
			if len(m.Extensions) > 0 {
				out = append(out, field{"extensions", c.extensionList(m.Extensions, e)})
			}
			continue
		}
		var err error
		if out, err = withProps(out, m.Props, []expansion{e}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// messageGetter gives what messages can be filtered and ordered by.
func (c *call) messageGetter(m *message) getter {
	return func(path string) (any, bool) {
		switch strings.ToLower(path) {
		case "isread":
			return m.Read(), true
		case "isdraft":
			return m.Draft, true
		case "hasattachments":
			return m.HasFiles(), true
		case "receiveddatetime":
			return m.Received, true
		case "sentdatetime":
			return m.Sent, true
		case "lastmodifieddatetime":
			return m.Modified, true
		case "createddatetime":
			return m.Created, true
		case "subject":
			return m.Subject, true
		case "importance":
			return m.Importance, true
		case "conversationid":
			return c.b.Conversation(m), true
		case "internetmessageid":
			return m.InternetID, true
		case "parentfolderid":
			return c.id(m.Folder().ID()), true
		case "flag/flagstatus":
			return m.Flag.Status, true
		case "from/emailaddress/address":
			return m.From.Addr, true
		case "from/emailaddress/name":
			return m.From.Name, true
		case "sender/emailaddress/address":
			return m.Sender.Addr, true
		case "sender/emailaddress/name":
			return m.Sender.Name, true
		case "isreadreceiptrequested":
			return m.ReadReceipt, true
		case "inferenceclassification":
			if m.Other {
				return "other", true
			}
			return "focused", true
		case "body/content":
			return m.Body().Text, true
		case "bodypreview":
			return m.Preview(), true
		case "torecipients":
			return addressGetters(m.To), true
		case "ccrecipients":
			return addressGetters(m.Cc), true
		case "bccrecipients":
			return addressGetters(m.Bcc), true
		case "categories":
			return textGetters(m.Categories), true
		case "singlevalueextendedproperties":
			return propGetters(m.Props), true
		}
		return nil, false
	}
}

func textGetters(list []string) []getter {
	var out []getter
	for _, s := range list {
		out = append(out, func(string) (any, bool) { return s, true })
	}
	return out
}

func propGetters(of map[string]string) []getter {
	var out []getter
	for id, value := range of {
		out = append(out, func(path string) (any, bool) {
			if strings.HasSuffix(strings.ToLower(path), "/id") {
				return id, true
			}
			return value, true
		})
	}
	return out
}

// addressGetters are recipients as a collection: r/emailAddress/address, r/emailAddress/name.
func addressGetters(list []mailbox.Address) []getter {
	var out []getter
	for _, a := range list {
		out = append(out, func(path string) (any, bool) {
			if strings.HasSuffix(strings.ToLower(path), "/name") {
				return a.Name, true
			}
			return a.Addr, true
		})
	}
	return out
}

// messagePaths are those of messageGetter.
var messagePaths = map[string]bool{"isread": true, "isdraft": true, "hasattachments": true, "receiveddatetime": true, "sentdatetime": true,
	"lastmodifieddatetime": true, "createddatetime": true, "subject": true, "importance": true, "conversationid": true, "internetmessageid": true,
	"parentfolderid": true, "flag/flagstatus": true, "from/emailaddress/address": true, "from/emailaddress/name": true, "sender/emailaddress/address": true,
	"sender/emailaddress/name": true, "isreadreceiptrequested": true, "inferenceclassification": true, "body/content": true, "bodypreview": true,
	"torecipients": true, "ccrecipients": true, "bccrecipients": true, "categories": true, "singlevalueextendedproperties": true}

// knownMessagePath does not need an item: it asks by name.
func knownMessagePath(path string) bool { return messagePaths[strings.ToLower(path)] }
