package mailbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"supercrm/devtenant/recurrence"
)

// Kind says what an id is the id of.
type Kind byte

// The kinds of things that have an id.
const (
	KindMessage         Kind = 'm'
	KindAttachment      Kind = 'a' // Sub is its number on the message
	KindEventAttachment Kind = 'b' // Sub is its number on the event
	KindEvent           Kind = 'e'
	KindOccurrence      Kind = 'o' // of the series Num on the original day Sub; an exception keeps the id
	KindContact         Kind = 'c'
	KindFolder          Kind = 'f'
	KindCalendar        Kind = 'k'
	KindContactFolder   Kind = 'g'
)

// ID is what an id says. Messages, attachments, events and contacts have two written forms: the default id, which
// holds the number of moves (Gen) and so changes when the item moves, and the immutable one (facts: "default ids: a
// move makes a new id"; "immutable ids survive moves"). Containers have one form for good.
type ID struct {
	Kind Kind
	Num  uint64
	Gen  uint16
	Sub  int32
}

const (
	prefixDefault   = "AAMkADEw"
	prefixImmutable = "AAkALgAA"
	idTail          = "AAA="
	idBytes         = 8 + 1 + 2 + 8 + 4
)

type mailboxTag [8]byte

func tagOf(objectID string) (t mailboxTag) {
	sum := sha256.Sum256([]byte("mailbox " + strings.ToLower(objectID)))
	copy(t[:], sum[:])
	return t
}

// FormatID writes id; immutable asks for the form that survives moves.
func (b *Box) FormatID(id ID, immutable bool) string {
	prefix := prefixDefault
	if immutable && !id.Kind.container() {
		prefix = prefixImmutable
		id.Gen = 0
	}
	var raw [idBytes]byte
	copy(raw[:8], b.tag[:])
	raw[8] = byte(id.Kind)
	binary.BigEndian.PutUint16(raw[9:], id.Gen)
	binary.BigEndian.PutUint64(raw[11:], id.Num)
	binary.BigEndian.PutUint32(raw[19:], uint32(id.Sub))
	return prefix + base64.RawURLEncoding.EncodeToString(raw[:]) + idTail
}

func (k Kind) container() bool { return k == KindFolder || k == KindCalendar || k == KindContactFolder }

// ParseID reads either form; immutable tells which it was. An id of another mailbox is ErrNotFound, anything else that
// is not an id of the service ErrMalformedID. Ids are case-sensitive.
func (b *Box) ParseID(s string) (id ID, immutable bool, err error) {
	rest, ok := strings.CutPrefix(s, prefixDefault)
	if !ok {
		if rest, immutable = strings.CutPrefix(s, prefixImmutable); !immutable {
			return ID{}, false, ErrMalformedID
		}
	}
	rest, ok = strings.CutSuffix(rest, idTail)
	raw, decodeErr := base64.RawURLEncoding.Strict().DecodeString(rest)
	if !ok || decodeErr != nil || len(raw) != idBytes {
		return ID{}, false, ErrMalformedID
	}
	if mailboxTag(raw[:8]) != b.tag {
		return ID{}, false, ErrNotFound
	}
	return ID{
		Kind: Kind(raw[8]),
		Gen:  binary.BigEndian.Uint16(raw[9:]),
		Num:  binary.BigEndian.Uint64(raw[11:]),
		Sub:  int32(binary.BigEndian.Uint32(raw[19:])),
	}, immutable, nil
}

// parse reads an id that must be of the kind.
func (b *Box) parse(s string, kind Kind) (ID, bool, error) {
	id, immutable, err := b.ParseID(s)
	if err == nil && id.Kind != kind {
		err = ErrNotFound
	}
	return id, immutable, err
}

// changeKey writes the state of an item that was last changed at seq.
func (b *Box) changeKey(kind Kind, num, seq uint64, sub recurrence.Day) string {
	var raw [22]byte
	copy(raw[:], "\x09\x00\x00\x00\x16\x00\x00\x00")
	raw[5] = byte(kind)
	binary.BigEndian.PutUint32(raw[6:], uint32(num))
	binary.BigEndian.PutUint64(raw[10:], seq)
	binary.BigEndian.PutUint32(raw[18:], uint32(sub))
	return base64.StdEncoding.EncodeToString(raw[:])
}
