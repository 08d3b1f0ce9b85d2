package crm

import (
	"context"
	"fmt"
	"strings"
)

// Find lists at most limit people for what was typed into a search box, the best first: whose name begins with the text,
// then those with another word of the name, an address, or the company beginning with it, then those in whom every word
// occurs somewhere, as People looks for them. Within each the order is by name. Text without a word finds nobody. The
// result is the caller's own.
func (c *CRM) Find(ctx context.Context, text string, limit int) ([]Person, error) {
	words := parseQuery(text)
	if len(words) == 0 || limit <= 0 {
		return nil, ctx.Err()
	}
	rows, err := c.index.current(ctx)
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	var ranked [ranks][]int
	phrase := strings.Join(words, " ")
	for i := range rows {
		if !words.in(rows[i].text) {
			continue
		}
		if r := rows[i].rank(phrase); len(ranked[r]) < limit {
			ranked[r] = append(ranked[r], i)
		}
	}
	var out []Person
	for _, hits := range ranked {
		for _, at := range hits {
			if len(out) == limit {
				return out, nil
			}
			p := rows[at].person
			p.Emails = append([]string(nil), p.Emails...)
			out = append(out, p)
		}
	}
	return out, nil
}

// ranks is how many grades rank gives.
const ranks = 5

// rank grades how well somebody in whom every word occurs fits the whole phrase; 0 is best.
func (r *indexed) rank(phrase string) int {
	switch {
	case strings.HasPrefix(r.key, phrase):
		return 0
	case strings.Contains(r.key, " "+phrase):
		return 1
	}
	for _, addr := range r.person.Emails {
		if strings.HasPrefix(addressKey(addr), phrase) {
			return 2
		}
	}
	if strings.HasPrefix(fold(r.person.CompanyName), phrase) {
		return 3
	}
	return 4
}
