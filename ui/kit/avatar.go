package kit

import (
	"hash/fnv"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Avatar shows somebody's initials in a disc whose colour stays the same for the same name.
type Avatar struct {
	widget.BaseWidget
	name string
	Side float32
	// Square draws rounded corners instead of a disc: a company, not a person.
	Square bool
}

var _ fyne.Widget = (*Avatar)(nil)

// NewAvatar returns a disc so many pixels wide.
func NewAvatar(name string, side float32) *Avatar {
	a := &Avatar{name: name, Side: side}
	a.ExtendBaseWidget(a)
	return a
}

// SetName changes whose initials are shown.
func (a *Avatar) SetName(name string) {
	if name != a.name {
		a.name = name
		a.Refresh()
	}
}

// Initials are the first letters of the first and last word of a name, upper-case; titles such as "Dr." do not count.
func Initials(name string) string {
	var words []string
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '@' || r == '&' }) {
		r := []rune(w)
		if unicode.IsLetter(r[0]) && !strings.HasSuffix(w, ".") {
			words = append(words, w)
		}
	}
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return strings.ToUpper(string([]rune(words[0])[:1]))
	}
	first, last := []rune(words[0]), []rune(words[len(words)-1])
	return strings.ToUpper(string(first[:1]) + string(last[:1]))
}

// The grounds are muted so that white initials keep contrast AA in both variants.
var avatarColors = []uint32{0x4A6FA5, 0x5B7F4F, 0x8A5A83, 0x9A6A3A, 0x3F7F86, 0x7A5FA8, 0xA0565E, 0x5F6F7F}

func avatarColor(name string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(strings.ToLower(name)))
	return avatarColors[h.Sum32()%uint32(len(avatarColors))]
}

// CreateRenderer implements fyne.Widget.
func (a *Avatar) CreateRenderer() fyne.WidgetRenderer {
	r := &avatarRenderer{a: a, disc: canvas.NewRectangle(nil), text: canvas.NewText("", hex(0xFFFFFF))}
	r.apply()
	return r
}

type avatarRenderer struct {
	a    *Avatar
	disc *canvas.Rectangle
	text *canvas.Text
}

func (r *avatarRenderer) apply() {
	r.disc.FillColor = hex(avatarColor(r.a.name))
	r.disc.CornerRadius = r.a.Side / 2
	if r.a.Square {
		r.disc.CornerRadius = min(Corner, r.a.Side/4)
	}
	r.text.Text = Initials(r.a.name)
	r.text.TextSize = r.a.Side * 0.38
	r.text.TextStyle.Bold = true
	r.text.Alignment = fyne.TextAlignCenter
}

func (r *avatarRenderer) Refresh() {
	r.apply()
	r.disc.Refresh()
	r.text.Refresh()
}

func (r *avatarRenderer) Layout(s fyne.Size) {
	side := r.a.Side
	pos := fyne.NewPos((s.Width-side)/2, (s.Height-side)/2)
	r.disc.Resize(fyne.NewSquareSize(side))
	r.disc.Move(pos)
	h := r.text.MinSize().Height
	r.text.Resize(fyne.NewSize(side, h))
	r.text.Move(pos.AddXY(0, (side-h)/2))
}
func (r *avatarRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(r.a.Side) }
func (r *avatarRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.disc, r.text} }
func (r *avatarRenderer) Destroy()                     {}
