package crm

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"supercrm/internal/store"
)

// SaveCompany stores a company: a new one where co.ID is 0, else all fields of the one with that id. People and the times
// are not read. On success *co is what was stored; on an error it is as it was. Domain may be typed as a web or mail
// address. Several companies may share a domain: mail from it then matches the oldest. Errors: ErrInvalid, ErrNotFound.
func (c *CRM) SaveCompany(ctx context.Context, co *Company) error {
	saved, err := cleanCompany(*co)
	if err != nil {
		return fmt.Errorf("save company: %w", err)
	}
	err = c.db.Write(ctx, "save company", func(tx *store.Tx) error { return c.putCompany(ctx, tx, &saved) })
	if err != nil {
		return err
	}
	*co = saved
	return nil
}

func (c *CRM) putCompany(ctx context.Context, tx *store.Tx, co *Company) error {
	now := c.stamp()
	if co.ID == 0 {
		var err error
		if co.ID, err = companyTable.newID(ctx, tx); err != nil {
			return err
		}
		co.People, co.Created, co.Updated = 0, now, now
		changedCompanies(tx, co.ID)
		return insertCompany(ctx, tx, *co)
	}
	before, err := readCompany(ctx, tx, co.ID)
	if err != nil {
		return err
	}
	co.People, co.Created, co.Updated = before.People, before.Created, now
	_, err = tx.ExecContext(ctx, `UPDATE company SET name=?, domain=?, industry=?, phone=?, website=?, city=?, notes=?,
		updated_at=? WHERE id=?`, co.Name, co.Domain, co.Industry, co.Phone, co.Website, co.City, co.Notes,
		unixMilli(co.Updated), co.ID)
	if err != nil {
		return fmt.Errorf("update the row: %w", err)
	}
	changedCompanies(tx, co.ID)
	return nil
}

func insertCompany(ctx context.Context, tx *store.Tx, co Company) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO company (id, name, domain, industry, phone, website, city, notes, created_at,
		updated_at) VALUES (?,?,?,?,?,?,?,?,?,?)`, co.ID, co.Name, co.Domain, co.Industry, co.Phone, co.Website, co.City,
		co.Notes, unixMilli(co.Created), unixMilli(co.Updated))
	if err != nil {
		return fmt.Errorf("insert the row: %w", err)
	}
	return nil
}

// DeletedCompany is what RestoreCompany needs to undo DeleteCompany: the company and who belonged to it.
type DeletedCompany struct {
	Company Company
	Members []int64 // ids of people
}

// DeleteCompany removes a company. Its people stay, without a company. Errors: ErrNotFound.
func (c *CRM) DeleteCompany(ctx context.Context, id int64) (DeletedCompany, error) {
	var was DeletedCompany
	err := c.db.Write(ctx, "delete company", func(tx *store.Tx) error {
		var err error
		if was.Company, err = readCompany(ctx, tx, id); err != nil {
			return err
		}
		if was.Members, err = readIDs(ctx, tx, "SELECT id FROM person WHERE company_id=? ORDER BY id", id); err != nil {
			return err
		}
		// The schema sets company_id of its people to NULL.
		if _, err := tx.ExecContext(ctx, "DELETE FROM company WHERE id=?", id); err != nil {
			return fmt.Errorf("delete the row: %w", err)
		}
		changedCompanies(tx, id)
		changedPeople(tx, was.Members...)
		return companyTable.retire(ctx, tx, id)
	})
	if err != nil {
		return DeletedCompany{}, err
	}
	return was, nil
}

// RestoreCompany undoes DeleteCompany: the same id, fields and times, and those of its people who still exist and have
// joined no other company since. Where the company is there again already, nothing happens.
func (c *CRM) RestoreCompany(ctx context.Context, was DeletedCompany) error {
	return c.db.Write(ctx, "restore company", func(tx *store.Tx) error {
		if was.Company.ID == 0 {
			return ErrNotFound
		}
		there, err := exists(ctx, tx, "SELECT count(*) FROM company WHERE id=?", was.Company.ID)
		if err != nil || there {
			return err
		}
		if err := insertCompany(ctx, tx, was.Company); err != nil {
			return err
		}
		list, err := jsonList(was.Members)
		if err != nil {
			return err
		}
		back, err := readIDs(ctx, tx, `UPDATE person SET company_id=? WHERE company_id IS NULL
			AND id IN (SELECT value FROM json_each(?)) RETURNING id`, was.Company.ID, list)
		if err != nil {
			return err
		}
		changedCompanies(tx, was.Company.ID)
		changedPeople(tx, back...)
		return nil
	})
}

func readIDs(ctx context.Context, q querier, query string, args ...any) ([]int64, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read ids: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read ids: %w", err)
		}
		out = append(out, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read ids: %w", err)
	}
	return out, nil
}

// Company is the company with an id. Errors: ErrNotFound.
func (c *CRM) Company(ctx context.Context, id int64) (Company, error) {
	out, err := readCompany(ctx, c.db.Reader(), id)
	if err != nil {
		return Company{}, fmt.Errorf("read company: %w", err)
	}
	return out, nil
}

// Companies are those in which every word of text occurs (name, domain, industry, city; case and accents do not count),
// sorted by name. Without text, all.
func (c *CRM) Companies(ctx context.Context, text string) ([]Company, error) {
	all, err := readCompanies(ctx, c.db.Reader(), selectCompanies)
	if err != nil {
		return nil, fmt.Errorf("list companies: %w", err)
	}
	words := parseQuery(text)
	type keyed struct {
		Company
		key string
	}
	found := make([]keyed, 0, len(all))
	for _, co := range all {
		key := fold(co.Name)
		if len(words) == 0 || words.in(strings.Join([]string{key, fold(co.Domain), fold(co.Industry), fold(co.City)}, "\n")) {
			found = append(found, keyed{co, key})
		}
	}
	slices.SortFunc(found, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.ID, b.ID)) })
	out := make([]Company, len(found))
	for i := range found {
		out[i] = found[i].Company
	}
	return out, nil
}

const selectCompanies = `SELECT c.id, c.name, c.domain, c.industry, c.phone, c.website, c.city, c.notes,
	(SELECT count(*) FROM person WHERE company_id = c.id), c.created_at, c.updated_at FROM company c`

func readCompany(ctx context.Context, q querier, id int64) (Company, error) {
	co, err := scanCompany(q.QueryRowContext(ctx, selectCompanies+" WHERE c.id=?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return Company{}, ErrNotFound
	}
	return co, err
}

func readCompanies(ctx context.Context, q querier, query string, args ...any) ([]Company, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read companies: %w", err)
	}
	defer rows.Close()
	var out []Company
	for rows.Next() {
		co, err := scanCompany(rows)
		if err != nil {
			return nil, fmt.Errorf("read companies: %w", err)
		}
		out = append(out, co)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read companies: %w", err)
	}
	return out, nil
}

func scanCompany(row interface{ Scan(...any) error }) (Company, error) {
	var co Company
	var created, updated int64
	err := row.Scan(&co.ID, &co.Name, &co.Domain, &co.Industry, &co.Phone, &co.Website, &co.City, &co.Notes, &co.People,
		&created, &updated)
	co.Created, co.Updated = fromMilli(created), fromMilli(updated)
	return co, err
}
