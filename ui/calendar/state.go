package calendar

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// state tells, at the top of the panel, that an edit is on its way, could not be sent, or met another one; nil when what
// is shown is what the service has.
func (n *panel) state() fyne.CanvasObject {
	switch {
	case n.gone:
		return kit.NewBanner(kit.Warn, page.T("This event is no longer there"), page.T("It was deleted elsewhere while you had it open."))
	case n.isNew || n.event.Pending == mirror.PendingNone:
		if n.event.Cancelled {
			return kit.NewBanner(kit.Bad, page.T("Cancelled"), page.T("The organizer has cancelled this meeting."))
		}
		return nil
	case n.item == nil:
		return kit.NewBanner(kit.Neutral, "", page.T("Your change is waiting to be sent."))
	}
	it := *n.item
	doing, discarded := page.T("send the change"), page.T("Give up the change")
	switch it.Kind {
	case "event.create":
		doing, discarded = page.T("send the new event"), page.T("Give up the event")
	case "event.delete":
		doing, discarded = page.T("delete the event"), page.T("Keep the event")
	}
	retry := kit.NewButton(page.T("Try again"), "sync", func() {
		n.p.do(doing, func(ctx context.Context) error { return n.p.data.Retry(ctx, it.ID) }, n.p.load)
	})
	discard := kit.NewButton(discarded, "", func() {
		n.p.do(page.T("give up the change"), func(ctx context.Context) error { return n.p.data.Discard(ctx, it.ID) }, func() {
			if it.Kind == "event.create" {
				n.deleted(it.ItemID)
			} else {
				n.fill(n.base)
			}
			n.p.load()
		})
	})
	switch it.State {
	case mirror.PendingConflict:
		return n.conflict(it)
	case mirror.PendingFailed:
		return kit.NewBanner(kit.Bad, page.T("Not sent"), reasonText(it.Reason), retry, discard)
	}
	text := reasonText(it.Reason)
	if it.Reason == "" {
		return kit.NewBanner(kit.Neutral, "", page.T("Your change is being sent."))
	}
	if !it.Next.IsZero() {
		text += " " + page.T("Next try at {{.Time}}.", map[string]any{"Time": when.Clock(wall(it.Next, n.p.opt.Zone))})
	}
	return kit.NewBanner(kit.Info, page.T("Waiting to be sent"), text, retry, discard)
}

// reasonText says why something waits, and who can help.
func reasonText(reason string) string {
	switch reason {
	case "offline":
		return page.T("There is no connection. It is sent as soon as there is one.")
	case "throttled":
		return page.T("The service asked to wait a little.")
	case "signin":
		return page.T("Sign in again, then it is sent.")
	case "refused":
		return page.T("The service refused it. Change the event and try again, or give the change up.")
	case "gone":
		return page.T("The event is no longer on the server.")
	case "toolarge":
		return page.T("It is too large for the service.")
	}
	return page.T("The service has not taken it.")
}

// conflict shows both versions field by field and lets the person choose.
func (n *panel) conflict(it mirror.OutboxItem) fyne.CanvasObject {
	resolve := func(mine bool, doing string) func() {
		return func() {
			n.p.do(doing, func(ctx context.Context) error { return n.p.data.Resolve(ctx, it.ID, mine) }, func() {
				n.fill(n.base)
				n.p.load()
			})
		}
	}
	rows := kit.Stack(kit.S3)
	if it.Conflict != nil {
		for _, f := range it.Conflict.Fields {
			rows.Add(kit.Stack(2, kit.NewSection(fieldName(f.Name)),
				version(page.T("Mine"), fieldValue(f, f.Mine, n.p.opt.Zone), kit.ColorAccent),
				version(page.T("Theirs"), fieldValue(f, f.Theirs, n.p.opt.Zone), kit.ColorWarn)))
		}
	}
	top := kit.NewBanner(kit.Warn, page.T("Changed on both sides"), page.T("While your change was on its way, the event was changed elsewhere. Which version counts?"),
		kit.NewButton(page.T("Keep mine"), "", resolve(true, page.T("keep your version"))),
		kit.NewButton(page.T("Keep theirs"), "", resolve(false, page.T("keep the other version"))))
	each := kit.NewGhost(page.T("Choose field by field"), "chevron-right", func() { n.p.host.Open(page.Outbox, it.ID) })
	if len(rows.Objects) == 0 {
		return top
	}
	return kit.Stack(kit.S2, top, kit.Row(0, each, kit.Spring()), kit.Card(kit.InsetAll(rows, kit.S3)))
}

func version(whose, text string, c fyne.ThemeColorName) fyne.CanvasObject {
	if text == "" {
		text = page.T("(empty)")
	}
	return kit.Columns(kit.S2, kit.Fixed(kit.Stack(0, kit.NewText(whose, kit.SizeSmall, c), kit.Spring()), 46, 0),
		kit.Grow(kit.NewParagraph(short(text, 400), kit.SizeBody, kit.ColorText)))
}

func fieldName(name string) string {
	switch name {
	case "subject":
		return page.T("Title")
	case "start":
		return page.T("Starts")
	case "end":
		return page.T("Ends")
	case "location":
		return page.T("Place")
	case "body":
		return page.T("Description")
	case "attendees":
		return page.T("Attendees")
	case "showAs":
		return page.T("Shown as")
	case "allDay":
		return page.T("All day")
	case "response":
		return page.T("Answer")
	}
	return name
}

// fieldValue writes a value of a conflict for the person: instants as the clocks of the zone show them.
func fieldValue(f mirror.ConflictField, value string, zone *time.Location) string {
	if f.Name != "start" && f.Name != "end" {
		return value
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value
	}
	t = t.In(zone)
	return when.DateOf(t).Day() + ", " + when.Clock(t.Hour()*60+t.Minute())
}

// EditQueued opens the panel of an event whose change waits or was refused, whatever period is in view.
func (p *Page) EditQueued(id int64) {
	page.NewLoader[mirror.Event](p.host, "read event").Load(func(ctx context.Context) (mirror.Event, error) { return p.data.Event(ctx, id) }, func(e mirror.Event, err error) {
		if err != nil {
			p.host.Fail(page.T("open the event"), err)
			return
		}
		p.Open(e.ID)
		p.panel.leave(func() { p.panel.open(e, true) })
	})
}
