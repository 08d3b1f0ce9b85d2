package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Marked is one line of text in which some words stand out: what was searched for. What does not fit is cut with an
// ellipsis.
type Marked struct {
	widget.BaseWidget
	text         string
	marks        [][2]int
	scale        fyne.ThemeSizeName
	color, stand fyne.ThemeColorName
}

var _ fyne.Widget = (*Marked)(nil)

// NewMarked returns an empty line: its words in one colour, the marked ones bold and in another.
func NewMarked(size fyne.ThemeSizeName, color, marked fyne.ThemeColorName) *Marked {
	m := &Marked{scale: size, color: color, stand: marked}
	m.ExtendBaseWidget(m)
	return m
}

// Set changes the text and its marks: byte ranges, in order and without overlap. Marks outside of the text are passed over.
func (m *Marked) Set(text string, marks [][2]int) {
	m.text, m.marks = text, marks
	m.Refresh()
}

// Text is the text as set, not as cut.
func (m *Marked) Text() string { return m.text }

// CreateRenderer implements fyne.Widget.
func (m *Marked) CreateRenderer() fyne.WidgetRenderer {
	r := &markedRenderer{m: m}
	r.fill(m.Size())
	return r
}

type markedRenderer struct {
	m     *Marked
	parts []*canvas.Text
	shown []fyne.CanvasObject
}

// run is a piece of the text of one look.
type run struct {
	text   string
	marked bool
}

func (m *Marked) runs() []run {
	var out []run
	at := 0
	for _, k := range m.marks {
		if k[0] < at || k[1] <= k[0] || k[1] > len(m.text) {
			continue
		}
		if k[0] > at {
			out = append(out, run{m.text[at:k[0]], false})
		}
		out = append(out, run{m.text[k[0]:k[1]], true})
		at = k[1]
	}
	if at < len(m.text) {
		out = append(out, run{m.text[at:], false})
	}
	return out
}

// fill lays the runs side by side as far as the width goes.
func (r *markedRenderer) fill(size fyne.Size) {
	scale, x, n := Size(r.m.scale), float32(0), 0
	for _, u := range r.m.runs() {
		if size.Width-x < scale {
			break
		}
		if n == len(r.parts) {
			r.parts = append(r.parts, canvas.NewText("", nil))
		}
		p := r.parts[n]
		n++
		p.TextSize, p.TextStyle, p.Color = scale, fyne.TextStyle{Bold: u.marked}, Color(r.m.color)
		if u.marked {
			p.Color = Color(r.m.stand)
		}
		p.Text = Cut(u.text, size.Width-x, scale, p.TextStyle)
		s := fyne.MeasureText(p.Text, scale, p.TextStyle)
		p.Move(fyne.NewPos(x, (size.Height-s.Height)/2))
		p.Resize(s)
		x += s.Width
		if p.Text != u.text {
			break
		}
	}
	r.shown = r.shown[:0]
	for _, p := range r.parts[:n] {
		r.shown = append(r.shown, p)
	}
}

func (r *markedRenderer) Layout(s fyne.Size) { r.fill(s) }
func (r *markedRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, fyne.MeasureText("Ag", Size(r.m.scale), fyne.TextStyle{Bold: true}).Height)
}
func (r *markedRenderer) Refresh() {
	r.fill(r.m.Size())
	canvas.Refresh(r.m)
}
func (r *markedRenderer) Objects() []fyne.CanvasObject { return r.shown }
func (r *markedRenderer) Destroy()                     {}
