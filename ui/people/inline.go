package people

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// inline sets words side by side at the width they need. Where they do not fit, the first is cut, down to half; then the
// rest. However long a role or name is, it never makes the page wider.
func inline(objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(inlineLayout{}, objs...)
}

type inlineLayout struct{}

func (inlineLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var h float32
	for _, o := range objs {
		h = max(h, o.MinSize().Height)
	}
	return fyne.NewSize(0, h)
}

func (inlineLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	var rest float32 // what those after the first need
	for i, o := range objs {
		if i > 0 {
			rest += o.MinSize().Width
		}
	}
	var at float32
	for i, o := range objs {
		m := o.MinSize()
		w := min(m.Width, s.Width-at)
		if i == 0 {
			w = min(m.Width, max(s.Width-rest, s.Width/2))
		}
		o.Resize(fyne.NewSize(max(0, w), m.Height))
		o.Move(fyne.NewPos(at, (s.Height-m.Height)/2))
		at += w
	}
}
