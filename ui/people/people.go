// Package people is the page of the people and companies that the salesperson deals with: a list that filters as one
// types, the record beside it with all mail and meetings, and the forms that change records in place. It keeps no
// records itself and knows nothing of where mail and meetings come from.
package people

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/crm"
	"supercrm/internal/store"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/who"
)

// Data is what the page needs of the CRM; errors are crm's.
type Data interface {
	People(ctx context.Context, q crm.PeopleQuery) ([]crm.Person, error)
	Find(ctx context.Context, text string, limit int) ([]crm.Person, error)
	Person(ctx context.Context, id int64) (crm.Person, error)
	SavePerson(ctx context.Context, p *crm.Person) error
	SavePersonIn(ctx context.Context, p *crm.Person, company, domain string) (made int64, err error)
	DeletePerson(ctx context.Context, id int64) (crm.Person, error)
	RestorePerson(ctx context.Context, was crm.Person) error
	Companies(ctx context.Context, text string) ([]crm.Company, error)
	Company(ctx context.Context, id int64) (crm.Company, error)
	SaveCompany(ctx context.Context, co *crm.Company) error
	DeleteCompany(ctx context.Context, id int64) (crm.DeletedCompany, error)
	RestoreCompany(ctx context.Context, was crm.DeletedCompany) error
	Match(ctx context.Context, addrs []string) ([]crm.Match, error)
}

// Kind is what the list shows.
type Kind int

// The two lists.
const (
	People Kind = iota
	Companies
)

// Page is the people page. It tells the who panel of nobody: the record says all of it. Its methods are called on the UI thread.
type Page struct {
	host     page.Host
	data     Data
	timeline who.Timeline
	now      func() time.Time

	head   *header
	list   *listPane
	detail *detail
	object fyne.CanvasObject
	seen   bool
}

var (
	_ page.Page      = (*Page)(nil)
	_ page.Newer     = (*Page)(nil)
	_ page.Opener    = (*Page)(nil)
	_ page.Composer  = (*Page)(nil)
	_ page.Commander = (*Page)(nil)
	_ page.Keyed     = (*Page)(nil)
)

// New returns the page, which follows changes until the program ends.
func New(host page.Host, records Data, timeline who.Timeline) *Page {
	p := &Page{host: host, data: records, timeline: timeline, now: time.Now}
	p.head = newHeader(p)
	p.list = newListPane(p)
	p.detail = newDetail(p)
	p.object = kit.NewSplit(p.list.object, kit.Surface(kit.ColorPage, p.detail.object), 264, 200, 420)
	page.Watch(host, "people", p.changed, store.People, store.Company, store.Messages, store.Events)
	return p
}

// ID implements page.Page.
func (p *Page) ID() page.ID { return page.People }

// Title implements page.Page.
func (p *Page) Title() string { return page.T("People") }

// Object implements page.Page.
func (p *Page) Object() fyne.CanvasObject { return p.object }

// Header implements page.Page.
func (p *Page) Header() fyne.CanvasObject { return p.head.object }

// Shown implements page.Page.
func (p *Page) Shown() {
	if !p.seen {
		p.seen = true
		p.list.load()
	}
}

// Hidden implements page.Page. A form that is open stays as it is.
func (p *Page) Hidden() {}

// Open implements page.Opener: id is a person's.
func (p *Page) Open(id int64) { p.open(subject{People, id}) }

// OpenCompany shows a company.
func (p *Page) OpenCompany(id int64) { p.open(subject{Companies, id}) }

// open shows a record and its kind's list, without the filter if that hides it.
func (p *Page) open(s subject) {
	p.detail.leave(func() {
		p.seen = true
		p.list.want = s
		if p.list.kind != s.kind || p.list.text != "" {
			p.head.set(s.kind, "")
			p.list.reset(s.kind, "")
		}
		p.list.load()
		p.detail.show(s)
	})
}

// New implements page.Newer: a new person, or a new company where companies are listed.
func (p *Page) New() { p.create(p.list.kind, draft{}) }

// Compose implements page.Composer: a new person of a name and address.
func (p *Page) Compose(name, addr string) {
	d := draft{Name: name}
	if addr != "" {
		d.Emails = []string{addr}
	}
	p.create(People, d)
}

func (p *Page) changed(changes []store.Change) {
	if !p.seen {
		return
	}
	records := false
	for _, ch := range changes {
		records = records || ch.Kind == store.People || ch.Kind == store.Company
	}
	if records {
		p.list.load()
	}
	p.detail.reload()
}

// subject is one record: a person or company by id. Its zero value is none.
type subject struct {
	kind Kind
	id   int64
}

// HidesWho implements page.Alone: the detail is the person.
func (p *Page) HidesWho() bool { return true }
