package people

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/crm"
	"supercrm/ui/kit"
)

func (r *rig) read(id int64) crm.Person {
	r.t.Helper()
	p, err := r.crm.Person(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// editing opens the form for a person.
func (r *rig) editing(id int64) *form {
	r.t.Helper()
	r.page.Open(id)
	r.Until("shown", func() bool { return r.page.detail.record.person.ID == id && r.page.detail.drawn.id == id })
	r.page.TypedRune('e')
	if r.page.detail.form == nil {
		r.t.Fatal("E opened no form")
	}
	return r.page.detail.form
}

func TestEditInPlaceAndUndo(t *testing.T) {
	r := newRig(t)
	anna := r.person(crm.Person{Name: "Anna", Emails: []string{"anna@x.example"}})
	r.show()
	f := r.editing(anna.ID)
	if !f.save.Disabled() {
		t.Error("Save is offered though nothing was changed")
	}
	f.role.Entry.SetText("Buyer")
	if f.save.Disabled() {
		t.Fatal("Save stays disabled")
	}
	f.role.Entry.SetText(" ")
	if !f.save.Disabled() {
		t.Error("a space is no change")
	}
	f.role.Entry.SetText("Buyer")
	f.company.field.Entry.SetText("Nordwind")
	f.emails.add("").entry.SetText("anna@home.example")
	f.role.Entry.TypedShortcut(kit.SendShortcuts[0])
	r.Until("saved", func() bool { return r.page.detail.form == nil && r.page.detail.record.person.Role == "Buyer" })
	got := r.read(anna.ID)
	if got.CompanyName != "Nordwind" || len(got.Emails) != 2 {
		t.Fatalf("stored %+v", got)
	}
	r.Undo()
	r.Until("undone", func() bool { return r.page.detail.record.person.Role == "" })
	if all, _ := r.crm.Companies(t.Context(), ""); len(all) != 0 || len(r.read(anna.ID).Emails) != 1 {
		t.Fatalf("the undo left behind %v, %+v", all, r.read(anna.ID))
	}
}

func TestErrorsStandOnTheirField(t *testing.T) {
	r := newRig(t)
	anna := r.person(crm.Person{Name: "Anna", Emails: []string{"anna@x.example"}})
	bert := r.person(crm.Person{Name: "Bert", Emails: []string{"bert@x.example"}})
	r.show()
	f := r.editing(anna.ID)
	second := f.emails.add("")
	second.entry.SetText("BERT@x.example")
	f.submit()
	r.Until("refused", func() bool { return second.wrong.Text() == "Belongs to Bert" })
	if f.emails.lines[0].under.Visible() || !second.link.Visible() {
		t.Error("the wrong line is marked, or there is no way to its owner")
	}
	second.entry.SetText("no address")
	if second.under.Visible() {
		t.Error("typing leaves the error standing")
	}
	f.submit()
	r.Until("refused", func() bool { return second.wrong.Text() == "This is not an e-mail address" })
	second.entry.SetText("")
	f.name.Entry.SetText("")
	f.submit()
	r.Settle()
	if r.page.detail.form != f || r.read(anna.ID).Name != "Anna" {
		t.Fatal("a person without a name was saved")
	}
	if f.draft().Emails[0] != "anna@x.example" {
		t.Error("what was typed is lost")
	}
	// The link leads to the owner once the question is answered.
	f.name.Entry.SetText("Anna B")
	second.entry.SetText("bert@x.example")
	f.submit()
	r.Until("refused", func() bool { return second.link.Visible() && second.under.Visible() })
	second.link.OnTapped()
	if f.then == nil {
		t.Fatal("leaving a changed form asks nothing")
	}
	f.discard()
	r.Until("at the owner", func() bool { return r.page.detail.record.person.ID == bert.ID })
}

func TestSelectingAnotherRowAsksFirst(t *testing.T) {
	r := newRig(t)
	anna := r.person(crm.Person{Name: "Anna"})
	bert := r.person(crm.Person{Name: "Bert"})
	r.show()
	f := r.editing(anna.ID)
	f.notes.Entry.SetText("typed and not saved")
	r.page.list.list.Select(1)
	if r.page.detail.form != f || f.then == nil || r.page.list.list.Selected() != 0 {
		t.Fatalf("the form did not hold: row %d", r.page.list.list.Selected())
	}
	f.cancel() // Escape at the question: go on editing
	if f.then != nil || f.notes.Text() != "typed and not saved" {
		t.Fatal("keeping on editing lost the text")
	}
	r.page.list.list.Select(1)
	f.submit() // Save at the question
	r.Until("saved and gone on", func() bool { return r.page.detail.record.person.ID == bert.ID })
	if got := r.read(anna.ID).Notes; got != "typed and not saved" {
		t.Fatalf("stored %q", got)
	}
	if r.page.list.list.Selected() != 1 {
		t.Errorf("row %d is marked", r.page.list.list.Selected())
	}
	// Nothing typed: nothing asked.
	r.editing(anna.ID)
	r.page.list.list.Select(1)
	r.Until("gone on", func() bool { return r.page.detail.form == nil && r.page.detail.record.person.ID == bert.ID })
}

func TestDeletedMeanwhileIsSavedAsNew(t *testing.T) {
	r := newRig(t)
	anna := r.person(crm.Person{Name: "Anna"})
	r.show()
	f := r.editing(anna.ID)
	f.city.Entry.SetText("Genoa")
	if _, err := r.crm.DeletePerson(t.Context(), anna.ID); err != nil {
		t.Fatal(err)
	}
	r.Settle()
	if r.page.detail.form != f {
		t.Fatal("the form closed under the person's hands")
	}
	f.submit()
	r.Until("told", func() bool { return len(f.notice.Objects) == 1 })
	f.submitAsNew()
	r.Until("saved", func() bool { return r.page.detail.record.person.City == "Genoa" })
}

func TestNewPersonFromAnAddress(t *testing.T) {
	r := newRig(t)
	r.company(crm.Company{Name: "Nordwind Logistics", Domain: "nordwind.example"})
	r.page.Compose("Kim", "kim@nordwind.example") // before the page was ever shown
	r.show()
	f := r.page.detail.form
	if f == nil {
		t.Fatal("the first load took the form away")
	}
	r.Until("guessed", func() bool { return f.company.field.Text() == "Nordwind Logistics" })
	if f.company.hint.Visible() || f.save.Disabled() || f.dirty() {
		t.Errorf("hint %v, save disabled %v, dirty %v", f.company.hint.Visible(), f.save.Disabled(), f.dirty())
	}
	f.submit()
	r.Until("saved", func() bool { return r.page.detail.record.person.Name == "Kim" })
	if p := r.page.detail.record.person; p.CompanyName != "Nordwind Logistics" || p.Emails[0] != "kim@nordwind.example" {
		t.Fatalf("%+v", p)
	}
	r.Undo()
	r.Until("undone", func() bool {
		_, err := r.crm.Person(t.Context(), r.page.list.page.detail.record.person.ID)
		return errors.Is(err, crm.ErrNotFound)
	})
}

func TestCompanyIsProposed(t *testing.T) {
	r := newRig(t)
	for _, n := range []string{"Big Nordic", "Nordwind", "Other"} {
		r.company(crm.Company{Name: n})
	}
	r.show()
	r.page.New()
	f := r.page.detail.form
	r.Until("known", func() bool { return f.company.known })
	s := f.company
	s.field.Entry.SetText("nord")
	if len(s.hits) != 2 || s.hits[0].Name != "Nordwind" || !s.hint.Visible() {
		t.Fatalf("proposed %v, hint %v", s.hits, s.hint.Visible())
	}
	down := &fyne.KeyEvent{Name: fyne.KeyDown}
	s.field.Entry.TypedKey(down)
	s.field.Entry.TypedKey(down) // round to the first
	s.field.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if s.field.Text() != "Nordwind" || s.open || s.hint.Visible() {
		t.Fatalf("took %q, open %v, hint %v", s.field.Text(), s.open, s.hint.Visible())
	}
	s.field.Entry.SetText("Nord")
	f.cancel() // Escape closes the proposals first
	if s.open || f.then != nil || r.page.detail.form != f {
		t.Fatal("Escape did more than close the proposals")
	}
}

func TestDeleteGoesOnAndIsUndone(t *testing.T) {
	r := newRig(t)
	anna := r.person(crm.Person{Name: "Anna", Emails: []string{"a@x.example"}})
	bert := r.person(crm.Person{Name: "Bert"})
	r.show()
	r.Until("anna", func() bool { return r.page.detail.drawn.id == anna.ID })
	r.page.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	r.Until("next", func() bool { return r.page.detail.record.person.ID == bert.ID && len(r.page.list.roster.rows) == 1 })
	r.Undo()
	r.Until("back", func() bool { return r.page.detail.drawn.id == anna.ID && len(r.page.list.roster.rows) == 2 })
	if r.read(anna.ID).Emails[0] != "a@x.example" || r.page.list.list.Selected() != 0 {
		t.Fatal("not as it was")
	}
}

func TestCompanyPage(t *testing.T) {
	r := newRig(t)
	co := r.company(crm.Company{Name: "Nordwind", Website: "nordwind.example"})
	anna := r.person(crm.Person{Name: "Anna", CompanyID: co.ID, Emails: []string{"a@n.example"}})
	r.AddMail("a@n.example", "Offer", noon.Add(-time.Hour))
	r.show()
	r.page.head.kinds.Select(1)
	r.Until("companies", func() bool { return r.page.detail.record.company.ID == co.ID })
	if rec := r.page.detail.record; len(rec.members) != 1 || len(rec.touches) != 1 {
		t.Fatalf("%d members, %d touches", len(rec.members), len(rec.touches))
	}
	r.page.create(People, draft{Company: co.Name, CompanyID: co.ID})
	f := r.page.detail.form
	f.name.Entry.SetText("Bert")
	f.submit()
	r.Until("back at the company", func() bool { return r.page.detail.drawn.kind == Companies && len(r.page.detail.record.members) == 2 })
	r.page.delete()
	r.Until("gone", func() bool { return r.page.detail.subject.id == 0 && len(r.page.list.roster.rows) == 0 })
	if r.read(anna.ID).CompanyID != 0 {
		t.Fatal("still in a company that is gone")
	}
	r.Undo()
	r.Until("back", func() bool { return r.page.detail.drawn == subject{Companies, co.ID} })
	if r.read(anna.ID).CompanyID != co.ID {
		t.Fatal("the undo forgot its people")
	}
	r.page.edit()
	f = r.page.detail.form
	f.website.Entry.SetText("ftp://x")
	f.submit()
	r.Until("refused", func() bool { return !f.saving })
	if r.page.detail.form != f {
		t.Fatal("saved a website that is none")
	}
}

func TestSameNameIsPointedOut(t *testing.T) {
	r := newRig(t)
	anna := r.person(crm.Person{Name: "Anna Lindqvist", Role: "Buyer"})
	r.person(crm.Person{Name: "Anna Lindqvist-Berg"})
	r.show()
	r.page.New()
	f := r.page.detail.form
	f.name.Entry.SetText("anna  lindqvist")
	link := func() *kit.Button {
		for _, o := range test.LaidOutObjects(f.same.box) {
			if b, ok := o.(*kit.Button); ok && b.Visible() && b.Label == "Open" {
				return b
			}
		}
		return nil
	}
	r.Until("pointed out", func() bool { return link() != nil })
	open := link()
	f.name.Entry.SetText("anna lind")
	r.Until("taken back", func() bool { return link() == nil })
	f.name.Entry.SetText("")
	open.OnTapped()
	r.Until("at the other", func() bool { return r.page.detail.record.person.ID == anna.ID })
}

func TestLongWordsDoNotWidenThePage(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("Wide words ", 18)
	co := r.company(crm.Company{Name: long, Industry: long, City: long, Domain: strings.Repeat("a", 60) + ".example"})
	p := r.person(crm.Person{Name: long, Role: long, City: long, CompanyID: co.ID, Emails: []string{strings.Repeat("b", 60) + "@x.example"}})
	r.show()
	r.Until("shown", func() bool { return r.page.detail.drawn.id == p.ID })
	if w := r.page.Object().MinSize().Width; w > 600 {
		t.Errorf("a person needs %v pixels", w)
	}
	r.page.edit()
	if w := r.page.Object().MinSize().Width; w > 600 {
		t.Errorf("its form needs %v pixels", w)
	}
	r.page.detail.closeForm()
	r.page.open(subject{Companies, co.ID})
	r.Until("company", func() bool { return r.page.detail.drawn.kind == Companies })
	if w := r.page.Object().MinSize().Width; w > 600 {
		t.Errorf("a company needs %v pixels", w)
	}
}

// After the first person of all was saved, keys mean the page: the form that had them is gone.
func TestTheFirstPersonLeavesNoDeadField(t *testing.T) {
	r := newRig(t).show()
	r.page.New()
	f := r.page.detail.form
	r.Window().Canvas().Focus(f.name.Entry)
	f.name.Entry.SetText("Nina New")
	f.submit()
	r.Until("saved", func() bool { return r.page.detail.form == nil })
	if o := r.Window().Canvas().Focused(); o != nil && o != r.page.list.list {
		t.Errorf("%T has the keys", o)
	}
	r.Settle()
	r.page.TypedRune('e')
	r.Until("it is edited", func() bool { return r.page.detail.form != nil })
}
