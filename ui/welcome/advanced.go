package welcome

import (
	"context"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Choices are where and as what the program signs in, as the person has set it. Empty fields mean the built-in values.
type Choices struct {
	ClientID string // of the organization's own app registration
	Tenant   string // GUID or domain; "" lets any organization sign in
	Cloud    string // auth.Cloud's ID, or "custom" for the two addresses
	LoginURL string // with Cloud "custom" only
	GraphURL string // with Cloud "custom" only
	// DeviceCode offers the sign-in with a code. Off by default: many organizations forbid it, and rightly.
	DeviceCode bool
	// Fixed says what outranks these values, such as the environment; it is not kept.
	Fixed string
}

// clouds in the order of the choice; the last one is for addresses of one's own.
var clouds = []string{"global", "gcchigh", "dod", "china", "custom"}

// readAdvanced learns whether the sign-in with a code is offered.
func (p *Page) readAdvanced() {
	p.host.Go("read sign-in settings", func(ctx context.Context) {
		in, err := p.way.Advanced(ctx)
		p.host.Do(func() {
			if err != nil || in.DeviceCode == p.device {
				return // the form itself tells about an error
			}
			p.device = in.DeviceCode
			if p.turn == 1 { // still at the start
				p.Back()
			}
		})
	})
}

// Advanced shows where the program signs in.
func (p *Page) Advanced() {
	p.stop()
	turn := p.turn
	p.host.Go("read sign-in settings", func(ctx context.Context) {
		in, err := p.way.Advanced(ctx)
		p.host.Do(func() {
			switch {
			case p.turn != turn:
			case err != nil:
				p.host.Fail(page.T("read the sign-in settings"), err)
			default:
				newAdvanced(p, in).show()
			}
		})
	})
}

// advanced is the form for another registration or cloud. Its methods are called on the UI thread.
type advanced struct {
	p                        *Page
	in                       Choices
	id, tenant, login, graph *kit.Field
	code                     *kit.Check
	wrong                    error
}

func newAdvanced(p *Page, in Choices) *advanced {
	a := &advanced{p: p, in: in,
		id:     kit.NewField(page.T("Application (client) id of your own registration"), page.T("empty: the built-in one")),
		tenant: kit.NewField(page.T("Organization that may sign in (domain or tenant id)"), page.T("empty: any")),
		login:  kit.NewField(page.T("Sign-in address"), "https://login.example.com"),
		graph:  kit.NewField(page.T("Graph address"), "https://graph.example.com/v1.0"),
	}
	for f, v := range map[*kit.Field]*string{a.id: &a.in.ClientID, a.tenant: &a.in.Tenant, a.login: &a.in.LoginURL, a.graph: &a.in.GraphURL} {
		f.SetText(*v)
		f.Entry.OnEdit = func(s string) { *v = s }
	}
	a.code = kit.NewCheck(page.T("Offer signing in with a code, for a computer without a browser"), func(on bool) { a.in.DeviceCode = on })
	a.code.Set(in.DeviceCode)
	return a
}

func (a *advanced) show() {
	p := a.p
	objs := []fyne.CanvasObject{p.heading("settings", page.T("Where Super CRM signs in")),
		kit.NewParagraph(page.T("Only for organizations with a registration of their own, or in a national cloud. Accounts that are signed in already are not touched until the next start; they then have to sign in once more."), kit.SizeBody, kit.ColorMuted)}
	if a.in.Fixed != "" {
		objs = append(objs, kit.NewBanner(kit.Info, "", a.in.Fixed))
	}
	if a.wrong != nil {
		objs = append(objs, kit.NewBanner(kit.Bad, page.T("That cannot work"), p.host.Explain(page.T("keep the sign-in settings"), a.wrong)))
	}
	choice := kit.NewSegmented([]string{page.T("Global"), "GCC High", "DoD", page.T("China"), page.T("Other")}, nil)
	at := 0
	for i, id := range clouds {
		if id == a.in.Cloud {
			at = i
		}
	}
	choice.Select(at)
	choice.OnChange = func(i int) {
		a.in.Cloud = clouds[i]
		if i == 0 {
			a.in.Cloud = ""
		}
		a.show()
	}
	objs = append(objs, a.id, a.tenant, kit.Stack(3, kit.NewText(page.T("Microsoft cloud"), kit.SizeSmall, kit.ColorMuted), kit.Row(0, choice, kit.Spring())))
	if a.in.Cloud == "custom" {
		objs = append(objs, a.login, a.graph)
	} else if c, ok := auth.CloudByID(a.in.Cloud); ok {
		objs = append(objs, kit.NewLine(c.Name+"  ·  "+c.LoginURL, kit.SizeSmall, kit.ColorMuted))
	}
	objs = append(objs, a.code,
		kit.Row(0, kit.NewLink(page.T("How to register Super CRM with Microsoft"), "info", func() { p.guide(auth.RegistrationFault{}) }), kit.Spring()), kit.Hairline(), kit.Row(kit.S2, p.main(page.T("Save"), "", a.save),
			kit.NewButton(page.T("Set back"), "undo", func() { a.keep(Choices{}) }), kit.Spring(), kit.NewGhost(page.T("Back"), "", p.Back)))
	p.showIn(cardWidth+60, objs...)
	p.Focus()
}

func (a *advanced) save() { a.keep(a.in) }

func (a *advanced) keep(in Choices) {
	p := a.p
	turn := p.turn
	in.Fixed = ""
	p.host.Go("keep sign-in settings", func(ctx context.Context) {
		err := p.way.SetAdvanced(ctx, in)
		p.host.Do(func() {
			if p.turn != turn {
				return
			}
			if a.wrong = err; err != nil {
				a.show()
				return
			}
			p.device = in.DeviceCode
			p.host.Toast(page.T("Sign-in settings kept"), nil)
			p.Start()
		})
	})
}
