package calendar

import (
	"context"
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// panel is the event at the right of the grid: to read, to edit, to make. What was typed is never lost silently: leaving
// with unsaved changes asks in the panel itself.
type panel struct {
	p      *Page
	loader *page.Loader[opened]

	event mirror.Event
	item  *mirror.OutboxItem // what waits for this event, or nil
	isNew bool
	gone  bool // deleted elsewhere while it was open
	base  form // as last filled
	busy  bool // being saved

	fields
	object *fyne.Container
	title  *kit.Text
	where  *kit.Text // the calendar's name
	body   *fyne.Container
	scroll *container.Scroll
	footer *fyne.Container
	asking func() // what Return does while the footer asks
}

// opened is an event as read for the panel.
type opened struct {
	event mirror.Event
	item  *mirror.OutboxItem
}

func newPanel(p *Page) *panel {
	n := &panel{p: p, loader: page.NewLoader[opened](p.host, "read event")}
	n.makeFields()
	n.title = kit.NewLine("", kit.SizeHeading, kit.ColorText).Bold()
	n.where = kit.NewLine("", kit.SizeSmall, kit.ColorMuted)
	shut := kit.NewIconButton("close", page.T("Close (Esc)"), func() { n.leave(nil) })
	n.body = kit.Stack(kit.S3)
	n.scroll = container.NewVScroll(kit.Inset(n.body, kit.S3, kit.S4, kit.S4, kit.S4))
	n.footer = kit.Stack(0)
	head := kit.Inset(kit.Row(kit.S2, kit.Grow(kit.Stack(0, n.title, n.where)), shut), kit.S2, kit.S2, kit.S2, kit.S4)
	inside := container.New(between{}, n.scroll, kit.Surface(kit.ColorPane, kit.Stack(0, head, kit.Hairline())),
		kit.Surface(kit.ColorPane, kit.Stack(0, kit.Hairline(), n.footer)))
	n.object = container.NewStack(kit.Surface(kit.ColorPane, kit.Columns(0, kit.HairlineUpright(), kit.Grow(inside))))
	n.object.Hide()
	return n
}

// between lays the first object out between the second above and the third below, which are drawn after it: what a field
// draws beyond the scroller's edge (the software painter clips nested scrollers loosely) stays under them.
type between struct{}

func (between) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(240, objs[1].MinSize().Height+objs[2].MinSize().Height+80)
}

func (between) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	top, foot := objs[1].MinSize().Height, objs[2].MinSize().Height
	set(objs[1], 0, 0, s.Width, top)
	set(objs[2], 0, s.Height-foot, s.Width, foot)
	set(objs[0], 0, top, s.Width, max(0, s.Height-top-foot))
}

func (n *panel) isOpen() bool { return n.object.Visible() }

// openPanel shows an event in the panel.
func (p *Page) openPanel(event int) {
	if event < 0 || event >= len(p.scene.week.events) {
		return
	}
	e := p.scene.week.events[event]
	if p.panel.isOpen() && !p.panel.isNew && p.panel.event.ID == e.ID {
		p.panel.focus()
		return
	}
	p.panel.leave(func() { p.panel.open(e, true) })
}

// open fills the panel with what is known of an event, then with the whole of it.
func (n *panel) open(e mirror.Event, focus bool) {
	n.isNew, n.gone, n.event, n.item, n.busy = false, false, e, nil, false
	n.fill(formOf(&e, n.me(), n.p.opt.Zone))
	n.build()
	n.appear()
	n.read()
	if focus {
		n.focus()
	}
}

// read takes the event with its body and what waits for it.
func (n *panel) read() {
	id := n.event.ID
	n.loader.Load(func(ctx context.Context) (opened, error) {
		e, err := n.p.data.Event(ctx, id)
		if err != nil {
			return opened{}, fmt.Errorf("read event: %w", err)
		}
		o := opened{event: e}
		if e.Pending == mirror.PendingNone {
			return o, nil
		}
		items, err := n.p.data.Outbox(ctx)
		if err != nil {
			return opened{}, fmt.Errorf("read outbox: %w", err)
		}
		for i := range items {
			if it := &items[i]; it.ItemKind == "event" && it.ItemID == id && (o.item == nil || it.State > o.item.State) {
				o.item = it
			}
		}
		return o, nil
	}, n.show)
}

// show takes what was read; fields that have been edited meanwhile stay.
func (n *panel) show(o opened, err error) {
	switch {
	case !n.isOpen() || n.isNew:
		return
	case errors.Is(err, mirror.ErrNotFound):
		n.gone = true
		n.build()
		return
	case err != nil:
		n.p.host.Fail(page.T("read the event"), err)
		return
	}
	dirty := n.dirty()
	n.event, n.item = o.event, o.item
	if !dirty {
		n.fill(formOf(&n.event, n.me(), n.p.opt.Zone))
	}
	n.build()
}

// reload follows a change in the store.
func (n *panel) reload() {
	if n.isOpen() && !n.isNew && !n.busy {
		n.read()
	}
}

// follow shows another event when it is selected, unless there is something to lose.
func (n *panel) follow(id int64) {
	if !n.isOpen() || n.isNew || n.event.ID == id || n.busy || n.dirty() {
		return
	}
	if i := n.p.scene.week.find(id); i >= 0 {
		n.open(n.p.scene.week.events[i], false)
	}
}

// openNew shows an empty event at a time.
func (n *panel) openNew(day when.Date, from, to int, allDay bool, with []mirror.Address) {
	if n.p.loaded && len(n.p.accounts) == 0 {
		n.p.host.Toast(page.T("Sign in first: there is no calendar yet."), nil)
		return
	}
	n.leave(func() {
		n.loader.Cancel()
		n.isNew, n.gone, n.item, n.busy = true, false, nil, false
		n.event = mirror.Event{IsOrganizer: true, CanEdit: true, AllDay: allDay, ShowAs: "busy"}
		n.event.AccountID = n.p.firstAccount()
		n.p.clearSelection()
		f := form{allDay: allDay, start: moment{day, from}, end: moment{day, to}, attendees: with}
		if to == dayMinutes && !allDay {
			f.end = moment{day.Add(1), 0}
		}
		if allDay {
			f.start.minute, f.end.minute = 9*60, 9*60+30
		}
		n.fill(f)
		n.base.attendees = nil // an attendee that came with the command is worth keeping
		n.p.scene.day, n.p.scene.slot, n.p.scene.slotLong = day, from, to-from
		if allDay {
			n.p.scene.slot = -1
		}
		n.p.view.update()
		n.build()
		n.appear()
		n.focus()
	})
}

func (n *panel) appear() {
	n.scroll.ScrollToTop()
	n.object.Show()
	n.p.view.object.Refresh()
}

func (n *panel) focus() {
	if n.event.CanEdit && !n.gone {
		n.p.host.Window().Canvas().Focus(n.fields.title.Entry)
	}
}

// shut closes the panel; what was typed is given up.
func (n *panel) shut() {
	n.loader.Cancel()
	n.asking = nil
	n.busy = false
	if n.isNew {
		n.p.scene.slot = -1
	}
	n.object.Hide()
	n.p.host.Window().Canvas().Unfocus()
	n.p.view.object.Refresh()
	n.p.view.update()
}

// leave closes the panel, or goes on to then if it is not nil; unsaved changes are asked about first.
func (n *panel) leave(then func()) {
	if then == nil {
		then = n.shut
	}
	if !n.isOpen() || !n.dirty() || n.gone {
		then()
		return
	}
	text := page.T("You have changed this event.")
	if n.isNew {
		text = page.T("This event has not been saved.")
	}
	n.ask(text, nil,
		kit.NewPrimary(page.T("Keep editing"), "", n.buttons),
		kit.NewButton(page.T("Discard"), "", func() {
			n.fill(n.base)
			then()
		}))
	n.asking = n.buttons
}

// deleted closes the panel if its event is gone by the person's own hand.
func (n *panel) deleted(id int64) {
	if n.isOpen() && !n.isNew && n.event.ID == id {
		n.fill(n.base)
		n.shut()
	}
}

func (n *panel) me() mirror.Account { return n.p.me(n.event.AccountID) }

func contains(list []mirror.Address, addr string) bool {
	for _, a := range list {
		if sameAddresses([]mirror.Address{a}, []mirror.Address{{Addr: addr}}) {
			return true
		}
	}
	return false
}
