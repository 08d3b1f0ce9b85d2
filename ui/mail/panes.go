package mail

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
)

const (
	foldersWidth = 184
	narrowBelow  = 760 // px of the page: below, the folders give way to the list
)

// panes sets folders, list and reader side by side. Where the page is narrow the folders lie over the list, when asked for.
type panes struct {
	widget.BaseWidget
	folders fyne.CanvasObject
	list    fyne.CanvasObject
	line    fyne.CanvasObject
	split   *kit.Split
	narrow  bool
	open    bool // folders over the list
	// onNarrow hears when the page becomes narrow or wide.
	onNarrow func(bool)
}

func newPanes(folders, list, reader fyne.CanvasObject) *panes {
	p := &panes{folders: folders, list: list, line: kit.HairlineUpright(), split: kit.NewSplit(list, reader, 316, 240, 520)}
	p.ExtendBaseWidget(p)
	return p
}

// setOpen shows or hides the folders over the list, in a narrow page.
func (p *panes) setOpen(open bool) {
	p.open = open
	p.arrange(p.Size())
	p.Refresh()
}

// Resize implements fyne.CanvasObject.
func (p *panes) Resize(s fyne.Size) {
	if narrow := s.Width < narrowBelow; narrow != p.narrow && s.Width > 0 {
		p.narrow, p.open = narrow, false
		if p.onNarrow != nil {
			p.onNarrow(narrow)
		}
	}
	p.BaseWidget.Resize(s)
	p.arrange(s)
}

func (p *panes) arrange(s fyne.Size) {
	x := float32(0)
	if !p.narrow {
		x = foldersWidth + 1
	}
	p.split.Move(fyne.NewPos(x, 0))
	p.split.Resize(fyne.NewSize(max(0, s.Width-x), s.Height))
	top := float32(0)
	width := float32(foldersWidth)
	if p.narrow {
		top, width = listHeadHeight, p.list.Size().Width
	}
	setVisible(p.folders, !p.narrow || p.open)
	setVisible(p.line, !p.narrow)
	p.folders.Move(fyne.NewPos(0, top))
	p.folders.Resize(fyne.NewSize(width, max(0, s.Height-top)))
	p.line.Move(fyne.NewPos(foldersWidth, 0))
	p.line.Resize(fyne.NewSize(1, s.Height))
}

// listHeadHeight is the first line of the list's header, which stays when the folders lie over the list: the toggle is
// in it.
const listHeadHeight = 44

func setVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *panes) CreateRenderer() fyne.WidgetRenderer {
	return &panesRenderer{p, []fyne.CanvasObject{p.split, p.folders, p.line}}
}

type panesRenderer struct {
	p    *panes
	objs []fyne.CanvasObject
}

func (r *panesRenderer) Layout(s fyne.Size)           { r.p.arrange(s) }
func (r *panesRenderer) MinSize() fyne.Size           { return fyne.NewSize(560, 300) }
func (r *panesRenderer) Refresh()                     {}
func (r *panesRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *panesRenderer) Destroy()                     {}
