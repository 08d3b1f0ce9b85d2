package people

import (
	"context"
	"errors"

	"supercrm/crm"
	"supercrm/ui/page"
)

// create opens a form for a new record, prefilled. A form that is open is asked about first.
func (p *Page) create(kind Kind, d draft) {
	p.detail.leave(func() {
		p.seen = true
		p.detail.edit(newForm(p, kind, 0, d))
		p.guess(d)
	})
}

// edit opens the form for what is shown.
func (p *Page) edit() {
	d := p.detail
	if d.form != nil || d.subject.id == 0 || d.record.subject != d.subject {
		return
	}
	before := companyDraft(d.record.company)
	if d.subject.kind == People {
		before = personDraft(d.record.person)
	}
	d.edit(newForm(p, d.subject.kind, d.subject.id, before))
}

// edit shows a form in place of the record.
func (d *detail) edit(f *form) {
	d.loader.Cancel()
	d.form, d.drawn = f, subject{}
	d.set(f.object)
	f.begin()
	if f.kind != People {
		return
	}
	p := d.page
	p.host.Go("list companies", func(ctx context.Context) {
		all, err := p.data.Companies(ctx, "")
		p.host.Do(func() {
			if err == nil { // without them nothing is proposed, which loses nothing
				f.company.know(all)
			}
		})
	})
}

// refreshForm lays an open form out again, after one of its parts has come or gone.
func (d *detail) refreshForm() {
	if d.form != nil {
		d.form.scroll.Content.Refresh()
		d.form.scroll.Refresh()
	}
}

// guess fills the company of a new person that came with an address.
func (p *Page) guess(d draft) {
	f := p.detail.form
	if len(d.Emails) == 0 || d.Company != "" {
		return
	}
	p.host.Go("guess a company", func(ctx context.Context) {
		name, _ := crm.GuessCompany(d.Emails[0])
		matches, err := p.data.Match(ctx, d.Emails[:1])
		if err == nil && matches[0].Company != nil {
			name = matches[0].Company.Name
		}
		p.host.Do(func() {
			if p.detail.form == f && f.company.field.Text() == "" {
				f.before.Company = name // a guess is nothing that was typed
				f.company.field.SetText(name)
				f.company.say()
			}
		})
	})
}

// leave does something that would put another thing in place of a form; if the form holds what is not saved it asks first.
func (d *detail) leave(then func()) {
	switch {
	case d.form == nil:
		then()
	case d.form.saving:
		d.form.then = then // when it is saved
	case d.form.dirty():
		d.form.ask(then)
	default:
		d.form = nil
		d.drawn = subject{}
		then()
	}
}

// closeForm goes back to the record, if there is one.
func (d *detail) closeForm() {
	d.form, d.drawn = nil, subject{}
	if d.subject.id == 0 {
		d.clear()
		d.page.list.load() // which selects somebody, if there is anybody
	} else {
		d.draw(d.record)
		d.reload()
	}
	d.page.focusList()
}

// delete removes what is shown at once; the toast brings it back.
func (p *Page) delete() {
	d := p.detail
	s, name := d.subject, d.record.name()
	if d.form != nil || s.id == 0 || d.record.subject != s {
		return
	}
	var next subject
	if s.kind == p.list.kind {
		if id := p.list.roster.near(p.list.roster.index(s.id)); id != 0 {
			next = subject{s.kind, id}
		}
	}
	p.host.Go("delete a record", func(ctx context.Context) {
		done, err := p.remove(ctx, s, name)
		p.host.Do(func() {
			if err != nil && !errors.Is(err, crm.ErrNotFound) {
				p.host.Fail(page.T("delete {{.Name}}", map[string]any{"Name": name}), err)
				return
			}
			if err == nil {
				done.after = func() {
					if p.detail.form == nil && p.list.kind == s.kind {
						p.list.want = s
						p.list.load()
						p.detail.show(s)
					}
				}
				p.host.Toast(done.text, p.undoing(done))
			}
			if d.subject != s || d.form != nil {
				return
			}
			if next.id == 0 {
				d.clear()
			} else {
				d.show(next)
			}
			p.list.mark(true)
		})
	})
}

// remove deletes a record and gives the way back.
func (p *Page) remove(ctx context.Context, s subject, name string) (saved, error) {
	done := saved{subject: s, text: page.T("{{.Name}} deleted", map[string]any{"Name": name})}
	if s.kind == People {
		was, err := p.data.DeletePerson(ctx, s.id)
		done.undo = func(ctx context.Context) error { return p.data.RestorePerson(ctx, was) }
		return done, err
	}
	was, err := p.data.DeleteCompany(ctx, s.id)
	if n := len(was.Members); n > 0 {
		done.text = page.T("{{.Name}} deleted; its people stay", map[string]any{"Name": name})
	}
	done.undo = func(ctx context.Context) error { return p.data.RestoreCompany(ctx, was) }
	return done, err
}
