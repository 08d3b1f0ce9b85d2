package people

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"

	"supercrm/crm"
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
	texts := []string{"p", "pe", "person 01", "person 0123", ""}
	wants := []int{10_000, 10_000, 1_000, 10, 10_000}
	i := 0
	for b.Loop() {
		k := i % len(texts)
		r.page.list.filter(texts[k])
		r.Until("filtered", func() bool { return len(r.page.list.roster.rows) == wants[k] && r.page.list.text == texts[k] })
		i++
	}
}
