package crm

import (
	"testing"
)

func TestMatch(t *testing.T) {
	c, _, _ := records(t)
	nord := addCompany(t, c, Company{Name: "Nordwind", Domain: "nordwind.example"})
	addCompany(t, c, Company{Name: "Nordwind Two", Domain: "nordwind.example"}) // younger, the same domain
	fish := addCompany(t, c, Company{Name: "Fish", Domain: "fish.nordwind.example"})
	addCompany(t, c, Company{Name: "Brit", Domain: "brit.co.uk"})
	buecher := addCompany(t, c, Company{Name: "Bücher", Domain: "bücher.example"})
	anna := addPerson(t, c, Person{Name: "Anna", CompanyID: fish.ID, Emails: []string{"Anna@nordwind.example", "anna.l@gmail.com"}})
	tagged := addPerson(t, c, Person{Name: "Tagged", Emails: []string{"team+sales@nordwind.example"}})
	lone := addPerson(t, c, Person{Name: "Lone", Emails: []string{"lone@nordwind.example"}})
	for name, tc := range map[string]struct {
		addr            string
		person, company string
	}{
		"exact":                          {"Anna@nordwind.example", anna.Name, fish.Name},
		"other case and blanks":          {" ANNA@NORDWIND.EXAMPLE ", anna.Name, fish.Name},
		"second address":                 {"anna.l@gmail.com", anna.Name, fish.Name},
		"with a tag":                     {"anna+quotes@nordwind.example", anna.Name, fish.Name},
		"a tag of public mail":           {"anna.l+x+y@gmail.com", anna.Name, fish.Name},
		"recorded with its tag":          {"team+sales@nordwind.example", tagged.Name, ""},
		"the tag's base is unknown":      {"team+other@nordwind.example", "", nord.Name},
		"a person of no company":         {"lone@nordwind.example", lone.Name, ""},
		"domain, the oldest company":     {"new@nordwind.example", "", nord.Name},
		"domain in another case":         {"new@NordWind.Example", "", nord.Name},
		"parent domain":                  {"new@mail.nordwind.example", "", nord.Name},
		"nearest domain":                 {"new@a.fish.nordwind.example", "", fish.Name},
		"two parents up":                 {"new@a.b.nordwind.example", "", nord.Name},
		"a longer name is another":       {"new@notnordwind.example", "", ""},
		"below a registry's domain":      {"new@mail.brit.co.uk", "", "Brit"},
		"the registry's domain":          {"new@other.co.uk", "", ""},
		"public mail":                    {"stranger@gmail.com", "", ""},
		"international domain in ASCII":  {"x@xn--bcher-kva.example", "", buecher.Name},
		"international domain as typed":  {"x@BÜCHER.example", "", buecher.Name},
		"empty":                          {"", "", ""},
		"no address":                     {"Anna Lindqvist", "", ""},
		"an X.500 name from an old mail": {"/O=EXCHANGELABS/OU=X/CN=RECIPIENTS/CN=ANNA", "", ""},
		"only a domain":                  {"@nordwind.example", "", ""},
		"only a tag":                     {"+x@nordwind.example", "", nord.Name},
		"not UTF-8":                      {"\xff@nordwind.example", "", nord.Name},
		"a quote":                        {"o'hara@nordwind.example", "", nord.Name},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.Match(t.Context(), []string{"anna@nordwind.example", tc.addr})
			if err != nil || len(got) != 2 || got[0].Person == nil || got[0].Person.ID != anna.ID {
				t.Fatalf("matches %+v, %v", got, err)
			}
			var person, company string
			if got[1].Person != nil {
				person = got[1].Person.Name
			}
			if got[1].Company != nil {
				company = got[1].Company.Name
			}
			if got[1].Addr != tc.addr || person != tc.person || company != tc.company {
				t.Fatalf("person %q company %q, want %q %q", person, company, tc.person, tc.company)
			}
		})
	}
}

func TestMatchNeverByPublicMail(t *testing.T) {
	c, db, _ := records(t)
	// Not possible through SaveCompany, but a file may hold it.
	if err := insertRaw(t, db, "INSERT INTO company (id, name, domain, created_at, updated_at) VALUES (1, 'Freelancer', 'gmail.com', 0, 0)"); err != nil {
		t.Fatal(err)
	}
	got, err := c.Match(t.Context(), []string{"stranger@gmail.com", "stranger@mail.gmail.com"})
	if err != nil || got[0].Company != nil || got[1].Company != nil {
		t.Fatalf("matches %+v, %v", got, err)
	}
}

func TestMatchOfNothing(t *testing.T) {
	c, _, _ := records(t)
	if got, err := c.Match(t.Context(), nil); err != nil || len(got) != 0 {
		t.Fatalf("matches %+v, %v", got, err)
	}
}
