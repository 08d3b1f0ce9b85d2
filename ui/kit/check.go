package kit

import (
	"fyne.io/fyne/v2"
)

// Check is a box with a label that is on or off.
type Check struct {
	Press
	// OnEdit hears of a change by the person; Set does not call it.
	OnEdit func(on bool)
	label  string
	on     bool
}

var _ fyne.Widget = (*Check)(nil)

// NewCheck returns a box that is off.
func NewCheck(label string, edited func(bool)) *Check {
	c := &Check{label: label, OnEdit: edited}
	c.OnTapped = func() {
		c.Set(!c.on)
		if c.OnEdit != nil {
			c.OnEdit(c.on)
		}
	}
	c.Extend(c)
	return c
}

// On tells whether it is on.
func (c *Check) On() bool { return c.on }

// Set turns it on or off.
func (c *Check) Set(on bool) {
	if c.on != on {
		c.on = on
		c.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	r := &checkRenderer{c: c, box: NewFill("", 4), mark: NewIcon("", ColorOnAccent, 12), text: NewText(c.label, SizeBody, ColorText)}
	r.row = Row(S2, Fixed(InsetAll(r.mark, 2), 16, 16), r.text)
	r.apply()
	return r
}

type checkRenderer struct {
	c    *Check
	box  *Fill
	mark *Icon
	text *Text
	row  *fyne.Container
}

func (r *checkRenderer) apply() {
	c := r.c
	r.box.Color, r.box.Border = "", ColorFaint
	name := ""
	if c.on {
		r.box.Color, r.box.Border, name = ColorAccent, "", "check"
	}
	if c.Hovered() || c.Focused() {
		r.box.Border = ColorAccent
		if c.on && c.Focused() {
			r.box.Border = ColorText
		}
	}
	color := ColorText
	if c.Disabled() {
		color = ColorFaint
	}
	r.box.Refresh()
	r.mark.Set(name, ColorOnAccent)
	r.text.Set(c.label, color, false)
}

func (r *checkRenderer) Refresh() {
	r.apply()
	r.mark.Refresh()
	r.text.Refresh()
}

func (r *checkRenderer) Layout(s fyne.Size) {
	r.row.Resize(s)
	r.box.Resize(fyne.NewSquareSize(16))
	r.box.Move(fyne.NewPos(0, (s.Height-16)/2))
}

func (r *checkRenderer) MinSize() fyne.Size {
	return fyne.NewSize(16+S2+r.text.MinSize().Width, max(22, r.text.MinSize().Height))
}
func (r *checkRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.box, r.row} }
func (r *checkRenderer) Destroy()                     {}
