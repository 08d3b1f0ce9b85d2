package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Item is a pressable row of a panel: something in front (an icon, an avatar), a title, perhaps a second line, and
// something small at the end such as a time. Long texts are cut. It is for the few rows of a panel; long lists are Lists.
type Item struct {
	Press
	on     bool
	ground *Fill
	box    fyne.CanvasObject
	Title  *Text
	Sub    *Text // nil in a row of one line
	Trail  *Text
}

var _ fyne.Widget = (*Item)(nil)

// NewItem returns a row of one line, 28 high, with an icon in front. A nil tapped makes a row that only shows.
func NewItem(icon, title, trail string, tapped func()) *Item {
	return newItem(NewIcon(icon, ColorMuted, 16), title, "", trail, RowDense, tapped)
}

// NewItemLead returns a row of one line with any object in front.
func NewItemLead(lead fyne.CanvasObject, title, trail string, tapped func()) *Item {
	return newItem(lead, title, "", trail, RowDense, tapped)
}

// NewItemTwo returns a row of two lines, 44 high, with any object in front.
func NewItemTwo(lead fyne.CanvasObject, title, sub, trail string, tapped func()) *Item {
	return newItem(lead, title, sub, trail, RowTwo, tapped)
}

func newItem(lead fyne.CanvasObject, title, sub, trail string, height float32, tapped func()) *Item {
	i := &Item{ground: NewFill("", Corner), Title: NewLine(title, SizeBody, ColorText), Trail: NewText(trail, SizeSmall, ColorMuted)}
	i.OnTapped = tapped
	words := Stack(1, i.Title)
	if height > RowDense {
		i.Sub = NewLine(sub, SizeSmall, ColorMuted)
		words.Add(i.Sub)
		i.Sub.Hidden = sub == ""
	}
	i.Trail.Hidden = trail == ""
	// Springs above and below centre the words: Grow would give them the whole height and so the upper half of it.
	middle := Stack(0, Spring(), words, Spring())
	i.box = Fixed(container.NewStack(i.ground, Inset(Row(S2, lead, Grow(middle), i.Trail), 0, S2, 0, S2)), 0, height)
	i.Extend(i)
	if tapped == nil {
		i.Disable() // so that Tab passes it by
	}
	return i
}

// SetOn marks the row as the chosen one among its neighbours.
func (i *Item) SetOn(on bool) {
	if i.on != on {
		i.on = on
		i.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (i *Item) CreateRenderer() fyne.WidgetRenderer {
	return &itemRenderer{i, widget.NewSimpleRenderer(i.box)}
}

type itemRenderer struct {
	i *Item
	fyne.WidgetRenderer
}

// Refresh implements fyne.WidgetRenderer. Hover and focus are all that changes often, so only the ground is drawn again.
func (r *itemRenderer) Refresh() {
	i := r.i
	color, border := fyne.ThemeColorName(""), fyne.ThemeColorName("")
	switch {
	case i.on:
		color = ColorAccentSoft
	case i.OnTapped != nil && i.Hovered():
		color = ColorHover
	}
	if i.OnTapped != nil && i.Focused() {
		border = ColorAccent
	}
	if i.ground.Color != color || i.ground.Border != border {
		i.ground.Color, i.ground.Border = color, border
		i.ground.Refresh()
	}
}
