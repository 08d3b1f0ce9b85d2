package crm

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSavePersonInFindsOrMakesTheCompany(t *testing.T) {
	c, _, _ := records(t)
	old := addCompany(t, c, Company{Name: "Müller & Söhne"})
	twin := addCompany(t, c, Company{Name: "Muller & Sohne"})
	p := Person{Name: "Anna", Emails: []string{"anna@new.example"}}
	save := func(company, domain string, wantMade bool, want string) {
		t.Helper()
		made, err := c.SavePersonIn(t.Context(), &p, company, domain)
		if err != nil {
			t.Fatal(err)
		}
		if (made != 0) != wantMade || p.CompanyName != want || made != 0 && made != p.CompanyID {
			t.Fatalf("%q: made %d, in %d %q, want made %v in %q", company, made, p.CompanyID, p.CompanyName, wantMade, want)
		}
	}
	save("  MULLER  & sohne ", "", false, old.Name)
	p.CompanyID = twin.ID
	save("müller & söhne", "", false, twin.Name) // the one she is in, though another has the name too
	save("New Works", "new.example", true, "New Works")
	if co, err := c.Company(t.Context(), p.CompanyID); err != nil || co.Domain != "new.example" || co.People != 1 {
		t.Fatalf("%+v %v", co, err)
	}
	save("Freelancers", "gmail.com", true, "Freelancers")
	if co, err := c.Company(t.Context(), p.CompanyID); err != nil || co.Domain != "" {
		t.Fatalf("%+v %v", co, err)
	}
	save("", "", false, "")
}

func TestSavePersonInMakesNothingWhenItFails(t *testing.T) {
	c, _, _ := records(t)
	addPerson(t, c, Person{Name: "Bert", Emails: []string{"b@x.example"}})
	p := Person{Name: "Anna", Emails: []string{"B@x.example"}}
	var taken ErrAddressTaken
	if _, err := c.SavePersonIn(t.Context(), &p, "Brand new", ""); !errors.As(err, &taken) || taken.Name != "Bert" {
		t.Fatalf("%v", err)
	}
	if all, err := c.Companies(t.Context(), ""); err != nil || len(all) != 0 || p.ID != 0 {
		t.Fatalf("left behind: %v %v, person %d", all, err, p.ID)
	}
	p = Person{Name: "Anna"}
	var bad ErrInvalid
	if _, err := c.SavePersonIn(t.Context(), &p, strings.Repeat("x", MaxLine+1), ""); !errors.As(err, &bad) || bad.Field != FieldCompany {
		t.Fatalf("%v", err)
	}
}

func TestGuessCompany(t *testing.T) {
	for addr, want := range map[string]string{
		"anna@nord-wind.example":          "Nord Wind/nord-wind.example",
		"Anna@EU.Sales.nordwind.co.uk":    "Nordwind/nordwind.co.uk",
		"anna@xn--mller-kva.example":      "Müller/müller.example",
		"someone@gmail.com":               "/",
		"nobody":                          "/",
		"anna@localhost":                  "/",
		"":                                "/",
		"a@b@c":                           "/",
		"anna+tag@alder_finch.co.example": "/",
	} {
		name, domain := GuessCompany(addr)
		if got := name + "/" + domain; got != want {
			t.Errorf("%q: %q, want %q", addr, got, want)
		}
	}
}

func FuzzGuessCompany(f *testing.F) {
	for _, s := range []string{"anna@nord-wind.example", "@", "a@-.example", "a@xn--.com", "\xff@\xff.com", "a@--.--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		name, domain := GuessCompany(addr)
		if (name == "") != (domain == "") || !utf8.ValidString(name) {
			t.Errorf("%q: %q %q", addr, name, domain)
		}
	})
}
