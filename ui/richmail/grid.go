package richmail

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/ui/kit"
)

const cellPad = 6

// gridLayout sets the cells of a table: columns as wide as their text where there is room, else sharing what there is.
type gridLayout struct {
	rows    [][]*flow // nil for a cell that is not there
	grounds []fyne.CanvasObject
	rules   []fyne.CanvasObject
	natural []float32
	width   float32
}

func newGrid(rows [][]Cell, tapped func(text, link string)) fyne.CanvasObject {
	g := &gridLayout{width: 320}
	var objs []fyne.CanvasObject
	for _, row := range rows {
		ground := kit.NewFill("", 0)
		rule := kit.NewFill(kit.ColorHairline, 0)
		if len(row) > 0 && row[0].Head && row[len(row)-1].Head {
			ground.Color = kit.ColorHover
		}
		g.grounds, g.rules = append(g.grounds, ground), append(g.rules, rule)
		objs = append(objs, ground, rule)
		var line []*flow
		for col, cell := range row {
			spans := cell.Spans
			if cell.Head {
				spans = withStyle(spans, Bold)
			}
			f := newFlow(spans, kit.SizeBody, kit.ColorText, false, tapped)
			line = append(line, f)
			objs = append(objs, f)
			if col == len(g.natural) {
				g.natural = append(g.natural, 0)
			}
			g.natural[col] = max(g.natural[col], f.natural()+1)
		}
		g.rows = append(g.rows, line)
	}
	return container.New(g, objs...)
}

func withStyle(spans []Span, s Style) []Span {
	out := make([]Span, len(spans))
	for i, span := range spans {
		span.Style |= s
		out[i] = span
	}
	return out
}

// columns divides the width: narrow columns get what their longest line needs, the wide ones share the rest.
func (g *gridLayout) columns() []float32 {
	n := len(g.natural)
	out := make([]float32, n)
	room := g.width - float32(n)*2*cellPad
	settled := make([]bool, n)
	for left := n; left > 0; {
		share, fitted := room/float32(left), false
		for i := range out {
			if !settled[i] && g.natural[i] <= share {
				out[i], settled[i], fitted = g.natural[i], true, true
				room -= out[i]
				left--
			}
		}
		if fitted {
			continue
		}
		for i := range out {
			if !settled[i] {
				out[i] = max(16, share)
			}
		}
		break
	}
	return out
}

// Layout implements fyne.Layout.
func (g *gridLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	g.width = s.Width
	columns := g.columns()
	var total float32
	for _, c := range columns {
		total += c + 2*cellPad
	}
	var y float32
	for i, row := range g.rows {
		h := float32(0)
		for col, f := range row {
			f.Resize(fyne.NewSize(columns[col], f.Size().Height))
			h = max(h, f.MinSize().Height)
		}
		h += cellPad
		x := float32(cellPad)
		for col, f := range row {
			f.Move(fyne.NewPos(x, y+cellPad/2))
			f.Resize(fyne.NewSize(columns[col], h-cellPad))
			x += columns[col] + 2*cellPad
		}
		g.grounds[i].Move(fyne.NewPos(0, y))
		g.grounds[i].Resize(fyne.NewSize(total, h))
		y += h
		g.rules[i].Move(fyne.NewPos(0, y))
		g.rules[i].Resize(fyne.NewSize(total, 1))
		y++
	}
}

// MinSize implements fyne.Layout: the height in the width last laid out.
func (g *gridLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	columns := g.columns()
	var y float32
	for _, row := range g.rows {
		h := float32(0)
		for col, f := range row {
			if f.width != columns[col] {
				f.Resize(fyne.NewSize(columns[col], f.Size().Height))
			}
			h = max(h, f.MinSize().Height)
		}
		y += h + cellPad + 1
	}
	return fyne.NewSize(60, y)
}
