package graph

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/recurrence"
	"supercrm/devtenant/zones"
)

// wireTime is a dateTimeTimeZone.
type wireTime struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

// clock reads the time as the clock shows it in the zone; a time that names its own offset is converted to the zone.
func (w wireTime) clock() (time.Time, string, error) {
	zone := w.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	loc, err := zones.Load(zone)
	if err != nil {
		return time.Time{}, zone, badRequest("InvalidTimeZone", "The time zone '"+zone+"' is not supported.")
	}
	for _, layout := range []string{"2006-01-02T15:04:05.9999999", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, w.DateTime, loc); err == nil {
			return sane(t, zone)
		}
	}
	if t, err := time.Parse(time.RFC3339Nano, w.DateTime); err == nil {
		return sane(t.In(loc), zone)
	}
	return time.Time{}, zone, badRequest("ErrorInvalidTimeSettings", "The value '"+w.DateTime+"' is not a date and time.")
}

func sane(t time.Time, zone string) (time.Time, string, error) {
	if t.Year() < 1900 || t.Year() > 4500 {
		return t, zone, badRequest("ErrorInvalidTimeSettings", "The date is out of range.")
	}
	return t.Truncate(time.Second), zone, nil
}

func (w wireTime) instant() (time.Time, string, error) {
	t, zone, err := w.clock()
	return t.UTC(), zone, err
}

// eventEdit is what an event resource in a request changes.
type eventEdit struct {
	set          []func(*mailbox.Event)
	start, end   *wireTime
	allDay       *bool
	recurrence   *wireRecurrence
	noRecurrence bool
	organizers   bool // something that only the organizer may change
	transaction  string
}

// own are the properties that an attendee may change in the own copy.
var own = map[string]bool{"categories": true, "showAs": true, "isReminderOn": true, "reminderMinutesBeforeStart": true, "sensitivity": true, "importance": true, "singleValueExtendedProperties": true, "extensions": true}

func (c *call) readEvent(in object) (*eventEdit, error) {
	e := &eventEdit{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if name == "locations" && in["location"] != nil {
			continue // location is the first of them
		}
		if err := c.readEventProperty(e, name, in[name]); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (c *call) readEventProperty(e *eventEdit, name string, raw json.RawMessage) error {
	set := func(f func(*mailbox.Event)) {
		e.set = append(e.set, f)
		e.organizers = e.organizers || !own[name]
	}
	str := func(f func(*mailbox.Event, string), allowed ...string) error {
		v, err := decode[string](name, raw)
		if err == nil && len(allowed) > 0 {
			v, err = oneOf(name, v, allowed...)
		}
		if err == nil && len(v) > 4000 {
			err = badRequest("ErrorInvalidRequest", "The property '"+name+"' is too long.")
		}
		set(func(ev *mailbox.Event) { f(ev, v) })
		return err
	}
	flag := func(f func(*mailbox.Event, bool)) error {
		v, err := decode[bool](name, raw)
		set(func(ev *mailbox.Event) { f(ev, v) })
		return err
	}
	switch name {
	case "subject":
		return str(func(ev *mailbox.Event, v string) { ev.Subject = v })
	case "body":
		v, err := decodeBody(raw)
		set(func(ev *mailbox.Event) { ev.Body = v })
		return err
	case "start", "end":
		v, err := decode[*wireTime](name, raw)
		if err == nil && v == nil {
			err = badRequest("ErrorInvalidTimeSettings", "'"+name+"' can't be null.")
		}
		if name == "start" {
			e.start = v
		} else {
			e.end = v
		}
		e.organizers = true
		return err
	case "isAllDay":
		v, err := decode[bool](name, raw)
		e.allDay, e.organizers = &v, true
		return err
	case "location", "locations":
		return readLocation(name, raw, set)
	case "attendees":
		v, err := readAttendees(raw)
		set(func(ev *mailbox.Event) { ev.Attendees = keepAnswers(ev.Attendees, v) })
		return err
	case "showAs":
		return str(func(ev *mailbox.Event, v string) { ev.ShowAs = v }, "free", "tentative", "busy", "oof", "workingElsewhere", "unknown")
	case "sensitivity":
		return str(func(ev *mailbox.Event, v string) { ev.Sensitivity = v }, "normal", "personal", "private", "confidential")
	case "importance":
		return str(func(ev *mailbox.Event, v string) { ev.Importance = v }, "low", "normal", "high")
	case "categories":
		v, err := decode[[]string](name, raw)
		set(func(ev *mailbox.Event) { ev.Categories = v })
		return err
	case "isOnlineMeeting": // one way: it is never taken back (facts, "Calendar")
		return flag(func(ev *mailbox.Event, v bool) { ev.Online = ev.Online || v })
	case "onlineMeetingProvider":
		_, err := decode[string](name, raw)
		return err
	case "isReminderOn":
		return flag(func(ev *mailbox.Event, v bool) { ev.ReminderOn = v })
	case "reminderMinutesBeforeStart":
		v, err := decode[int32](name, raw)
		set(func(ev *mailbox.Event) { ev.ReminderMinutes = int(v) })
		return err
	case "allowNewTimeProposals":
		return flag(func(ev *mailbox.Event, v bool) { ev.NoNewTimes = !v })
	case "responseRequested":
		return flag(func(ev *mailbox.Event, v bool) { ev.NoResponse = !v })
	case "hideAttendees":
		return flag(func(ev *mailbox.Event, v bool) { ev.HideAttendees = v })
	case "transactionId":
		v, err := decode[string](name, raw)
		e.transaction = v
		return err
	case "singleValueExtendedProperties":
		v, err := readProps(raw)
		set(func(ev *mailbox.Event) { ev.Props = merged(ev.Props, v) })
		return err
	case "extensions":
		v, err := c.readExtensions(raw)
		set(func(ev *mailbox.Event) { ev.Extensions = v })
		return err
	case "attachments": // read by who makes an event
		return nil
	case "recurrence":
		v, err := decode[*wireRecurrence](name, raw)
		e.recurrence, e.noRecurrence, e.organizers = v, v == nil, true
		return err
	}
	return c.readOnly(name, knownProperty(eventSelectable, name))
}

// maxAttendees is what one event may have (facts, "Calendar").
const maxAttendees = 500

func readAttendees(raw json.RawMessage) ([]mailbox.Attendee, error) {
	wire, err := decode[[]struct {
		wireAddress
		Type string `json:"type"`
	}]("attendees", raw)
	if err != nil {
		return nil, err
	}
	if len(wire) > maxAttendees {
		return nil, badRequest("ErrorInvalidRequest", "An event can have 500 attendees at most.")
	}
	var out []mailbox.Attendee
	for _, w := range wire {
		a := mailbox.Attendee{Address: w.address(), Type: "required", Response: "none"}
		if !strings.Contains(a.Addr, "@") {
			return nil, badRequest("ErrorInvalidRecipients", "At least one recipient is not valid.")
		}
		if w.Type != "" {
			if a.Type, err = oneOf("type", w.Type, "required", "optional", "resource"); err != nil {
				return nil, err
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// keepAnswers keeps what those who were already invited have answered.
func keepAnswers(old, fresh []mailbox.Attendee) []mailbox.Attendee {
	for i, a := range fresh {
		at := slices.IndexFunc(old, func(o mailbox.Attendee) bool { return strings.EqualFold(o.Addr, a.Addr) })
		if at >= 0 {
			fresh[i].Response, fresh[i].Responded = old[at].Response, old[at].Responded
		}
	}
	return fresh
}

// apply changes ev: the times first, since a recurrence hangs on them.
func (e *eventEdit) apply(ev *mailbox.Event) error {
	for _, set := range e.set {
		set(ev)
	}
	if err := e.times(ev); err != nil {
		return err
	}
	if e.noRecurrence {
		if ev.Master() != nil {
			return badRequest("ErrorInvalidRequest", "An occurrence has no recurrence of its own.")
		}
		ev.Rule = nil
	}
	if e.recurrence != nil {
		if ev.Master() != nil {
			return badRequest("ErrorInvalidRequest", "An occurrence has no recurrence of its own.")
		}
		rule, err := e.recurrence.rule(recurrence.DayOf(ev.Start.In(ev.Zone())))
		if err != nil {
			return err
		}
		ev.Rule = rule
		ev.RecurringZone = e.recurrence.Range.RecurrenceTimeZone
		if ev.RecurringZone == "" {
			ev.RecurringZone = ev.StartZone
		}
	} else if ev.Rule != nil && e.start != nil { // the series moves with its start
		moved := *ev.Rule
		moved.Start = recurrence.DayOf(ev.Start.In(ev.Zone()))
		if moved.Range == recurrence.EndDate && moved.End < moved.Start {
			return badRequest("ErrorInvalidTimeSettings", "The series would end before it starts.")
		}
		ev.Rule = &moved
	}
	if ev.Online && ev.JoinURL == "" {
		ev.JoinURL = fmt.Sprintf("https://teams.microsoft.com/l/meetup-join/19%%3ameeting_%s%%40thread.v2/0", strconv.FormatInt(ev.Start.Unix()*7919+int64(len(ev.Subject)), 36))
	}
	return nil
}

// times sets start, end and all-day together: all-day is midnight to midnight in one zone, a day at least (facts,
// "All-day"); otherwise the end does not come before the start.
func (e *eventEdit) times(ev *mailbox.Event) error {
	if e.allDay != nil && *e.allDay != ev.AllDay {
		if e.start == nil || e.end == nil {
			return badRequest("ErrorInvalidTimeSettings", "Changing isAllDay needs start and end.")
		}
		ev.AllDay = *e.allDay
	}
	for _, t := range []struct {
		from *wireTime
		to   *time.Time
		zone *string
	}{{e.start, &ev.Start, &ev.StartZone}, {e.end, &ev.End, &ev.EndZone}} {
		if t.from == nil {
			continue
		}
		clock, zone, err := t.from.clock()
		if err != nil {
			return err
		}
		*t.to, *t.zone = clock.UTC(), zone
		if ev.AllDay {
			if h, m, s := clock.Clock(); h+m+s != 0 {
				return badRequest("ErrorInvalidTimeSettings", "The Event.Start and Event.End properties of an all-day event have to be midnight.")
			}
			y, m, d := clock.Date()
			*t.to = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		}
	}
	switch {
	case ev.AllDay && !strings.EqualFold(ev.StartZone, ev.EndZone):
		return badRequest("ErrorInvalidTimeSettings", "Start and end of an all-day event have to be in the same time zone.")
	case ev.AllDay && !ev.End.After(ev.Start):
		return badRequest("ErrorInvalidTimeSettings", "The duration of an all-day event has to be at least 24 hours.")
	case ev.End.Before(ev.Start):
		return badRequest("ErrorInvalidTimeSettings", "The end of the event is before its start.")
	case ev.End.Sub(ev.Start) > 5*366*24*time.Hour:
		return badRequest("ErrorInvalidTimeSettings", "The event is longer than five years.")
	}
	return nil
}
