package crm

import (
	"context"
	"fmt"
)

// Match says what the records know of each address, in the order of addrs; Match.Addr is the address as given. A person is
// found by the address whatever its case, else by the address without its tag (anna+quotes@… is anna@…). Company is then
// the person's, or nil. Without a person, Company is the one recorded under the address's domain or a parent of it
// (mail.nordwind.example, nordwind.example), never for a public mail service. What is no address matches nothing.
// The records pointed to are the caller's, but shared between matches of one call.
func (c *CRM) Match(ctx context.Context, addrs []string) ([]Match, error) {
	out := make([]Match, len(addrs))
	if len(addrs) == 0 {
		return out, nil
	}
	err := c.snapshot(ctx, "match addresses", func(q querier) error {
		owners, err := readOwners(ctx, q, addrs)
		if err != nil {
			return err
		}
		people, err := readOwningPeople(ctx, q, owners)
		if err != nil {
			return err
		}
		companies, err := readMatchCompanies(ctx, q, addrs, owners, people)
		if err != nil {
			return err
		}
		for i, addr := range addrs {
			out[i].Addr = addr
			if p := people[owner(owners, addr)]; p != nil {
				out[i].Person, out[i].Company = p, companies.byID[p.CompanyID]
				continue
			}
			for _, d := range addressDomains(addr) {
				if co := companies.byDomain[d]; co != nil {
					out[i].Company = co
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// readOwners finds the people that have the addresses, tagged or not: person ids by address key.
func readOwners(ctx context.Context, q querier, addrs []string) (map[string]int64, error) {
	keys := make([]string, 0, len(addrs))
	for _, addr := range addrs {
		key := addressKey(addr)
		keys = append(keys, key)
		if base := withoutTag(key); base != "" {
			keys = append(keys, base)
		}
	}
	list, err := jsonList(keys)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, "SELECT addr_lc, person_id FROM person_address WHERE addr_lc"+theseIDs, list)
	if err != nil {
		return nil, fmt.Errorf("look for people: %w", err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var key string
		var id int64
		if err := rows.Scan(&key, &id); err != nil {
			return nil, fmt.Errorf("look for people: %w", err)
		}
		out[key] = id
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for people: %w", err)
	}
	return out, nil
}

// owner is the person that an address belongs to, or 0.
func owner(owners map[string]int64, addr string) int64 {
	key := addressKey(addr)
	if id := owners[key]; id != 0 {
		return id
	}
	return owners[withoutTag(key)]
}

func readOwningPeople(ctx context.Context, q querier, owners map[string]int64) (map[int64]*Person, error) {
	ids := make([]int64, 0, len(owners))
	for _, id := range owners {
		ids = append(ids, id)
	}
	found, err := readPeople(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]*Person, len(found))
	for i := range found {
		out[found[i].ID] = &found[i]
	}
	return out, nil
}

type matchCompanies struct {
	byID     map[int64]*Company
	byDomain map[string]*Company // the oldest of a domain
}

func readMatchCompanies(ctx context.Context, q querier, addrs []string, owners map[string]int64, people map[int64]*Person) (matchCompanies, error) {
	out := matchCompanies{map[int64]*Company{}, map[string]*Company{}}
	var ids []int64
	var domains []string
	for _, p := range people {
		if p.CompanyID != 0 {
			ids = append(ids, p.CompanyID)
		}
	}
	for _, addr := range addrs {
		if owner(owners, addr) == 0 {
			domains = append(domains, addressDomains(addr)...)
		}
	}
	idList, err := jsonList(ids)
	if err != nil {
		return out, err
	}
	domainList, err := jsonList(domains)
	if err != nil {
		return out, err
	}
	// The union lets each half use its index; "domain <> ''" is the condition of the domain's.
	found, err := readCompanies(ctx, q, selectCompanies+` WHERE c.id IN (SELECT value FROM json_each(?)
		UNION SELECT id FROM company WHERE domain <> '' AND domain IN (SELECT value FROM json_each(?)))
		ORDER BY c.id`, idList, domainList)
	if err != nil {
		return out, err
	}
	for i := range found {
		co := &found[i]
		out.byID[co.ID] = co
		if co.Domain != "" && out.byDomain[co.Domain] == nil {
			out.byDomain[co.Domain] = co
		}
	}
	return out, nil
}

func addressDomains(addr string) []string {
	_, domain, ok := cutAddress(addressKey(addr))
	if !ok {
		return nil
	}
	return companyDomains(domain)
}
