package search

import (
	"strconv"
	"strings"
	"time"
)

// date understands what before: and after: are given: a day, a month or a year in ISO order (also with dots, day first:
// 01.03.2026), today, yesterday, and so long ago (7d, 2w, 6m, 1y). The answer is the beginning of it in now's zone.
func date(s string, now time.Time) (time.Time, bool) {
	y, m, d := now.Date()
	day := func(y int, m time.Month, d int) (time.Time, bool) {
		return time.Date(y, m, d, 0, 0, 0, 0, now.Location()), true
	}
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "today":
		return day(y, m, d)
	case "yesterday":
		return day(y, m, d-1)
	case "tomorrow":
		return day(y, m, d+1)
	}
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2.1.2006", "2006-1", "2006/1", "2006"} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil && t.Year() >= 1900 {
			return day(t.Date())
		}
	}
	if len(s) < 2 {
		return time.Time{}, false
	}
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil || n < 0 || n > 36500 {
		return time.Time{}, false
	}
	switch s[len(s)-1] {
	case 'd':
		return day(y, m, d-n)
	case 'w':
		return day(y, m, d-7*n)
	case 'm':
		return day(y, m-time.Month(n), d)
	case 'y':
		return day(y-min(n, y-1), m, d)
	}
	return time.Time{}, false
}
