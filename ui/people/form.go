package people

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/crm"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// form changes a record in place of the detail, or makes a new one.
type form struct {
	page   *Page
	kind   Kind
	id     int64 // 0: new
	before draft // as opened; what differs from it is unsaved

	name, phone, city, notes  *kit.Field
	role, mobile              *kit.Field // of a person
	domain, industry, website *kit.Field // of a company
	company                   *suggest   // of a person
	same                      *twin      // of a new person
	emails                    *emails    // of a person
	named                     map[string]*kit.Field
	labels                    map[string]string
	save                      *kit.Button
	notice                    *fyne.Container // a question or an error, above the fields
	then                      func()          // what the person wanted to do when the question came
	saving                    bool
	scroll                    *container.Scroll
	object                    fyne.CanvasObject
}

func newForm(p *Page, kind Kind, id int64, d draft) *form {
	f := &form{page: p, kind: kind, id: id, before: d, named: map[string]*kit.Field{}, labels: map[string]string{}}
	focus := func(o fyne.Focusable) { p.host.Window().Canvas().Focus(o) }
	f.name = f.field(crm.FieldName, page.T("Name"), "")
	f.phone = f.field(crm.FieldPhone, page.T("Phone"), "")
	f.city = f.field(crm.FieldCity, page.T("City"), "")
	fields := kit.Stack(kit.S3)
	if kind == People {
		f.role = f.field(crm.FieldRole, page.T("Role"), page.T("Head of Procurement"))
		f.mobile = f.field(crm.FieldMobile, page.T("Mobile"), "")
		f.company = newSuggest(p.host, page.T("Company"))
		f.company.changed = f.edited
		f.adopt(crm.FieldCompany, page.T("Company"), f.company.field)
		f.emails = newEmails(focus)
		f.emails.changed, f.emails.send, f.emails.escape = f.edited, f.submit, f.cancel
		fields.Add(pair(f.name, f.role))
		if id == 0 {
			f.same = newTwin(p)
			f.name.Entry.OnEdit = func(text string) {
				f.name.SetWrong("")
				f.edited()
				f.same.look(text)
			}
			f.same.look(d.Name)
			fields.Add(f.same.box)
		}
		fields.Add(f.company.object)
		fields.Add(f.emails.object)
		fields.Add(pair(f.phone, f.mobile))
		fields.Add(pair(f.city, kit.Spring()))
	} else {
		f.domain = f.field(crm.FieldDomain, page.T("Mail domain"), "example.com")
		f.industry = f.field(crm.FieldIndustry, page.T("Industry"), "")
		f.website = f.field(crm.FieldWebsite, page.T("Website"), "www.example.com")
		fields.Add(pair(f.name, f.industry))
		fields.Add(pair(f.domain, f.website))
		fields.Add(pair(f.phone, f.city))
	}
	f.notes = kit.NewTextField(page.T("Notes"), "", 6)
	f.adopt(crm.FieldNotes, page.T("Notes"), f.notes)
	fields.Add(f.notes)

	f.save = kit.NewPrimary(page.T("Save"), "", f.submit)
	f.save.Tip = page.T("Save (Ctrl+Enter)")
	cancel := kit.NewGhost(page.T("Cancel"), "", f.cancel)
	title := kit.NewLine(f.title(), kit.SizeHeading, kit.ColorText).Bold()
	bar := kit.Fixed(kit.Inset(kit.Row(kit.S2, kit.Grow(kit.Stack(0, kit.Spring(), title, kit.Spring())), cancel, f.save), 0, kit.S4, 0, kit.S5), 0, 52)
	f.notice = kit.Stack(0)
	f.scroll = container.NewVScroll(kit.Inset(fields, kit.S4, kit.S5, kit.S5, kit.S5))
	var body fyne.CanvasObject = kit.Stack(0, bar, kit.Hairline(), f.notice, kit.Grow(f.scroll))
	if f.company != nil {
		f.scroll.OnScrolled = func(fyne.Position) { f.company.close() }
		body = container.NewStack(body, f.company.layer)
	}
	f.object = body
	f.fill(d)
	f.edited()
	return f
}

// pair sets two fields side by side where there is room.
func pair(a, b fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&columns{least: 150, gap: kit.S3, n: 2}, a, b)
}

func (f *form) field(name, label, placeholder string) *kit.Field {
	field := kit.NewField(label, placeholder)
	field.Entry.OnEdit = func(string) {
		field.SetWrong("")
		f.edited()
	}
	f.adopt(name, label, field)
	return field
}

// adopt gives a field the form's keys, and its name in the errors of crm.
func (f *form) adopt(name, label string, field *kit.Field) {
	f.named[name], f.labels[name] = field, label
	field.Entry.OnSend = f.submit
	field.Entry.OnEscape = f.cancel
	if field.Entry.OnEdit == nil {
		field.Entry.OnEdit = func(string) { f.edited() }
	}
}

func (f *form) title() string {
	switch {
	case f.id != 0:
		return page.T("Edit {{.Name}}", map[string]any{"Name": f.before.Name})
	case f.kind == People:
		return page.T("New person")
	}
	return page.T("New company")
}

func (f *form) fill(d draft) {
	f.name.SetText(d.Name)
	f.phone.SetText(d.Phone)
	f.city.SetText(d.City)
	f.notes.SetText(d.Notes)
	if f.kind == People {
		f.role.SetText(d.Role)
		f.mobile.SetText(d.Mobile)
		f.company.field.SetText(d.Company)
		f.emails.set(d.Emails)
		return
	}
	f.domain.SetText(d.Domain)
	f.industry.SetText(d.Industry)
	f.website.SetText(d.Website)
}

// draft is what the fields hold.
func (f *form) draft() draft {
	d := draft{Name: f.name.Text(), Phone: f.phone.Text(), City: f.city.Text(), Notes: f.notes.Text()}
	if f.kind == People {
		d.Role, d.Mobile, d.Company, d.CompanyID = f.role.Text(), f.mobile.Text(), f.company.field.Text(), f.before.CompanyID
		d.Emails = f.emails.texts()
		return d
	}
	d.Domain, d.Industry, d.Website = f.domain.Text(), f.industry.Text(), f.website.Text()
	return d
}

// dirty tells whether something was typed that is not stored.
func (f *form) dirty() bool { return !f.draft().same(f.before) }

// edited lets Save follow what was typed. A new record that came prefilled may be saved as it is.
func (f *form) edited() {
	if f.saving || !f.dirty() && (f.id != 0 || f.draft().same(draft{})) {
		f.save.Disable()
		return
	}
	f.save.Enable()
}

// begin puts the focus where typing begins.
func (f *form) begin() {
	var o fyne.Focusable = f.name.Entry
	if f.id == 0 && f.kind == People && f.before.Name != "" && len(f.before.Emails) == 0 {
		o = f.emails.lines[0].entry
	}
	f.page.host.Window().Canvas().Focus(o)
}

// show puts something above the fields, or nothing for nil.
func (f *form) show(o fyne.CanvasObject) {
	f.notice.Objects = nil
	if o != nil {
		f.notice.Objects = []fyne.CanvasObject{kit.Inset(o, kit.S3, kit.S5, 0, kit.S5)}
	}
	f.notice.Refresh()
	f.object.Refresh()
}
