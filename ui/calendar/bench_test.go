package calendar

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
	"supercrm/ui/when"
)

// crowded is a week of 200 events, several of them at the same time; by shifts them all, so that another by is another
// week to draw.
func crowded(zone *time.Location, by int) []mirror.Event {
	events := make([]mirror.Event, 200)
	for i := range events {
		start := time.Date(2026, 11, 16+i%7, 7+i/7%12, i%4*15, 0, 0, zone).Add(time.Duration(by) * time.Minute)
		events[i] = mirror.Event{ID: int64(i + 1), CalendarID: 1, Subject: fmt.Sprintf("Meeting %d about the offer and what comes after it", i), Location: "Room 12",
			Start: start, End: start.Add(time.Duration(15+i%6*15) * time.Minute), IsOrganizer: true, CanEdit: true, ShowAs: "busy", Series: i%3 == 0}
		if i%40 == 0 {
			events[i].AllDay, events[i].Start = true, when.DateOf(start).UTC()
			events[i].End = events[i].Start.AddDate(0, 0, 2)
		}
	}
	return events
}

func benchPage(b *testing.B) (*Page, []when.Date) {
	h := uitest.New(b, fyne.NewSize(940, 700))
	zone := zoneOf(b, "Europe/Berlin")
	p := New(h, newFake(zone), Options{Now: func() time.Time { return time.Date(2026, 11, 18, 13, 42, 0, 0, zone) }, Zone: zone})
	h.Window().SetContent(p.Object())
	h.Window().Resize(fyne.NewSize(940, 700))
	days := daysOf(modeWeek, when.NewDate(2026, 11, 18), time.Monday)
	p.apply(snapshot{accounts: []mirror.Account{{ID: 1}}, days: days, events: crowded(zone, 0)})
	return p, days
}

// BenchmarkCalendarWeek200 lays out and draws another week of 200 events, as going forward does.
func BenchmarkCalendarWeek200(b *testing.B) {
	p, days := benchPage(b)
	weeks := [][]mirror.Event{crowded(p.opt.Zone, 5), crowded(p.opt.Zone, 10)}
	i := 0
	for b.Loop() {
		p.apply(snapshot{accounts: p.accounts, days: days, events: weeks[i%2]})
		i++
	}
}

// BenchmarkCalendarRefresh200 shows the same week again, as a change elsewhere in the store does.
func BenchmarkCalendarRefresh200(b *testing.B) {
	p, days := benchPage(b)
	s := snapshot{accounts: p.accounts, days: days, events: p.scene.week.events}
	for b.Loop() {
		p.apply(s)
	}
}

// BenchmarkCalendarSelect200 moves the selection, as each press of an arrow does.
func BenchmarkCalendarSelect200(b *testing.B) {
	p, _ := benchPage(b)
	i := 0
	for b.Loop() {
		p.choosing(i % 200)
		i++
	}
}

// A refresh that changes nothing must not draw anything anew: nothing is allocated for blocks or texts.
func TestRefreshTouchesOnlyWhatChanged(t *testing.T) {
	r := newRig(t, nil)
	days := r.p.scene.week.days
	r.p.apply(snapshot{accounts: r.p.accounts, days: days, events: crowded(r.zone, 0)})
	drawn := func() (n int) {
		for _, b := range r.p.view.grid.blocks {
			if b.paints > 0 {
				n += b.paints
				b.paints = 0
			}
		}
		return n
	}
	if got := drawn(); got < 190 {
		t.Fatalf("%d blocks drawn", got)
	}
	r.p.apply(snapshot{accounts: r.p.accounts, days: days, events: crowded(r.zone, 0)})
	if got := drawn(); got != 0 {
		t.Errorf("%d blocks drawn again for nothing", got)
	}
	r.p.choosing(7)
	r.p.choosing(8)
	if got := drawn(); got > 3 {
		t.Errorf("%d blocks drawn for two selections", got)
	}
}
