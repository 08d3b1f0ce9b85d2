package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Split parts a page into a pane of a width that the person may drag and the rest. The hairline between them is the
// handle.
type Split struct {
	widget.BaseWidget
	left, right fyne.CanvasObject
	handle      *splitHandle
	width       float32 // of the left pane
	min, max    float32
	// OnDragged hears of a new width.
	OnDragged func(width float32)
}

// NewSplit returns a split whose left pane is width wide and stays between min and max.
func NewSplit(left, right fyne.CanvasObject, width, min, max float32) *Split {
	s := &Split{left: left, right: right, width: width, min: min, max: max}
	s.handle = &splitHandle{split: s, line: NewFill(ColorHairline, 0)}
	s.handle.ExtendBaseWidget(s.handle)
	s.ExtendBaseWidget(s)
	return s
}

// Width is the left pane's.
func (s *Split) Width() float32 { return s.width }

func (s *Split) drag(dx float32) {
	w := max(s.min, min(s.max, s.width+dx))
	if room := s.BaseWidget.Size().Width - s.right.MinSize().Width; w > room {
		w = max(s.min, room)
	}
	if w == s.width {
		return
	}
	s.width = w
	s.Refresh()
	if s.OnDragged != nil {
		s.OnDragged(w)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Split) CreateRenderer() fyne.WidgetRenderer {
	return &splitRenderer{s, []fyne.CanvasObject{s.left, s.right, s.handle}}
}

type splitRenderer struct {
	s    *Split
	objs []fyne.CanvasObject
}

const handleWidth = 7

func (r *splitRenderer) Layout(size fyne.Size) {
	s := r.s
	w := s.width
	// In a narrow window the left pane gives way down to its minimum before the right one is cut.
	if room := size.Width - s.right.MinSize().Width; w > room {
		w = max(s.min, room)
	}
	s.left.Resize(fyne.NewSize(w, size.Height))
	s.left.Move(fyne.NewPos(0, 0))
	s.right.Resize(fyne.NewSize(max(0, size.Width-w), size.Height))
	s.right.Move(fyne.NewPos(w, 0))
	s.handle.Resize(fyne.NewSize(handleWidth, size.Height))
	s.handle.Move(fyne.NewPos(w-handleWidth/2, 0))
}

func (r *splitRenderer) MinSize() fyne.Size {
	l, m := r.s.left.MinSize(), r.s.right.MinSize()
	return fyne.NewSize(r.s.min+m.Width, max(l.Height, m.Height))
}
func (r *splitRenderer) Refresh() {
	r.Layout(r.s.BaseWidget.Size())
	for _, o := range r.objs {
		o.Refresh()
	}
}
func (r *splitRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *splitRenderer) Destroy()                     {}

type splitHandle struct {
	widget.BaseWidget
	split *Split
	line  *Fill
}

var (
	_ fyne.Draggable     = (*splitHandle)(nil)
	_ desktop.Hoverable  = (*splitHandle)(nil)
	_ desktop.Cursorable = (*splitHandle)(nil)
)

func (h *splitHandle) Dragged(e *fyne.DragEvent)      { h.split.drag(e.Dragged.DX) }
func (h *splitHandle) DragEnd()                       {}
func (h *splitHandle) Cursor() desktop.Cursor         { return desktop.HResizeCursor }
func (h *splitHandle) MouseIn(*desktop.MouseEvent)    { h.line.Set(ColorAccent) }
func (h *splitHandle) MouseMoved(*desktop.MouseEvent) {}
func (h *splitHandle) MouseOut()                      { h.line.Set(ColorHairline) }
func (h *splitHandle) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(Columns(0, Fixed(Spring(), handleWidth/2, 0), Fixed(h.line, 1, 0), Spring()))
}
