package people

import (
	"slices"
	"strings"

	"supercrm/crm"
)

// draft is what a form holds, of a person or a company, as typed. It is plain data so that it can be compared.
type draft struct {
	Name, Phone, City, Notes string

	// Of a person.
	Role, Mobile string
	Company      string
	CompanyID    int64 // the company it was in when the form was opened
	Emails       []string

	// Of a company.
	Domain, Industry, Website string
}

func personDraft(p crm.Person) draft {
	return draft{Name: p.Name, Phone: p.Phone, City: p.City, Notes: p.Notes, Role: p.Role, Mobile: p.Mobile,
		Company: p.CompanyName, CompanyID: p.CompanyID, Emails: p.Emails}
}

func companyDraft(co crm.Company) draft {
	return draft{Name: co.Name, Phone: co.Phone, City: co.City, Notes: co.Notes, Domain: co.Domain, Industry: co.Industry, Website: co.Website}
}

// person is the draft as a person's record; blank addresses are kept, so that an error's index is that of the field.
func (d draft) person(id int64) crm.Person {
	return crm.Person{ID: id, CompanyID: d.CompanyID, Name: d.Name, Role: d.Role, Emails: slices.Clone(d.Emails), Phone: d.Phone,
		Mobile: d.Mobile, City: d.City, Notes: d.Notes}
}

func (d draft) company(id int64) crm.Company {
	return crm.Company{ID: id, Name: d.Name, Domain: d.Domain, Industry: d.Industry, Phone: d.Phone, Website: d.Website, City: d.City, Notes: d.Notes}
}

// same tells whether saving one draft or the other would store the same. Spaces at the ends and blank addresses do not
// count, since they are not stored.
func (d draft) same(o draft) bool {
	trim := strings.TrimSpace
	return slices.Equal(filled(d.Emails), filled(o.Emails)) &&
		trim(d.Name) == trim(o.Name) && trim(d.Phone) == trim(o.Phone) && trim(d.City) == trim(o.City) && trim(d.Notes) == trim(o.Notes) &&
		trim(d.Role) == trim(o.Role) && trim(d.Mobile) == trim(o.Mobile) && trim(d.Company) == trim(o.Company) &&
		trim(d.Domain) == trim(o.Domain) && trim(d.Industry) == trim(o.Industry) && trim(d.Website) == trim(o.Website)
}

func filled(addrs []string) []string {
	var out []string
	for _, a := range addrs {
		if a = strings.TrimSpace(a); a != "" {
			out = append(out, a)
		}
	}
	return out
}
