package mirrored

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/outlook/mirror"
	"supercrm/ui/calendar"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// allowed tells whether a feature works with what was granted; grants that are not known count as given.
func allowed(a mirror.Account, feature string) bool {
	f, ok := auth.FeatureByID(feature)
	return !ok || len(a.Granted) == 0 || f.Allowed(a.Granted) != auth.Off
}

// missing says what does not work without a permission, and offers to ask for it.
func missing(p *Panel, a mirror.Account, feature string) fyne.CanvasObject {
	f, _ := auth.FeatureByID(feature)
	return kit.NewBanner(kit.Warn, page.T("A permission is missing"), page.T(f.Without),
		kit.NewButton(page.T("Sign in again to allow it"), "", func() { p.OnSignIn(a.UPN) }))
}

// calendarsPart picks calendars, and adds those of colleagues.
type calendarsPart struct {
	p      *Panel
	checks map[int64]*kit.Check
	addr   *kit.Entry
	add    *kit.Button
	wrong  *kit.Paragraph
	object *fyne.Container
}

func newCalendars(p *Panel, s snapshot) *calendarsPart {
	c := &calendarsPart{p: p, checks: map[int64]*kit.Check{}}
	list := kit.Stack(2)
	for _, k := range s.calendars {
		list.Add(c.row(k))
	}
	if len(s.calendars) == 0 {
		list.Add(kit.NewLine(page.T("The list of calendars has not come yet."), kit.SizeBody, kit.ColorMuted))
	}
	objs := []fyne.CanvasObject{list}
	if !allowed(s.account, "shared") {
		objs = append(objs, missing(p, s.account, "shared"))
	} else {
		c.addr = kit.NewEntry(page.T("A colleague's address"), false)
		c.addr.OnSubmitted = func(string) { c.submit() }
		c.addr.OnEscape = func() { p.OnClose() }
		c.add = kit.NewButton(page.T("Add calendar"), "add", c.submit)
		c.wrong = kit.NewParagraph("", kit.SizeSmall, kit.ColorBad)
		c.wrong.Hide()
		objs = append(objs, kit.Row(kit.S2, kit.Fixed(c.addr, 260, 0), c.add), c.wrong)
	}
	c.object = kit.Stack(0, part("calendar", page.T("Calendars"), objs...))
	return c
}

// row is one calendar: picked or not, its colour, and whose it is.
func (c *calendarsPart) row(k mirror.Calendar) fyne.CanvasObject {
	check := kit.NewCheck(kit.Cut(Name(k), 300, kit.Size(kit.SizeBody), fyne.TextStyle{}), nil)
	check.OnEdit = func(on bool) {
		c.p.do(page.T("pick the calendar"), func(ctx context.Context) error { return c.p.data.PickCalendar(ctx, k.ID, on) }, nil)
	}
	c.checks[k.ID] = check
	row := kit.Row(kit.S2, kit.Fixed(kit.NewSwatch(Hue(k)), 12, 0), check, kit.Spring())
	if k.Denied {
		row.Add(kit.NewChip(page.T("not shared any more"), kit.Warn))
	} else if k.Default {
		row.Add(kit.NewText(page.T("default"), kit.SizeSmall, kit.ColorMuted))
	}
	if k.Colleague {
		row.Add(kit.NewIconButton("trash", page.T("Remove from the list"), func() {
			c.p.do(page.T("remove the calendar"), func(ctx context.Context) error { return c.p.data.RemoveColleague(ctx, k.ID) }, nil)
		}))
	}
	return kit.Fixed(row, 0, 28)
}

// Name is what a calendar is called: one that somebody shares by whose it is.
func Name(k mirror.Calendar) string {
	if k.Owner.Addr == "" {
		return k.Name
	}
	who := k.Owner.Name
	if who == "" {
		who = k.Owner.Addr
	}
	return page.T("{{.Who}} · {{.Name}}", map[string]any{"Who": who, "Name": k.Name})
}

// Hue is a calendar's colour; those of others that have none of their own differ from one's own.
func Hue(k mirror.Calendar) func() kit.Hue {
	return func() kit.Hue { return kit.HueOf(calendar.ColorOf(k)) }
}

func (c *calendarsPart) show(s snapshot) {
	for _, k := range s.calendars {
		if check := c.checks[k.ID]; check != nil {
			check.Set(k.Picked)
		}
	}
}

func (c *calendarsPart) submit() {
	addr := strings.TrimSpace(c.addr.Text)
	if addr == "" || c.add.Disabled() {
		return
	}
	c.add.Disable()
	c.complain("")
	account := c.p.account
	c.p.host.Go("add a colleague's calendar", func(ctx context.Context) {
		_, err := c.p.data.AddColleague(ctx, account, addr)
		c.p.host.Do(func() {
			c.add.Enable()
			if err == nil {
				c.addr.Fill("")
				c.p.load()
				return
			}
			var bad mirror.ErrBadInput
			switch {
			case errors.As(err, &bad):
				c.complain(page.T("That is not the address of a colleague."))
			case errors.Is(err, mirror.ErrNotShared):
				c.complain(page.T("Nobody with this address shares a calendar with you. Ask for it in Outlook, or wait until it is shared."))
			default:
				c.complain(c.p.host.Explain("add a colleague's calendar", err))
			}
		})
	})
}

func (c *calendarsPart) complain(why string) {
	c.wrong.SetText(why)
	c.wrong.Hidden = why == ""
	c.p.scroll.Refresh()
	c.p.scroll.Refresh()
}

// contactsPart picks address books.
type contactsPart struct {
	checks map[int64]*kit.Check
	counts map[int64]*kit.Text
	object fyne.CanvasObject
}

func newContacts(p *Panel, s snapshot) *contactsPart {
	c := &contactsPart{checks: map[int64]*kit.Check{}, counts: map[int64]*kit.Text{}}
	list := kit.Stack(2)
	switch {
	case !allowed(s.account, "contacts"):
		list.Add(missing(p, s.account, "contacts"))
	case len(s.folders) == 0:
		list.Add(kit.NewLine(page.T("The list of address books has not come yet."), kit.SizeBody, kit.ColorMuted))
	}
	for _, f := range s.folders {
		check := kit.NewCheck(kit.Cut(f.Name, 300, kit.Size(kit.SizeBody), fyne.TextStyle{}), nil)
		check.OnEdit = func(on bool) {
			p.do(page.T("pick the address book"), func(ctx context.Context) error { return p.data.PickContactFolder(ctx, f.ID, on) }, nil)
		}
		c.checks[f.ID], c.counts[f.ID] = check, kit.NewText("", kit.SizeSmall, kit.ColorMuted)
		list.Add(kit.Fixed(kit.Row(kit.S2, check, kit.Spring(), c.counts[f.ID]), 0, 28))
	}
	list.Add(kit.NewParagraph(page.T("They fill in names and numbers when you write to somebody or add somebody to your customers."), kit.SizeSmall, kit.ColorMuted))
	c.object = part("people", page.T("Contacts"), list)
	return c
}

func (c *contactsPart) show(s snapshot) {
	for _, f := range s.folders {
		if check := c.checks[f.ID]; check != nil {
			check.Set(f.Picked)
			c.counts[f.ID].SetText(page.N("{{.N}} contact", "{{.N}} contacts", f.Count))
		}
	}
}
