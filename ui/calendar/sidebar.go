package calendar

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

const sidebarWidth float32 = 188

// sidebar lists the calendars of all accounts, with their colours, to show and to hide.
type sidebar struct {
	p      *Page
	list   *fyne.Container
	scroll *container.Scroll
	object *fyne.Container
	checks []*kit.Check // in the order shown
	shape  []mirror.Calendar
}

// sidebarOpen is the preference that keeps it open.
const sidebarOpen = "calendar.sidebar"

func newSidebar(p *Page) *sidebar {
	s := &sidebar{p: p, list: kit.Stack(0)}
	s.scroll = container.NewVScroll(s.list)
	shut := kit.NewIconButton("close", page.T("Hide the list (C)"), p.ToggleCalendars)
	head := kit.Inset(kit.Row(kit.S2, kit.Grow(kit.NewSection(page.T("Calendars"))), shut), kit.S1, kit.S1, kit.S1, kit.S3)
	body := kit.Stack(0, head, kit.Grow(s.scroll))
	if p.opt.Calendars != nil {
		more := kit.NewGhost(page.T("Choose calendars…"), "settings", p.opt.Calendars)
		body.Add(kit.Inset(kit.Row(0, kit.Grow(more)), kit.S1, kit.S2, kit.S2, kit.S2))
	}
	s.object = container.NewStack(kit.Surface(kit.ColorPane, kit.Columns(0, kit.Grow(body), kit.HairlineUpright())))
	s.object.Hidden = !fyne.CurrentApp().Preferences().BoolWithFallback(sidebarOpen, false)
	return s
}

// ToggleCalendars shows or hides the list of calendars.
func (p *Page) ToggleCalendars() {
	o := p.view.side.object
	o.Hidden = !o.Hidden
	fyne.CurrentApp().Preferences().SetBool(sidebarOpen, o.Visible())
	p.head.calendars.SetOn(o.Visible())
	p.view.object.Refresh()
	if !o.Visible() {
		p.host.Window().Canvas().Unfocus()
	} else if len(p.view.side.checks) > 0 {
		p.host.Window().Canvas().Focus(p.view.side.checks[0])
	}
}

// show lists the calendars; the rows stay where only what is picked has changed.
func (s *sidebar) show(accounts []mirror.Account, calendars []mirror.Calendar) {
	if s.same(calendars) {
		for i, c := range calendars {
			s.checks[i].Set(c.Picked)
		}
		return
	}
	s.shape = append([]mirror.Calendar(nil), calendars...)
	s.list.Objects, s.checks = nil, nil
	for _, a := range accounts {
		if len(accounts) > 1 {
			s.list.Add(kit.Inset(kit.NewLine(a.UPN, kit.SizeSmall, kit.ColorMuted), kit.S2, kit.S2, 2, kit.S3))
		}
		for _, c := range calendars {
			if c.AccountID == a.ID {
				s.list.Add(s.row(c))
			}
		}
	}
	s.list.Refresh()
	s.scroll.Refresh()
}

func (s *sidebar) same(calendars []mirror.Calendar) bool {
	if len(calendars) != len(s.shape) || len(s.checks) != len(calendars) {
		return false
	}
	for i, c := range calendars {
		was := s.shape[i]
		was.Picked = c.Picked
		if was != c {
			return false
		}
	}
	return true
}

func (s *sidebar) row(c mirror.Calendar) fyne.CanvasObject {
	name := c.Name
	if c.Owner.Addr != "" {
		name = nameOf(c.Owner)
	}
	const room = sidebarWidth - 16 - 3*kit.S2 - 2*kit.S3
	check := kit.NewCheck(kit.Cut(name, room, kit.Size(kit.SizeBody), fyne.TextStyle{}), nil)
	check.Tip = name
	if c.Owner.Addr != "" {
		check.Tip = name + " · " + c.Name
	}
	if c.Denied {
		check.Tip = page.T("{{.Name}} is not shared any more. What you see is as it was.", map[string]any{"Name": name})
	}
	check.Set(c.Picked)
	check.OnEdit = func(on bool) {
		s.p.do(page.T("pick the calendar"), func(ctx context.Context) error { return s.p.data.PickCalendar(ctx, c.ID, on) }, s.p.load)
	}
	s.checks = append(s.checks, check)
	hue := func() kit.Hue { return kit.HueOf(ColorOf(c)) }
	row := kit.Row(kit.S2, kit.Fixed(kit.NewSwatch(hue), 12, 0), check, kit.Spring())
	return kit.Fixed(kit.Inset(row, 0, kit.S2, 0, kit.S3), 0, 28)
}

// places are the calendars that new events can be made in, by their account's order, with what each is called.
func (p *Page) places() (list []mirror.Calendar, names []string) {
	for _, a := range p.accounts {
		for _, c := range p.calendars {
			if c.AccountID != a.ID || !c.CanEdit || !c.Picked {
				continue
			}
			name := c.Name
			if len(p.accounts) > 1 {
				name += " · " + a.UPN
			}
			list, names = append(list, c), append(names, name)
		}
	}
	return list, names
}

// chooser picks the calendar of a new event; nil where there is nothing to pick.
func (n *panel) chooser() fyne.CanvasObject {
	list, names := n.p.places()
	if !n.isNew || len(list) < 2 {
		return nil
	}
	on := 0
	for i, c := range list {
		if c.ID == n.event.CalendarID || n.event.CalendarID == 0 && c.Default && c.AccountID == n.event.AccountID {
			on = i
			break
		}
	}
	pick := kit.NewPicker(page.T("The calendar that it is made in"), func(i int) {
		n.event.CalendarID, n.event.AccountID = list[i].ID, list[i].AccountID
		n.where.SetText(n.calendarName())
	})
	pick.Set(names, on)
	return kit.Row(kit.S2, kit.NewText(page.T("Calendar"), kit.SizeSmall, kit.ColorMuted), pick.Button, kit.Spring())
}
