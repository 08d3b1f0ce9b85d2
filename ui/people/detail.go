package people

import (
	"context"
	"errors"
	"reflect"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/crm"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// record is all that the right half shows of one person or company.
type record struct {
	subject subject
	person  crm.Person
	company crm.Company
	members []crm.Person // of the company
	touches []mirror.Touch
}

// touchesRead bounds the timeline, future meetings included.
const touchesRead = 400

// detail is the right half: a record, a form, or what to do where there is neither.
type detail struct {
	page    *Page
	subject subject // what is shown, or was shown when the form was opened
	record  record
	drawn   subject
	loader  *page.Loader[record]

	form   *form // nil while reading
	scroll *container.Scroll
	object *fyne.Container
}

func newDetail(p *Page) *detail {
	d := &detail{page: p, loader: page.NewLoader[record](p.host, "read a record")}
	d.scroll = container.NewVScroll(container.NewStack())
	d.object = container.NewStack()
	d.clear()
	return d
}

// empty tells whether nothing is shown and nothing is being written.
func (d *detail) empty() bool { return d.subject == (subject{}) && d.form == nil }

// clear shows no record.
func (d *detail) clear() {
	d.loader.Cancel()
	d.subject, d.record, d.drawn, d.form = subject{}, record{}, subject{}, nil
	d.set(kit.NewEmpty("people", page.T("Nobody selected"), page.T("Select somebody on the left, or press N to add somebody new.")))
}

// show reads a record and shows it; an open form is closed, so ask leave first.
func (d *detail) show(s subject) {
	d.form = nil
	d.subject = s
	d.reload()
}

// reload reads what is shown again and draws it if it has changed.
func (d *detail) reload() {
	s := d.subject
	if s.id == 0 || d.form != nil {
		return
	}
	d.loader.Load(func(ctx context.Context) (record, error) { return d.page.read(ctx, s) }, func(r record, err error) {
		switch {
		case errors.Is(err, crm.ErrNotFound):
			d.clear()
			d.page.list.mark(false)
		case err != nil:
			d.drawn = subject{}
			again := kit.NewButton(page.T("Try again"), "sync", d.reload)
			d.set(kit.Stack(0, kit.InsetAll(kit.NewBanner(kit.Bad, page.T("Could not read the record"), d.page.host.Explain("read the record", err), again), kit.S4)))
		case d.form == nil:
			d.draw(r)
		}
	})
}

func (p *Page) read(ctx context.Context, s subject) (record, error) {
	r := record{subject: s}
	var addrs []string
	var err error
	if s.kind == People {
		if r.person, err = p.data.Person(ctx, s.id); err != nil {
			return r, err
		}
		addrs = r.person.Emails
	} else {
		if r.company, err = p.data.Company(ctx, s.id); err != nil {
			return r, err
		}
		if r.members, err = p.data.People(ctx, crm.PeopleQuery{CompanyID: s.id}); err != nil {
			return r, err
		}
		for _, m := range r.members {
			addrs = append(addrs, m.Emails...)
		}
	}
	r.touches, err = p.timeline.Touches(ctx, addrs, touchesRead)
	return r, err
}

// draw shows a record. One that is shown already and has not changed is left alone, so that reading is not disturbed.
func (d *detail) draw(r record) {
	again := d.drawn == r.subject
	if again && reflect.DeepEqual(r, d.record) {
		return
	}
	d.record, d.drawn = r, r.subject
	var body fyne.CanvasObject
	if r.subject.kind == People {
		body = d.page.personView(r)
	} else {
		body = d.page.companyView(r)
	}
	d.set(d.scroll)
	kit.SetContent(d.scroll, body)
	if !again {
		d.scroll.ScrollToTop()
	}
}

func (d *detail) set(o fyne.CanvasObject) {
	d.object.Objects = []fyne.CanvasObject{o}
	d.object.Refresh()
}

// name is what the record is called.
func (r record) name() string {
	return strings.TrimSpace(r.person.Name + r.company.Name)
}

// addr is the address to write to, or "".
func (r record) addr() string {
	if len(r.person.Emails) > 0 {
		return r.person.Emails[0]
	}
	return ""
}
