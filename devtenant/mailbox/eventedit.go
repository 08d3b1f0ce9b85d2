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

func (b *Box) notify(kind string, e *Event, comment string) {
	n := Notice{Kind: kind, Event: e.ID(), Comment: comment}
	switch {
	case kind == "response":
		n.To = []Address{e.Organizer}
	case !e.IsOrganizer:
		return
	default:
		for _, a := range e.Attendees {
			if !strings.EqualFold(a.Addr, b.Owner.UPN) {
				n.To = append(n.To, a.Address)
			}
		}
	}
	if len(n.To) > 0 {
		b.notices = append(b.notices, n)
	}
}

// ForgetNotices empties the list of meeting mails: for who fills a mailbox.
func (b *Box) ForgetNotices() { b.notices = nil }

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
	b.TouchEvent(e)
	b.notify("request", e, "")
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
// changed (as Outlook does). The organiser's attendees are notified.
func (b *Box) Change(e *Event, edit func(*Event) error) error {
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
	b.notify("update", e, "")
	for _, x := range e.Exceptions() {
		b.notify("update", x, "")
	}
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
		inherit(&x.Location, old.Location, e.Location)
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
		if attendees || categories || was.Subject != x.Subject || was.Body != x.Body || was.Location != x.Location || was.ShowAs != x.ShowAs ||
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
	b.notify("update", &x, "")
	return &x, nil
}

// DeleteInstance removes a single event, a whole series, or one occurrence of it. cancel is the comment of the
// cancellation that the organiser's attendees get.
func (b *Box) DeleteInstance(i Instance, comment string) {
	e := i.Event
	switch {
	case i.Occurrence || e.master != nil:
		series := e
		if e.master != nil {
			series = e.master
		}
		b.notify("cancel", e, comment)
		delete(series.exceptions, i.Day)
		series.deleted[i.Day] = true
		b.bury(Tombstone{ID: series.OccurrenceID(i.Day), Parent: series.calendar.num})
		b.TouchEvent(series)
	default:
		b.notify("cancel", e, comment)
		old := *e
		delete(b.events, e.num)
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

// Respond sets the owner's answer to an invitation: accepted, declined or tentativelyAccepted.
func (b *Box) Respond(e *Event, response, comment string, send bool) {
	e.Response, e.Responded = response, b.Now()
	switch response {
	case "tentativelyAccepted":
		e.ShowAs = "tentative"
	case "declined":
		e.ShowAs = "free"
	default:
		e.ShowAs = "busy"
	}
	for i := range e.Attendees {
		if strings.EqualFold(e.Attendees[i].Addr, b.Owner.UPN) {
			e.Attendees[i].Response, e.Attendees[i].Responded = response, b.Now()
		}
	}
	b.TouchEvent(e)
	if send {
		b.notify("response", e, comment)
	}
}
