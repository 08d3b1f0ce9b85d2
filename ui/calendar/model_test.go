package calendar

import (
	"slices"
	"testing"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/when"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func timed(id int64, from, to time.Time) mirror.Event {
	return mirror.Event{ID: id, Start: from, End: to}
}

var november = daysOf(modeWeek, when.NewDate(2026, 11, 18), time.Monday)

func TestDaysOf(t *testing.T) {
	wed := when.NewDate(2026, 11, 18)
	for _, c := range []struct {
		m           mode
		start       time.Weekday
		first, last string
	}{
		{modeDay, time.Monday, "2026-11-18", "2026-11-18"},
		{modeWork, time.Monday, "2026-11-16", "2026-11-20"},
		{modeWork, time.Sunday, "2026-11-16", "2026-11-20"},
		{modeWork, time.Saturday, "2026-11-16", "2026-11-20"},
		{modeWeek, time.Monday, "2026-11-16", "2026-11-22"},
		{modeWeek, time.Sunday, "2026-11-15", "2026-11-21"},
		{modeWeek, time.Saturday, "2026-11-14", "2026-11-20"},
	} {
		days := daysOf(c.m, wed, c.start)
		if got := days[0].ISO() + " " + days[len(days)-1].ISO(); got != c.first+" "+c.last {
			t.Errorf("mode %d from %v: %s", c.m, c.start, got)
		}
	}
}

func TestOverlapsStandSideBySide(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 11, 18, h, m, 0, 0, time.UTC) }
	w := arrange([]mirror.Event{
		timed(1, at(9, 0), at(12, 0)), timed(2, at(9, 0), at(10, 0)), timed(3, at(10, 0), at(11, 0)),
		timed(4, at(11, 0), at(12, 0)), timed(5, at(12, 0), at(13, 0)), timed(6, at(9, 30), at(9, 45)),
	}, november, time.UTC)
	got := map[int64]segment{}
	for _, s := range w.segments {
		got[w.events[s.event].ID] = s
	}
	for id, want := range map[int64][3]int{1: {0, 3, 1}, 2: {1, 3, 1}, 6: {2, 3, 1}, 3: {1, 3, 2}, 4: {1, 3, 2}, 5: {0, 1, 1}} {
		if s := got[id]; [3]int{s.col, s.cols, s.span} != want {
			t.Errorf("event %d: column %d of %d, span %d, want %v", id, s.col, s.cols, s.span, want)
		}
	}
}

// Whatever is laid out, nothing lies over anything else.
func FuzzLayout(f *testing.F) {
	f.Add([]byte{36, 4, 36, 8, 40, 2, 38, 1, 95, 9})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var events []mirror.Event
		day := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
		for i := 0; i+1 < len(raw) && i < 120; i += 2 {
			from := day.Add(time.Duration(raw[i]) * 31 * time.Minute)
			events = append(events, timed(int64(i), from, from.Add(time.Duration(raw[i+1])*7*time.Minute)))
		}
		w := arrange(events, november, time.UTC)
		for i, a := range w.segments {
			if a.from < 0 || a.to > dayMinutes || a.to-a.from < shortest || a.col < 0 || a.span < 1 || a.col+a.span > a.cols {
				t.Fatalf("segment %+v", a)
			}
			for _, b := range w.segments[i+1:] {
				if a.day == b.day && a.from < b.to && b.from < a.to && a.col < b.col+b.span && b.col < a.col+a.span {
					t.Fatalf("%+v lies over %+v", a, b)
				}
			}
		}
		for i, a := range w.bars {
			for _, b := range w.bars[i+1:] {
				if a.lane == b.lane && a.from < b.to && b.from < a.to {
					t.Fatalf("bar %+v lies over %+v", a, b)
				}
			}
		}
	})
}

func TestAcrossMidnightAndLongEvents(t *testing.T) {
	at := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, time.UTC) }
	w := arrange([]mirror.Event{timed(1, at(20, 22), at(21, 6)), timed(2, at(17, 18), at(18, 0)), timed(3, at(18, 9), at(20, 12)), timed(4, at(10, 9), at(17, 12))}, november, time.UTC)
	var got [][3]int
	for _, s := range w.segments {
		got = append(got, [3]int{s.day, s.from, s.to})
	}
	if want := [][3]int{{1, 18 * 60, dayMinutes}, {4, 22 * 60, dayMinutes}, {5, 0, 6 * 60}}; !slices.Equal(got, want) {
		t.Errorf("segments %v, want %v", got, want)
	}
	if len(w.bars) != 2 || w.bars[0].from != 0 || w.bars[0].to != 2 || !w.bars[0].before || w.bars[1].from != 2 || w.bars[1].to != 5 || w.bars[1].beyond {
		t.Errorf("bars %+v", w.bars)
	}
}

func TestAllDayEventsKeepTheirDateInEveryZone(t *testing.T) {
	day := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"Pacific/Kiritimati", "America/Los_Angeles", "UTC"} {
		w := arrange([]mirror.Event{{ID: 1, AllDay: true, Start: day, End: day.AddDate(0, 0, 1)}}, november, zoneOf(t, name))
		if len(w.bars) != 1 || w.bars[0].from != 2 || w.bars[0].to != 3 {
			t.Errorf("%s: %+v", name, w.bars)
		}
	}
}

func TestBarsCountWhatIsHidden(t *testing.T) {
	var events []mirror.Event
	for i := range 5 {
		day := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
		events = append(events, mirror.Event{ID: int64(i + 1), AllDay: true, Start: day, End: day.AddDate(0, 0, 1+i%2)})
	}
	w := arrange(events, november, time.UTC)
	if w.lanes != 5 {
		t.Fatalf("%d lanes", w.lanes)
	}
	more := hiddenBars(w.bars, 7, 3)
	if more[2] != 2 || more[0] != 0 {
		t.Errorf("hidden: %v", more)
	}
}

func TestDaysOf23And25Hours(t *testing.T) {
	berlin := zoneOf(t, "Europe/Berlin")
	spring := []when.Date{when.NewDate(2026, 3, 29)}
	utc := func(m time.Month, d, h, min int) time.Time { return time.Date(2026, m, d, h, min, 0, 0, time.UTC) }
	w := arrange([]mirror.Event{timed(1, utc(3, 29, 0, 30), utc(3, 29, 1, 30)), timed(2, utc(3, 29, 7, 0), utc(3, 29, 8, 0))}, spring, berlin)
	if s := w.segments; s[0].from != 90 || s[0].to != 210 || s[1].from != 9*60 || s[1].to != 10*60 {
		t.Errorf("spring: %+v", s)
	}
	autumn := []when.Date{when.NewDate(2026, 10, 25)}
	w = arrange([]mirror.Event{
		timed(1, utc(10, 25, 0, 30), utc(10, 25, 1, 30)), // 02:30 to 02:30, an hour later
		timed(2, utc(10, 25, 0, 45), utc(10, 25, 1, 15)), // 02:45 to 02:15
		timed(3, utc(10, 24, 21, 0), utc(10, 25, 1, 0)),
	}, autumn, berlin)
	for _, s := range w.segments {
		want := map[int64][2]int{1: {150, 210}, 2: {165, 195}, 3: {0, 120}}[w.events[s.event].ID]
		if [2]int{s.from, s.to} != want {
			t.Errorf("autumn, event %d: %d to %d, want %v", w.events[s.event].ID, s.from, s.to, want)
		}
	}
}

func TestWalkingThroughEvents(t *testing.T) {
	at := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, time.UTC) }
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	w := arrange([]mirror.Event{timed(1, at(18, 14), at(18, 15)), timed(2, at(16, 9), at(16, 10)), timed(3, at(18, 9), at(18, 10)),
		{ID: 4, AllDay: true, Start: day(18), End: day(19)}, timed(5, at(20, 23), at(21, 2)), timed(6, at(20, 10), at(20, 11))}, november, time.UTC)
	var ids []int64
	for _, i := range w.ordered() {
		ids = append(ids, w.events[i].ID)
	}
	if want := []int64{2, 4, 3, 1, 6, 5}; !slices.Equal(ids, want) {
		t.Errorf("order %v, want %v", ids, want)
	}
	if got := w.events[w.beside(w.find(2), 1)].ID; got != 3 {
		t.Errorf("right of Monday 9:00 is %d, want 3 (Wednesday 9:00)", got)
	}
	if got := w.events[w.beside(w.find(1), 1)].ID; got != 6 {
		t.Errorf("right of Wednesday 14:00 is %d", got)
	}
	if got := w.beside(w.find(2), -1); got != -1 {
		t.Errorf("left of Monday is %d", got)
	}
}

func TestWorkWeekShowsWhatBeginsOnTheWeekend(t *testing.T) {
	days := daysOf(modeWork, when.NewDate(2026, 11, 18), time.Monday)
	at := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	w := arrange([]mirror.Event{{ID: 1, AllDay: true, Start: at(14), End: at(17)}, {ID: 2, AllDay: true, Start: at(21), End: at(22)}}, days, time.UTC)
	if len(w.bars) != 1 || w.bars[0].from != 0 || w.bars[0].to != 1 || !w.bars[0].before {
		t.Errorf("%+v", w.bars)
	}
}

func TestWhatBeginsApartMayLieOverEachOther(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 11, 18, h, m, 0, 0, time.UTC) }
	w := arrange([]mirror.Event{timed(1, at(9, 0), at(12, 0)), timed(2, at(9, 15), at(12, 0)), timed(3, at(10, 0), at(12, 0)),
		timed(4, at(14, 0), at(15, 0)), timed(5, at(14, 0), at(15, 0)), timed(6, at(14, 30), at(15, 0))}, november, time.UTC)
	var clear []int
	for _, s := range w.segments {
		clear = append(clear, s.clear)
	}
	if want := []int{15, 45, 120, 0, 0, 0}; !slices.Equal(clear, want) {
		t.Errorf("%v, want %v", clear, want)
	}
}
