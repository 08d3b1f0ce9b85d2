package graph

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
)

// object is a JSON object as it came.
type object map[string]json.RawMessage

// parameters reads the body of an action: its names come in Pascal and in camel case (facts, "Known gaps").
func (c *call) parameters() (object, error) {
	in, err := c.object()
	if err != nil {
		return nil, err
	}
	out := object{}
	for name, value := range in {
		if name != "" {
			out[strings.ToLower(name[:1])+name[1:]] = value
		}
	}
	return out, nil
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// decode reads a property; wrong types are the client's mistake.
func decode[T any](name string, raw json.RawMessage) (T, error) {
	var v T
	if isNull(raw) {
		return v, nil
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, badRequest("RequestBodyRead", "Cannot read the value of the property '"+name+"'.")
	}
	return v, nil
}

func (o object) text(name string) (string, error) { return decode[string](name, o[name]) }

type wireAddress struct {
	EmailAddress struct {
		Name    string `json:"name"`
		Address string `json:"address"`
	} `json:"emailAddress"`
}

func (w wireAddress) address() mailbox.Address {
	return mailbox.Address{Name: w.EmailAddress.Name, Addr: strings.TrimSpace(w.EmailAddress.Address)}
}

func decodeRecipients(name string, raw json.RawMessage) ([]mailbox.Address, error) {
	wire, err := decode[[]wireAddress](name, raw)
	if err != nil {
		return nil, err
	}
	var out []mailbox.Address
	for _, w := range wire {
		a := w.address()
		if local, domain, ok := strings.Cut(a.Addr, "@"); !ok || local == "" || domain == "" || strings.ContainsAny(a.Addr, " \r\n<>") {
			return nil, badRequest("ErrorInvalidRecipients", "At least one recipient is not valid.")
		}
		out = append(out, a)
	}
	return out, nil
}

type wireBody struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

func decodeBody(raw json.RawMessage) (mailbox.Body, error) {
	w, err := decode[wireBody]("body", raw)
	if err != nil {
		return mailbox.Body{}, err
	}
	switch strings.ToLower(w.ContentType) {
	case "html":
		return mailbox.Body{HTML: true, Text: w.Content}, nil
	case "text", "":
		return mailbox.Body{Text: w.Content}, nil
	}
	return mailbox.Body{}, badRequest("RequestBodyRead", "The value of body/contentType is not valid.")
}

// oneOf checks an enumeration.
func oneOf(name, value string, allowed ...string) (string, error) {
	for _, a := range allowed {
		if strings.EqualFold(a, value) {
			return a, nil
		}
	}
	return "", badRequest("RequestBodyRead", "Requested value '"+value+"' of '"+name+"' was not found.")
}

// messageEdit is what a message resource in a request changes: nothing is changed before all of it was read.
type messageEdit struct {
	read *bool
	set  []func(*message)
}

func (e *messageEdit) apply(m *message) {
	for _, set := range e.set {
		set(m)
	}
}

// draftOnly are the properties that only a draft takes (documentation of "Update message").
var draftOnly = map[string]bool{"subject": true, "body": true, "toRecipients": true, "ccRecipients": true, "bccRecipients": true, "replyTo": true, "from": true, "sender": true, "internetMessageId": true, "internetMessageHeaders": true}

// readMessage reads a message resource. Properties that are read-only are passed over, unknown ones refused.
func (c *call) readMessage(in object, draft bool) (*messageEdit, error) {
	e := &messageEdit{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		raw := in[name]
		if draftOnly[name] && !draft {
			return nil, badRequest("ErrorInvalidPropertySet", "The property '"+name+"' can be set on a draft only.")
		}
		if err := c.readMessageProperty(e, name, raw); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (c *call) readMessageProperty(e *messageEdit, name string, raw json.RawMessage) error {
	list := func(put func(*message, []mailbox.Address)) error {
		v, err := decodeRecipients(name, raw)
		e.set = append(e.set, func(m *message) { put(m, v) })
		return err
	}
	switch name {
	case "subject", "internetMessageId":
		v, err := decode[string](name, raw)
		if err == nil && len(v) > 4000 {
			err = badRequest("ErrorInvalidRequest", "The property '"+name+"' is too long.")
		}
		e.set = append(e.set, func(m *message) {
			if name == "subject" {
				m.Subject = v
			} else {
				m.InternetID = v
			}
		})
		return err
	case "body":
		v, err := decodeBody(raw)
		e.set = append(e.set, func(m *message) { m.SetBody(v) })
		return err
	case "toRecipients":
		return list(func(m *message, v []mailbox.Address) { m.To = v })
	case "ccRecipients":
		return list(func(m *message, v []mailbox.Address) { m.Cc = v })
	case "bccRecipients":
		return list(func(m *message, v []mailbox.Address) { m.Bcc = v })
	case "replyTo":
		return list(func(m *message, v []mailbox.Address) { m.ReplyTo = v })
	case "from", "sender":
		v, err := decode[wireAddress](name, raw)
		from := v.address()
		if err == nil && from.Addr != "" { // whether mail may leave in this name is asked when it is sent
			e.set = append(e.set, func(m *message) {
				if name == "from" {
					m.From = from
				} else {
					m.Sender = from
				}
			})
		}
		return err
	case "isRead":
		v, err := decode[bool](name, raw)
		e.read = &v
		return err
	case "isReadReceiptRequested":
		v, err := decode[bool](name, raw)
		e.set = append(e.set, func(m *message) { m.ReadReceipt = v })
		return err
	case "isDeliveryReceiptRequested":
		v, err := decode[bool](name, raw)
		e.set = append(e.set, func(m *message) { m.DeliveryReceipt = v })
		return err
	case "internetMessageHeaders":
		v, err := readHeaders(raw)
		e.set = append(e.set, func(m *message) { m.Headers = v })
		return err
	case "importance":
		v, err := decode[string](name, raw)
		if err == nil {
			v, err = oneOf(name, v, "low", "normal", "high")
		}
		e.set = append(e.set, func(m *message) { m.Importance = v })
		return err
	case "inferenceClassification":
		v, err := decode[string](name, raw)
		if err == nil {
			v, err = oneOf(name, v, "focused", "other")
		}
		e.set = append(e.set, func(m *message) { m.Other = v == "other" })
		return err
	case "categories":
		v, err := decode[[]string](name, raw)
		e.set = append(e.set, func(m *message) { m.Categories = v })
		return err
	case "flag":
		v, err := c.readFlag(raw)
		e.set = append(e.set, func(m *message) { m.Flag = v })
		return err
	case "singleValueExtendedProperties":
		v, err := readProps(raw)
		if !c.creating {
			v, err = fixedProps(raw)
		}
		e.set = append(e.set, func(m *message) { m.Props = merged(m.Props, v) })
		return err
	case "extensions":
		v, err := c.readExtensions(raw)
		e.set = append(e.set, func(m *message) { m.Extensions = v })
		return err
	case "attachments": // read by who makes a message
		return nil
	}
	return c.readOnly(name, knownProperty(messageSelectable, name))
}

// readOnly passes over annotations and properties that the service itself sets, and refuses what does not exist.
func (c *call) readOnly(name string, known bool) error {
	if known || strings.Contains(name, "@") {
		return nil
	}
	return badRequest("RequestBodyRead", "The property '"+name+"' does not exist on the type of the resource.")
}

func knownProperty[T any](of []property[T], name string) bool {
	for _, p := range of {
		if p.name == name {
			return true
		}
	}
	return false
}

func (c *call) readFlag(raw json.RawMessage) (mailbox.Flag, error) {
	w, err := decode[struct {
		FlagStatus        string    `json:"flagStatus"`
		StartDateTime     *wireTime `json:"startDateTime"`
		DueDateTime       *wireTime `json:"dueDateTime"`
		CompletedDateTime *wireTime `json:"completedDateTime"`
	}]("flag", raw)
	if err != nil {
		return mailbox.Flag{}, err
	}
	f := mailbox.Flag{Status: "notFlagged"}
	if w.FlagStatus != "" {
		if f.Status, err = oneOf("flagStatus", w.FlagStatus, "notFlagged", "complete", "flagged"); err != nil {
			return f, err
		}
	}
	for _, t := range []struct {
		from *wireTime
		to   *time.Time
	}{{w.StartDateTime, &f.Start}, {w.DueDateTime, &f.Due}, {w.CompletedDateTime, &f.Complete}} {
		if t.from != nil {
			if *t.to, _, err = t.from.instant(); err != nil {
				return f, err
			}
		}
	}
	if !f.Due.IsZero() && f.Start.IsZero() {
		return f, badRequest("ErrorInvalidRequest", "A flag's dueDateTime needs a startDateTime.")
	}
	if f.Status == "complete" && f.Complete.IsZero() {
		f.Complete = c.b.Now()
	}
	return f, nil
}

// readProps reads extended properties. Ids look like "String {guid} Name com.supercrm.marker" (documentation,
// "Outlook extended properties overview").
func readProps(raw json.RawMessage) (map[string]string, error) {
	w, err := decode[[]struct {
		ID    string `json:"id"`
		Value string `json:"value"`
	}]("singleValueExtendedProperties", raw)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, p := range w {
		part := strings.Fields(p.ID)
		if len(part) < 2 || !strings.Contains(p.ID, "{") && !strings.HasPrefix(part[1], "0x") {
			return nil, badRequest("ErrorInvalidPropertyId", "The extended property id is not valid.")
		}
		out[p.ID] = p.Value
	}
	return out, nil
}

func merged(old, fresh map[string]string) map[string]string {
	out := maps.Clone(old)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, fresh)
	return out
}

// maxAttachment is what one request may attach (facts, "Attachments and sending").
const maxAttachment = 3 << 20

type wireAttachment struct {
	Type         string          `json:"@odata.type"`
	Name         string          `json:"name"`
	ContentType  string          `json:"contentType"`
	IsInline     bool            `json:"isInline"`
	ContentID    string          `json:"contentId"`
	ContentBytes *string         `json:"contentBytes"`
	Item         json.RawMessage `json:"item"`
}

func (w wireAttachment) attachment() (*mailbox.Attachment, error) {
	switch w.Type {
	case "#microsoft.graph.fileAttachment":
	case "#microsoft.graph.itemAttachment":
		return w.itemAttachment()
	case "#microsoft.graph.referenceAttachment":
		return nil, badRequest("ErrorInvalidRequest", "A reference attachment can't be made with this version of the service.")
	default:
		return nil, badRequest("ErrorInvalidRequest", "The type of the attachment has to be given in @odata.type.")
	}
	if w.Name == "" || w.ContentBytes == nil {
		return nil, badRequest("ErrorInvalidRequest", "An attachment needs a name and contentBytes.")
	}
	data, err := base64.StdEncoding.DecodeString(*w.ContentBytes)
	if err != nil {
		return nil, badRequest("RequestBodyRead", "Cannot read the value of the property 'contentBytes'.")
	}
	if len(data) > maxAttachment {
		return nil, &refusal{413, "ErrorMessageSizeExceeded", "Attachments of 3 MB and more need an upload session."}
	}
	kind := w.ContentType
	if kind == "" {
		kind = "application/octet-stream"
	}
	return &mailbox.Attachment{Name: w.Name, Type: kind, Inline: w.IsInline, ContentID: w.ContentID, Bytes: data}, nil
}

// itemAttachment reads a message, event or contact that is attached as an item; it is kept as it was given.
func (w wireAttachment) itemAttachment() (*mailbox.Attachment, error) {
	item, err := decode[object]("item", w.Item)
	if err != nil {
		return nil, err
	}
	kind, err := item.text("@odata.type")
	if err != nil {
		return nil, err
	}
	kind = strings.TrimPrefix(kind, "#")
	switch kind {
	case "microsoft.graph.message", "microsoft.graph.event", "microsoft.graph.contact":
	default:
		return nil, badRequest("ErrorInvalidRequest", "The item of an attachment has to be a message, event or contact, named in its @odata.type.")
	}
	if w.Name == "" {
		return nil, badRequest("ErrorInvalidRequest", "An attachment needs a name.")
	}
	item["@odata.type"] = json.RawMessage(`"#` + kind + `"`)
	raw, err := json.Marshal(item)
	if err != nil {
		return nil, badRequest("RequestBodyRead", "Cannot read the value of the property 'item'.")
	}
	return &mailbox.Attachment{Kind: mailbox.ItemAttachment, Name: w.Name, Inline: w.IsInline, Item: raw}, nil
}

func readAttachments(raw json.RawMessage) ([]*mailbox.Attachment, error) {
	wire, err := decode[[]wireAttachment]("attachments", raw)
	if err != nil {
		return nil, err
	}
	var out []*mailbox.Attachment
	for _, w := range wire {
		a, err := w.attachment()
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}
