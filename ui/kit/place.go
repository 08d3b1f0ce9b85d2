package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Placement is an object at a fixed place, for At.
type Placement struct {
	o          fyne.CanvasObject
	x, y, w, h float32
}

// Placed says where an object lies in At.
func Placed(o fyne.CanvasObject, x, y, w, h float32) Placement { return Placement{o, x, y, w, h} }

// At puts objects at fixed places, the later above the earlier.
func At(all ...Placement) *fyne.Container {
	c := container.NewWithoutLayout()
	for _, p := range all {
		p.o.Move(fyne.NewPos(p.x, p.y))
		p.o.Resize(fyne.NewSize(p.w, p.h))
		c.Add(p.o)
	}
	return c
}

// Floating puts an object on a ground with a shadow, above the page: toasts, the palette, panels.
func Floating(ground fyne.ThemeColorName, o fyne.CanvasObject) fyne.CanvasObject {
	bg := NewFill(ground, 8)
	bg.Raised = true
	bg.Border = ColorHairline // on white a shadow alone is no edge
	return container.NewStack(bg, o)
}
