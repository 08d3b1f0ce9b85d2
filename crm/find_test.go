package crm

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestFindPutsTheBestFirst(t *testing.T) {
	c, _, _ := records(t)
	co := addCompany(t, c, Company{Name: "Ánders & Co"})
	addPerson(t, c, Person{Name: "Zed Middle", City: "Grandersville"}) // the word is inside
	addPerson(t, c, Person{Name: "Bert Buyer", CompanyID: co.ID})
	addPerson(t, c, Person{Name: "Carl Post", Emails: []string{"c@x.example", "Anders.post@x.example"}})
	addPerson(t, c, Person{Name: "Mia Anders"})
	addPerson(t, c, Person{Name: "Ânders Berg"})
	addPerson(t, c, Person{Name: "Nobody"})
	find := func(text string, limit int) string {
		t.Helper()
		got, err := c.Find(t.Context(), text, limit)
		if err != nil {
			t.Fatal(err)
		}
		return names(got)
	}
	for text, want := range map[string]string{
		"anders":        "Ânders Berg, Mia Anders, Carl Post, Bert Buyer, Zed Middle",
		"ANDERS post":   "Carl Post",
		"berg anders":   "Ânders Berg",
		"  \t ":         "",
		"nothing alike": "",
	} {
		if got := find(text, 9); got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
	if got := find("anders", 2); got != "Ânders Berg, Mia Anders" {
		t.Errorf("two of them: %q", got)
	}
	if got := find("anders", 0); got != "" {
		t.Errorf("none of them: %q", got)
	}
	own, err := c.Find(t.Context(), "post", 1)
	if err != nil {
		t.Fatal(err)
	}
	own[0].Emails[0] = "changed"
	if again, _ := c.Find(t.Context(), "post", 1); again[0].Emails[0] != "c@x.example" {
		t.Error("a caller changed the index")
	}
}

func TestFindEndsWithItsContext(t *testing.T) {
	c, _, _ := records(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Find(ctx, "x", 1); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
}

func BenchmarkFind10000(b *testing.B) {
	c, _, _ := records(b)
	for i := range 10_000 {
		addPerson(b, c, Person{Name: fmt.Sprintf("Person %05d", i), Emails: []string{fmt.Sprintf("p%d@x.example", i)}})
	}
	if _, err := c.Find(b.Context(), "warm", 1); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got, err := c.Find(b.Context(), "person 0", 20); err != nil || len(got) != 20 {
			b.Fatal(len(got), err)
		}
	}
}
