package people

import (
	"context"
	"errors"

	"supercrm/crm"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// cancel leaves the form; it asks first when something was typed. While it asks, it goes on editing.
func (f *form) cancel() {
	if f.company != nil && f.company.open {
		f.company.close()
		return
	}
	if f.then != nil {
		f.keep()
		return
	}
	if f.saving {
		return
	}
	if !f.dirty() {
		f.page.detail.closeForm()
		return
	}
	f.ask(f.page.detail.closeForm)
}

// ask puts the question whether to keep what was typed above the fields; then follows unless editing goes on.
func (f *form) ask(then func()) {
	f.then = then
	title := page.T("Save this new record first?")
	if f.id != 0 {
		title = page.T("Save the changes to {{.Name}}?", map[string]any{"Name": f.before.Name})
	}
	save := kit.NewButton(page.T("Save"), "check", f.submit)
	discard := kit.NewButton(page.T("Discard"), "trash", f.discard)
	f.show(kit.NewBanner(kit.Warn, title, "", save, discard, kit.NewGhost(page.T("Keep editing"), "", f.keep)))
	f.page.host.Window().Canvas().Focus(save)
}

// discard forgets what was typed and goes where the person wanted to go.
func (f *form) discard() {
	then := f.then
	f.then, f.page.detail.form = nil, nil
	then()
}

// keep goes on editing.
func (f *form) keep() {
	f.then = nil
	f.show(nil)
	f.page.host.Window().Canvas().Focus(f.name.Entry)
}

// saved is what a save did, and how to undo it.
type saved struct {
	subject subject
	text    string
	undo    func(context.Context) error
	after   func() // on the UI thread, once it is undone; may be nil
}

// submit saves what is in the fields, off the UI thread.
func (f *form) submit() {
	if f.saving || f.save.Disabled() {
		return
	}
	for _, field := range f.named {
		field.SetWrong("")
	}
	if f.emails != nil {
		f.emails.clearWrong()
	}
	f.saving = true
	f.edited()
	d, p := f.draft(), f.page
	p.host.Go("save a record", func(ctx context.Context) {
		done, err := p.store(ctx, f.kind, f.id, d)
		p.host.Do(func() {
			f.saving = false
			f.edited()
			if err != nil {
				f.wrong(err)
				return
			}
			p.host.Toast(done.text, p.undoing(done))
			if p.detail.form == f {
				f.finish(done.subject)
			}
		})
	})
}

// finish shows what was saved, or goes where the person wanted to go.
func (f *form) finish(s subject) {
	d, then := f.page.detail, f.then
	f.then, d.form = nil, nil
	from := d.subject
	switch {
	case then != nil:
		then()
	case f.id == 0 && from.kind == Companies && from.id != 0 && f.before.CompanyID == from.id:
		d.show(from) // somebody was added to the company that is open
	case f.id == 0:
		f.page.open(s)
	default:
		d.show(s)
	}
	f.page.focusList()
}

// store saves a draft under an id, or as a new record for 0.
func (p *Page) store(ctx context.Context, kind Kind, id int64, d draft) (saved, error) {
	name := map[string]any{"Name": d.Name}
	if kind == Companies {
		return p.storeCompany(ctx, id, d, name)
	}
	var before crm.Person
	if id != 0 {
		var err error
		if before, err = p.data.Person(ctx, id); err != nil {
			return saved{}, err
		}
	}
	person, domain := d.person(id), ""
	if addrs := filled(d.Emails); len(addrs) > 0 {
		_, domain = crm.GuessCompany(addrs[0])
	}
	made, err := p.data.SavePersonIn(ctx, &person, d.Company, domain)
	if err != nil {
		return saved{}, err
	}
	done := saved{subject: subject{People, person.ID}, text: page.T("{{.Name}} saved", name)}
	done.undo = func(ctx context.Context) error {
		if id == 0 {
			_, err = p.data.DeletePerson(ctx, person.ID)
		} else {
			err = p.data.SavePerson(ctx, &before)
		}
		if err == nil && made != 0 {
			_, err = p.data.DeleteCompany(ctx, made)
		}
		return err
	}
	return done, nil
}

func (p *Page) storeCompany(ctx context.Context, id int64, d draft, name map[string]any) (saved, error) {
	var before crm.Company
	if id != 0 {
		var err error
		if before, err = p.data.Company(ctx, id); err != nil {
			return saved{}, err
		}
	}
	co := d.company(id)
	if err := p.data.SaveCompany(ctx, &co); err != nil {
		return saved{}, err
	}
	done := saved{subject: subject{Companies, co.ID}, text: page.T("{{.Name}} saved", name)}
	done.undo = func(ctx context.Context) error {
		if id != 0 {
			return p.data.SaveCompany(ctx, &before)
		}
		_, err := p.data.DeleteCompany(ctx, co.ID)
		return err
	}
	return done, nil
}

// undoing is the undo of a toast: it runs off the UI thread and says where it could not.
func (p *Page) undoing(done saved) func() {
	return func() {
		p.host.Go("undo", func(ctx context.Context) {
			err := done.undo(ctx)
			p.host.Do(func() {
				switch {
				case err != nil && !errors.Is(err, crm.ErrNotFound):
					p.host.Fail(page.T("undo that"), err)
				case done.after != nil:
					done.after()
				}
			})
		})
	}
}

// wrong says what could not be saved, on the field that it concerns.
func (f *form) wrong(err error) {
	f.then = nil
	f.show(nil)
	host := f.page.host
	var invalid crm.ErrInvalid
	var taken crm.ErrAddressTaken
	switch {
	case errors.As(err, &taken):
		text := page.T("Belongs to {{.Name}}", map[string]any{"Name": taken.Name})
		open := func() { f.page.Open(taken.PersonID) }
		line := f.emails.lines[0]
		for _, l := range f.emails.lines {
			if _, key, _ := crm.NormalizeAddress(l.entry.Text); key != "" && key == keyOf(taken.Addr) {
				line = l
				break
			}
		}
		line.setWrong(text, open)
		host.Window().Canvas().Focus(line.entry)
	case errors.As(err, &invalid) && invalid.Field == crm.FieldEmails && f.emails != nil && invalid.Index < len(f.emails.lines):
		line := f.emails.lines[invalid.Index]
		line.setWrong(page.T("This")+" "+page.T(invalid.Why), nil)
		host.Window().Canvas().Focus(line.entry)
	case errors.As(err, &invalid) && f.named[invalid.Field] != nil:
		field := f.named[invalid.Field]
		field.SetWrong(f.labels[invalid.Field] + " " + page.T(invalid.Why))
		host.Window().Canvas().Focus(field.Entry)
	case errors.Is(err, crm.ErrNotFound):
		again := kit.NewButton(page.T("Save as new"), "add", f.submitAsNew)
		f.show(kit.NewBanner(kit.Bad, page.T("This record was deleted meanwhile"), page.T("What you typed is still here."), again))
	default:
		f.show(kit.NewBanner(kit.Bad, page.T("Could not save"), f.page.host.Explain("save the record", err)))
	}
	f.object.Refresh()
}

// submitAsNew saves as another record what can no longer be saved as the one it was.
func (f *form) submitAsNew() {
	f.id, f.before = 0, draft{}
	f.edited()
	f.submit()
}

func keyOf(addr string) string {
	_, key, _ := crm.NormalizeAddress(addr)
	return key
}
