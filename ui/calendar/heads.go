package calendar

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
	"supercrm/ui/when"
)

const headHeight float32 = 50

// heads is the row of days above the grid, with the time zone in its corner. A click on a day shows it alone.
type heads struct {
	widget.BaseWidget
	scene  *scene
	onDay  func(when.Date)
	zone   *canvas.Text
	offset *canvas.Text
	ring   *canvas.Rectangle // around today's number
	hover  *canvas.Rectangle
	names  []*canvas.Text
	dates  []*canvas.Text
	over   int // the day under the mouse, or -1
}

var (
	_ fyne.Tappable      = (*heads)(nil)
	_ desktop.Hoverable  = (*heads)(nil)
	_ desktop.Cursorable = (*heads)(nil)
)

func newHeads(s *scene, onDay func(when.Date)) *heads {
	h := &heads{scene: s, onDay: onDay, zone: canvas.NewText("", nil), offset: canvas.NewText("", nil),
		ring: canvas.NewRectangle(nil), hover: canvas.NewRectangle(nil), over: -1}
	h.ExtendBaseWidget(h)
	return h
}

func (h *heads) update() {
	s, size := h.scene, h.Size()
	if size.Width <= 0 || len(s.week.days) == 0 {
		return
	}
	for len(h.names) < len(s.week.days) {
		h.names = append(h.names, canvas.NewText("", nil))
		h.dates = append(h.dates, canvas.NewText("", nil))
	}
	name, offset := when.Zone(s.week.days[0].At(12*60, s.week.loc))
	if name == offset {
		name = ""
	}
	write(h.zone, name, 11, true, opaque(kit.ColorMuted), fyne.TextAlignTrailing)
	write(h.offset, offset, 10.5, false, opaque(kit.ColorMuted), fyne.TextAlignTrailing)
	set(h.zone, 0, 9, gutter-11, 14)
	set(h.offset, 0, 24, gutter-11, 14)
	if name == "" {
		set(h.offset, 0, 17, gutter-11, 14)
	}
	today := when.DateOf(s.now.In(s.week.loc))
	h.ring.Hidden, h.hover.Hidden = true, true
	for i, d := range s.week.days {
		x, w := s.column(i, size.Width)
		label, weight := opaque(kit.ColorMuted), opaque(kit.ColorText)
		if d.Before(today) {
			weight = opaque(kit.ColorMuted)
		}
		text := number(d)
		if d == today {
			label, weight = opaque(kit.ColorAccent), opaque(kit.ColorOnAccent)
			h.ring.FillColor, h.ring.CornerRadius, h.ring.Hidden = opaque(kit.ColorAccent), 12, false
			width := max(24, fyne.MeasureText(text, 15, fyne.TextStyle{Bold: true}).Width+10)
			set(h.ring, x+7, 22, width, 24)
			h.ring.Refresh()
			write(h.dates[i], text, 15, true, weight, fyne.TextAlignCenter)
			set(h.dates[i], x+7, 22, width, 24)
		} else {
			write(h.dates[i], text, 17, true, weight, fyne.TextAlignLeading)
			set(h.dates[i], x+9, 22, w-10, 24)
		}
		day := when.WeekdayShort(d.Weekday())
		if len(s.week.days) == 1 {
			day = when.Weekday(d.Weekday())
		}
		write(h.names[i], day, 12, d == today, label, fyne.TextAlignLeading)
		set(h.names[i], x+9, 5, w-10, 16)
		if i == h.over && len(s.week.days) > 1 {
			h.hover.FillColor, h.hover.CornerRadius, h.hover.Hidden = kit.Color(kit.ColorHover), kit.Corner, false
			set(h.hover, x+2, 3, w-4, headHeight-5)
			h.hover.Refresh()
		}
	}
	h.zone.Refresh()
}

// write changes a text if it is not that already.
func write(t *canvas.Text, text string, size float32, bold bool, c color.NRGBA, align fyne.TextAlign) {
	if t.Text == text && t.TextSize == size && t.TextStyle.Bold == bold && t.Color == c && t.Alignment == align {
		return
	}
	t.Text, t.TextSize, t.TextStyle.Bold, t.Color, t.Alignment = text, size, bold, c, align
	t.Refresh()
}

// Tapped implements fyne.Tappable.
func (h *heads) Tapped(e *fyne.PointEvent) {
	if e.Position.X >= gutter && len(h.scene.week.days) > 1 {
		h.onDay(h.scene.week.days[h.scene.dayAt(e.Position.X, h.Size().Width)])
	}
}

// MouseIn implements desktop.Hoverable.
func (h *heads) MouseIn(e *desktop.MouseEvent) { h.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (h *heads) MouseMoved(e *desktop.MouseEvent) {
	over := -1
	if e.Position.X >= gutter {
		over = h.scene.dayAt(e.Position.X, h.Size().Width)
	}
	h.setOver(over)
}

// MouseOut implements desktop.Hoverable.
func (h *heads) MouseOut() { h.setOver(-1) }

func (h *heads) setOver(day int) {
	if day != h.over {
		h.over = day
		h.update()
	}
}

// Cursor implements desktop.Cursorable.
func (h *heads) Cursor() desktop.Cursor {
	if h.over >= 0 && len(h.scene.week.days) > 1 {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// CreateRenderer implements fyne.Widget.
func (h *heads) CreateRenderer() fyne.WidgetRenderer { return &headsRenderer{h: h} }

type headsRenderer struct {
	h    *heads
	objs []fyne.CanvasObject
}

func (r *headsRenderer) Layout(fyne.Size)   { r.h.update() }
func (r *headsRenderer) MinSize() fyne.Size { return fyne.NewSize(240, headHeight) }
func (r *headsRenderer) Refresh()           { r.h.update() }
func (r *headsRenderer) Objects() []fyne.CanvasObject {
	n := min(len(r.h.names), len(r.h.scene.week.days))
	r.objs = append(r.objs[:0], r.h.hover, r.h.ring, r.h.zone, r.h.offset)
	for i := range n {
		r.objs = append(r.objs, r.h.names[i], r.h.dates[i])
	}
	return r.objs
}
func (r *headsRenderer) Destroy() {}
