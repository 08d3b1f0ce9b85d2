package mail

import (
	"fmt"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// chips are the files on a message: a click saves one.
type chips struct {
	p      *Page
	of     int64
	files  []mirror.Attachment
	busy   map[string]*transfer
	kept   map[string]bool // those that are on this computer
	object *fyne.Container
}

func newChips(p *Page) *chips {
	c := &chips{p: p, object: container.New(&wrapLayout{gap: kit.S2, width: 320})}
	c.object.Hide()
	return c
}

// show lists the files of a message; kept are those on this computer.
func (c *chips) show(m *mirror.Message, kept map[string]bool) {
	c.kept = kept
	if m == nil {
		c.of, c.files, c.busy = 0, nil, map[string]*transfer{}
		c.build()
		return
	}
	if m.ID != c.of {
		c.of, c.busy = m.ID, map[string]*transfer{}
	}
	c.files = nil
	for _, a := range m.Attachments {
		if !a.Inline || !m.HTML {
			c.files = append(c.files, a)
		}
	}
	c.build()
}

func (c *chips) build() {
	c.object.Objects = nil
	c.object.Hidden = len(c.files) == 0
	for _, f := range c.files {
		c.object.Objects = append(c.object.Objects, newFileChip(f, c.busy[f.GraphID], c.kept[f.GraphID], func() { c.save(f) }))
	}
	c.object.Refresh()
}

// fileChip is one file: its name, its size, and that it can be saved.
type fileChip struct {
	kit.Press
	box fyne.CanvasObject
}

func newFileChip(f mirror.Attachment, t *transfer, kept bool, tapped func()) *fileChip {
	c := &fileChip{}
	name := kit.NewText(kit.Cut(f.Name, 220, kit.Size(kit.SizeSmall), fyne.TextStyle{}), kit.SizeSmall, kit.ColorText)
	action, icon := fileSize(f.Size), "download"
	c.Tip = page.T("Save {{.Name}}", map[string]any{"Name": f.Name})
	if kept {
		icon, c.Tip = "check", page.T("Save {{.Name}}: it is on this computer", map[string]any{"Name": f.Name})
	}
	if t != nil {
		action, icon, c.Tip = t.progress(), "close", page.T("Stop")
	}
	row := kit.Row(6, kit.NewIcon("attachment", kit.ColorMuted, 14), name, kit.NewText(action, kit.SizeSmall, kit.ColorMuted), kit.NewIcon(icon, kit.ColorAccent, 14))
	ground := kit.NewFill(kit.ColorRaised, kit.Corner)
	ground.Border = kit.ColorHairline
	c.box = container.NewStack(ground, kit.Inset(row, 0, kit.S2, 0, kit.S2))
	c.OnTapped = tapped
	c.Extend(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *fileChip) CreateRenderer() fyne.WidgetRenderer {
	return &chipRenderer{pressRenderer{press: &c.Press, ground: kit.NewFill("", kit.Corner), box: c.box}}
}

type chipRenderer struct{ pressRenderer }

func (r *chipRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.box.MinSize().Width, 28)
}

// Objects has the hover above the box, whose own ground would hide it.
func (r *chipRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.box, r.ground} }

// fileSize writes bytes for people.
func fileSize(n int64) string {
	switch {
	case n < 1000:
		return page.T("{{.N}} bytes", map[string]any{"N": n})
	case n < 1000*1000:
		return strconv.FormatInt((n+500)/1000, 10) + " KB"
	case n < 10*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return strconv.FormatInt((n+500_000)/1_000_000, 10) + " MB"
}

// wrapLayout sets objects side by side and goes on in another line where they do not fit.
type wrapLayout struct{ gap, width float32 }

func (l *wrapLayout) walk(objs []fyne.CanvasObject, place func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	var x, y, high float32
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		m.Width = min(m.Width, l.width)
		if x > 0 && x+m.Width > l.width {
			x, y, high = 0, y+high+l.gap, 0
		}
		if place != nil {
			place(o, fyne.NewPos(x, y), m)
		}
		x += m.Width + l.gap
		high = max(high, m.Height)
	}
	return y + high
}

// Layout implements fyne.Layout.
func (l *wrapLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	l.walk(objs, func(o fyne.CanvasObject, at fyne.Position, size fyne.Size) {
		o.Move(at)
		o.Resize(size)
	})
}

// MinSize implements fyne.Layout: the height in the width last laid out.
func (l *wrapLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(60, l.walk(objs, nil))
}
