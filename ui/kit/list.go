package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// List shows rows of one height, however many: only those in view exist, and Bind fills them from memory. One row is
// selected; the arrows, Home, End and the page keys move it, J and K too.
type List struct {
	widget.BaseWidget
	// RowHeight is in pixels. Set it, and the functions, before the list is shown.
	RowHeight float32
	// New makes an empty row.
	New func() fyne.CanvasObject
	// Bind fills a row. It is called on the UI thread for each row that scrolls into view, and must not block.
	Bind func(index int, row fyne.CanvasObject, selected bool)
	// OnSelect hears of a new selection, by mouse or key.
	OnSelect func(index int)
	// OnPress, if set, hears of a click instead of OnSelect: for menus and boxes where a click does it.
	OnPress func(index int)
	// OnOpen hears of return; nil: none. (A double click would delay every single one.)
	OnOpen func(index int)
	// OnMenu hears of a secondary click at an absolute position; nil: none.
	OnMenu func(index int, at fyne.Position)
	// OnKey sees keys that the list has no use for.
	OnKey func(*fyne.KeyEvent)
	// OnRune sees characters other than j and k.
	OnRune func(rune)

	count    int
	selected int
	focused  bool
	scroll   *container.Scroll
	field    *listField
	rows     map[int]*listRow
	spare    []*listRow
}

var (
	_ fyne.Widget    = (*List)(nil)
	_ fyne.Focusable = (*List)(nil)
)

// NewList returns an empty list.
func NewList(rowHeight float32, newRow func() fyne.CanvasObject, bind func(int, fyne.CanvasObject, bool)) *List {
	l := &List{RowHeight: rowHeight, New: newRow, Bind: bind, selected: -1, rows: map[int]*listRow{}}
	l.field = newListField(l)
	l.scroll = container.NewVScroll(l.field)
	l.scroll.OnScrolled = func(fyne.Position) { l.place(false) }
	l.ExtendBaseWidget(l)
	return l
}

// SetCount says how many rows there are and fills those in view again. A selection beyond the end is dropped.
func (l *List) SetCount(n int) {
	l.count = n
	if l.selected >= n {
		l.selected = -1
	}
	l.field.Resize(fyne.NewSize(l.scroll.Size().Width, float32(n)*l.RowHeight))
	l.scroll.Refresh()
	l.place(true)
}

// Count is how many rows there are.
func (l *List) Count() int { return l.count }

// Selected is the index of the selected row, or -1.
func (l *List) Selected() int { return l.selected }

// Select selects a row, brings it into view and tells OnSelect. -1 selects none and tells nobody.
func (l *List) Select(i int) {
	if i < -1 || i >= l.count {
		return
	}
	l.Mark(i)
	if i < 0 {
		return
	}
	l.Reveal(i)
	if l.OnSelect != nil {
		l.OnSelect(i)
	}
}

// Mark changes the selected row without telling OnSelect or scrolling, for a list that was loaded again.
func (l *List) Mark(i int) {
	old := l.selected
	l.selected = i
	for _, n := range []int{old, i} {
		if r, ok := l.rows[n]; ok {
			l.fill(n, r)
		}
	}
}

// Reveal scrolls so that a row is in view.
func (l *List) Reveal(i int) {
	top, view := float32(i)*l.RowHeight, l.scroll.Size().Height
	switch {
	case top < l.scroll.Offset.Y:
		l.scroll.ScrollToOffset(fyne.NewPos(0, top))
	case top+l.RowHeight > l.scroll.Offset.Y+view:
		l.scroll.ScrollToOffset(fyne.NewPos(0, top+l.RowHeight-view))
	}
	l.place(false)
}

// ScrollToTop shows the first row.
func (l *List) ScrollToTop() {
	l.scroll.ScrollToOffset(fyne.NewPos(0, 0))
	l.place(false)
}

// ScrollBy moves the view by so many pixels.
func (l *List) ScrollBy(dy float32) {
	l.scroll.ScrollToOffset(fyne.NewPos(0, l.scroll.Offset.Y+dy))
	l.place(false)
}

// Offset is how far the view is scrolled down, in pixels.
func (l *List) Offset() float32 { return l.scroll.Offset.Y }

// InView is the range of rows on the screen, half-open.
func (l *List) InView() (from, to int) {
	if l.RowHeight <= 0 {
		return 0, 0
	}
	from = int(l.scroll.Offset.Y / l.RowHeight)
	to = int((l.scroll.Offset.Y+l.scroll.Size().Height)/l.RowHeight) + 1
	return max(0, min(from, l.count)), max(0, min(to, l.count))
}

// Rebind fills the rows in view again, when what they show has changed but not how many there are.
func (l *List) Rebind() { l.place(true) }

// RebindRow fills one row again if it is in view.
func (l *List) RebindRow(i int) {
	if r, ok := l.rows[i]; ok {
		l.fill(i, r)
	}
}

// place gives each index in view a row, using again those that have left it.
func (l *List) place(again bool) {
	from, to := l.InView()
	for i, r := range l.rows {
		if i < from || i >= to {
			delete(l.rows, i)
			l.spare = append(l.spare, r)
		}
	}
	changed := false
	for i := from; i < to; i++ {
		r, have := l.rows[i]
		if !have {
			if n := len(l.spare); n > 0 {
				r, l.spare = l.spare[n-1], l.spare[:n-1]
			} else {
				r = newListRow(l, l.New())
			}
			r.hovered = false
			l.rows[i] = r
			changed = true
		}
		r.Move(fyne.NewPos(0, float32(i)*l.RowHeight))
		if size := fyne.NewSize(l.scroll.Size().Width, l.RowHeight); r.Size() != size {
			r.Resize(size)
		}
		if !have || again {
			l.fill(i, r)
		}
	}
	if changed || again || len(l.field.objects) != len(l.rows) {
		l.field.objects = l.field.objects[:0]
		for i := from; i < to; i++ {
			l.field.objects = append(l.field.objects, l.rows[i])
		}
		l.field.Refresh()
	}
}

func (l *List) fill(i int, r *listRow) {
	r.index = i
	r.paint()
	l.Bind(i, r.content, i == l.selected)
}

// Resize implements fyne.CanvasObject.
func (l *List) Resize(s fyne.Size) {
	l.BaseWidget.Resize(s)
	l.scroll.Resize(s)
	l.field.Resize(fyne.NewSize(s.Width, float32(l.count)*l.RowHeight))
	l.place(false)
}

// FocusGained implements fyne.Focusable.
func (l *List) FocusGained() { l.setFocus(true) }

// FocusLost implements fyne.Focusable.
func (l *List) FocusLost() { l.setFocus(false) }

func (l *List) setFocus(f bool) {
	l.focused = f
	if r, ok := l.rows[l.selected]; ok {
		r.paint()
	}
}

// TypedRune implements fyne.Focusable.
func (l *List) TypedRune(r rune) {
	switch r {
	case 'j':
		l.step(1)
	case 'k':
		l.step(-1)
	default:
		if l.OnRune != nil {
			l.OnRune(r)
		}
	}
}

// TypedKey implements fyne.Focusable.
func (l *List) TypedKey(e *fyne.KeyEvent) {
	page := max(1, int(l.scroll.Size().Height/l.RowHeight)-1)
	switch e.Name {
	case fyne.KeyDown:
		l.step(1)
	case fyne.KeyUp:
		l.step(-1)
	case fyne.KeyPageDown:
		l.step(page)
	case fyne.KeyPageUp:
		l.step(-page)
	case fyne.KeyHome:
		l.step(-l.count)
	case fyne.KeyEnd:
		l.step(l.count)
	case fyne.KeyReturn, fyne.KeyEnter:
		if l.OnOpen != nil && l.selected >= 0 {
			l.OnOpen(l.selected)
		}
	default:
		if l.OnKey != nil {
			l.OnKey(e)
		}
	}
}

func (l *List) step(by int) {
	if l.count == 0 {
		return
	}
	to := max(0, min(l.count-1, l.selected+by))
	if l.selected < 0 {
		to = 0
	}
	if to != l.selected {
		l.Select(to)
	}
}

// MinSize implements fyne.CanvasObject.
func (l *List) MinSize() fyne.Size {
	l.ExtendBaseWidget(l)
	return fyne.NewSize(80, l.RowHeight)
}

// CreateRenderer implements fyne.Widget.
func (l *List) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.scroll) }
