package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Fill is a rectangle in a colour of the theme, which follows the theme when it changes.
type Fill struct {
	widget.BaseWidget
	Color  fyne.ThemeColorName // "" for none
	Border fyne.ThemeColorName // "" for none
	Radius float32
	// Raised throws a soft shadow.
	Raised bool
}

var _ fyne.Widget = (*Fill)(nil)

// NewFill returns a rectangle of a colour with rounded corners.
func NewFill(name fyne.ThemeColorName, radius float32) *Fill {
	f := &Fill{Color: name, Radius: radius}
	f.ExtendBaseWidget(f)
	return f
}

// Set changes the colour; it costs nothing when it is the same.
func (f *Fill) Set(name fyne.ThemeColorName) {
	if f.Color != name {
		f.Color = name
		f.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (f *Fill) CreateRenderer() fyne.WidgetRenderer {
	r := &fillRenderer{fill: f, rect: canvas.NewRectangle(nil)}
	r.apply()
	return r
}

type fillRenderer struct {
	fill *Fill
	rect *canvas.Rectangle
}

func (r *fillRenderer) apply() {
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth = nil, nil, 0
	if r.fill.Color != "" {
		r.rect.FillColor = Color(r.fill.Color)
	}
	if r.fill.Border != "" {
		r.rect.StrokeColor, r.rect.StrokeWidth = Color(r.fill.Border), 1
	}
	r.rect.Hidden = r.fill.Color == "" && r.fill.Border == "" // the software painter fails on a square without a colour
	r.rect.CornerRadius = r.fill.Radius
	r.rect.Shadow = canvas.Shadow{}
	if r.fill.Raised {
		r.rect.Shadow = canvas.Shadow{Color: Color(theme.ColorNameShadow), Offset: fyne.NewPos(0, 3), BlurRadius: 12}
	}
}

func (r *fillRenderer) Refresh() {
	r.apply()
	r.rect.Refresh()
}
func (r *fillRenderer) Layout(s fyne.Size)           { r.rect.Resize(s) }
func (r *fillRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *fillRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *fillRenderer) Destroy()                     {}
