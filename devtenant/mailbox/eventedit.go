package mailbox

import (
	"cmp"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"supercrm/devtenant/recurrence"
)

// Notice is a meeting mail that the service would send because of a change: tests count them. Kind is request, update,
// cancel or response. Master and every changed instance give one each (facts, "Calendar").
type Notice struct {
	Kind    string
	Event   ID
	To      []Address
	Comment string
}

// notify tells the attendees, or the organizer of an answer: a notice for tests, and the mail itself.
func (b *Box) notify(kind string, i Instance, comment string) {
	e := i.Event
	if kind == "response" || !e.IsOrganizer {
		return
	}
	var to []Address
	for _, a := range e.Attendees {
		if !b.Owner.Is(a.Addr) {
			to = append(to, a.Address)
		}
	}
	b.tell(b.meeting(kind, i), i.ID(), to, comment)
}

// tell sends a meeting mail, if it is for anybody.
func (b *Box) tell(t *Meeting, id ID, to []Address, comment string) {
	if len(to) > 0 && !b.quiet {
		b.notices = append(b.notices, Notice{Kind: t.Kind, Event: id, To: to, Comment: comment})
		b.sendMeeting(t, to, comment)
	}
}

// whole is an event as an instance of itself.
func whole(e *Event) Instance { return Instance{Event: e, Start: e.Start, End: e.End, Day: e.day} }

// Quietly runs fill without any meeting mail: for who fills a mailbox with what happened long ago.
func (b *Box) Quietly(fill func()) {
	b.quiet = true
	defer func() { b.quiet = false }()
	fill()
}

// AddEvent puts a new single event or series into a calendar. An event whose TransactionID was used before is not made
// again: the earlier one is returned, and made is false (facts: "transactionId makes it safe to retry"). A series
// begins with its first occurrence: Start is moved there.
func (b *Box) AddEvent(c *Calendar, e *Event) (event *Event, made bool) {
	if earlier := b.transactions[e.TransactionID]; e.TransactionID != "" && earlier != nil {
		return earlier, false
	}
	e.num, e.calendar = b.number(), c
	e.ShowAs, e.Sensitivity, e.Importance = cmp.Or(e.ShowAs, "busy"), cmp.Or(e.Sensitivity, "normal"), cmp.Or(e.Importance, "normal")
	e.Response = cmp.Or(e.Response, "organizer")
	if e.Organizer == (Address{}) {
		e.Organizer, e.IsOrganizer = b.Owner.Address(), true
	}
	if e.UID == "" {
		e.UID = "040000008200E00074C5B7101A82E008" + "00000000" + strings.ToUpper(hex.EncodeToString([]byte(b.hash64("", "uid"+strconv.FormatUint(e.num, 10))[:24])))
	}
	e.exceptions, e.deleted = map[recurrence.Day]*Event{}, map[recurrence.Day]bool{}
	e.settle()
	if e.Created.IsZero() {
		e.Created = b.Now()
	}
	b.events[e.num] = e
	if e.TransactionID != "" {
		b.transactions[e.TransactionID] = e
	}
	b.byUID[e.key()] = e
	for _, a := range e.Attachments {
		e.lastFile = max(e.lastFile, a.Num)
	}
	b.TouchEvent(e)
	b.notify("request", whole(e), "")
	return e, true
}

// settle moves a series to its first occurrence.
func (e *Event) settle() {
	if e.Rule == nil {
		return
	}
	if first, ok := e.Rule.First(); ok {
		e.Start, e.End = e.On(first)
	}
}

// TouchEvent records a change that leaves the times alone.
func (b *Box) TouchEvent(e *Event) {
	e.Modified = b.Now()
	e.seq = b.tick()
}

// Change carries out an edit of an event, series or exception: before the change it remembers what the series was, after
// it exceptions follow what they had not changed themselves, and are dropped when the pattern or time of the series
// changed (as Outlook does). The organizer's attendees are notified.
func (b *Box) Change(e *Event, edit func(*Event) error) error {
	old := *e
	if err := b.change(e, edit); err != nil {
		return err
	}
	if !sharedChange(&old, e) && !e.Draft {
		return nil
	}
	e.Draft = false
	if e.IsOrganizer {
		var out []Address
		for _, a := range old.Attendees {
			if !slices.ContainsFunc(e.Attendees, func(x Attendee) bool { return strings.EqualFold(x.Addr, a.Addr) }) && !b.Owner.Is(a.Addr) {
				out = append(out, a.Address)
			}
		}
		b.tell(b.meeting("cancel", whole(e)), e.ID(), out, "")
	}
	b.notify("update", whole(e), "")
	for _, x := range e.Exceptions() {
		b.notify("update", whole(x), "")
	}
	return nil
}

// sharedChange says whether an edit changed anything that the attendees have, too: the organizer's own categories,
// reminder, free/busy state and links to other programs are nobody's business.
func sharedChange(x, y *Event) bool {
	same := x.Subject == y.Subject && x.Body == y.Body && x.Start.Equal(y.Start) && x.End.Equal(y.End) && x.AllDay == y.AllDay &&
		x.StartZone == y.StartZone && x.Location == y.Location && x.Places == y.Places && x.Importance == y.Importance && x.Sensitivity == y.Sensitivity &&
		x.Online == y.Online && x.NoNewTimes == y.NoNewTimes && x.NoResponse == y.NoResponse && x.HideAttendees == y.HideAttendees
	return !same || !slices.Equal(x.Attendees, y.Attendees) || !sameRule(x.Rule, y.Rule)
}

// change is Change without mail.
func (b *Box) change(e *Event, edit func(*Event) error) error {
	old := *e
	old.exceptions, old.deleted = maps.Clone(e.exceptions), maps.Clone(e.deleted)
	fresh := *e
	fresh.Attendees, fresh.Categories, fresh.Props = slices.Clone(e.Attendees), slices.Clone(e.Categories), maps.Clone(e.Props)
	if err := edit(&fresh); err != nil {
		return err
	}
	if fresh.master != nil {
		if err := fresh.checkNeighbours(); err != nil {
			return err
		}
	}
	retimed := !fresh.Start.Equal(old.Start) || !fresh.End.Equal(old.End) || fresh.AllDay != old.AllDay ||
		fresh.StartZone != old.StartZone || !sameRule(fresh.Rule, old.Rule)
	*e = fresh
	if old.Rule != nil {
		if retimed {
			b.bury(Tombstone{ID: old.OccurrenceID(0), Parent: e.calendar.num, Series: &old})
			e.exceptions, e.deleted = map[recurrence.Day]*Event{}, map[recurrence.Day]bool{}
			e.settle()
		} else {
			b.follow(e, &old)
		}
	} else if retimed {
		e.settle()
	}
	b.TouchEvent(e)
	return nil
}

func sameRule(x, y *recurrence.Rule) bool {
	if x == nil || y == nil {
		return x == y
	}
	a, b := *x, *y
	same := slices.Equal(a.Days, b.Days)
	a.Days, b.Days = nil, nil
	return same && a.Type == b.Type && a.Interval == b.Interval && a.FirstDay == b.FirstDay && a.DayOfMonth == b.DayOfMonth &&
		a.Month == b.Month && a.Index == b.Index && a.Range == b.Range && a.Start == b.Start && a.End == b.End && a.Count == b.Count
}

// follow gives the exceptions of a series what was changed in it, where they still had the series' old value.
func (b *Box) follow(e, old *Event) {
	for _, x := range e.exceptions {
		was := *x
		inherit(&x.Subject, old.Subject, e.Subject)
		inherit(&x.Body, old.Body, e.Body)
		if x.Location == old.Location && x.Places == old.Places {
			x.Location, x.Places = e.Location, e.Places
		}
		inherit(&x.ShowAs, old.ShowAs, e.ShowAs)
		inherit(&x.Sensitivity, old.Sensitivity, e.Sensitivity)
		inherit(&x.Importance, old.Importance, e.Importance)
		inherit(&x.JoinURL, old.JoinURL, e.JoinURL)
		inherit(&x.Cancelled, old.Cancelled, e.Cancelled)
		attendees := slices.Equal(x.Attendees, old.Attendees) && !slices.Equal(old.Attendees, e.Attendees)
		if attendees {
			x.Attendees = slices.Clone(e.Attendees)
		}
		categories := slices.Equal(x.Categories, old.Categories) && !slices.Equal(old.Categories, e.Categories)
		if categories {
			x.Categories = slices.Clone(e.Categories)
		}
		if attendees || categories || was.Subject != x.Subject || was.Body != x.Body || was.Location != x.Location || was.Places != x.Places || was.ShowAs != x.ShowAs ||
			was.Sensitivity != x.Sensitivity || was.Importance != x.Importance || was.JoinURL != x.JoinURL || was.Cancelled != x.Cancelled {
			b.TouchEvent(x)
		}
	}
}

func inherit[T comparable](own *T, old, fresh T) {
	if *own == old {
		*own = fresh
	}
}

// checkNeighbours refuses an exception that moves onto or past the day of the occurrence before or after it (facts,
// "Calendar").
func (e *Event) checkNeighbours() error {
	m, loc := e.master, e.Zone()
	first, last := recurrence.DayOf(e.Start.In(loc)), recurrence.DayOf(e.End.Add(-time.Second).In(loc))
	if e.End.Equal(e.Start) {
		last = first
	}
	occupied := func(day recurrence.Day) (from, to recurrence.Day) {
		start, end := m.On(day)
		if x := m.exceptions[day]; x != nil {
			start, end = x.Start, x.End
		}
		return recurrence.DayOf(start.In(loc)), recurrence.DayOf(end.Add(-time.Second).In(loc))
	}
	for day := range m.Rule.All() {
		if day == e.day || m.deleted[day] {
			continue
		}
		from, to := occupied(day)
		if day < e.day && first <= max(from, to) || day > e.day && last >= from {
			return ErrCrossing
		}
		if day > e.day {
			break
		}
	}
	return nil
}

// Except makes the occurrence of a series on a day an exception, with edit applied to it, and returns it.
func (b *Box) Except(series *Event, day recurrence.Day, edit func(*Event) error) (*Event, error) {
	x, err := b.except(series, day, edit)
	if err == nil {
		b.notify("update", whole(x), "")
	}
	return x, err
}

func (b *Box) except(series *Event, day recurrence.Day, edit func(*Event) error) (*Event, error) {
	x := *series
	x.Rule, x.exceptions, x.deleted, x.master, x.day = nil, nil, nil, series, day
	x.Attendees, x.Categories, x.Props = slices.Clone(series.Attendees), slices.Clone(series.Categories), maps.Clone(series.Props)
	x.TransactionID = ""
	x.Start, x.End = series.On(day)
	x.Created = b.Now()
	if err := edit(&x); err != nil {
		return nil, err
	}
	if err := x.checkNeighbours(); err != nil {
		return nil, err
	}
	series.exceptions[day] = &x
	b.TouchEvent(&x)
	return &x, nil
}

// DeleteInstance removes a single event, a whole series, or one occurrence of it. cancel is the comment of the
// cancellation that the organizer's attendees get.
func (b *Box) DeleteInstance(i Instance, comment string) {
	e := i.Event
	switch {
	case i.Occurrence || e.master != nil:
		series := e
		if e.master != nil {
			series = e.master
		}
		b.notify("cancel", i, comment)
		delete(series.exceptions, i.Day)
		series.deleted[i.Day] = true
		b.bury(Tombstone{ID: series.OccurrenceID(i.Day), Parent: series.calendar.num})
		b.TouchEvent(series)
	default:
		b.notify("cancel", i, comment)
		old := *e
		delete(b.events, e.num)
		if b.byUID[e.key()] == e {
			delete(b.byUID, e.key())
		}
		if b.transactions[e.TransactionID] == e {
			delete(b.transactions, e.TransactionID)
		}
		if e.Rule != nil {
			b.bury(Tombstone{ID: e.ID(), Parent: e.calendar.num, Series: &old})
		} else {
			b.bury(Tombstone{ID: e.ID(), Parent: e.calendar.num})
		}
	}
}

// MoveEvent puts a single event or a whole series into another calendar. Its id stays.
func (b *Box) MoveEvent(e *Event, to *Calendar) {
	old := *e
	old.exceptions, old.deleted = maps.Clone(e.exceptions), maps.Clone(e.deleted)
	left := Tombstone{ID: e.ID(), Parent: e.calendar.num, Moved: true}
	if e.Rule != nil {
		left.Series = &old
	}
	b.bury(left)
	e.calendar = to
	for _, x := range e.exceptions {
		x.calendar = to
	}
	b.TouchEvent(e)
}

// Respond sets the owner's answer to an invitation: accepted, declined or tentativelyAccepted; with send the organizer
// gets it by mail, with another time when proposed is not zero.
func (b *Box) Respond(e *Event, response, comment string, send bool, proposed Slot) {
	e.Response, e.Responded = response, b.Now()
	switch response {
	case "tentativelyAccepted":
		e.ShowAs = "tentative"
	case "declined":
		e.ShowAs = "free"
	default:
		e.ShowAs = "busy"
	}
	e.Attendees = slices.Clone(e.Attendees)
	for i := range e.Attendees {
		if b.Owner.Is(e.Attendees[i].Addr) {
			e.Attendees[i].Response, e.Attendees[i].Responded = response, b.Now()
		}
	}
	b.TouchEvent(e)
	b.answered(e)
	if send {
		t := b.meeting("response", whole(e))
		t.Response, t.Proposed = response, proposed
		b.tell(t, e.ID(), []Address{e.Organizer}, comment)
	}
}
