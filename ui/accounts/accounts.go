// Package accounts shows who is signed in, what each account's organization has granted, and the ways to change that:
// signing in again, out, or adding an account. It signs nobody in itself; whoever holds the panel does.
package accounts

import (
	"context"
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/auth"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/frame"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/welcome"
)

// Data is what the panel needs of the mirror.
type Data interface {
	Accounts(ctx context.Context) ([]mirror.Account, error)
	Status(ctx context.Context) ([]mirror.Status, error)
}

// signed is an account and what keeps it from being up to date; "" for nothing.
type signed struct {
	mirror.Account
	trouble string
}

func read(ctx context.Context, data Data) ([]signed, error) {
	all, err := data.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	states, err := data.Status(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]signed, len(all))
	for i, a := range all {
		out[i].Account = a
		for _, s := range states {
			if s.AccountID == a.ID && s.Problem != "" {
				out[i].trouble = frame.Trouble(s)
			}
		}
	}
	return out, nil
}

// Panel lists the accounts. Its methods are called on the UI thread; the callbacks are set before it is opened.
type Panel struct {
	OnSignIn  func(upn string)
	OnSignOut func(mirror.Account)
	OnAdd     func()
	// OnCheck asks silently what the accounts may do now.
	OnCheck func()
	// Passing tells whether an account's sign-in is kept until the program quits only; nil: none is.
	Passing    func(key string) bool
	OnApproval func() // about an administrator's approval
	OnAdvanced func()
	OnClose    func()

	host   page.Host
	data   Data
	list   *fyne.Container
	scroll *container.Scroll
	object fyne.CanvasObject
	loader *page.Loader[[]signed]
	open   bool
	shown  []signed
	fresh  bool // it was opened, and nothing has been read since
}

const width, height = 560, 560

// New returns the panel; it reads when it is opened and while it is open.
func New(host page.Host, data Data) *Panel {
	p := &Panel{host: host, data: data, list: kit.Stack(0), loader: page.NewLoader[[]signed](host, "accounts panel")}
	shut := kit.NewIconButton("close", page.T("Close"), func() { p.OnClose() })
	head := kit.Inset(kit.Row(kit.S2, kit.Grow(kit.NewLine(page.T("Accounts and permissions"), kit.SizeHeading, kit.ColorText).Bold()), shut), kit.S2, kit.S2, kit.S2, kit.S4)
	foot := kit.Inset(kit.Row(kit.S2, kit.NewButton(page.T("Add an account"), "person-add", func() { p.OnAdd() }), kit.Spring(),
		kit.NewGhost(page.T("Administrator's approval"), "shield", func() { p.OnApproval() }),
		kit.NewGhost(page.T("Advanced"), "settings", func() { p.OnAdvanced() })), kit.S2, kit.S2, kit.S2, kit.S3)
	p.scroll = container.NewVScroll(p.list)
	body := kit.Stack(0, head, kit.Hairline(), kit.Grow(p.scroll), kit.Hairline(), foot)
	box := kit.Fixed(kit.Floating(kit.ColorRaised, body), width, height)
	p.object = kit.Stack(0, kit.Spring(), kit.Row(0, kit.Spring(), box, kit.Spring()), kit.Spring())
	page.Watch(host, "accounts panel", func([]store.Change) {
		if p.open {
			p.load()
		}
	}, store.Accounts, store.Sync)
	return p
}

// Object is the panel where it belongs in the window.
func (p *Panel) Object() fyne.CanvasObject { return p.object }

// Opened reads the list.
func (p *Panel) Opened() {
	p.open, p.fresh = true, true
	p.load()
}

// Closed stops reading.
func (p *Panel) Closed() { p.open = false }

func (p *Panel) load() {
	p.loader.Load(func(ctx context.Context) ([]signed, error) { return read(ctx, p.data) }, func(all []signed, err error) {
		if err != nil {
			p.host.Fail(page.T("read the accounts"), err)
			return
		}
		if p.fresh || !reflect.DeepEqual(all, p.shown) { // each round tells of itself, and buttons that are built anew lose the keyboard
			p.fresh, p.shown = false, all
			p.show(all)
		}
	})
}

func (p *Panel) show(all []signed) {
	p.list.Objects = nil
	for i, a := range all {
		if i > 0 {
			p.list.Add(kit.Hairline())
		}
		p.list.Add(p.account(a))
	}
	if len(all) == 0 {
		p.list.Add(kit.Fixed(kit.NewEmpty("person", page.T("Nobody is signed in"), page.T("Add an account to mirror its mail and calendar.")), 0, height-120))
	}
	p.scroll.Refresh()
	p.scroll.Refresh() // the first one tells the paragraphs their width, the second gives them the height that follows
}

func (p *Panel) account(a signed) fyne.CanvasObject {
	missing := welcome.Missing(a.Account)
	state := kit.NewChip(page.T("Signed in"), kit.OK)
	switch {
	case a.SignIn:
		state = kit.NewChip(page.T("Sign in again"), kit.Warn)
	case a.trouble != "":
		state = kit.NewChip(page.T("Not up to date"), kit.Warn)
	case len(missing) > 0:
		state = kit.NewChip(page.T("Some permissions are missing"), kit.Warn)
	}
	head := kit.Row(kit.S3, kit.NewAvatar(a.Name, 36), kit.Grow(kit.Stack(1, kit.NewLine(a.Name, kit.SizeBody, kit.ColorText).Bold(), kit.NewLine(a.UPN, kit.SizeSmall, kit.ColorMuted))), state)
	rows := kit.Stack(kit.S2)
	if a.trouble != "" {
		rows.Add(kit.NewParagraph(a.trouble, kit.SizeSmall, kit.ColorWarn))
	}
	for _, f := range auth.Features() {
		rows.Add(feature(f, a.Granted))
	}
	label := page.T("Sign in again")
	if len(missing) > 0 && !a.SignIn {
		label = page.T("Sign in again to allow it")
	}
	again := kit.NewButton(label, "", func() { p.OnSignIn(a.UPN) })
	if a.SignIn || len(missing) > 0 {
		again = kit.NewPrimary(label, "", func() { p.OnSignIn(a.UPN) })
	}
	buttons := kit.Row(kit.S2, again)
	if len(missing) > 0 && !a.SignIn {
		buttons.Add(kit.NewGhost(page.T("Check again"), "sync", func() { p.OnCheck() }))
	}
	buttons.Add(kit.NewGhost(page.T("Sign out…"), "", func() { p.OnSignOut(a.Account) }))
	buttons.Add(kit.Spring())
	if p.Passing != nil && p.Passing(a.Key) {
		rows.Add(kit.NewParagraph(page.T("As you chose, this sign-in is kept until you quit and not in the keychain: the next start asks again."), kit.SizeSmall, kit.ColorWarn))
	}
	return kit.InsetAll(kit.Stack(kit.S3, head, kit.Inset(rows, 0, 0, 0, 36+kit.S3), kit.Inset(buttons, 0, 0, 0, 36+kit.S3)), kit.S4)
}

// feature says whether something works, and if not, what that means.
func feature(f auth.Feature, granted []string) fyne.CanvasObject {
	level := auth.Full
	if len(granted) > 0 {
		level = f.Allowed(granted)
	}
	word, color, text := page.T("allowed"), kit.ColorOK, f.Reason
	switch level {
	case auth.Reading:
		word, color, text = page.T("to read only"), kit.ColorWarn, f.Without
	case auth.Off:
		word, color, text = page.T("not granted"), kit.ColorWarn, f.Without
	}
	icon := kit.Stack(0, kit.Inset(kit.NewIcon(welcome.FeatureIcon(f.ID), kit.ColorMuted, 16), 1, 0, 0, 0), kit.Spring())
	name := kit.Row(kit.S2, kit.Grow(kit.NewLine(page.T(f.Name), kit.SizeBody, kit.ColorText)), kit.NewText(word, kit.SizeSmall, color))
	return kit.Columns(kit.S3, icon, kit.Grow(kit.Stack(1, name, kit.NewParagraph(page.T(text), kit.SizeSmall, kit.ColorMuted))))
}
