// Package when writes and reads dates and times as people do: in the local time zone, in the order, clock and week of
// their locale, in the language of the interface. It knows nothing of calendars or events; what a time means is the
// caller's. All functions may be called from any goroutine.
package when

import (
	"strconv"
	"time"

	"supercrm/ui/words"
)

var (
	monthsLong = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
		"November", "December"}
	monthsShort = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	daysLong    = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	daysShort   = [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
)

// Month is a month's name, "November".
func Month(m time.Month) string { return words.X("month."+monthsLong[m-1], monthsLong[m-1]) }

// MonthShort is a month's short name, "Nov".
func MonthShort(m time.Month) string {
	return words.X("month.short."+monthsShort[m-1], monthsShort[m-1])
}

// Weekday is a day's name, "Monday".
func Weekday(d time.Weekday) string { return words.X("weekday."+daysLong[d], daysLong[d]) }

// WeekdayShort is a day's short name, "Mon".
func WeekdayShort(d time.Weekday) string { return words.X("weekday.short."+daysShort[d], daysShort[d]) }

// Time is the time of day of an instant, "10:42" or "10:42 am".
func Time(t time.Time) string {
	t = t.Local()
	return Clock(t.Hour()*60 + t.Minute())
}

// Clock is a time of day given in minutes since midnight by the clock on the wall, 0 to 1440.
func Clock(minutes int) string {
	h, m := minutes/60%24, minutes%60
	if !Current().H12 {
		return two(h) + ":" + two(m)
	}
	half := " am"
	if h >= 12 {
		half = " pm"
	}
	return strconv.Itoa((h+11)%12+1) + ":" + two(m) + half
}

// Hour is the label of a full hour in a grid: "09:00", or "9 am".
func Hour(h int) string {
	if !Current().H12 {
		return two(h%24) + ":00"
	}
	if h%24 < 12 {
		return strconv.Itoa((h+11)%12+1) + " am"
	}
	return strconv.Itoa((h+11)%12+1) + " pm"
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// Day is the day of an instant, "Mon 23 Nov" or "Mon, Nov 23".
func Day(t time.Time) string { return DateOf(t.Local()).Day() }

// Short is an instant in a list: the time if it is today's, "Yesterday", the weekday within a week, "12 Nov" in the same
// half year, else "2025-11-12". Times to come are written alike.
func Short(t, now time.Time) string {
	d, today := DateOf(t.Local()), DateOf(now.Local())
	days := today.Since(d)
	switch {
	case days == 0:
		return Time(t)
	case days > 0 && days < 7:
		return WeekdayShort(d.Weekday())
	case days > -180 && days < 300 && (d.Year == today.Year || days < 180):
		return dayMonth(d)
	}
	return d.ISO()
}

// Stamp is an instant of which the day matters only where it is not today: "10:42", "Fri 20 Nov, 10:42", and with the year
// where that is another one.
func Stamp(t, now time.Time) string {
	switch d, today := DateOf(t.Local()), DateOf(now.Local()); {
	case d == today:
		return Time(t)
	case d.Year == today.Year:
		return d.Day() + ", " + Time(t)
	default:
		return d.Full() + ", " + Time(t)
	}
}

// Long is an instant in full, "Monday 23 November 2026, 10:42".
func Long(t time.Time) string { return DateOf(t.Local()).Long() + ", " + Time(t) }

// Range is the time from one instant to another: "Mon 23 Nov, 10:00 – 11:30", with the day again where it is another one.
func Range(start, end time.Time) string {
	s, e := DateOf(start.Local()), DateOf(end.Local())
	switch {
	case s == e || end.Sub(start) < 24*time.Hour && e == s.Add(1) && minuteOf(end) == 0:
		return s.Day() + ", " + Time(start) + " – " + Time(end)
	case s.Year != e.Year:
		return s.Full() + ", " + Time(start) + " – " + e.Full() + ", " + Time(end)
	}
	return s.Day() + ", " + Time(start) + " – " + e.Day() + ", " + Time(end)
}

func minuteOf(t time.Time) int {
	t = t.Local()
	return t.Hour()*60 + t.Minute()
}

// Days is the range of an all-day event, whose start and exclusive end are midnights UTC of its dates: "Mon 23 Nov" or
// "Mon 23 Nov – Wed 25 Nov".
func Days(start, end time.Time) string {
	first, last := DateOf(start.UTC()), DateOf(end.UTC()).Add(-1)
	if last.Since(first) <= 0 {
		return first.Day()
	}
	return first.Day() + " – " + last.Day()
}

// Period is a range of days, both ends included, as a title: "16 – 22 November 2026".
func Period(first, last Date) string {
	month := Current().Order == MonthFirst
	sy, ey := strconv.Itoa(first.Year), strconv.Itoa(last.Year)
	sd, ed := strconv.Itoa(first.Dom), strconv.Itoa(last.Dom)
	sm, em := Month(first.Month), Month(last.Month)
	switch {
	case first == last:
		return first.Long()
	case first.Year != last.Year:
		sm, em = MonthShort(first.Month), MonthShort(last.Month)
		if month {
			return sm + " " + sd + ", " + sy + " – " + em + " " + ed + ", " + ey
		}
		return sd + " " + sm + " " + sy + " – " + ed + " " + em + " " + ey
	case first.Month != last.Month:
		sm, em = MonthShort(first.Month), MonthShort(last.Month)
		if month {
			return sm + " " + sd + " – " + em + " " + ed + ", " + ey
		}
		return sd + " " + sm + " – " + ed + " " + em + " " + ey
	}
	if month {
		return sm + " " + sd + " – " + ed + ", " + ey
	}
	return sd + " – " + ed + " " + em + " " + ey
}

// Zone names a time zone at an instant, as people know it, with its offset: "CET, UTC+1". An instant is needed because
// the offset changes through the year. The offset alone is given where the zone has no name of letters.
func Zone(at time.Time) (name, offset string) {
	name, seconds := at.Zone()
	offset = "UTC"
	if seconds != 0 {
		sign := "+"
		if seconds < 0 {
			sign, seconds = "−", -seconds
		}
		offset += sign + strconv.Itoa(seconds/3600)
		if m := seconds / 60 % 60; m != 0 {
			offset += ":" + two(m)
		}
	}
	if name == "" || name[0] == '+' || name[0] == '-' {
		name = offset
	}
	return name, offset
}

// PeriodShort is Period with short names and without the year: "16 – 22 Nov".
func PeriodShort(first, last Date) string {
	sd, ed := strconv.Itoa(first.Dom), strconv.Itoa(last.Dom)
	sm, em := MonthShort(first.Month), MonthShort(last.Month)
	switch month := Current().Order == MonthFirst; {
	case first == last:
		return dayMonth(first)
	case first.Month != last.Month:
		return dayMonth(first) + " – " + dayMonth(last)
	case month:
		return sm + " " + sd + " – " + ed
	}
	return sd + " – " + ed + " " + em
}
