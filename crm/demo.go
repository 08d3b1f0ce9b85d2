package crm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"supercrm/assets"
	"supercrm/internal/store"
)

// demoSetting notes that a file has had the demo's records.
const demoSetting = "crm.demo.imported"

// ImportDemo brings the demo's companies and people in, all or none. It does so once for each file, so that what the
// person changes or deletes stays changed or deleted; and again when no person and no company is left. A company whose
// domain, or person whose address, is recorded already is left as it is.
func (c *CRM) ImportDemo(ctx context.Context) error {
	return c.db.Write(ctx, "import demo records", func(tx *store.Tx) error {
		var done bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM setting WHERE name=?)
			AND (EXISTS (SELECT 1 FROM person) OR EXISTS (SELECT 1 FROM company))`, demoSetting).Scan(&done)
		if err != nil {
			return fmt.Errorf("look for an earlier import: %w", err)
		}
		if done {
			return nil
		}
		for _, demo := range assets.DemoCustomers() {
			if err := c.importCompany(ctx, tx, demo); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO setting (name, value) VALUES (?, '1') ON CONFLICT (name) DO NOTHING", demoSetting)
		if err != nil {
			return fmt.Errorf("note the import: %w", err)
		}
		return nil
	})
}

func (c *CRM) importCompany(ctx context.Context, tx *store.Tx, demo assets.DemoCompany) error {
	co, err := cleanCompany(Company{Name: demo.Name, Domain: demo.Domain, Industry: demo.Industry, Phone: demo.Phone,
		Website: demo.Website, City: demo.City, Notes: demo.Notes})
	if err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, "SELECT id FROM company WHERE domain=? AND domain <> '' ORDER BY id LIMIT 1", co.Domain).Scan(&co.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if err := c.putCompany(ctx, tx, &co); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("look for a company: %w", err)
	}
	for _, d := range demo.People {
		p, err := cleanPerson(Person{CompanyID: co.ID, Name: d.Name, Role: d.Role, Emails: []string{d.Email},
			Phone: d.Phone, Mobile: d.Mobile, City: d.City, Notes: d.Notes})
		if err != nil {
			return err
		}
		var taken ErrAddressTaken
		if err := c.putPerson(ctx, tx, &p); err != nil && !errors.As(err, &taken) {
			return err
		}
	}
	return nil
}
