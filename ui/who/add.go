package who

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/crm"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// addForm offers to add an unknown address to the CRM: a button that opens into a few prefilled fields.
type addForm struct {
	panel               *Panel
	addr                string
	domain              string     // to record a new company under
	known               crm.Person // what Outlook's contacts say beside the fields
	name, role, company *kit.Field
	save                *kit.Button
	saving              bool
	box                 *fyne.Container
	object              fyne.CanvasObject
}

func newAddForm(p *Panel, m member) *addForm {
	f := &addForm{panel: p, addr: m.Party.Addr}
	f.name = kit.NewField(page.T("Name"), "")
	f.role = kit.NewField(page.T("Role"), page.T("What they do"))
	f.company = kit.NewField(page.T("Company"), "")
	f.name.SetText(m.Party.Name)
	guess, domain := crm.GuessCompany(m.Party.Addr)
	f.domain = domain
	if m.Company != nil {
		guess = m.Company.Name
	}
	if o := m.Outlook; o != nil {
		if f.name.Text() == "" || strings.EqualFold(f.name.Text(), m.Party.Addr) {
			f.name.SetText(o.Name)
		}
		f.role.SetText(o.JobTitle)
		if m.Company == nil && o.Company != "" {
			guess = o.Company
		}
		f.known.Mobile, f.known.City = o.Mobile, o.City
		if len(o.Phones) > 0 {
			f.known.Phone = o.Phones[0]
		}
	}
	f.company.SetText(guess)
	for _, field := range []*kit.Field{f.name, f.role, f.company} {
		field.Entry.OnSubmitted = func(string) { f.submit() }
		field.Entry.OnSend = f.submit
		field.Entry.OnEscape = f.close
	}
	f.box = kit.Stack(0)
	f.object = f.box
	f.close()
	return f
}

func (f *addForm) close() {
	open := kit.NewButton(page.T("Add to CRM"), "person-add", f.open)
	f.box.Objects = []fyne.CanvasObject{kit.Row(0, kit.Grow(open))}
	f.box.Refresh()
}

func (f *addForm) open() {
	f.save = kit.NewPrimary(page.T("Add"), "", f.submit)
	cancel := kit.NewGhost(page.T("Cancel"), "", f.close)
	fields := kit.Stack(kit.S2, f.name, f.role, f.company, kit.Inset(kit.Row(kit.S2, kit.Spring(), cancel, f.save), kit.S1, 0, 0, 0))
	f.box.Objects = []fyne.CanvasObject{kit.Card(kit.InsetAll(fields, kit.S3))}
	f.box.Refresh()
	f.panel.scroll.Refresh()
	first := f.name
	if f.name.Text() != "" {
		first = f.role
	}
	f.panel.host.Window().Canvas().Focus(first.Entry)
}

// submit saves what is in the fields. On success the panel hears of the new person as of any other change.
func (f *addForm) submit() {
	if f.saving {
		return
	}
	f.setSaving(true)
	host, records, domain, company := f.panel.host, f.panel.records, f.domain, f.company.Text()
	person := f.known
	person.Name, person.Role, person.Emails = f.name.Text(), f.role.Text(), []string{f.addr}
	host.Go("add somebody", func(ctx context.Context) {
		made, err := records.SavePersonIn(ctx, &person, company, domain)
		host.Do(func() {
			f.setSaving(false)
			if err != nil {
				f.wrong(err)
				return
			}
			host.Toast(page.T("{{.Name}} is in your CRM now", map[string]any{"Name": person.Name}), func() { undoAdd(host, records, person, made) })
		})
	})
}

// undoAdd takes a person out again, and the company that was made for them.
func undoAdd(host page.Host, records Records, person crm.Person, made int64) {
	host.Go("take somebody out again", func(ctx context.Context) {
		_, err := records.DeletePerson(ctx, person.ID)
		if err == nil && made != 0 {
			_, err = records.DeleteCompany(ctx, made)
		}
		if err != nil && !errors.Is(err, crm.ErrNotFound) {
			host.Do(func() { host.Fail(page.T("take {{.Name}} out again", map[string]any{"Name": person.Name}), err) })
		}
	})
}

func (f *addForm) setSaving(saving bool) {
	f.saving = saving
	for _, field := range []*kit.Field{f.name, f.role, f.company} {
		field.SetWrong("")
	}
	if f.save == nil {
		return
	}
	if saving {
		f.save.Disable()
	} else {
		f.save.Enable()
	}
}

func (f *addForm) wrong(err error) {
	var invalid crm.ErrInvalid
	var taken crm.ErrAddressTaken
	switch {
	case errors.As(err, &taken):
		f.name.SetWrong(page.T("{{.Name}} has this address already", map[string]any{"Name": taken.Name}))
	case errors.As(err, &invalid):
		field, label := f.name, page.T("Name")
		switch invalid.Field {
		case crm.FieldRole:
			field, label = f.role, page.T("Role")
		case crm.FieldCompany:
			field, label = f.company, page.T("Company")
		case crm.FieldEmails:
			label = page.T("The address")
		}
		field.SetWrong(label + " " + page.T(invalid.Why))
		f.panel.host.Window().Canvas().Focus(field.Entry)
	default:
		f.panel.host.Fail(page.T("add {{.Name}}", map[string]any{"Name": f.name.Text()}), err)
	}
	f.panel.scroll.Refresh()
}
