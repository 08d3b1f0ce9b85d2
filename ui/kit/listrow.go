package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// listField is the tall sheet that a List scrolls; only the rows in view are its children.
type listField struct {
	widget.BaseWidget
	list    *List
	objects []fyne.CanvasObject
}

func newListField(l *List) *listField {
	f := &listField{list: l}
	f.ExtendBaseWidget(f)
	return f
}

func (f *listField) CreateRenderer() fyne.WidgetRenderer { return &listFieldRenderer{f} }

type listFieldRenderer struct{ f *listField }

func (r *listFieldRenderer) Layout(fyne.Size) {}
func (r *listFieldRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, float32(r.f.list.count)*r.f.list.RowHeight)
}
func (r *listFieldRenderer) Refresh()                     {}
func (r *listFieldRenderer) Objects() []fyne.CanvasObject { return r.f.objects }
func (r *listFieldRenderer) Destroy()                     {}

// listRow is the ground of one row: selection, hover, clicks.
type listRow struct {
	widget.BaseWidget
	list    *List
	index   int
	content fyne.CanvasObject
	ground  *Fill
	bar     *Fill // the accent at the left of the selected row while the list has the focus
	hovered bool
}

var (
	_ desktop.Hoverable      = (*listRow)(nil)
	_ fyne.Tappable          = (*listRow)(nil)
	_ fyne.SecondaryTappable = (*listRow)(nil)
)

func newListRow(l *List, content fyne.CanvasObject) *listRow {
	r := &listRow{list: l, content: content, ground: NewFill("", 0), bar: NewFill("", 0)}
	r.ExtendBaseWidget(r)
	return r
}

func (r *listRow) paint() {
	ground, bar := fyne.ThemeColorName(""), fyne.ThemeColorName("")
	switch {
	case r.index == r.list.selected:
		ground = ColorAccentSoft
		if r.list.focused {
			bar = ColorAccent
		}
	case r.hovered:
		ground = ColorHover
	}
	r.ground.Set(ground)
	r.bar.Set(bar)
}

func (r *listRow) Tapped(*fyne.PointEvent) {
	if r.list.OnPress != nil {
		r.list.OnPress(r.index)
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(r.list); c != nil {
		c.Focus(r.list)
	}
	r.list.Select(r.index)
}

func (r *listRow) TappedSecondary(e *fyne.PointEvent) {
	if r.list.OnMenu == nil {
		return
	}
	r.list.Select(r.index)
	r.list.OnMenu(r.index, e.AbsolutePosition)
}

func (r *listRow) MouseIn(*desktop.MouseEvent) {
	r.hovered = true
	r.paint()
}
func (r *listRow) MouseMoved(*desktop.MouseEvent) {}
func (r *listRow) MouseOut() {
	r.hovered = false
	r.paint()
}

func (r *listRow) CreateRenderer() fyne.WidgetRenderer {
	return &listRowRenderer{r: r, objs: []fyne.CanvasObject{r.ground, r.bar, r.content}}
}

type listRowRenderer struct {
	r    *listRow
	objs []fyne.CanvasObject
}

func (x *listRowRenderer) Layout(s fyne.Size) {
	x.r.ground.Resize(s)
	x.r.bar.Resize(fyne.NewSize(3, s.Height))
	x.r.content.Resize(s)
}
func (x *listRowRenderer) MinSize() fyne.Size           { return x.r.content.MinSize() }
func (x *listRowRenderer) Refresh()                     { x.r.paint(); x.r.content.Refresh() }
func (x *listRowRenderer) Objects() []fyne.CanvasObject { return x.objs }
func (x *listRowRenderer) Destroy()                     {}
