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

// The extents of a month, in pixels.
const (
	cell      float32 = 32
	monthTop  float32 = 34 // the month's name and the arrows
	monthDays float32 = 22 // the weekdays' names
)

// month is a small month to choose a day from, with the mouse or the arrows and Return.
type month struct {
	widget.BaseWidget
	shown, chosen, today when.Date
	over                 int // the cell under the mouse, or -1
	pick                 func(when.Date)
	leave                func()

	title     *kit.Text
	back, on  *kit.Button
	names     [7]*canvas.Text
	days      [42]*canvas.Text
	disc      *canvas.Rectangle
	ring      *canvas.Rectangle
	hover     *canvas.Rectangle
	objs      []fyne.CanvasObject
	weekStart time.Weekday
}

var (
	_ fyne.Tappable     = (*month)(nil)
	_ fyne.Focusable    = (*month)(nil)
	_ desktop.Hoverable = (*month)(nil)
)

func newMonth(chosen, today when.Date, pick func(when.Date), leave func()) *month {
	m := &month{chosen: chosen, today: today, shown: chosen, over: -1, pick: pick, leave: leave, weekStart: when.WeekStart()}
	m.title = kit.NewLine("", kit.SizeBody, kit.ColorText).Bold()
	m.back = kit.NewIconButton("chevron-left", page.T("Previous month"), func() { m.turn(-1) })
	m.on = kit.NewIconButton("chevron-right", page.T("Next month"), func() { m.turn(1) })
	m.disc, m.ring, m.hover = canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	m.objs = []fyne.CanvasObject{m.hover, m.disc, m.ring, m.title, m.back, m.on}
	for i := range m.names {
		m.names[i] = canvas.NewText("", nil)
		m.objs = append(m.objs, m.names[i])
	}
	for i := range m.days {
		m.days[i] = canvas.NewText("", nil)
		m.objs = append(m.objs, m.days[i])
	}
	m.ExtendBaseWidget(m)
	return m
}

// first is the day in the upper left cell.
func (m *month) first() when.Date {
	return when.NewDate(m.shown.Year, m.shown.Month, 1).Week(m.weekStart)
}

func (m *month) turn(by int) {
	m.shown = m.shown.AddMonths(by)
	m.update()
}

func (m *month) update() {
	m.title.SetText(when.Month(m.shown.Month) + " " + strconv.Itoa(m.shown.Year))
	first := m.first()
	m.disc.Hidden, m.ring.Hidden, m.hover.Hidden = true, true, true
	for i, t := range m.names {
		write(t, short(when.WeekdayShort(first.Add(i).Weekday()), 2), 11, false, opaque(kit.ColorMuted), fyne.TextAlignCenter)
		set(t, cell*float32(i), monthTop, cell, monthDays)
	}
	place := func(r *canvas.Rectangle, i int) {
		r.Hidden, r.CornerRadius = false, kit.Corner
		set(r, cell*float32(i%7)+1, monthTop+monthDays+cell*float32(i/7)+1, cell-2, cell-2)
		r.Refresh()
	}
	for i, t := range m.days {
		d := first.Add(i)
		c := opaque(kit.ColorText)
		if d.Month != m.shown.Month {
			c = opaque(kit.ColorFaint)
		}
		if i == m.over {
			m.hover.FillColor = kit.Color(kit.ColorHover)
			place(m.hover, i)
		}
		if d == m.today {
			m.ring.FillColor, m.ring.StrokeColor, m.ring.StrokeWidth = nil, kit.Color(kit.ColorAccent), 1
			place(m.ring, i)
		}
		if d == m.chosen {
			c = opaque(kit.ColorOnAccent)
			m.disc.FillColor = kit.Color(kit.ColorAccent)
			place(m.disc, i)
		}
		write(t, strconv.Itoa(d.Dom), 13, d == m.chosen || d == m.today, c, fyne.TextAlignCenter)
		set(t, cell*float32(i%7), monthTop+monthDays+cell*float32(i/7), cell, cell)
	}
	m.title.Refresh()
}

func (m *month) cellAt(pos fyne.Position) int {
	x, y := int(pos.X/cell), int((pos.Y-monthTop-monthDays)/cell)
	if pos.X < 0 || pos.Y < monthTop+monthDays || x > 6 || y > 5 {
		return -1
	}
	return y*7 + x
}

// Tapped implements fyne.Tappable.
func (m *month) Tapped(e *fyne.PointEvent) {
	if i := m.cellAt(e.Position); i >= 0 {
		m.pick(m.first().Add(i))
	}
}

// MouseIn implements desktop.Hoverable.
func (m *month) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (m *month) MouseMoved(e *desktop.MouseEvent) {
	if i := m.cellAt(e.Position); i != m.over {
		m.over = i
		m.update()
	}
}

// MouseOut implements desktop.Hoverable.
func (m *month) MouseOut() {
	m.over = -1
	m.update()
}

// FocusGained implements fyne.Focusable.
func (m *month) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (m *month) FocusLost() {}

// TypedRune implements fyne.Focusable.
func (m *month) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (m *month) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		m.step(-1)
	case fyne.KeyRight:
		m.step(1)
	case fyne.KeyUp:
		m.step(-7)
	case fyne.KeyDown:
		m.step(7)
	case fyne.KeyPageUp:
		m.turn(-1)
	case fyne.KeyPageDown:
		m.turn(1)
	case fyne.KeyReturn, fyne.KeyEnter:
		m.pick(m.chosen)
	case fyne.KeyEscape:
		m.leave()
	}
}

func (m *month) step(days int) {
	m.chosen = m.chosen.Add(days)
	m.shown = m.chosen
	m.update()
}

// CreateRenderer implements fyne.Widget.
func (m *month) CreateRenderer() fyne.WidgetRenderer { return &monthRenderer{m} }

type monthRenderer struct{ m *month }

func (r *monthRenderer) Layout(s fyne.Size) {
	set(r.m.title, 9, 0, 7*cell-80, 30)
	set(r.m.back, 7*cell-62, 0, 30, 30)
	set(r.m.on, 7*cell-31, 0, 30, 30)
	r.m.update()
}
func (r *monthRenderer) MinSize() fyne.Size           { return fyne.NewSize(7*cell, monthTop+monthDays+6*cell) }
func (r *monthRenderer) Refresh()                     { r.m.update() }
func (r *monthRenderer) Objects() []fyne.CanvasObject { return r.m.objs }
func (r *monthRenderer) Destroy()                     {}
