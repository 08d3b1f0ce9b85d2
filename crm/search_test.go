package crm

import (
	"testing"
	"time"

	"supercrm/internal/search"
)

func TestCompaniesAndNotesAreFound(t *testing.T) {
	c, _, _ := records(t)
	co := addCompany(t, c, Company{Name: "Ørsted Freight", City: "Malmö", Notes: "Pays on the fifteenth."})
	anna := addPerson(t, c, Person{Name: "Anna Lund", CompanyID: co.ID, Notes: "Allergic to nuts; prefers mornings."})
	addPerson(t, c, Person{Name: "Bert", Notes: "Likes mornings less."})
	find := func(text string) ([]Company, []FoundNote) {
		t.Helper()
		q := search.Parse(text, time.Now())
		companies, err := c.FindCompanies(t.Context(), q, 5)
		if err != nil {
			t.Fatal(err)
		}
		notes, err := c.FindNotes(t.Context(), q, 5)
		if err != nil {
			t.Fatal(err)
		}
		return companies, notes
	}
	if got, _ := find("orsted "); len(got) != 1 || got[0].ID != co.ID || got[0].People != 1 {
		t.Errorf("companies %+v", got)
	}
	if _, got := find("fifteenth"); len(got) != 1 || got[0].CompanyID != co.ID || got[0].Name != "Ørsted Freight" || len(got[0].Snippet.Marks) != 1 {
		t.Errorf("notes %+v", got)
	}
	if _, got := find("mornings"); len(got) != 2 {
		t.Errorf("notes %+v", got)
	}
	if _, got := find(`"prefers mornings"`); len(got) != 1 || got[0].PersonID != anna.ID {
		t.Errorf("notes %+v", got)
	}
	// The index follows the rows: a new name, a deleted person, a note that was cleared.
	co.Name, co.Notes = "Nordic Freight", ""
	if err := c.SaveCompany(t.Context(), &co); err != nil {
		t.Fatal(err)
	}
	if got, notes := find("fifteenth"); len(got)+len(notes) != 0 {
		t.Errorf("a cleared note is found: %+v", notes)
	}
	if got, _ := find("orsted "); len(got) != 0 {
		t.Errorf("the old name is found: %+v", got)
	}
	hits, err := search.Find(t.Context(), c.db.Reader(), search.Parse("nordic lund ", time.Now()), search.Person, 5)
	if err != nil || len(hits) != 1 || hits[0].ID != anna.ID {
		t.Errorf("a person by the company's new name: %+v, %v", hits, err)
	}
	if _, err := c.DeletePerson(t.Context(), anna.ID); err != nil {
		t.Fatal(err)
	}
	if _, got := find("mornings"); len(got) != 1 {
		t.Errorf("after the deletion %+v", got)
	}
}
