package mailbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"supercrm/devtenant/recurrence"
)

// The written form of a mailbox: one boxState, and a JSON text for each message, event, contact and tombstone, so that a
// change writes little. Field names are the Go ones.

type folderState struct {
	Folder                     Folder
	Num, Seq, Changed, Beneath uint64 // Beneath: number of the folder above, 0 for the root
}

// fileState is an attachment without its bytes, which are found by their sum.
type fileState struct {
	Attachment
	Bytes []byte          `json:",omitempty"` // never written
	Item  json.RawMessage `json:",omitempty"`
	Sum   []byte          `json:",omitempty"`
}

type messageState struct {
	Message
	Attachments []fileState `json:",omitzero"`
	Num, Seq    uint64
	Folder      uint64
	Gen         uint16 `json:",omitzero"`
	Read        bool   `json:",omitzero"`
	HTML        bool   `json:",omitzero"` // of the body
	LastFile    int32  `json:",omitzero"`
}

type eventState struct {
	Event
	Attachments        []fileState
	Num, Seq, Calendar uint64
	Day                recurrence.Day
	LastFile           int32
	Exceptions         []eventState
	Deleted            []recurrence.Day
}

type containerState struct {
	Name, Color, Hex string
	Default          bool
	Permissions      []*Permission
	Num, Seq         uint64
	Beneath          uint64
	Props            map[string]string
}

type contactState struct {
	Contact
	Num, Seq, Folder uint64
}

type tombState struct {
	Tombstone Tombstone
	Series    *eventState
}

type boxState struct {
	Owner          Owner
	Zone           string
	Photo          []byte
	Shared         bool
	Settings       map[string]json.RawMessage
	Extensions     Extensions
	Records        map[string][]*Record
	Names          map[string]bool
	Seq, Next      uint64
	Folders        []folderState
	Calendars      []containerState
	Accepted       []Accepted
	ContactFolders []containerState
	TombFloor      uint64
	TombLimit      int
	Quota          Quota
	Gaps           [][2]uint64
	// Whole: every message is written. Else the state goes on top of the mailbox as it was filled.
	Whole bool
}

func (b *Box) state() boxState {
	s := boxState{Owner: b.Owner, Zone: b.Zone, Photo: b.Photo, Shared: b.Shared, Settings: b.Settings, Extensions: b.Extensions, Records: b.records, Names: b.names, Accepted: b.accepted, Seq: b.seq, Next: b.next,
		TombFloor: b.tombFloor, TombLimit: b.tombLimit, Quota: b.quota, Gaps: b.gaps}
	for _, num := range slices.Sorted(maps.Keys(b.folders)) {
		f := b.folders[num]
		one := folderState{Folder: Folder{Name: f.Name, WellKnown: f.WellKnown, Props: f.Props}, Num: f.num, Seq: f.seq, Changed: f.changed}
		if f.Parent != nil {
			one.Beneath = f.Parent.num
		}
		s.Folders = append(s.Folders, one)
	}
	for _, c := range b.calendars {
		s.Calendars = append(s.Calendars, containerState{c.Name, c.Color, c.Hex, c.Default, c.Permissions, c.num, c.seq, 0, c.Props})
	}
	for _, f := range b.contactFolders {
		one := containerState{Name: f.Name, Default: f.Default, Num: f.num, Seq: f.seq}
		if f.Parent != nil {
			one.Beneath = f.Parent.num
		}
		s.ContactFolders = append(s.ContactFolders, one)
	}
	return s
}

// Item is a thing of a mailbox in its written form.
type Item struct {
	Kind  Kind // KindMessage, KindEvent, KindContact, or KindTombstone with the change counter as its number
	Num   uint64
	State []byte // JSON; nil: the thing is gone
	Body  *Body  // of a message, when it was not given before or has changed
	Files []File // the files on it that State names by their sums
}

// KindTombstone is the kind of an Item that tells of a deletion. Nothing has an id of this kind.
const KindTombstone Kind = 't'

// File is an attachment's content.
type File struct {
	Sum   [32]byte // SHA-256 of Bytes
	Bytes []byte
}

// files writes attachments; what they hold goes to the item.
func (i *Item) files(list []*Attachment) []fileState {
	var out []fileState
	for _, a := range list {
		one := fileState{Attachment: *a, Item: a.Item}
		if len(a.Bytes) > 0 {
			sum := a.digest()
			one.Sum = sum[:]
			i.Files = append(i.Files, File{sum, a.Bytes})
		}
		out = append(out, one)
	}
	return out
}

func (b *Box) messageItem(m *Message) (Item, error) {
	item := Item{Kind: KindMessage, Num: m.num}
	s := messageState{Message: *m, Num: m.num, Seq: m.seq, Folder: m.folder.num, Gen: m.gen, Read: m.read, HTML: m.html, LastFile: m.lastFile}
	s.Attachments = item.files(m.Attachments)
	if !m.kept {
		body := m.Body()
		item.Body, s.HTML, m.html, m.kept = &body, body.HTML, body.HTML, true
		m.TextSize = len(body.Text) // now it is known
		s.TextSize = m.TextSize
		b.weigh(m)
	}
	return item.done(s)
}

func (i Item) done(state any) (Item, error) {
	raw, err := json.Marshal(state)
	if err != nil {
		return i, fmt.Errorf("write item %c%d: %w", i.Kind, i.Num, err)
	}
	i.State = raw
	return i, nil
}

func (i *Item) event(e *Event) eventState {
	s := eventState{Event: *e, Num: e.num, Seq: e.seq, Calendar: e.calendar.num, Day: e.day, LastFile: e.lastFile, Deleted: e.DeletedDays()}
	s.Attachments = i.files(e.Attachments)
	for _, x := range e.Exceptions() {
		s.Exceptions = append(s.Exceptions, i.event(x))
	}
	return s
}

func (b *Box) tombItem(t Tombstone) (Item, error) {
	item := Item{Kind: KindTombstone, Num: t.Seq}
	s := tombState{Tombstone: t}
	if s.Tombstone.Series = nil; t.Series != nil {
		series := item.event(t.Series)
		s.Series = &series
	}
	return item.done(s)
}
