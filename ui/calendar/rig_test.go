package calendar

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
	"supercrm/ui/when"
)

// rig is a page in a window, with data in memory and a clock that the test sets.
type rig struct {
	*uitest.Host
	t    *testing.T
	p    *Page
	d    *fake
	at   atomic.Pointer[time.Time]
	zone *time.Location
	busy atomic.Int64 // goroutines and calls that are under way, those aside that last as long as the page is shown
}

func (r *rig) now() time.Time       { return *r.at.Load() }
func (r *rig) setNow(now time.Time) { r.at.Store(&now) }

// Go and Do count what is under way, so that Settle need not guess.
func (r *rig) Go(what string, fn func(context.Context)) {
	if strings.HasPrefix(what, "watch") || strings.HasPrefix(what, "clock") {
		r.Host.Go(what, fn)
		return
	}
	r.busy.Add(1)
	r.Host.Go(what, func(ctx context.Context) {
		defer r.busy.Add(-1)
		fn(ctx)
	})
}

func (r *rig) Do(fn func()) {
	r.busy.Add(1)
	r.Host.Do(func() {
		defer r.busy.Add(-1)
		fn()
	})
}

// Settle waits until nothing is under way.
func (r *rig) Settle() { r.Until("all is done", func() bool { return r.busy.Load() == 0 }) }

// newRig shows the week of Wednesday 18 November 2026, 13:42, in Berlin.
func newRig(t *testing.T, fill func(*fake, *time.Location)) *rig {
	t.Helper()
	style := when.Neutral
	when.SetStyle(&style)
	t.Cleanup(func() { when.SetStyle(nil) })
	zone := zoneOf(t, "Europe/Berlin")
	r := &rig{Host: uitest.New(t, fyne.NewSize(1000, 700)), t: t, d: newFake(zone), zone: zone}
	r.setNow(time.Date(2026, 11, 18, 13, 42, 0, 0, zone))
	if fill != nil {
		fill(r.d, zone)
	}
	r.p = New(r, r.d, Options{Now: r.now, Zone: zone})
	r.Show(r.p)
	t.Cleanup(r.p.Hidden)
	r.Until("the week is read", func() bool { return r.p.loaded })
	return r
}

// one has a single event at 10:00 to 11:00 on Wednesday, and whatever more the test adds.
func one(e mirror.Event, more ...mirror.Event) func(*fake, *time.Location) {
	return func(f *fake, zone *time.Location) {
		if e.Start.IsZero() {
			e.Start = time.Date(2026, 11, 18, 10, 0, 0, 0, zone)
			e.End = e.Start.Add(time.Hour)
		}
		f.add(e)
		for _, m := range more {
			f.add(m)
		}
	}
}

var anna = mirror.Attendee{Address: mirror.Address{Name: "Anna Berg", Addr: "anna@northwind.example"}, Kind: "required", Response: "accepted"}

func (r *rig) key(names ...fyne.KeyName) {
	for _, n := range names {
		r.p.TypedKey(&fyne.KeyEvent{Name: n})
	}
	r.Settle()
}

func (r *rig) selected() string {
	if i := r.p.scene.week.find(r.p.scene.selected); i >= 0 {
		return r.p.scene.week.events[i].Subject
	}
	return ""
}

// spot is where a day and minute lie on the grid, a little to the right of the day's left edge.
func (r *rig) spot(day, minute int) fyne.Position {
	x, _ := r.p.scene.column(day, r.p.view.grid.Size().Width)
	return fyne.NewPos(x+20, yOf(minute)+1)
}

// drag presses, moves in steps and lets go.
func (r *rig) drag(from, to fyne.Position) {
	r.t.Helper()
	r.press(from, to)
	r.p.view.grid.DragEnd()
	r.Settle()
}

func (r *rig) press(from, to fyne.Position) {
	g := r.p.view.grid
	g.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: from}})
	const steps = 4
	by := fyne.NewDelta((to.X-from.X)/steps, (to.Y-from.Y)/steps)
	for i := 1; i <= steps; i++ {
		g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(from.X+by.DX*float32(i), from.Y+by.DY*float32(i))}, Dragged: by})
	}
}

func (r *rig) wantDid(want ...string) {
	r.t.Helper()
	r.Settle()
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	if got := fmt.Sprint(r.d.did); got != fmt.Sprint(want) {
		r.t.Fatalf("did %v, want %v", got, want)
	}
}

func (r *rig) lastToast() string {
	if len(r.Toasts) == 0 {
		return ""
	}
	return r.Toasts[len(r.Toasts)-1]
}
