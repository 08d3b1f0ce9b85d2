// Package welcome is what somebody sees who is not signed in: the ways in, the wait for the browser, and what went wrong
// with a next step for it. It does not sign in by itself; it asks through Way.
package welcome

import (
	"context"
	"errors"
	"net/url"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/assets"
	"supercrm/auth"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Way is how one gets in.
type Way interface {
	// SignIn asks the person in the browser and connects the mailbox. It blocks until that is done or ctx ends.
	SignIn(ctx context.Context, o auth.SignInOptions) error
	// ApprovalLink is the address at which an administrator approves the program for the whole organisation.
	ApprovalLink() string
	// SampleData starts the program on the simulated tenant, beside this one. nil: not offered.
	SampleData() func() error
	// Hint is a line about who can sign in, for the demo. "" for none.
	Hint() string
	// OpenBrowser shows an address in the person's browser. It may block.
	OpenBrowser(address string) error
	// KeepUntilQuit stores the sign-in in memory only, when the person chooses so because there is no keychain.
	KeepUntilQuit()
}

const cardWidth = 440

// Page fills the window while nobody is signed in. Its methods are called on the UI thread.
type Page struct {
	host page.Host
	way  Way
	// OnBack, when set, offers a way back to the pages: a second account, or signing in again.
	OnBack func()
	// LoginHint fills in who signs in again; "" asks.
	LoginHint string

	root    *fyne.Container
	card    *fyne.Container
	cancel  context.CancelFunc
	turn    int // of the sign-in under way: late words of an earlier one are dropped
	pasted  chan string
	primary *kit.Button
}

// New returns the page in its first state.
func New(host page.Host, way Way) *Page {
	p := &Page{host: host, way: way, card: container.NewStack()}
	p.root = container.NewStack(kit.NewFill(kit.ColorPane, 0), kit.Stack(0, kit.Spring(), kit.Capped(p.card, cardWidth+2*kit.S5), kit.Spring()))
	p.Start()
	return p
}

// Object is the whole page.
func (p *Page) Object() fyne.CanvasObject { return p.root }

// Focus gives the keyboard to the page's main button.
func (p *Page) Focus() {
	if p.primary != nil {
		p.host.Window().Canvas().Focus(p.primary)
	}
}

// show replaces what is on the card.
func (p *Page) show(objs ...fyne.CanvasObject) {
	body := kit.Stack(kit.S3, objs...)
	ground := kit.NewFill(kit.ColorRaised, 12)
	ground.Raised = true
	p.card.Objects = []fyne.CanvasObject{container.NewStack(ground, kit.InsetAll(body, 32))}
	p.root.Refresh()
}

func brand() fyne.CanvasObject {
	return kit.Row(kit.S3, kit.NewPicture("app.png", assets.AppIcon, 44), kit.Stack(0,
		kit.NewText("Super CRM", kit.SizeTitle, kit.ColorText).Bold(),
		kit.NewText(page.T("Mail and calendar, beside the customer"), kit.SizeBody, kit.ColorMuted)))
}

// Start shows the ways in.
func (p *Page) Start() {
	p.stop()
	p.primary = kit.NewPrimary(page.T("Sign in with Microsoft"), "", func() { p.signIn(false) })
	p.primary.Tall = true
	objs := []fyne.CanvasObject{
		brand(),
		gap(kit.S2),
		kit.NewParagraph(page.T("Sign in once with your Office 365 account. Your mail and calendar then stand next to the people and companies they are about, online or on the train."), kit.SizeBody, kit.ColorMuted),
		gap(kit.S1),
		p.primary,
	}
	if sample := p.way.SampleData(); sample != nil {
		b := kit.NewButton(page.T("Try it with sample data"), "", func() {
			p.host.Go("start sample data", func(context.Context) {
				if err := sample(); err != nil {
					p.host.Do(func() { p.host.Fail(page.T("start the sample"), err) })
				}
			})
		})
		b.Tall = true
		objs = append(objs, b)
	}
	if hint := p.way.Hint(); hint != "" {
		objs = append(objs, kit.NewBanner(kit.Info, "", hint))
	}
	links := kit.Row(0, kit.NewLink(page.T("I am an administrator"), "shield", p.Administrator), kit.Spring())
	if p.OnBack != nil {
		links = kit.Row(0, kit.NewLink(page.T("Back"), "chevron-left", p.OnBack), kit.Spring(), links)
	}
	objs = append(objs, gap(0), kit.Hairline(), links,
		kit.NewParagraph(page.T("The sign-in stays in this computer's keychain. Your password is only typed on Microsoft's page."), kit.SizeSmall, kit.ColorMuted))
	p.show(objs...)
}

// Back goes to the first state and gives it the keyboard; what is under way is given up.
func (p *Page) Back() {
	p.Start()
	p.Focus()
}

func gap(h float32) fyne.CanvasObject { return kit.Fixed(kit.Spring(), 0, h) }

// Administrator explains the approval and offers the link.
func (p *Page) Administrator() {
	link := p.way.ApprovalLink()
	p.show(p.heading("shield", page.T("Approve for your organisation")),
		kit.NewParagraph(page.T("Many organisations let only an administrator approve a program that reads mail. You approve once; after that every user still signs in and opens only his or her own mailbox. Approving gives nobody access by itself."), kit.SizeBody, kit.ColorText),
		kit.Stack(kit.S1,
			reason("mail", page.T("Read, write and send the user's own mail")),
			reason("calendar", page.T("Read and write the user's own calendar")),
			reason("people", page.T("Read the user's own contacts and settings")),
			reason("key", page.T("Stay signed in, so that it works offline")),
		),
		gap(0),
		p.copyable(link),
		kit.Row(kit.S2, p.main(page.T("Open as administrator"), "external", func() { p.open(link) }), kit.NewButton(page.T("Back"), "", p.Back)),
		kit.NewParagraph(page.T("Advice: open the link in a private window and sign in there as Global, Cloud Application or Privileged Role Administrator."), kit.SizeSmall, kit.ColorMuted),
	)
	p.Focus()
}

func reason(icon, text string) fyne.CanvasObject {
	return kit.Row(kit.S2, kit.NewIcon(icon, kit.ColorAccent, 16), kit.Grow(kit.NewLine(text, kit.SizeBody, kit.ColorText)))
}

func (p *Page) heading(icon, text string) fyne.CanvasObject {
	t := kit.NewParagraph(text, kit.SizeTitle, kit.ColorText)
	t.Style.Bold = true
	if icon == "" {
		return t
	}
	return kit.Columns(kit.S3, kit.Stack(0, gap(2), kit.NewIcon(icon, kit.ColorAccent, 20), kit.Spring()), kit.Grow(t))
}

func (p *Page) main(label, icon string, tapped func()) *kit.Button {
	p.primary = kit.NewPrimary(label, icon, tapped)
	return p.primary
}

// copyable shows an address in one line with a button that copies the whole of it.
func (p *Page) copyable(address string) fyne.CanvasObject {
	shown := address
	if u, err := url.Parse(address); err == nil {
		shown = u.Host + u.Path + "?…"
	}
	var copyIt *kit.Button
	copyIt = kit.NewLink(page.T("Copy address"), "copy", func() {
		fyne.CurrentApp().Clipboard().SetContent(address)
		copyIt.SetLabel(page.T("Copied"))
	})
	line := kit.Row(kit.S2, kit.NewIcon("link", kit.ColorMuted, 16), kit.Grow(kit.NewLine(shown, kit.SizeSmall, kit.ColorMuted)), copyIt)
	return container.NewStack(kit.NewFill(kit.ColorHover, kit.Corner), kit.Inset(line, 6, 6, 6, kit.S3))
}

func (p *Page) open(address string) {
	p.host.Go("open browser", func(context.Context) {
		if err := p.way.OpenBrowser(address); err != nil {
			p.host.Do(func() { p.host.Fail(page.T("open the browser; copy the address instead"), err) })
		}
	})
}

func (p *Page) stop() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
	p.turn++
}

// SignIn is a press of the main button.
func (p *Page) SignIn() { p.signIn(false) }

// signIn begins a sign-in and shows the wait.
func (p *Page) signIn(query bool) {
	p.stop()
	turn := p.turn
	ctx, cancel := context.WithCancel(p.host.Context())
	p.cancel = cancel
	p.pasted = make(chan string, 1)
	still := func(fn func()) func() {
		return func() {
			if p.turn == turn {
				fn()
			}
		}
	}
	w := newWait(p, query)
	o := auth.SignInOptions{
		Open:       p.way.OpenBrowser,
		OpenFailed: func(error) { p.host.Do(still(w.browserFailed)) },
		Waiting: func(address string, until time.Time) {
			p.host.Do(still(func() { w.began(address, until) }))
		},
		LoginHint:     p.LoginHint,
		SelectAccount: p.LoginHint == "",
		QueryMode:     query,
	}
	if query {
		o.Pasted = p.pasted
		o.PasteRefused = func(error) { p.host.Do(still(w.pasteRefused)) }
	}
	w.show()
	p.host.Go("sign in", func(context.Context) {
		defer cancel()
		err := p.way.SignIn(ctx, o)
		w.end()
		p.host.Do(still(func() {
			switch {
			case err == nil: // whoever holds the page takes it away when the account is there
			case errors.Is(err, context.Canceled), errors.Is(err, auth.ErrCancelled):
				p.Back()
			default:
				p.failed(err)
			}
		}))
	})
}
