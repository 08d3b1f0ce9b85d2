package kit

import (
	"fmt"
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"supercrm/assets"
)

var iconCache sync.Map // "name#rrggbb" → *fyne.StaticResource; a few dozen icons in a few colours

// IconResource is an icon's SVG in a colour of the theme in force. It does not follow the theme; an Icon does.
func IconResource(name string, c fyne.ThemeColorName) fyne.Resource {
	r, g, b, _ := Color(c).RGBA()
	hex := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	key := name + hex
	if res, ok := iconCache.Load(key); ok {
		return res.(fyne.Resource)
	}
	// The colour is part of the name, since Fyne caches the drawn image by it.
	res := fyne.NewStaticResource("icon-"+name+"-"+hex[1:]+".svg", assets.Icon(name, hex))
	iconCache.Store(key, res)
	return res
}

// Icon shows one of the program's icons, square, in a colour of the theme.
type Icon struct {
	widget.BaseWidget
	Name  string // "" shows nothing, in the same room
	Color fyne.ThemeColorName
	Side  float32
}

var _ fyne.Widget = (*Icon)(nil)

// NewIcon returns an icon of 16 or 20.
func NewIcon(name string, c fyne.ThemeColorName, side float32) *Icon {
	i := &Icon{Name: name, Color: c, Side: side}
	i.ExtendBaseWidget(i)
	return i
}

// Set changes the icon and its colour.
func (i *Icon) Set(name string, c fyne.ThemeColorName) {
	if i.Name != name || i.Color != c {
		i.Name, i.Color = name, c
		i.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	r := &iconRenderer{icon: i, img: img}
	r.apply()
	return r
}

type iconRenderer struct {
	icon *Icon
	img  *canvas.Image
	last color.Color
	name string
}

func (r *iconRenderer) apply() {
	r.name, r.last = r.icon.Name, Color(r.icon.Color)
	if r.icon.Name == "" {
		r.img.Hide()
		return
	}
	r.img.Resource = IconResource(r.icon.Name, r.icon.Color)
	r.img.Show()
}

func (r *iconRenderer) Refresh() {
	if r.name == r.icon.Name && r.last == Color(r.icon.Color) {
		return
	}
	r.apply()
	r.img.Refresh()
}

func (r *iconRenderer) Layout(s fyne.Size) {
	side := r.icon.Side
	r.img.Resize(fyne.NewSquareSize(side))
	r.img.Move(fyne.NewPos((s.Width-side)/2, (s.Height-side)/2))
}
func (r *iconRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(r.icon.Side) }
func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.img} }
func (r *iconRenderer) Destroy()                     {}
