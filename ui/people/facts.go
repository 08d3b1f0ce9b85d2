package people

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/ui/kit"
)

// factGrid sets facts in two columns, or one where it is narrow; those without text are left out.
func factGrid(facts []fact) fyne.CanvasObject {
	grid := container.New(&columns{least: 250, gap: kit.S4, lead: 0.58})
	for _, f := range facts {
		if f.text == "" {
			continue
		}
		grid.Add(newFact(f))
	}
	if len(grid.Objects) == 0 {
		return nil
	}
	return grid
}

func newFact(f fact) fyne.CanvasObject {
	label := kit.Fixed(kit.NewLine(f.label, kit.SizeBody, kit.ColorMuted), factLabel, 0)
	lead := kit.Row(kit.S2, kit.NewIcon(f.icon, kit.ColorMuted, 16), label)
	item := kit.NewItemLead(lead, f.text, "", f.tapped)
	item.Tip = f.tip
	return item
}

// columns lays objects of one height out in as many columns as fit, at most two, filled downwards: the first half left.
type columns struct {
	least float32 // width of a column
	gap   float32
	lead  float32 // the left one's share of two; 0: half
	n     int     // columns as last laid out: the height depends on it
}

func (c *columns) fit(width float32) int {
	if width >= 2*c.least+c.gap {
		return 2
	}
	return 1
}

func (c *columns) height(objs []fyne.CanvasObject) float32 {
	var h float32
	for _, o := range objs {
		h = max(h, o.MinSize().Height)
	}
	return h
}

func (c *columns) MinSize(objs []fyne.CanvasObject) fyne.Size {
	n := max(1, c.n)
	return fyne.NewSize(120, c.height(objs)*float32((len(objs)+n-1)/n))
}

func (c *columns) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	c.n = c.fit(s.Width)
	rows, h := (len(objs)+c.n-1)/c.n, c.height(objs)
	widths := []float32{s.Width}
	if c.n == 2 {
		share := c.lead
		if share == 0 {
			share = 0.5
		}
		left := (s.Width - c.gap) * share
		widths = []float32{left, s.Width - c.gap - left}
	}
	for i, o := range objs {
		col := i / rows
		o.Resize(fyne.NewSize(widths[col], h))
		o.Move(fyne.NewPos(float32(col)*(widths[0]+c.gap), float32(i%rows)*h))
	}
}
