package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Press is the ground of everything that is pressed: it hovers, takes the focus, answers space and return as well as
// the mouse, and shows a tooltip. Widgets embed it and draw from its state.
type Press struct {
	widget.BaseWidget
	OnTapped func()
	Tip      string // shown after a moment's hover; "" for none

	self     fyne.Widget
	hovered  bool
	focused  bool
	disabled bool
}

var (
	_ desktop.Hoverable  = (*Press)(nil)
	_ fyne.Focusable     = (*Press)(nil)
	_ fyne.Tappable      = (*Press)(nil)
	_ desktop.Cursorable = (*Press)(nil)
)

// Extend must be called by the embedding widget's constructor.
func (t *Press) Extend(self fyne.Widget) {
	t.self = self
	t.ExtendBaseWidget(self)
}

// Tapped implements fyne.Tappable.
func (t *Press) Tapped(*fyne.PointEvent) {
	hideTip(t.self)
	if !t.disabled && t.OnTapped != nil {
		t.OnTapped()
	}
}

// MouseIn implements desktop.Hoverable.
func (t *Press) MouseIn(e *desktop.MouseEvent) {
	t.hovered = true
	t.self.Refresh()
	showTip(t.self, t.Tip)
}

// MouseMoved implements desktop.Hoverable.
func (t *Press) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *Press) MouseOut() {
	t.hovered = false
	hideTip(t.self)
	t.self.Refresh()
}

// FocusGained implements fyne.Focusable.
func (t *Press) FocusGained() {
	t.focused = true
	t.self.Refresh()
}

// FocusLost implements fyne.Focusable.
func (t *Press) FocusLost() {
	t.focused = false
	t.self.Refresh()
}

// TypedRune implements fyne.Focusable.
func (t *Press) TypedRune(r rune) {
	if r == ' ' {
		t.Tapped(nil)
	}
}

// TypedKey implements fyne.Focusable.
func (t *Press) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		t.Tapped(nil)
	case fyne.KeyEscape: // closes what stands above the page, whatever in it has the keyboard
		if c := fyne.CurrentApp().Driver().CanvasForObject(t.self); c != nil && c.OnTypedKey() != nil {
			c.OnTypedKey()(e)
		}
	}
}

// Cursor implements desktop.Cursorable.
func (t *Press) Cursor() desktop.Cursor {
	if t.disabled || t.OnTapped == nil {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Hovered tells whether the mouse is over it.
func (t *Press) Hovered() bool { return t.hovered }

// Focused tells whether it has the keyboard.
func (t *Press) Focused() bool { return t.focused }

// Enable makes it answer again.
func (t *Press) Enable() { t.setDisabled(false) }

// Disable greys it out; it then answers nothing.
func (t *Press) Disable() { t.setDisabled(true) }

// Disabled implements fyne.Disableable.
func (t *Press) Disabled() bool { return t.disabled }

func (t *Press) setDisabled(d bool) {
	if t.disabled != d {
		t.disabled = d
		t.self.Refresh()
	}
}
