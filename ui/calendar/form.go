package calendar

import (
	"strings"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/when"
)

// moment is a day and a time of day as the clocks show it.
type moment struct {
	day    when.Date
	minute int
}

// form is what the panel's fields hold: what an event is before and after they have been edited. Its end day of an
// all-day event is the last day, not the one after.
type form struct {
	title, place, body string
	allDay             bool
	start, end         moment
	attendees          []mirror.Address
}

// formOf is an event as the fields show it.
func formOf(e *mirror.Event, me mirror.Account, loc *time.Location) form {
	f := form{title: strings.TrimSpace(e.Subject), place: strings.TrimSpace(e.Location), body: bodyText(e), allDay: e.AllDay, attendees: addressesOf(e, me)}
	first, last := span(e, loc)
	f.start.day, f.end.day = first, last
	if e.AllDay {
		f.start.minute, f.end.minute = 9*60, 9*60+30 // for when it is made a timed one
		return f
	}
	f.start.minute = wall(e.Start, loc)
	f.end = moment{when.DateOf(e.End.In(loc)), wall(e.End, loc)}
	return f
}

// same tells whether nothing has been edited.
func (f form) same(o form) bool {
	times := f.start == o.start && f.end == o.end
	if f.allDay && o.allDay {
		times = f.start.day == o.start.day && f.end.day == o.end.day
	}
	return f.title == o.title && f.place == o.place && f.body == o.body && f.allDay == o.allDay && times && sameAddresses(f.attendees, o.attendees)
}

// times are the instants as the mirror wants them.
func (f form) times(loc *time.Location) (start, end time.Time) {
	if f.allDay {
		return f.start.day.UTC(), f.end.day.Add(1).UTC()
	}
	return f.start.day.At(f.start.minute, loc), f.end.day.At(f.end.minute, loc)
}

// edit lists what differs from before. changed is false when nothing does.
func (f form) edit(before form, loc *time.Location) (edit mirror.EventEdit, changed bool) {
	if f.same(before) {
		return edit, false
	}
	if f.title != before.title {
		edit.Subject = &f.title
	}
	if f.place != before.place {
		edit.Location = &f.place
	}
	if f.body != before.body {
		edit.Body = &f.body
	}
	if !sameAddresses(f.attendees, before.attendees) {
		list := append([]mirror.Address{}, f.attendees...)
		edit.Attendees = &list
	}
	start, end := f.times(loc)
	startWas, endWas := before.times(loc)
	if f.allDay != before.allDay {
		edit.AllDay = &f.allDay
		edit.Start, edit.End = &start, &end
	} else if !start.Equal(startWas) || !end.Equal(endWas) {
		edit.Start, edit.End = &start, &end
	}
	return edit, true
}

// length is how long it is, for keeping the end in step with the start.
func (f form) length(loc *time.Location) time.Duration {
	start, end := f.times(loc)
	return end.Sub(start)
}

// momentOf is what the clocks of a time's own location show.
func momentOf(t time.Time) moment { return moment{when.DateOf(t), t.Hour()*60 + t.Minute()} }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func trimmed(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
