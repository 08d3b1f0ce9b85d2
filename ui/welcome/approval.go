package welcome

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// approval is the page about an administrator's approval. Its methods are called on the UI thread.
type approval struct {
	p *Page
	// refused is true for somebody who was just told to ask an administrator: writing to one is then the main step, while
	// an administrator at this computer wants to open the page.
	refused bool
	link    auth.ApprovalLink
	tenant  *kit.Field
	address string // of the page that is open in the browser; "" while none is
	failed  error
	more    bool // the choices that few need are open
	reading bool // the field for the reply to a forwarded link is open
	reply   *kit.Field
	granted *auth.Approval
	proof   proof
}

func newApproval(p *Page, refused bool) *approval {
	a := &approval{p: p, refused: refused}
	a.tenant = kit.NewField(page.T("Organization (if it is not the one that is signed in to)"), page.T("contoso.com or the tenant's id"))
	a.tenant.Entry.OnEdit = func(s string) { a.link.Tenant = strings.TrimSpace(s) }
	a.tenant.Entry.OnEscape = a.back
	a.reply = kit.NewField(page.T("Address of the empty page on which the approval ended"), p.replyExample())
	a.reply.Entry.OnSubmitted = a.read
	a.reply.Entry.OnEscape = a.back
	return a
}

// Administrator explains the approval and offers the ways to it.
func (p *Page) Administrator() {
	p.stop()
	newApproval(p, false).show()
}

// icons of the features, as on the pages that they are about.
var featureIcons = map[string]string{"signin": "key", "mail": "mail", "send": "sent", "calendar": "calendar", "shared": "calendar", "contacts": "people", "settings": "settings"}

// FeatureIcon names the icon of a feature.
func FeatureIcon(id string) string { return featureIcons[id] }

func (a *approval) show() {
	p := a.p
	objs := []fyne.CanvasObject{p.heading("shield", page.T("Approve for your organization")),
		kit.NewParagraph(page.T("Many organizations let only an administrator approve a program that reads mail. Approving takes one page and gives nobody access by itself: everybody still signs in and opens only their own mailbox."), kit.SizeBody, kit.ColorText)}
	switch {
	case a.granted != nil:
		objs = append(objs, a.result())
	case a.address != "":
		objs = append(objs, a.waiting())
	default:
		if a.failed != nil {
			e := auth.Explain(a.failed)
			tone := kit.Bad
			if errors.Is(a.failed, auth.ErrApprovalDeclined) || errors.Is(a.failed, auth.ErrAdminApproval) {
				tone = kit.Warn
			}
			text := page.T(e.Text)
			if e.Code != "" {
				text += "\n" + e.Details()
			}
			objs = append(objs, kit.NewBanner(tone, page.T(e.Title), text))
		}
		if a.reading {
			objs = append(objs, a.replying())
		} else {
			objs = append(objs, a.asking())
		}
		objs = append(objs, kit.Hairline(), a.onward(), permissions())
	}
	if a.address != "" {
		p.showIn(wideWidth, objs...)
		p.escape = a.giveUp
		p.primary = nil // a second press of the button that is gone would open the page again
		p.host.Window().Canvas().Unfocus()
		return
	}
	if a.granted != nil {
		objs = append(objs, kit.Hairline(), kit.Row(kit.S2, a.next(), kit.Spring(), kit.NewGhost(page.T("Back"), "", p.Back)))
	}
	p.showIn(wideWidth, objs...)
	p.escape = a.back
	if a.reading && a.granted == nil {
		p.host.Window().Canvas().Focus(a.reply.Entry)
		return
	}
	p.Focus()
}

// onward is what one does after the approval, or instead of it.
func (a *approval) onward() fyne.CanvasObject {
	row := kit.Row(kit.S2, kit.NewButton(page.T("It is approved: continue signing in"), "", a.p.goOn))
	if a.p.OnBack != nil {
		row = kit.Row(kit.S2, kit.NewButton(page.T("It is approved: check my accounts"), "", func() {
			a.granted = &auth.Approval{}
			a.prove()
		}))
	}
	if !a.reading {
		row.Add(kit.NewGhost(page.T("Paste the reply"), "link", func() {
			a.reading = true
			a.show()
		}))
	}
	row.Add(kit.Spring())
	if !a.more && !a.reading {
		row.Add(kit.NewGhost(page.T("More choices"), "", func() {
			a.more = true
			a.show()
		}))
	}
	row.Add(kit.NewGhost(page.T("Back"), "", a.back))
	return row
}

// back closes the field for the reply, or leaves the page.
func (a *approval) back() {
	if a.reading {
		a.reading, a.failed = false, nil
		a.show()
		return
	}
	a.p.Back()
}

// permissions says what is asked and why, permission by permission.
func permissions() fyne.CanvasObject {
	list := kit.Stack(kit.S2)
	for _, f := range auth.Features() {
		name := kit.Row(kit.S2, kit.NewText(page.T(f.Name), kit.SizeBody, kit.ColorText).Bold(), kit.Grow(kit.Spring()), kit.NewText(shortScopes(f), kit.SizeSmall, kit.ColorMuted))
		icon := kit.Stack(0, kit.Inset(kit.NewIcon(FeatureIcon(f.ID), kit.ColorAccent, 16), 1, 0, 0, 0), kit.Spring())
		list.Add(kit.Columns(kit.S3, icon, kit.Grow(kit.Stack(1, name, kit.NewParagraph(page.T(f.Reason), kit.SizeSmall, kit.ColorMuted)))))
	}
	return kit.Card(kit.Inset(list, kit.S2+2, kit.S3, kit.S2+2, kit.S3))
}

// shortScopes names what an administrator finds on Microsoft's page.
func shortScopes(f auth.Feature) string {
	if f.ID == "signin" {
		return "User.Read, offline_access"
	}
	return strings.Join(f.Scopes, ", ")
}

// asking is the choice of ways to the page.
func (a *approval) asking() fyne.CanvasObject {
	p := a.p
	open := func() { a.open() }
	write := func() { p.open(approvalMail(p.way.ApprovalLink(a.link))) }
	copyIt := p.copying(kit.NewButton(page.T("Copy link"), "copy", nil), func() string { return p.way.ApprovalLink(a.link) })
	row := kit.Row(kit.S2)
	if a.refused {
		row.Add(p.main(page.T("Write to my administrator"), "mail", write))
		row.Add(copyIt)
		row.Add(kit.NewButton(page.T("Open as administrator"), "external", open))
	} else {
		row.Add(p.main(page.T("Open as administrator"), "external", open))
		row.Add(copyIt)
		row.Add(kit.NewButton(page.T("Write to my administrator"), "mail", write))
	}
	objs := []fyne.CanvasObject{row}
	if a.more {
		older := kit.NewCheck(page.T("Use the older page, which approves all that the registration lists"), func(on bool) { a.link.V1 = on })
		older.Set(a.link.V1)
		objs = append(objs, a.tenant, older)
	}
	return kit.Stack(kit.S3, append(objs,
		kit.NewParagraph(page.T("Best in a private window, as Global, Cloud Application, Application or Privileged Role Administrator. A forwarded link ends on a blank page; that is as it should be."), kit.SizeSmall, kit.ColorMuted))...)
}

func (a *approval) waiting() fyne.CanvasObject {
	return kit.Stack(kit.S3,
		kit.NewBanner(kit.Info, page.T("Finish in your browser"), page.T("Sign in there as administrator and choose Accept. This page goes on by itself.")),
		a.p.copyable(a.address),
		kit.Row(kit.S2, kit.NewButton(page.T("Cancel (Esc)"), "", a.giveUp)))
}

func (a *approval) giveUp() {
	a.p.stop()
	a.address = ""
	a.show()
}

// open asks in the browser of this computer.
func (a *approval) open() {
	p := a.p
	p.stop()
	turn := p.turn
	ctx, cancel := context.WithCancel(p.host.Context())
	p.cancel = cancel
	still := func(fn func()) func() {
		return func() {
			if p.turn == turn {
				fn()
			}
		}
	}
	a.failed = nil
	link := a.link
	p.host.Go("approve", func(context.Context) {
		defer cancel()
		got, err := p.way.Approve(ctx, auth.ApproveOptions{ApprovalLink: link, Open: p.way.OpenBrowser,
			OpenFailed: func(err error) {
				p.host.Do(still(func() { p.host.Fail(page.T("open the browser; copy the address instead"), err) }))
			},
			Waiting: func(address string, _ time.Time) {
				p.host.Do(still(func() {
					a.address = address
					a.show()
				}))
			}})
		p.host.Do(still(func() {
			a.address = ""
			switch {
			case err == nil:
				a.granted = &got
				if p.OnBack != nil {
					a.prove()
					return
				}
			case !errors.Is(err, auth.ErrCancelled):
				a.failed = err
			}
			a.show()
		}))
	})
}
