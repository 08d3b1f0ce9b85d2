package graph

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// propSelector is the expansion that every Outlook item and folder knows.
const propSelector = "singleValueExtendedProperties"

// withProps adds the extended properties that an expansion names; without any of them the property is left out, as the
// service does. Other expansions are passed over.
func withProps(out fields, of map[string]string, expand []expansion) (fields, error) {
	for _, e := range expand {
		if !strings.EqualFold(e.name, propSelector) {
			continue
		}
		want, err := propFilter(e)
		if err != nil {
			return nil, err
		}
		if list := props(of, want); len(list) > 0 {
			out = append(out, field{propSelector, list})
		}
	}
	return out, nil
}

// propsOf reads the extended properties of a request's resource.
func propsOf(in object) (map[string]string, error) {
	if isNull(in[propSelector]) {
		return nil, nil
	}
	return readProps(in[propSelector])
}

// The MAPI properties that a message takes when it is made and at no other time (MS-OXPROPS: PidTagMessageFlags,
// PidTagMessageDeliveryTime, PidTagClientSubmitTime, PidTagConversationIndex, PidTagInReplyToId).
const (
	tagFlags        = 0x0E07
	tagDelivery     = 0x0E06
	tagSubmit       = 0x0039
	tagConversation = 0x0071
	tagInReplyTo    = 0x1042
)

// Bits of PidTagMessageFlags (MS-OXCMSG 2.2.1.6).
const (
	flagRead   = 0x1
	flagUnsent = 0x8
)

// importProps gives a new message what its extended properties say: with flags it is no draft, and read or not; with a
// delivery and a submit time it is as old as they say; with a conversation index it stands in its conversation. So mail
// is brought into a mailbox without being sent. read is nil where nothing is said about it.
func (m *importing) importProps() error {
	for id, value := range m.msg.Props {
		kind, tag, ok := tagged(id)
		if !ok {
			continue
		}
		var err error
		switch kind + " " + strconv.FormatUint(tag, 16) {
		case "integer " + strconv.FormatUint(tagFlags, 16):
			var flags int64
			if flags, err = strconv.ParseInt(strings.TrimSpace(value), 0, 32); err == nil {
				read := flags&flagRead != 0
				m.msg.Draft, m.read = flags&flagUnsent != 0, &read
			}
		case "systemtime " + strconv.FormatUint(tagDelivery, 16):
			m.msg.Received, err = systemTime(value)
		case "systemtime " + strconv.FormatUint(tagSubmit, 16):
			m.msg.Sent, err = systemTime(value)
		case "binary " + strconv.FormatUint(tagConversation, 16):
			var index []byte
			if index, err = base64.StdEncoding.DecodeString(value); err == nil && len(index) >= 22 {
				m.msg.Index = index
			}
		case "string " + strconv.FormatUint(tagInReplyTo, 16):
			m.msg.InReplyTo = value
		}
		if err != nil {
			return badRequest("ErrorInvalidPropertyRequest", "The value of the extended property '"+id+"' is not valid.")
		}
	}
	return nil
}

// importing is a message that is being made, before it is in a folder.
type importing struct {
	msg  *message
	read *bool
}

// tagged takes apart the id of a property with a tag, such as "Integer 0x0E07".
func tagged(id string) (kind string, tag uint64, ok bool) {
	kind, rest, _ := strings.Cut(strings.TrimSpace(id), " ")
	hex, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(rest)), "0x")
	if !ok {
		return "", 0, false
	}
	tag, err := strconv.ParseUint(hex, 16, 16)
	return strings.ToLower(kind), tag, err == nil
}

func systemTime(value string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.9999999"} {
		if at, err := time.Parse(layout, value); err == nil && at.Year() > 1600 && at.Year() < 4500 {
			return at.UTC().Truncate(time.Second), nil
		}
	}
	return time.Time{}, strconv.ErrSyntax
}

// fixedProps are what a message that exists does not change any more.
func fixedProps(raw json.RawMessage) (map[string]string, error) {
	out, err := readProps(raw)
	for id := range out {
		if _, tag, ok := tagged(id); ok && tag == tagFlags {
			delete(out, id)
		}
	}
	return out, err
}
