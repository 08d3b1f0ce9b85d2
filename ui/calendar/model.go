package calendar

import (
	"cmp"
	"slices"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/when"
)

const dayMinutes = 24 * 60

// shortest is how many minutes an event takes on the grid at least, so that it can be seen and hit.
const shortest = 15

// segment is the part of a timed event that falls on one day. Minutes are those of the clock on the wall, so a day of 23
// or 25 hours has as many rows as any other.
type segment struct {
	event       int // index into week.events
	day         int // index into week.days
	from, to    int // minutes after midnight, to exclusive and at least shortest later
	col, cols   int // its column of how many
	span        int // how many columns it takes
	clear       int // minutes until another one begins on it, if in its group no two begin together; else 0
	first, last bool
}

// bar is an event in the all-day row: one for whole days, or one that takes 24 hours and more.
type bar struct {
	event          int
	from, to       int // days, to exclusive
	lane           int
	before, beyond bool // goes on outside the days shown
}

// week is what is shown of some days in a row: which event stands where. It is built anew from each snapshot and never
// changed.
type week struct {
	days     []when.Date
	loc      *time.Location
	events   []mirror.Event
	segments []segment // by day, start, column
	bars     []bar
	lanes    int
}

// arrange places events on days as the clocks of a location show them.
func arrange(events []mirror.Event, days []when.Date, loc *time.Location) *week {
	w := &week{days: days, loc: loc, events: events}
	if len(days) == 0 {
		return w
	}
	for i := range events {
		e := &events[i]
		first, last := span(e, loc)
		if last.Before(days[0]) || days[len(days)-1].Before(first) {
			continue
		}
		if e.AllDay || e.End.Sub(e.Start) >= 24*time.Hour {
			if b, ok := w.bar(i, first, last); ok {
				w.bars = append(w.bars, b)
			}
			continue
		}
		for d, day := range days {
			if !day.Before(first) && !last.Before(day) {
				w.segments = append(w.segments, w.segment(i, d, day == first, day == last))
			}
		}
	}
	assignColumns(w.segments)
	w.lanes = assignLanes(w.bars)
	return w
}

// span is the first and last day of an event, both included.
func span(e *mirror.Event, loc *time.Location) (first, last when.Date) {
	start, end := e.Start, e.End
	if e.AllDay {
		start, end = start.UTC(), end.UTC()
	} else {
		start, end = start.In(loc), end.In(loc)
	}
	if end.After(start) {
		end = end.Add(-time.Nanosecond)
	} else {
		end = start
	}
	return when.DateOf(start), when.DateOf(end)
}

func (w *week) bar(i int, first, last when.Date) (bar, bool) {
	b := bar{event: i, from: len(w.days), before: first.Before(w.days[0]), beyond: w.days[len(w.days)-1].Before(last)}
	for d, day := range w.days { // days may leave out a weekend, so the index is searched
		if !day.Before(first) && !last.Before(day) {
			b.from, b.to = min(b.from, d), d+1
		}
	}
	return b, b.from < b.to
}

func (w *week) segment(i, d int, first, last bool) segment {
	s := segment{event: i, day: d, to: dayMinutes, first: first, last: last}
	e := &w.events[i]
	if first {
		s.from = wall(e.Start, w.loc)
	}
	if last {
		s.to = wall(e.End, w.loc)
		if s.to == 0 && !first {
			s.to = dayMinutes
		}
		if first && s.to <= s.from { // ends at midnight, has no length, or the clocks went back meanwhile
			s.to = s.from + int(e.End.Sub(e.Start)/time.Minute)
		}
	}
	s.to = min(s.to, dayMinutes)
	if s.to < s.from+shortest {
		s.to = min(dayMinutes, s.from+shortest)
		s.from = s.to - max(shortest, s.to-s.from)
	}
	return s
}

// wall is the time of day that the clocks of a location show, in minutes.
func wall(t time.Time, loc *time.Location) int {
	t = t.In(loc)
	return t.Hour()*60 + t.Minute()
}

// mode is how many days are shown.
type mode int

const (
	modeDay mode = iota
	modeWork
	modeWeek
)

// daysOf lists the days that a mode shows around a day. A work week is Monday to Friday.
func daysOf(m mode, d when.Date, start time.Weekday) []when.Date {
	first, n := d, 1
	switch m {
	case modeWork:
		first, n = d.Week(start), 7
		// The Monday to Friday that lie in the week as the locale cuts it: of a week from Saturday, that to come.
		for first.Weekday() != time.Monday {
			first = first.Add(1)
		}
		n = 5
	case modeWeek:
		first, n = d.Week(start), 7
	}
	days := make([]when.Date, n)
	for i := range days {
		days[i] = first.Add(i)
	}
	return days
}

// step is the day around which the next (by 1) or previous (by -1) period lies.
func (m mode) step(d when.Date, by int) when.Date {
	if m == modeDay {
		return d.Add(by)
	}
	return d.Add(7 * by)
}

// ordered lists the events that are shown in the order in which arrows walk through them: by day, all-day ones first,
// then by start.
func (w *week) ordered() []int {
	type place struct{ event, day, from, col int }
	var all []place
	for _, b := range w.bars {
		all = append(all, place{b.event, b.from, -1, b.lane})
	}
	seen := map[int]bool{}
	for _, s := range w.segments {
		if !seen[s.event] { // one that goes on past midnight is met once
			seen[s.event] = true
			all = append(all, place{s.event, s.day, s.from, s.col})
		}
	}
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.from, b.from), cmp.Compare(a.col, b.col), cmp.Compare(a.event, b.event))
	})
	out := make([]int, len(all))
	for i, p := range all {
		out[i] = p.event
	}
	return out
}

// where is the day and minute at which an event begins on the screen; minute is -1 in the all-day row.
func (w *week) where(event int) (day, minute int, ok bool) {
	for _, s := range w.segments {
		if s.event == event {
			return s.day, s.from, true
		}
	}
	for _, b := range w.bars {
		if b.event == event {
			return b.from, -1, true
		}
	}
	return 0, 0, false
}

// beside is the event on the next day that has any in a direction, nearest in time to the one given; -1 for none.
func (w *week) beside(event, by int) int {
	day, minute, ok := w.where(event)
	if !ok {
		return -1
	}
	for d := day + by; d >= 0 && d < len(w.days); d += by {
		best, off := -1, 0
		consider := func(e, at int) {
			if o := max(at-minute, minute-at); best < 0 || o < off {
				best, off = e, o
			}
		}
		for _, b := range w.bars {
			if b.from == d {
				consider(b.event, -1)
			}
		}
		for _, s := range w.segments {
			if s.day == d && s.first {
				consider(s.event, s.from)
			}
		}
		if best >= 0 {
			return best
		}
	}
	return -1
}

// find is the index of the event with a row id, or -1.
func (w *week) find(id int64) int {
	return slices.IndexFunc(w.events, func(e mirror.Event) bool { return e.ID == id })
}

// dayOf is the column of a day, or -1.
func (w *week) dayOf(d when.Date) int { return slices.Index(w.days, d) }
