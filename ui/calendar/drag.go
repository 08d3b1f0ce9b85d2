package calendar

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"supercrm/ui/kit"
	"supercrm/ui/when"
)

// snap is the step of a drag, in minutes.
const snap = 15

// doubleClick is how soon a second click opens. The first one has selected at once: a driver's own double tap would hold
// back every single one.
const doubleClick = 400 * time.Millisecond

// press is where the mouse went down.
type press struct {
	at     fyne.Position
	event  int // -1: empty ground
	seg    int
	edge   bool // on the bottom edge, which resizes
	down   bool
	opened time.Time // of the click before, for a double one
	last   int       // what that click hit
}

// drag is a move, a resize or a creation under way. The ghost shows start to end.
type drag struct {
	event      int // -1: a new one
	resize     bool
	refused    bool
	start, end time.Time
	day        when.Date // of a new one
	from, to   int
	waiting    bool // dropped, and the page asks before it is done
}

const noEvent = -1

// at finds what stands at a position: the topmost segment and whether it is its bottom edge.
func (g *grid) at(pos fyne.Position) (seg int, bottom bool) {
	w := g.scene.week
	for i := len(w.segments) - 1; i >= 0; i-- {
		p, size := g.rect(&w.segments[i], g.Size().Width)
		if pos.X >= p.X && pos.X < p.X+size.Width && pos.Y >= p.Y && pos.Y < p.Y+size.Height {
			grip := min(7, size.Height/3)
			return i, pos.Y >= p.Y+size.Height-grip && w.segments[i].last
		}
	}
	return -1, false
}

// MouseDown implements desktop.Mouseable: it selects without waiting for the button to come up.
func (g *grid) MouseDown(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	seg, bottom := g.at(e.Position)
	g.mouse.at, g.mouse.seg, g.mouse.edge, g.mouse.event, g.mouse.down = e.Position, seg, bottom, noEvent, true
	if seg >= 0 {
		g.mouse.event = g.scene.week.segments[seg].event
		g.actions.Select(g.mouse.event)
		return
	}
	if e.Position.X >= gutter {
		day, minute := g.place(e.Position)
		g.actions.Ground(g.scene.week.days[day], minute/30*30)
	}
}

// MouseUp implements desktop.Mouseable.
func (g *grid) MouseUp(*desktop.MouseEvent) { g.mouse.down = false }

// Tapped implements fyne.Tappable: the second click on the same thing opens it, or makes an event on empty ground.
func (g *grid) Tapped(e *fyne.PointEvent) {
	now := time.Now()
	id := int64(noEvent)
	if seg, _ := g.at(e.Position); seg >= 0 {
		id = g.scene.week.events[g.scene.week.segments[seg].event].ID
	}
	double := now.Sub(g.mouse.opened) < doubleClick && int64(g.mouse.last) == id
	g.mouse.opened, g.mouse.last = now, int(id)
	if !double {
		return
	}
	g.mouse.opened = time.Time{}
	switch {
	case id >= 0:
		g.actions.Open(g.scene.week.find(id))
	case e.Position.X >= gutter:
		day, minute := g.place(e.Position)
		g.actions.Create(g.scene.week.days[day], minute/30*30, min(dayMinutes, minute/30*30+30), false)
	}
}

// place is the day and minute at a position.
func (g *grid) place(pos fyne.Position) (day, minute int) {
	return g.scene.dayAt(pos.X, g.Size().Width), min(dayMinutes-1, minuteAt(pos.Y))
}

// Dragged implements fyne.Draggable.
func (g *grid) Dragged(e *fyne.DragEvent) {
	if !g.mouse.down { // a driver without MouseDown
		g.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{
			Position: e.Position.Subtract(e.Dragged)}})
	}
	if g.drag == nil || g.drag.waiting {
		g.begin()
	}
	if g.drag == nil || g.drag.refused {
		return
	}
	g.follow(e.Position)
	g.nudge(e.Position.Y)
	g.update()
}

func (g *grid) begin() {
	w := g.scene.week
	g.drag = nil
	if g.mouse.event == noEvent {
		if g.mouse.at.X < gutter {
			return
		}
		day, _ := g.place(g.mouse.at)
		g.drag = &drag{event: noEvent, day: w.days[day]}
		return
	}
	if g.mouse.event >= len(w.events) || g.mouse.seg >= len(w.segments) {
		return // the snapshot has changed under the mouse
	}
	ev := &w.events[g.mouse.event]
	g.drag = &drag{event: g.mouse.event, resize: g.mouse.edge, start: ev.Start, end: ev.End}
	if !ev.CanEdit {
		g.drag.refused = true
		g.actions.Refuse(g.mouse.event)
	}
}

// follow sets the ghost to where the mouse is.
func (g *grid) follow(pos fyne.Position) {
	w, d := g.scene.week, g.drag
	day, _ := g.place(pos)
	fromDay, _ := g.place(g.mouse.at)
	switch {
	case d.event == noEvent:
		a, b := minuteAt(g.mouse.at.Y), minuteAt(pos.Y)
		d.from, d.to = min(a, b)/snap*snap, (max(a, b)+snap-1)/snap*snap
		d.to = min(dayMinutes, max(d.to, d.from+snap))
		d.from = min(d.from, d.to-snap)
		d.start, d.end = d.day.At(d.from, w.loc), d.day.At(d.to, w.loc)
	case d.resize:
		ev, on := &w.events[d.event], w.days[w.segments[g.mouse.seg].day]
		to := (minuteAt(pos.Y) + snap/2) / snap * snap
		if end := on.At(min(dayMinutes, to), w.loc); end.After(ev.Start.Add(snap*time.Minute - 1)) {
			d.end = end
		} else {
			d.end = ev.Start.Add(snap * time.Minute)
		}
	default:
		ev := &w.events[d.event]
		start := ev.Start.In(w.loc)
		by := int((pos.Y - g.mouse.at.Y) * 60 / hourHeight)
		minute := wall(start, w.loc)
		if by != 0 {
			minute = (minute + by + snap/2) / snap * snap
		}
		to := when.DateOf(start)
		if seg := w.segments[g.mouse.seg]; day != fromDay { // over a weekend that is not shown, the days shown count
			to = w.days[day].Add(to.Since(w.days[seg.day]))
		}
		minute = max(0, min(dayMinutes-snap, minute))
		d.start = to.At(minute, w.loc)
		d.end = d.start.Add(ev.End.Sub(ev.Start))
	}
}

// nudge scrolls while the mouse is held near the upper or lower end of the view.
func (g *grid) nudge(y float32) {
	top, view := g.scroll.Offset.Y, g.scroll.Size().Height
	switch {
	case view <= 0:
	case y < top+20:
		g.scrollTo(top - 14)
	case y > top+view-20:
		g.scrollTo(top + 14)
	}
}

// DragEnd implements fyne.Draggable.
func (g *grid) DragEnd() {
	d := g.drag
	g.mouse.down = false
	switch {
	case d == nil:
		return
	case d.refused:
		g.drag = nil
	case d.event == noEvent:
		g.drag = nil
		g.actions.Create(d.day, d.from, d.to, false)
	default:
		ev := &g.scene.week.events[d.event]
		if d.start.Equal(ev.Start) && d.end.Equal(ev.End) {
			g.drag = nil
			break
		}
		d.waiting = true // until the page has done it or asked
		g.actions.Drop(d.event, d.start, d.end)
	}
	g.update()
	g.ended()
}

// rebind carries a drop that waits for an answer over to a new week, in which events have other indexes. It returns the
// new week.
func (g *grid) rebind(old, w *week) *week {
	if d := g.drag; d != nil {
		i := noEvent
		if d.event >= 0 && d.event < len(old.events) {
			i = w.find(old.events[d.event].ID)
		}
		if d.event = i; i == noEvent {
			g.drag = nil
		}
	}
	g.mouse.down = false
	return w
}

// cancel gives a drag up; it tells whether there was one.
func (g *grid) cancel() bool {
	if g.drag == nil {
		return false
	}
	g.drag = nil
	g.update()
	return true
}

// placeGhosts shows where what is dragged would stand, on one day or two.
func (g *grid) placeGhosts() {
	n := 0
	if d := g.drag; d != nil && !d.refused && d.end.After(d.start) {
		for _, seg := range g.ghostParts() {
			if n == len(g.ghosts) {
				break
			}
			pos, size := g.rect(&seg, g.Size().Width)
			f := face{title: clocks(wall(d.start, g.scene.week.loc), wall(d.end, g.scene.week.loc)), size: size}
			if d.event != noEvent {
				f.time, f.title = f.title, titleOf(&g.scene.week.events[d.event])
				f.short = when.Clock(wall(d.start, g.scene.week.loc))
			}
			f.look = ghostLook()
			f.ring = opaque(kit.ColorAccent)
			g.ghosts[n].show(f, pos)
			n++
		}
	}
	for ; n < len(g.ghosts); n++ {
		g.hideBlock(g.ghosts[n])
	}
}

// ghostParts places the dragged event alone, over the others.
func (g *grid) ghostParts() []segment {
	w, d := g.scene.week, g.drag
	ghost := w.events[:0:0]
	if d.event != noEvent {
		ghost = append(ghost, w.events[d.event])
	} else {
		ghost = append(ghost, newEventAt(d.start, d.end))
	}
	ghost[0].Start, ghost[0].End, ghost[0].AllDay = d.start, d.end, false
	return arrange(ghost, w.days, w.loc).segments
}

// MouseIn implements desktop.Hoverable.
func (g *grid) MouseIn(e *desktop.MouseEvent) { g.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable: the pointer tells what a press would do.
func (g *grid) MouseMoved(e *desktop.MouseEvent) {
	g.cursor = desktop.DefaultCursor
	if seg, bottom := g.at(e.Position); seg >= 0 {
		g.cursor = desktop.PointerCursor
		if bottom && g.scene.week.events[g.scene.week.segments[seg].event].CanEdit {
			g.cursor = desktop.VResizeCursor
		}
	}
}

// MouseOut implements desktop.Hoverable.
func (g *grid) MouseOut() { g.cursor = desktop.DefaultCursor }

// Cursor implements desktop.Cursorable.
func (g *grid) Cursor() desktop.Cursor { return g.cursor }

// FocusGained implements fyne.Focusable: with the tab key the grid takes the keys that the page answers anyway.
func (g *grid) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (g *grid) FocusLost() {}

// TypedRune implements fyne.Focusable.
func (g *grid) TypedRune(r rune) {
	if g.runes != nil {
		g.runes(r)
	}
}

// TypedKey implements fyne.Focusable.
func (g *grid) TypedKey(e *fyne.KeyEvent) {
	if g.keys != nil {
		g.keys(e)
	}
}
