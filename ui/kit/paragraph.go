package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Paragraph is text that wraps at word ends, without padding. Line breaks in the text are kept. It is for the program's
// own words and short notes; long mail goes to the reader.
type Paragraph struct {
	widget.BaseWidget
	text  string
	Scale fyne.ThemeSizeName
	Color fyne.ThemeColorName
	Style fyne.TextStyle
	Align fyne.TextAlign
	width float32 // as last laid out; the minimal height depends on it
}

var _ fyne.Widget = (*Paragraph)(nil)

// NewParagraph returns wrapping text.
func NewParagraph(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName) *Paragraph {
	p := &Paragraph{text: text, Scale: size, Color: color, width: 320}
	p.ExtendBaseWidget(p)
	return p
}

// Text is the text as set.
func (p *Paragraph) Text() string { return p.text }

// SetText changes the text.
func (p *Paragraph) SetText(text string) {
	if text != p.text {
		p.text = text
		p.Refresh()
	}
}

// Resize implements fyne.CanvasObject: another width is another number of lines, which the parent has to learn.
func (p *Paragraph) Resize(s fyne.Size) {
	changed := s.Width != p.width && s.Width > 0
	if changed {
		p.width = s.Width
	}
	p.BaseWidget.Resize(s)
	if changed {
		p.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer {
	r := &paragraphRenderer{p: p}
	r.wrap()
	return r
}

type paragraphRenderer struct {
	p     *Paragraph
	lines []fyne.CanvasObject
	for_  string
	at    float32
}

func (r *paragraphRenderer) lineHeight() float32 {
	return fyne.MeasureText("Ag", Size(r.p.Scale), r.p.Style).Height + 2
}

func (r *paragraphRenderer) wrap() {
	size := Size(r.p.Scale)
	texts := Wrap(r.p.text, r.p.width, size, r.p.Style)
	r.lines = r.lines[:0]
	for _, s := range texts {
		t := canvas.NewText(s, Color(r.p.Color))
		t.TextSize, t.TextStyle, t.Alignment = size, r.p.Style, r.p.Align
		r.lines = append(r.lines, t)
	}
	r.for_, r.at = r.p.text, r.p.width
}

func (r *paragraphRenderer) place() {
	h := r.lineHeight()
	for i, o := range r.lines {
		o.Move(fyne.NewPos(0, float32(i)*h))
		o.Resize(fyne.NewSize(r.p.width, h))
	}
}

func (r *paragraphRenderer) Refresh() {
	r.wrap()
	r.place()
	canvas.Refresh(r.p)
}

func (r *paragraphRenderer) Layout(fyne.Size) {
	if r.at != r.p.width || r.for_ != r.p.text {
		r.wrap()
	}
	r.place()
}

func (r *paragraphRenderer) MinSize() fyne.Size {
	if r.at != r.p.width || r.for_ != r.p.text {
		r.wrap()
	}
	return fyne.NewSize(40, float32(len(r.lines))*r.lineHeight())
}
func (r *paragraphRenderer) Objects() []fyne.CanvasObject { return r.lines }
func (r *paragraphRenderer) Destroy()                     {}

// Wrap breaks text into lines of at most a width, at spaces where there are any, else within the word.
func Wrap(text string, width, size float32, style fyne.TextStyle) []string {
	if width <= 0 || text == "" {
		return nil
	}
	fits := func(s string) bool { return fyne.MeasureText(s, size, style).Width <= width+0.5 }
	var out []string
	for _, para := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line := ""
		for _, word := range strings.Fields(para) {
			next := word
			if line != "" {
				next = line + " " + word
			}
			if fits(next) {
				line = next
				continue
			}
			if line != "" {
				out = append(out, line)
			}
			for !fits(word) {
				head := longestHead(word, fits)
				if head == word { // a single letter that is wider than the line
					break
				}
				out = append(out, head)
				word = word[len(head):]
			}
			line = word
		}
		out = append(out, line)
	}
	return out
}

// longestHead is the longest beginning of word that fits, at least one rune.
func longestHead(word string, fits func(string) bool) string {
	end := 0
	for i, r := range word {
		next := i + len(string(r))
		if end > 0 && !fits(word[:next]) {
			return word[:end]
		}
		end = next
	}
	return word[:end]
}
