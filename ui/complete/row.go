package complete

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
)

// row is one person offered. It takes clicks and no focus: Tab goes from the field to the next one, whether people are
// offered or not.
type row struct {
	widget.BaseWidget
	tapped, hovered func()
	ground          *kit.Fill
	box             fyne.CanvasObject
}

var (
	_ fyne.Tappable      = (*row)(nil)
	_ desktop.Hoverable  = (*row)(nil)
	_ desktop.Cursorable = (*row)(nil)
)

func newRow(label string, tapped, hovered func()) *row {
	r := &row{tapped: tapped, hovered: hovered, ground: kit.NewFill("", kit.Corner)}
	words := kit.Stack(0, kit.Spring(), kit.NewLine(label, kit.SizeBody, kit.ColorText), kit.Spring())
	r.box = kit.Fixed(container.NewStack(r.ground, kit.Inset(kit.Row(kit.S2, kit.NewIcon("person", kit.ColorMuted, 16), kit.Grow(words)), 0, kit.S2, 0, kit.S2)), 0, kit.RowDense)
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// Tapped implements fyne.Tappable.
func (r *row) Tapped(*fyne.PointEvent) { r.tapped() }

// MouseIn implements desktop.Hoverable.
func (r *row) MouseIn(*desktop.MouseEvent) { r.hovered() }

// MouseMoved implements desktop.Hoverable.
func (r *row) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *row) MouseOut() {}

// Cursor implements desktop.Cursorable.
func (r *row) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (r *row) choose(on bool) {
	r.ground.Color = ""
	if on {
		r.ground.Color = kit.ColorAccentSoft
	}
	r.ground.Refresh()
}
