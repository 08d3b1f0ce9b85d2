// Package pending is the page of what the person has done that the service has not confirmed yet: what is on its way and how
// far, what failed and why, with the ways to retry, edit or discard it, and the two versions of an event that was changed on
// both sides, to choose from field by field. What is in the outbox it reads from the mirror; it sends nothing itself.
package pending

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Data is what the page needs of the mirror.
type Data interface {
	Outbox(ctx context.Context) ([]mirror.OutboxItem, error)
	Retry(ctx context.Context, id int64) error
	Discard(ctx context.Context, id int64) error
	ResolveFields(ctx context.Context, id int64, mine map[string]bool) error
}

const listWidth = 380

// Page is the list and the item that is selected. Its methods are called on the UI thread.
type Page struct {
	// OnEdit opens what is queued for editing: mail in its composer, an event in its panel.
	OnEdit func(mirror.OutboxItem)
	// OnShow shows the item that an intention is about.
	OnShow func(mirror.OutboxItem)

	host    page.Host
	data    Data
	now     func() time.Time
	loader  *page.Loader[[]mirror.OutboxItem]
	items   []mirror.OutboxItem
	known   bool
	chosen  int64 // outbox row that is shown at the right
	choices map[int64]map[string]bool
	inView  bool
	view    view // what the detail shows

	list   *kit.List
	empty  fyne.CanvasObject
	left   *fyne.Container
	panes  *fyne.Container
	right  *fyne.Container
	scroll *container.Scroll
	header fyne.CanvasObject
	retry  *kit.Button
	object fyne.CanvasObject
}

var (
	_ page.Page   = (*Page)(nil)
	_ page.Opener = (*Page)(nil)
	_ page.Alone  = (*Page)(nil)
	_ page.Keyed  = (*Page)(nil)
	_ Data        = (*mirror.Mirror)(nil)
)

// New returns the page; it reads while it is in view.
func New(host page.Host, data Data) *Page {
	p := &Page{host: host, data: data, now: time.Now, loader: page.NewLoader[[]mirror.OutboxItem](host, "outbox"), choices: map[int64]map[string]bool{}}
	p.list = kit.NewList(kit.RowThree, func() fyne.CanvasObject { return newRow() }, func(i int, o fyne.CanvasObject, _ bool) { o.(*row).show(&p.items[i], p.now()) })
	p.list.OnSelect = func(i int) { p.choose(p.items[i].ID) }
	p.list.OnKey = func(e *fyne.KeyEvent) { p.TypedKey(e) }
	p.list.OnRune = func(r rune) { page.PassOn(host, r) }
	p.empty = kit.NewEmpty("check", page.T("Everything has been sent"), page.T("What you edit or send while offline waits here, and what could not be done stays here until you decide."))
	p.left = container.NewStack(p.list)
	p.right = kit.Stack(kit.S4)
	p.scroll = container.NewVScroll(kit.Inset(p.right, kit.S4, kit.S5, kit.S5, kit.S5))
	p.retry = kit.NewButton(page.T("Try all again"), "sync", p.retryAll)
	p.header = kit.Row(kit.S2, kit.Spring(), p.retry)
	p.panes = kit.Columns(0, kit.Fixed(kit.Surface(kit.ColorPane, p.left), listWidth, 0), kit.HairlineUpright(), kit.Grow(p.scroll))
	p.object = container.NewStack(p.panes, p.empty)
	page.Watch(host, "outbox", func([]store.Change) {
		if p.inView {
			p.load()
		}
	}, store.Outbox)
	p.show(nil)
	return p
}

// ID implements page.Page.
func (p *Page) ID() page.ID { return page.Outbox }

// Title implements page.Page.
func (p *Page) Title() string { return page.T("On their way") }

// Object implements page.Page.
func (p *Page) Object() fyne.CanvasObject { return p.object }

// Header implements page.Page.
func (p *Page) Header() fyne.CanvasObject { return p.header }

// HidesWho implements page.Alone.
func (p *Page) HidesWho() bool { return true }

// Shown implements page.Page.
func (p *Page) Shown() {
	p.inView = true
	p.load()
	p.host.Who()
	p.host.Window().Canvas().Focus(p.list)
}

// Hidden implements page.Page.
func (p *Page) Hidden() { p.inView = false }

// Open implements page.Opener: it selects a row of the outbox.
func (p *Page) Open(id int64) {
	p.chosen = id
	if p.known {
		p.show(p.items)
	}
}

func (p *Page) load() {
	p.loader.Load(p.data.Outbox, func(items []mirror.OutboxItem, err error) {
		if err != nil {
			p.host.Fail(page.T("read what is pending"), err)
			return
		}
		p.known = true
		p.show(items)
	})
}

// urgency puts what waits for the person first.
func urgency(it *mirror.OutboxItem) int {
	switch it.State {
	case mirror.PendingConflict:
		return 0
	case mirror.PendingFailed:
		return 1
	}
	return 2
}

func (p *Page) show(items []mirror.OutboxItem) {
	p.items = p.items[:0:0]
	for want := range 3 {
		for i := range items {
			if urgency(&items[i]) == want {
				p.items = append(p.items, items[i])
			}
		}
	}
	at := -1
	for i := range p.items {
		if p.items[i].ID == p.chosen {
			at = i
		}
	}
	if at < 0 && len(p.items) > 0 {
		at, p.chosen = 0, p.items[0].ID
	}
	p.empty.(*fyne.Container).Hidden = len(p.items) > 0 || !p.known
	p.panes.Hidden = len(p.items) == 0
	p.list.SetCount(len(p.items))
	p.list.Mark(at)
	p.retry.Hidden = !slices.ContainsFunc(p.items, func(it mirror.OutboxItem) bool { return p.stuck(&it) })
	p.object.Refresh()
	if now := p.viewed(); !reflect.DeepEqual(now, p.view) { // most commits are about something else
		p.detail()
	}
}

// view is what the detail says of an item, as far as the choices on the page do not change it.
type view struct {
	item        *mirror.OutboxItem
	held, stuck bool
}

func (p *Page) viewed() view {
	it := p.current()
	if it == nil {
		return view{}
	}
	return view{it, p.held(it), p.stuck(it)}
}

func (p *Page) choose(id int64) {
	p.chosen = id
	p.scroll.ScrollToTop()
	p.detail()
}

func (p *Page) current() *mirror.OutboxItem {
	for i := range p.items {
		if p.items[i].ID == p.chosen {
			return &p.items[i]
		}
	}
	return nil
}

// detail shows the selected item at the right.
func (p *Page) detail() {
	p.view = p.viewed()
	p.keepFocus(func() {
		p.right.Objects = nil
		if it := p.current(); it != nil {
			p.right.Objects = p.describe(it)
		}
	})
	p.right.Refresh()
	p.scroll.Refresh()
	p.scroll.Refresh() // the first one tells the paragraphs their width, the second gives them the height that follows
}

// act runs something in the background; the hub brings what came of it.
func (p *Page) act(doing string, fn func(context.Context) error) func() {
	return func() {
		p.host.Go(doing, func(ctx context.Context) {
			if err := fn(ctx); err != nil {
				p.host.Do(func() { p.host.Fail(doing, err) })
			}
		})
	}
}

func (p *Page) retryAll() {
	var ids []int64
	for i := range p.items {
		if it := &p.items[i]; p.stuck(it) {
			ids = append(ids, it.ID)
		}
	}
	p.act(page.T("try again"), func(ctx context.Context) error {
		var errs []error
		for _, id := range ids { // one that cannot be tried does not hold up the rest
			errs = append(errs, p.data.Retry(ctx, id))
		}
		return errors.Join(errs...)
	})()
}

// TypedRune implements page.Keyed.
func (p *Page) TypedRune(r rune) bool {
	if r == 'j' || r == 'k' {
		p.list.TypedRune(r)
		return true
	}
	return false
}

// TypedKey implements page.Keyed.
func (p *Page) TypedKey(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyDown, fyne.KeyUp, fyne.KeyHome, fyne.KeyEnd:
		if p.host.Window().Canvas().Focused() == p.list {
			return false // it has seen the key
		}
		p.list.TypedKey(e)
		return true
	}
	return false
}
