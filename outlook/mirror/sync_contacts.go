package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// contactsEvery is how often contacts are read: they change seldom, and a poll should cost little.
const contactsEvery = 15 * time.Minute

// syncContacts brings the address books that are picked, and the contacts in them, up to date. Without the permission
// there are none, and nothing else fails.
func (r *runner) syncContacts(ctx context.Context) error {
	return r.seldom(&r.contactsAt, contactsEvery, func() error {
		err := r.readContacts(ctx)
		if outlook.IsRefused(err) {
			r.m.log.Debug("contacts not read", "error", err)
			return nil
		}
		return err
	})
}

func (r *runner) readContacts(ctx context.Context) error {
	if err := r.syncContactFolders(ctx); err != nil {
		return fmt.Errorf("mirror contact folders: %w", err)
	}
	folders, err := r.contactFolderRefs(ctx)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if err := r.syncContactFolder(ctx, f); err != nil {
			return fmt.Errorf("mirror contacts: %w", err)
		}
	}
	return nil
}

// syncContactFolders follows the list of address books. The default one is asked for by its name, since the list may leave
// it out.
func (r *runner) syncContactFolders(ctx context.Context) error {
	def, err := r.client.ContactFolder(ctx, "contacts")
	if err != nil {
		return err
	}
	s, err := r.scope(ctx, "contactfolders")
	if err != nil {
		return err
	}
	fetch := func(link string) (outlook.Page[outlook.ContactFolder], error) {
		page, err := r.client.ContactFoldersDelta(ctx, link)
		if err == nil && page.Last() {
			page.Items = append(page.Items, def)
		}
		return page, err
	}
	confirm := func(items []outlook.ContactFolder) (live []outlook.ContactFolder, dead []string, err error) {
		got, err := askAll(ctx, items, func(ctx context.Context, f outlook.ContactFolder) (outlook.ContactFolder, error) {
			if f.Removed == nil && f.Name != nil {
				return f, nil
			}
			now, err := r.client.ContactFolder(ctx, f.ID)
			if outlook.IsNotFound(err) {
				return outlook.ContactFolder{ID: f.ID, Removed: &outlook.Removed{Reason: "deleted"}}, nil
			}
			return now, err
		})
		for _, f := range got {
			if f.Removed != nil {
				dead = append(dead, f.ID)
			} else {
				live = append(live, f)
			}
		}
		return live, dead, err
	}
	remove := func(tx *store.Tx, dead []string) error {
		for _, g := range dead {
			if _, err := tx.ExecContext(ctx, `DELETE FROM contact_folder WHERE account_id=? AND graph_id=?`, r.account, g); err != nil {
				return fmt.Errorf("delete contact folder: %w", err)
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM sync_state WHERE account_id=? AND scope=?`, r.account, "contacts:"+g); err != nil {
				return fmt.Errorf("delete contact folder: %w", err)
			}
			if err := clearSeen(ctx, tx, r.account, "contacts:"+g); err != nil {
				return err
			}
			tx.Changed(store.Contacts)
		}
		return nil
	}
	keep := func(page outlook.Page[outlook.ContactFolder], s scope) (func(*store.Tx) error, error) {
		live, dead, err := confirm(page.Items)
		if err != nil {
			return nil, err
		}
		return func(tx *store.Tx) error {
			for _, f := range live {
				name := ""
				if f.Name != nil {
					name = *f.Name
				}
				res, err := tx.ExecContext(ctx, `INSERT INTO contact_folder (account_id, graph_id, name, is_default) VALUES (?,?,?,?)
					ON CONFLICT (account_id, graph_id) DO UPDATE SET name=excluded.name, is_default=excluded.is_default
					WHERE (name, is_default) <> (excluded.name, excluded.is_default)`, r.account, f.ID, name, f.ID == def.ID)
				if err != nil {
					return fmt.Errorf("write contact folder: %w", err)
				}
				if n, _ := res.RowsAffected(); n > 0 {
					tx.Changed(store.Contacts)
				}
				if err := s.met(ctx, tx, r.account, f.ID); err != nil {
					return err
				}
			}
			return remove(tx, dead)
		}, nil
	}
	sweep := func(s scope) error {
		lost, err := collect(ctx, r.m, "find unmet contact folders", func(row scanner) (f outlook.ContactFolder, err error) {
			f.Removed = &outlook.Removed{}
			err = row.Scan(&f.ID)
			return f, err
		}, `SELECT graph_id FROM contact_folder WHERE account_id=?1 AND graph_id NOT IN (SELECT graph_id FROM sync_seen WHERE account_id=?1 AND scope=?2)`, r.account, s.name)
		if err != nil {
			return err
		}
		_, dead, err := confirm(lost)
		if err != nil || len(dead) == 0 {
			return err
		}
		return r.m.db.Write(ctx, "delete contact folders", func(tx *store.Tx) error { return remove(tx, dead) })
	}
	return follow(ctx, r, s, fetch, keep, sweep)
}

// contactChange is what a delta's item turned out to mean.
type contactChange struct {
	live *outlook.Contact
	gone string
}

func (r *runner) syncContactFolder(ctx context.Context, f folderRef) error {
	s, err := r.scope(ctx, "contacts:"+f.graph)
	if err != nil {
		return err
	}
	fetch := func(link string) (outlook.Page[outlook.Contact], error) {
		return r.client.ContactsDelta(ctx, f.graph, link)
	}
	settle := func(items []outlook.Contact) ([]contactChange, error) {
		return askAll(ctx, items, func(ctx context.Context, c outlook.Contact) (contactChange, error) { return r.settleContact(ctx, f, c) })
	}
	write := func(tx *store.Tx, s scope, changes []contactChange) error {
		for _, c := range changes {
			if c.live != nil {
				if err := r.upsertContact(ctx, tx, *c.live, f.id); err != nil {
					return err
				}
				if err := s.met(ctx, tx, r.account, c.live.ID); err != nil {
					return err
				}
			}
			if c.gone != "" {
				if _, err := tx.ExecContext(ctx, `DELETE FROM contact WHERE account_id=? AND graph_id=?`, r.account, c.gone); err != nil {
					return fmt.Errorf("delete contact: %w", err)
				}
				tx.Changed(store.Contacts)
			}
		}
		return nil
	}
	keep := func(page outlook.Page[outlook.Contact], s scope) (func(*store.Tx) error, error) {
		changes, err := settle(page.Items)
		if err != nil {
			return nil, err
		}
		return func(tx *store.Tx) error { return write(tx, s, changes) }, nil
	}
	sweep := func(s scope) error {
		for {
			lost, err := collect(ctx, r.m, "find unmet contacts", func(row scanner) (c outlook.Contact, err error) {
				c.Removed = &outlook.Removed{}
				err = row.Scan(&c.ID)
				return c, err
			}, `SELECT graph_id FROM contact WHERE account_id=?1 AND folder_id=?2
				AND graph_id NOT IN (SELECT graph_id FROM sync_seen WHERE account_id=?1 AND scope=?3) LIMIT ?4`, r.account, f.id, s.name, sweepBatch)
			if err != nil || len(lost) == 0 {
				return err
			}
			changes, err := settle(lost)
			if err != nil {
				return err
			}
			if err := r.m.db.Write(ctx, "sweep contacts", func(tx *store.Tx) error {
				for _, c := range lost {
					if err := s.met(ctx, tx, r.account, c.ID); err != nil {
						return err
					}
				}
				return write(tx, s, changes)
			}); err != nil {
				return err
			}
		}
	}
	err = follow(ctx, r, s, fetch, keep, sweep)
	if outlook.IsNotFound(err) {
		return nil // the folder went; the next list says so
	}
	return err
}

// settleContact asks the service where the delta alone does not say enough, as settleMessage does.
func (r *runner) settleContact(ctx context.Context, f folderRef, c outlook.Contact) (contactChange, error) {
	if c.ID == "" {
		return contactChange{}, nil
	}
	if c.Removed == nil && c.Name != nil && c.Emails != nil {
		return contactChange{live: &c}, nil
	}
	var folder int64
	err := r.m.db.Reader().QueryRowContext(ctx, `SELECT folder_id FROM contact WHERE account_id=? AND graph_id=?`, r.account, c.ID).Scan(&folder)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return contactChange{}, fmt.Errorf("read contact: %w", err)
	}
	switch {
	case c.Removed == nil && folder != 0:
		return contactChange{live: &c}, nil
	case c.Removed != nil && folder != f.id:
		return contactChange{}, nil
	}
	now, err := r.client.Contact(ctx, c.ID)
	if outlook.IsNotFound(err) {
		return contactChange{gone: c.ID}, nil
	}
	if err != nil {
		return contactChange{}, err
	}
	if c.Removed != nil {
		left, err := r.leftBooks(ctx, &now)
		if err != nil {
			return contactChange{}, err
		}
		if left {
			return contactChange{gone: c.ID}, nil
		}
	}
	return contactChange{live: &now}, nil
}

// leftBooks says whether a contact that its address book does not have any more, though the service has it, is in none of
// the others that are known, picked or not: somebody deleted it, which only moves it. The default book may be named by
// another id than the one that it is known by, so the service is asked which book an unknown id means.
func (r *runner) leftBooks(ctx context.Context, c *outlook.Contact) (bool, error) {
	if c.FolderID == nil {
		return false, nil
	}
	known, err := r.knowsBook(ctx, *c.FolderID)
	if known || err != nil {
		return false, err
	}
	book, err := r.client.ContactFolder(ctx, *c.FolderID)
	if outlook.IsNotFound(err) || outlook.IsRefused(err) { // it is no address book
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if known, err = r.knowsBook(ctx, book.ID); known {
		c.FolderID = &book.ID
	}
	return !known, err
}

func (r *runner) knowsBook(ctx context.Context, graphID string) (is bool, err error) {
	err = r.m.db.Reader().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM contact_folder WHERE account_id=? AND graph_id=?)`, r.account, graphID).Scan(&is)
	return is, found("find address book", err)
}

// upsertContact writes what an item says and leaves alone what it does not.
func (r *runner) upsertContact(ctx context.Context, tx *store.Tx, c outlook.Contact, folder int64) error {
	if c.FolderID != nil {
		var real int64
		err := tx.QueryRowContext(ctx, `SELECT id FROM contact_folder WHERE account_id=? AND graph_id=?`, r.account, *c.FolderID).Scan(&real)
		switch {
		case err == nil:
			folder = real
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("read contact folder: %w", err)
		}
	}
	var emails, phones, city *string
	if c.Emails != nil {
		list := []Address{}
		for _, e := range *c.Emails {
			if e.Address != "" {
				list = append(list, Address{Name: e.Name, Addr: e.Address})
			}
		}
		s := toJSON(list)
		emails = &s
	}
	if c.Business != nil {
		s := toJSON(append([]string{}, *c.Business...))
		phones = &s
	}
	if c.Address != nil {
		city = &c.Address.City
	}
	var id int64
	err := tx.QueryRowContext(ctx, `INSERT INTO contact (account_id, graph_id, folder_id, change_key, name, given_name, surname, company, job_title, department, emails, phones, mobile, city, notes)
		VALUES (?1,?2,?3,?4,coalesce(?5,''),coalesce(?6,''),coalesce(?7,''),coalesce(?8,''),coalesce(?9,''),coalesce(?10,''),coalesce(?11,'[]'),coalesce(?12,'[]'),coalesce(?13,''),coalesce(?14,''),coalesce(?15,''))
		ON CONFLICT (account_id, graph_id) DO UPDATE SET folder_id=excluded.folder_id, change_key=excluded.change_key, name=coalesce(?5,name), given_name=coalesce(?6,given_name),
		surname=coalesce(?7,surname), company=coalesce(?8,company), job_title=coalesce(?9,job_title), department=coalesce(?10,department), emails=coalesce(?11,emails),
		phones=coalesce(?12,phones), mobile=coalesce(?13,mobile), city=coalesce(?14,city), notes=coalesce(?15,notes) RETURNING id`,
		r.account, c.ID, folder, c.ETag, c.Name, c.Given, c.Surname, c.Company, c.JobTitle, c.Department, emails, phones, c.Mobile, city, c.Notes).Scan(&id)
	if err != nil {
		return fmt.Errorf("write contact: %w", err)
	}
	tx.Changed(store.Contacts, id)
	return deriveContact(ctx, tx, id)
}

// deriveContact keeps what a contact is found by in step with it.
func deriveContact(ctx context.Context, tx *store.Tx, id int64) error {
	c, err := scanContact(tx.QueryRowContext(ctx, `SELECT `+strings.Replace(contactColumns, "f.picked=1", "x.id=?", 1), id))
	if err != nil {
		return found("read contact", err)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE contact SET words=? WHERE id=?`, contactWords(c), id); err != nil {
		return fmt.Errorf("write contact: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM contact_address WHERE contact_id=?`, id); err != nil {
		return fmt.Errorf("write contact: %w", err)
	}
	for _, a := range c.Emails {
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO contact_address (addr_lc, contact_id) VALUES (?,?)`, strings.ToLower(a.Addr), id); err != nil {
			return fmt.Errorf("write contact: %w", err)
		}
	}
	return nil
}
