package welcome

import (
	"fmt"
	"net/url"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/auth"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// entraCentre is where registrations are made in the global cloud; the national ones have their own, which their
// administrators know.
const entraCentre = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"

// RegistrationGuide tells whoever registers the program how.
func (p *Page) RegistrationGuide() { p.guide(auth.RegistrationFault{}) }

// guide is the registration guide; fault is what an error has told about the registration, or the zero value.
func (p *Page) guide(fault auth.RegistrationFault) {
	p.stop()
	g := guide{p: p, fault: fault}
	if u, err := url.Parse(p.way.ApprovalLink(auth.ApprovalLink{})); err == nil {
		g.login = u.Scheme + "://" + u.Host
	}
	g.show()
}

type guide struct {
	p     *Page
	fault auth.RegistrationFault
	login string // sign-in address of the cloud in use
	step  int
}

func (g *guide) show() {
	p := g.p
	objs := []fyne.CanvasObject{p.heading("info", page.T("Registering Super CRM with Microsoft")),
		kit.NewParagraph(page.T("For whoever makes the app registration, once. It takes a tenant and the role Application Developer, and no paid subscription. Users and other administrators need nothing of this."), kit.SizeBody, kit.ColorText)}
	if g.fault.Wrong != "" {
		objs = append(objs, kit.NewBanner(kit.Bad, page.T(g.fault.Wrong), page.T(g.fault.Cure)+"\n"+page.T("The step that this concerns is marked below.")))
	}
	var centre fyne.CanvasObject
	if g.login == auth.DefaultLoginURL {
		centre = kit.Row(kit.S2, kit.NewButton(page.T("Open the Entra admin centre"), "external", func() { p.open(entraCentre) }), kit.Spring())
	}
	uris := kit.Stack(kit.S1)
	for _, uri := range auth.RedirectURIs(g.login) {
		uris.Add(g.value(uri))
	}
	objs = append(objs,
		g.part("", page.T("Make a registration"), page.T("In the Entra admin centre: App registrations, New registration. Name it Super CRM; users and administrators read that name on Microsoft's pages."), centre),
		g.part(auth.PartAudience, page.T("Who may sign in"), page.T("Accounts in any organizational directory. For one organization only: this organizational directory, and then its domain or id under Advanced."), nil),
		g.part(auth.PartPlatform, page.T("Platform and redirect addresses"), page.T("Platform Mobile and desktop applications, and no other. The first address is where the browser hands over the answer, the second is where a forwarded approval ends. Under Authentication, set Allow public client flows to Yes. Make no secret: there is nowhere to put it."), uris),
		g.part(auth.PartPermissions, page.T("Permissions"), page.T("Delegated permissions of Microsoft Graph. Or open Manifest (Microsoft Graph form) and bring its properties to what this one says: it has all of the above as well."), g.permissions()),
		g.part(auth.PartPublisher, page.T("Verified publisher"), page.T("Without one, other organizations' users are always sent to their administrator. Join the Microsoft AI Cloud Partner Program, set the publisher domain under Branding and properties, then Add MPN ID to verify publisher. For use in your own tenant it is not needed."), nil),
		g.part(auth.PartID, page.T("Tell the program"), page.T("Copy the Application (client) ID from the registration's overview and put it under Advanced."), kit.Row(0, kit.NewButton(page.T("Open Advanced"), "settings", p.Advanced), kit.Spring())),
		g.part(auth.PartEnterprise, page.T("In each organization"), page.T("An administrator approves with the approval link. Under Enterprise applications, Super CRM, it has to be enabled for users to sign in; where assignment is required, people are added there."), kit.Row(0, kit.NewButton(page.T("To the approval"), "shield", p.Administrator), kit.Spring())),
		kit.Hairline(), g.faults(), kit.Row(kit.S2, kit.Spring(), kit.NewGhost(page.T("Back"), "", p.Back)))
	p.showIn(wideWidth, objs...)
	p.primary = nil
	p.host.Window().Canvas().Unfocus()
}

// part is one numbered step; what an error was about is marked.
func (g *guide) part(id auth.RegistrationPart, title, text string, more fyne.CanvasObject) fyne.CanvasObject {
	g.step++
	ground, ink := kit.ColorAccentSoft, kit.ColorAccent
	name := kit.Row(kit.S2, kit.NewText(title, kit.SizeBody, kit.ColorText).Bold())
	if id != "" && id == g.fault.Part {
		ground, ink = kit.ColorBadSoft, kit.ColorBad
		name.Add(kit.NewChip(page.T("look here"), kit.Bad))
	}
	name.Add(kit.Spring())
	number := container.NewStack(kit.NewFill(ground, 11), container.NewCenter(kit.NewText(fmt.Sprint(g.step), kit.SizeSmall, ink).Bold()))
	body := kit.Stack(kit.S1, name, kit.NewParagraph(text, kit.SizeBody, kit.ColorMuted))
	if more != nil {
		body.Add(kit.Inset(more, kit.S1, 0, 0, 0))
	}
	return kit.Columns(kit.S3, kit.Stack(0, kit.Fixed(number, 22, 22), kit.Spring()), kit.Grow(body))
}

// value is something to be entered exactly, with a button that copies it.
func (g *guide) value(text string) fyne.CanvasObject {
	copyIt := g.p.copying(kit.NewLink(page.T("Copy"), "copy", nil), func() string { return text })
	return container.NewStack(kit.NewFill(kit.ColorHover, kit.Corner),
		kit.Inset(kit.Row(kit.S2, kit.Grow(kit.NewLine(text, kit.SizeSmall, kit.ColorText)), copyIt), 2, kit.S1, 2, kit.S3))
}

// permissions lists names and ids, and gives the manifest.
func (g *guide) permissions() fyne.CanvasObject {
	list := kit.Stack(2)
	for _, s := range auth.DefaultScopes() {
		list.Add(kit.Row(kit.S2, kit.Grow(kit.NewLine(s, kit.SizeSmall, kit.ColorText)), kit.NewText(auth.ScopeID(s), kit.SizeSmall, kit.ColorMuted)))
	}
	manifest := g.p.copying(kit.NewButton(page.T("Copy the manifest"), "copy", nil), func() string { return auth.Manifest(g.login) })
	return kit.Stack(kit.S2, kit.Card(kit.Inset(list, kit.S2, kit.S3, kit.S2, kit.S3)), kit.Row(0, manifest, kit.Spring()))
}

// faults is what the sign-in's errors say about the registration.
func (g *guide) faults() fyne.CanvasObject {
	list := kit.Stack(kit.S2, kit.NewText(page.T("What an error says about the registration"), kit.SizeBody, kit.ColorText).Bold())
	for _, f := range auth.RegistrationFaults() {
		var codes []string
		for _, n := range f.Numbers {
			codes = append(codes, fmt.Sprint(n))
		}
		color := kit.ColorMuted
		if f.Wrong == g.fault.Wrong {
			color = kit.ColorBad
		}
		list.Add(kit.Stack(1, kit.NewLine("AADSTS "+strings.Join(codes, ", "), kit.SizeSmall, color).Bold(),
			kit.NewParagraph(page.T(f.Wrong)+" "+page.T(f.Cure), kit.SizeSmall, kit.ColorMuted)))
	}
	return list
}
