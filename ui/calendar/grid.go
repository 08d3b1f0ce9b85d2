package calendar

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
	"supercrm/ui/when"
)

// The extents of the grid, in pixels.
const (
	hourHeight float32 = 56
	gutter     float32 = 64 // the hours' column, wide enough for "12:58 pm"
	edge       float32 = 8  // right of the last day: the scroll bar's
	aside      float32 = 7  // right of the blocks in a day: ground that can always be clicked

	narrowColumn float32 = 40 // below it, events that do not begin together lie over each other
	cascadeStep  float32 = 12
)

// Working hours, in minutes; outside them, and on Saturday and Sunday, the ground is shaded.
const workFrom, workTo = 8 * 60, 18 * 60

// scene is what the three parts of the view (heads, all-day row, grid) draw from; the page owns it.
type scene struct {
	week       *week
	colors     map[int64]string    // of calendars, by row id
	categories map[category]string // their colours
	now        time.Time
	selected   int64 // row id of the selected event, 0 for none
	day        when.Date
	slot       int // minutes of the marked empty place on day; -1 for none
	slotLong   int // how many minutes it is long; 0: half an hour

}

// columns gives the left edge and the width of a day in a view so wide.
func (s *scene) column(day int, width float32) (x, w float32) {
	w = (width - gutter - edge) / float32(max(1, len(s.week.days)))
	return gutter + w*float32(day), w
}

// dayAt is the column at x, kept within the days.
func (s *scene) dayAt(x, width float32) int {
	_, w := s.column(0, width)
	if w <= 0 {
		return 0
	}
	return max(0, min(len(s.week.days)-1, int((x-gutter)/w)))
}

// grid is the sheet of hours that is scrolled: ground, events, the line for now, and what is being dragged. Events are
// not widgets: the grid finds what is under the mouse by itself, and blocks are used again.
type grid struct {
	widget.BaseWidget
	scene   *scene
	actions actions
	scroll  *container.Scroll

	ground  []*canvas.Rectangle // two shades a day
	hours   []*canvas.Rectangle
	halves  []*canvas.Rectangle
	parts   []*canvas.Rectangle // lines between days
	labels  []*canvas.Text
	blocks  []*block
	slot    *block
	ghosts  [2]*block
	nowLine *canvas.Rectangle
	nowDay  *canvas.Rectangle
	nowDot  *canvas.Circle
	nowText *canvas.Text

	objs    []fyne.CanvasObject
	shown   int // of blocks
	days    int // that objs was made for
	dark    bool
	painted bool

	mouse  press
	drag   *drag
	cursor desktop.Cursor
	keys   func(*fyne.KeyEvent) bool
	runes  func(rune) bool
	ended  func() // a drag is over
}

// actions is what the person does to the grid, for the page to answer.
type actions struct {
	Select func(event int)                                // index in week.events
	Open   func(event int)                                // double click
	Ground func(day when.Date, minute int)                // click on an empty place
	Create func(day when.Date, from, to int, allDay bool) // drag or double click there
	Drop   func(event int, start, end time.Time)          // moved or resized
	Refuse func(event int)                                // a drag of what may not be changed
	Day    func(day when.Date)                            // click on a day's head
}

var (
	_ fyne.Widget        = (*grid)(nil)
	_ fyne.Draggable     = (*grid)(nil)
	_ fyne.Tappable      = (*grid)(nil)
	_ fyne.Focusable     = (*grid)(nil)
	_ desktop.Mouseable  = (*grid)(nil)
	_ desktop.Hoverable  = (*grid)(nil)
	_ desktop.Cursorable = (*grid)(nil)
)

func newGrid(s *scene, a actions) *grid {
	g := &grid{scene: s, actions: a, cursor: desktop.DefaultCursor}
	g.nowLine, g.nowDay = canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	g.nowDot, g.nowText = canvas.NewCircle(nil), canvas.NewText("", nil)
	g.slot = newBlock()
	for i := range g.ghosts {
		g.ghosts[i] = newBlock()
	}
	g.ExtendBaseWidget(g)
	g.scroll = container.NewVScroll(g)
	return g
}

func yOf(minute int) float32 { return float32(minute) * hourHeight / 60 }

func minuteAt(y float32) int { return max(0, min(dayMinutes, int(y*60/hourHeight))) }

// update draws the scene anew; what has not changed is not touched.
func (g *grid) update() {
	if g.Size().Width <= 0 {
		return
	}
	if dark := kit.IsDark(); dark != g.dark || !g.painted {
		g.dark, g.painted = dark, true
		g.recolor()
	}
	grown := g.makeGround()
	g.placeGround()
	grown = g.placeBlocks() || grown
	g.placeSlot()
	g.placeGhosts()
	g.placeNow()
	for _, b := range g.all() {
		grown = grown || b.added
		b.added = false
	}
	if grown || g.objs == nil {
		g.collect()
		g.nowLine.Refresh() // marks the canvas dirty without drawing every text anew
	}
}

func (g *grid) all() []*block {
	out := append([]*block{}, g.blocks[:g.shown]...)
	return append(out, g.slot, g.ghosts[0], g.ghosts[1])
}

// makeGround makes the objects behind the events, once for each number of days.
func (g *grid) makeGround() bool {
	n := len(g.scene.week.days)
	if n == g.days && g.labels != nil {
		return false
	}
	rects := func(have []*canvas.Rectangle, n int) []*canvas.Rectangle {
		for len(have) < n {
			have = append(have, canvas.NewRectangle(nil))
		}
		return have
	}
	g.ground, g.parts = rects(g.ground, 2*n), rects(g.parts, n)
	g.hours, g.halves = rects(g.hours, 23), rects(g.halves, 24)
	for h := len(g.labels); h < 24; h++ {
		t := canvas.NewText("", nil)
		t.TextSize, t.Alignment = 11, fyne.TextAlignTrailing
		g.labels = append(g.labels, t)
	}
	g.days = n
	g.recolor()
	return true
}

func (g *grid) recolor() {
	off, line := opaque(kit.ColorOffHour), opaque(kit.ColorHairline)
	page := opaque(kit.ColorPage)
	for _, r := range g.ground {
		r.FillColor = off
		r.Refresh()
	}
	for _, r := range g.hours {
		r.FillColor = line
		r.Refresh()
	}
	for _, r := range g.halves {
		r.FillColor = mix(line, page, 0.55)
		r.Refresh()
	}
	for _, r := range g.parts {
		r.FillColor = line
		r.Refresh()
	}
	for h, t := range g.labels {
		t.Color = kit.Color(kit.ColorMuted)
		if t.Text = ""; h > 0 {
			t.Text = when.Hour(h)
		}
		t.Refresh()
	}
	now := opaque(kit.ColorNow)
	g.nowDay.FillColor, g.nowDot.FillColor, g.nowText.Color = now, now, now
	g.nowLine.FillColor = mix(now, page, 0.65)
	g.nowText.TextSize, g.nowText.TextStyle.Bold, g.nowText.Alignment = 11, true, fyne.TextAlignTrailing
	for _, b := range g.blocks {
		b.forget()
	}
	g.slot.forget()
	for _, b := range g.ghosts {
		b.forget()
	}
}

func set(r fyne.CanvasObject, x, y, w, h float32) {
	r.Resize(fyne.NewSize(w, h))
	r.Move(fyne.NewPos(x, y))
}

func (g *grid) placeGround() {
	width := g.Size().Width
	for d, day := range g.scene.week.days {
		x, w := g.scene.column(d, width)
		if d == len(g.scene.week.days)-1 {
			w = width - x
		}
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			set(g.ground[2*d], x, 0, w, yOf(dayMinutes))
			set(g.ground[2*d+1], x, 0, 0, 0)
		} else {
			set(g.ground[2*d], x, 0, w, yOf(workFrom))
			set(g.ground[2*d+1], x, yOf(workTo), w, yOf(dayMinutes-workTo))
		}
		set(g.parts[d], x, 0, 1, yOf(dayMinutes))
	}
	for i, r := range g.hours {
		set(r, gutter-6, yOf((i+1)*60), width-gutter+6, 1)
	}
	for i, r := range g.halves {
		set(r, gutter, yOf(i*60+30), width-gutter, 1)
	}
	for h, t := range g.labels {
		set(t, 0, yOf(h*60)-8, gutter-11, 16)
	}
}

// placeBlocks gives each segment a block.
func (g *grid) placeBlocks() bool {
	s, width := g.scene, g.Size().Width
	n := len(s.week.segments)
	grown := n != g.shown
	for len(g.blocks) < n {
		g.blocks = append(g.blocks, newBlock())
	}
	g.shown = n
	for i := range s.week.segments {
		seg := &s.week.segments[i]
		f := s.face(seg.event)
		pos, size := g.rect(seg, width)
		f.size, f.time = size, s.timeOf(seg.event)
		if g.cascades(seg, width) {
			f.look.border = opaque(kit.ColorPage) // parts it from what it lies on
			f.clear = yOf(seg.clear)
		}
		g.blocks[i].show(f, pos)
	}
	return grown
}

// rect is where a segment stands.
func (g *grid) rect(seg *segment, width float32) (fyne.Position, fyne.Size) {
	x, w := g.scene.column(seg.day, width)
	room := w - 2 - aside
	col := room / float32(max(1, seg.cols))
	y, bottom := yOf(seg.from), yOf(seg.to)
	if g.cascades(seg, width) {
		by := min(cascadeStep, room/2/float32(seg.cols)) * float32(seg.col)
		return fyne.NewPos(x+2+by, y+1), fyne.NewSize(room-by-2, bottom-y-1)
	}
	return fyne.NewPos(x+2+col*float32(seg.col), y+1), fyne.NewSize(max(3, col*float32(seg.span)-2), bottom-y-2)
}

// cascades tells whether a segment lies partly over those that began before it: where columns would be too narrow to read
// and each title stays uncovered.
func (g *grid) cascades(seg *segment, width float32) bool {
	_, w := g.scene.column(0, width)
	return seg.clear > 0 && (w-2-aside)/float32(max(1, seg.cols)) < narrowColumn
}

func (g *grid) placeNow() {
	s := g.scene
	now := s.now.In(s.week.loc)
	d := s.week.dayOf(when.DateOf(now))
	for _, o := range []fyne.CanvasObject{g.nowLine, g.nowDay, g.nowDot, g.nowText} {
		if d < 0 && o.Visible() {
			o.Hide()
		} else if d >= 0 && !o.Visible() {
			o.Show()
		}
	}
	if d < 0 {
		return
	}
	minute := wall(s.now, s.week.loc)
	x, w := s.column(d, g.Size().Width)
	y := yOf(minute)
	set(g.nowLine, gutter, y, g.Size().Width-gutter, 1)
	set(g.nowDay, x, y-0.5, w, 2)
	set(g.nowDot, x-4, y-3.5, 8, 8)
	if text := when.Clock(minute); g.nowText.Text != text {
		g.nowText.Text = text
		g.nowText.Refresh()
	}
	set(g.nowText, 0, y-8, gutter-11, 16)
	for h, t := range g.labels { // no hour is written over the time of now
		off := h*60 - minute
		if hide := off > -14 && off < 14; hide && t.Visible() {
			t.Hide()
		} else if !hide && !t.Visible() {
			t.Show()
		}
	}
}

// placeSlot marks the empty place where N makes an event.
func (g *grid) placeSlot() {
	s := g.scene
	d := s.week.dayOf(s.day)
	if s.slot < 0 || d < 0 {
		g.hideBlock(g.slot)
		return
	}
	x, w := s.column(d, g.Size().Width)
	text, soft := opaque(kit.ColorText), opaque(kit.ColorAccentSoft)
	f := face{look: look{ground: soft, border: soft, bar: soft, title: text, text: text}, before: true,
		size: fyne.NewSize(w-aside-4, yOf(max(s.slotLong, 30))-2), title: when.Clock(s.slot)}
	g.slot.show(f, fyne.NewPos(x+2, yOf(s.slot)+1))
}

func (g *grid) hideBlock(b *block) { b.show(face{before: true}, fyne.NewPos(-9999, 0)) }

func (g *grid) collect() {
	g.objs = g.objs[:0]
	for _, list := range [][]*canvas.Rectangle{g.ground[:2*g.days], g.halves, g.hours, g.parts[:g.days]} {
		for _, r := range list {
			g.objs = append(g.objs, r)
		}
	}
	for _, t := range g.labels {
		g.objs = append(g.objs, t)
	}
	g.objs = append(g.objs, g.slot.objs...)
	g.objs = append(g.objs, g.nowLine) // across the week it lies behind the events, on today before them
	for _, b := range g.blocks[:g.shown] {
		g.objs = append(g.objs, b.objs...)
	}
	g.objs = append(g.objs, g.nowDay, g.nowDot, g.nowText)
	for _, b := range g.ghosts {
		g.objs = append(g.objs, b.objs...)
	}
}

// reveal scrolls a stretch of the day into view.
func (g *grid) reveal(from, to int) {
	top, view := g.scroll.Offset.Y, g.scroll.Size().Height
	y0, y1 := yOf(from)-12, yOf(to)+12
	switch {
	case y0 < top:
		g.scrollTo(y0)
	case y1 > top+view:
		g.scrollTo(min(y0, y1-view))
	}
}

func (g *grid) scrollTo(y float32) {
	g.scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(y, yOf(dayMinutes)-g.scroll.Size().Height))))
}

// CreateRenderer implements fyne.Widget.
func (g *grid) CreateRenderer() fyne.WidgetRenderer { return &gridRenderer{g} }

type gridRenderer struct{ g *grid }

func (r *gridRenderer) Layout(fyne.Size)   { r.g.update() }
func (r *gridRenderer) MinSize() fyne.Size { return fyne.NewSize(240, yOf(dayMinutes)) }
func (r *gridRenderer) Refresh() {
	r.g.painted = false
	r.g.update()
}
func (r *gridRenderer) Objects() []fyne.CanvasObject { return r.g.objs }
func (r *gridRenderer) Destroy()                     {}

// number is a day of the month.
func number(d when.Date) string { return strconv.Itoa(d.Dom) }
