package calendar

import (
	"context"
	"errors"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// save writes what has been edited; who is e-mailed is asked first.
func (n *panel) save() {
	if n.busy || !n.event.CanEdit || n.gone {
		return
	}
	if yes := n.asking; yes != nil { // Return answers the question
		yes()
		return
	}
	f, ok := n.check()
	if !ok {
		return
	}
	others := n.concerned(f)
	if !n.isNew {
		edit, changed := f.edit(n.base, n.p.opt.Zone)
		if !changed {
			n.shut()
			return
		}
		if n.event.Series && edit.Start == nil && edit.End == nil && edit.AllDay == nil {
			n.askWhich(f, others)
			return
		}
	}
	if len(others) == 0 {
		n.write(f, false, false)
		return
	}
	label := page.T("Save and e-mail")
	if n.isNew {
		label = page.T("Send invitation")
	}
	send := func() { n.write(f, false, true) }
	n.ask(willBeMailed(others), nil, kit.NewPrimary(label, "", send), kit.NewButton(page.T("Keep editing"), "", n.buttons))
	n.asking = send
}

// askWhich lets the person choose whether one occurrence is meant or all of the series. Times are an occurrence's own.
func (n *panel) askWhich(f form, others []mirror.Address) {
	mails := len(others) > 0
	text := page.T("Occurrences that were changed before keep what they have.")
	if mails {
		text = willBeMailed(others) + " " + text
	}
	one := func() { n.write(f, false, mails) }
	n.ask(text, nil, kit.NewPrimary(page.T("Only this one"), "", one),
		kit.NewButton(page.T("Whole series"), "", func() { n.write(f, true, mails) }),
		kit.NewButton(page.T("Back"), "", n.buttons)) // three have to fit
	n.asking = one
}

// concerned lists who hears of the change: those who are invited now and those who were.
func (n *panel) concerned(f form) []mirror.Address {
	list := append([]mirror.Address{}, f.attendees...)
	was := mailed(&n.event, n.me())
	for _, a := range was {
		if !contains(list, a.Addr) {
			list = append(list, a)
		}
	}
	return list
}

// write carries the edit to the store, of one event or of the series that it is one of; the panel closes only when it is there.
func (n *panel) write(f form, series, mails bool) {
	n.setBusy(true)
	before, old, zone := n.base, n.event, n.p.opt.Zone
	if old.AccountID == 0 { // begun before the accounts were read
		old.AccountID = n.p.firstAccount()
	}
	start, end := f.times(zone)
	id, title := old.ID, f.title
	n.p.host.Go("save event", func(ctx context.Context) {
		var err error
		if n.isNew {
			id, err = n.p.data.CreateEvent(ctx, mirror.NewEvent{AccountID: old.AccountID, CalendarID: old.CalendarID, Subject: f.title, Start: start, End: end,
				Zone: zoneName(zone), AllDay: f.allDay, Location: f.place, Body: f.body, Attendees: f.attendees})
		} else {
			edit, _ := f.edit(before, zone)
			if series {
				err = n.p.data.EditSeries(ctx, id, edit)
			} else {
				err = n.p.data.EditEvent(ctx, id, edit)
			}
		}
		n.p.host.Do(func() { n.written(id, title, f, before, old, series, mails, err) })
	})
}

func (n *panel) written(id int64, title string, f, before form, old mirror.Event, series, mails bool, err error) {
	made := n.isNew
	n.setBusy(false)
	if err != nil {
		n.refused(err)
		return
	}
	n.base = f
	n.shut()
	n.p.scene.selected, n.p.reveal = id, id
	if !n.p.view.showing(f.start.day) {
		n.p.goTo(f.start.day)
	} else {
		n.p.load()
	}
	e := old
	e.Subject, e.AllDay = title, f.allDay
	e.Start, e.End = f.times(n.p.opt.Zone)
	with := map[string]any{"Title": titleOf(&e), "When": n.p.span(&e)}
	switch {
	case made && mails:
		n.p.host.Toast(page.T("Invited to “{{.Title}}”, {{.When}}", with), nil)
	case made:
		n.p.host.Toast(page.T("Made “{{.Title}}”, {{.When}}", with), func() {
			e.ID = id
			n.p.erase(e, nil)
		})
	case series: // what its occurrences had before may have differed, so there is nothing to put back
		n.p.host.Toast(page.T("Saved the series “{{.Title}}”", with), nil)
	case mails:
		n.p.host.Toast(page.T("Saved “{{.Title}}”", with), nil)
	default:
		n.p.host.Toast(page.T("Saved “{{.Title}}”", with), n.undo(id, f, before, old))
	}
}

// undo puts back what an edit has changed; nil where the description was formatted and would come back plain.
func (n *panel) undo(id int64, f, before form, old mirror.Event) func() {
	if old.HTML && f.body != before.body {
		return nil
	}
	back, _ := before.edit(f, n.p.opt.Zone)
	return func() {
		n.p.do(page.T("undo the change"), func(ctx context.Context) error { return n.p.data.EditEvent(ctx, id, back) }, n.p.load)
	}
}

// refused shows what the store would not take, at the field that it concerns.
func (n *panel) refused(err error) {
	n.buttons()
	var bad mirror.ErrBadInput
	if errors.As(err, &bad) && n.mark(bad) {
		return
	}
	n.p.host.Fail(page.T("save the event"), err)
}
