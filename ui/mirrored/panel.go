package mirrored

import (
	"context"
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Panel shows one account at a time. Its methods are called on the UI thread; the callbacks are set before it is opened.
type Panel struct {
	OnClose  func()
	OnSignIn func(upn string) // to allow what is missing
	Now      func() time.Time // nil: time.Now
	// LastBackup tells when the last backup was made and what made a later attempt fail; nil where none is made. It is called
	// off the UI thread.
	LastBackup func() (made time.Time, failed error)

	host   page.Host
	data   Data
	loader *page.Loader[snapshot]
	object fyne.CanvasObject

	heads  *fyne.Container // the accounts to choose from
	body   *fyne.Container
	scroll *container.Scroll

	account int64
	open    bool
	shown   bool // something has been read since it was opened
	shape   string
	reading bool
	again   bool

	facts     *facts
	mail      *mailPart
	files     *filesPart
	calendars *calendarsPart
	contacts  *contactsPart
	backup    *backupPart
}

const width, height = 720, 568

// New returns the panel; it reads when it is opened and while it is open.
func New(host page.Host, data Data) *Panel {
	p := &Panel{host: host, data: data, Now: time.Now, loader: page.NewLoader[snapshot](host, "what is mirrored")}
	shut := kit.NewIconButton("close", page.T("Close (Esc)"), func() { p.OnClose() })
	p.heads = kit.Stack(0)
	head := kit.Inset(kit.Row(kit.S2, kit.Grow(kit.NewLine(page.T("What is mirrored"), kit.SizeHeading, kit.ColorText).Bold()), p.heads, shut), kit.S2, kit.S2, kit.S2, kit.S4)
	p.body = kit.Stack(0)
	p.scroll = container.NewVScroll(p.body)
	box := kit.Fixed(kit.Floating(kit.ColorRaised, kit.Stack(0, head, kit.Hairline(), kit.Grow(p.scroll))), width, height)
	p.object = kit.Stack(0, kit.Spring(), kit.Row(0, kit.Spring(), box, kit.Spring()), kit.Spring())
	page.Watch(host, "what is mirrored", func([]store.Change) {
		if p.open {
			p.load()
		}
	}, store.Accounts, store.Sync, store.Events, store.Contacts, store.Folders)
	return p
}

// Object is the panel where it belongs in the window.
func (p *Panel) Object() fyne.CanvasObject { return p.object }

// Opened reads and shows an account; 0 for the one that was shown last, or the first.
func (p *Panel) Opened(account int64) {
	p.open, p.shown, p.shape = true, false, ""
	if account != 0 {
		p.account = account
	}
	p.load()
}

// Closed stops reading.
func (p *Panel) Closed() { p.open = false }

// load reads once at a time: while a mailbox is mirrored, changes come faster than all of it can be counted.
func (p *Panel) load() {
	if p.reading {
		p.again = true
		return
	}
	p.reading, p.again = true, false
	account, began := p.account, time.Now()
	p.loader.Load(func(ctx context.Context) (snapshot, error) { return p.read(ctx, account) }, func(s snapshot, err error) {
		p.reading = false
		switch {
		case err != nil:
			p.host.Fail(page.T("read what is mirrored"), err)
		case p.open && account == p.account:
			p.show(s)
		}
		if p.again && p.open {
			pause := max(300*time.Millisecond, 4*time.Since(began))
			p.host.Go("pause before counting again", func(ctx context.Context) {
				select {
				case <-ctx.Done():
				case <-time.After(pause):
					p.host.Do(p.load)
				}
			})
		}
	})
}

func (p *Panel) read(ctx context.Context, account int64) (snapshot, error) {
	s, err := read(ctx, p.data, account)
	if p.LastBackup != nil {
		s.backupMade, s.backupFailed = p.LastBackup()
	}
	return s, err
}

// show brings the panel up to date. It is built anew only where its parts change, so that the keyboard stays where it is.
func (p *Panel) show(s snapshot) {
	p.account = s.account.ID
	if shape := shapeOf(s); shape != p.shape {
		p.shape = shape
		p.build(s)
	}
	if len(s.accounts) == 0 {
		return
	}
	p.facts.show(s, p.Now())
	p.mail.show(s)
	p.files.show(s)
	p.calendars.show(s)
	p.contacts.show(s)
	if p.backup != nil {
		p.backup.show(s.backupMade, s.backupFailed)
	}
	p.scroll.Refresh()
	p.scroll.Refresh() // the first one tells the paragraphs their width, the second gives them the height that follows
	if !p.shown {
		p.shown = true
		p.scroll.ScrollToTop()
		p.focus()
	}
}

// focus gives the keyboard to the first choice.
func (p *Panel) focus() {
	if p.mail != nil && p.host.Window().Canvas().Focused() == nil {
		p.mail.focus(p.host.Window().Canvas())
	}
}

func shapeOf(s snapshot) string {
	shape := fmt.Sprint(s.account.ID, len(s.accounts), len(s.account.Granted))
	for _, c := range s.calendars {
		shape += fmt.Sprint(";", c.ID, c.Name, c.Color, c.Denied)
	}
	for _, f := range s.folders {
		shape += fmt.Sprint(";", f.ID, f.Name)
	}
	return shape
}

func (p *Panel) build(s snapshot) {
	p.heads.Objects = nil
	if len(s.accounts) > 1 {
		names := make([]string, len(s.accounts))
		on := 0
		for i, a := range s.accounts {
			names[i] = kit.Cut(a.UPN, 190, kit.Size(kit.SizeBody), fyne.TextStyle{})
			if a.ID == s.account.ID {
				on = i
			}
		}
		choose := kit.NewSegmented(names, nil)
		choose.Select(on)
		choose.OnChange = func(i int) {
			p.loader.Cancel()
			p.reading, p.account = false, s.accounts[i].ID
			p.load()
		}
		p.heads.Add(choose)
	}
	p.heads.Refresh()
	p.body.Objects = nil
	if len(s.accounts) == 0 {
		p.body.Add(kit.Fixed(kit.NewEmpty("sync", page.T("Nothing is mirrored"), page.T("Sign in, and your mail and calendar are kept here for reading offline.")), 0, height-60))
		p.body.Refresh()
		return
	}
	p.facts = newFacts()
	p.mail, p.files, p.calendars, p.contacts = newMail(p), newFiles(p), newCalendars(p, s), newContacts(p, s)
	parts := []fyne.CanvasObject{p.facts.object, p.mail.object, p.files.object, p.calendars.object, p.contacts.object}
	if p.LastBackup != nil {
		p.backup = newBackup(p)
		parts = append(parts, p.backup.object)
	}
	for i, part := range parts {
		if i > 0 {
			p.body.Add(kit.Hairline())
		}
		p.body.Add(kit.Inset(part, kit.S3, kit.S4, kit.S3, kit.S4))
	}
	p.body.Refresh()
}

// part is a titled group: what it is at the left, the choices at the right.
func part(icon, title string, objs ...fyne.CanvasObject) fyne.CanvasObject {
	name := kit.Row(kit.S2, kit.NewIcon(icon, kit.ColorMuted, 16), kit.Grow(kit.NewLine(title, kit.SizeBody, kit.ColorText).Bold()))
	return kit.Columns(kit.S4, kit.Fixed(kit.Stack(0, kit.Fixed(name, 0, 28), kit.Spring()), 132, 0), kit.Grow(kit.Stack(kit.S2, objs...)))
}

// do runs a change and tells if it fails.
func (p *Panel) do(doing string, fn func(context.Context) error, then func()) {
	p.host.Go(doing, func(ctx context.Context) {
		err := fn(ctx)
		p.host.Do(func() {
			if err != nil {
				p.host.Fail(doing, err)
				p.load() // the choice shows again what is so
				return
			}
			if then != nil {
				then()
			}
		})
	})
}

// choose changes the choice of the account on view.
func (p *Panel) choose(change func(*mirror.Choice)) {
	account := p.account
	p.do(page.T("change what is mirrored"), func(ctx context.Context) error {
		c, err := p.data.Choice(ctx, account)
		if err != nil {
			return err
		}
		change(&c)
		return p.data.Choose(ctx, account, c)
	}, p.load)
}
