package calendar

import (
	"cmp"
	"slices"
)

// assignColumns sets events that overlap side by side: within each group of events that touch in time, an event takes
// the first column that is free, and then spreads to the right over columns that nothing beside it uses. It sorts the
// segments by day, start (longer ones first).
func assignColumns(all []segment) {
	slices.SortStableFunc(all, func(a, b segment) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.event, b.event))
	})
	for i := 0; i < len(all); {
		end := all[i].to
		j := i + 1
		for j < len(all) && all[j].day == all[i].day && all[j].from < end {
			end = max(end, all[j].to)
			j++
		}
		spread(all[i:j])
		clearance(all[i:j])
		i = j
	}
}

// spread gives one group its columns.
func spread(group []segment) {
	var ends []int // of the last event in each column
	for i := range group {
		s := &group[i]
		s.col = slices.IndexFunc(ends, func(end int) bool { return end <= s.from })
		if s.col < 0 {
			s.col = len(ends)
			ends = append(ends, 0)
		}
		ends[s.col] = s.to
	}
	for i := range group {
		s := &group[i]
		s.cols, s.span = len(ends), len(ends)-s.col
		for j := range group {
			o := &group[j]
			if o.col > s.col && o.from < s.to && s.from < o.to {
				s.span = min(s.span, o.col-s.col)
			}
		}
	}
}

// clearance tells how long each of a group is alone, if their beginnings leave room for a line of text each. The group is
// sorted by start.
func clearance(group []segment) {
	for i := range group[:len(group)-1] {
		if len(group) < 3 || group[i+1].from-group[i].from < shortest {
			return
		}
	}
	for i := range group {
		s := &group[i]
		s.clear = s.to - s.from
		if i+1 < len(group) {
			s.clear = min(s.clear, group[i+1].from-s.from)
		}
	}
}

// assignLanes stacks the bars of the all-day row, longer ones above, and tells how many lanes there are. It sorts the
// bars by first day.
func assignLanes(bars []bar) int {
	slices.SortStableFunc(bars, func(a, b bar) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to-b.from, a.to-a.from), cmp.Compare(a.event, b.event))
	})
	var ends []int
	for i := range bars {
		b := &bars[i]
		b.lane = slices.IndexFunc(ends, func(end int) bool { return end <= b.from })
		if b.lane < 0 {
			b.lane = len(ends)
			ends = append(ends, 0)
		}
		ends[b.lane] = b.to
	}
	return len(ends)
}

// hiddenBars counts, for each day, the bars in lanes from shown on.
func hiddenBars(bars []bar, days, shown int) []int {
	more := make([]int, days)
	for _, b := range bars {
		if b.lane >= shown {
			for d := b.from; d < b.to; d++ {
				more[d]++
			}
		}
	}
	return more
}
