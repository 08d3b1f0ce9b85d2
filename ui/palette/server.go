package palette

import (
	"context"

	"supercrm/ui/page"
)

// AskServer looks for a text on the server, as if it had been typed and that been chosen.
func (p *Palette) AskServer(text string) {
	p.turn++
	p.entry.Fill(text)
	p.ask(text)
}

// ask searches on the server.
func (p *Palette) ask(text string) {
	p.show([]Item{{Label: page.T("On the server"), heading: true}, searching()})
	p.foot.SetText(operators())
	p.loader.Load(func(ctx context.Context) (found, error) {
		s, err := p.Server(ctx, text)
		return found{items: append([]Item{{Label: s.Title, heading: true}}, s.Items...), more: s.More}, err
	}, func(r found, err error) {
		switch {
		case err != nil:
			p.host.Fail(page.T("search the mailbox"), err)
			p.find(text)
		case len(r.items) == 1:
			p.show([]Item{r.items[0], {Icon: "info", Label: page.T("Nothing found on the server")}})
		default:
			p.show(p.withMore(r))
		}
	})
}

func searching() Item { return Item{Icon: "sync", Label: page.T("Searching…")} }

// withMore puts the way to the next page behind what was found.
func (p *Palette) withMore(r found) []Item {
	if r.more == nil {
		return r.items
	}
	return append(r.items, Item{Icon: "chevron-down", Label: page.T("More results from the server"), Stays: true, Do: func() { p.next(r) }})
}

// next shows the page after what is shown, below it.
func (p *Palette) next(r found) {
	p.extend(append(r.items[:len(r.items):len(r.items)], searching()), len(r.items))
	p.loader.Load(func(ctx context.Context) (found, error) {
		s, err := r.more(ctx)
		return found{items: s.Items, more: s.More}, err
	}, func(page2 found, err error) {
		if err != nil {
			p.host.Fail(page.T("search the mailbox"), err)
			p.extend(p.withMore(r), len(r.items))
			return
		}
		p.extend(p.withMore(found{items: append(r.items[:len(r.items):len(r.items)], page2.items...), more: page2.more}), len(r.items))
	})
}

// extend shows items whose first ones are on the screen already, and goes on with the choice at one of the others.
func (p *Palette) extend(items []Item, at int) {
	p.items = items
	p.object.Refresh() // its height follows
	p.list.SetCount(len(items))
	p.list.Mark(-1)
	if at < len(items) {
		p.list.Reveal(at)
		if items[at].Do != nil {
			p.list.Mark(at)
		}
	}
	p.object.Refresh()
}
