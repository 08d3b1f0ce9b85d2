package mirror

import (
	"context"
	"fmt"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// contactFolderRefs lists the address books that are mirrored, the default one first.
func (r *runner) contactFolderRefs(ctx context.Context) ([]folderRef, error) {
	return collect(ctx, r.m, "list contact folders", func(row scanner) (f folderRef, err error) {
		err = row.Scan(&f.id, &f.graph)
		return f, err
	}, `SELECT id, graph_id FROM contact_folder WHERE account_id=? AND picked=1 ORDER BY is_default DESC, id`, r.account)
}

// contacts verifies one address book.
func (v *verifier) contacts(ctx context.Context, f folderRef, p *Place) error {
	server := map[string]here{}
	if err := v.marks(func(link string) (outlook.Page[outlook.Mark], error) {
		return v.r.client.ContactMarks(ctx, f.graph, link)
	},
		func(m outlook.Mark) { server[m.ID] = here{etag: m.ETag} }); err != nil {
		return err
	}
	rows, err := v.rowsOf(ctx, `SELECT graph_id, change_key, 0, 0, 0 FROM contact WHERE account_id=? AND folder_id=?`, v.r.account, f.id)
	if err != nil {
		return err
	}
	p.Server, p.Here = len(server), len(rows)
	d, _ := compare(server, rows, func(s, row here) bool { return s.etag == "" || s.etag == row.etag })
	for _, part := range []struct {
		ids   []string
		count *int
	}{{d.missing, &p.Fetched}, {d.stale, &p.Renewed}, {d.extra, &p.Removed}} {
		if err := v.repairContacts(ctx, f, part.ids, part.count, p); err != nil {
			return err
		}
	}
	return nil
}

// repairContacts asks for each contact by itself, as repairMessages does.
func (v *verifier) repairContacts(ctx context.Context, f folderRef, ids []string, lives *int, p *Place) error {
	for _, id := range ids {
		live, err := v.r.client.Contact(ctx, id)
		v.asked(1)
		if outlook.IsRefused(err) {
			p.Failed++
			continue
		}
		if err != nil && !outlook.IsNotFound(err) {
			return err
		}
		there := err == nil
		if there && lives == &p.Removed {
			left, err := v.r.leftBooks(ctx, &live)
			if err != nil {
				return err
			}
			there = !left
		}
		if err := v.r.m.db.Write(ctx, "repair contact", func(tx *store.Tx) error {
			if there {
				return v.r.upsertContact(ctx, tx, live, f.id)
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM contact WHERE account_id=? AND graph_id=?`, v.r.account, id); err != nil {
				return fmt.Errorf("delete contact: %w", err)
			}
			tx.Changed(store.Contacts)
			return nil
		}); err != nil {
			return err
		}
		switch {
		case !there:
			p.Removed++
		case lives == &p.Removed: // it only lay in another address book
			p.Renewed++
		default:
			*lives++
		}
	}
	return nil
}
