// Package pending shows what the person has done that the service has not confirmed yet: what is on its way, what failed
// and why, and the way to retry or drop it.
package pending

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// Data is what the panel needs of the mirror.
type Data interface {
	Outbox(ctx context.Context) ([]mirror.OutboxItem, error)
	Retry(ctx context.Context, id int64) error
	Discard(ctx context.Context, id int64) error
	Resolve(ctx context.Context, id int64, keepMine bool) error
}

const width, height = 440, 360

// Panel lists the outbox. Its methods are called on the UI thread.
type Panel struct {
	host   page.Host
	data   Data
	rows   *fyne.Container
	object fyne.CanvasObject
	loader *page.Loader[[]mirror.OutboxItem]
	open   bool
	// OnClose hears of the close button.
	OnClose func()
}

// New returns the panel; it reads when it is opened and while it is open.
func New(host page.Host, data Data) *Panel {
	p := &Panel{host: host, data: data, rows: kit.Stack(0), loader: page.NewLoader[[]mirror.OutboxItem](host, "outbox")}
	shut := kit.NewIconButton("close", page.T("Close"), func() { p.OnClose() })
	head := kit.Inset(kit.Row(kit.S2, kit.Grow(kit.NewLine(page.T("On their way"), kit.SizeHeading, kit.ColorText).Bold()), shut), kit.S2, kit.S2, kit.S2, kit.S4)
	body := kit.Stack(0, head, kit.Hairline(), kit.Grow(container.NewVScroll(p.rows)))
	box := kit.Fixed(kit.Floating(kit.ColorRaised, body), width, height)
	p.object = kit.Stack(0, kit.Spring(), kit.Inset(kit.Row(0, kit.Spring(), box), 0, kit.S4, 36, 0))
	page.Watch(host, "outbox", func([]store.Change) {
		if p.open {
			p.load()
		}
	}, store.Outbox)
	return p
}

// Object is the panel where it belongs in the window.
func (p *Panel) Object() fyne.CanvasObject { return p.object }

// Opened reads the list.
func (p *Panel) Opened() {
	p.open = true
	p.load()
}

// Closed stops reading.
func (p *Panel) Closed() { p.open = false }

func (p *Panel) load() {
	p.loader.Load(p.data.Outbox, func(items []mirror.OutboxItem, err error) {
		if err != nil {
			p.host.Fail(page.T("read what is pending"), err)
			return
		}
		p.show(items)
	})
}

func (p *Panel) show(items []mirror.OutboxItem) {
	p.rows.Objects = nil
	if len(items) == 0 {
		p.rows.Add(kit.Fixed(kit.NewEmpty("check", page.T("Everything has been sent"), page.T("What you edit or send while offline waits here.")), 0, height-60))
	}
	for _, it := range items {
		p.rows.Add(p.row(it))
		p.rows.Add(kit.Hairline())
	}
	p.rows.Refresh()
}

func (p *Panel) row(it mirror.OutboxItem) fyne.CanvasObject {
	subject := it.Subject
	if subject == "" {
		subject = page.T("(no subject)")
	}
	color, icon := kit.ColorMuted, "clock"
	if it.State == mirror.PendingFailed || it.State == mirror.PendingConflict {
		color, icon = kit.ColorBad, "warning"
	}
	words := kit.Stack(2,
		kit.NewLine(What(it.Kind)+" · "+subject, kit.SizeBody, kit.ColorText),
		kit.NewLine(Why(it)+" · "+when.Short(it.Since.Local(), time.Now()), kit.SizeSmall, color))
	line := kit.Row(kit.S3, kit.NewIcon(icon, color, 16), kit.Grow(words))
	if it.State == mirror.PendingConflict {
		line.Add(kit.NewLink(page.T("Keep mine"), "", p.act(page.T("keep your version"), func(ctx context.Context) error { return p.data.Resolve(ctx, it.ID, true) })))
		line.Add(kit.NewLink(page.T("Keep theirs"), "", p.act(page.T("keep the other version"), func(ctx context.Context) error { return p.data.Resolve(ctx, it.ID, false) })))
	} else {
		retry := kit.NewIconButton("sync", page.T("Try again now"), p.act(page.T("try again"), func(ctx context.Context) error { return p.data.Retry(ctx, it.ID) }))
		drop := kit.NewIconButton("trash", page.T("Drop this change"), p.act(page.T("drop the change"), func(ctx context.Context) error { return p.data.Discard(ctx, it.ID) }))
		line.Add(retry)
		line.Add(drop)
	}
	return kit.Inset(line, kit.S2, kit.S2, kit.S2, kit.S4)
}

func (p *Panel) act(doing string, fn func(context.Context) error) func() {
	return func() {
		p.host.Go(doing, func(ctx context.Context) {
			if err := fn(ctx); err != nil {
				p.host.Do(func() { p.host.Fail(doing, err) })
			}
		})
	}
}

// What names a kind of intention.
func What(kind string) string {
	switch kind {
	case "mail.reply":
		return page.T("Reply")
	case "mail.send":
		return page.T("New mail")
	case "mail.read":
		return page.T("Read or unread")
	case "mail.categories":
		return page.T("Categories")
	case "mail.move":
		return page.T("Move mail")
	case "event.edit":
		return page.T("Change meeting")
	case "event.create":
		return page.T("New meeting")
	case "event.delete":
		return page.T("Delete meeting")
	}
	return page.T("Change")
}

// Why says in what state an intention is.
func Why(it mirror.OutboxItem) string {
	switch it.Reason {
	case "offline":
		return page.T("waits for the network")
	case "throttled":
		return page.T("the mailbox asked to wait")
	case "signin":
		return page.T("waits until you sign in again")
	case "refused":
		return page.T("the mailbox refused it")
	case "conflict":
		return page.T("it was changed elsewhere meanwhile")
	case "gone":
		return page.T("the item is no longer there")
	case "toolarge":
		return page.T("it is too large for the mailbox")
	}
	switch it.State {
	case mirror.PendingFailed:
		return page.T("it could not be done")
	case mirror.PendingConflict:
		return page.T("it was changed elsewhere meanwhile")
	}
	return page.T("on its way")
}
