package people

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/crm"
	"supercrm/internal/store"
)

func TestListIsAlphabeticAndFiltersAsOneTypes(t *testing.T) {
	r := newRig(t)
	co := r.company(crm.Company{Name: "Nordwind"})
	for _, name := range []string{"Zoë", "anna", "Bert"} {
		r.person(crm.Person{Name: name, CompanyID: co.ID})
	}
	r.show()
	if got := r.names(); got != "anna, Bert, Zoë" {
		t.Fatalf("listed %q", got)
	}
	if r.page.detail.record.person.Name != "anna" || r.page.list.list.Selected() != 0 {
		t.Fatalf("the first is not shown: %+v", r.page.detail.record.person)
	}
	if got := r.page.list.count.Text(); got != "3 people" {
		t.Errorf("counted %q", got)
	}
	r.page.TypedRune('z')
	r.Until("filtered", func() bool { return r.names() == "Zoë" })
	if got := r.page.list.count.Text(); got != "1 person found" {
		t.Errorf("counted %q", got)
	}
	if r.page.detail.record.person.Name != "anna" {
		t.Error("filtering changed what is shown")
	}
	r.page.head.search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.Until("all again", func() bool { return len(r.page.list.roster.rows) == 3 })
	if r.page.list.list.Selected() != 0 {
		t.Error("the selection was lost by filtering")
	}
}

func (r *rig) names() string {
	out := ""
	for i, row := range r.page.list.roster.rows {
		if i > 0 {
			out += ", "
		}
		out += row.name
	}
	return out
}

func BenchmarkFilter10000(b *testing.B) {
	r := newRig(b)
	for i := range 10_000 {
		r.person(crm.Person{Name: fmt.Sprintf("Person %05d", i), Role: "Buyer", Emails: []string{fmt.Sprintf("p%d@x.example", i)}})
	}
	r.show()
	r.Until("all", func() bool { return len(r.page.list.roster.rows) == 10_000 })
	texts := []string{"p", "pe", "per 01", "per 0123", ""}
	wants := make([]int, len(texts))
	for k, text := range texts {
		found, err := r.crm.People(b.Context(), crm.PeopleQuery{Text: text})
		if err != nil {
			b.Fatal(err)
		}
		wants[k] = len(found)
	}
	i := 0
	for b.Loop() {
		k := i % len(texts)
		r.page.list.filter(texts[k])
		r.Until("filtered", func() bool { return len(r.page.list.roster.rows) == wants[k] && r.page.list.shown == texts[k] })
		i++
	}
}

func TestEmptyStatesLeadOn(t *testing.T) {
	r := newRig(t)
	r.show()
	if r.page.list.body.Objects[0] == fyne.CanvasObject(r.page.list.list) || r.page.list.count.Text() != "0 people" {
		t.Fatalf("an empty list shows nothing to do: %q", r.page.list.count.Text())
	}
	r.page.list.filter("Kim Nguyen")
	r.Until("searched", func() bool { return r.page.list.count.Text() == "0 people found" })
	r.page.create(People, draft{Name: r.page.list.text})
	f := r.page.detail.form
	f.submit() // a name is enough, and it is there already
	r.Until("created", func() bool {
		return r.page.detail.record.person.Name == "Kim Nguyen" && len(r.page.list.roster.rows) == 1
	})
	if r.page.list.text != "" || r.page.head.search.Text != "" {
		t.Error("the filter was kept though a record was opened")
	}
}

func TestPlainKeys(t *testing.T) {
	r := newRig(t)
	r.person(crm.Person{Name: "Anna"})
	bert := r.person(crm.Person{Name: "Bert"})
	r.show()
	focused := func() fyne.Focusable { return r.Window().Canvas().Focused() }
	r.page.TypedRune('j')
	r.Until("next", func() bool { return r.page.detail.record.person.ID == bert.ID })
	if focused() != fyne.Focusable(r.page.list.list) {
		t.Error("J leaves the focus elsewhere")
	}
	r.page.list.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if r.page.detail.form == nil || r.page.detail.form.id != bert.ID {
		t.Fatal("Enter opens no form")
	}
	if r.page.TypedRune('x') {
		t.Error("a letter beside an open form went to the search")
	}
	r.page.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.page.detail.form != nil {
		t.Fatal("Escape leaves an unchanged form open")
	}
	r.page.list.list.TypedRune('n')
	if f := r.page.detail.form; f == nil || f.id != 0 || f.kind != People {
		t.Fatal("N makes nothing new")
	}
	keys := map[string]bool{}
	for _, c := range r.page.Commands() {
		keys[c.Key] = c.Do != nil
	}
	for _, k := range []string{"N", "E", "Del", "J", "K", "/", "Ctrl+S"} {
		if !keys[k] {
			t.Errorf("%s is no command", k)
		}
	}
}

func TestFollowsWhatChangesElsewhere(t *testing.T) {
	r := newRig(t)
	anna := r.person(crm.Person{Name: "Anna", Emails: []string{"a@x.example"}})
	r.show()
	r.Until("anna", func() bool { return r.page.detail.drawn.id == anna.ID })
	r.AddMail("a@x.example", "Hello", noon.Add(-time.Hour))
	r.AddMeeting("a@x.example", "Lunch", noon.Add(time.Hour))
	r.Until("touches", func() bool { return len(r.page.detail.record.touches) == 2 })
	coming, past := parted(r.page.detail.record.touches, noon)
	if len(coming) != 1 || coming[0].Subject != "Lunch" || len(past) != 1 || past[0].Subject != "Hello" {
		t.Fatalf("to come %v, earlier %v", coming, past)
	}
	r.person(crm.Person{Name: "Aaron"})
	r.Until("listed", func() bool { return len(r.page.list.roster.rows) == 2 })
	if r.page.list.list.Selected() != 1 || r.page.detail.record.person.ID != anna.ID {
		t.Error("the selection did not stay with its record")
	}
	r.page.Open(999) // a search result that has gone since
	r.Until("somebody else", func() bool { return r.page.detail.drawn.id != 999 && r.page.detail.subject.id != 999 })
}

func TestBrokenFileIsSaidAndTriedAgain(t *testing.T) {
	r := newRig(t)
	r.person(crm.Person{Name: "Anna"})
	r.show()
	r.Exec("ALTER TABLE person RENAME TO gone")
	r.DB().Hub().Announce(store.People)
	r.Until("said", func() bool {
		return len(r.page.list.body.Objects) == 1 && r.page.list.body.Objects[0] != fyne.CanvasObject(r.page.list.list)
	})
	r.Exec("ALTER TABLE gone RENAME TO person")
	r.page.list.load()
	r.page.detail.reload()
	r.Until("listed again", func() bool {
		return r.page.list.body.Objects[0] == fyne.CanvasObject(r.page.list.list) && r.names() == "Anna"
	})
}
