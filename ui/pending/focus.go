package pending

import (
	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
)

// spot names what can have the keyboard in the detail, so that it is found again when the detail was built anew.
func spot(o fyne.CanvasObject) string {
	switch x := o.(type) {
	case *version:
		return x.field + " " + x.Whose
	case *kit.Button:
		if x.Kind == kit.Primary {
			return "primary" // its label says what would follow
		}
		return "button " + x.Label
	}
	return ""
}

// find walks the containers below one for what ok is true of.
func find(o fyne.CanvasObject, ok func(fyne.CanvasObject) bool) fyne.CanvasObject {
	if ok(o) {
		return o
	}
	if c, is := o.(*fyne.Container); is {
		for _, child := range c.Objects {
			if got := find(child, ok); got != nil {
				return got
			}
		}
	}
	return nil
}

// keepFocus runs what builds the detail anew, and gives the keyboard to what stands where it was; to the list if that is gone.
func (p *Page) keepFocus(build func()) {
	c := p.host.Window().Canvas()
	had, _ := c.Focused().(fyne.CanvasObject)
	if had == nil || find(p.right, func(o fyne.CanvasObject) bool { return o == had }) == nil {
		build()
		return
	}
	was := spot(had)
	build()
	next, ok := find(p.right, func(o fyne.CanvasObject) bool { return was != "" && spot(o) == was }).(fyne.Focusable)
	if !ok {
		next = p.list
	}
	c.Focus(next)
}
