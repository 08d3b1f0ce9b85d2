package richmail

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// What is drawn at first; "Show more" draws as much again. Bounded by characters too, since wrapping costs time for each.
const (
	firstBlocks = 400
	firstRunes  = 24000
)

// View draws a Doc. Its height depends on its width, so it belongs in a kit.Tall in a kit.TallScroll. Its methods are
// called on the UI thread.
type View struct {
	widget.BaseWidget
	// OnLink opens a link that the person chose; the address passed SafeLink. Links whose text names another site are
	// asked about first, in the view.
	OnLink func(link string)
	// OnBrowser opens the mail in a web browser; nil: not offered.
	OnBrowser func()
	// OnReflow is told when the view's height has changed by itself.
	OnReflow func()

	doc       *Doc
	times     int // how often firstBlocks are shown
	history   bool
	selecting bool
	warned    int // index of the block below which a link is asked about, -1: none
	warning   fyne.CanvasObject
	box       *fyne.Container
}

var _ fyne.Widget = (*View)(nil)

// NewView returns an empty view.
func NewView() *View {
	v := &View{doc: &Doc{}, times: 1, warned: -1, box: kit.Tall(0)}
	v.ExtendBaseWidget(v)
	return v
}

// Set draws a document from its beginning, its history folded.
func (v *View) Set(d *Doc) {
	if d == nil {
		d = &Doc{}
	}
	v.doc, v.times, v.history, v.warned, v.selecting = d, 1, false, -1, false
	v.rebuild()
}

// Doc is what is shown.
func (v *View) Doc() *Doc { return v.doc }

// Selecting tells whether the text is shown as plain text that can be selected.
func (v *View) Selecting() bool { return v.selecting }

// SetSelecting shows plain text that can be selected, or the formatted text.
func (v *View) SetSelecting(on bool) {
	if on != v.selecting {
		v.selecting = on
		v.rebuild()
		v.reflow()
	}
}

// ShowHistory folds the quoted history out or in.
func (v *View) ShowHistory(on bool) {
	if on != v.history {
		v.history = on
		v.rebuild()
		v.reflow()
	}
}

func (v *View) reflow() {
	if v.OnReflow != nil {
		v.OnReflow()
	}
}

// last is the index after the last block that the bounds allow to draw, starting from the first.
func (v *View) last(end int) int {
	runes := 0
	for i := range v.doc.Blocks[:end] {
		runes += weight(&v.doc.Blocks[i])
		if i >= firstBlocks*v.times || runes > firstRunes*v.times {
			return max(1, i)
		}
	}
	return end
}

func weight(b *Block) int {
	n := 0
	for _, s := range b.Spans {
		n += utf8.RuneCountInString(s.Text)
	}
	for _, row := range b.Rows {
		for _, c := range row {
			n += utf8.RuneCountInString(spansText(c.Spans))
		}
	}
	return n
}

func (v *View) rebuild() {
	v.box.Objects = nil
	if v.selecting {
		for _, piece := range pieces(v.doc.Text()) {
			l := widget.NewLabel(piece)
			l.Wrapping, l.Selectable = fyne.TextWrapWord, true
			v.box.Objects = append(v.box.Objects, kit.Inset(l, -6, 0, 0, -8)) // without the label's own padding
		}
		v.Refresh()
		return
	}
	if v.doc.Remote > 0 {
		v.box.Objects = append(v.box.Objects, kit.Inset(v.remoteLine(), 0, 0, kit.S3, 0))
	}
	end := v.doc.History
	if v.history {
		end = len(v.doc.Blocks)
	}
	to := v.last(end)
	v.box.Objects = append(v.box.Objects, v.group(0, to, 0)...)
	switch {
	case to < end:
		more := kit.NewButton(page.T("Show more"), "chevron-down", func() {
			v.times *= 2
			v.rebuild()
			v.reflow()
		})
		v.box.Objects = append(v.box.Objects, kit.Inset(kit.Row(0, more), kit.S3, 0, 0, 0))
	case v.doc.History < len(v.doc.Blocks):
		label := page.T("Show quoted text")
		if v.history {
			label = page.T("Hide quoted text")
		}
		fold := kit.NewButton(label, "more", func() { v.ShowHistory(!v.history) })
		v.box.Objects = append(v.box.Objects, kit.Inset(kit.Row(0, fold), kit.S3, 0, 0, 0))
	}
	if to == end && v.doc.Cut {
		note := kit.NewParagraph(page.T("This message is very long; its end is not shown here."), kit.SizeSmall, kit.ColorMuted)
		v.box.Objects = append(v.box.Objects, kit.Inset(note, kit.S3, 0, 0, 0))
	}
	v.Refresh()
}

func (v *View) remoteLine() fyne.CanvasObject {
	text := page.N("{{.N}} image not loaded", "{{.N}} images not loaded", v.doc.Remote)
	row := kit.Row(kit.S2, kit.NewIcon("image", kit.ColorMuted, 16), kit.NewText(text, kit.SizeSmall, kit.ColorMuted))
	if v.OnBrowser != nil {
		open := kit.NewLink(page.T("Open in browser"), "external", v.OnBrowser)
		open.Tip = page.T("Opens a cleaned copy in your web browser, which loads the images. The sender may notice.")
		row.Add(open)
	}
	return row
}

// group draws the blocks of a half-open range that stand at least depth deep in quotations.
func (v *View) group(from, to, depth int) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i := from; i < to; {
		b := &v.doc.Blocks[i]
		gap := float32(0)
		if i > from {
			gap = gapBefore(&v.doc.Blocks[i-1], b)
		}
		if b.Quote > depth {
			end := i
			for end < to && v.doc.Blocks[end].Quote > depth {
				end++
			}
			inner := kit.Tall(0, v.group(i, end, depth+1)...)
			bar := kit.Fixed(kit.NewFill(kit.ColorHairline, 1.5), 3, 0)
			out = append(out, kit.Inset(kit.Columns(kit.S3, bar, kit.Grow(inner)), gap, 0, 0, 0))
			i = end
			continue
		}
		out = append(out, kit.Inset(v.block(i), gap, 0, 0, 0))
		if v.warned == i {
			out = append(out, kit.Inset(v.warning, kit.S2, 0, 0, 0))
		}
		i++
	}
	return out
}

func gapBefore(prev, b *Block) float32 {
	switch {
	case b.Kind == Heading:
		return kit.S4
	case b.Kind == Item && prev.Kind == Item:
		return 3
	case b.Kind == Rule || prev.Kind == Rule:
		return kit.S3
	case prev.Kind == Heading:
		return 6
	}
	return 10
}

func (v *View) block(i int) fyne.CanvasObject {
	b := &v.doc.Blocks[i]
	color := kit.ColorText
	if b.Quoted || b.Quote > 0 {
		color = kit.ColorMuted
	}
	tapped := func(text, link string) { v.tapped(i, text, link) }
	switch b.Kind {
	case Rule:
		return kit.Hairline()
	case Table:
		return newGrid(b.Rows, tapped)
	case Heading:
		scale := kit.SizeHeading
		if b.Level > 2 {
			scale = kit.SizeBody
		}
		return newFlow(withStyle(b.Spans, Bold), scale, kit.ColorText, false, tapped)
	case Pre:
		code := newFlow(b.Spans, kit.SizeSmall, color, true, tapped)
		return kit.Tall(0, code)
	case Item:
		mark := newFlow([]Span{{Text: b.Marker, Style: Muted}}, kit.SizeBody, color, false, nil)
		width := float32(18)
		if len(b.Marker) > 3 {
			width = 28
		}
		return kit.Inset(kit.Columns(0, kit.Fixed(mark, width, 0), kit.Grow(newFlow(b.Spans, kit.SizeBody, color, false, tapped))),
			0, 0, 0, float32(b.Indent-1)*18+4)
	}
	text := newFlow(b.Spans, kit.SizeBody, color, false, tapped)
	if b.Indent > 0 {
		return kit.Inset(text, 0, 0, 0, float32(b.Indent)*18)
	}
	return text
}

func (v *View) tapped(i int, text, link string) {
	shown, real, deceptive := Deceptive(text, link)
	if !deceptive {
		v.open(link)
		return
	}
	done := func() {
		v.warned = -1
		v.rebuild()
		v.reflow()
	}
	v.warned = i
	v.warning = kit.NewBanner(kit.Warn, page.T("This link leads somewhere else"),
		page.T("Its text says {{.Shown}}, but it opens {{.Real}}.", map[string]any{"Shown": shown, "Real": real}),
		kit.NewButton(page.T("Open {{.Real}}", map[string]any{"Real": shorten(real, 40)}), "external", func() {
			done()
			v.open(link)
		}),
		kit.NewGhost(page.T("Do not open"), "", done))
	v.rebuild()
	v.reflow()
}

func (v *View) open(link string) {
	if v.OnLink != nil {
		v.OnLink(link)
	}
}

// CreateRenderer implements fyne.Widget.
func (v *View) CreateRenderer() fyne.WidgetRenderer { return &viewRenderer{v} }

type viewRenderer struct{ v *View }

func (r *viewRenderer) Layout(s fyne.Size)           { r.v.box.Resize(s) }
func (r *viewRenderer) MinSize() fyne.Size           { return r.v.box.MinSize() }
func (r *viewRenderer) Refresh()                     { r.v.box.Refresh() }
func (r *viewRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.v.box} }
func (r *viewRenderer) Destroy()                     {}

// pieces parts a text at line ends, since one label with thousands of lines takes seconds to lay out.
func pieces(text string) []string {
	const most = 6000
	var out []string
	for len(text) > most {
		cut := most
		for cut > 0 && text[cut-1] != '\n' {
			cut--
		}
		if cut == 0 {
			for cut = most; cut < len(text) && !utf8.RuneStart(text[cut]); cut++ {
			}
		}
		out = append(out, text[:cut])
		text = text[cut:]
	}
	return append(out, text)
}
