package crm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"supercrm/internal/store"
)

// SavePerson stores a person: a new one where p.ID is 0, else all fields of the one with that id. CompanyName and the
// times are not read. On success *p is what was stored: id, trimmed fields, company name, times; on an error it is as it
// was. Errors: ErrInvalid (also for a company that is gone), ErrAddressTaken, ErrNotFound.
func (c *CRM) SavePerson(ctx context.Context, p *Person) error {
	saved, err := cleanPerson(*p)
	if err != nil {
		return fmt.Errorf("save person: %w", err)
	}
	err = c.db.Write(ctx, "save person", func(tx *store.Tx) error { return c.putPerson(ctx, tx, &saved) })
	if err != nil {
		return err
	}
	*p = saved
	return nil
}

// putPerson stores a clean person within a transaction and notes what changed.
func (c *CRM) putPerson(ctx context.Context, tx *store.Tx, p *Person) error {
	var before Person
	if p.ID != 0 {
		found, err := readPeople(ctx, tx, []int64{p.ID})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrNotFound
		}
		before = found[0]
	}
	var err error
	if p.CompanyName, err = companyName(ctx, tx, p.CompanyID); err != nil {
		return err
	}
	if err := checkAddresses(ctx, tx, *p); err != nil {
		return err
	}
	p.Created, p.Updated = before.Created, c.stamp()
	if p.ID != 0 {
		_, err = tx.ExecContext(ctx, `UPDATE person SET company_id=?, name=?, role=?, phone=?, mobile=?, city=?, notes=?,
			updated_at=? WHERE id=?`, idOrNull(p.CompanyID), p.Name, p.Role, p.Phone, p.Mobile, p.City, p.Notes,
			unixMilli(p.Updated), p.ID)
		if err != nil {
			return fmt.Errorf("update the row: %w", err)
		}
	} else {
		p.Created = p.Updated
		if p.ID, err = personTable.newID(ctx, tx); err != nil {
			return err
		}
		if err := insertPerson(ctx, tx, *p); err != nil {
			return err
		}
	}
	if before.ID == 0 || !slices.Equal(before.Emails, p.Emails) {
		if err := putAddresses(ctx, tx, *p); err != nil {
			return err
		}
	}
	changedPeople(tx, p.ID)
	if before.CompanyID != p.CompanyID {
		changedCompanies(tx, before.CompanyID, p.CompanyID)
	}
	return nil
}

func companyName(ctx context.Context, q querier, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	var name string
	err := q.QueryRowContext(ctx, "SELECT name FROM company WHERE id=?", id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrInvalid{Field: FieldCompany, Why: WhyNoCompany}
	}
	if err != nil {
		return "", fmt.Errorf("read its company: %w", err)
	}
	return name, nil
}

// checkAddresses says whose an address of p is, if it is another person's.
func checkAddresses(ctx context.Context, q querier, p Person) error {
	keys := make([]string, len(p.Emails))
	for i, addr := range p.Emails {
		keys[i] = addressKey(addr)
	}
	list, err := jsonList(keys)
	if err != nil {
		return err
	}
	var key string
	var taken ErrAddressTaken
	err = q.QueryRowContext(ctx, `SELECT a.addr_lc, p.id, p.name FROM person_address a JOIN person p ON p.id = a.person_id
		WHERE a.addr_lc IN (SELECT value FROM json_each(?)) AND a.person_id <> ? LIMIT 1`, list, p.ID).
		Scan(&key, &taken.PersonID, &taken.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for its addresses: %w", err)
	}
	taken.Addr = p.Emails[slices.Index(keys, key)]
	return taken
}

func insertPerson(ctx context.Context, tx *store.Tx, p Person) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO person (id, company_id, name, role, phone, mobile, city, notes, created_at,
		updated_at) VALUES (?,?,?,?,?,?,?,?,?,?)`, p.ID, idOrNull(p.CompanyID), p.Name, p.Role, p.Phone, p.Mobile, p.City,
		p.Notes, unixMilli(p.Created), unixMilli(p.Updated))
	if err != nil {
		return fmt.Errorf("insert the row: %w", err)
	}
	return nil
}

func putAddresses(ctx context.Context, tx *store.Tx, p Person) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM person_address WHERE person_id=?", p.ID); err != nil {
		return fmt.Errorf("clear its addresses: %w", err)
	}
	for i, addr := range p.Emails {
		_, err := tx.ExecContext(ctx, "INSERT INTO person_address (addr_lc, person_id, addr, position) VALUES (?,?,?,?)",
			addressKey(addr), p.ID, addr, i)
		if err != nil {
			return fmt.Errorf("insert its addresses: %w", err)
		}
	}
	return nil
}

// DeletePerson removes a person and returns it as it was, which is what RestorePerson takes. Errors: ErrNotFound.
func (c *CRM) DeletePerson(ctx context.Context, id int64) (Person, error) {
	var was Person
	err := c.db.Write(ctx, "delete person", func(tx *store.Tx) error {
		found, err := readPeople(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrNotFound
		}
		was = found[0]
		if _, err := tx.ExecContext(ctx, "DELETE FROM person WHERE id=?", id); err != nil {
			return fmt.Errorf("delete the row: %w", err)
		}
		changedPeople(tx, id)
		changedCompanies(tx, was.CompanyID)
		return personTable.retire(ctx, tx, id)
	})
	if err != nil {
		return Person{}, err
	}
	return was, nil
}

// RestorePerson undoes DeletePerson: the same id, fields and times. A company that has gone since is left out. Where the
// person is there again already, nothing happens. Errors: ErrAddressTaken.
func (c *CRM) RestorePerson(ctx context.Context, was Person) error {
	return c.db.Write(ctx, "restore person", func(tx *store.Tx) error {
		if was.ID == 0 {
			return ErrNotFound
		}
		there, err := exists(ctx, tx, "SELECT count(*) FROM person WHERE id=?", was.ID)
		if err != nil || there {
			return err
		}
		if there, err = exists(ctx, tx, "SELECT count(*) FROM company WHERE id=?", was.CompanyID); err != nil {
			return err
		} else if !there {
			was.CompanyID = 0
		}
		if err := checkAddresses(ctx, tx, was); err != nil {
			return err
		}
		if err := insertPerson(ctx, tx, was); err != nil {
			return err
		}
		changedPeople(tx, was.ID)
		changedCompanies(tx, was.CompanyID)
		return putAddresses(ctx, tx, was)
	})
}

func exists(ctx context.Context, q querier, query string, id int64) (bool, error) {
	var n int
	if err := q.QueryRowContext(ctx, query, id).Scan(&n); err != nil {
		return false, fmt.Errorf("look for the row: %w", err)
	}
	return n > 0, nil
}

// Person is the person with an id. Errors: ErrNotFound.
func (c *CRM) Person(ctx context.Context, id int64) (Person, error) {
	var out Person
	err := c.snapshot(ctx, "read person", func(q querier) error {
		found, err := readPeople(ctx, q, []int64{id})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrNotFound
		}
		out = found[0]
		return nil
	})
	return out, err
}

const (
	selectPeople = `SELECT p.id, coalesce(p.company_id, 0), coalesce(c.name, ''), p.name, p.role, p.phone, p.mobile, p.city,
		p.notes, p.created_at, p.updated_at FROM person p LEFT JOIN company c ON c.id = p.company_id`
	selectAddresses = `SELECT person_id, addr FROM person_address`
	theseIDs        = ` IN (SELECT value FROM json_each(?))`
)

// readPeople reads the people with these ids, in the order of ids' numbers; those that are gone are left out.
func readPeople(ctx context.Context, q querier, ids []int64) ([]Person, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := jsonList(ids)
	if err != nil {
		return nil, err
	}
	return scanPeople(ctx, q, selectPeople+" WHERE p.id"+theseIDs+" ORDER BY p.id",
		selectAddresses+" WHERE person_id"+theseIDs+" ORDER BY person_id, position", list)
}

// readAllPeople reads everybody, in the order of ids.
func readAllPeople(ctx context.Context, q querier) ([]Person, error) {
	return scanPeople(ctx, q, selectPeople+" ORDER BY p.id", selectAddresses+" ORDER BY person_id, position")
}

func scanPeople(ctx context.Context, q querier, people, addresses string, args ...any) ([]Person, error) {
	rows, err := q.QueryContext(ctx, people, args...)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	defer rows.Close()
	var out []Person
	for rows.Next() {
		var p Person
		var created, updated int64
		if err := rows.Scan(&p.ID, &p.CompanyID, &p.CompanyName, &p.Name, &p.Role, &p.Phone, &p.Mobile, &p.City, &p.Notes,
			&created, &updated); err != nil {
			return nil, fmt.Errorf("read people: %w", err)
		}
		p.Created, p.Updated = fromMilli(created), fromMilli(updated)
		out = append(out, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return out, scanAddresses(ctx, q, out, addresses, args...)
}

// scanAddresses fills Emails of people, who are in the order of their ids, as the addresses come.
func scanAddresses(ctx context.Context, q querier, people []Person, addresses string, args ...any) error {
	rows, err := q.QueryContext(ctx, addresses, args...)
	if err != nil {
		return fmt.Errorf("read addresses: %w", err)
	}
	defer rows.Close()
	at := 0
	for rows.Next() {
		var id int64
		var addr string
		if err := rows.Scan(&id, &addr); err != nil {
			return fmt.Errorf("read addresses: %w", err)
		}
		for at < len(people) && people[at].ID < id {
			at++
		}
		if at < len(people) && people[at].ID == id {
			people[at].Emails = append(people[at].Emails, addr)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read addresses: %w", err)
	}
	return nil
}
