package people

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
)

// listRow is a line of the list; it is used again for other people as the list scrolls.
type listRow struct {
	widget.BaseWidget
	avatar    *kit.Avatar
	name, sub *kit.Text
	box       fyne.CanvasObject
}

func (l *listPane) newRow() fyne.CanvasObject {
	r := &listRow{avatar: kit.NewAvatar("", 28), name: kit.NewLine("", kit.SizeBody, kit.ColorText), sub: kit.NewLine("", kit.SizeSmall, kit.ColorMuted)}
	words := kit.Stack(1, kit.Spring(), r.name, r.sub, kit.Spring())
	r.box = kit.Inset(kit.Columns(10, r.avatar, kit.Grow(words)), 0, kit.S3, 0, kit.S3)
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *listRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

func (l *listPane) bind(i int, o fyne.CanvasObject, _ bool) {
	r, data := o.(*listRow), l.roster.rows[i]
	if square := l.kind == Companies; r.avatar.Square != square {
		r.avatar.Square = square
		r.avatar.Refresh()
	}
	r.avatar.SetName(data.name)
	r.name.SetText(data.name)
	if hide := data.sub == ""; r.sub.Hidden != hide {
		r.sub.Hidden = hide
		r.box.Refresh()
	}
	r.sub.SetText(data.sub)
}
