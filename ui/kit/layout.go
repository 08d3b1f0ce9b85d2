package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// line lays objects out one after another with a gap. Those marked by Grow share what is left; across, everything gets
// the whole extent, unless it is centred.
type line struct {
	gap      float32
	vertical bool
	centre   bool // across the line, at the minimal size
}

type growLayout struct{}

func (growLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(s)
	}
}

func (growLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range objs {
		m = m.Max(o.MinSize())
	}
	return m
}

// Grow marks an object that takes the room that is left in a Row or Column.
func Grow(o fyne.CanvasObject) fyne.CanvasObject { return container.New(growLayout{}, o) }

// Spring is an empty object that takes the room that is left.
func Spring() fyne.CanvasObject { return container.New(growLayout{}) }

func grows(o fyne.CanvasObject) bool {
	c, ok := o.(*fyne.Container)
	if !ok {
		return false
	}
	_, ok = c.Layout.(growLayout)
	return ok
}

func (l line) along(s fyne.Size) float32 {
	if l.vertical {
		return s.Height
	}
	return s.Width
}

func (l line) across(s fyne.Size) float32 {
	if l.vertical {
		return s.Width
	}
	return s.Height
}

func (l line) size(along, across float32) fyne.Size {
	if l.vertical {
		return fyne.NewSize(across, along)
	}
	return fyne.NewSize(along, across)
}

func (l line) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var along, across float32
	n := 0
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		along += l.along(m)
		across = max(across, l.across(m))
		n++
	}
	if n > 1 {
		along += l.gap * float32(n-1)
	}
	return l.size(along, across)
}

func (l line) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	min := l.MinSize(objs)
	growing := 0
	for _, o := range objs {
		if o.Visible() && grows(o) {
			growing++
		}
	}
	var share float32
	if left := l.along(s) - l.along(min); growing > 0 && left > 0 {
		share = left / float32(growing)
	}
	var at float32
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		along := l.along(m)
		if grows(o) {
			along += share
		}
		across, off := l.across(s), float32(0)
		if l.centre && !grows(o) && l.across(m) < across {
			off = (across - l.across(m)) / 2
			across = l.across(m)
		}
		if l.vertical {
			o.Move(fyne.NewPos(off, at))
		} else {
			o.Move(fyne.NewPos(at, off))
		}
		o.Resize(l.size(along, across))
		at += along + l.gap
	}
}

// yield gives the first object the width, less what the second takes at the right where there is room for both.
type yield struct{ least func() float32 }

func (yield) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, max(objs[0].MinSize().Height, objs[1].MinSize().Height))
}

func (y yield) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	m := objs[1].MinSize()
	rest := s.Width - S2 - m.Width
	if rest >= y.least() {
		objs[1].Show()
		objs[1].Resize(m)
		objs[1].Move(fyne.NewPos(s.Width-m.Width, (s.Height-m.Height)/2))
	} else {
		objs[1].Hide()
		rest = s.Width
	}
	objs[0].Resize(fyne.NewSize(rest, s.Height))
	objs[0].Move(fyne.NewPos(0, 0))
}

// Yield sets two objects side by side: the second at the right, and only where the first keeps the least width that it says.
// It asks for no width.
func Yield(first, second fyne.CanvasObject, least func() float32) *fyne.Container {
	return container.New(yield{least}, first, second)
}

// Row sets objects side by side, centred in height, gap apart. One that is to take the room left is wrapped in Grow.
func Row(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(line{gap: gap, centre: true}, objs...)
}

// Columns sets objects side by side over the whole height, gap apart.
func Columns(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(line{gap: gap}, objs...)
}

// Stack sets objects one below the other over the whole width, gap apart.
func Stack(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(line{gap: gap, vertical: true}, objs...)
}

// Inset leaves room around an object: top, right, bottom, left.
func Inset(o fyne.CanvasObject, top, right, bottom, left float32) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(top, bottom, left, right), o)
}

// InsetAll leaves the same room on every side.
func InsetAll(o fyne.CanvasObject, n float32) *fyne.Container { return Inset(o, n, n, n, n) }

// fixed gives an object a size that does not depend on its content; 0 leaves that extent alone.
type fixed struct{ w, h float32 }

func (f fixed) MinSize(objs []fyne.CanvasObject) fyne.Size {
	m := growLayout{}.MinSize(objs)
	if f.w > 0 {
		m.Width = f.w
	}
	if f.h > 0 {
		m.Height = f.h
	}
	return m
}

func (f fixed) Layout(objs []fyne.CanvasObject, s fyne.Size) { growLayout{}.Layout(objs, s) }

// Fixed gives an object a width and height; 0 leaves that extent to its content.
func Fixed(o fyne.CanvasObject, w, h float32) *fyne.Container { return container.New(fixed{w, h}, o) }

// capped centres its object and lets it be at most so wide.
type capped struct{ w float32 }

func (c capped) MinSize(objs []fyne.CanvasObject) fyne.Size { return growLayout{}.MinSize(objs) }

func (c capped) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	w := min(s.Width, c.w)
	for _, o := range objs {
		o.Resize(fyne.NewSize(w, s.Height))
		o.Move(fyne.NewPos((s.Width-w)/2, 0))
	}
}

// Capped centres an object that is at most w wide, so that lines stay readable in a wide window.
func Capped(o fyne.CanvasObject, w float32) *fyne.Container { return container.New(capped{w}, o) }

// Surface puts an object on one of the neutral steps.
func Surface(name fyne.ThemeColorName, o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(NewFill(name, 0), o)
}

// Card puts an object on a raised ground with the program's corner and a hairline around it.
func Card(o fyne.CanvasObject) fyne.CanvasObject {
	bg := NewFill(ColorRaised, Corner)
	bg.Border = ColorHairline
	return container.NewStack(bg, o)
}

// Hairline is a line of one pixel, across by default.
func Hairline() fyne.CanvasObject { return Fixed(NewFill(ColorHairline, 0), 0, 1) }

// HairlineUpright is a line of one pixel from top to bottom.
func HairlineUpright() fyne.CanvasObject { return Fixed(NewFill(ColorHairline, 0), 1, 0) }
