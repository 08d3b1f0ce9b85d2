package welcome

import (
	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// failed says what happened, who can fix it, and offers that as a button.
func (p *Page) failed(err error) {
	e := auth.Explain(err)
	tone := kit.Bad
	if e.Action == auth.ActionCopyLink {
		tone = kit.Warn // needing an administrator is the normal case, not a fault
	}
	text := page.T(e.Text)
	if e.Who != "" && e.Who != auth.WhoYou {
		text += "\n" + page.T("Who can fix it: {{.Who}}", map[string]any{"Who": page.T(e.Who)})
	}
	objs := []fyne.CanvasObject{brand(), gap(kit.S1), kit.NewBanner(tone, page.T(e.Title), text)}
	again := func() { p.signIn(false) }
	row := kit.Row(kit.S2)
	switch e.Action {
	case auth.ActionCopyLink:
		row.Add(p.main(page.T("Ask my administrator"), "shield", func() { newApproval(p, true).show() }))
		row.Add(kit.NewButton(page.T("It is approved: continue"), "", again))
	case auth.ActionKeychainHelp:
		row.Add(p.main(page.T("Try again"), "", again))
		row.Add(kit.NewButton(page.T("Keep until I quit"), "key", func() {
			p.way.KeepUntilQuit()
			p.signIn(false)
		}))
	case auth.ActionQueryMode:
		row.Add(p.main(page.T("Try another way"), "", func() { p.signIn(true) }))
	case auth.ActionTellAdmin:
		row.Add(p.main(page.T("Write to my administrator"), "mail", func() { p.open(helpMail(e)) }))
		row.Add(kit.NewButton(page.T("Try again"), "", again))
	case auth.ActionSettings:
		row.Add(p.main(page.T("Open Advanced"), "settings", p.Advanced))
		row.Add(kit.NewButton(page.T("Try again"), "", again))
	case auth.ActionReport:
		var report *kit.Button
		report = p.main(page.T("Copy the details"), "copy", func() {
			fyne.CurrentApp().Clipboard().SetContent(e.Details())
			report.SetLabel(page.T("Copied"))
		})
		row.Add(report)
		row.Add(kit.NewButton(page.T("Try again"), "", again))
	default:
		row.Add(p.main(page.T("Try again"), "", again))
	}
	row.Add(kit.NewGhost(page.T("Back"), "", p.Back))
	objs = append(objs, row)
	if e.Code != "" || e.Correlation != "" {
		details := e.Details()
		objs = append(objs, kit.Hairline(), kit.Row(kit.S2, kit.Grow(kit.NewLine(details, kit.SizeSmall, kit.ColorMuted)),
			kit.NewLink(page.T("Copy details"), "copy", func() { fyne.CurrentApp().Clipboard().SetContent(details) })))
	}
	p.show(objs...)
	p.Focus()
}
