package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Tappable is the ground of everything that is pressed: it hovers, takes the focus, answers space and return as well as
// the mouse, and shows a tooltip. Widgets embed it and draw from its state.
type Tappable struct {
	widget.BaseWidget
	OnTapped func()
	Tip      string // shown after a moment's hover; "" for none

	self     fyne.Widget
	hovered  bool
	focused  bool
	disabled bool
}

var (
	_ desktop.Hoverable  = (*Tappable)(nil)
	_ fyne.Focusable     = (*Tappable)(nil)
	_ fyne.Tappable      = (*Tappable)(nil)
	_ desktop.Cursorable = (*Tappable)(nil)
)

// extend must be called by the embedding widget's constructor.
func (t *Tappable) extend(self fyne.Widget) {
	t.self = self
	t.ExtendBaseWidget(self)
}

// Tapped implements fyne.Tappable.
func (t *Tappable) Tapped(*fyne.PointEvent) {
	hideTip(t.self)
	if !t.disabled && t.OnTapped != nil {
		t.OnTapped()
	}
}

// MouseIn implements desktop.Hoverable.
func (t *Tappable) MouseIn(e *desktop.MouseEvent) {
	t.hovered = true
	t.self.Refresh()
	showTip(t.self, t.Tip)
}

// MouseMoved implements desktop.Hoverable.
func (t *Tappable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *Tappable) MouseOut() {
	t.hovered = false
	hideTip(t.self)
	t.self.Refresh()
}

// FocusGained implements fyne.Focusable.
func (t *Tappable) FocusGained() {
	t.focused = true
	t.self.Refresh()
}

// FocusLost implements fyne.Focusable.
func (t *Tappable) FocusLost() {
	t.focused = false
	t.self.Refresh()
}

// TypedRune implements fyne.Focusable.
func (t *Tappable) TypedRune(r rune) {
	if r == ' ' {
		t.Tapped(nil)
	}
}

// TypedKey implements fyne.Focusable.
func (t *Tappable) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		t.Tapped(nil)
	}
}

// Cursor implements desktop.Cursorable.
func (t *Tappable) Cursor() desktop.Cursor {
	if t.disabled || t.OnTapped == nil {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Enable makes it answer again.
func (t *Tappable) Enable() { t.setDisabled(false) }

// Disable greys it out; it then answers nothing.
func (t *Tappable) Disable() { t.setDisabled(true) }

// Disabled implements fyne.Disableable.
func (t *Tappable) Disabled() bool { return t.disabled }

func (t *Tappable) setDisabled(d bool) {
	if t.disabled != d {
		t.disabled = d
		t.self.Refresh()
	}
}
