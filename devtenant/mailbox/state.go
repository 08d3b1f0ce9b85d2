package mailbox

import (
	"encoding/gob"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"supercrm/devtenant/recurrence"
)

// stateVersion changes when the written form does; another version is refused.
const stateVersion = 1

type registryState struct {
	Version int
	Epoch   string
	Boxes   int
	Grants  [][2]string // object ids: mailbox, delegate
}

type folderState struct {
	Folder                     Folder
	Num, Seq, Changed, Beneath uint64 // Beneath: number of the folder above, 0 for the root
}

type messageState struct {
	Message          Message
	Body             Body
	Num, Seq, Folder uint64
	Gen              uint16
	Read             bool
	LastFile         int32
}

type eventState struct {
	Event              Event
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
	Contact          Contact
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
	Messages       []messageState
	Calendars      []containerState
	Events         []eventState
	Accepted       []Accepted
	ContactFolders []containerState
	Contacts       []contactState
	Tombs          []tombState
	TombFloor      uint64
	TombLimit      int
}

// Changes grows whenever anything in any mailbox changes.
func (r *Registry) Changes() (n uint64) {
	for _, m := range r.All() {
		m.mu.Lock()
		n += m.box.seq
		m.mu.Unlock()
	}
	return n
}

// Save writes everything that a restart needs: delta links given before stay good. What tests look at, SentMail and
// Notices, is left out. Each mailbox is locked while it is written.
func (r *Registry) Save(w io.Writer) error {
	e := gob.NewEncoder(w)
	all := r.All()
	head := registryState{Version: stateVersion, Epoch: r.Epoch(), Boxes: len(all)}
	r.mu.RLock()
	for pair := range r.grants {
		head.Grants = append(head.Grants, [2]string{pair[0].owner.ObjectID, pair[1].owner.ObjectID})
	}
	r.mu.RUnlock()
	if err := e.Encode(head); err != nil {
		return fmt.Errorf("write the head of the state: %w", err)
	}
	for _, m := range all {
		m.mu.Lock()
		err := e.Encode(m.box.state())
		m.mu.Unlock()
		if err != nil {
			return fmt.Errorf("write a mailbox: %w", err)
		}
	}
	return nil
}

// Restore reads what Save has written into an empty registry, before anybody uses it.
func (r *Registry) Restore(from io.Reader) error {
	d := gob.NewDecoder(from)
	var head registryState
	if err := d.Decode(&head); err != nil {
		return fmt.Errorf("read the head of the state: %w", err)
	}
	if head.Version != stateVersion {
		return fmt.Errorf("the state has version %d, this program knows %d", head.Version, stateVersion)
	}
	for range head.Boxes {
		var s boxState
		if err := d.Decode(&s); err != nil {
			return fmt.Errorf("read a mailbox: %w", err)
		}
		m := r.Add(s.Owner)
		b, err := s.box(m.box)
		if err != nil {
			return err
		}
		m.box = b
	}
	r.epoch = head.Epoch
	for _, g := range head.Grants {
		r.GrantAccess(g[0], g[1])
	}
	return nil
}

func (b *Box) state() boxState {
	s := boxState{Owner: b.Owner, Zone: b.Zone, Photo: b.Photo, Shared: b.Shared, Settings: b.Settings, Extensions: b.Extensions, Records: b.records, Names: b.names, Accepted: b.accepted, Seq: b.seq, Next: b.next,
		TombFloor: b.tombFloor, TombLimit: b.tombLimit}
	for _, num := range slices.Sorted(maps.Keys(b.folders)) {
		f := b.folders[num]
		one := folderState{Folder: Folder{Name: f.Name, WellKnown: f.WellKnown, Props: f.Props}, Num: f.num, Seq: f.seq, Changed: f.changed}
		if f.Parent != nil {
			one.Beneath = f.Parent.num
		}
		s.Folders = append(s.Folders, one)
	}
	for _, m := range b.all {
		s.Messages = append(s.Messages, messageState{*m, m.Body(), m.num, m.seq, m.folder.num, m.gen, m.read, m.lastFile})
	}
	for _, c := range b.calendars {
		s.Calendars = append(s.Calendars, containerState{c.Name, c.Color, c.Hex, c.Default, c.Permissions, c.num, c.seq, 0, c.Props})
	}
	for _, e := range b.Events(nil) {
		s.Events = append(s.Events, e.state())
	}
	for _, f := range b.contactFolders {
		one := containerState{Name: f.Name, Default: f.Default, Num: f.num, Seq: f.seq}
		if f.Parent != nil {
			one.Beneath = f.Parent.num
		}
		s.ContactFolders = append(s.ContactFolders, one)
	}
	for _, num := range slices.Sorted(maps.Keys(b.contacts)) {
		c := b.contacts[num]
		s.Contacts = append(s.Contacts, contactState{*c, c.num, c.seq, c.folder.num})
	}
	for _, t := range b.tombs {
		one := tombState{Tombstone: t}
		if one.Tombstone.Series = nil; t.Series != nil {
			series := t.Series.state()
			one.Series = &series
		}
		s.Tombs = append(s.Tombs, one)
	}
	return s
}

func (e *Event) state() eventState {
	s := eventState{Event: *e, Num: e.num, Seq: e.seq, Calendar: e.calendar.num, Day: e.day, LastFile: e.lastFile, Deleted: e.DeletedDays()}
	for _, x := range e.Exceptions() {
		s.Exceptions = append(s.Exceptions, x.state())
	}
	return s
}
