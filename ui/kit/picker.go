package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Picker is a button that shows the chosen one of some choices, and opens a menu of all. Its Button is what is laid out.
type Picker struct {
	*Button
	OnChange func(index int)
	labels   []string
	on       int
}

// NewPicker returns a picker with none chosen; tip says what is chosen with it.
func NewPicker(tip string, changed func(int)) *Picker {
	p := &Picker{OnChange: changed, on: -1}
	p.Button = NewButton("", "chevron-down", nil)
	p.Button.OnTapped = p.open
	p.Button.Tip = tip
	return p
}

// Set gives the choices and which one is on, and tells nobody.
func (p *Picker) Set(labels []string, on int) {
	p.labels, p.on = labels, on
	label := ""
	if on >= 0 && on < len(labels) {
		label = labels[on]
	}
	p.SetLabel(label)
}

// Chosen is the index of the choice that is on, or -1.
func (p *Picker) Chosen() int { return p.on }

// Choose turns a choice on, as the menu does.
func (p *Picker) Choose(i int) {
	if i == p.on || i < 0 || i >= len(p.labels) {
		return
	}
	p.Set(p.labels, i)
	if p.OnChange != nil {
		p.OnChange(i)
	}
}

func (p *Picker) open() {
	d := fyne.CurrentApp().Driver()
	c := d.CanvasForObject(p.Button)
	if c == nil || len(p.labels) == 0 {
		return
	}
	var items []*fyne.MenuItem
	for i, label := range p.labels {
		it := fyne.NewMenuItem(label, func() { p.Choose(i) })
		it.Checked = i == p.on
		items = append(items, it)
	}
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), c)
	at := d.AbsolutePositionForObject(p.Button).AddXY(0, p.Button.Size().Height)
	at.Y = max(S2, min(at.Y, c.Size().Height-menu.MinSize().Height-S2))
	menu.ShowAtPosition(at)
}
