package crm

import (
	"fmt"
	"sync"
	"testing"

	"supercrm/internal/store"
)

func TestPeopleFilter(t *testing.T) {
	c, _, _ := records(t)
	nord := addCompany(t, c, Company{Name: "Nordwind Spedition"})
	addPerson(t, c, Person{Name: "Zoë Müller", CompanyID: nord.ID, City: "Łódź", Role: "Geschäftsführerin", Emails: []string{"zoe@home.example", "zm@work.example"}})
	addPerson(t, c, Person{Name: "Änne Strauß", City: "Genève"})
	addPerson(t, c, Person{Name: "bo", CompanyID: nord.ID, Role: "Buyer"})
	addPerson(t, c, Person{Name: "Anna", Phone: "5550100"})
	for name, tc := range map[string]struct {
		query PeopleQuery
		want  string
	}{
		"everybody, sorted without case or accents": {PeopleQuery{}, "Anna, Änne Strauß, bo, Zoë Müller"},
		"name without accents":                      {PeopleQuery{Text: "zoe MULLER"}, "Zoë Müller"},
		"accents typed, none stored":                {PeopleQuery{Text: "ánna"}, "Anna"},
		"decomposed accents":                        {PeopleQuery{Text: "zoe\u0308"}, "Zoë Müller"},
		"sharp s":                                   {PeopleQuery{Text: "STRAUSS"}, "Änne Strauß"},
		"a letter without decomposition":            {PeopleQuery{Text: "lodz"}, "Zoë Müller"},
		"company":                                   {PeopleQuery{Text: "nordwind"}, "bo, Zoë Müller"},
		"second address":                            {PeopleQuery{Text: "zm@work"}, "Zoë Müller"},
		"city":                                      {PeopleQuery{Text: "geneve"}, "Änne Strauß"},
		"role":                                      {PeopleQuery{Text: "geschaftsf"}, "Zoë Müller"},
		"words of different fields":                 {PeopleQuery{Text: "buyer nord"}, "bo"},
		"every word is needed":                      {PeopleQuery{Text: "buyer geneve"}, ""},
		"phone is not searched":                     {PeopleQuery{Text: "5550100"}, ""},
		"of a company":                              {PeopleQuery{CompanyID: nord.ID}, "bo, Zoë Müller"},
		"of a company with text":                    {PeopleQuery{CompanyID: nord.ID, Text: "zoe"}, "Zoë Müller"},
		"white space only":                          {PeopleQuery{Text: "  \t"}, "Anna, Änne Strauß, bo, Zoë Müller"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := names(list(t, c, tc.query)); got != tc.want {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestPeopleFollowsCommits(t *testing.T) {
	c, db, _ := records(t)
	co := addCompany(t, c, Company{Name: "Old name"})
	p := addPerson(t, c, Person{Name: "Bert", CompanyID: co.ID, Emails: []string{"b@x.example"}})
	list(t, c, PeopleQuery{}) // so that what follows is patched in
	expect := func(text, want string) {
		t.Helper()
		if got := names(list(t, c, PeopleQuery{Text: text})); got != want {
			t.Errorf("after the change %q finds %q, want %q", text, got, want)
		}
	}
	co.Name = "New name"
	addCompany(t, c, co)
	expect("old", "")
	expect("new", "Bert")
	p.Name = "Zacharias"
	p = addPerson(t, c, p)
	addPerson(t, c, Person{Name: "Carl"})
	expect("", "Carl, Zacharias")
	if _, err := c.DeletePerson(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	expect("", "Carl")
	err := db.Write(t.Context(), "change behind its back", func(tx *store.Tx) error {
		tx.Changed(store.People) // all
		_, err := tx.ExecContext(t.Context(), "UPDATE person SET name = 'Renamed'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	expect("", "Renamed")
}

func TestPeopleResultIsTheCallers(t *testing.T) {
	c, _, _ := records(t)
	addPerson(t, c, Person{Name: "Anna", Emails: []string{"a@x.example"}})
	addPerson(t, c, Person{Name: "Bert", Emails: []string{"b@x.example"}})
	got := list(t, c, PeopleQuery{})
	got[0].Name, got[0].Emails[0] = "Mallory", "m@x.example"
	got[0].Emails = append(got[0].Emails, "more@x.example")
	if got[1].Emails[0] != "b@x.example" {
		t.Fatalf("appending to one person's addresses changed another's: %v", got[1].Emails)
	}
	if again := list(t, c, PeopleQuery{}); again[0].Name != "Anna" || again[0].Emails[0] != "a@x.example" {
		t.Fatalf("a caller changed the index: %+v", again[0])
	}
}

func TestConcurrentUse(t *testing.T) {
	c, _, _ := records(t)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 25 {
				p := Person{Name: fmt.Sprintf("P %d %02d", w, i), Emails: []string{fmt.Sprintf("p%d.%d@x.example", w, i)}}
				if err := c.SavePerson(t.Context(), &p); err != nil {
					t.Error(err)
				}
				if found, err := c.People(t.Context(), PeopleQuery{Text: p.Emails[0]}); err != nil || len(found) == 0 {
					t.Errorf("what was just saved is not listed: %d, %v", len(found), err)
				}
				if m, err := c.Match(t.Context(), p.Emails); err != nil || m[0].Person == nil {
					t.Errorf("what was just saved does not match: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if got := len(list(t, c, PeopleQuery{})); got != 100 {
		t.Fatalf("%d people, want 100", got)
	}
}

// crowd fills a file with n people at n/10 companies.
func crowd(t testing.TB, c *CRM, n int) {
	t.Helper()
	err := c.db.Write(t.Context(), "fill", func(tx *store.Tx) error {
		for i := range n {
			co := Company{ID: 0, Name: fmt.Sprintf("Société %d", i/10), Domain: fmt.Sprintf("company%d.example", i/10)}
			if i%10 == 0 {
				if err := c.putCompany(t.Context(), tx, &co); err != nil {
					return err
				}
			}
			p := Person{CompanyID: int64(i/10 + 1), Name: fmt.Sprintf("Jürgen Person %d", (i*7919)%n), Role: "Head of Procurement", City: "Zürich",
				Emails: []string{fmt.Sprintf("person%d@company%d.example", i, i/10)}, Notes: "Prefers a call before ten."}
			if err := c.putPerson(t.Context(), tx, &p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkPeople(b *testing.B) {
	c, _, _ := records(b)
	crowd(b, c, 10_000)
	list(b, c, PeopleQuery{})
	for name, q := range map[string]PeopleQuery{"all": {}, "text": {Text: "zurich person 99"}, "company": {CompanyID: 500}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got := list(b, c, q); len(got) == 0 {
					b.Fatal("nobody")
				}
			}
		})
	}
	b.Run("after an edit", func(b *testing.B) {
		p, err := c.Person(b.Context(), 5000)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			addPerson(b, c, p)
			list(b, c, PeopleQuery{Text: "person 99"})
		}
	})
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			cold := New(c.db, c.now)
			list(b, cold, PeopleQuery{Text: "person 99"})
			cold.index.sub.End()
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	c, _, _ := records(b)
	crowd(b, c, 10_000)
	addrs := make([]string, 40)
	for i := range addrs {
		switch i % 4 {
		case 0, 1:
			addrs[i] = fmt.Sprintf("Person%d@company%d.example", i*100, i*10)
		case 2:
			addrs[i] = fmt.Sprintf("stranger@mail.company%d.example", i*10)
		default:
			addrs[i] = fmt.Sprintf("somebody%d@gmail.com", i)
		}
	}
	for b.Loop() {
		m, err := c.Match(b.Context(), addrs)
		if err != nil || m[0].Person == nil || m[2].Company == nil {
			b.Fatal(m, err)
		}
	}
}
