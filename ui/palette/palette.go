// Package palette is the box behind Ctrl+K: one line to go anywhere, find anybody or do anything. Where things are found
// is given by the finders; the palette ranks nothing and reads nothing by itself.
package palette

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Item is one thing found. Hint stands at the right: a company, a time, a key.
type Item struct {
	Icon, Label, Hint string
	Do                func()
}

// Finder looks for a text in one kind of thing. It is called on a goroutine; the items' Do on the UI thread.
type Finder func(ctx context.Context, text string, limit int) ([]Item, error)

const (
	width   = 560
	rows    = 10
	perKind = 6
	delay   = 120 * time.Millisecond // a read for each key would be wasted work
)

// Palette is the box. Its methods are called on the UI thread.
type Palette struct {
	host     page.Host
	finders  []Finder
	commands func() []page.Command
	// OnClose hears that the box has done its work.
	OnClose func()

	entry  *kit.Entry
	list   *kit.List
	items  []Item
	none   *kit.Text
	loader *page.Loader[[]Item]
	object fyne.CanvasObject
	turn   int
}

// New returns an empty box. commands gives what can be done at the time it opens.
func New(host page.Host, finders []Finder, commands func() []page.Command) *Palette {
	p := &Palette{host: host, finders: finders, commands: commands, loader: page.NewLoader[[]Item](host, "palette")}
	p.entry = kit.NewEntry(page.T("Search people and mail, or type a command"), false)
	p.entry.OnEdit = func(string) { p.soon() }
	p.entry.OnEscape = p.close
	p.entry.OnDown = func() { p.step(1) }
	p.entry.OnUp = func() { p.step(-1) }
	p.entry.OnSubmitted = func(string) { p.do(p.list.Selected()) }
	p.list = kit.NewList(36, newRow, p.bind)
	p.list.OnPress = p.do
	p.list.OnOpen = p.do
	p.none = kit.NewLine(page.T("Nothing found"), kit.SizeBody, kit.ColorMuted)
	p.none.Hide()
	body := kit.Stack(0, kit.Inset(p.entry, kit.S2, kit.S2, kit.S2, kit.S2), kit.Hairline(), kit.Inset(p.none, kit.S2, kit.S4, 0, kit.S4), kit.Grow(kit.Inset(p.list, kit.S1, 0, kit.S1, 0)))
	box := kit.Fixed(kit.Floating(kit.ColorRaised, body), width, rows*36+56)
	p.object = kit.Stack(0, kit.Fixed(kit.Spring(), 0, 72), kit.Row(0, kit.Spring(), box, kit.Spring()), kit.Spring())
	return p
}

// Object is the box where it belongs in the window.
func (p *Palette) Object() fyne.CanvasObject { return p.object }

// Opened clears the line, shows the commands, and takes the keyboard.
func (p *Palette) Opened() {
	p.entry.Fill("")
	p.show(p.matching(""))
	p.host.Window().Canvas().Focus(p.entry)
}

// ShowKeys opens as the list of keys.
func (p *Palette) ShowKeys() {
	p.entry.Fill("")
	p.show(p.matching(""))
}

func (p *Palette) close() {
	p.loader.Cancel()
	p.turn++
	if p.OnClose != nil {
		p.OnClose()
	}
}

func (p *Palette) do(i int) {
	if i < 0 || i >= len(p.items) {
		return
	}
	run := p.items[i].Do
	p.close()
	run()
}

func (p *Palette) step(by int) {
	if n := len(p.items); n > 0 {
		i := max(0, min(n-1, p.list.Selected()+by))
		p.list.Mark(i)
		p.list.Reveal(i)
	}
}

// matching are the commands whose label has every word of text.
func (p *Palette) matching(text string) []Item {
	var out []Item
	words := strings.Fields(strings.ToLower(text))
	for _, c := range p.commands() {
		label := strings.ToLower(c.Label)
		all := true
		for _, w := range words {
			all = all && strings.Contains(label, w)
		}
		if all {
			out = append(out, Item{Icon: "chevron-right", Label: c.Label, Hint: c.Key, Do: c.Do})
		}
	}
	return out
}

func (p *Palette) soon() {
	p.turn++
	turn := p.turn
	p.host.Go("palette pause", func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(delay):
			p.host.Do(func() {
				if p.turn == turn {
					p.find(strings.TrimSpace(p.entry.Text))
				}
			})
		}
	})
}

func (p *Palette) find(text string) {
	commands := p.matching(text)
	if text == "" {
		p.loader.Cancel()
		p.show(commands)
		return
	}
	p.loader.Load(func(ctx context.Context) ([]Item, error) {
		var out []Item
		for _, f := range p.finders {
			items, err := f(ctx, text, perKind)
			if err != nil {
				return nil, err
			}
			out = append(out, items...)
		}
		return out, nil
	}, func(found []Item, err error) {
		if err != nil {
			p.host.Fail(page.T("search"), err)
			return
		}
		p.show(append(found, commands...))
	})
}

func (p *Palette) show(items []Item) {
	p.items = items
	p.none.Hidden = len(items) > 0
	p.list.SetCount(len(items))
	p.list.ScrollToTop()
	if len(items) > 0 {
		p.list.Mark(0)
	}
	p.object.Refresh()
}

// row shows one item.
type row struct {
	widget.BaseWidget
	icon        *kit.Icon
	label, hint *kit.Text
	line        fyne.CanvasObject
}

func newRow() fyne.CanvasObject {
	r := &row{icon: kit.NewIcon("", kit.ColorMuted, 16), label: kit.NewLine("", kit.SizeBody, kit.ColorText), hint: kit.NewText("", kit.SizeSmall, kit.ColorMuted)}
	r.line = kit.Inset(kit.Row(kit.S3, r.icon, kit.Grow(r.label), r.hint), 0, kit.S4, 0, kit.S4)
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.line) }

func (p *Palette) bind(i int, o fyne.CanvasObject, _ bool) {
	r, it := o.(*row), p.items[i]
	r.icon.Set(it.Icon, kit.ColorMuted)
	r.label.SetText(it.Label)
	r.hint.SetText(it.Hint)
	r.line.Refresh()
}
