package mailbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"

	"supercrm/devtenant/recurrence"
)

// errState is a state that does not hang together.
var errState = errors.New("the state names something that is not in it")

// Source is where Restore reads a mailbox from.
type Source struct {
	Box   []byte                       // Part.Box
	Items func(func(Item) error) error // calls for each item, tombstones in order; Body and Files are not looked at
	// Body reads a message's text again; it is called whenever somebody reads the message, from any goroutine.
	Body func(message uint64) string
	// File gives an attachment's bytes.
	File func(sum []byte) ([]byte, error)
	// Unclean: what was answered last may not be in it. Change counters and numbers go on behind a gap, so that none is
	// given out twice, and delta links from the gap are told to be too old.
	Unclean bool
}

// gap is more than a mailbox can change between two writes of the state.
const gap = 1 << 20

// Restore makes a mailbox as it was when its parts were written, before anybody uses it. A mailbox whose messages were
// not all written has to be in the registry already, filled as it was then.
func (r *Registry) Restore(src Source) error {
	var s boxState
	if err := json.Unmarshal(src.Box, &s); err != nil {
		return fmt.Errorf("read a mailbox: %w", err)
	}
	m := r.Add(s.Owner)
	b, err := s.box(m.box, src)
	if err != nil {
		return fmt.Errorf("restore the mailbox of %s: %w", s.Owner.UPN, err)
	}
	m.box = b
	return nil
}

// Grants lists who may use whose mailbox, as object ids: mailbox, delegate.
func (r *Registry) Grants() [][2]string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out [][2]string
	for _, of := range r.all {
		for _, who := range r.all {
			if r.grants[[2]*Mailbox{of, who}] {
				out = append(out, [2]string{of.owner.ObjectID, who.owner.ObjectID})
			}
		}
	}
	return out
}

// SetEpoch makes the registry go on as an earlier one, whose delta links stay good.
func (r *Registry) SetEpoch(epoch string) { r.epoch = epoch }

// box builds a mailbox from its state; before gives the clock, and the messages that were not written.
func (s *boxState) box(before *Box, src Source) (*Box, error) {
	b := newBox(s.Owner, before.now)
	b.unsaved = newUnsaved()
	b.Zone, b.Photo, b.Shared, b.quota, b.gaps, b.Extensions = s.Zone, s.Photo, s.Shared, s.Quota, s.Gaps, s.Extensions
	maps.Copy(b.Settings, s.Settings)
	maps.Copy(b.records, s.Records)
	b.accepted = s.Accepted
	maps.Copy(b.names, s.Names)
	b.seq, b.next, b.tombFloor, b.tombLimit = s.Seq, s.Next, s.TombFloor, s.TombLimit
	if err := s.folders(b); err != nil {
		return nil, err
	}
	calendars := map[uint64]*Calendar{}
	b.calendars = nil
	for _, one := range s.Calendars {
		c := &Calendar{Name: one.Name, Color: one.Color, Hex: one.Hex, Default: one.Default, Permissions: one.Permissions, Props: one.Props, num: one.Num, seq: one.Seq}
		b.calendars, calendars[c.num] = append(b.calendars, c), c
	}
	folders := s.contactFolders(b)
	r := &reader{b: b, src: src, calendars: calendars, folders: folders, told: map[uint64]bool{}}
	if err := src.Items(r.item); err != nil {
		return nil, err
	}
	if !s.Whole {
		r.unwritten(before)
	}
	b.unsaved.seq, b.unsaved.began, b.unsaved.whole = b.seq, true, s.Whole
	if src.Unclean {
		b.gaps = append(b.gaps, [2]uint64{b.seq, b.seq + gap})
		b.seq, b.next = b.seq+gap, min(b.next+gap, math.MaxUint32)
	}
	return b, nil
}

// reader puts items into a mailbox that is being restored.
type reader struct {
	b         *Box
	src       Source
	calendars map[uint64]*Calendar
	folders   map[uint64]*ContactFolder
	told      map[uint64]bool // messages that there was an item of
}

func (r *reader) item(i Item) error {
	var err error
	switch i.Kind {
	case KindMessage:
		err = r.message(i)
	case KindEvent:
		err = r.event(i)
	case KindContact:
		err = r.contact(i)
	case KindTombstone:
		err = r.tombstone(i)
	}
	if err != nil {
		return fmt.Errorf("item %c%d: %w", i.Kind, i.Num, err)
	}
	return nil
}

func (r *reader) message(i Item) error {
	r.told[i.Num] = true
	if i.State == nil {
		return nil
	}
	s := &messageState{}
	if err := json.Unmarshal(i.State, s); err != nil {
		return err
	}
	f := r.b.folders[s.Folder]
	if f == nil || s.Num != i.Num {
		return errState
	}
	m := s.Message
	var err error
	if m.Attachments, err = r.files(s.Attachments); err != nil {
		return err
	}
	m.num, m.seq, m.gen, m.read, m.lastFile, m.html, m.kept = s.Num, s.Seq, s.Gen, s.Read, s.LastFile, s.HTML, true
	num, html, read := m.num, s.HTML, r.src.Body
	m.Text = func() Body { return Body{HTML: html, Text: read(num)} }
	r.b.put(&m, f)
	return nil
}

// put adds a message as it was.
func (b *Box) put(m *Message, f *Folder) {
	m.folder, m.size = f, m.measure()
	b.mailSize += m.size
	b.messages[m.num] = m
	b.byInternet[m.InternetID] = m
	b.all.add(m)
	f.list.add(m)
	if !m.read {
		f.unread++
	}
}

// unwritten takes over the messages that nothing was written of.
func (r *reader) unwritten(before *Box) {
	for _, m := range before.all {
		f := r.b.folders[m.folder.num]
		if r.told[m.num] || f == nil {
			continue
		}
		m.kept = false
		r.b.put(m, f)
		r.b.unsaved.rest = append(r.b.unsaved.rest, m.num)
	}
}

func (r *reader) files(list []fileState) ([]*Attachment, error) {
	var out []*Attachment
	for _, one := range list {
		a := one.Attachment
		a.Item, a.Bytes = one.Item, nil
		if len(one.Sum) > 0 {
			var err error
			if a.Bytes, err = r.src.File(one.Sum); err != nil {
				return nil, err
			}
		}
		out = append(out, &a)
	}
	return out, nil
}

func (r *reader) event(i Item) error {
	var s eventState
	if err := json.Unmarshal(i.State, &s); err != nil {
		return err
	}
	e, err := r.eventOf(&s, r.calendars[s.Calendar])
	if err != nil {
		return err
	}
	if e.calendar == nil {
		return errState
	}
	b := r.b
	b.events[e.num], b.byUID[e.key()], b.unsaved.events[e.num] = e, e, true
	if e.TransactionID != "" {
		b.transactions[e.TransactionID] = e
	}
	return nil
}

// eventOf builds an event, with the exceptions of a series.
func (r *reader) eventOf(s *eventState, c *Calendar) (*Event, error) {
	e := s.Event
	var err error
	if e.Attachments, err = r.files(s.Attachments); err != nil {
		return nil, err
	}
	e.num, e.seq, e.calendar, e.day, e.lastFile = s.Num, s.Seq, c, s.Day, s.LastFile
	e.exceptions, e.deleted = map[recurrence.Day]*Event{}, map[recurrence.Day]bool{}
	for _, day := range s.Deleted {
		e.deleted[day] = true
	}
	for _, one := range s.Exceptions {
		x, err := r.eventOf(&one, c)
		if err != nil {
			return nil, err
		}
		x.master, x.exceptions, x.deleted = &e, nil, nil
		e.exceptions[x.day] = x
	}
	return &e, nil
}

func (r *reader) contact(i Item) error {
	s := &contactState{}
	if err := json.Unmarshal(i.State, s); err != nil {
		return err
	}
	c := s.Contact
	c.num, c.seq, c.folder = s.Num, s.Seq, r.folders[s.Folder]
	if c.folder == nil {
		return errState
	}
	r.b.contacts[c.num], r.b.unsaved.contacts[c.num] = &c, true
	return nil
}

func (r *reader) tombstone(i Item) error {
	var s tombState
	if err := json.Unmarshal(i.State, &s); err != nil {
		return err
	}
	t := s.Tombstone
	if s.Series != nil {
		// Its calendar may be gone; only the number counts.
		series, err := r.eventOf(s.Series, &Calendar{num: s.Series.Calendar})
		if err != nil {
			return err
		}
		t.Series = series
	}
	if t.Seq > r.b.tombFloor {
		r.b.tombs = append(r.b.tombs, t)
	}
	return nil
}

func (s *boxState) folders(b *Box) error {
	b.folders, b.wellKnown = map[uint64]*Folder{}, map[string]*Folder{}
	for _, one := range s.Folders {
		f := one.Folder
		f.num, f.seq, f.changed = one.Num, one.Seq, one.Changed
		b.folders[f.num] = &f
		if f.WellKnown != "" {
			b.wellKnown[f.WellKnown] = &f
		}
	}
	for _, one := range s.Folders {
		if one.Beneath == 0 {
			continue
		}
		parent := b.folders[one.Beneath]
		if parent == nil {
			return errState
		}
		b.adopt(parent, b.folders[one.Num])
	}
	b.root = b.wellKnown["msgfolderroot"]
	for _, well := range standard {
		if b.wellKnown[well.well] == nil || b.root == nil {
			return errState
		}
	}
	if len(s.Calendars) == 0 || len(s.ContactFolders) == 0 {
		return errState
	}
	return nil
}

func (s *boxState) contactFolders(b *Box) map[uint64]*ContactFolder {
	folders := map[uint64]*ContactFolder{}
	b.contactFolders = nil
	for _, one := range s.ContactFolders {
		f := &ContactFolder{Name: one.Name, Default: one.Default, num: one.Num, seq: one.Seq, Parent: folders[one.Beneath]}
		b.contactFolders, folders[f.num] = append(b.contactFolders, f), f
	}
	return folders
}
