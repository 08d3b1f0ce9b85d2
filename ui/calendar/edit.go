package calendar

import (
	"context"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// drop answers a move or resize by mouse: at once if it concerns nobody else, else after asking.
func (p *Page) drop(event int, start, end time.Time) {
	e := p.scene.week.events[event]
	others := mailed(&e, p.me(e.AccountID))
	if len(others) == 0 {
		p.move(e, start, end, true)
		return
	}
	at := e
	at.Start, at.End = start, end
	p.ask(page.T("Move “{{.Title}}” to {{.When}}?", map[string]any{"Title": titleOf(&e), "When": p.span(&at)}), willBeMailed(others),
		page.T("Move and e-mail"), func() { p.move(e, start, end, false) })
	if g := p.view.grid; g.drag != nil { // the question takes room: what it is about stays in view
		from := wall(start, p.opt.Zone)
		g.reveal(from, min(dayMinutes, from+60))
	}
}

// span says when an event is, in the zone of the page.
func (p *Page) span(e *mirror.Event) string { return spanText(e, p.opt.Zone) }

func spanText(e *mirror.Event, zone *time.Location) string {
	first, last := span(e, zone)
	if e.AllDay {
		return when.Days(first.UTC(), last.Add(1).UTC())
	}
	text := first.Day() + ", " + when.Clock(wall(e.Start, zone)) + " – "
	if last != first {
		text += when.DateOf(e.End.In(zone)).Day() + ", "
	}
	return text + when.Clock(wall(e.End, zone))
}

// move gives an event another time. The screen shows it before it is written.
func (p *Page) move(e mirror.Event, start, end time.Time, undoable bool) {
	at := e
	at.Start, at.End, at.Pending = start, end, mirror.PendingQueued
	p.local(at)
	p.do(page.T("move “{{.Title}}”", map[string]any{"Title": titleOf(&e)}), func(ctx context.Context) error {
		return p.data.EditEvent(ctx, e.ID, mirror.EventEdit{Start: &start, End: &end})
	}, func() {
		var undo func()
		if undoable {
			undo = func() { p.move(at, e.Start, e.End, false) }
		}
		p.host.Toast(page.T("Moved “{{.Title}}” to {{.When}}", map[string]any{"Title": titleOf(&e), "When": p.span(&at)}), undo)
	})
}

// local shows an event as it will be, until the next snapshot.
func (p *Page) local(e mirror.Event) {
	events := append([]mirror.Event(nil), p.scene.week.events...)
	if i := p.scene.week.find(e.ID); i >= 0 {
		e.Body = events[i].Body
		events[i] = e
	}
	p.view.grid.cancel()
	p.scene.week = arrange(events, p.scene.week.days, p.opt.Zone)
	p.view.update()
}

// do runs an edit in the background, then done on the UI thread; a failure is told, and what is true is read again.
func (p *Page) do(doing string, edit func(context.Context) error, done func()) {
	p.host.Go("edit event", func(ctx context.Context) {
		err := edit(ctx)
		p.host.Do(func() {
			if err != nil {
				p.host.Fail(doing, err)
				p.load()
				return
			}
			if done != nil {
				done()
			}
		})
	})
}

// refuse says why an event stays where it is.
func (p *Page) refuse(event int) {
	e := &p.scene.week.events[event]
	switch {
	case e.Cancelled:
		p.host.Toast(page.T("“{{.Title}}” was cancelled; it can only be deleted.", map[string]any{"Title": titleOf(e)}), nil)
	case !e.IsOrganizer:
		p.host.Toast(page.T("Only the organizer, {{.Name}}, can move “{{.Title}}”.",
			map[string]any{"Name": nameOf(e.Organizer), "Title": titleOf(e)}), nil)
	default:
		p.host.Toast(page.T("This calendar can only be read."), nil)
	}
}

// remove deletes an event: at once, with undo, if nobody hears of it and it can be made again; else after asking.
func (p *Page) remove(e mirror.Event) {
	others := mailed(&e, p.me(e.AccountID))
	title := map[string]any{"Title": titleOf(&e), "When": p.span(&e)}
	switch {
	case e.Cancelled:
		p.erase(e, nil)
	case !e.CanEdit && e.IsOrganizer:
		p.host.Toast(page.T("This calendar can only be read."), nil)
	case !e.CanEdit:
		p.host.Toast(page.T("Only the organizer, {{.Name}}, can delete “{{.Title}}”. You can decline it instead.",
			map[string]any{"Name": nameOf(e.Organizer), "Title": titleOf(&e)}), nil)
	case len(others) > 0:
		p.ask(page.T("Cancel and delete “{{.Title}}” on {{.When}}?", title), willBeMailed(others), page.T("Delete and e-mail"), func() { p.erase(e, nil) })
	case e.Series:
		p.ask(page.T("Delete “{{.Title}}” on {{.When}}?", title), page.T("Only this occurrence of the series is deleted. It cannot be brought back."),
			page.T("Delete"), func() { p.erase(e, nil) })
	default:
		p.erase(e, func() { p.restore(e) })
	}
}

func (p *Page) erase(e mirror.Event, undo func()) {
	p.do(page.T("delete “{{.Title}}”", map[string]any{"Title": titleOf(&e)}), func(ctx context.Context) error {
		if undo != nil { // the whole event, so that it can be made again
			full, err := p.data.Event(ctx, e.ID)
			if err != nil {
				return err
			}
			e = full
		}
		return p.data.DeleteEvent(ctx, e.ID)
	}, func() {
		if p.scene.selected == e.ID {
			p.clearSelection()
		}
		p.panel.deleted(e.ID)
		p.load()
		p.host.Toast(page.T("Deleted “{{.Title}}”", map[string]any{"Title": titleOf(&e)}), undo)
	})
}

// restore takes a deletion back: while it still waits it is given up, afterwards the event is made anew.
func (p *Page) restore(e mirror.Event) {
	p.do(page.T("bring “{{.Title}}” back", map[string]any{"Title": titleOf(&e)}), func(ctx context.Context) error {
		items, err := p.data.Outbox(ctx)
		if err != nil {
			return err
		}
		for _, o := range items {
			if o.ItemKind == "event" && o.ItemID == e.ID && o.Kind == "event.delete" {
				return p.data.Discard(ctx, o.ID)
			}
		}
		id, err := p.data.CreateEvent(ctx, mirror.NewEvent{AccountID: e.AccountID, CalendarID: e.CalendarID, Subject: e.Subject, Start: e.Start,
			End: e.End, Zone: zoneName(p.opt.Zone), AllDay: e.AllDay, Location: e.Location, Body: e.Body, HTML: e.HTML})
		if err != nil || e.ShowAs == "" {
			return err
		}
		return p.data.EditEvent(ctx, id, mirror.EventEdit{ShowAs: &e.ShowAs})
	}, p.load)
}

// zoneName is the IANA name to anchor a new event in; "" leaves the choice to the mirror, for a zone without a name.
func zoneName(loc *time.Location) string {
	if name := loc.String(); name != "Local" {
		return name
	}
	return ""
}

// ask puts a question above the grid. Return says yes, Escape no.
func (p *Page) ask(title, text, yes string, do func()) {
	agree := func() {
		p.asking = nil
		p.view.clearNotice()
		do()
	}
	p.asking = agree
	p.view.setNotice(kit.NewBanner(kit.Warn, title, text, kit.NewPrimary(yes, "", agree), kit.NewButton(page.T("Leave it as it is"), "", func() { p.cancelAsk() })))
}

// cancelAsk takes the question away and what it was about back; it tells whether there was one.
func (p *Page) cancelAsk() bool {
	if p.asking == nil {
		return false
	}
	p.asking = nil
	p.view.clearNotice()
	p.view.grid.cancel()
	return true
}

// refused tells why no meeting can be made, if so.
func (p *Page) refused() bool {
	if p.opt.Refuse == nil {
		return false
	}
	why := p.opt.Refuse()
	if why != "" {
		p.host.Toast(why, nil)
	}
	return why != ""
}
