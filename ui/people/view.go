package people

import (
	"net/url"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/crm"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/who"
)

// fact is one line of what is known: what it is, what it says, and what a click does.
type fact struct {
	icon, label, text string
	tip               string
	tapped            func()
}

// factLabel is the width of the labels, so that what they label is aligned.
const factLabel = 60

func (p *Page) personView(r record) fyne.CanvasObject {
	person := r.person
	words := kit.Stack(2, kit.NewLine(person.Name, kit.SizeTitle, kit.ColorText).Bold())
	under := inline()
	if person.Role != "" {
		under.Add(kit.NewText(person.Role, kit.SizeBody, kit.ColorMuted))
	}
	if person.CompanyName != "" {
		if person.Role != "" {
			under.Add(kit.NewText("\u00a0·\u00a0", kit.SizeBody, kit.ColorMuted))
		}
		under.Add(newWordLink(person.CompanyName, func() { p.open(subject{Companies, person.CompanyID}) }))
	}
	if len(under.Objects) > 0 {
		words.Add(under)
	}
	actions := kit.Row(6)
	if addr := r.addr(); addr != "" {
		actions.Add(kit.NewButton(page.T("Mail"), "mail", func() { p.host.Compose(page.Mail, person.Name, addr) }))
		actions.Add(kit.NewButton(page.T("Meeting"), "calendar", func() { p.host.Compose(page.Calendar, person.Name, addr) }))
	}
	p.addEdits(actions)

	var facts []fact
	for i, addr := range person.Emails {
		icon, label := "mail", page.T("E-mail")
		if i > 0 {
			icon, label = "", ""
		}
		facts = append(facts, fact{icon, label, addr, page.T("Write to {{.Addr}}", map[string]any{"Addr": addr}),
			func() { p.host.Compose(page.Mail, person.Name, addr) }})
	}
	facts = append(facts, p.number("phone", page.T("Phone"), person.Phone), p.number("mobile", page.T("Mobile"), person.Mobile),
		fact{icon: "location", label: page.T("City"), text: person.City})
	hint := ""
	if len(person.Emails) == 0 {
		hint = page.T("Without an e-mail address, mail and meetings cannot be found. Press E to add one.")
	}
	return p.recordView(kit.NewAvatar(person.Name, 56), words, actions, facts, person.Notes, nil, r, hint)
}

func (p *Page) companyView(r record) fyne.CanvasObject {
	co := r.company
	avatar := kit.NewAvatar(co.Name, 56)
	avatar.Square = true
	words := kit.Stack(2, kit.NewLine(co.Name, kit.SizeTitle, kit.ColorText).Bold())
	if s := joined(co.Industry, co.City); s != "" {
		words.Add(kit.NewLine(s, kit.SizeBody, kit.ColorMuted))
	}
	actions := kit.Row(6, kit.NewButton(page.T("Add person"), "person-add", func() { p.create(People, draft{Company: co.Name, CompanyID: co.ID}) }))
	p.addEdits(actions)
	facts := []fact{
		{icon: "globe", label: page.T("Website"), text: bare(co.Website), tip: page.T("Open in the browser"), tapped: func() { p.browse(co.Website) }},
		{icon: "mail", label: page.T("Domain"), text: co.Domain, tip: page.T("Mail from this domain is matched to the company")},
		p.number("phone", page.T("Phone"), co.Phone),
		{icon: "company", label: page.T("Industry"), text: co.Industry},
		{icon: "location", label: page.T("City"), text: co.City},
	}
	members := kit.Stack(0)
	for _, m := range r.members {
		members.Add(p.memberRow(m))
	}
	hint := ""
	if len(r.members) == 0 {
		hint = page.T("Nobody of this company is recorded yet.")
	}
	return p.recordView(avatar, words, actions, facts, co.Notes, members, r, hint)
}

func (p *Page) addEdits(actions *fyne.Container) {
	edit := kit.NewButton(page.T("Edit"), "edit", p.edit)
	edit.Tip = page.T("Edit (E)")
	actions.Add(edit)
	del := kit.NewIconButton("trash", page.T("Delete (Del)"), p.delete)
	actions.Add(del)
}

func (p *Page) memberRow(m crm.Person) fyne.CanvasObject {
	sub := m.Role
	if sub == "" && len(m.Emails) > 0 {
		sub = m.Emails[0]
	}
	return kit.NewItemTwo(kit.NewAvatar(m.Name, 28), m.Name, sub, "", func() { p.open(subject{People, m.ID}) })
}

// recordView puts the parts of a record together.
func (p *Page) recordView(avatar *kit.Avatar, words, actions *fyne.Container, facts []fact, notes string, members *fyne.Container, r record, hint string) fyne.CanvasObject {
	side := kit.Stack(0, avatar, kit.Spring())
	middle := kit.Stack(0, kit.Spring(), words, kit.Spring())
	all := kit.Stack(0,
		kit.Inset(kit.Columns(kit.S4, side, kit.Grow(middle)), kit.S5, kit.S5, kit.S3, kit.S5),
		kit.Inset(actions, 0, kit.S5, kit.S4, kit.S5),
		kit.Inset(kit.Hairline(), 0, kit.S5, 0, kit.S5))
	if grid := factGrid(facts); grid != nil {
		all.Add(kit.Inset(grid, kit.S3, kit.S4, 0, kit.S4))
	}
	if notes != "" {
		all.Add(heading(page.T("Notes")))
		all.Add(kit.Inset(kit.NewParagraph(notes, kit.SizeBody, kit.ColorText), 0, kit.S5, 0, kit.S5))
	}
	if members != nil && len(members.Objects) > 0 {
		all.Add(heading(page.N("{{.N}} person", "{{.N}} people", len(members.Objects))))
		all.Add(kit.Inset(members, 0, kit.S4, 0, kit.S4))
	}
	all.Add(heading(page.T("Mail and meetings")))
	if hint != "" {
		all.Add(kit.Inset(kit.NewParagraph(hint, kit.SizeBody, kit.ColorMuted), 0, kit.S5, 0, kit.S5))
	} else {
		all.Add(kit.Inset(newTimeline(p.host, r.touches, p.now()).object, 0, kit.S4, 0, kit.S4))
	}
	return kit.Inset(all, 0, 0, kit.S5, 0)
}

func heading(text string) fyne.CanvasObject {
	return kit.Inset(kit.NewText(text, kit.SizeHeading, kit.ColorText).Bold(), kit.S5, kit.S5, kit.S2, kit.S5)
}

// number is a telephone number, which a click copies.
func (p *Page) number(icon, label, number string) fact {
	return fact{icon, label, number, page.T("Copy the number"), func() { who.Copy(p.host, number) }}
}

// browse opens a website. crm lets only the web in, but a file may be older than its rules.
func (p *Page) browse(address string) {
	u, err := url.Parse(address)
	if err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		err = fyne.CurrentApp().OpenURL(u)
	}
	if err != nil {
		p.host.Fail(page.T("open the website"), err)
	}
}

// bare is a web address as people say it.
func bare(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		rest = address
	}
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}
