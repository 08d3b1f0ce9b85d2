// Package ledger is the page that tells when and why things last changed, in which direction and by whom, and that compares
// a mailbox with the service on demand. It reads the mirror's ledger and asks the mirror to verify; it compares nothing
// itself.
package ledger

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Data is what the page needs of the mirror. Verify blocks until it ends or ctx does; the others answer from the file.
type Data interface {
	Accounts(ctx context.Context) ([]mirror.Account, error)
	Ledger(ctx context.Context, f mirror.LedgerFilter) ([]mirror.LedgerRow, error)
	Verify(ctx context.Context, accountID int64, progress func(mirror.VerifyProgress)) (mirror.Verification, error)
	LastVerification(ctx context.Context, accountID int64) (mirror.Verification, error)
	Folders(ctx context.Context, accountID int64) ([]mirror.Folder, error)
	Calendars(ctx context.Context, accountID int64) ([]mirror.Calendar, error)
	ContactFolders(ctx context.Context, accountID int64) ([]mirror.ContactFolder, error)
}

// batch is how many rows are read at a time.
const batch = 300

// Page is the ledger. Its methods are called on the UI thread.
type Page struct {
	// OnShow shows the item of a row.
	OnShow func(kind string, id int64)

	host   page.Host
	data   Data
	loader *page.Loader[read]
	more   *page.Loader[[]mirror.LedgerRow]

	accounts []mirror.Account
	filter   mirror.LedgerFilter
	rows     []mirror.LedgerRow
	ended    bool // there are no older rows
	reading  bool
	inView   bool

	list      *kit.List
	empty     *fyne.Container
	nothing   fyne.CanvasObject // no change was ever made
	filtered  fyne.CanvasObject // none that the filters let through
	direction *kit.Segmented
	kind      *kit.Segmented
	account   *kit.Button
	item      *kit.Button
	bar       *fyne.Container
	check     *checker
	header    fyne.CanvasObject
	object    fyne.CanvasObject
}

// read is one reading of the page.
type read struct {
	accounts []mirror.Account
	rows     []mirror.LedgerRow
	last     []verified
}

var (
	_ page.Page  = (*Page)(nil)
	_ page.Alone = (*Page)(nil)
	_ Data       = (*mirror.Mirror)(nil)
)

// New returns the page; it reads while it is in view.
func New(host page.Host, data Data) *Page {
	p := &Page{host: host, data: data, loader: page.NewLoader[read](host, "ledger"), more: page.NewLoader[[]mirror.LedgerRow](host, "older rows of the ledger")}
	p.list = kit.NewList(kit.RowDense, func() fyne.CanvasObject { return newRow() }, func(i int, o fyne.CanvasObject, _ bool) {
		if i >= len(p.rows)-50 {
			p.older()
		}
		o.(*row).show(&p.rows[i], p.nameOf(p.rows[i].AccountID))
	})
	p.list.OnOpen = p.showItem
	p.list.OnRune = func(r rune) { page.PassOn(host, r) }
	p.direction = kit.NewSegmented([]string{page.T("All"), page.T("In"), page.T("Out")}, func(i int) {
		p.filter.Direction = []string{"", "in", "out"}[i]
		p.load()
	})
	p.kind = kit.NewSegmented([]string{page.T("Everything"), page.T("Mail"), page.T("Calendar")}, func(i int) {
		p.filter.ItemKind, p.filter.ItemID = []string{"", "message", "event"}[i], 0
		p.load()
	})
	p.account = kit.NewButton("", "person", p.nextAccount)
	p.account.Tip = page.T("Show one account, or all")
	p.item = kit.NewButton("", "close", func() { p.only("", 0) })
	p.item.Tip = page.T("Show the history of everything again")
	p.item.SetOn(true)
	p.bar = kit.Row(kit.S3, p.direction, p.kind, p.account, p.item, kit.Spring())
	p.check = newChecker(p)
	p.header = kit.Row(kit.S2, kit.Spring(), p.check.button)
	p.nothing = kit.NewEmpty("clock", page.T("Nothing has changed yet"), page.T("Every change is written down here: when, why, in which direction, and by whom."))
	p.filtered = kit.NewEmpty("clock", page.T("No such changes"), page.T("Nothing that was written down is of the kind chosen above."), kit.NewButton(page.T("Show all"), "", func() { p.only("", 0) }))
	p.empty = container.NewStack(p.nothing)
	note := kit.NewLine(page.T("Kept for {{.Days}} days, at most {{.N}} changes of one item; the newest of each stays. Only ids and names of fields are kept, and all of it goes when you sign out.",
		map[string]any{"Days": mirror.LedgerDays, "N": mirror.LedgerPerItem}), kit.SizeSmall, kit.ColorMuted)
	p.object = kit.Stack(0, kit.Inset(p.bar, kit.S2, kit.S4, kit.S2, kit.S4), kit.Hairline(), p.check.object, heads(), kit.Hairline(),
		kit.Grow(container.NewStack(p.list, p.empty)), kit.Hairline(), kit.Inset(note, 5, kit.S4, 5, kit.S4))
	page.Watch(host, "ledger", func([]store.Change) {
		if p.inView {
			p.load()
		}
	}, store.Ledger, store.Accounts)
	p.paint()
	return p
}

// ID implements page.Page.
func (p *Page) ID() page.ID { return page.Ledger }

// Title implements page.Page.
func (p *Page) Title() string { return page.T("History") }

// Object implements page.Page.
func (p *Page) Object() fyne.CanvasObject { return p.object }

// Header implements page.Page.
func (p *Page) Header() fyne.CanvasObject { return p.header }

// HidesWho implements page.Alone.
func (p *Page) HidesWho() bool { return true }

// Shown implements page.Page.
func (p *Page) Shown() {
	p.inView = true
	p.host.Who()
	p.load()
	p.host.Window().Canvas().Focus(p.list)
}

// Hidden implements page.Page.
func (p *Page) Hidden() { p.inView = false }

// OpenItem shows the history of one item.
func (p *Page) OpenItem(kind string, id int64) { p.only(kind, id) }

// only shows the history of one item, or with "" and 0 that of everything. Whatever was chosen before counts no more, and is not
// lit any more: a filter of before would hide what was asked for.
func (p *Page) only(kind string, id int64) {
	p.filter = mirror.LedgerFilter{ItemKind: kind, ItemID: id}
	reset(p.direction)
	reset(p.kind)
	p.load()
}

// reset turns the first choice on without telling anybody.
func reset(s *kit.Segmented) {
	told := s.OnChange
	s.OnChange = nil
	s.Select(0)
	s.OnChange = told
}

// narrowed tells whether something is left out.
func (p *Page) narrowed() bool {
	f := p.filter
	return f.Direction != "" || f.ItemKind != "" || f.ItemID != 0 || f.AccountID != 0
}

func (p *Page) nextAccount() {
	next := int64(0)
	for i, a := range p.accounts {
		if p.filter.AccountID == 0 && i == 0 || i > 0 && p.accounts[i-1].ID == p.filter.AccountID {
			next = a.ID
		}
	}
	p.filter.AccountID = next
	p.load()
}

func (p *Page) nameOf(account int64) string {
	if len(p.accounts) < 2 {
		return ""
	}
	for _, a := range p.accounts {
		if a.ID == account {
			return a.UPN
		}
	}
	return ""
}

// load reads the newest rows, as many as were shown: a change does not throw the reader back.
func (p *Page) load() {
	filter := p.filter
	filter.Limit = max(batch, min(len(p.rows), 5*batch))
	p.more.Cancel()
	p.reading = false
	p.loader.Load(func(ctx context.Context) (read, error) {
		var r read
		var err error
		if r.accounts, err = p.data.Accounts(ctx); err != nil {
			return r, err
		}
		if r.rows, err = p.data.Ledger(ctx, filter); err != nil {
			return r, err
		}
		r.last, err = lastOf(ctx, p.data, r.accounts)
		return r, err
	}, func(r read, err error) {
		if err != nil {
			p.host.Fail(page.T("read the history"), err)
			return
		}
		p.accounts, p.rows, p.ended = r.accounts, r.rows, len(r.rows) < filter.Limit
		p.check.last = r.last
		p.paint()
	})
}

// older reads the rows that follow those in memory.
func (p *Page) older() {
	if p.ended || p.reading || len(p.rows) == 0 {
		return
	}
	p.reading = true
	filter := p.filter
	filter.Limit, filter.Before = batch, p.rows[len(p.rows)-1].ID
	p.more.Load(func(ctx context.Context) ([]mirror.LedgerRow, error) { return p.data.Ledger(ctx, filter) }, func(rows []mirror.LedgerRow, err error) {
		p.reading = false
		if err != nil {
			p.host.Fail(page.T("read the history"), err)
			return
		}
		p.rows, p.ended = append(p.rows, rows...), len(rows) < batch
		p.list.SetCount(len(p.rows))
	})
}

func (p *Page) paint() {
	p.list.SetCount(len(p.rows))
	p.empty.Hidden = len(p.rows) > 0
	p.empty.Objects = []fyne.CanvasObject{p.nothing}
	if p.narrowed() {
		p.empty.Objects = []fyne.CanvasObject{p.filtered}
	}
	p.account.Hidden = len(p.accounts) < 2
	label := page.T("All accounts")
	for _, a := range p.accounts {
		if a.ID == p.filter.AccountID {
			label = a.UPN
		}
	}
	p.account.SetLabel(label)
	one := p.filter.ItemID != 0
	p.item.Hidden, p.kind.Hidden = !one, one
	if one {
		name := page.T("one item")
		for _, r := range p.rows {
			if r.Subject != "" {
				name = kit.Cut(r.Subject, 300, kit.Size(kit.SizeBody), fyne.TextStyle{})
				break
			}
		}
		p.item.SetLabel(page.T("Only “{{.Name}}”", map[string]any{"Name": name}))
	}
	p.check.paint()
	p.bar.Refresh()
	p.object.Refresh()
	p.object.Refresh() // words learn their width, then their height counts
}

func (p *Page) showItem(i int) {
	r := p.rows[i]
	if !r.Gone && r.ItemID != 0 && p.OnShow != nil && (r.ItemKind == "message" || r.ItemKind == "event") {
		p.OnShow(r.ItemKind, r.ItemID)
	}
}

// lastOf reads what the last verification of each account found.
func lastOf(ctx context.Context, data Data, accounts []mirror.Account) ([]verified, error) {
	var out []verified
	for _, a := range accounts {
		v, err := data.LastVerification(ctx, a.ID)
		if errors.Is(err, mirror.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		x := verified{account: a, report: v, names: map[string]string{}}
		folders, err := data.Folders(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		for _, f := range folders {
			x.names[key("folder", f.ID)] = f.Name
		}
		calendars, err := data.Calendars(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range calendars {
			x.names[key("calendar", c.ID)] = c.Name
		}
		books, err := data.ContactFolders(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		for _, b := range books {
			x.names[key("contacts", b.ID)] = b.Name
		}
		out = append(out, x)
	}
	return out, nil
}
