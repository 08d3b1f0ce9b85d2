package outlook

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Pages of messages are most of what is read, and encoding/json spends most of a first mirroring's time on them. They are
// decoded here from the tokens of jsontext, which is the coming package encoding/json/jsontext. The result is that of
// encoding/json (a fuzz test compares them), but for names that occur twice in an object: there the last one counts.

// decoder reads values of the kinds that Graph's items are made of.
type decoder struct {
	*jsontext.Decoder
	text []byte // for texts with escapes
}

func newDecoder(r io.Reader) *decoder {
	// As encoding/json: bad UTF-8 becomes U+FFFD, and a name may occur twice.
	return &decoder{Decoder: jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
}

// fastItem is an item with a decoding of its own.
type fastItem interface{ decode(d *decoder) error }

// item reads the next value into p, which points to a zero value.
func item(d *decoder, p any) error {
	if fast, ok := p.(fastItem); ok {
		return fast.decode(d)
	}
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, p)
}

// kindError says that a value is not of the kind that belongs there. Like encoding/json, we take null for "nothing".
type kindError struct {
	want string
	got  jsontext.Kind
}

func (e kindError) Error() string { return fmt.Sprintf("%s expected, found %v", e.want, e.got) }

// object calls field for each member with its name, in quotes as it came. field must read the value. ok is false when
// there is null instead.
func (d *decoder) object(field func(name []byte) error) (ok bool, err error) {
	if ok, err := d.begin('{'); !ok {
		return false, err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadValue()
		if err != nil {
			return false, err
		}
		if err := field(name); err != nil {
			return false, err
		}
	}
	_, err = d.ReadToken()
	return true, err
}

// list calls element before each element, which it must read.
func (d *decoder) list(element func() error) (ok bool, err error) {
	if ok, err := d.begin('['); !ok {
		return false, err
	}
	for d.PeekKind() != ']' {
		if err := element(); err != nil {
			return false, err
		}
	}
	_, err = d.ReadToken()
	return true, err
}

func (d *decoder) begin(want jsontext.Kind) (bool, error) {
	t, err := d.ReadToken()
	if err != nil {
		return false, err
	}
	switch t.Kind() {
	case want:
		return true, nil
	case 'n':
		return false, nil
	}
	return false, kindError{map[jsontext.Kind]string{'{': "object", '[': "list"}[want], t.Kind()}
}

// string reads a text; ok is false for null.
func (d *decoder) string() (s string, ok bool, err error) {
	raw, err := d.ReadValue()
	if err != nil {
		return "", false, err
	}
	switch raw.Kind() {
	case 'n':
		return "", false, nil
	case '"':
		return d.unquote(raw), true, nil
	}
	return "", false, kindError{"text", raw.Kind()}
}

// unquote decodes a text that the decoder has found well formed.
func (d *decoder) unquote(raw []byte) string {
	if plain(raw) {
		return string(raw[1 : len(raw)-1])
	}
	// What it may complain of is bad UTF-8, which it has replaced.
	d.text, _ = jsontext.AppendUnquote(d.text[:0], raw)
	s := string(d.text)
	if cap(d.text) > maxScratch {
		d.text = nil
	}
	return s
}

const maxScratch = 1 << 20

func plain(raw []byte) bool {
	for _, c := range raw {
		if c == '\\' {
			return false
		}
	}
	return utf8.Valid(raw)
}

func (d *decoder) intoText(to *string) error {
	s, ok, err := d.string()
	if ok {
		*to = s
	}
	return err
}

// textPtr makes *to point to room that holds the text, or to nothing for null.
func (d *decoder) textPtr(to **string, room *string) error {
	s, ok, err := d.string()
	*to = nil
	if ok {
		*room, *to = s, room
	}
	return err
}

func (d *decoder) flagPtr(to **bool, room *bool) error {
	t, err := d.ReadToken()
	if err != nil {
		return err
	}
	*to = nil
	switch t.Kind() {
	case 't', 'f':
		*room, *to = t.Bool(), room
	case 'n':
	default:
		return kindError{"true or false", t.Kind()}
	}
	return nil
}

func (d *decoder) timePtr(to **time.Time, room *time.Time) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	*to = nil
	if raw.Kind() == 'n' {
		return nil
	}
	if err := room.UnmarshalJSON(raw); err != nil {
		return err
	}
	*to = room
	return nil
}

func (d *decoder) address(to *EmailAddress) error {
	_, err := d.object(func(name []byte) error {
		switch member(d, name, "name", "address") {
		case "name":
			return d.intoText(&to.Name)
		case "address":
			return d.intoText(&to.Address)
		}
		return d.SkipValue()
	})
	return err
}

func (d *decoder) recipient(to *Recipient) (ok bool, err error) {
	return d.object(func(name []byte) error {
		if member(d, name, "emailAddress") != "" {
			return d.address(&to.EmailAddress)
		}
		return d.SkipValue()
	})
}

func (d *decoder) recipients(to **[]Recipient) error {
	list := []Recipient{}
	ok, err := d.list(func() error {
		var r Recipient
		_, err := d.recipient(&r)
		list = append(list, r)
		return err
	})
	*to = nil
	if ok {
		*to = &list
	}
	return err
}

func (d *decoder) texts(to **[]string) error {
	list := []string{}
	ok, err := d.list(func() error {
		var s string
		err := d.intoText(&s)
		list = append(list, s)
		return err
	})
	*to = nil
	if ok {
		*to = &list
	}
	return err
}

// member finds which of the known members a name in quotes is: as it stands, or, like encoding/json, whatever the case
// of its letters. "" is none.
func member(d *decoder, name []byte, known ...string) string {
	if len(name) < 2 {
		return ""
	}
	for _, k := range known {
		if string(name[1:len(name)-1]) == k {
			return k
		}
	}
	return folded(d.unquote(name), known)
}

func folded(name string, known []string) string {
	for _, k := range known {
		if strings.EqualFold(name, k) {
			return k
		}
	}
	return ""
}
