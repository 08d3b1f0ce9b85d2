package mailbox

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/recurrence"
)

// Meeting is what a mail about an event carries: an invitation or its update, a cancellation, or an answer. Event is
// the sender's copy at the time of sending.
type Meeting struct {
	Kind        string // request, update, cancel or response
	RequestType string // newMeetingRequest, fullUpdate or informationalUpdate
	Response    string // of an answer: accepted, declined, tentativelyAccepted
	Proposed    Slot   // of an answer: another time; the zero Slot without
	Event       Event
	OneDay      bool // it is about the occurrence of a series on Day
	Day         recurrence.Day
	Start, End  time.Time
	Sequence    uint64 // grows with each version that the organizer sends
}

// Slot is a span of time.
type Slot struct {
	Start, End time.Time
}

// Type of the meeting in Graph's words (enumeration meetingMessageType, whose misspelling is its own).
func (t *Meeting) Type() string {
	switch {
	case t.Kind == "cancel":
		return "meetingCancelled"
	case t.Kind != "response":
		return "meetingRequest"
	case t.Response == "accepted":
		return "meetingAccepted"
	case t.Response == "declined":
		return "meetingDeclined"
	}
	return "meetingTenativelyAccepted"
}

// uidKey is the name that all copies of an event share; the occurrence of a series that somebody is invited to alone has
// its own.
func uidKey(uid string, oneDay bool, day recurrence.Day) string {
	if oneDay {
		return uid + " " + day.String()
	}
	return uid
}

// snapshot is the event as another mailbox may keep it: nothing in it is shared with the original.
func snapshot(e *Event) Event {
	out := *e
	out.Attendees, out.Categories, out.Props = slices.Clone(e.Attendees), nil, nil
	out.Extensions, out.TransactionID = nil, ""
	out.OneDay, out.SeriesDay, out.Draft = false, 0, false
	out.exceptions, out.deleted, out.calendar, out.master = nil, nil, nil, nil
	out.Attachments = slices.Clone(e.Attachments)
	return out
}

// sendMeeting makes the mail of a change and puts a copy into Sent Items, as Outlook does.
func (b *Box) sendMeeting(t *Meeting, to []Address, comment string) {
	e := &t.Event
	mail := Mail{From: b.Owner.Address(), To: to, Subject: e.Subject, Meeting: t, At: b.Now(), Importance: e.Importance}
	switch t.Kind {
	case "cancel":
		mail.Subject = "Canceled: " + e.Subject
	case "response":
		mail.Subject = map[string]string{"accepted": "Accepted: ", "declined": "Declined: "}[t.Response]
		mail.Subject = cmp.Or(mail.Subject, "Tentative: ") + e.Subject
		if t.Proposed != (Slot{}) {
			mail.Subject = "New Time Proposed: " + e.Subject
		}
	}
	mail.Body = e.Body
	if comment != "" || t.Kind == "response" {
		mail.Body = Body{HTML: true, Text: "<html><body><p>" + html.EscapeString(comment) + "</p></body></html>"}
	}
	if t.Kind == "request" || t.Kind == "update" {
		for _, a := range e.Attachments {
			mail.Attachments = append(mail.Attachments, *a)
		}
	}
	copied := b.Receive(b.wellKnown["sentitems"], mail)
	b.MarkRead(copied, true)
	mail.InternetID, mail.Index = copied.InternetID, slices.Clone(copied.Index)
	b.outgoing = append(b.outgoing, mail)
}

// meet applies a meeting mail to the calendar of the mailbox that it arrives in.
func (b *Box) meet(mail Mail) {
	t := mail.Meeting
	switch t.Kind {
	case "request", "update":
		b.meetRequest(t)
	case "cancel":
		b.meetCancel(t)
	case "response":
		b.meetResponse(t, mail.From)
	}
}

// known finds this mailbox's copy of what a meeting mail is about: the event, and the day of a series.
func (b *Box) known(t *Meeting) (e *Event, oneDay bool) {
	if e = b.byUID[uidKey(t.Event.UID, t.OneDay, t.Day)]; e != nil {
		return e, false
	}
	e = b.byUID[t.Event.UID]
	return e, t.OneDay
}

// key names e among the copies that mailboxes hold of one event.
func (e *Event) key() string { return uidKey(e.UID, e.OneDay, e.SeriesDay) }

// on edits the event or, with oneDay, the occurrence of a series; nobody is notified.
func (b *Box) on(e *Event, oneDay bool, day recurrence.Day, edit func(*Event)) *Event {
	do := func(x *Event) error { edit(x); return nil }
	if !oneDay {
		_ = b.change(e, do) // the edit itself refuses nothing
		return e
	}
	if x := e.exceptions[day]; x != nil {
		_ = b.change(x, do) // a neighbour in the way leaves the copy as it was, as a real mailbox does
		return x
	}
	delete(e.deleted, day)
	x, err := b.except(e, day, do)
	if err != nil {
		return e
	}
	return x
}

func (b *Box) meetRequest(t *Meeting) {
	e, oneDay := b.known(t)
	if e == nil {
		e = b.invited(t)
		e.Sequence = t.Sequence
		return
	}
	if e.IsOrganizer {
		return
	}
	b.on(e, oneDay, t.Day, func(x *Event) {
		moved := !x.Start.Equal(t.Start) || !x.End.Equal(t.End) || !sameRule(x.Rule, t.Event.Rule) || x.Cancelled
		x.Subject, x.Body, x.Location, x.Importance, x.Sensitivity = t.Event.Subject, t.Event.Body, t.Event.Location, t.Event.Importance, t.Event.Sensitivity
		x.Places = t.Event.Places
		x.Start, x.End, x.StartZone, x.EndZone, x.AllDay = t.Start, t.End, t.Event.StartZone, t.Event.EndZone, t.Event.AllDay
		x.Rule, x.RecurringZone, x.Online, x.JoinURL = t.Event.Rule, t.Event.RecurringZone, t.Event.Online, t.Event.JoinURL
		x.NoNewTimes, x.NoResponse, x.HideAttendees, x.Cancelled = t.Event.NoNewTimes, t.Event.NoResponse, t.Event.HideAttendees, false
		x.Attachments, x.Sequence = t.Event.Attachments, t.Sequence
		if moved {
			x.Response, x.Responded, x.ShowAs = "notResponded", time.Time{}, "tentative"
		}
		x.Attendees = b.guests(&t.Event, x.Response, x.Responded)
	})
}

// invited puts an invitation into the calendar, tentative.
func (b *Box) invited(t *Meeting) *Event {
	e := snapshot(&t.Event)
	e.num, e.seq, e.day = 0, 0, 0
	e.Start, e.End = t.Start, t.End
	e.OneDay, e.SeriesDay = t.OneDay, t.Day
	e.IsOrganizer, e.Response, e.Responded, e.ShowAs = false, "notResponded", time.Time{}, "tentative"
	e.ReminderOn, e.ReminderMinutes, e.Created = true, 15, time.Time{}
	if t.OneDay {
		e.Rule = nil
	}
	e.Attendees = b.guests(&t.Event, e.Response, e.Responded)
	made, _ := b.AddEvent(b.DefaultCalendar(), &e)
	return made
}

// guests are the attendees as one of them sees them: the others' answers are the organizer's to know.
func (b *Box) guests(of *Event, response string, at time.Time) []Attendee {
	var out []Attendee
	for _, a := range of.Attendees {
		a.Response, a.Responded, a.Proposed = "none", time.Time{}, Slot{}
		if own := b.Owner.Is(a.Addr); own && response != "notResponded" {
			a.Response, a.Responded = response, at
		} else if of.HideAttendees && !own {
			continue
		}
		out = append(out, a)
	}
	return out
}

func (b *Box) meetCancel(t *Meeting) {
	e, oneDay := b.known(t)
	if e == nil || e.IsOrganizer {
		return
	}
	b.on(e, oneDay, t.Day, func(x *Event) {
		if !x.Cancelled {
			x.Subject = "Canceled: " + x.Subject
		}
		x.Cancelled, x.ShowAs, x.Sequence = true, "free", t.Sequence
	})
}

func (b *Box) meetResponse(t *Meeting, from Address) {
	e, oneDay := b.known(t)
	if e == nil || !e.IsOrganizer {
		return
	}
	answer := func(x *Event) {
		at := slices.IndexFunc(x.Attendees, func(a Attendee) bool { return strings.EqualFold(a.Addr, from.Addr) })
		if at < 0 {
			at = len(x.Attendees)
			x.Attendees = append(x.Attendees, Attendee{Address: from, Type: "optional"})
		}
		a := &x.Attendees[at]
		a.Response, a.Responded, a.Proposed = t.Response, b.Now(), t.Proposed
	}
	b.on(e, oneDay, t.Day, answer)
	if !oneDay {
		for _, x := range e.exceptions {
			answer(x)
			b.TouchEvent(x)
		}
	}
}

// answered moves the invitations to what was answered to Deleted Items, as Outlook does.
func (b *Box) answered(e *Event) {
	uid, inbox := e.UID, b.wellKnown["inbox"]
	for _, m := range slices.Clone(inbox.list) {
		if t := m.Meeting; t != nil && t.Kind != "response" && t.Event.UID == uid && (e.master == nil && !e.OneDay || t.OneDay && t.Day == max(e.day, e.SeriesDay)) {
			b.MarkRead(m, true)
			b.Move(m, b.wellKnown["deleteditems"])
		}
	}
}

// MeetingEvent finds the event that a meeting mail is about; ok is false when it is not in the calendar any more.
func (b *Box) MeetingEvent(m *Message) (i Instance, ok bool) {
	if m.Meeting == nil {
		return Instance{}, false
	}
	e, oneDay := b.known(m.Meeting)
	if e == nil {
		return Instance{}, false
	}
	if oneDay {
		i, err := b.Find(b.FormatID(e.OccurrenceID(m.Meeting.Day), true))
		return i, err == nil
	}
	return Instance{Event: e, Start: e.Start, End: e.End, Day: e.day}, true
}

// ForwardEvent invites more people. The organizer's attendees grow by them; an attendee's forward sends the organizer's
// invitation on, and the organizer learns of them when they answer.
func (b *Box) ForwardEvent(i Instance, to []Address, comment string) {
	e := i.Event
	if e.IsOrganizer {
		for _, a := range to {
			if !slices.ContainsFunc(e.Attendees, func(x Attendee) bool { return strings.EqualFold(x.Addr, a.Addr) }) {
				e.Attendees = append(slices.Clone(e.Attendees), Attendee{Address: a, Type: "required", Response: "none"})
			}
		}
		b.TouchEvent(e)
	}
	t := b.meeting("request", i)
	if !e.IsOrganizer {
		for _, a := range to {
			t.Event.Attendees = append(t.Event.Attendees, Attendee{Address: a, Type: "optional", Response: "none"})
		}
	}
	b.notices = append(b.notices, Notice{Kind: "request", Event: i.ID(), To: to, Comment: comment})
	b.sendMeeting(t, to, comment)
}

// meeting describes an instance for a mail.
func (b *Box) meeting(kind string, i Instance) *Meeting {
	t := &Meeting{Kind: kind, Event: snapshot(i.Event), Start: i.Start, End: i.End, Day: i.Day, Sequence: b.seq + 1}
	t.OneDay = i.Occurrence || i.Event.master != nil || i.Event.OneDay
	if i.Event.OneDay {
		t.Day = i.Event.SeriesDay
	}
	if t.OneDay {
		t.Event.Rule = nil
	}
	switch kind {
	case "request":
		t.RequestType = "newMeetingRequest"
	case "update":
		t.RequestType = "fullUpdate"
	}
	return t
}
