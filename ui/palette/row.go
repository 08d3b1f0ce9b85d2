package palette

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
)

// row shows one item: an icon, a line or two with the words found, and a hint; or the heading of a section.
type row struct {
	widget.BaseWidget
	icon          *kit.Icon
	label, detail *kit.Marked
	hint, heading *kit.Text
	lines         *fyne.Container
	item, head    fyne.CanvasObject
}

func newRow() fyne.CanvasObject {
	r := &row{icon: kit.NewIcon("", kit.ColorMuted, 16), label: kit.NewMarked(kit.SizeBody, kit.ColorText, kit.ColorText),
		detail: kit.NewMarked(kit.SizeSmall, kit.ColorMuted, kit.ColorText), hint: kit.NewText("", kit.SizeSmall, kit.ColorMuted),
		heading: kit.NewLine("", kit.SizeSmall, kit.ColorMuted).Bold()}
	r.lines = kit.Stack(0, kit.Spring(), r.label, r.detail, kit.Spring())
	r.item = kit.Inset(kit.Row(kit.S3, r.icon, kit.Grow(r.lines), r.hint), 0, kit.S4, 0, kit.S4)
	r.head = kit.Inset(kit.Stack(0, kit.Spring(), r.heading), 0, kit.S4, 6, kit.S4)
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(r.item, r.head))
}

func (p *Palette) bind(i int, o fyne.CanvasObject, _ bool) {
	r, it := o.(*row), p.items[i]
	if it.heading {
		r.heading.SetText(it.Label)
		r.head.Show()
		r.item.Hide()
		r.Refresh()
		return
	}
	r.head.Hide()
	r.item.Show()
	r.icon.Set(it.Icon, kit.ColorMuted)
	r.label.Set(it.Label, it.LabelMarks)
	r.detail.Set(it.Detail, it.DetailMarks)
	r.detail.Hidden = it.Detail == ""
	r.hint.SetText(it.Hint)
	r.lines.Refresh()
	r.item.Refresh()
}
