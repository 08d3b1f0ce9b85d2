package mail

import (
	"context"
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

type clock func() time.Time

// Page is the Mail page. Its methods are called on the UI thread.
type Page struct {
	host   page.Host
	data   Data
	keeper *keeper

	// Suggest finds people for the fields of addresses; nil: none are offered. It is set before the page is shown.
	Suggest func(ctx context.Context, text string) ([]page.Party, error)

	// What tests set another way.
	now       clock
	readAfter time.Duration // in view until a message counts as read; 0: never
	downloads string
	openURL   func(*url.URL) error
	pick      func(fyne.Window, func(picked, error)) // asks for a file to attach

	// OnView, if set, hears which folder is on the screen: its row, or 0 for none.
	OnView func(folderID int64)
	// OnServer, if set, looks for a text on the server: mail that is not on this computer.
	OnServer func(text string)

	folders *folderPane
	list    *listPane
	reader  *reader
	panes   *panes
	newMail *kit.Button
	header  fyne.CanvasObject
	writing *composer // open below the message or in its place, or nil

	boxes     []mailbox
	own       map[string]bool // the person's addresses, lower-case
	boxLoader *page.Loader[overview]
	reading   bool // the mailboxes are being read
	again     bool // and have to be once more
	inView    bool
	behind    bool    // something changed while out of view
	unreadFor int64   // marked unread by the person: looking at it does not count
	wanted    *wanted // nil: none
	started   bool
	first     *firstSync
	object    *fyne.Container
	pages     *files
	copies    map[int64]time.Time // outbox rows whose text is kept, and since when that is known
}

// overview is what the page reads beside messages.
type overview struct {
	boxes  []mailbox
	outbox []mirror.OutboxItem
	aside  []asideDraft
	read   time.Time // when the reading began
}

var (
	_ page.Page      = (*Page)(nil)
	_ page.Newer     = (*Page)(nil)
	_ page.Opener    = (*Page)(nil)
	_ page.Composer  = (*Page)(nil)
	_ page.Commander = (*Page)(nil)
	_ page.Keyed     = (*Page)(nil)
	_ Data           = (*mirror.Mirror)(nil)
)

// New returns the page. drafts keeps unsent text; nil keeps it until the program ends.
func New(host page.Host, data Data, drafts Drafts) *Page {
	p := &Page{host: host, data: data, keeper: newKeeper(host, drafts), now: time.Now, downloads: downloadsDir(),
		openURL: fyne.CurrentApp().OpenURL, pick: pickFile, own: map[string]bool{}, copies: map[int64]time.Time{}, boxLoader: page.NewLoader[overview](host, "read mail folders"), pages: newFiles(host)}
	p.readAfter = time.Duration(fyne.CurrentApp().Preferences().IntWithFallback("mail.readAfterMs", 1500)) * time.Millisecond
	p.folders = newFolderPane(p.openFolder)
	p.list = newListPane(host, data, func() time.Time { return p.now() }, p.selected)
	p.list.covered = func() bool { return p.writingFresh() != nil }
	p.list.onServer = func(text string) {
		if p.OnServer != nil {
			p.OnServer(text)
		}
	}
	p.list.hue = func(folder int64, name string) func() kit.Hue { return p.categoryHue(p.accountOf(folder), name) }
	p.list.list.OnRune = func(r rune) {
		if !p.TypedRune(r) {
			page.PassOn(host, r)
		}
	}
	p.list.list.OnKey = func(e *fyne.KeyEvent) { p.TypedKey(e) }
	p.reader = newReader(p)
	p.panes = newPanes(p.folders.object, p.list.object, p.reader.object)
	p.panes.onNarrow = func(narrow bool) {
		p.list.head.toggle.Hidden = !narrow
		p.list.head.toggle.SetOn(false)
	}
	p.list.head.toggle.OnTapped = func() { p.showFolders(!p.panes.open) }
	p.newMail = kit.NewPrimary(page.T("New mail"), "edit", p.New)
	p.newMail.Tip = page.T("New mail (Ctrl+N)")
	p.header = kit.Row(kit.S2, kit.Spring(), p.newMail)
	p.first = newFirstSync()
	p.object = kit.Stack(0, kit.Grow(p.panes))
	page.Watch(host, "mail", p.changed, store.Accounts, store.Folders, store.Messages, store.Outbox, store.Sync)
	return p
}

// ID implements page.Page.
func (p *Page) ID() page.ID { return page.Mail }

// Title implements page.Page.
func (p *Page) Title() string { return page.T("Mail") }

// OnFirstRows calls fn once, when the list has shown rows for the first time.
func (p *Page) OnFirstRows(fn func()) { p.list.onRows = fn }

// Object implements page.Page.
func (p *Page) Object() fyne.CanvasObject { return p.object }

// Header implements page.Page.
func (p *Page) Header() fyne.CanvasObject { return p.header }

// Shown implements page.Page.
func (p *Page) Shown() {
	p.inView = true
	p.tellView()
	if !p.started || p.behind {
		p.started, p.behind = true, false
		p.load()
		p.list.model.outdate(nil)
		p.list.list.Rebind()
		p.list.load(false)
		p.reader.refresh()
	}
	p.who()
	p.focusList()
}

// Hidden implements page.Page.
func (p *Page) Hidden() {
	p.inView = false
	p.tellView()
	if p.writing != nil {
		p.writing.keep()
	}
}

// focusList gives the keyboard to the list, where it is on the screen and nothing is being written.
func (p *Page) focusList() {
	if p.writing == nil && p.inView && p.covered() == nil {
		p.host.Window().Canvas().Focus(p.list.list)
	}
}

// changed takes in commits.
func (p *Page) changed(changes []store.Change) {
	if !p.inView {
		p.behind = true
		return
	}
	p.load()
	p.list.changed(changes)
	for _, c := range changes {
		if p.concernsOpen(c) {
			p.reader.refresh()
			return
		}
	}
}

// concernsOpen tells whether a change may touch the open message or its conversation.
func (p *Page) concernsOpen(c store.Change) bool {
	if p.reader.id == 0 || c.Kind != store.Messages && c.Kind != store.Outbox {
		return false
	}
	if c.All || c.Kind == store.Outbox {
		return true
	}
	for _, id := range c.IDs {
		if id == p.reader.id {
			return true
		}
	}
	// A new message may belong to the conversation: rows that are not in memory may be that.
	return len(c.IDs) < 20
}

// load reads accounts, folders and what could not be sent.
func (p *Page) load() {
	if p.reading {
		p.again = true
		return
	}
	p.reading, p.again = true, false
	began := time.Now()
	p.boxLoader.Load(func(ctx context.Context) (o overview, err error) {
		o.read = began
		if o.boxes, err = readMailboxes(ctx, p.data); err != nil {
			return o, err
		}
		o.aside = p.asideDrafts(ctx)
		o.outbox, err = p.data.Outbox(ctx)
		return o, err
	}, func(o overview, err error) {
		p.reading = false
		if err != nil {
			p.host.Fail(page.T("read the mail folders"), err)
		} else {
			p.show(o)
		}
		if p.again {
			pause := 3 * time.Since(began)
			p.host.Go("pause before reading mail folders", func(ctx context.Context) {
				select {
				case <-ctx.Done():
				case <-time.After(pause):
					p.host.Do(p.load)
				}
			})
		}
	})
}

func (p *Page) show(o overview) {
	colours := !sameCategories(p.boxes, o.boxes)
	p.boxes = o.boxes
	if p.writing != nil {
		p.writing.permit()
	}
	clear(p.own)
	any := false
	for _, b := range o.boxes {
		for _, addr := range []string{b.account.UPN, b.account.Address} {
			p.own[strings.ToLower(addr)] = addr != ""
		}
		any = any || len(b.folders) > 0
	}
	p.folders.show(o.boxes)
	if colours {
		p.list.list.Rebind()
	}
	p.list.showUnsent(p, o.outbox, o.aside)
	p.forgetSent(o.outbox, o.read)
	if !any {
		p.first.show(o.boxes)
		p.cover(p.first.object)
		return
	}
	p.cover(nil)
	if f, ok := p.folders.folder(p.list.folder.ID); ok {
		p.list.head.folderChanged(f)
		if p.list.known && len(p.list.model.ids) == 0 {
			p.list.showEmpty()
		}
		return
	}
	for _, b := range o.boxes { // the first time, or the folder is gone
		for _, f := range b.folders {
			if f.WellKnown == "inbox" || f.WellKnown != "" && p.folders.selected == 0 {
				p.folders.choose(f.ID)
				p.openFolder(f)
				return
			}
		}
	}
	if f := o.boxes[0].folders; len(f) > 0 {
		p.folders.choose(f[0].ID)
		p.openFolder(f[0])
	}
}

// cover shows something instead of the panes; nil brings them back.
func (p *Page) cover(o fyne.CanvasObject) {
	if o == nil {
		o = p.panes
	}
	grown := p.object.Objects[0].(*fyne.Container)
	if grown.Objects[0] != o {
		grown.Objects[0] = o
		p.object.Refresh()
		grown.Refresh()
		if p.host.Window().Canvas().Focused() == nil {
			p.focusList()
		}
	}
}

// covered is what is shown instead of the panes, or nil.
func (p *Page) covered() fyne.CanvasObject {
	if o := p.object.Objects[0].(*fyne.Container).Objects[0]; o != fyne.CanvasObject(p.panes) {
		return o
	}
	return nil
}

func (p *Page) openFolder(f mirror.Folder) {
	p.showFolders(false)
	p.list.open(f)
	p.tellView()
}

func (p *Page) tellView() {
	switch {
	case p.OnView == nil:
	case p.inView:
		p.OnView(p.list.folder.ID)
	default:
		p.OnView(0)
	}
}

func (p *Page) showFolders(open bool) {
	p.list.head.toggle.SetOn(open)
	p.panes.setOpen(open && p.panes.narrow)
}

// selected hears of a message chosen in the list.
func (p *Page) selected(id int64) {
	p.unreadFor = 0
	p.wanted = nil
	p.leaveComposer()
	p.reader.open(id)
}

// opened is called when a message has been read in full for the first time.
func (p *Page) opened(c *content) {
	p.who()
	w := p.wanted
	p.wanted = nil
	if w != nil && w.message != c.msg.ID {
		w = nil
	}
	switch {
	case w != nil && w.text != nil:
		p.leaveComposer()
		p.writeAs(w.key, c, w.kind, w.text, true)
	case c.hasText && p.writing == nil:
		p.write(c, c.draft.Kind, &c.draft, false)
	}
	if w != nil && w.text == nil {
		p.begin(w.kind)
	}
	p.willRead(c)
}

// willRead marks a message read when it has been in view for a moment.
func (p *Page) willRead(c *content) {
	id := c.msg.ID
	if c.msg.Read || p.readAfter <= 0 {
		return
	}
	p.host.Go("count the message as read", func(ctx context.Context) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(p.readAfter):
		}
		p.host.Do(func() {
			if p.inView && p.reader.id == id && p.unreadFor != id && p.reader.shown != nil && !p.reader.shown.msg.Read {
				p.edit(page.T("mark the message read"), func(ctx context.Context) error { return p.data.MarkRead(ctx, []int64{id}, true) }, nil)
			}
		})
	})
}

// who tells the frame who is behind the open message: the sender, then the other recipients.
func (p *Page) who() {
	if p.reader.shown == nil {
		p.host.Who()
		return
	}
	m := &p.reader.shown.msg
	var parties []page.Party
	seen := map[string]bool{}
	for _, list := range [][]mirror.Address{{m.From}, m.To, m.Cc} {
		for _, a := range list {
			key := strings.ToLower(a.Addr)
			if key != "" && !seen[key] && !p.own[key] {
				seen[key] = true
				parties = append(parties, page.Party{Name: a.Name, Addr: a.Addr})
			}
		}
	}
	p.host.Who(parties...)
}

// sendFrom is the account that new mail is sent from: the open folder's.
func (p *Page) sendFrom() int64 {
	if p.list.folder.AccountID != 0 {
		return p.list.folder.AccountID
	}
	if len(p.boxes) > 0 {
		return p.boxes[0].account.ID
	}
	return 0
}
