package when

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"supercrm/ui/words"
)

// longestInput bounds what is looked at: nothing that names a day or a time is longer.
const longestInput = 64

// ParseDate reads a day as a person types it: as the program writes it, as ISO 8601 (2026-11-23), in figures in the order
// of the locale (23.11.26, 23/11, 11/23 where the month comes first), with the month's name (23 nov, November 23, 2026),
// a weekday (fri: the next one, today included), today, tomorrow, yesterday, or +3 days. A year that is left out is the one
// that makes the day nearest to today; a day alone is the next one with that number.
func ParseDate(text string, today Date) (Date, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" || len(text) > longestInput {
		return Date{}, false
	}
	for word, days := range map[string]int{"today": 0, "tomorrow": 1, "yesterday": -1} {
		if text == word || text == strings.ToLower(words.T(word)) {
			return today.Add(days), true
		}
	}
	if rest, plus := strings.CutPrefix(text, "+"); plus {
		n, err := strconv.Atoi(strings.TrimSpace(rest))
		if err != nil || n > 3660 {
			return Date{}, false
		}
		return today.Add(n), true
	}
	return dateOfParts(split(text), today)
}

// part is a run of digits, or of letters.
type part struct {
	text   string
	number int // -1 for letters
}

func split(text string) []part {
	var out []part
	start, kind := 0, 0
	flush := func(end int) {
		switch run := text[start:end]; kind {
		case 1:
			n, err := strconv.Atoi(run)
			if err != nil {
				n = 1 << 30 // too long to be anything
			}
			out = append(out, part{run, n})
		case 2:
			out = append(out, part{run, -1})
		}
	}
	for i, r := range text {
		k := 0
		switch {
		case r >= '0' && r <= '9':
			k = 1
		case unicode.IsLetter(r), unicode.IsMark(r):
			k = 2
		}
		if k != kind {
			flush(i)
			start, kind = i, k
		}
	}
	flush(len(text))
	return out
}

func dateOfParts(parts []part, today Date) (Date, bool) {
	var numbers []part
	month, weekday := time.Month(0), -1
	for _, p := range parts {
		switch {
		case p.number >= 0:
			numbers = append(numbers, p)
		case ordinal(p.text):
		default:
			if m := monthNamed(p.text); m != 0 && month == 0 {
				month = m
			} else if d := weekdayNamed(p.text); d >= 0 && weekday < 0 {
				weekday = d
			} else {
				return Date{}, false
			}
		}
	}
	if month != 0 {
		switch {
		case len(numbers) == 1:
			return nearest(numbers[0].number, month, today)
		case len(numbers) == 2 && len(numbers[0].text) == 4:
			return exact(numbers[0], month, numbers[1].number)
		case len(numbers) == 2:
			return exact(numbers[1], month, numbers[0].number)
		}
		return Date{}, false
	}
	switch len(numbers) {
	case 0:
		if weekday < 0 {
			return Date{}, false
		}
		return today.Add((weekday - int(today.Weekday()) + 7) % 7), true
	case 1:
		n := numbers[0]
		if len(n.text) == 8 {
			return exact(part{n.text[:4], n.number / 10000}, time.Month(n.number/100%100), n.number%100)
		}
		for i := range 12 { // the next month that has such a day from today on
			first := Date{today.Year, today.Month, 1}.AddMonths(i)
			if d, ok := valid(first.Year, first.Month, n.number); ok && !d.Before(today) {
				return d, true
			}
		}
		return Date{}, false
	case 2:
		day, m := numbers[0].number, numbers[1].number
		if Current().Order != DayFirst {
			day, m = m, day
		}
		return nearest(day, time.Month(m), today)
	case 3:
		a, b, c := numbers[0], numbers[1], numbers[2]
		switch {
		case len(a.text) == 4 || Current().Order == ISOFirst && len(c.text) <= 2:
			return exact(a, time.Month(b.number), c.number)
		case Current().Order == MonthFirst:
			return exact(c, time.Month(a.number), b.number)
		}
		return exact(c, time.Month(b.number), a.number)
	}
	return Date{}, false
}

// exact is a day whose year was typed, with two digits or four.
func exact(year part, m time.Month, day int) (Date, bool) {
	y := year.number
	switch len(year.text) {
	case 2:
		y += 2000
	case 4:
	default:
		return Date{}, false
	}
	return valid(y, m, day)
}

func valid(y int, m time.Month, day int) (Date, bool) {
	if y < 1900 || y > 2200 || m < 1 || m > 12 || day < 1 || day > 31 {
		return Date{}, false
	}
	d := NewDate(y, m, day)
	return d, d.Dom == day
}

// nearest is a day whose year was not typed.
func nearest(day int, m time.Month, today Date) (Date, bool) {
	best, found := Date{}, false
	for _, y := range []int{today.Year, today.Year + 1, today.Year - 1} {
		if d, ok := valid(y, m, day); ok && (!found || distance(d, today) < distance(best, today)) {
			best, found = d, true
		}
	}
	return best, found
}

func distance(a, b Date) int { return max(a.Since(b), b.Since(a)) }

func ordinal(s string) bool { return s == "st" || s == "nd" || s == "rd" || s == "th" || s == "of" }

// named tells whether what was typed begins a name: three letters or more of it, or all of a shorter one.
func named(typed string, names ...string) bool {
	for _, n := range names {
		if n = strings.ToLower(n); typed == n || len([]rune(typed)) >= 3 && strings.HasPrefix(n, typed) {
			return true
		}
	}
	return false
}

func monthNamed(s string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if named(s, monthsLong[m-1], Month(m), strings.TrimSuffix(MonthShort(m), ".")) {
			return m
		}
	}
	return 0
}

func weekdayNamed(s string) int {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if named(s, daysLong[d], Weekday(d), strings.TrimSuffix(WeekdayShort(d), ".")) {
			return int(d)
		}
	}
	return -1
}

// ParseClock reads a time of day as a person types it, in minutes since midnight: 9, 9:30, 930, 0930, 9.30, 9h30, 9 am,
// 9:30p, noon, midnight, 24:00 (1440, for an end). Bare numbers are hours; nothing is guessed about morning and evening.
func ParseClock(text string) (int, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" || len(text) > longestInput {
		return 0, false
	}
	for word, minutes := range map[string]int{"noon": 720, "midnight": 0} {
		if text == word || text == strings.ToLower(words.T(word)) {
			return minutes, true
		}
	}
	var numbers []part
	half := ""
	for i, p := range split(strings.NewReplacer("a.m.", "am", "p.m.", "pm").Replace(text)) {
		switch {
		case p.number >= 0 && half == "":
			numbers = append(numbers, p)
		case i == 0 || half != "":
			return 0, false
		case p.text == "a" || p.text == "am" || p.text == "p" || p.text == "pm":
			half = p.text[:1]
		case p.text != "h" && p.text != "uhr" && p.text != "min" && p.text != "m":
			return 0, false
		}
	}
	h, m := 0, 0
	switch len(numbers) {
	case 1:
		h = numbers[0].number
		switch len(numbers[0].text) {
		case 1, 2:
		case 3, 4:
			h, m = h/100, h%100
		default:
			return 0, false
		}
	case 2:
		h, m = numbers[0].number, numbers[1].number
		if len(numbers[0].text) > 2 || len(numbers[1].text) != 2 {
			return 0, false
		}
	default:
		return 0, false
	}
	if half != "" {
		if h < 1 || h > 12 {
			return 0, false
		}
		h %= 12
		if half == "p" {
			h += 12
		}
	}
	if m > 59 || h > 24 || h == 24 && m > 0 {
		return 0, false
	}
	return h*60 + m, true
}
