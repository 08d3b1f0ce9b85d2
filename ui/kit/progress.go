package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Progress is a thin bar of known progress. It has no animation: an idle window costs nothing.
type Progress struct {
	widget.BaseWidget
	part  float32 // 0…1
	track *Fill
	bar   *Fill
}

// NewProgress returns an empty bar.
func NewProgress() *Progress {
	p := &Progress{track: NewFill(ColorHairline, 2), bar: NewFill(ColorAccent, 2)}
	p.ExtendBaseWidget(p)
	return p
}

// Set shows done of total; a total of 0 is nothing yet.
func (p *Progress) Set(done, total int) {
	var part float32
	if total > 0 {
		part = max(0, min(1, float32(done)/float32(total)))
	}
	if part != p.part {
		p.part = part
		p.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer { return &progressRenderer{p} }

type progressRenderer struct{ p *Progress }

func (r *progressRenderer) Layout(s fyne.Size) {
	r.p.track.Resize(s)
	r.p.bar.Resize(fyne.NewSize(s.Width*r.p.part, s.Height))
}
func (r *progressRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 4) }
func (r *progressRenderer) Refresh()           { r.Layout(r.p.BaseWidget.Size()) }
func (r *progressRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.track, r.p.bar}
}
func (r *progressRenderer) Destroy() {}
