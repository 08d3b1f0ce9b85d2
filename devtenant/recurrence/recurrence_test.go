package recurrence

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func days(r Rule, n int) string {
	var out []string
	for day := range r.All() {
		out = append(out, day.String())
		if len(out) == n {
			break
		}
	}
	return strings.Join(out, " ")
}

func TestPatterns(t *testing.T) {
	weekdays := []time.Weekday{1, 2, 3, 4, 5}
	for _, c := range []struct {
		name string
		rule Rule
		want string
	}{
		{"daily", Rule{Type: Daily, Interval: 1, Range: Numbered, Count: 3, Start: Date(2025, 2, 27)}, "2025-02-27 2025-02-28 2025-03-01"},
		{"every third day", Rule{Type: Daily, Interval: 3, Range: EndDate, Start: Date(2025, 1, 1), End: Date(2025, 1, 8)}, "2025-01-01 2025-01-04 2025-01-07"},
		{"end date itself counts", Rule{Type: Daily, Interval: 1, Range: EndDate, Start: Date(2025, 1, 1), End: Date(2025, 1, 2)}, "2025-01-01 2025-01-02"},
		{"weekdays", Rule{Type: Weekly, Interval: 1, Days: weekdays, Range: NoEnd, Start: Date(2025, 1, 2)}, "2025-01-02 2025-01-03 2025-01-06 2025-01-07"},
		{"start day is not one of the days", Rule{Type: Weekly, Interval: 1, Days: []time.Weekday{time.Monday}, Range: NoEnd, Start: Date(2025, 1, 2)}, "2025-01-06 2025-01-13 2025-01-20 2025-01-27"},
		// RFC 5545's example of what the first day of the week changes, with Graph's words.
		{"every other week, week from Monday", Rule{Type: Weekly, Interval: 2, FirstDay: time.Monday, Days: []time.Weekday{time.Tuesday, time.Sunday}, Range: Numbered, Count: 4, Start: Date(1997, 8, 5)}, "1997-08-05 1997-08-10 1997-08-19 1997-08-24"},
		{"every other week, week from Sunday", Rule{Type: Weekly, Interval: 2, FirstDay: time.Sunday, Days: []time.Weekday{time.Tuesday, time.Sunday}, Range: Numbered, Count: 4, Start: Date(1997, 8, 5)}, "1997-08-05 1997-08-17 1997-08-19 1997-08-31"},
		{"the 31st is the last day of a short month", Rule{Type: AbsoluteMonthly, Interval: 1, DayOfMonth: 31, Range: Numbered, Count: 4, Start: Date(2024, 1, 31)}, "2024-01-31 2024-02-29 2024-03-31 2024-04-30"},
		{"day of month before the start", Rule{Type: AbsoluteMonthly, Interval: 2, DayOfMonth: 5, Range: Numbered, Count: 2, Start: Date(2024, 1, 10)}, "2024-03-05 2024-05-05"},
		{"first Thursday", Rule{Type: RelativeMonthly, Interval: 1, Index: "first", Days: []time.Weekday{time.Thursday}, Range: Numbered, Count: 3, Start: Date(2025, 1, 2)}, "2025-01-02 2025-02-06 2025-03-06"},
		{"first working day", Rule{Type: RelativeMonthly, Interval: 1, Index: "first", Days: weekdays, Range: Numbered, Count: 3, Start: Date(2025, 1, 1)}, "2025-01-01 2025-02-03 2025-03-03"},
		{"last working day", Rule{Type: RelativeMonthly, Interval: 1, Index: "last", Days: weekdays, Range: Numbered, Count: 3, Start: Date(2025, 1, 1)}, "2025-01-31 2025-02-28 2025-03-31"},
		{"last Friday, every third month", Rule{Type: RelativeMonthly, Interval: 3, Index: "last", Days: []time.Weekday{time.Friday}, Range: Numbered, Count: 3, Start: Date(2025, 1, 1)}, "2025-01-31 2025-04-25 2025-07-25"},
		{"29 February", Rule{Type: AbsoluteYearly, Interval: 1, DayOfMonth: 29, Month: 2, Range: Numbered, Count: 3, Start: Date(2024, 2, 29)}, "2024-02-29 2025-02-28 2026-02-28"},
		{"fourth Thursday of November", Rule{Type: RelativeYearly, Interval: 1, Index: "fourth", Month: 11, Days: []time.Weekday{time.Thursday}, Range: Numbered, Count: 2, Start: Date(2025, 1, 1)}, "2025-11-27 2026-11-26"},
		{"yearly, month already past", Rule{Type: AbsoluteYearly, Interval: 2, DayOfMonth: 1, Month: 3, Range: Numbered, Count: 2, Start: Date(2025, 6, 1)}, "2027-03-01 2029-03-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.rule.Validate(); err != nil {
				t.Fatal(err)
			}
			if got := days(c.rule, strings.Count(c.want, " ")+1); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if c.rule.Range != NoEnd {
				if got := days(c.rule, 50); got != c.want {
					t.Errorf("whole series: got %s, want %s", got, c.want)
				}
			}
		})
	}
}

func TestBetweenAgreesWithAll(t *testing.T) {
	rule := Rule{Type: Weekly, Interval: 2, FirstDay: 1, Days: []time.Weekday{1, 3}, Range: Numbered, Count: 20, Start: Date(2025, 1, 1)}
	from, to := Date(2025, 2, 1), Date(2025, 4, 1)
	want := map[Day]bool{}
	for day := range rule.All() {
		if day >= from && day < to {
			want[day] = true
		}
	}
	n := 0
	for day := range rule.Between(from, to) {
		if n++; !want[day] || !rule.Has(day) {
			t.Errorf("%s is not an occurrence", day)
		}
	}
	if n != len(want) || n == 0 {
		t.Errorf("%d days, want %d", n, len(want))
	}
	if rule.Has(Date(2025, 1, 2)) {
		t.Error("a Thursday is an occurrence")
	}
}

func TestInvalid(t *testing.T) {
	good := Rule{Type: Daily, Interval: 1, Range: NoEnd, Start: Date(2025, 1, 1)}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Rule){
		"interval":   func(r *Rule) { r.Interval = 0 },
		"type":       func(r *Rule) { r.Type = "hourly" },
		"no days":    func(r *Rule) { r.Type = Weekly },
		"index":      func(r *Rule) { r.Type = RelativeMonthly; r.Days = []time.Weekday{1}; r.Index = "fifth" },
		"day 32":     func(r *Rule) { r.Type = AbsoluteMonthly; r.DayOfMonth = 32 },
		"month 13":   func(r *Rule) { r.Type = AbsoluteYearly; r.DayOfMonth = 1; r.Month = 13 },
		"range":      func(r *Rule) { r.Range = "until" },
		"end":        func(r *Rule) { r.Range = EndDate; r.End = r.Start - 1 },
		"count":      func(r *Rule) { r.Range = Numbered },
		"year one":   func(r *Rule) { r.Start = Date(1, 1, 1) },
		"day number": func(r *Rule) { r.Type = Weekly; r.Days = []time.Weekday{9} },
	} {
		r := good
		spoil(&r)
		if err := r.Validate(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}
