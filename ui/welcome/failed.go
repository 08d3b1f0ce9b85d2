package welcome

import (
	"fmt"
	"time"

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
		objs = append(objs, p.copyable(p.way.ApprovalLink()))
		row.Add(p.main(page.T("Ask my administrator"), "shield", p.Administrator))
		row.Add(kit.NewButton(page.T("It is approved: continue"), "", again))
	case auth.ActionKeychainHelp:
		row.Add(p.main(page.T("Try again"), "", again))
		row.Add(kit.NewButton(page.T("Keep until I quit"), "key", func() {
			p.way.KeepUntilQuit()
			p.signIn(false)
		}))
	case auth.ActionQueryMode:
		row.Add(p.main(page.T("Try another way"), "", func() { p.signIn(true) }))
	default:
		row.Add(p.main(page.T("Try again"), "", again))
	}
	row.Add(kit.NewGhost(page.T("Back"), "", p.Back))
	objs = append(objs, row)
	if details := detail(e); details != "" {
		objs = append(objs, kit.Hairline(), kit.Row(kit.S2, kit.Grow(kit.NewLine(details, kit.SizeSmall, kit.ColorMuted)),
			kit.NewLink(page.T("Copy details"), "copy", func() { fyne.CurrentApp().Clipboard().SetContent(details) })))
	}
	p.show(objs...)
	p.Focus()
}

// detail is what an administrator or Microsoft's support asks for.
func detail(e auth.Explanation) string {
	if e.Code == "" && e.Correlation == "" {
		return ""
	}
	s := e.Code
	if e.Correlation != "" {
		s += fmt.Sprintf(" · %s", e.Correlation)
	}
	if !e.Time.IsZero() {
		s += " · " + e.Time.UTC().Format(time.RFC3339)
	}
	return s
}
