package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Segmented is a row of choices of which one is on.
type Segmented struct {
	widget.BaseWidget
	OnChange func(index int)
	buttons  []*Button
	on       int
	box      fyne.CanvasObject
}

// NewSegmented returns the choices with the first one on.
func NewSegmented(labels []string, changed func(int)) *Segmented {
	s := &Segmented{OnChange: changed}
	row := Row(2)
	for i, label := range labels {
		b := NewGhost(label, "", func() { s.Select(i) })
		s.buttons = append(s.buttons, b)
		row.Add(b)
	}
	s.buttons[0].SetOn(true) // the row has measured, and so drawn, it already
	s.box = container.NewStack(NewFill(ColorHover, Corner), row)
	s.ExtendBaseWidget(s)
	return s
}

// Choices are the buttons, for the keyboard and to disable them.
func (s *Segmented) Choices() []*Button { return s.buttons }

// Selected is the index of the choice that is on, or -1.
func (s *Segmented) Selected() int { return s.on }

// Select turns a choice on and tells OnChange if it was not on already; -1 turns all off.
func (s *Segmented) Select(i int) {
	if i == s.on {
		return
	}
	if s.on >= 0 {
		s.buttons[s.on].SetOn(false)
	}
	if s.on = i; i >= 0 {
		s.buttons[i].SetOn(true)
	}
	if s.OnChange != nil {
		s.OnChange(i)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Segmented) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.box) }
