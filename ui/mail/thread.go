package mail

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/richmail"
	"supercrm/ui/when"
)

// mostThread is how many rows of a conversation are shown before "show all".
const mostThread = 4

// threadList is the rest of a conversation: one line for each other message, which a click folds out.
type threadList struct {
	r      *reader
	of     int64 // the message that is read
	rows   []mirror.MessageRow
	all    bool
	open   map[int64]*richmail.View
	wait   map[int64]bool
	object *fyne.Container
}

func newThreadList(r *reader) *threadList {
	t := &threadList{r: r, object: container.NewStack()}
	t.object.Hide()
	return t
}

// show lists the other messages of a conversation; those folded out stay so while the same message is read.
func (t *threadList) show(rows []mirror.MessageRow, of int64) {
	if of != t.of {
		t.of, t.all = of, false
		t.open, t.wait = map[int64]*richmail.View{}, map[int64]bool{}
	}
	t.rows = rows
	t.build()
}

func (t *threadList) build() {
	t.object.Objects = nil
	t.object.Hidden = len(t.rows) == 0
	if t.object.Hidden {
		return
	}
	list := kit.Tall(0)
	rows := t.rows
	if skip := len(rows) - mostThread; skip > 1 && !t.all {
		rows = rows[skip:]
		more := kit.NewLink(page.N("{{.N}} earlier message", "{{.N}} earlier messages", skip), "chevron-down", func() {
			t.all = true
			t.build()
			t.r.reflow()
		})
		list.Add(kit.Inset(kit.Row(0, more), 3, 0, 3, kit.S1))
		list.Add(kit.Hairline())
	}
	for i := range rows {
		if i > 0 {
			list.Add(kit.Hairline())
		}
		m := rows[i]
		list.Add(newThreadRow(&m, t.open[m.ID] != nil, t.r.p.now, func() { t.toggle(m.ID) }))
		if v := t.open[m.ID]; v != nil {
			goTo := kit.NewLink(page.T("Open this message"), "external", func() { t.r.p.Open(m.ID) })
			list.Add(kit.Inset(kit.Tall(kit.S2, v, kit.Row(0, goTo)), kit.S2, kit.S3, kit.S3, 36))
		}
	}
	t.object.Objects = []fyne.CanvasObject{kit.Card(kit.Inset(list, 1, 1, 1, 1))}
	t.object.Refresh()
}

// toggle folds a message out, once its body has been read, or in.
func (t *threadList) toggle(id int64) {
	if t.open[id] != nil {
		delete(t.open, id)
		t.build()
		t.r.reflow()
		return
	}
	if t.wait[id] {
		return
	}
	t.wait[id] = true
	of, p := t.of, t.r.p
	p.host.Go("read message of the conversation", func(ctx context.Context) {
		m, err := p.data.Message(ctx, id)
		var doc *richmail.Doc
		if err == nil {
			if !m.BodyKnown {
				m.Body, m.HTML = m.Preview, false
				err = p.data.FetchBody(ctx, id)
			}
			doc = document(&m)
		}
		p.host.Do(func() {
			if t.of != of {
				return
			}
			delete(t.wait, id)
			if err != nil {
				p.host.Fail(page.T("read the message"), err)
				return
			}
			v := richmail.NewView()
			v.OnLink, v.OnReflow = p.follow, t.r.reflow
			if m.HTML {
				v.OnBrowser = func() { p.openInBrowser(m.Subject, m.Body) }
			}
			v.Set(doc)
			t.open[id] = v
			t.build()
			t.r.reflow()
		})
	})
}

// threadRow is one line of a conversation.
type threadRow struct {
	kit.Press
	box fyne.CanvasObject
}

func newThreadRow(m *mirror.MessageRow, open bool, now clock, tapped func()) *threadRow {
	r := &threadRow{}
	arrow := "chevron-right"
	preview := kit.NewLine(m.Preview, kit.SizeSmall, kit.ColorMuted)
	if open {
		arrow = "chevron-down"
		preview.SetText("")
	}
	from := kit.NewText(kit.Cut(display(m.From), 150, kit.Size(kit.SizeSmall), fyne.TextStyle{Bold: true}), kit.SizeSmall, kit.ColorText).Bold()
	line := kit.Row(kit.S2, kit.NewIcon(arrow, kit.ColorMuted, 14), kit.NewAvatar(display(m.From), 18), from, kit.Grow(preview),
		kit.NewText(when.Short(m.Received, now()), kit.SizeSmall, kit.ColorMuted))
	r.box = kit.Fixed(kit.Inset(line, 0, kit.S3, 0, kit.S2), 0, 30)
	r.OnTapped = tapped
	r.Extend(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *threadRow) CreateRenderer() fyne.WidgetRenderer {
	return &pressRenderer{press: &r.Press, ground: kit.NewFill("", kit.Corner), box: r.box}
}

// pressRenderer draws a line that is pressed: a ground when hovered or focused.
type pressRenderer struct {
	press  *kit.Press
	ground *kit.Fill
	box    fyne.CanvasObject
}

func (x *pressRenderer) Layout(s fyne.Size) {
	x.ground.Resize(s)
	x.box.Resize(s)
}
func (x *pressRenderer) MinSize() fyne.Size { return x.box.MinSize() }
func (x *pressRenderer) Refresh() {
	x.ground.Border = ""
	color := fyne.ThemeColorName("")
	if x.press.Hovered() {
		color = kit.ColorHover
	}
	if x.press.Focused() {
		x.ground.Border = kit.ColorAccent
	}
	x.ground.Color = color
	x.ground.Refresh()
	x.box.Refresh()
}
func (x *pressRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{x.ground, x.box} }
func (x *pressRenderer) Destroy()                     {}

var _ fyne.Widget = (*threadRow)(nil)
