package people

import (
	"context"
	"strings"

	"supercrm/crm"
)

// row is a line of the list.
type row struct {
	id        int64
	name, sub string
}

// roster is what the list shows, as of one moment: rows in alphabetic order.
type roster struct {
	rows []row
}

// readRoster reads a list from the records. text filters it.
func readRoster(ctx context.Context, data Data, kind Kind, text string) (roster, error) {
	if kind == Companies {
		all, err := data.Companies(ctx, text)
		if err != nil {
			return roster{}, err
		}
		r := roster{rows: make([]row, len(all))}
		for i, co := range all {
			r.rows[i] = row{co.ID, co.Name, companySub(co)}
		}
		return r, nil
	}
	all, err := data.People(ctx, crm.PeopleQuery{Text: text})
	if err != nil {
		return roster{}, err
	}
	r := roster{rows: make([]row, len(all))}
	for i, p := range all {
		r.rows[i] = row{p.ID, p.Name, personSub(p)}
	}
	return r, nil
}

func personSub(p crm.Person) string {
	if s := joined(p.Role, p.CompanyName); s != "" {
		return s
	}
	if len(p.Emails) > 0 {
		return p.Emails[0]
	}
	return p.City
}

func companySub(co crm.Company) string {
	if s := joined(co.Industry, co.City); s != "" {
		return s
	}
	return co.Domain
}

// joined puts a dot between the parts that there are.
func joined(parts ...string) string {
	var there []string
	for _, s := range parts {
		if s != "" {
			there = append(there, s)
		}
	}
	return strings.Join(there, " · ")
}

// index is where an id stands, or -1.
func (r roster) index(id int64) int {
	for i := range r.rows {
		if r.rows[i].id == id {
			return i
		}
	}
	return -1
}

// near is the id to go to when the one at i goes: the next, else the one before, else 0.
func (r roster) near(i int) int64 {
	switch {
	case i >= 0 && i+1 < len(r.rows):
		return r.rows[i+1].id
	case i > 0 && i < len(r.rows):
		return r.rows[i-1].id
	}
	return 0
}
