package when

import (
	"testing"
	"time"
)

func use(t testing.TB, locale string) {
	t.Helper()
	s := StyleOf(locale)
	SetStyle(&s)
	t.Cleanup(func() { SetStyle(nil) })
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestStyleOf(t *testing.T) {
	for locale, want := range map[string]Style{
		"C.UTF-8": Neutral, "POSIX": Neutral, "": Neutral, "en": Neutral,
		"de_DE.UTF-8":     {WeekStart: time.Monday},
		"en_US.UTF-8":     {H12: true, Order: MonthFirst, WeekStart: time.Sunday},
		"en-GB":           {WeekStart: time.Monday},
		"fr_CA":           {WeekStart: time.Sunday},
		"zh-Hant-TW":      {H12: true, Order: ISOFirst, WeekStart: time.Sunday},
		"ar_EG@euro":      {H12: true, WeekStart: time.Saturday},
		"sv_SE.ISO8859-1": {Order: ISOFirst, WeekStart: time.Monday},
	} {
		if got := StyleOf(locale); got != want {
			t.Errorf("%q: %+v, want %+v", locale, got, want)
		}
	}
}

func TestTheEnvironmentDecides(t *testing.T) {
	SetStyle(nil)
	t.Cleanup(func() { SetStyle(nil) })
	t.Setenv("LC_ALL", "")
	t.Setenv("LC_TIME", "en_US.UTF-8")
	t.Setenv("LANG", "de_DE.UTF-8")
	if WeekStart() != time.Sunday || !Current().H12 {
		t.Fatalf("LC_TIME was not followed: %+v", Current())
	}
}

func TestWriting(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 42, 0, 0, time.Local)
	end := at.Add(48 * time.Minute)
	for locale, want := range map[string][6]string{
		"en_GB": {"10:42", "Mon 23 Nov", "Monday 23 November 2026, 10:42", "Mon 23 Nov, 10:42 – 11:30", "16 – 22 November 2026", "30 Nov – 6 Dec 2026"},
		"en_US": {"10:42 am", "Mon, Nov 23", "Monday, November 23, 2026, 10:42 am", "Mon, Nov 23, 10:42 am – 11:30 am", "November 16 – 22, 2026", "Nov 30 – Dec 6, 2026"},
	} {
		use(t, locale)
		got := [6]string{Time(at), Day(at), Long(at), Range(at, end), Period(NewDate(2026, 11, 16), NewDate(2026, 11, 22)),
			Period(NewDate(2026, 11, 30), NewDate(2026, 12, 6))}
		if got != want {
			t.Errorf("%s:\n%q\n%q", locale, got, want)
		}
	}
	use(t, "en_GB")
	if got := Range(at, at.Add(15*time.Hour)); got != "Mon 23 Nov, 10:42 – Tue 24 Nov, 01:42" {
		t.Errorf("across midnight: %q", got)
	}
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	if got := Days(day, day.AddDate(0, 0, 1)); got != "Mon 23 Nov" {
		t.Errorf("one day: %q", got)
	}
	if got := Days(day, day.AddDate(0, 0, 3)); got != "Mon 23 Nov – Wed 25 Nov" {
		t.Errorf("three days: %q", got)
	}
	if got := Period(NewDate(2026, 12, 28), NewDate(2027, 1, 3)); got != "28 Dec 2026 – 3 Jan 2027" {
		t.Errorf("across years: %q", got)
	}
}

func TestShort(t *testing.T) {
	use(t, "en_GB")
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)
	for want, at := range map[string]time.Time{
		"10:42":      time.Date(2026, 11, 23, 10, 42, 0, 0, time.Local),
		"Sun":        time.Date(2026, 11, 22, 23, 59, 0, 0, time.Local),
		"Tue":        time.Date(2026, 11, 17, 0, 0, 0, 0, time.Local),
		"16 Nov":     time.Date(2026, 11, 16, 12, 0, 0, 0, time.Local),
		"24 Nov":     time.Date(2026, 11, 24, 0, 0, 0, 0, time.Local),
		"2025-11-12": time.Date(2025, 11, 12, 0, 0, 0, 0, time.Local),
	} {
		if got := Short(at, now); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
	early := time.Date(2027, 1, 10, 12, 0, 0, 0, time.Local)
	if got := Short(time.Date(2026, 12, 20, 9, 0, 0, 0, time.Local), early); got != "20 Dec" {
		t.Errorf("three weeks ago, last year: %q", got)
	}
}

func TestAtAChangeOfClocks(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	spring, autumn := NewDate(2026, 3, 29), NewDate(2026, 10, 25)
	if got := spring.At(150, berlin).UTC(); got != time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC) {
		t.Errorf("02:30 does not exist, 03:30 does: got %v", got)
	}
	if got := autumn.At(150, berlin).UTC(); got != time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) {
		t.Errorf("02:30 comes twice, the first one: got %v", got)
	}
	if got := spring.At(1440, berlin).Sub(spring.At(0, berlin)); got != 23*time.Hour {
		t.Errorf("a day of %v", got)
	}
	if got := autumn.At(1440, berlin).Sub(autumn.At(0, berlin)); got != 25*time.Hour {
		t.Errorf("a day of %v", got)
	}
	for _, name := range []string{"Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "UTC"} {
		loc := zone(t, name)
		for d := NewDate(2026, 1, 1); d.Year == 2026; d = d.Add(1) {
			for _, m := range []int{0, 30, 9 * 60, 23*60 + 45} {
				at := d.At(m, loc)
				if got := at.Hour()*60 + at.Minute(); got != m && (DateOf(at) != d || got < m || got > m+60) {
					t.Fatalf("%s %s %d: %v", name, d.ISO(), m, at)
				}
			}
		}
	}
}

func TestDates(t *testing.T) {
	d := NewDate(2026, 1, 31)
	if got := d.AddMonths(1); got != NewDate(2026, 2, 28) {
		t.Errorf("a month after 31 January: %v", got)
	}
	if got := d.AddMonths(-14); got != NewDate(2024, 11, 30) {
		t.Errorf("fourteen months before: %v", got)
	}
	if got := NewDate(2026, 11, 22).Week(time.Monday); got != NewDate(2026, 11, 16) {
		t.Errorf("the week of a Sunday: %v", got)
	}
	if got := NewDate(2026, 11, 22).Week(time.Sunday); got != NewDate(2026, 11, 22) {
		t.Errorf("a Sunday's week from Sunday: %v", got)
	}
	if got := NewDate(2027, 1, 3).WeekNumber(); got != 53 {
		t.Errorf("week %d", got)
	}
}

func TestZone(t *testing.T) {
	for _, c := range []struct{ zone, name, offset string }{
		{"Europe/Berlin", "CET", "UTC+1"}, {"UTC", "UTC", "UTC"}, {"Asia/Kathmandu", "UTC+5:45", "UTC+5:45"},
		{"America/St_Johns", "NST", "UTC−3:30"},
	} {
		name, offset := Zone(time.Date(2026, 11, 23, 12, 0, 0, 0, zone(t, c.zone)))
		if name != c.name || offset != c.offset {
			t.Errorf("%s: %q %q", c.zone, name, offset)
		}
	}
}

func TestParseDate(t *testing.T) {
	today := NewDate(2026, 11, 23) // a Monday
	for _, c := range []struct{ locale, text, want string }{
		{"en_GB", "2026-11-25", "2026-11-25"}, {"en_GB", " 20261125 ", "2026-11-25"}, {"en_GB", "2026/1/5", "2026-01-05"},
		{"en_GB", "25.11.2026", "2026-11-25"}, {"en_GB", "25.11.", "2026-11-25"}, {"en_GB", "5/12", "2026-12-05"},
		{"en_US", "12/5", "2026-12-05"}, {"en_US", "12/5/27", "2027-12-05"}, {"en_GB", "5/12/27", "2027-12-05"},
		{"sv_SE", "27-12-05", "2027-12-05"}, {"en_GB", "1.2.", "2027-02-01"}, {"en_GB", "20.10", "2026-10-20"},
		{"en_GB", "25 nov", "2026-11-25"}, {"en_GB", "Nov 25th, 2026", "2026-11-25"}, {"en_GB", "25th of November", "2026-11-25"},
		{"en_GB", "Wed 25 Nov 2026", "2026-11-25"}, {"en_US", "Wed, Nov 25, 2026", "2026-11-25"}, {"en_GB", "2026 nov 25", "2026-11-25"},
		{"en_GB", "today", "2026-11-23"}, {"en_GB", "Tomorrow", "2026-11-24"}, {"en_GB", "yesterday", "2026-11-22"},
		{"en_GB", "fri", "2026-11-27"}, {"en_GB", "monday", "2026-11-23"}, {"en_GB", "+3", "2026-11-26"}, {"en_GB", "30", "2026-11-30"},
		{"en_GB", "5", "2026-12-05"}, {"en_GB", "31", "2026-12-31"}, {"en_GB", "29 feb", ""}, {"en_GB", "29 feb 2028", "2028-02-29"},
		{"en_GB", "", ""}, {"en_GB", "soon", ""}, {"en_GB", "31.11.2026", ""}, {"en_GB", "2026-13-01", ""}, {"en_GB", "25 nov dec", ""},
		{"en_GB", "1 2 3 4", ""}, {"en_GB", "99999999999999999999", ""}, {"en_GB", "0", ""}, {"en_GB", "+999999", ""}, {"en_GB", "+-3", "2026-11-20"},
	} {
		use(t, c.locale)
		got, ok := ParseDate(c.text, today)
		if want := c.want; ok != (want != "") || ok && got.ISO() != want {
			t.Errorf("%s %q: %v %v, want %q", c.locale, c.text, got, ok, want)
		}
	}
}

func TestParseClock(t *testing.T) {
	for text, want := range map[string]int{
		"9": 540, "09:30": 570, "930": 570, "0930": 570, "9.30": 570, "9h30": 570, "9 am": 540, "9:30p": 1290, "12am": 0, "12 PM": 720,
		"9:30 a.m.": 570, "noon": 720, "Midnight": 0, "24:00": 1440, "0": 0, "23:59": 1439, "14 Uhr": 840, "14h": 840,
		"": -1, "25": -1, "9:60": -1, "9:3": -1, "13 pm": -1, "0 am": -1, "am": -1, "nine": -1, "24:01": -1, "9:30:10": -1, "9 am 3": -1, "12345": -1,
	} {
		got, ok := ParseClock(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// What the program writes into a field, it reads back.
func TestRoundTrip(t *testing.T) {
	for _, locale := range []string{"en_GB", "en_US", "sv_SE", "C"} {
		use(t, locale)
		for d := NewDate(2026, 1, 1); d.Year < 2028; d = d.Add(1) {
			for _, text := range []string{d.Full(), d.ISO(), d.Long()} {
				if got, ok := ParseDate(text, NewDate(2020, 5, 5)); !ok || got != d {
					t.Fatalf("%s %q: %v %v", locale, text, got, ok)
				}
			}
		}
		for m := range 1440 {
			if got, ok := ParseClock(Clock(m)); !ok || got != m {
				t.Fatalf("%s %q: %v %v", locale, Clock(m), got, ok)
			}
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-11-25", "25.11.", "Wed, Nov 25, 2026", "+3", "fri", "５", "mai\xff"} {
		f.Add(s)
	}
	today := NewDate(2026, 11, 23)
	f.Fuzz(func(t *testing.T, s string) {
		for _, locale := range []string{"en_GB", "en_US", "sv_SE"} {
			use(t, locale)
			d, ok := ParseDate(s, today)
			if !ok {
				continue
			}
			if again, ok := ParseDate(d.Full(), today); !ok || again != d {
				t.Fatalf("%q gave %v, written %q, read %v %v", s, d, d.Full(), again, ok)
			}
		}
	})
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"9", "24:00", "9:30 p.m.", "12am", "noon"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, ok := ParseClock(s)
		if !ok {
			return
		}
		if again, ok := ParseClock(Clock(m)); m < 0 || m > 1440 || !ok || again != m%1440 {
			t.Fatalf("%q gave %d, written %q, read %d %v", s, m, Clock(m), again, ok)
		}
	})
}

func TestStampNamesTheDayUnlessItIsToday(t *testing.T) {
	style := StyleOf("en_GB.UTF-8")
	SetStyle(&style)
	t.Cleanup(func() { SetStyle(nil) })
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)
	for want, at := range map[string]time.Time{
		"09:05":                  now.Add(-2*time.Hour - 55*time.Minute),
		"Fri 20 Nov, 17:42":      time.Date(2026, 11, 20, 17, 42, 0, 0, time.Local),
		"Sun 22 Nov, 23:59":      time.Date(2026, 11, 22, 23, 59, 0, 0, time.Local),
		"Wed 31 Dec 2025, 00:00": time.Date(2025, 12, 31, 0, 0, 0, 0, time.Local),
	} {
		if got := Stamp(at, now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
