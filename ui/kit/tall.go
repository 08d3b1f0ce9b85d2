package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// tall lays objects out like a Stack, but tells each its width before it asks for its height: text that wraps knows its
// height only then.
type tall struct{ gap float32 }

func (t tall) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	n := 0
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		s.Width = max(s.Width, m.Width)
		s.Height += m.Height
		n++
	}
	if n > 1 {
		s.Height += t.gap * float32(n-1)
	}
	return s
}

func (t tall) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	var y float32
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		if o.Size().Width != s.Width {
			o.Resize(fyne.NewSize(s.Width, o.MinSize().Height))
		}
		h := o.MinSize().Height
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(s.Width, h))
		y += h + t.gap
	}
}

// Tall sets objects one below the other over the whole width, gap apart, for content that wraps. It belongs in a
// TallScroll or in another Tall.
func Tall(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(tall{gap}, objs...)
}

// TallScroll scrolls content whose height depends on its width. Call Reflow when the content has changed its height.
type TallScroll struct {
	widget.BaseWidget
	scroll *container.Scroll
}

var _ fyne.Widget = (*TallScroll)(nil)

// NewTallScroll returns a vertical scroll around content.
func NewTallScroll(content fyne.CanvasObject) *TallScroll {
	t := &TallScroll{scroll: container.NewVScroll(content)}
	t.ExtendBaseWidget(t)
	return t
}

// Reflow lays the content out again in the width there is.
func (t *TallScroll) Reflow() {
	size, c := t.scroll.Size(), t.scroll.Content
	if size.Width <= 0 {
		return
	}
	// Once for the content to learn its width, then with the height that follows from it.
	c.Resize(fyne.NewSize(size.Width, c.MinSize().Height))
	c.Resize(fyne.NewSize(size.Width, max(c.MinSize().Height, size.Height)))
	most := max(0, c.Size().Height-size.Height)
	t.scroll.Offset.Y = min(t.scroll.Offset.Y, most)
	t.scroll.Refresh()
}

// ScrollToTop shows the beginning.
func (t *TallScroll) ScrollToTop() { t.scroll.ScrollToTop() }

// ScrollBy moves the view by so many pixels.
func (t *TallScroll) ScrollBy(dy float32) {
	most := max(0, t.scroll.Content.Size().Height-t.scroll.Size().Height)
	t.scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(most, t.scroll.Offset.Y+dy))))
}

// Offset is how far it is scrolled.
func (t *TallScroll) Offset() float32 { return t.scroll.Offset.Y }

// Resize implements fyne.CanvasObject.
func (t *TallScroll) Resize(s fyne.Size) {
	if s == t.BaseWidget.Size() {
		return
	}
	t.BaseWidget.Resize(s)
	t.scroll.Resize(s)
	t.Reflow()
}

// MinSize implements fyne.CanvasObject.
func (t *TallScroll) MinSize() fyne.Size {
	t.ExtendBaseWidget(t)
	return fyne.NewSize(40, 40)
}

// CreateRenderer implements fyne.Widget.
func (t *TallScroll) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(t.scroll)
}
