package mailbox

import (
	"slices"
	"strings"
	"time"
)

// What follows is for tests and for the demo: it reads and changes the mailbox as other people and other programs would.
// All of it takes the lock itself.

// SentMail lists everything that left the mailbox, oldest first: through send, sendMail, reply, replyAll and forward.
func (m *Mailbox) SentMail() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.box.sent)
}

// Notices lists the meeting mails that changes of events caused, oldest first.
func (m *Mailbox) Notices() []Notice {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.box.notices)
}

// Counts of a mail folder by id or well-known name; zeros when there is none.
func (m *Mailbox) Counts(folder string) (total, unread int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, err := m.box.Folder(folder)
	if err != nil {
		return 0, 0
	}
	return f.Counts()
}

// Deliver puts mail into the inbox, as if it had come from outside, and returns its immutable id.
func (m *Mailbox) Deliver(mail Mail) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.box.FormatID(m.box.deliver(mail).ID(), true)
}

func (b *Box) deliver(mail Mail) *Message {
	if mail.Meeting != nil {
		b.meet(mail)
	}
	return b.Receive(b.WellKnown("inbox"), mail)
}

// EventInfo is what a test may know of an event. Start and End are instants (all-day: midnights UTC of the dates).
type EventInfo struct {
	ID          string // immutable
	Kind        string // singleInstance, seriesMaster, exception, occurrence
	Subject     string
	Start, End  time.Time
	AllDay      bool
	ETag        string
	IsOrganizer bool
	Attendees   []string // addresses
	Location    string
	Response    string
	Body        string
}

func (m *Mailbox) info(i Instance) EventInfo {
	b, e := m.box, i.Event
	info := EventInfo{
		ID: b.FormatID(i.ID(), true), Kind: e.Kind(), Subject: e.Subject, Start: i.Start, End: i.End, AllDay: e.AllDay, IsOrganizer: e.IsOrganizer,
		ETag: `W/"` + b.EventKey(e) + `"`, Location: e.Location, Response: e.Response, Body: e.Body.Text,
	}
	if i.Occurrence {
		info.Kind = "occurrence"
	}
	for _, a := range e.Attendees {
		info.Attendees = append(info.Attendees, a.Addr)
	}
	return info
}

// EventsBetween lists what stands in all calendars in [from, to), by start: singles, occurrences and exceptions.
func (m *Mailbox) EventsBetween(from, to time.Time) []EventInfo {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []EventInfo
	for _, c := range m.box.calendars {
		for _, i := range m.box.View(c, from, to) {
			out = append(out, m.info(i))
		}
	}
	slices.SortStableFunc(out, func(x, y EventInfo) int { return x.Start.Compare(y.Start) })
	return out
}

// Event gives what the mailbox has for an event id of any kind and form.
func (m *Mailbox) Event(id string) (EventInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, err := m.box.Find(id)
	if err != nil {
		return EventInfo{}, err
	}
	return m.info(i), nil
}

// NewEvent puts an event into the default calendar and returns its immutable id. Attendees are invited.
func (m *Mailbox) NewEvent(e Event) (id string) {
	_ = m.Do(func(b *Box) error { // the function returns no error
		made, _ := b.AddEvent(b.DefaultCalendar(), &e)
		id = b.FormatID(made.ID(), true)
		return nil
	})
	return id
}

// ChangeEvent edits an event as another program would; an occurrence becomes an exception.
func (m *Mailbox) ChangeEvent(id string, edit func(*Event)) error {
	return m.Do(func(b *Box) error {
		i, err := b.Find(id)
		if err != nil {
			return err
		}
		do := func(e *Event) error { edit(e); return nil }
		if i.Occurrence {
			_, err = b.Except(i.Event, i.Day, do)
			return err
		}
		return b.Change(i.Event, do)
	})
}

// MoveEvent puts an event or a series into another calendar, by its name, as Outlook does; there is no call for it.
func (m *Mailbox) MoveEvent(id, calendar string) error {
	return m.Do(func(b *Box) error {
		i, err := b.Find(id)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(b.Calendars(), func(k *Calendar) bool { return k.Name == calendar })
		if at < 0 || i.Occurrence || i.Event.master != nil {
			return ErrNotFound
		}
		b.MoveEvent(i.Event, b.Calendars()[at])
		return nil
	})
}

// DeleteEvent removes an event, a series, or one occurrence.
func (m *Mailbox) DeleteEvent(id string) error {
	return m.Do(func(b *Box) error {
		i, err := b.Find(id)
		if err != nil {
			return err
		}
		b.DeleteInstance(i, "")
		return nil
	})
}

// MessageInfo is what a test may know of a message.
type MessageInfo struct {
	ID         string // immutable
	Folder     string // well-known name, else the folder's name
	Subject    string
	From       Address
	To         []Address
	Read       bool
	Draft      bool
	Flagged    bool
	Categories []string
	Received   time.Time
	Body       Body
	ETag       string
}

// Message gives what the mailbox has for a message id of either form.
func (m *Mailbox) Message(id string) (MessageInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	msg, err := m.box.Message(id)
	if err != nil {
		return MessageInfo{}, err
	}
	return m.messageInfo(msg), nil
}

func (m *Mailbox) messageInfo(msg *Message) MessageInfo {
	folder := msg.folder.WellKnown
	if folder == "" {
		folder = msg.folder.Name
	}
	return MessageInfo{
		ID: m.box.FormatID(msg.ID(), true), Folder: folder, Subject: msg.Subject, From: msg.From, To: slices.Clone(msg.To), Read: msg.read, Draft: msg.Draft,
		Flagged: msg.Flag.Status == "flagged", Categories: slices.Clone(msg.Categories),
		Received: msg.Received, Body: msg.Body(), ETag: `W/"` + m.box.ChangeKey(msg) + `"`,
	}
}

// Messages lists a folder, by id or well-known name, oldest first.
func (m *Mailbox) Messages(folder string) []MessageInfo {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, err := m.box.Folder(folder)
	if err != nil {
		return nil
	}
	var out []MessageInfo
	for _, msg := range f.list {
		out = append(out, m.messageInfo(msg))
	}
	return out
}

// Categorize replaces a message's categories as another program would.
func (m *Mailbox) Categorize(id string, names ...string) error {
	return m.message(id, func(msg *Message) error {
		m.box.Touch(msg, func() { msg.Categories = names })
		return nil
	})
}

// SetRead, MoveMessage and RemoveMessage change a message as another program would.
func (m *Mailbox) SetRead(id string, read bool) error {
	return m.message(id, func(msg *Message) error { m.box.MarkRead(msg, read); return nil })
}

// MoveMessage moves a message to a folder by id or well-known name.
func (m *Mailbox) MoveMessage(id, folder string) error {
	return m.message(id, func(msg *Message) error {
		f, err := m.box.Folder(folder)
		if err == nil {
			m.box.Move(msg, f)
		}
		return err
	})
}

// RemoveMessage takes a message out of the mailbox for good.
func (m *Mailbox) RemoveMessage(id string) error {
	return m.message(id, func(msg *Message) error { m.box.Remove(msg); return nil })
}

func (m *Mailbox) message(id string, do func(*Message) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	msg, err := m.box.Message(id)
	if err != nil {
		return err
	}
	return do(msg)
}

// ForgetChanges makes every delta link given so far too old: the next use of one is answered 410.
func (m *Mailbox) ForgetChanges() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.box.tick()
	m.box.tombs, m.box.tombFloor = nil, m.box.seq
}

// LimitTombstones sets how many deletions are remembered; for tests of what comes after.
func (m *Mailbox) LimitTombstones(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.box.tombLimit = max(n, 2)
}

// FolderID is the id of a folder by its path of names below the root, such as "Customers/Nordwind"; "" when there is
// none.
func (m *Mailbox) FolderID(path string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.box.root
	for name := range strings.SplitSeq(path, "/") {
		at := slices.IndexFunc(f.children, func(c *Folder) bool { return strings.EqualFold(c.Name, name) })
		if at < 0 {
			return ""
		}
		f = f.children[at]
	}
	return m.box.FormatID(f.ID(), false)
}
