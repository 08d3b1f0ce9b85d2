package mailbox

import (
	"errors"
	"maps"

	"supercrm/devtenant/recurrence"
)

// errState is a state that does not hang together.
var errState = errors.New("the state names something that is not in it")

// box builds a mailbox from its state; fresh gives the clock.
func (s *boxState) box(fresh *Box) (*Box, error) {
	b := newBox(s.Owner, fresh.now)
	b.Zone, b.Photo, b.Shared, b.Extensions = s.Zone, s.Photo, s.Shared, s.Extensions
	maps.Copy(b.Settings, s.Settings)
	maps.Copy(b.records, s.Records)
	b.accepted = s.Accepted
	maps.Copy(b.names, s.Names)
	b.seq, b.next, b.tombFloor, b.tombLimit = s.Seq, s.Next, s.TombFloor, s.TombLimit
	if err := s.folders(b); err != nil {
		return nil, err
	}
	for _, one := range s.Messages {
		m, f := one.Message, b.folders[one.Folder]
		if f == nil {
			return nil, errState
		}
		m.SetBody(one.Body)
		m.num, m.seq, m.gen, m.read, m.lastFile, m.folder = one.Num, one.Seq, one.Gen, one.Read, one.LastFile, f
		b.messages[m.num] = &m
		b.byInternet[m.InternetID] = &m
		b.all.add(&m)
		f.list.add(&m)
		if !m.read {
			f.unread++
		}
	}
	calendars := map[uint64]*Calendar{}
	b.calendars = nil
	for _, one := range s.Calendars {
		c := &Calendar{Name: one.Name, Color: one.Color, Hex: one.Hex, Default: one.Default, Permissions: one.Permissions, Props: one.Props, num: one.Num, seq: one.Seq}
		b.calendars, calendars[c.num] = append(b.calendars, c), c
	}
	for _, one := range s.Events {
		e := one.event(calendars[one.Calendar])
		if e.calendar == nil {
			return nil, errState
		}
		b.events[e.num], b.byUID[e.key()] = e, e
		if e.TransactionID != "" {
			b.transactions[e.TransactionID] = e
		}
	}
	for _, one := range s.Tombs {
		t := one.Tombstone
		if one.Series != nil {
			// Its calendar may be gone; only the number counts.
			t.Series = one.Series.event(&Calendar{num: one.Series.Calendar})
		}
		b.tombs = append(b.tombs, t)
	}
	return b, s.contacts(b)
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

func (s *boxState) contacts(b *Box) error {
	folders := map[uint64]*ContactFolder{}
	b.contactFolders = nil
	for _, one := range s.ContactFolders {
		f := &ContactFolder{Name: one.Name, Default: one.Default, num: one.Num, seq: one.Seq, Parent: folders[one.Beneath]}
		b.contactFolders, folders[f.num] = append(b.contactFolders, f), f
	}
	for _, one := range s.Contacts {
		c := one.Contact
		c.num, c.seq, c.folder = one.Num, one.Seq, folders[one.Folder]
		if c.folder == nil {
			return errState
		}
		b.contacts[c.num] = &c
	}
	return nil
}

// event builds an event, with the exceptions of a series.
func (s *eventState) event(c *Calendar) *Event {
	e := s.Event
	e.num, e.seq, e.calendar, e.day, e.lastFile = s.Num, s.Seq, c, s.Day, s.LastFile
	e.exceptions, e.deleted = map[recurrence.Day]*Event{}, map[recurrence.Day]bool{}
	for _, day := range s.Deleted {
		e.deleted[day] = true
	}
	for _, one := range s.Exceptions {
		x := one.event(c)
		x.master, x.exceptions, x.deleted = &e, nil, nil
		e.exceptions[x.day] = x
	}
	return &e
}
