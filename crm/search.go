package crm

import (
	"context"
	"fmt"

	"supercrm/internal/search"
)

// FoundNote is a note that a search found: whose it is, and the piece where the words stand. One of PersonID and
// CompanyID is set.
type FoundNote struct {
	PersonID, CompanyID int64
	Name                string
	Snippet             search.Snippet
}

// noteWidth is how many characters of a note a result shows.
const noteWidth = 110

// FindCompanies lists at most limit companies that the query means, by name.
func (c *CRM) FindCompanies(ctx context.Context, q search.Query, limit int) ([]Company, error) {
	hits, err := search.Find(ctx, c.db.Reader(), q, search.Company, limit)
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	list, err := jsonList(idsOf(hits))
	if err != nil {
		return nil, err
	}
	out, err := readCompanies(ctx, c.db.Reader(), selectCompanies+" WHERE c.id"+theseIDs+" ORDER BY c.name COLLATE NOCASE, c.id", list)
	if err != nil {
		return nil, fmt.Errorf("find companies: %w", err)
	}
	return out, nil
}

// FindNotes lists at most limit notes of people, then as many of companies, each with the one changed last first.
func (c *CRM) FindNotes(ctx context.Context, q search.Query, limit int) ([]FoundNote, error) {
	var out []FoundNote
	for _, of := range []struct {
		kind  search.Kind
		query string
	}{
		{search.PersonNote, `SELECT p.id, 0, p.name, p.notes FROM json_each(?) j JOIN person p ON p.id=j.value ORDER BY j.key`},
		{search.CompanyNote, `SELECT 0, c.id, c.name, c.notes FROM json_each(?) j JOIN company c ON c.id=j.value ORDER BY j.key`},
	} {
		hits, err := search.Find(ctx, c.db.Reader(), q, of.kind, limit)
		if err != nil {
			return nil, fmt.Errorf("find notes: %w", err)
		}
		if len(hits) == 0 {
			continue
		}
		if out, err = c.readNotes(ctx, q, of.query, hits, out); err != nil {
			return nil, fmt.Errorf("find notes: %w", err)
		}
	}
	return out, nil
}

func (c *CRM) readNotes(ctx context.Context, q search.Query, query string, hits []search.Hit, out []FoundNote) ([]FoundNote, error) {
	list, err := jsonList(idsOf(hits))
	if err != nil {
		return nil, err
	}
	rows, err := c.db.Reader().QueryContext(ctx, query, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n FoundNote
		var text string
		if err := rows.Scan(&n.PersonID, &n.CompanyID, &n.Name, &text); err != nil {
			return nil, err
		}
		n.Snippet = q.Snippet(text, noteWidth)
		out = append(out, n)
	}
	return out, rows.Err()
}

func idsOf(hits []search.Hit) []int64 {
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	return ids
}
