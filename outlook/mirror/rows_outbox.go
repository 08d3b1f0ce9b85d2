package mirror

import "time"

// OutboxItem is one intention that has not been confirmed. Subject names the item for the person.
type OutboxItem struct {
	ID        int64
	AccountID int64
	Kind      string // mail.reply mail.send mail.read mail.categories mail.move event.edit event.create event.delete event.respond
	ItemKind  string // message or event
	ItemID    int64
	Subject   string
	Series    bool // it is about a whole series: the item is its master
	State     Pending
	Attempts  int
	Since     time.Time
	Next      time.Time // when it is tried again; zero: at once
	Begun     bool      // a request of it was sent, or may have been
	// MayHaveLeft is true of mail whose sending was in doubt to the end: look among the sent mail before sending it again.
	MayHaveLeft bool
	// AnswersNothing is true of an answer whose message the service has no more.
	AnswersNothing bool
	// Reason is a short key for the text that the person sees: "", offline, throttled, signin, server, refused, conflict, gone,
	// toolarge, files.
	Reason string
	// Fields names what is changed: read flag folder categories, or subject time location showAs body attendees response.
	Fields   []string
	Mail     *NewMail // what is sent, of mail.send
	Answer   *Reply   // of mail.reply
	Files    []File   // that go with the mail
	Conflict *Conflict
}

// Progress is how many bytes of the files the service has, and how many there are; 0, 0 without files.
func (it *OutboxItem) Progress() (sent, total int64) {
	for _, f := range it.Files {
		sent, total = sent+f.Sent, total+f.Size
	}
	return sent, total
}

// File is an attachment of mail written here. Its bytes are kept in the outbox's folder until the mail was sent. Sizes are in
// bytes; Sent is what the service has said it has.
type File struct {
	ID       int64
	Name     string
	Type     string
	Size     int64
	Sent     int64
	Uploaded bool
}

// Conflict holds both versions of an event's changed fields, as text for the person to choose from.
type Conflict struct {
	Fields []ConflictField
	// Mailed are those who get mail if something of the person's version is kept: the others who are invited in either
	// version, or the organizer who is answered. If all of theirs is kept, nobody is.
	Mailed []Address
	Series bool // it is about a whole series

	invited []Attendee
}

// ConflictField is one field that differs. Name is subject, allDay, start, end, location, showAs, body, attendees or response.
// Times are RFC 3339 in UTC, or dates of an all-day event, the last day for its end; attendees are addresses. Was is what
// it was before both changes; Both that the other side changed it too, else only the person did.
type ConflictField struct {
	Name, Mine, Theirs, Was string
	Both                    bool
}
