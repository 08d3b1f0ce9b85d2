// Package welcome is what somebody sees who is not signed in: the ways in, the wait for the browser, and what went wrong
// with a next step for it. It does not sign in by itself; it asks through Way.
package welcome

import (
	"context"
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/assets"
	"supercrm/auth"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Way is how one gets in.
type Way interface {
	// SignIn asks the person in the browser and connects the mailbox. It blocks until that is done or ctx ends.
	SignIn(ctx context.Context, o auth.SignInOptions) (mirror.Account, error)
	// DeviceSignIn is SignIn with a code that is typed on another device. show must not block.
	DeviceSignIn(ctx context.Context, show func(auth.DeviceCode)) (mirror.Account, error)
	// ApprovalLink is the address at which an administrator approves the program for the whole organization.
	ApprovalLink(l auth.ApprovalLink) string
	// Approve opens that page for an administrator at this computer and waits for the answer. It signs nobody in.
	Approve(ctx context.Context, o auth.ApproveOptions) (auth.Approval, error)
	// ReadApproval reads the address at which a forwarded approval link ended. It does not block and signs nobody in.
	ReadApproval(text string) (auth.Approval, error)
	// Verify asks silently what the accounts that are signed in may do now, and gives them as they are afterwards. An error
	// says that some could not be asked.
	Verify(ctx context.Context) ([]mirror.Account, error)
	// Advanced reads where the program signs in; SetAdvanced checks, keeps and applies it. Both read or write a file.
	Advanced(ctx context.Context) (Choices, error)
	SetAdvanced(ctx context.Context, in Choices) error
	// SampleData starts the program on the simulated tenant, beside this one. nil: not offered.
	SampleData() func() error
	// Hint is a line about who can sign in, for the demo. "" for none.
	Hint() string
	// OpenBrowser shows an address in the person's browser. It may block.
	OpenBrowser(address string) error
	// KeepUntilQuit stores the sign-in in memory only, when the person chooses so because there is no keychain.
	KeepUntilQuit()
}

const cardWidth, wideWidth = 440, 640

// Page fills the window while nobody is signed in. Its methods are called on the UI thread.
type Page struct {
	host page.Host
	way  Way
	// OnBack, when set, offers a way back to the pages: a second account, or signing in again.
	OnBack func()
	// OnSignedIn hears who has signed in; the page shows the wait until it is taken away.
	OnSignedIn func(mirror.Account)
	// LoginHint fills in who signs in again; "" asks.
	LoginHint string

	root    *fyne.Container
	card    *fyne.Container
	scroll  *container.Scroll
	device  bool   // the sign-in with a code is offered
	start   bool   // the ways in are on the card
	escape  func() // what Escape does on this card; nil: Back
	cancel  context.CancelFunc
	turn    int // of the sign-in under way: late words of an earlier one are dropped
	pasted  chan string
	primary *kit.Button
}

// New returns the page in its first state.
func New(host page.Host, way Way) *Page {
	p := &Page{host: host, way: way, card: container.NewStack()}
	p.scroll = container.NewVScroll(nil)
	p.root = container.NewStack(kit.NewFill(kit.ColorPane, 0), p.scroll)
	p.Start()
	p.readAdvanced()
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
func (p *Page) show(objs ...fyne.CanvasObject) { p.showIn(cardWidth, objs...) }

// showIn is show in a card of another width. What is higher than the window is scrolled.
func (p *Page) showIn(width float32, objs ...fyne.CanvasObject) {
	p.start, p.escape = false, nil
	body := kit.Stack(kit.S3, objs...)
	ground := kit.NewFill(kit.ColorRaised, 12)
	ground.Raised = true
	p.card.Objects = []fyne.CanvasObject{container.NewStack(ground, kit.InsetAll(body, 32))}
	kit.SetContent(p.scroll, kit.Stack(0, kit.Spring(), kit.Inset(kit.Capped(p.card, width+2*kit.S5), kit.S4, 0, kit.S4, 0), kit.Spring()))
	p.scroll.ScrollToTop()
	p.scroll.Refresh() // the first one tells the paragraphs their width, the second gives them the height that follows
}

func brand() fyne.CanvasObject {
	return kit.Row(kit.S3, kit.NewPicture("app.png", assets.AppIcon, 44), kit.Stack(0,
		kit.NewText("Super CRM", kit.SizeTitle, kit.ColorText).Bold(),
		kit.NewText(page.T("Mail and calendar, beside the customer"), kit.SizeBody, kit.ColorMuted)))
}

// Start shows the ways in.
func (p *Page) Start() {
	p.stop()
	p.primary = kit.NewPrimary(page.T("Sign in with Microsoft"), "", p.SignIn)
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
	links := kit.Row(0)
	if p.OnBack != nil {
		links.Add(kit.NewLink(page.T("Back"), "chevron-left", p.Back))
	}
	links.Add(kit.NewLink(page.T("I am an administrator"), "shield", p.Administrator))
	if p.device {
		links.Add(kit.NewLink(page.T("Use a code"), "keyboard", p.signInByCode))
	}
	links.Add(kit.Spring())
	links.Add(kit.NewLink(page.T("Advanced"), "settings", p.Advanced))
	objs = append(objs, gap(0), kit.Hairline(), links,
		kit.NewParagraph(page.T("The sign-in stays in this computer's keychain. Your password is only typed on Microsoft's page."), kit.SizeSmall, kit.ColorMuted))
	p.show(objs...)
	p.start = true
}

// Back goes to the first state and gives it the keyboard; what is under way is given up. From the first state it goes back
// to the pages, where there are any.
func (p *Page) Back() {
	if p.start && p.OnBack != nil {
		p.stop()
		p.OnBack()
		return
	}
	p.Start()
	p.Focus()
}

// TypedKey is a key that neither a field nor a floating panel has taken: Escape goes a step back, the arrows and the page
// keys move what is higher than the window.
func (p *Page) TypedKey(e *fyne.KeyEvent) {
	by := map[fyne.KeyName]float32{fyne.KeyDown: 40, fyne.KeyUp: -40, fyne.KeyPageDown: p.scroll.Size().Height - 40, fyne.KeyPageUp: 40 - p.scroll.Size().Height,
		fyne.KeyHome: -p.scroll.Content.Size().Height, fyne.KeyEnd: p.scroll.Content.Size().Height}[e.Name]
	switch {
	case e.Name == fyne.KeyEscape:
		p.Escape()
	case by != 0:
		most := max(0, p.scroll.Content.Size().Height-p.scroll.Size().Height)
		p.scroll.ScrollToOffset(fyne.NewPos(0, min(most, max(0, p.scroll.Offset.Y+by))))
	}
}

// Escape goes one step back.
func (p *Page) Escape() {
	if p.escape != nil {
		p.escape()
		return
	}
	p.Back()
}

func gap(h float32) fyne.CanvasObject { return kit.Fixed(kit.Spring(), 0, h) }

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
		shown = u.Host + u.Path
		if u.RawQuery != "" {
			shown += "?…"
		}
	}
	copyIt := p.copying(kit.NewLink(page.T("Copy address"), "copy", nil), func() string { return address })
	line := kit.Row(kit.S2, kit.NewIcon("link", kit.ColorMuted, 16), kit.Grow(kit.NewLine(shown, kit.SizeSmall, kit.ColorMuted)), copyIt)
	return container.NewStack(kit.NewFill(kit.ColorHover, kit.Corner), kit.Inset(line, 6, 6, 6, kit.S3))
}

// copying is a button that puts what text gives on the clipboard and says that it has.
func (p *Page) copying(b *kit.Button, text func() string) *kit.Button {
	b.OnTapped = func() {
		fyne.CurrentApp().Clipboard().SetContent(text())
		b.SetLabel(page.T("Copied"))
	}
	return b
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
