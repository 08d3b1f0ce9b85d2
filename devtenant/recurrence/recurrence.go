// Package recurrence expands Outlook's recurrence patterns into the days of their occurrences. It knows nothing of
// times or zones: a series is expanded day by day in its organizer's zone, and whoever holds the series puts the clock
// time to the day (facts: "anchor a series in the organizer's zone, never in UTC").
package recurrence

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Day is a civil day: the number of days since 1970-01-01.
type Day int32

// Date makes a Day; month and day may be out of range as in time.Date.
func Date(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// DayOf is the civil day of t in t's own zone.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Date(y, m, d)
}

// Civil splits d.
func (d Day) Civil() (int, time.Month, int) { return d.UTC().Date() }

// UTC is the midnight in UTC at which d begins.
func (d Day) UTC() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Weekday of d.
func (d Day) Weekday() time.Weekday { return d.UTC().Weekday() }

// String is d as YYYY-MM-DD.
func (d Day) String() string { return d.UTC().Format(time.DateOnly) }

// The six pattern types (Graph recurrencePatternType).
const (
	Daily           = "daily"
	Weekly          = "weekly"
	AbsoluteMonthly = "absoluteMonthly"
	RelativeMonthly = "relativeMonthly"
	AbsoluteYearly  = "absoluteYearly"
	RelativeYearly  = "relativeYearly"
)

// The three range types (Graph recurrenceRangeType).
const (
	NoEnd    = "noEnd"
	EndDate  = "endDate"
	Numbered = "numbered"
)

// Rule is a pattern with its range. Fields that a pattern type does not use are ignored.
type Rule struct {
	Type       string
	Interval   int            // days, weeks, months or years; at least 1
	Days       []time.Weekday // weekly, relative…
	FirstDay   time.Weekday   // weekly: when a week begins
	DayOfMonth int            // absolute…: 1–31; a shorter month uses its last day, as Outlook does
	Month      int            // …Yearly: 1–12
	Index      string         // relative…: first, second, third, fourth, last

	Range string
	Start Day
	End   Day // endDate: the last day that may have an occurrence
	Count int // numbered
}

// ErrInvalid is returned by Validate; the text says what is wrong.
var ErrInvalid = errors.New("invalid recurrence")

// Limits that Outlook keeps, too; they bound the work that one series can cause.
const (
	maxInterval = 999
	maxCount    = 999
)

var indexes = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}

// Validate says what is wrong with r, or nil. Only a valid rule may be expanded.
func (r *Rule) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
	}
	if r.Interval < 1 || r.Interval > maxInterval {
		return bad("interval %d", r.Interval)
	}
	switch r.Type {
	case Daily:
	case Weekly:
		if len(r.Days) == 0 {
			return bad("weekly without daysOfWeek")
		}
	case AbsoluteMonthly, AbsoluteYearly:
		if r.DayOfMonth < 1 || r.DayOfMonth > 31 {
			return bad("dayOfMonth %d", r.DayOfMonth)
		}
	case RelativeMonthly, RelativeYearly:
		if len(r.Days) == 0 {
			return bad("%s without daysOfWeek", r.Type)
		}
		if indexes[r.Index] == 0 {
			return bad("index %q", r.Index)
		}
	default:
		return bad("pattern type %q", r.Type)
	}
	if (r.Type == AbsoluteYearly || r.Type == RelativeYearly) && (r.Month < 1 || r.Month > 12) {
		return bad("month %d", r.Month)
	}
	if r.FirstDay < time.Sunday || r.FirstDay > time.Saturday {
		return bad("firstDayOfWeek")
	}
	for _, day := range r.Days {
		if day < time.Sunday || day > time.Saturday {
			return bad("daysOfWeek")
		}
	}
	if y, _, _ := r.Start.Civil(); y < 1900 || y > 4500 {
		return bad("startDate %s", r.Start)
	}
	switch r.Range {
	case NoEnd:
	case EndDate:
		if r.End < r.Start {
			return bad("endDate before startDate")
		}
	case Numbered:
		if r.Count < 1 || r.Count > maxCount {
			return bad("numberOfOccurrences %d", r.Count)
		}
	default:
		return bad("range type %q", r.Range)
	}
	return nil
}

// lastDay bounds a series without end; a caller's own window ends long before it.
var lastDay = Date(4500, time.December, 31)

// All yields the days of the occurrences, in order, from the range's start on.
func (r *Rule) All() iter.Seq[Day] {
	return func(yield func(Day) bool) {
		n := 0
		for day := range r.pattern() {
			if day < r.Start {
				continue
			}
			if day > lastDay || r.Range == EndDate && day > r.End {
				return
			}
			if !yield(day) {
				return
			}
			if n++; r.Range == Numbered && n >= r.Count {
				return
			}
		}
	}
}

// Between yields the days in [from, to).
func (r *Rule) Between(from, to Day) iter.Seq[Day] {
	return func(yield func(Day) bool) {
		for day := range r.All() {
			if day >= to {
				return
			}
			if day >= from && !yield(day) {
				return
			}
		}
	}
}

// First is the first occurrence; ok is false when the range ends before there is one.
func (r *Rule) First() (day Day, ok bool) {
	for day = range r.All() {
		return day, true
	}
	return 0, false
}

// Has says whether day is one of the occurrences.
func (r *Rule) Has(day Day) bool {
	for range r.Between(day, day+1) {
		return true
	}
	return false
}

// pattern yields the days that match the pattern alone, in order, beginning with the period that holds Start.
func (r *Rule) pattern() iter.Seq[Day] {
	return func(yield func(Day) bool) {
		switch r.Type {
		case Daily:
			for day := r.Start; day <= lastDay; day += Day(r.Interval) {
				if !yield(day) {
					return
				}
			}
		case Weekly:
			week := r.Start - Day((int(r.Start.Weekday())-int(r.FirstDay)+7)%7)
			for ; week <= lastDay; week += Day(7 * r.Interval) {
				for day := week; day < week+7; day++ {
					if slices.Contains(r.Days, day.Weekday()) && !yield(day) {
						return
					}
				}
			}
		default:
			r.months(yield)
		}
	}
}

func (r *Rule) months(yield func(Day) bool) {
	year, month, _ := r.Start.Civil()
	step := r.Interval
	if r.Type == AbsoluteYearly || r.Type == RelativeYearly {
		month, step = time.Month(r.Month), 12*r.Interval
	}
	for n := 0; ; n += step {
		first := Date(year, month+time.Month(n), 1)
		if first > lastDay {
			return
		}
		y, m, _ := first.Civil()
		if !yield(r.inMonth(first, Date(y, m+1, 1)-1)) {
			return
		}
	}
}

// inMonth picks the day between first and last that the pattern means. With several days of the week the first (or
// second …, or last) day that is any of them counts (documentation of recurrencePattern: "on which instance of the
// allowed days … counted from the first instance in the month").
func (r *Rule) inMonth(first, last Day) Day {
	if r.Type == AbsoluteMonthly || r.Type == AbsoluteYearly {
		return min(first+Day(r.DayOfMonth-1), last)
	}
	n := indexes[r.Index]
	if n < 0 {
		for day := last; ; day-- {
			if slices.Contains(r.Days, day.Weekday()) {
				return day
			}
		}
	}
	for day := first; ; day++ {
		if slices.Contains(r.Days, day.Weekday()) {
			if n--; n == 0 {
				return day
			}
		}
	}
}
