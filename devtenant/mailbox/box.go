package mailbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Address is a mailbox as mail and calendar write it.
type Address struct {
	Name, Addr string
}

// Box is a mailbox's state. It is reached through Mailbox.Do only, which holds the lock; its methods do not lock.
type Box struct {
	Owner Owner
	// Zone is the mailbox's time zone, a Windows name, as mailboxSettings has it.
	Zone string
	// Photo of the owner, JPEG or PNG; nil without.
	Photo []byte
	// Shared: it is nobody's own, such as that of a team; people reach it as delegates.
	Shared bool
	// Settings are the mailboxSettings that were changed, by name, besides the time zone, and those of the owner's profile,
	// by "user/name". Set changes them.
	Settings map[string]json.RawMessage
	// Extensions of the owner's profile.
	Extensions Extensions

	records   map[string][]*Record
	names     map[string]bool // of extensions that were ever used, lower-case
	nameLimit int
	accepted  []Accepted

	now func() time.Time
	tag mailboxTag

	seq  uint64 // the change counter: every change has its own number
	next uint64 // the last item number given

	root       *Folder
	folders    map[uint64]*Folder
	wellKnown  map[string]*Folder
	messages   map[uint64]*Message
	byInternet map[string]*Message // newest with that internetMessageId
	all        byReceived

	calendars    []*Calendar
	events       map[uint64]*Event
	transactions map[string]*Event
	byUID        map[string]*Event // see uidKey

	contactFolders []*ContactFolder
	contacts       map[uint64]*Contact

	tombs     []Tombstone
	tombFloor uint64 // tokens older than this have lost tombstones
	tombLimit int

	outgoing []Mail
	sent     []Mail
	notices  []Notice
	quiet    bool // no meeting mails are made
	search   searchIndex

	quota    Quota
	mailSize int64       // of the messages
	unsaved  *unsaved    // nil without a state file
	gaps     [][2]uint64 // change counters that were given out and lost, see Restore
}

// defaultTombstones bounds what deletions cost; a link older than the oldest of them is answered 410.
const defaultTombstones = 50_000

func newBox(owner Owner, now func() time.Time) *Box {
	b := &Box{
		Owner: owner, Zone: "W. Europe Standard Time", now: now, tag: tagOf(owner.ObjectID),
		folders: map[uint64]*Folder{}, wellKnown: map[string]*Folder{}, messages: map[uint64]*Message{},
		byInternet: map[string]*Message{}, events: map[uint64]*Event{}, transactions: map[string]*Event{}, byUID: map[string]*Event{}, Settings: map[string]json.RawMessage{}, records: map[string][]*Record{}, names: map[string]bool{}, nameLimit: DefaultNames,
		contacts: map[uint64]*Contact{}, tombLimit: defaultTombstones,
	}
	b.standardFolders()
	b.calendars = []*Calendar{{num: b.number(), Name: "Calendar", Color: "auto", Default: true}}
	b.touchCalendar(b.calendars[0])
	b.contactFolders = []*ContactFolder{{num: b.number(), Name: "Contacts", Default: true}}
	b.contactFolders[0].seq = b.tick()
	return b
}

// Now is the injected clock's time, in UTC, to the second as the service keeps it.
func (b *Box) Now() time.Time { return b.now().UTC().Truncate(time.Second) }

// Set keeps a setting, or forgets it when raw is nil or null.
func (b *Box) Set(name string, raw json.RawMessage) {
	if len(raw) == 0 || string(raw) == "null" {
		delete(b.Settings, name)
	} else {
		b.Settings[name] = raw
	}
	b.tick()
}

// Counter is the number of the last change.
func (b *Box) Counter() uint64 { return b.seq }

// Changed records that something was changed that has no counter of its own: a setting, the photo, a record's fields.
func (b *Box) Changed() { b.tick() }

func (b *Box) tick() uint64 {
	b.seq++
	return b.seq
}

func (b *Box) number() uint64 {
	b.next++
	return b.next
}

// Tombstone remembers that something has left a folder or calendar.
type Tombstone struct {
	Seq    uint64
	ID     ID
	Parent uint64 // number of the folder, calendar or contact folder that was left
	Moved  bool   // it is still somewhere in the mailbox
	// Series is what a series was before it was deleted or its pattern changed, for the ids of its occurrences.
	Series *Event
}

func (b *Box) bury(t Tombstone) {
	t.Seq = b.tick()
	b.tombs = append(b.tombs, t)
	if len(b.tombs) > b.tombLimit {
		drop := len(b.tombs) - b.tombLimit/2
		b.tombFloor = b.tombs[drop-1].Seq
		b.tombs = slices.Clone(b.tombs[drop:])
	}
}

// Tombstones of parent after the change counter since, oldest first. ErrSyncState says that since is too old, or has
// not been yet.
func (b *Box) Tombstones(parent, since uint64) ([]Tombstone, error) {
	lost := func(gap [2]uint64) bool { return since > gap[0] && since < gap[1] }
	if since < b.tombFloor || since > b.seq || slices.ContainsFunc(b.gaps, lost) {
		return nil, ErrSyncState
	}
	at, _ := slices.BinarySearchFunc(b.tombs, since+1, func(t Tombstone, seq uint64) int {
		switch {
		case t.Seq < seq:
			return -1
		case t.Seq > seq:
			return 1
		}
		return 0
	})
	var out []Tombstone
	for _, t := range b.tombs[at:] {
		if t.Parent == parent {
			out = append(out, t)
		}
	}
	return out, nil
}

// hash64 is a short, stable, opaque name for s in this mailbox.
func (b *Box) hash64(prefix, s string) string {
	sum := sha256.Sum256(append(b.tag[:], s...))
	return prefix + base64.RawURLEncoding.EncodeToString(sum[:24]) + "="
}

// CheckETag is the If-Match rule: "" and "*" match everything (RFC 9110, 13.1.1), else the ETag must be the item's.
func CheckETag(ifMatch, changeKey string) error {
	if ifMatch == "" || ifMatch == "*" {
		return nil
	}
	for tag := range strings.SplitSeq(ifMatch, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if strings.Trim(tag, `"`) == changeKey {
			return nil
		}
	}
	return ErrConflict
}
