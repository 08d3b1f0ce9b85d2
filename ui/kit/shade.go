package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Shade lies under something that floats and takes the clicks meant to dismiss it. It is not drawn: the page stays as
// readable as it was.
type Shade struct {
	widget.BaseWidget
	away func()
}

var (
	_ fyne.Tappable     = (*Shade)(nil)
	_ desktop.Hoverable = (*Shade)(nil)
)

// NewShade returns a shade that calls away when clicked.
func NewShade(away func()) *Shade {
	s := &Shade{away: away}
	s.ExtendBaseWidget(s)
	return s
}

// Tapped implements fyne.Tappable.
func (s *Shade) Tapped(*fyne.PointEvent) { s.away() }

// MouseIn implements desktop.Hoverable; taking the hover keeps rows below from lighting up.
func (s *Shade) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (s *Shade) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (s *Shade) MouseOut() {}

// CreateRenderer implements fyne.Widget.
func (s *Shade) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(Spring()) }
