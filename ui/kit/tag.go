package kit

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Tag is a small rounded label in a colour of its own, such as a category's. It follows the theme. Set changes it.
type Tag struct {
	widget.BaseWidget
	hue   func() Hue
	text  string
	width float32 // at most; 0: as the text needs
}

// NewTag returns a label; hue is asked again when the theme changes. It is at most width wide, if that is not 0.
func NewTag(text string, hue func() Hue, width float32) *Tag {
	t := &Tag{text: text, hue: hue, width: width}
	t.ExtendBaseWidget(t)
	return t
}

// Set changes text and colour; "" shows nothing.
func (t *Tag) Set(text string, hue func() Hue) {
	t.text, t.hue = text, hue
	t.Refresh()
}

// Text is the whole text.
func (t *Tag) Text() string { return t.text }

// CreateRenderer implements fyne.Widget.
func (t *Tag) CreateRenderer() fyne.WidgetRenderer {
	r := &tagRenderer{t: t, ground: canvas.NewRectangle(nil), text: canvas.NewText("", nil)}
	r.ground.CornerRadius = 7
	r.apply()
	return r
}

type tagRenderer struct {
	t      *Tag
	ground *canvas.Rectangle
	text   *canvas.Text
}

const (
	tagPad    = 6
	tagHeight = 15
	tagSize   = 11
)

func (r *tagRenderer) apply() {
	r.ground.Hidden, r.text.Hidden = r.t.text == "", r.t.text == ""
	if r.t.text == "" || r.t.hue == nil {
		return
	}
	h := r.t.hue()
	r.ground.FillColor, r.text.Color, r.text.TextSize = h.Ground, h.Text, tagSize
	r.text.Text = r.t.text
	if w := r.room(); w > 0 {
		r.text.Text = Cut(r.t.text, w, tagSize, fyne.TextStyle{})
	}
}

// room is what the text may take; 0 for as much as it needs.
func (r *tagRenderer) room() float32 {
	if r.t.width == 0 {
		return 0
	}
	return max(1, r.t.width-2*tagPad)
}

func (r *tagRenderer) Refresh() {
	r.apply()
	r.ground.Refresh()
	r.text.Refresh()
}

func (r *tagRenderer) Layout(s fyne.Size) {
	y := (s.Height - tagHeight) / 2
	r.ground.Resize(fyne.NewSize(s.Width, tagHeight))
	r.ground.Move(fyne.NewPos(0, y))
	m := r.text.MinSize()
	r.text.Resize(m)
	r.text.Move(fyne.NewPos(tagPad, y+(tagHeight-m.Height)/2))
}

func (r *tagRenderer) MinSize() fyne.Size {
	if r.t.text == "" {
		return fyne.NewSize(0, tagHeight)
	}
	w := r.text.MinSize().Width + 2*tagPad
	return fyne.NewSize(w, tagHeight)
}
func (r *tagRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.ground, r.text} }
func (r *tagRenderer) Destroy()                     {}

// Swatch is a small square in a colour of its own, which follows the theme.
type Swatch struct {
	widget.BaseWidget
	hue func() Hue
}

// NewSwatch returns a square of 10 pixels in the strong variant of a colour.
func NewSwatch(hue func() Hue) *Swatch {
	s := &Swatch{hue: hue}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *Swatch) CreateRenderer() fyne.WidgetRenderer {
	r := &swatchRenderer{s: s, rect: canvas.NewRectangle(s.hue().Bar)}
	r.rect.CornerRadius = 3
	return r
}

type swatchRenderer struct {
	s    *Swatch
	rect *canvas.Rectangle
}

func (r *swatchRenderer) Refresh() {
	r.rect.FillColor = r.s.hue().Bar
	r.rect.Refresh()
}

func (r *swatchRenderer) Layout(s fyne.Size) {
	r.rect.Resize(fyne.NewSquareSize(10))
	r.rect.Move(fyne.NewPos((s.Width-10)/2, (s.Height-10)/2))
}
func (r *swatchRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(10) }
func (r *swatchRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *swatchRenderer) Destroy()                     {}

// SwatchIcon is a square in a colour, for menus.
func SwatchIcon(c color.NRGBA) fyne.Resource {
	hex := fmt.Sprintf("%02x%02x%02x", c.R, c.G, c.B)
	return fyne.NewStaticResource("swatch-"+hex+".svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"><rect x="2" y="2" width="12" height="12" rx="3.500" fill="#`+hex+`"/></svg>`))
}
