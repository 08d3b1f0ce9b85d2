package crm

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"supercrm/internal/store"
)

// SavePersonIn stores a person as SavePerson does, in the company of a name, in one transaction: the company the person
// is in already if it has that name, else the oldest of that name (case and accents do not count), else a new one, whose
// id is then made. domain is the new company's mail domain; one that cannot stand (a public mail service) is left out.
// Without a name the person is in no company. Errors: those of SavePerson; ErrInvalid of FieldCompany for a bad name.
func (c *CRM) SavePersonIn(ctx context.Context, p *Person, company, domain string) (made int64, err error) {
	saved, err := cleanPerson(*p)
	if err != nil {
		return 0, fmt.Errorf("save person: %w", err)
	}
	name := line(company)
	err = c.db.Write(ctx, "save person", func(tx *store.Tx) error {
		made = 0
		if name == "" {
			saved.CompanyID = 0
			return c.putPerson(ctx, tx, &saved)
		}
		if saved.CompanyID, err = companyNamed(ctx, tx, name, p.CompanyID); err != nil {
			return err
		}
		if saved.CompanyID == 0 {
			co, err := newCompany(name, domain)
			if err != nil {
				return err
			}
			if err := c.putCompany(ctx, tx, &co); err != nil {
				return err
			}
			made, saved.CompanyID = co.ID, co.ID
		}
		return c.putPerson(ctx, tx, &saved)
	})
	if err != nil {
		return 0, err
	}
	*p = saved
	return made, nil
}

// companyNamed is the company of a name, preferably one with this id, or 0.
func companyNamed(ctx context.Context, q querier, name string, prefer int64) (int64, error) {
	all, err := readCompanies(ctx, q, selectCompanies+" ORDER BY c.id")
	if err != nil {
		return 0, err
	}
	key, found := fold(name), int64(0)
	for _, co := range all {
		if fold(co.Name) != key {
			continue
		}
		if co.ID == prefer {
			return co.ID, nil
		}
		if found == 0 {
			found = co.ID
		}
	}
	return found, nil
}

func newCompany(name, domain string) (Company, error) {
	co, err := cleanCompany(Company{Name: name, Domain: domain})
	var bad ErrInvalid
	if errors.As(err, &bad) && bad.Field == FieldDomain {
		co, err = cleanCompany(Company{Name: name})
	}
	if errors.As(err, &bad) {
		bad.Field = FieldCompany
		return co, bad
	}
	return co, err
}

// GuessCompany proposes the company behind an address that matches none: a name made of its domain ("sales@eu.nord-wind.example"
// is "Nord Wind") and the domain to record it under. Both are "" for public mail services and what is no address.
func GuessCompany(addr string) (name, domain string) {
	domains := addressDomains(addr)
	if len(domains) == 0 {
		return "", ""
	}
	domain = domains[len(domains)-1]
	label, _, _ := strings.Cut(domain, ".")
	words := strings.FieldsFunc(label, func(r rune) bool { return r == '-' || r == '_' })
	for i, w := range words {
		first := []rune(w)[:1]
		words[i] = strings.ToUpper(string(first)) + w[len(string(first)):]
	}
	return strings.Join(words, " "), domain
}
