package calendar

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// The extents of the all-day row, in pixels.
const (
	laneHeight float32 = 22
	moreHeight float32 = 17
	fewLanes           = 3  // shown before the row is opened
	mostLanes          = 12 // shown at all
)

// allDay is the row above the hours: bars that span days. It grows to three lanes; what does not fit is counted, and a
// click on the count opens the row.
type allDay struct {
	widget.BaseWidget
	scene   *scene
	actions actions
	resized func() // the row wants another height

	open   bool
	blocks []*block
	ghost  *block
	label  *canvas.Text
	more   []*canvas.Text
	parts  []*canvas.Rectangle
	shade  []*canvas.Rectangle
	height float32
	objs   []fyne.CanvasObject

	dark   bool
	cursor desktop.Cursor
	mouse  press
	moving *moving
	ended  func() // a drag is over
}

// moving is a bar that is dragged to other days.
type moving struct {
	event, by int
	refused   bool
}

var (
	_ fyne.Draggable     = (*allDay)(nil)
	_ fyne.Tappable      = (*allDay)(nil)
	_ desktop.Mouseable  = (*allDay)(nil)
	_ desktop.Hoverable  = (*allDay)(nil)
	_ desktop.Cursorable = (*allDay)(nil)
)

func newAllDay(s *scene, a actions, resized func()) *allDay {
	r := &allDay{scene: s, actions: a, resized: resized, ghost: newBlock(), label: canvas.NewText("", nil), cursor: desktop.DefaultCursor}
	r.ExtendBaseWidget(r)
	return r
}

// shownLanes is how many lanes are drawn.
func (r *allDay) shownLanes() int {
	lanes := r.scene.week.lanes
	if r.open {
		return min(lanes, mostLanes)
	}
	return min(lanes, fewLanes)
}

func (r *allDay) wanted() float32 {
	lanes := r.shownLanes()
	h := float32(max(1, lanes))*laneHeight + 5
	if r.scene.week.lanes > lanes || r.open && r.scene.week.lanes > fewLanes {
		h += moreHeight
	}
	return h
}

func (r *allDay) update() {
	s, width := r.scene, r.Size().Width
	if h := r.wanted(); h != r.height {
		r.height = h
		r.resized()
	}
	if width <= 0 || len(s.week.days) == 0 {
		return
	}
	if dark := kit.IsDark(); dark != r.dark {
		r.dark = dark
		for _, b := range r.blocks {
			b.forget()
		}
		r.ghost.forget()
	}
	r.objs = r.objs[:0]
	days := len(s.week.days)
	for len(r.parts) < days {
		r.parts = append(r.parts, canvas.NewRectangle(nil))
		r.shade = append(r.shade, canvas.NewRectangle(nil))
		t := canvas.NewText("", nil)
		r.more = append(r.more, t)
	}
	for d, day := range s.week.days {
		x, w := s.column(d, width)
		if d == days-1 {
			w = width - x
		}
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			r.shade[d].FillColor = opaque(kit.ColorOffHour)
			set(r.shade[d], x, 0, w, r.height)
			r.objs = append(r.objs, r.shade[d])
		}
		r.parts[d].FillColor = opaque(kit.ColorHairline)
		set(r.parts[d], x, 0, 1, r.height)
		r.objs = append(r.objs, r.parts[d])
	}
	write(r.label, page.T("all day"), 11, false, opaque(kit.ColorMuted), fyne.TextAlignTrailing)
	set(r.label, 0, 4, gutter-11, 16)
	r.objs = append(r.objs, r.label)
	r.placeBars(width)
	r.placeMore(width)
	r.placeGhost(width)
	r.label.Refresh()
}

func (r *allDay) placeBars(width float32) {
	s, shown, n := r.scene, r.shownLanes(), 0
	for _, b := range s.week.bars {
		if b.lane >= shown {
			continue
		}
		if n == len(r.blocks) {
			r.blocks = append(r.blocks, newBlock())
		}
		f := s.face(b.event)
		f.before, f.beyond = b.before, b.beyond
		pos, size := r.rect(&b, width)
		f.size = size
		if e := &s.week.events[b.event]; !e.AllDay && !b.before {
			f.title = f.short + "  " + f.title
		}
		f.short = ""
		r.blocks[n].show(f, pos)
		r.objs = append(r.objs, r.blocks[n].objs...)
		n++
	}
}

func (r *allDay) rect(b *bar, width float32) (fyne.Position, fyne.Size) {
	x0, w := r.scene.column(b.from, width)
	right := x0 + w*float32(b.to-b.from)
	if b.beyond {
		right += 2
	} else {
		right -= 4
	}
	left := x0 + 2
	if b.before {
		left = x0 + 1
	}
	return fyne.NewPos(left, 3+float32(b.lane)*laneHeight), fyne.NewSize(right-left, laneHeight-2)
}

// placeMore counts under each day what is not shown, or offers to close the row again.
func (r *allDay) placeMore(width float32) {
	s, shown := r.scene, r.shownLanes()
	y := 3 + float32(shown)*laneHeight - 1
	put := func(d int, text string) {
		x, w := s.column(d, width)
		write(r.more[d], text, 11, true, opaque(kit.ColorMuted), fyne.TextAlignLeading)
		set(r.more[d], x+9, y, w-10, 16)
		r.objs = append(r.objs, r.more[d])
	}
	if r.open && s.week.lanes > fewLanes {
		put(0, page.T("Show less"))
		return
	}
	for d, n := range hiddenBars(s.week.bars, len(s.week.days), shown) {
		if n > 0 {
			put(d, "+"+strconv.Itoa(n))
		}
	}
}

func (r *allDay) placeGhost(width float32) {
	m := r.moving
	if m == nil || m.refused || m.by == 0 {
		return
	}
	for _, b := range r.scene.week.bars {
		if b.event != m.event {
			continue
		}
		b.from, b.to = max(0, b.from+m.by), min(len(r.scene.week.days), b.to+m.by)
		if b.from >= b.to {
			return
		}
		pos, size := r.rect(&b, width)
		f := face{title: titleOf(&r.scene.week.events[m.event]), size: size, look: ghostLook(), ring: opaque(kit.ColorAccent)}
		r.ghost.show(f, pos)
		r.objs = append(r.objs, r.ghost.objs...)
	}
}

// at finds the event under a position, or -1, and whether the position is on the line of counts.
func (r *allDay) at(pos fyne.Position) (event int, more bool) {
	shown := r.shownLanes()
	for i := range r.scene.week.bars {
		b := &r.scene.week.bars[i]
		p, size := r.rect(b, r.Size().Width)
		if b.lane < shown && pos.X >= p.X && pos.X < p.X+size.Width && pos.Y >= p.Y && pos.Y < p.Y+size.Height {
			return b.event, false
		}
	}
	return noEvent, r.scene.week.lanes > fewLanes && pos.Y > 3+float32(shown)*laneHeight-2
}

// MouseDown implements desktop.Mouseable.
func (r *allDay) MouseDown(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	event, _ := r.at(e.Position)
	r.mouse.at, r.mouse.event, r.mouse.down = e.Position, event, true
	if event != noEvent {
		r.actions.Select(event)
	}
}

// MouseUp implements desktop.Mouseable.
func (r *allDay) MouseUp(*desktop.MouseEvent) { r.mouse.down = false }

// Tapped implements fyne.Tappable.
func (r *allDay) Tapped(e *fyne.PointEvent) {
	event, more := r.at(e.Position)
	if more {
		r.open = !r.open
		r.update()
		return
	}
	now := time.Now()
	double := now.Sub(r.mouse.opened) < doubleClick && r.mouse.last == event
	r.mouse.opened, r.mouse.last = now, event
	if !double || e.Position.X < gutter {
		return
	}
	r.mouse.opened = time.Time{}
	if event != noEvent {
		r.actions.Open(event)
		return
	}
	r.actions.Create(r.scene.week.days[r.scene.dayAt(e.Position.X, r.Size().Width)], 0, dayMinutes, true)
}

// Dragged implements fyne.Draggable: a bar moves by whole days.
func (r *allDay) Dragged(e *fyne.DragEvent) {
	if !r.mouse.down || r.mouse.event == noEvent || r.mouse.event >= len(r.scene.week.events) {
		return
	}
	if r.moving == nil {
		r.moving = &moving{event: r.mouse.event, refused: !r.scene.week.events[r.mouse.event].CanEdit}
		if r.moving.refused {
			r.actions.Refuse(r.mouse.event)
		}
	}
	width := r.Size().Width
	if by := r.scene.dayAt(e.Position.X, width) - r.scene.dayAt(r.mouse.at.X, width); by != r.moving.by && !r.moving.refused {
		r.moving.by = by
		r.update()
	}
}

// DragEnd implements fyne.Draggable.
func (r *allDay) DragEnd() {
	m := r.moving
	r.moving, r.mouse.down = nil, false
	if m == nil {
		return
	}
	if !m.refused && m.by != 0 {
		e, w := &r.scene.week.events[m.event], r.scene.week
		from := r.scene.dayAt(r.mouse.at.X, r.Size().Width)
		by := w.days[from+m.by].Since(w.days[from]) // over a weekend that is not shown
		start, end := e.Start.AddDate(0, 0, by), e.End.AddDate(0, 0, by)
		if !e.AllDay {
			local := e.Start.In(w.loc)
			start = when.DateOf(local).Add(by).At(wall(local, w.loc), w.loc)
			end = start.Add(e.End.Sub(e.Start))
		}
		r.actions.Drop(m.event, start, end)
	}
	r.update()
	r.ended()
}

// MouseIn implements desktop.Hoverable.
func (r *allDay) MouseIn(e *desktop.MouseEvent) { r.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (r *allDay) MouseMoved(e *desktop.MouseEvent) {
	r.cursor = desktop.DefaultCursor
	if event, more := r.at(e.Position); event != noEvent || more {
		r.cursor = desktop.PointerCursor
	}
}

// MouseOut implements desktop.Hoverable.
func (r *allDay) MouseOut() { r.cursor = desktop.DefaultCursor }

// Cursor implements desktop.Cursorable.
func (r *allDay) Cursor() desktop.Cursor { return r.cursor }

// CreateRenderer implements fyne.Widget.
func (r *allDay) CreateRenderer() fyne.WidgetRenderer { return &allDayRenderer{r} }

type allDayRenderer struct{ r *allDay }

func (x *allDayRenderer) Layout(fyne.Size)             { x.r.update() }
func (x *allDayRenderer) MinSize() fyne.Size           { return fyne.NewSize(240, x.r.wanted()) }
func (x *allDayRenderer) Refresh()                     { x.r.update() }
func (x *allDayRenderer) Objects() []fyne.CanvasObject { return x.r.objs }
func (x *allDayRenderer) Destroy()                     {}
