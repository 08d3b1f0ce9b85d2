package crm

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"supercrm/internal/store"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// records opens an empty file; the returned clock may be moved.
func records(t testing.TB) (*CRM, *store.DB, *time.Time) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "supercrm.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	now := noon
	return New(db, func() time.Time { return now }), db, &now
}

func addPerson(t testing.TB, c *CRM, p Person) Person {
	t.Helper()
	if err := c.SavePerson(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func addCompany(t testing.TB, c *CRM, co Company) Company {
	t.Helper()
	if err := c.SaveCompany(t.Context(), &co); err != nil {
		t.Fatal(err)
	}
	return co
}

func names(people []Person) string {
	var out []string
	for _, p := range people {
		out = append(out, p.Name)
	}
	return strings.Join(out, ", ")
}

func list(t testing.TB, c *CRM, q PeopleQuery) []Person {
	t.Helper()
	people, err := c.People(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

func TestPersonIsStoredAsGiven(t *testing.T) {
	c, _, now := records(t)
	co := addCompany(t, c, Company{Name: "Nordwind"})
	p := addPerson(t, c, Person{CompanyID: co.ID, Name: " Anna \t Lindqvist ", Role: "Buyer", City: "Hamburg", Phone: "+49 40", Mobile: "+44 77",
		Notes: "first\r\nsecond ", Emails: []string{" Anna@Nordwind.example", "", "ANNA@nordwind.example", "Anna <a.l@home.example>"}})
	want := Person{ID: p.ID, CompanyID: co.ID, CompanyName: "Nordwind", Name: "Anna Lindqvist", Role: "Buyer", City: "Hamburg", Phone: "+49 40",
		Mobile: "+44 77", Notes: "first\nsecond", Emails: []string{"Anna@Nordwind.example", "a.l@home.example"}, Created: noon, Updated: noon}
	if !reflect.DeepEqual(p, want) {
		t.Fatalf("saved\n%+v, want\n%+v", p, want)
	}
	*now = noon.Add(time.Hour)
	p.Emails = []string{"a.l@home.example", "new@nordwind.example"}
	p.CompanyID = 0
	p = addPerson(t, c, p)
	want.Emails, want.CompanyID, want.CompanyName, want.Updated = p.Emails, 0, "", *now
	if got, err := c.Person(t.Context(), p.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("after the edit\n%+v, %v, want\n%+v", got, err, want)
	}
	if _, err := c.Person(t.Context(), 99); !errors.Is(err, ErrNotFound) {
		t.Fatalf("unknown person: %v", err)
	}
	if err := c.SavePerson(t.Context(), &Person{ID: 99, Name: "Nobody"}); !errors.Is(err, ErrNotFound) {
		t.Fatalf("edit of an unknown person: %v", err)
	}
}

func TestPersonValidation(t *testing.T) {
	many := make([]string, MaxEmails+1)
	for i := range many {
		many[i] = fmt.Sprintf("p%d@nordwind.example", i)
	}
	for name, tc := range map[string]struct {
		person Person
		want   ErrInvalid
	}{
		"no name":               {Person{Name: " \n"}, ErrInvalid{Field: FieldName, Why: WhyMissing}},
		"long name":             {Person{Name: strings.Repeat("ä", MaxLine+1)}, ErrInvalid{Field: FieldName, Why: WhyTooLong}},
		"long city":             {Person{Name: "A", City: strings.Repeat("x", MaxLine+1)}, ErrInvalid{Field: FieldCity, Why: WhyTooLong}},
		"long notes":            {Person{Name: "A", Notes: strings.Repeat("x", MaxNotes+1)}, ErrInvalid{Field: FieldNotes, Why: WhyTooLong}},
		"second address broken": {Person{Name: "A", Emails: []string{"a@b.example", "a@@b"}}, ErrInvalid{Field: FieldEmails, Index: 1, Why: WhyNotAddress}},
		"too many addresses":    {Person{Name: "A", Emails: many}, ErrInvalid{Field: FieldEmails, Index: MaxEmails, Why: WhyTooMany}},
		"company gone":          {Person{Name: "A", CompanyID: 77}, ErrInvalid{Field: FieldCompany, Why: WhyNoCompany}},
	} {
		t.Run(name, func(t *testing.T) {
			c, _, _ := records(t)
			before := tc.person
			err := c.SavePerson(t.Context(), &tc.person)
			var got ErrInvalid
			if !errors.As(err, &got) || got != tc.want {
				t.Fatalf("error %v (%+v), want %+v", err, got, tc.want)
			}
			if !reflect.DeepEqual(before, tc.person) {
				t.Fatalf("the person was changed by a failed save: %+v", tc.person)
			}
			if left := list(t, c, PeopleQuery{}); len(left) != 0 {
				t.Fatalf("%d people stored", len(left))
			}
		})
	}
	c, _, _ := records(t)
	addPerson(t, c, Person{Name: strings.Repeat("ä", MaxLine), Emails: many[:MaxEmails]}) // just fits
}

func TestAnAddressBelongsToOnePerson(t *testing.T) {
	c, _, _ := records(t)
	anna := addPerson(t, c, Person{Name: "Anna", Emails: []string{"anna@nordwind.example"}})
	bert := Person{Name: "Bert", Emails: []string{"bert@nordwind.example", "ANNA@Nordwind.example"}}
	err := c.SavePerson(t.Context(), &bert)
	var taken ErrAddressTaken
	if !errors.As(err, &taken) || taken != (ErrAddressTaken{"ANNA@Nordwind.example", anna.ID, "Anna"}) {
		t.Fatalf("error %v (%+v)", err, taken)
	}
	if strings.Contains(err.Error(), "nna") {
		t.Fatalf("the text is personal: %v", err)
	}
	if got := names(list(t, c, PeopleQuery{})); got != "Anna" {
		t.Fatalf("people: %s", got)
	}
	anna.Emails = []string{"other@nordwind.example", "Anna@nordwind.example"} // her own, in another place and case
	anna = addPerson(t, c, anna)
	anna.Emails = anna.Emails[:1]
	addPerson(t, c, anna)
	addPerson(t, c, bert) // it is free now
}

func TestDeleteAndRestorePerson(t *testing.T) {
	c, _, _ := records(t)
	co := addCompany(t, c, Company{Name: "Nordwind"})
	addPerson(t, c, Person{Name: "First"})
	p := addPerson(t, c, Person{Name: "Anna", CompanyID: co.ID, Emails: []string{"anna@nordwind.example"}})
	was, err := c.DeletePerson(t.Context(), p.ID)
	if err != nil || !reflect.DeepEqual(was, p) {
		t.Fatalf("deleted %+v, %v", was, err)
	}
	if _, err := c.DeletePerson(t.Context(), p.ID); !errors.Is(err, ErrNotFound) {
		t.Fatalf("deleted twice: %v", err)
	}
	other := addPerson(t, c, Person{Name: "Bert"})
	if other.ID == p.ID {
		t.Fatal("the id of a deleted person was given again")
	}
	for range 2 { // the second undo does nothing
		if err := c.RestorePerson(t.Context(), was); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := c.Person(t.Context(), p.ID); err != nil || !reflect.DeepEqual(got, p) {
		t.Fatalf("restored %+v, %v", got, err)
	}
	if got := names(list(t, c, PeopleQuery{})); got != "Anna, Bert, First" {
		t.Fatalf("people: %s", got)
	}
}

func TestRestorePersonMeetsAChangedWorld(t *testing.T) {
	c, _, _ := records(t)
	co := addCompany(t, c, Company{Name: "Nordwind"})
	p := addPerson(t, c, Person{Name: "Anna", CompanyID: co.ID, Emails: []string{"anna@nordwind.example"}})
	was, err := c.DeletePerson(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeleteCompany(t.Context(), co.ID); err != nil {
		t.Fatal(err)
	}
	thief := addPerson(t, c, Person{Name: "Bert", Emails: []string{"anna@nordwind.example"}})
	var taken ErrAddressTaken
	if err := c.RestorePerson(t.Context(), was); !errors.As(err, &taken) || taken.PersonID != thief.ID {
		t.Fatalf("address taken: %v", err)
	}
	if _, err := c.DeletePerson(t.Context(), thief.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.RestorePerson(t.Context(), was); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Person(t.Context(), p.ID); err != nil || got.CompanyID != 0 || got.CompanyName != "" {
		t.Fatalf("restored without its company: %+v, %v", got, err)
	}
}

func TestCompanyLife(t *testing.T) {
	c, _, _ := records(t)
	co := addCompany(t, c, Company{Name: "  Nordwind  Logistics", Domain: "https://www.Nordwind.example/about", Website: "nordwind.example"})
	if co.Name != "Nordwind Logistics" || co.Domain != "nordwind.example" || co.Website != "https://nordwind.example" {
		t.Fatalf("saved %+v", co)
	}
	anna := addPerson(t, c, Person{Name: "Anna", CompanyID: co.ID})
	bert := addPerson(t, c, Person{Name: "Bert", CompanyID: co.ID})
	other := addCompany(t, c, Company{Name: "Ärzte"})
	co.Industry = "Freight"
	co = addCompany(t, c, co)
	if got, err := c.Company(t.Context(), co.ID); err != nil || got != co || got.People != 2 {
		t.Fatalf("read %+v, %v, want %+v", got, err, co)
	}
	was, err := c.DeleteCompany(t.Context(), co.ID)
	if err != nil || was.Company != co || !slices.Equal(was.Members, []int64{anna.ID, bert.ID}) {
		t.Fatalf("deleted %+v, %v", was, err)
	}
	if got := list(t, c, PeopleQuery{Text: "anna"}); len(got) != 1 || got[0].CompanyID != 0 || got[0].CompanyName != "" {
		t.Fatalf("people after it: %+v", got)
	}
	bert.CompanyID = other.ID
	addPerson(t, c, bert)
	if err := c.RestoreCompany(t.Context(), was); err != nil {
		t.Fatal(err)
	}
	if got := list(t, c, PeopleQuery{CompanyID: co.ID}); names(got) != "Anna" {
		t.Fatalf("members after the undo: %s", names(got))
	}
	if got := list(t, c, PeopleQuery{CompanyID: other.ID}); names(got) != "Bert" {
		t.Fatalf("the other's members after the undo: %s", names(got))
	}
	all, err := c.Companies(t.Context(), "")
	if err != nil || len(all) != 2 || all[0].Name != "Ärzte" || all[1].People != 1 {
		t.Fatalf("companies %+v, %v", all, err)
	}
	if some, err := c.Companies(t.Context(), "FREIGHT nord"); err != nil || len(some) != 1 || some[0].ID != co.ID {
		t.Fatalf("filtered %+v, %v", some, err)
	}
	if _, err := c.Company(t.Context(), 99); !errors.Is(err, ErrNotFound) {
		t.Fatalf("unknown company: %v", err)
	}
	if err := c.SaveCompany(t.Context(), &Company{ID: 99, Name: "X"}); !errors.Is(err, ErrNotFound) {
		t.Fatalf("edit of an unknown company: %v", err)
	}
	if _, err := c.DeleteCompany(t.Context(), 99); !errors.Is(err, ErrNotFound) {
		t.Fatalf("delete of an unknown company: %v", err)
	}
}

func TestCompanyValidation(t *testing.T) {
	for name, tc := range map[string]struct {
		company Company
		want    ErrInvalid
	}{
		"no name":         {Company{}, ErrInvalid{Field: FieldName, Why: WhyMissing}},
		"not a domain":    {Company{Name: "A", Domain: "not a domain"}, ErrInvalid{Field: FieldDomain, Why: WhyNotDomain}},
		"no dot":          {Company{Name: "A", Domain: "nordwind"}, ErrInvalid{Field: FieldDomain, Why: WhyNotDomain}},
		"a registry":      {Company{Name: "A", Domain: "co.uk"}, ErrInvalid{Field: FieldDomain, Why: WhyNotDomain}},
		"public mail":     {Company{Name: "A", Domain: "Gmail.com"}, ErrInvalid{Field: FieldDomain, Why: WhyFreeMail}},
		"script website":  {Company{Name: "A", Website: "javascript://x.example/%0aalert(1)"}, ErrInvalid{Field: FieldWebsite, Why: WhyNotWeb}},
		"website with no": {Company{Name: "A", Website: "https://"}, ErrInvalid{Field: FieldWebsite, Why: WhyNotWeb}},
	} {
		t.Run(name, func(t *testing.T) {
			c, _, _ := records(t)
			var got ErrInvalid
			if err := c.SaveCompany(t.Context(), &tc.company); !errors.As(err, &got) || got != tc.want {
				t.Fatalf("error %v, want %+v", err, tc.want)
			}
		})
	}
}

func TestWritesAreAnnounced(t *testing.T) {
	c, db, _ := records(t)
	sub := db.Hub().Subscribe(store.People, store.Company)
	defer sub.End()
	ctx := t.Context()
	heard := func(what, want string) {
		t.Helper()
		var got []string
		for _, ch := range sub.Take() {
			got = append(got, fmt.Sprintf("%s%v all=%t", ch.Kind, ch.IDs, ch.All))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s announced %q, want %q", what, s, want)
		}
	}
	co := addCompany(t, c, Company{Name: "Nordwind"})
	heard("new company", "company[1] all=false")
	p := addPerson(t, c, Person{Name: "Anna", CompanyID: co.ID})
	heard("new person", "person[1] all=false company[1] all=false")
	p.Role = "Buyer"
	p = addPerson(t, c, p)
	heard("edited person", "person[1] all=false")
	was, err := c.DeleteCompany(ctx, co.ID)
	heard("deleted company", "company[1] all=false person[1] all=false")
	err = errors.Join(err, c.RestoreCompany(ctx, was))
	heard("restored company", "company[1] all=false person[1] all=false")
	gone, err2 := c.DeletePerson(ctx, p.ID)
	heard("deleted person", "person[1] all=false company[1] all=false")
	err = errors.Join(err, err2, c.RestorePerson(ctx, gone))
	heard("restored person", "person[1] all=false company[1] all=false")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SavePerson(ctx, &Person{}); err == nil {
		t.Fatal("a nameless person was saved")
	}
	heard("a refused person", "")
}

func TestImportDemoOnceAndWithoutDoubles(t *testing.T) {
	c, _, _ := records(t)
	mine := addPerson(t, c, Person{Name: "My Anna", Emails: []string{"Anna.Lindqvist@nordwind-logistics.example"}})
	count := func() (people, companies int) {
		all, err := c.Companies(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return len(list(t, c, PeopleQuery{})), len(all)
	}
	for range 2 {
		if err := c.ImportDemo(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p, co := count(); p != 60 || co != 20 {
			t.Fatalf("%d people, %d companies", p, co)
		}
	}
	if got, err := c.Person(t.Context(), mine.ID); err != nil || got.Name != "My Anna" {
		t.Fatalf("my own record is now %+v, %v", got, err)
	}
	if _, err := c.DeletePerson(t.Context(), mine.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.ImportDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p, _ := count(); p != 59 {
		t.Fatalf("a deleted person came back: %d", p)
	}
}

func TestACancelledReadEnds(t *testing.T) {
	c, _, _ := records(t)
	addPerson(t, c, Person{Name: "Anna"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.People(ctx, PeopleQuery{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	if got := names(list(t, c, PeopleQuery{})); got != "Anna" {
		t.Fatalf("after a cancelled read: %q", got)
	}
}
