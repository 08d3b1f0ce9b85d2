package calendar

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"supercrm/ui/kit"
)

// The extents inside a block, in pixels.
const (
	barWidth   float32 = 3
	textSize   float32 = 12
	lineHeight float32 = 15
	tinySize   float32 = 10.5 // for a quarter of an hour
	iconSide   float32 = 12
)

// face is everything that a block shows. Two equal faces look alike, so a block that is given the face it has does
// nothing; that is what makes a refresh cheap.
type face struct {
	title, time, short, place string // short is the start alone, where the whole time finds no room
	icons                     [3]string
	look                      look
	size                      fyne.Size
	ring                      color.NRGBA // around a selected block; zero: none
	before, beyond            bool        // goes on outside: no bar or corners there
	clear                     float32     // height that nothing else will cover; 0: all of it
}

// block draws one event from canvas objects of its own, which are used again for another event.
type block struct {
	face   face
	pos    fyne.Position
	drawn  bool
	paints int // how often it was drawn, for the test that keeps refreshes cheap
	ground *canvas.Rectangle
	bar    *canvas.Rectangle
	texts  []*canvas.Text
	icons  [3]*canvas.Image
	objs   []fyne.CanvasObject
	added  bool // objs has grown since it was last taken
}

func newBlock() *block {
	b := &block{ground: canvas.NewRectangle(nil), bar: canvas.NewRectangle(nil)}
	b.objs = []fyne.CanvasObject{b.ground, b.bar}
	for i := range b.icons {
		b.icons[i] = &canvas.Image{FillMode: canvas.ImageFillContain}
		b.icons[i].Hidden = true
		b.objs = append(b.objs, b.icons[i])
	}
	return b
}

// show draws a face at a place.
func (b *block) show(f face, pos fyne.Position) {
	if b.drawn && b.face == f {
		b.move(pos)
		return
	}
	b.face, b.pos, b.drawn = f, pos, true
	b.paints++
	b.paint()
}

// forget makes the next show draw again, after the theme has changed.
func (b *block) forget() { b.drawn = false }

func (b *block) move(pos fyne.Position) {
	if pos == b.pos {
		return
	}
	by := pos.Subtract(b.pos)
	b.pos = pos
	for _, o := range b.objs {
		o.Move(o.Position().Add(by))
	}
}

func (b *block) paint() {
	f := &b.face
	b.ground.FillColor, b.ground.StrokeColor, b.ground.StrokeWidth = f.look.ground, f.look.border, 1
	if f.ring.A != 0 {
		b.ground.StrokeColor, b.ground.StrokeWidth = f.ring, 2
	}
	b.ground.CornerRadius = 4
	square := func(on bool) float32 {
		if on {
			return 0.01 // 0 would mean the common radius
		}
		return 4
	}
	b.ground.TopLeftCornerRadius, b.ground.BottomLeftCornerRadius = square(f.before), square(f.before)
	b.ground.TopRightCornerRadius, b.ground.BottomRightCornerRadius = square(f.beyond), square(f.beyond)
	b.ground.Resize(f.size)
	b.ground.Move(b.pos)
	b.ground.Refresh()

	b.bar.FillColor = f.look.bar
	b.bar.CornerRadius = 1.5
	inset := float32(2)
	b.bar.Resize(fyne.NewSize(barWidth, max(2, f.size.Height-2*inset)))
	b.bar.Move(b.pos.AddXY(inset, inset))
	b.bar.Hidden = f.before
	b.bar.Refresh()
	b.write()
}

// write lays the words out: as many lines as there is room for, the title before the time before the place.
func (b *block) write() {
	f := &b.face
	left, right := float32(9), float32(4)
	if f.size.Width < 40 {
		left, right = 7, 1
	}
	width := f.size.Width - left - right
	n := 0
	put := func(text string, size float32, bold bool, c color.NRGBA, x, y float32) {
		if text == "" {
			return
		}
		t := b.text(n)
		n++
		style := fyne.TextStyle{Bold: bold, Strikethrough: f.look.strike && bold}
		if t.Text != text || t.TextSize != size || t.TextStyle != style || t.Color != c || t.Hidden {
			t.Text, t.TextSize, t.TextStyle, t.Color, t.Hidden = text, size, style, c, false
			t.Refresh()
		}
		t.Resize(fyne.NewSize(max(0, width), lineHeight))
		t.Move(b.pos.AddXY(left+x, y))
	}
	bold := fyne.TextStyle{Bold: true}
	iconsAt := fyne.NewPos(0, -1)
	height := f.size.Height
	if f.clear > 0 {
		height = min(height, f.clear)
	}
	rows := int((height - 2) / lineHeight)
	switch {
	case width < 18: // nothing that could be read
	case rows < 2:
		size := textSize
		if height < 17 {
			size = tinySize
		}
		y := (min(height, 24) - lineHeight) / 2
		room := width
		if icons := b.iconsWidth(); icons > 0 && width > 90 {
			room -= icons
			iconsAt = fyne.NewPos(left+width, (min(height, 24)-iconSide)/2)
		}
		title := kit.Cut(f.title, room, size, bold)
		put(title, size, true, f.look.title, 0, y)
		used := fyne.MeasureText(title, size, bold).Width + 6
		if w := fyne.MeasureText(f.short, size, fyne.TextStyle{}).Width; f.short != "" && used+w <= room {
			put(f.short, size, false, f.look.text, used, y)
		}
	default:
		y := float32(2)
		most := max(1, rows-1)
		if rows > 3 && f.place != "" {
			most = max(1, rows-2)
		}
		for i, line := range wrapTitle(f.title, width, min(most, 4)) {
			put(line, textSize, true, f.look.title, 0, y+float32(i)*lineHeight)
		}
		y += float32(n) * lineHeight
		rows -= n
		time := f.time
		room := width
		if icons := b.iconsWidth(); icons > 0 && rows > 0 && width > 28 {
			iconsAt = fyne.NewPos(left+width, y+(lineHeight-iconSide)/2)
			room -= icons
		}
		if fyne.MeasureText(time, textSize, fyne.TextStyle{}).Width > room {
			time = f.short
		}
		if rows > 0 {
			put(kit.Cut(time, room, textSize, fyne.TextStyle{}), textSize, false, f.look.text, 0, y)
		}
		if rows > 1 {
			put(kit.Cut(f.place, width, textSize, fyne.TextStyle{}), textSize, false, f.look.text, 0, y+lineHeight)
		}
	}
	for ; n < len(b.texts); n++ {
		if !b.texts[n].Hidden {
			b.texts[n].Hide()
		}
	}
	b.placeIcons(iconsAt)
}

// wrapTitle breaks a title into at most so many lines, the last one cut.
func wrapTitle(title string, width float32, most int) []string {
	bold := fyne.TextStyle{Bold: true}
	if most < 2 || fyne.MeasureText(title, textSize, bold).Width <= width {
		return []string{kit.Cut(title, width, textSize, bold)}
	}
	lines := kit.Wrap(wholeWords(short(title, 200), width), width, textSize, bold)
	if len(lines) <= most {
		return lines
	}
	rest := lines[most-1]
	for _, l := range lines[most:] {
		rest += " " + l
	}
	return append(lines[:most-1:most-1], kit.Cut(rest, width, textSize, bold))
}

// breakable is how narrow a block is that rather breaks words than leave most of them out.
const breakable = 40

// wholeWords cuts the words of a title that are wider than a line, where one would only break off the end: "Prepar…" says more
// than "Preparatio" above "n".
func wholeWords(title string, width float32) string {
	if width < breakable {
		return title
	}
	words := strings.Fields(title)
	for i, w := range words {
		words[i] = kit.Cut(w, width, textSize, fyne.TextStyle{Bold: true})
	}
	return strings.Join(words, " ")
}

// short cuts a text to so many runes before it is measured.
func short(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func (b *block) text(i int) *canvas.Text {
	for len(b.texts) <= i {
		t := canvas.NewText("", nil)
		b.texts = append(b.texts, t)
		b.objs = append(b.objs, t)
		b.added = true
	}
	return b.texts[i]
}

func (b *block) iconsWidth() float32 {
	var w float32
	for _, name := range b.face.icons {
		if name != "" {
			w += iconSide + 3
		}
	}
	return w
}

// placeIcons draws the icons to the left of a point; a negative y hides them.
func (b *block) placeIcons(at fyne.Position) {
	x := at.X
	for i, name := range b.face.icons {
		img := b.icons[i]
		if name == "" || at.Y < 0 {
			img.Hide()
			continue
		}
		x -= iconSide
		res := iconIn(name, b.face.look.text)
		if img.Resource != res || img.Hidden {
			img.Resource, img.Hidden = res, false
			img.Resize(fyne.NewSquareSize(iconSide))
			img.Refresh()
		}
		img.Move(b.pos.AddXY(x, at.Y))
		x -= 3
	}
}
