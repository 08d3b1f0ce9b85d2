package recurrence

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
)

// oracle writes a rule as an RFC 5545 recurrence. Patterns that RRULE says differently are left to hand-written cases:
// a day of the month that not every month has, which Outlook moves to the month's last day and RRULE skips.
func oracle(r Rule) rrule.ROption {
	weekdays := []rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}
	o := rrule.ROption{Interval: r.Interval, Dtstart: r.Start.UTC(), Wkst: weekdays[r.FirstDay]}
	for _, d := range r.Days {
		o.Byweekday = append(o.Byweekday, weekdays[d])
	}
	switch r.Type {
	case Daily:
		o.Freq, o.Byweekday = rrule.DAILY, nil
	case Weekly:
		o.Freq = rrule.WEEKLY
	case AbsoluteMonthly:
		o.Freq, o.Bymonthday, o.Byweekday = rrule.MONTHLY, []int{r.DayOfMonth}, nil
	case RelativeMonthly:
		o.Freq, o.Bysetpos = rrule.MONTHLY, []int{indexes[r.Index]}
	case AbsoluteYearly:
		o.Freq, o.Bymonth, o.Bymonthday, o.Byweekday = rrule.YEARLY, []int{r.Month}, []int{r.DayOfMonth}, nil
	case RelativeYearly:
		o.Freq, o.Bymonth, o.Bysetpos = rrule.YEARLY, []int{r.Month}, []int{indexes[r.Index]}
	}
	switch r.Range {
	case EndDate:
		o.Until = r.End.UTC()
	case Numbered:
		o.Count = r.Count
	}
	return o
}

// randomRule makes a valid rule that RRULE can express.
func randomRule(rng *rand.Rand) Rule {
	r := Rule{
		Type: []string{Daily, Weekly, AbsoluteMonthly, RelativeMonthly, AbsoluteYearly, RelativeYearly}[rng.IntN(6)], Interval: 1 + rng.IntN(6),
		FirstDay: time.Weekday(rng.IntN(7)), DayOfMonth: 1 + rng.IntN(28), Month: 1 + rng.IntN(12), Index: []string{"first", "second", "third", "fourth", "last"}[rng.IntN(5)],
		Start: Date(1995+rng.IntN(60), time.January, 1+rng.IntN(366)), Range: []string{NoEnd, EndDate, Numbered}[rng.IntN(3)],
	}
	for _, d := range rng.Perm(7)[:1+rng.IntN(7)] {
		r.Days = append(r.Days, time.Weekday(d))
	}
	r.End, r.Count = r.Start+Day(rng.IntN(4000)), 1+rng.IntN(60)
	return r
}

func TestAgreesWithRRULE(t *testing.T) {
	const patterns, compared = 12_000, 40
	rng := rand.New(rand.NewPCG(5545, 2026))
	seen := map[string]int{}
	for range patterns {
		r := randomRule(rng)
		if err := r.Validate(); err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		set, err := rrule.NewRRule(oracle(r))
		if err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		var want, got []Day
		next := set.Iterator()
		for len(want) < compared {
			at, ok := next()
			if !ok {
				break
			}
			want = append(want, DayOf(at))
		}
		for day := range r.All() {
			if got = append(got, day); len(got) == compared {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%+v\ngot  %v\nwant %v", r, got, want)
		}
		// A window cut out of it is the same as the whole, filtered.
		if len(want) > 2 {
			var cut []Day
			for day := range r.Between(want[1], want[len(want)-1]) {
				cut = append(cut, day)
			}
			if !slices.Equal(cut, want[1:len(want)-1]) {
				t.Fatalf("%+v: window %v, want %v", r, cut, want[1:len(want)-1])
			}
		}
		seen[r.Type+" "+r.Range]++
	}
	if len(seen) != 18 {
		t.Errorf("only these were tried: %s", fmt.Sprint(seen))
	}
}
