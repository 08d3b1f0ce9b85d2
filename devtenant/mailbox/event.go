package mailbox

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"supercrm/devtenant/recurrence"
	"supercrm/devtenant/zones"
)

// Calendar is one of the mailbox's calendars.
type Calendar struct {
	Name    string
	Color   string // Graph calendarColor
	Hex     string
	Default bool
	// Permissions of others, the owner's own not among them.
	Permissions []*Permission
	Props       map[string]string // single-value extended properties

	num, seq uint64
}

// Num is the calendar's number.
func (c *Calendar) Num() uint64 { return c.num }

// ID of the calendar.
func (c *Calendar) ID() ID { return ID{Kind: KindCalendar, Num: c.num} }

// Attendee is somebody invited. Type is required, optional or resource; Response a Graph responseType.
type Attendee struct {
	Address
	Type      string
	Response  string
	Responded time.Time
	Proposed  Slot // another time that the attendee wants; the zero Slot without
}

// Event is a single event, a series master, or the exception of a series. Start and End are instants; of an all-day
// event they are midnights UTC of its dates, End exclusive, and only the dates count ("all-day is a date"). Zone names
// are as they were given, Windows or IANA. Whoever changes an event calls Box.TouchEvent or Box.Reschedule.
type Event struct {
	Subject            string
	Body               Body
	Start, End         time.Time
	StartZone, EndZone string
	AllDay             bool
	Location           string // the names of all places
	Places             string // the places as JSON, where they are more than a name
	Organizer          Address
	IsOrganizer        bool
	Response           string // the owner's own: none, organizer, accepted, …
	Responded          time.Time
	Attendees          []Attendee
	ShowAs             string
	Sensitivity        string
	Importance         string
	Categories         []string
	Online             bool
	JoinURL            string
	ReminderOn         bool
	ReminderMinutes    int
	NoNewTimes         bool // allowNewTimeProposals is false
	NoResponse         bool // responseRequested is false
	HideAttendees      bool
	Cancelled          bool
	Draft              bool // the organizer has changes that the attendees were not sent
	TransactionID      string
	UID                string
	Created, Modified  time.Time
	Props              map[string]string
	Extensions         Extensions
	Attachments        []*Attachment
	OneDay             bool           // an attendee's copy of one occurrence, invited to without the series
	SeriesDay          recurrence.Day // with OneDay: which
	Sequence           uint64         // of an attendee's copy: the version of the organizer's that it shows
	Dismissed          time.Time      // reminders up to then were dismissed; zero: none
	Snoozed            time.Time      // when the reminder comes back; zero: it was not put off

	Rule          *recurrence.Rule // of a series master
	RecurringZone string           // recurrenceTimeZone as it was given

	num, seq   uint64
	calendar   *Calendar
	master     *Event // of an exception
	day        recurrence.Day
	exceptions map[recurrence.Day]*Event
	deleted    map[recurrence.Day]bool
	lastFile   int32
}

// Seq is the counter of the last change.
func (e *Event) Seq() uint64 { return e.seq }

// Num is the event's number; an exception has its master's.
func (e *Event) Num() uint64 { return e.num }

// Calendar that the event is in.
func (e *Event) Calendar() *Calendar { return e.calendar }

// Master of an exception; nil otherwise.
func (e *Event) Master() *Event { return e.master }

// Day that an exception stands for.
func (e *Event) Day() recurrence.Day { return e.day }

// Kind of the event in Graph's words.
func (e *Event) Kind() string {
	switch {
	case e.Rule != nil:
		return "seriesMaster"
	case e.master != nil:
		return "exception"
	}
	return "singleInstance"
}

// ID of the event.
func (e *Event) ID() ID {
	if e.master != nil {
		return e.master.OccurrenceID(e.day)
	}
	return ID{Kind: KindEvent, Num: e.num}
}

// OccurrenceID is the id of the series' occurrence on a day. It stays when the occurrence becomes an exception.
func (e *Event) OccurrenceID(day recurrence.Day) ID {
	return ID{Kind: KindOccurrence, Num: e.num, Sub: int32(day)}
}

// DeletedDays lists the days whose occurrence was cancelled, in order.
func (e *Event) DeletedDays() []recurrence.Day { return slices.Sorted(maps.Keys(e.deleted)) }

// Exceptions of a series, by original day.
func (e *Event) Exceptions() []*Event {
	var out []*Event
	for _, day := range slices.Sorted(maps.Keys(e.exceptions)) {
		out = append(out, e.exceptions[day])
	}
	return out
}

// EventKey is the change key of e; an occurrence has its master's.
func (b *Box) EventKey(e *Event) string {
	return b.changeKey(KindEvent, e.num, e.seq, e.day)
}

// Zone that e is anchored in; UTC when the name says nothing to us.
func (e *Event) Zone() *time.Location {
	if loc, err := zones.Load(e.StartZone); err == nil && !e.AllDay {
		return loc
	}
	return time.UTC
}

// Instance is something that stands in a calendar at a time: a single event, an exception, or the occurrence of a
// series on Day (then Event is the master, and Start and End are the occurrence's).
type Instance struct {
	Event      *Event
	Occurrence bool
	Day        recurrence.Day
	Start, End time.Time
}

// ID of the instance.
func (i Instance) ID() ID {
	if i.Occurrence {
		return i.Event.OccurrenceID(i.Day)
	}
	return i.Event.ID()
}

// On is the series' time on a day: the clock time in the organizer's zone, whatever the offset is that day.
func (e *Event) On(day recurrence.Day) (start, end time.Time) {
	loc := e.Zone()
	first, last := e.Start.In(loc), e.End.In(loc)
	span := recurrence.DayOf(last) - recurrence.DayOf(first)
	start, end = clock(first, day, loc), clock(last, day+span, loc)
	if end.Before(start) { // only where the clock is set back or forth in between
		end = start.Add(e.End.Sub(e.Start))
	}
	return start, end
}

func clock(like time.Time, day recurrence.Day, loc *time.Location) time.Time {
	y, m, d := day.Civil()
	return time.Date(y, m, d, like.Hour(), like.Minute(), like.Second(), 0, loc).UTC()
}

// overlaps is the one rule of windows: half open, and an event without length counts where it begins.
func overlaps(start, end, from, to time.Time) bool {
	return start.Before(to) && (end.After(from) || start.Equal(end) && !start.Before(from))
}

// Instances of e that overlap [from, to), by original day. A series gives its occurrences and exceptions.
func (e *Event) Instances(from, to time.Time) []Instance {
	if e.Rule == nil {
		if overlaps(e.Start, e.End, from, to) {
			return []Instance{{Event: e, Start: e.Start, End: e.End, Day: e.day}}
		}
		return nil
	}
	var out []Instance
	loc := e.Zone()
	span := recurrence.Day(e.End.Sub(e.Start)/(24*time.Hour)) + 1
	for day := range e.Rule.Between(recurrence.DayOf(from.In(loc))-span, recurrence.DayOf(to.In(loc))+1) {
		if e.deleted[day] || e.exceptions[day] != nil {
			continue
		}
		if start, end := e.On(day); overlaps(start, end, from, to) {
			out = append(out, Instance{Event: e, Occurrence: true, Day: day, Start: start, End: end})
		}
	}
	for _, x := range e.Exceptions() {
		if overlaps(x.Start, x.End, from, to) {
			out = append(out, Instance{Event: x, Day: x.day, Start: x.Start, End: x.End})
		}
	}
	slices.SortFunc(out, func(x, y Instance) int { return cmp.Compare(x.Day, y.Day) })
	return out
}

// Calendars lists the calendars, the default one first.
func (b *Box) Calendars() []*Calendar { return b.calendars }

// DefaultCalendar of the mailbox.
func (b *Box) DefaultCalendar() *Calendar { return b.calendars[0] }

// NewCalendar adds a calendar.
func (b *Box) NewCalendar(name, color string) *Calendar {
	c := &Calendar{Name: name, Color: cmp.Or(color, "auto"), num: b.number()}
	b.touchCalendar(c)
	b.calendars = append(b.calendars, c)
	return c
}

func (b *Box) touchCalendar(c *Calendar) { c.seq = b.tick() }

// CalendarKey is the change key of c.
func (b *Box) CalendarKey(c *Calendar) string { return b.changeKey(KindCalendar, c.num, c.seq, 0) }

// Calendar finds a calendar by id.
func (b *Box) Calendar(id string) (*Calendar, error) {
	parsed, _, err := b.parse(id, KindCalendar)
	if err != nil {
		return nil, err
	}
	for _, c := range b.calendars {
		if c.num == parsed.Num {
			return c, nil
		}
	}
	return nil, ErrNotFound
}

// Events lists the singles and masters of a calendar, or of all when c is nil, by number.
func (b *Box) Events(c *Calendar) []*Event {
	var out []*Event
	for _, e := range b.events {
		if c == nil || e.calendar == c {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(x, y *Event) int { return cmp.Compare(x.num, y.num) })
	return out
}

// View lists what stands in a calendar (nil: the default one) in [from, to), by start, then id.
func (b *Box) View(c *Calendar, from, to time.Time) []Instance {
	if c == nil {
		c = b.DefaultCalendar()
	}
	var out []Instance
	for _, e := range b.Events(c) {
		out = append(out, e.Instances(from, to)...)
	}
	slices.SortFunc(out, func(x, y Instance) int {
		return cmp.Or(x.Start.Compare(y.Start), cmp.Compare(x.Event.num, y.Event.num), cmp.Compare(x.Day, y.Day))
	})
	return out
}

// Find looks up an event, occurrence or exception by id.
func (b *Box) Find(id string) (Instance, error) {
	parsed, _, err := b.ParseID(id)
	if err != nil {
		return Instance{}, err
	}
	e := b.events[parsed.Num]
	if e == nil {
		return Instance{}, ErrNotFound
	}
	switch parsed.Kind {
	case KindEvent:
		return Instance{Event: e, Start: e.Start, End: e.End}, nil
	case KindOccurrence:
		day := recurrence.Day(parsed.Sub)
		if x := e.exceptions[day]; x != nil {
			return Instance{Event: x, Start: x.Start, End: x.End, Day: day}, nil
		}
		if e.Rule == nil || e.deleted[day] || !e.Rule.Has(day) {
			return Instance{}, ErrNotFound
		}
		start, end := e.On(day)
		return Instance{Event: e, Occurrence: true, Day: day, Start: start, End: end}, nil
	}
	return Instance{}, ErrNotFound
}
