package calendar

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// build puts the panel together for what it shows: fields where the event may be changed, words where not.
func (n *panel) build() {
	e := &n.event
	title := page.T("Event")
	switch {
	case n.isNew:
		title = page.T("New event")
	case len(e.Attendees) > 0 || !e.IsOrganizer:
		title = page.T("Meeting")
	}
	n.title.SetText(title)
	n.where.SetText(n.calendarName())
	n.where.Hidden = n.where.Text() == ""
	var parts []fyne.CanvasObject
	add := func(o fyne.CanvasObject) {
		if o != nil {
			parts = append(parts, o)
		}
	}
	add(n.state())
	if e.CanEdit && !n.gone {
		if e.Series {
			add(note("repeat", page.T("One of a series. A new time is for this occurrence only; for other changes you are asked.")))
		}
		add(n.fields.title)
		add(n.chooser())
		add(n.allDay)
		add(kit.Stack(kit.S2, n.start.object, n.end.object))
		add(n.join())
		add(n.place)
		add(kit.Stack(kit.S1, n.people, n.suggest.Object()))
		add(n.answers())
		add(n.text)
	} else {
		n.words(add)
	}
	n.body.Objects = parts
	n.buttons()
}

// words shows an event that may only be read.
func (n *panel) words(add func(fyne.CanvasObject)) {
	e := &n.event
	heading := kit.NewParagraph(titleOf(e), kit.SizeHeading, kit.ColorText)
	heading.Style.Bold = true
	heading.Style.Strikethrough = e.Cancelled
	add(heading)
	add(fact("clock", n.p.span(e)))
	if e.Series {
		add(note("repeat", page.T("One of a series.")))
	}
	if e.Location != "" {
		add(fact("location", e.Location))
	}
	add(n.join())
	if !e.IsOrganizer && e.Organizer.Addr != "" {
		add(fact("person", page.T("Organized by {{.Name}}", map[string]any{"Name": nameOf(e.Organizer)})))
	}
	add(n.respond())
	add(n.answers())
	if text := bodyText(e); text != "" {
		add(kit.Stack(kit.S1, kit.NewSection(page.T("Description")), kit.NewParagraph(text, kit.SizeBody, kit.ColorText)))
	}
}

// fact is a line with an icon that says of what kind it is.
func fact(icon, text string) fyne.CanvasObject {
	return kit.Columns(kit.S2, kit.Stack(0, kit.Inset(kit.NewIcon(icon, kit.ColorMuted, 16), 1, 0, 0, 0), kit.Spring()),
		kit.Grow(kit.NewParagraph(text, kit.SizeBody, kit.ColorText)))
}

// note is a fact said quietly.
func note(icon, text string) fyne.CanvasObject {
	return kit.Columns(kit.S2, kit.Stack(0, kit.NewIcon(icon, kit.ColorMuted, 16), kit.Spring()),
		kit.Grow(kit.NewParagraph(text, kit.SizeSmall, kit.ColorMuted)))
}

func (n *panel) calendarName() string {
	id := n.event.CalendarID
	for _, c := range n.p.calendars {
		if c.ID == id || id == 0 && c.Default && c.AccountID == n.event.AccountID {
			if len(n.p.accounts) > 1 {
				return c.Name + " · " + n.p.me(c.AccountID).UPN
			}
			return c.Name
		}
	}
	return ""
}

// join opens the meeting's link; only links to the web are offered.
func (n *panel) join() fyne.CanvasObject {
	link := n.event.JoinURL
	if n.p.opt.OpenURL == nil || !strings.HasPrefix(strings.ToLower(link), "https://") {
		return nil
	}
	return kit.NewButton(page.T("Join online"), "video", func() {
		n.p.host.Go("open meeting", func(context.Context) {
			if err := n.p.opt.OpenURL(link); err != nil {
				n.p.host.Do(func() { n.p.host.Fail(page.T("open the meeting in the browser"), err) })
			}
		})
	})
}

// respond answers an invitation.
func (n *panel) respond() fyne.CanvasObject {
	e := &n.event
	if e.IsOrganizer || e.Cancelled || n.gone || n.isNew || e.Organizer.Addr == "" {
		return nil
	}
	row := kit.Row(kit.S1)
	for _, a := range []struct{ label, icon, response string }{
		{page.T("Accept"), "check", "accepted"}, {page.T("Maybe"), "info", "tentativelyAccepted"}, {page.T("Decline"), "close", "declined"},
	} {
		b := kit.NewButton(a.label, a.icon, func() { n.answer(a.response) })
		b.On = e.Response == a.response
		row.Add(b)
	}
	return kit.Stack(kit.S1, row, kit.NewParagraph(page.T("{{.Name}} will be e-mailed your answer.", map[string]any{"Name": nameOf(e.Organizer)}),
		kit.SizeSmall, kit.ColorMuted))
}

func (n *panel) answer(response string) {
	e := n.event
	if e.Response == response {
		return
	}
	n.p.do(page.T("answer the invitation"), func(ctx context.Context) error { return n.p.data.Respond(ctx, e.ID, response) }, func() {
		n.p.load()
		n.p.host.Toast(map[string]string{
			"accepted":            page.T("Accepted “{{.Title}}”", map[string]any{"Title": titleOf(&e)}),
			"tentativelyAccepted": page.T("Answered “maybe” to “{{.Title}}”", map[string]any{"Title": titleOf(&e)}),
			"declined":            page.T("Declined “{{.Title}}”", map[string]any{"Title": titleOf(&e)}),
		}[response], nil)
	})
}

// buttons shows what can be done with the event at the panel's foot.
func (n *panel) buttons() {
	n.asking = nil
	var row *fyne.Container
	switch {
	case n.gone:
		row = kit.Row(kit.S2, kit.Spring(), kit.NewButton(page.T("Close"), "", n.shut))
	case n.event.CanEdit:
		label := page.T("Save")
		save := kit.NewPrimary(label, "", n.save)
		if n.busy {
			save.Disable()
		}
		row = kit.Row(kit.S2, save, kit.NewButton(page.T("Cancel"), "", func() { n.leave(nil) }), kit.Spring())
		if !n.isNew {
			row.Add(n.history())
			row.Add(kit.NewIconButton("trash", page.T("Delete (Del)"), n.remove))
		}
	default:
		row = kit.Row(kit.S2, kit.NewButton(page.T("Close"), "", n.shut), kit.Spring(), n.history())
		if n.event.Cancelled {
			row.Add(kit.NewIconButton("trash", page.T("Delete (Del)"), n.remove))
		}
	}
	n.foot(row)
}

// history shows when and why the event last changed.
func (n *panel) history() fyne.CanvasObject {
	id := n.event.ID
	return kit.NewIconButton("clock", page.T("History of this event"), func() { n.p.host.History("event", id) })
}

func (n *panel) foot(o fyne.CanvasObject) {
	n.footer.Objects = []fyne.CanvasObject{kit.Inset(o, kit.S2+2, kit.S3, kit.S2+2, kit.S4)}
	n.object.Refresh()
	n.object.Refresh() // now that the words know how wide they are
}

// ask puts a question at the panel's foot in place of the buttons.
func (n *panel) ask(text string, more fyne.CanvasObject, answers ...fyne.CanvasObject) {
	col := kit.Stack(kit.S2, kit.NewParagraph(text, kit.SizeBody, kit.ColorText))
	if more != nil {
		col.Add(more)
	}
	col.Add(kit.Row(kit.S2, answers...))
	n.foot(col)
}

func (n *panel) setBusy(busy bool) {
	n.busy = busy
	n.buttons()
}

// remove asks in the panel where the page would ask above the grid, so that question and answer stand together.
func (n *panel) remove() {
	e := n.event
	others := mailed(&e, n.me())
	if e.Cancelled || len(others) == 0 && !e.Series {
		n.fill(n.base)
		n.p.remove(e)
		return
	}
	text, label := page.T("Only this occurrence of the series is deleted. It cannot be brought back."), page.T("Delete")
	if len(others) > 0 {
		text, label = willBeMailed(others), page.T("Delete and e-mail")
	}
	yes := kit.NewButton(label, "", func() { n.p.erase(e, nil) })
	yes.Kind = kit.Danger
	n.ask(text, nil, yes, kit.NewButton(page.T("Keep it"), "", n.buttons))
}
