package welcome

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// failed says what happened, who can fix it, and offers that as a button.
func (p *Page) failed(err error, how manner) {
	e := auth.Explain(err)
	tone := kit.Bad
	if e.Action == auth.ActionCopyLink {
		tone = kit.Warn // needing an administrator is the normal case, not a fault
	}
	text := page.T(e.Text)
	if e.Who != "" && e.Who != auth.WhoYou {
		text += "\n" + page.T("Who can fix it: {{.Who}}", map[string]any{"Who": page.T(e.Who)})
	}
	if how == quietly && errors.Is(err, auth.ErrAdminApproval) {
		text = page.T("Microsoft still says that an administrator has to approve. Either nobody has accepted on the approval page yet, or it was for another organization. Right after an approval it can take a minute to arrive.") + "\n" + page.T("Who can fix it: {{.Who}}", map[string]any{"Who": page.T(e.Who)})
	}
	objs := []fyne.CanvasObject{brand(), gap(kit.S1), kit.NewBanner(tone, page.T(e.Title), text)}
	again := func() { p.signIn(openly) }
	row := kit.Row(kit.S2)
	switch e.Action {
	case auth.ActionCopyLink:
		row.Add(p.main(page.T("Ask my administrator"), "shield", func() { newApproval(p, true).show() }))
		row.Add(kit.NewButton(page.T("It is approved: continue"), "", p.goOn))
	case auth.ActionKeychainHelp:
		row.Add(p.main(page.T("Try again"), "", again))
		row.Add(kit.NewButton(page.T("Keep until I quit"), "key", func() {
			p.way.KeepUntilQuit()
			again()
		}))
	case auth.ActionQueryMode:
		row.Add(p.main(page.T("Try another way"), "", func() { p.signIn(pasting) }))
	case auth.ActionTellAdmin:
		row.Add(p.main(page.T("Write to my administrator"), "mail", func() { p.open(helpMail(e)) }))
		row.Add(kit.NewButton(page.T("Try again"), "", again))
	case auth.ActionSettings:
		row.Add(p.main(page.T("Open Advanced"), "settings", p.Advanced))
		row.Add(kit.NewButton(page.T("Try again"), "", again))
	case auth.ActionReport:
		row.Add(p.copying(p.main(page.T("Copy the details"), "copy", nil), e.Details))
		row.Add(kit.NewButton(page.T("Try again"), "", again))
	default:
		row.Add(p.main(page.T("Try again"), "", again))
	}
	row.Add(kit.NewGhost(page.T("Back"), "", p.Back))
	objs = append(objs, row)
	fault, registered := auth.RegistrationFaultOf(err)
	if e.Code != "" || e.Correlation != "" || e.ID == "unknown" {
		copyIt := kit.Stack(0)
		if e.Action != auth.ActionReport { // where that is not the main button
			copyIt = kit.Stack(0, p.copying(kit.NewLink(page.T("Copy details"), "copy", nil), e.Details), kit.Spring())
		}
		objs = append(objs, kit.Hairline(), kit.Columns(kit.S2, kit.Grow(kit.NewParagraph(strings.ReplaceAll(e.Details(), " · ", "\n"), kit.SizeSmall, kit.ColorMuted)), copyIt))
	}
	// What a single organization has set, or an approval that is wanted, is nothing that whoever registered it can change.
	if registered && fault.Part != auth.PartEnterprise && e.Code != "AADSTS90094" || e.ID == "config" {
		objs = append(objs, kit.Row(0, kit.NewLink(page.T("For whoever registered it: the registration guide"), "info", func() { p.guide(fault) }), kit.Spring()))
	}
	p.show(objs...)
	p.Focus()
}
