package kit

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Text is one line of text without padding, in a size and colour of the theme. What does not fit ends in an ellipsis, so
// its minimal width is small; NewText makes one that insists on its whole width.
type Text struct {
	widget.BaseWidget
	text  string
	Scale fyne.ThemeSizeName
	Color fyne.ThemeColorName
	Style fyne.TextStyle
	Align fyne.TextAlign
	// Whole makes the minimal width that of the text.
	Whole bool
}

var _ fyne.Widget = (*Text)(nil)

// NewText returns a line that takes the width of its text.
func NewText(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName) *Text {
	t := &Text{text: text, Scale: size, Color: color, Whole: true}
	t.ExtendBaseWidget(t)
	return t
}

// NewLine returns a line that is cut with an ellipsis where it does not fit.
func NewLine(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName) *Text {
	t := &Text{text: text, Scale: size, Color: color}
	t.ExtendBaseWidget(t)
	return t
}

// Bold makes the line semi-bold and returns it.
func (t *Text) Bold() *Text {
	t.Style.Bold = true
	return t
}

// Aligned sets the alignment and returns the line.
func (t *Text) Aligned(a fyne.TextAlign) *Text {
	t.Align = a
	return t
}

// Text is the text as set, not as cut.
func (t *Text) Text() string { return t.text }

// SetText changes the text; line breaks become spaces.
func (t *Text) SetText(text string) {
	if strings.ContainsAny(text, "\r\n\t") {
		text = strings.Join(strings.Fields(text), " ")
	}
	if text != t.text {
		t.text = text
		t.Refresh()
	}
}

// Set changes text, colour and weight with one refresh, for rows that are used again.
func (t *Text) Set(text string, color fyne.ThemeColorName, bold bool) {
	if text == t.text && color == t.Color && bold == t.Style.Bold {
		return
	}
	t.text, t.Color, t.Style.Bold = strings.Join(strings.Fields(text), " "), color, bold
	t.Refresh()
}

// SetColor changes the colour.
func (t *Text) SetColor(c fyne.ThemeColorName) {
	if c != t.Color {
		t.Color = c
		t.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{text: t, line: canvas.NewText("", nil)}
	r.apply()
	return r
}

type textRenderer struct {
	text *Text
	line *canvas.Text
}

func (r *textRenderer) apply() {
	r.line.Color = Color(r.text.Color)
	r.line.TextSize = Size(r.text.Scale)
	r.line.TextStyle = r.text.Style
	r.line.Alignment = r.text.Align
	r.line.Text = Cut(r.text.text, r.text.BaseWidget.Size().Width, r.line.TextSize, r.text.Style)
}

func (r *textRenderer) Refresh() {
	r.apply()
	r.line.Refresh()
}

func (r *textRenderer) Layout(s fyne.Size) {
	if cut := Cut(r.text.text, s.Width, r.line.TextSize, r.text.Style); cut != r.line.Text {
		r.line.Text = cut
		r.line.Refresh()
	}
	// canvas.Text draws from the top of its box; the box is centred so that rows of any height align.
	h := r.line.MinSize().Height
	r.line.Move(fyne.NewPos(0, (s.Height-h)/2))
	r.line.Resize(fyne.NewSize(s.Width, h))
}

func (r *textRenderer) MinSize() fyne.Size {
	size := Size(r.text.Scale)
	if r.text.Whole {
		return fyne.MeasureText(r.text.text, size, r.text.Style)
	}
	return fyne.NewSize(0, fyne.MeasureText("Ag", size, r.text.Style).Height)
}
func (r *textRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *textRenderer) Destroy()                     {}

// Cut shortens text to a width in the given size, ending it in an ellipsis. A width of 0 gives "".
func Cut(text string, width, size float32, style fyne.TextStyle) string {
	if width <= 0 || text == "" {
		return ""
	}
	// A line that holds more than a screen is never measured whole: mail previews and pasted subjects can be long.
	if most := int(width/size*4) + 8; len(text) > most*4 {
		text = firstRunes(text, most)
	}
	fits := func(s string) bool { return fyne.MeasureText(s, size, style).Width <= width+0.5 }
	if fits(text) {
		return text
	}
	lo, hi := 0, len(text) // text[:lo]+"…" fits, or lo is 0
	for lo < hi {
		mid := (lo + hi + 1) / 2
		for mid < len(text) && !utf8.RuneStart(text[mid]) {
			mid++
		}
		if mid > hi {
			break
		}
		if fits(strings.TrimRight(text[:mid], " ") + "…") {
			lo = mid
		} else {
			hi = mid - 1
			for hi > 0 && !utf8.RuneStart(text[hi]) {
				hi--
			}
		}
	}
	if lo == 0 {
		return "…"
	}
	return strings.TrimRight(text[:lo], " ,.;:") + "…"
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
