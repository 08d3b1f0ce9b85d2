package people

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"supercrm/ui/kit"
)

// wordLink is a name within a line that leads to its record.
type wordLink struct {
	kit.Press
	text *kit.Text
}

var _ fyne.Widget = (*wordLink)(nil)

func newWordLink(text string, tapped func()) *wordLink {
	l := &wordLink{text: kit.NewText(text, kit.SizeBody, theme.ColorNameHyperlink)}
	l.OnTapped = tapped
	l.Extend(l)
	return l
}

// CreateRenderer implements fyne.Widget.
func (l *wordLink) CreateRenderer() fyne.WidgetRenderer {
	return &wordLinkRenderer{l, kit.NewFill("", 0)}
}

type wordLinkRenderer struct {
	l    *wordLink
	line *kit.Fill // under the word while the mouse or the focus is on it
}

func (r *wordLinkRenderer) width() float32 {
	whole := fyne.MeasureText(r.l.text.Text(), kit.Size(r.l.text.Scale), r.l.text.Style).Width
	return min(whole, r.l.BaseWidget.Size().Width)
}

func (r *wordLinkRenderer) Layout(s fyne.Size) {
	r.l.text.Resize(s)
	r.line.Resize(fyne.NewSize(r.width(), 1))
	r.line.Move(fyne.NewPos(0, s.Height-1))
}
func (r *wordLinkRenderer) MinSize() fyne.Size { return r.l.text.MinSize() }
func (r *wordLinkRenderer) Refresh() {
	color := fyne.ThemeColorName("")
	if r.l.Hovered() || r.l.Focused() {
		color = theme.ColorNameHyperlink
	}
	r.line.Set(color)
	r.Layout(r.l.BaseWidget.Size())
}
func (r *wordLinkRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.text, r.line}
}
func (r *wordLinkRenderer) Destroy() {}
