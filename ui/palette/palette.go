// Package palette is the box behind Ctrl+K: one line to go anywhere, find anybody or do anything. Where things are found
// is given by the finders; the palette ranks nothing and reads nothing by itself.
package palette

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Item is one thing found. Hint stands at the right: a company, a time, a key. Detail is a second line, if any. Marks are
// the places of the words looked for, as byte ranges.
type Item struct {
	Icon, Label, Hint, Detail string
	LabelMarks, DetailMarks   [][2]int
	// Do is nil for a line that only says something and cannot be chosen.
	Do func()
	// Stays keeps the box open when the item is chosen.
	Stays bool
	// Aside is something to choose beside what was found, such as trying again: the choice does not begin there.
	Aside bool

	heading bool // stands above a section
}

// Section is what was found of one kind.
type Section struct {
	Title string
	Items []Item
	// More gives what comes after, where things come by pages; nil where this is all.
	More func(ctx context.Context) (Section, error)
}

// Finder looks for a text in one kind of thing. It is called on a goroutine; the items' Do on the UI thread.
type Finder func(ctx context.Context, text string, limit int) (Section, error)

const (
	width     = 640
	rows      = 12
	perKind   = 5
	rowHeight = 38
	// fewestRows keeps the box from jumping about where there is little to show.
	fewestRows = 4
	delay      = 120 * time.Millisecond // a read for each key would be wasted work
)

// Palette is the box. Its methods are called on the UI thread.
type Palette struct {
	host     page.Host
	finders  []Finder
	commands func() []page.Command
	// OnClose hears that the box has done its work.
	OnClose func()
	// Server looks where what is typed is not found on this computer; nil for nowhere. It waits for the network, so it is
	// asked for by an item of its own.
	Server func(ctx context.Context, text string) (Section, error)
	// Foot says something about where is searched; nil for nothing. It is called on a goroutine.
	Foot func(ctx context.Context) (string, error)

	entry  *kit.Entry
	list   *kit.List
	items  []Item
	none   *fyne.Container
	foot   *kit.Text
	loader *page.Loader[found]
	object fyne.CanvasObject
	turn   int
}

// New returns an empty box. commands gives what can be done at the time it opens.
func New(host page.Host, finders []Finder, commands func() []page.Command) *Palette {
	p := &Palette{host: host, finders: finders, commands: commands, loader: page.NewLoader[found](host, "palette")}
	p.entry = kit.NewEntry(page.T("Search mail, meetings, people and notes, or type a command"), false)
	p.entry.OnEdit = func(string) { p.soon() }
	p.entry.OnEscape = p.close
	p.entry.OnDown = func() { p.step(1) }
	p.entry.OnUp = func() { p.step(-1) }
	p.entry.OnSubmitted = func(string) { p.do(p.list.Selected()) }
	p.list = kit.NewList(rowHeight, newRow, p.bind)
	p.list.OnPress = p.do
	p.list.OnOpen = p.do
	p.none = kit.Inset(kit.NewLine(page.T("Nothing found"), kit.SizeBody, kit.ColorMuted), kit.S2, kit.S4, 0, kit.S4)
	p.none.Hide()
	p.foot = kit.NewLine("", kit.SizeSmall, kit.ColorMuted)
	foot := kit.Stack(0, kit.Hairline(), kit.Inset(p.foot, 6, kit.S4, 6, kit.S4))
	body := kit.Stack(0, kit.Inset(p.entry, kit.S2, kit.S2, kit.S2, kit.S2), kit.Hairline(), p.none, kit.Grow(kit.Inset(p.list, kit.S1, 0, kit.S1, 0)), foot)
	box := container.New(frame{p}, kit.Floating(kit.ColorRaised, body))
	p.object = kit.Stack(0, kit.Fixed(kit.Spring(), 0, 40), kit.Row(0, kit.Spring(), box, kit.Spring()), kit.Spring())
	return p
}

// frame gives the box the height of what it shows, within bounds.
type frame struct{ p *Palette }

func (f frame) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(width, float32(min(max(len(f.p.items), fewestRows), rows))*rowHeight+56+28+2*kit.S1)
}

func (f frame) Layout(objs []fyne.CanvasObject, s fyne.Size) { objs[0].Resize(s) }

// Object is the box where it belongs in the window.
func (p *Palette) Object() fyne.CanvasObject { return p.object }

// operators is the line that teaches the search's language.
func operators() string {
	return page.T("from:  to:  subject:  in:  has:attachment  is:unread  before:  after:  \"phrase\"  -not")
}

// Opened clears the line, shows the commands, and takes the keyboard.
func (p *Palette) Opened() {
	p.entry.Fill("")
	p.show(p.matching(""))
	p.foot.SetText(operators())
	p.host.Window().Canvas().Focus(p.entry)
}

// Look searches for a text as if it had been typed.
func (p *Palette) Look(text string) {
	p.turn++
	p.entry.Fill(text)
	p.find(text)
}

// Results is how many things the last search found.
func (p *Palette) Results() int {
	n := 0
	for _, it := range p.items {
		if it.Do != nil {
			n++
		}
	}
	return n
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
	if i < 0 || i >= len(p.items) || p.items[i].Do == nil {
		return
	}
	run := p.items[i].Do
	if !p.items[i].Stays {
		p.close()
	}
	run()
}

// step moves the choice up or down, over what cannot be chosen.
func (p *Palette) step(by int) {
	for i := p.list.Selected() + by; i >= 0 && i < len(p.items); i += by {
		if p.items[i].Do == nil {
			continue
		}
		p.list.Mark(i)
		p.list.Reveal(i)
		if i == 1 {
			p.list.ScrollToTop() // the first section's heading with it
		}
		return
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
					p.find(p.entry.Text)
				}
			})
		}
	})
}

func (p *Palette) find(text string) {
	commands := p.matching(text)
	if strings.TrimSpace(text) == "" {
		p.loader.Cancel()
		p.show(commands)
		p.foot.SetText(operators())
		return
	}
	p.loader.Load(func(ctx context.Context) (found, error) {
		out := found{foot: operators()}
		for _, f := range p.finders {
			s, err := f(ctx, text, perKind)
			if err != nil {
				return found{}, err
			}
			if len(s.Items) > 0 {
				out.items = append(append(out.items, Item{Label: s.Title, heading: true}), s.Items...)
			}
		}
		if p.Foot != nil {
			foot, err := p.Foot(ctx)
			if err != nil {
				return found{}, err
			}
			if foot != "" {
				out.foot = foot
			}
		}
		return out, nil
	}, func(r found, err error) {
		if err != nil {
			p.host.Fail(page.T("search"), err)
			return
		}
		if p.Server != nil {
			if len(r.items) == 0 {
				r.items = append(r.items, Item{Label: page.T("Nothing found on this computer"), heading: true})
			}
			r.items = append(r.items, Item{Icon: "globe", Label: page.T("Search the mailbox on the server"), Detail: page.T("For mail that is not kept on this computer"), Do: func() { p.ask(text) }, Stays: true})
		}
		if len(commands) > 0 && len(r.items) > 0 {
			commands = append([]Item{{Label: page.T("Commands"), heading: true}}, commands...)
		}
		p.show(append(r.items, commands...))
		p.foot.SetText(r.foot)
	})
}

// found is what all finders gave together.
type found struct {
	items []Item
	foot  string
	more  func(ctx context.Context) (Section, error) // of the server
}

func (p *Palette) show(items []Item) {
	p.items = items
	p.none.Hidden = len(items) > 0
	p.object.Refresh() // its height follows
	p.list.SetCount(len(items))
	p.list.ScrollToTop()
	p.list.Mark(-1)
	p.step(1)
	if i := p.list.Selected(); i >= 0 && items[i].Aside {
		if n := slices.IndexFunc(items, func(it Item) bool { return it.Do != nil && !it.Aside }); n >= 0 {
			p.list.Mark(n)
		}
	}
	p.object.Refresh()
}
