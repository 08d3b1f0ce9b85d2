package richmail

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
)

// flow draws spans as text that wraps, with links in it.
type flow struct {
	widget.BaseWidget
	spans  []Span
	words  []word
	scale  fyne.ThemeSizeName
	color  fyne.ThemeColorName
	tapped func(text, link string)
	width  float32
}

var _ fyne.Widget = (*flow)(nil)

// newFlow returns text in a size and colour; pre keeps its spaces.
func newFlow(spans []Span, scale fyne.ThemeSizeName, color fyne.ThemeColorName, pre bool, tapped func(text, link string)) *flow {
	f := &flow{spans: spans, words: split(spans, pre), scale: scale, color: color, tapped: tapped, width: 320}
	f.ExtendBaseWidget(f)
	return f
}

// Resize implements fyne.CanvasObject: another width is another height.
func (f *flow) Resize(s fyne.Size) {
	if s.Width > 0 && s.Width != f.width {
		f.width = s.Width
	}
	f.BaseWidget.Resize(s)
}

// natural is the width of the longest line if nothing had to wrap.
func (f *flow) natural() (line float32) {
	size := kit.Size(f.scale)
	for _, l := range wrap(f.words, 1e6, size) {
		var w float32
		if n := len(l); n > 0 {
			last := l[n-1]
			w = last.x + fyne.MeasureText(last.text, size, textStyle(last.style)).Width
		}
		line = max(line, w)
	}
	return line
}

// linkText is the whole text of the link at a run, which may go over several lines or styles.
func (f *flow) linkText(link string) string {
	var text string
	for _, s := range f.spans {
		if s.Link == link {
			text += s.Text
		}
	}
	return text
}

// CreateRenderer implements fyne.Widget.
func (f *flow) CreateRenderer() fyne.WidgetRenderer { return &flowRenderer{f: f} }

type flowRenderer struct {
	f     *flow
	lines int
	at    float32 // the width the objects are for
	objs  []fyne.CanvasObject
}

func (r *flowRenderer) lineHeight() float32 {
	return fyne.MeasureText("Ag", kit.Size(r.f.scale), fyne.TextStyle{}).Height + 4
}

func (r *flowRenderer) build() {
	f := r.f
	size, h := kit.Size(f.scale), r.lineHeight()
	lines := wrap(f.words, f.width, size)
	r.lines, r.at = len(lines), f.width
	r.objs = r.objs[:0]
	for n, line := range lines {
		y := float32(n) * h
		for _, piece := range line {
			if piece.link != "" {
				l := newLinkRun(f, piece, size)
				l.Move(fyne.NewPos(piece.x, y))
				l.Resize(fyne.NewSize(piece.width, h))
				r.objs = append(r.objs, l)
				continue
			}
			t := canvas.NewText(piece.text, kit.Color(colorOf(piece.part, f.color)))
			t.TextSize, t.TextStyle = size, textStyle(piece.style)
			t.Move(fyne.NewPos(piece.x, y+(h-t.MinSize().Height)/2))
			t.Resize(fyne.NewSize(max(0, f.width-piece.x), t.MinSize().Height))
			r.objs = append(r.objs, t)
			if piece.style&Strike != 0 {
				bar := canvas.NewRectangle(t.Color)
				bar.Move(fyne.NewPos(piece.x, y+h/2))
				bar.Resize(fyne.NewSize(piece.width, 1))
				r.objs = append(r.objs, bar)
			}
		}
	}
}

func (r *flowRenderer) Refresh() {
	r.build()
	canvas.Refresh(r.f)
}

func (r *flowRenderer) Layout(fyne.Size) {
	if r.at != r.f.width {
		r.build()
	}
}

func (r *flowRenderer) MinSize() fyne.Size {
	if r.at != r.f.width {
		r.build()
	}
	return fyne.NewSize(24, float32(r.lines)*r.lineHeight())
}
func (r *flowRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *flowRenderer) Destroy()                     {}

// linkRun is one line's part of a link.
type linkRun struct {
	widget.BaseWidget
	flow *flow
	link string
	text *canvas.Text
	rule *canvas.Rectangle
}

var (
	_ fyne.Tappable      = (*linkRun)(nil)
	_ desktop.Hoverable  = (*linkRun)(nil)
	_ desktop.Cursorable = (*linkRun)(nil)
)

func newLinkRun(f *flow, r run, size float32) *linkRun {
	c := kit.Color(colorOf(r.part, f.color))
	l := &linkRun{flow: f, link: r.link, text: canvas.NewText(r.text, c), rule: canvas.NewRectangle(c)}
	l.text.TextSize, l.text.TextStyle = size, textStyle(r.style)
	l.rule.Hide()
	l.ExtendBaseWidget(l)
	return l
}

// Tapped implements fyne.Tappable.
func (l *linkRun) Tapped(*fyne.PointEvent) {
	kit.HideTip(l)
	if l.flow.tapped != nil {
		l.flow.tapped(l.flow.linkText(l.link), l.link)
	}
}

// MouseIn implements desktop.Hoverable.
func (l *linkRun) MouseIn(*desktop.MouseEvent) {
	l.rule.Show()
	kit.ShowTip(l, shorten(Target(l.link), 90))
}

// MouseMoved implements desktop.Hoverable.
func (l *linkRun) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (l *linkRun) MouseOut() {
	l.rule.Hide()
	kit.HideTip(l)
}

// Cursor implements desktop.Cursorable.
func (l *linkRun) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (l *linkRun) CreateRenderer() fyne.WidgetRenderer { return &linkRenderer{l} }

type linkRenderer struct{ l *linkRun }

func (r *linkRenderer) Layout(s fyne.Size) {
	h := r.l.text.MinSize().Height
	y := (s.Height - h) / 2
	r.l.text.Move(fyne.NewPos(0, y))
	r.l.text.Resize(fyne.NewSize(s.Width, h))
	r.l.rule.Move(fyne.NewPos(0, y+h-1))
	r.l.rule.Resize(fyne.NewSize(s.Width, 1))
}
func (r *linkRenderer) MinSize() fyne.Size { return fyne.NewSize(1, 1) }
func (r *linkRenderer) Refresh() {
	r.l.text.Refresh()
	r.l.rule.Refresh()
}
func (r *linkRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.text, r.l.rule}
}
func (r *linkRenderer) Destroy() {}

// shorten cuts the middle out of what is too long for a tooltip, so that host and end stay.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n*2/3]) + "…" + string(r[len(r)-n/3:])
}
