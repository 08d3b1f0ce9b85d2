package when

import (
	"strconv"
	"time"
)

// Date is a day of the calendar without a time or a zone. The zero value is no day. Dates compare with ==.
type Date struct {
	Year  int
	Month time.Month
	Dom   int // of the month, 1 to 31
}

// NewDate returns a day; values beyond their range are normalised as time.Date does.
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 12, 0, 0, 0, time.UTC))
}

// DateOf is the day of a time in the time's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero tells whether it is no day.
func (d Date) IsZero() bool { return d == Date{} }

// UTC is midnight UTC of the day, as all-day events keep it.
func (d Date) UTC() time.Time { return time.Date(d.Year, d.Month, d.Dom, 0, 0, 0, 0, time.UTC) }

// At is the instant at which the clocks of a place show so many minutes after midnight on the day. In the hour that is
// repeated when the clocks go back it is the first; a time that is left out when they go forward is as much later on the
// clock as they were moved.
func (d Date) At(minutes int, loc *time.Location) time.Time {
	wall := d.UTC().Add(time.Duration(minutes) * time.Minute)
	t := time.Date(d.Year, d.Month, d.Dom, 0, minutes, 0, 0, loc)
	// time.Date does not promise which of two offsets it takes, so it is chosen here: the one in force before.
	_, before := t.Add(-12 * time.Hour).Zone()
	first := wall.Add(-time.Duration(before) * time.Second).In(loc)
	if shows(first, wall) || !shows(t, wall) {
		return first
	}
	return t
}

func shows(t, wall time.Time) bool {
	return t.Hour() == wall.Hour() && t.Minute() == wall.Minute() && DateOf(t) == DateOf(wall)
}

// Add is the day so many days later.
func (d Date) Add(days int) Date { return NewDate(d.Year, d.Month, d.Dom+days) }

// AddMonths is the same day so many months later, or the last day of a month that is too short for it.
func (d Date) AddMonths(n int) Date {
	first := NewDate(d.Year, d.Month+time.Month(n), 1)
	last := NewDate(first.Year, first.Month+1, 0)
	first.Dom = min(d.Dom, last.Dom)
	return first
}

// Since is the number of days from other to d.
func (d Date) Since(other Date) int { return int(d.UTC().Sub(other.UTC()) / (24 * time.Hour)) }

// Before tells whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.Since(other) < 0 }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.UTC().Weekday() }

// Week is the first day of d's week when weeks begin on start.
func (d Date) Week(start time.Weekday) Date { return d.Add(-(int(d.Weekday()-start) + 7) % 7) }

// WeekNumber is the ISO 8601 number of the week that holds d.
func (d Date) WeekNumber() int {
	_, w := d.UTC().ISOWeek()
	return w
}

// ISO is "2026-11-23".
func (d Date) ISO() string { return d.UTC().Format(time.DateOnly) }

// Day is "Mon 23 Nov", or "Mon, Nov 23" where the month comes first.
func (d Date) Day() string {
	if Current().Order == MonthFirst {
		return WeekdayShort(d.Weekday()) + ", " + dayMonth(d)
	}
	return WeekdayShort(d.Weekday()) + " " + dayMonth(d)
}

// Full is Day with the year: "Mon 23 Nov 2026", "Mon, Nov 23, 2026". ParseDate reads it.
func (d Date) Full() string {
	if Current().Order == MonthFirst {
		return d.Day() + ", " + strconv.Itoa(d.Year)
	}
	return d.Day() + " " + strconv.Itoa(d.Year)
}

// Medium is "23 Nov 2026", or "Nov 23, 2026".
func (d Date) Medium() string {
	if Current().Order == MonthFirst {
		return dayMonth(d) + ", " + strconv.Itoa(d.Year)
	}
	return dayMonth(d) + " " + strconv.Itoa(d.Year)
}

// Long is "Monday 23 November 2026", or "Monday, November 23, 2026".
func (d Date) Long() string {
	if Current().Order == MonthFirst {
		return Weekday(d.Weekday()) + ", " + Month(d.Month) + " " + strconv.Itoa(d.Dom) + ", " + strconv.Itoa(d.Year)
	}
	return Weekday(d.Weekday()) + " " + strconv.Itoa(d.Dom) + " " + Month(d.Month) + " " + strconv.Itoa(d.Year)
}

func dayMonth(d Date) string {
	if Current().Order == MonthFirst {
		return MonthShort(d.Month) + " " + strconv.Itoa(d.Dom)
	}
	return strconv.Itoa(d.Dom) + " " + MonthShort(d.Month)
}
