package mirror

import (
	"context"
	"fmt"
	"sort"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// folderRef is a mirrored folder as the workers need it. One that is gone is none any more.
type folderRef struct {
	id        int64
	graph     string
	wellKnown string
}

var wellKnown = []string{"inbox", "drafts", "sentitems", "archive", "deleteditems", "junkemail", "outbox"}

// syncFolders brings the folder list up to date and gives it in the order to read in.
func (r *runner) syncFolders(ctx context.Context) ([]folderRef, error) {
	names, err := r.wellKnownIDs(ctx)
	if err != nil {
		return nil, err
	}
	s, err := r.scope(ctx, "folders")
	if err != nil {
		return nil, err
	}
	fetch := func(link string) (outlook.Page[outlook.Folder], error) {
		if page, err, ok := takeAnswer[outlook.Folder](&r.answers, link); ok {
			return page, err
		}
		return r.client.FoldersDelta(ctx, link)
	}
	keep := func(page outlook.Page[outlook.Folder], s scope) (func(*store.Tx) error, error) {
		live, dead, err := r.confirmFolders(ctx, page.Items)
		if err != nil {
			return nil, err
		}
		return func(tx *store.Tx) error {
			for _, f := range live {
				if err := r.upsertFolder(ctx, tx, f, names); err != nil {
					return err
				}
				if err := s.met(ctx, tx, r.account, f.ID); err != nil {
					return err
				}
			}
			return r.doubtFolders(ctx, tx, dead)
		}, nil
	}
	sweep := func(s scope) error {
		lost, err := collect(ctx, r.m, "find unmet folders", func(row scanner) (f outlook.Folder, err error) {
			f.Removed = &outlook.Removed{}
			err = row.Scan(&f.ID)
			return f, err
		}, `SELECT graph_id FROM mail_folder WHERE account_id=?1 AND graph_id NOT IN (SELECT graph_id FROM sync_seen WHERE account_id=?1 AND scope=?2)`, r.account, s.name)
		if err != nil {
			return err
		}
		_, dead, err := r.confirmFolders(ctx, lost)
		if err != nil || len(dead) == 0 {
			return err
		}
		return r.m.db.Write(ctx, "note folders that are gone", func(tx *store.Tx) error { return r.doubtFolders(ctx, tx, dead) })
	}
	if err := follow(ctx, r, s, fetch, keep, sweep); err != nil {
		return nil, fmt.Errorf("mirror folders: %w", err)
	}
	all, err := r.folderRefs(ctx)
	sort.SliceStable(all, func(i, j int) bool { return readOrder(all[i]) < readOrder(all[j]) })
	return all, err
}

func readOrder(f folderRef) int {
	for i, n := range []string{"inbox", "sentitems", "drafts", "archive", ""} {
		if n == f.wellKnown {
			return i
		}
	}
	return 9
}

func (r *runner) folderRefs(ctx context.Context) ([]folderRef, error) {
	return collect(ctx, r.m, "list folders", func(row scanner) (f folderRef, err error) {
		err = row.Scan(&f.id, &f.graph, &f.wellKnown)
		return f, err
	}, `SELECT id, graph_id, well_known FROM mail_folder f WHERE account_id=? AND NOT `+ending+` ORDER BY id`, r.account)
}

// wellKnownIDs asks for the id of each well-known folder, since v1.0 does not tell it in the folder itself; once an
// hour, as an archive may come to be.
func (r *runner) wellKnownIDs(ctx context.Context) (map[string]string, error) {
	r.mu.Lock()
	names, age := r.names, time.Since(r.namesAt)
	r.mu.Unlock()
	if names != nil && age < time.Hour {
		return names, nil
	}
	ids, err := askAll(ctx, wellKnown, func(ctx context.Context, name string) (string, error) {
		f, err := r.client.Folder(ctx, name)
		if outlook.IsNotFound(err) {
			return "", nil // not every mailbox has each
		}
		return f.ID, err
	})
	if err != nil {
		return nil, fmt.Errorf("find well-known folders: %w", err)
	}
	names = map[string]string{}
	for i, id := range ids {
		if id != "" {
			names[id] = wellKnown[i]
		}
	}
	r.mu.Lock()
	r.names, r.namesAt = names, time.Now()
	r.mu.Unlock()
	return names, nil
}

// confirmFolders parts the folders that live from those that the service denies. "Removed" alone is no proof. One that
// was only partly told of and is not known is read.
func (r *runner) confirmFolders(ctx context.Context, items []outlook.Folder) (live []outlook.Folder, dead []string, err error) {
	got, err := askAll(ctx, items, func(ctx context.Context, f outlook.Folder) (outlook.Folder, error) {
		if f.Removed == nil && f.Name != nil {
			return f, nil
		}
		now, err := r.client.Folder(ctx, f.ID)
		if outlook.IsNotFound(err) {
			return outlook.Folder{ID: f.ID, Removed: &outlook.Removed{Reason: "deleted"}}, nil
		}
		return now, err
	})
	for _, f := range got {
		if f.Removed != nil || f.Hidden {
			dead = append(dead, f.ID)
		} else {
			live = append(live, f)
		}
	}
	return live, dead, err
}

func (r *runner) upsertFolder(ctx context.Context, tx *store.Tx, f outlook.Folder, names map[string]string) error {
	var id int64
	err := tx.QueryRowContext(ctx, `INSERT INTO mail_folder (account_id, graph_id, parent_graph_id, name, well_known, total)
		VALUES (?,?,coalesce(?,''),coalesce(?,''),?,coalesce(?,0)) ON CONFLICT (account_id, graph_id) DO UPDATE SET
		parent_graph_id=coalesce(?3,parent_graph_id), name=coalesce(?4,name), well_known=excluded.well_known, total=coalesce(?6,total) RETURNING id`,
		r.account, f.ID, f.ParentID, f.Name, names[f.ID], f.Total).Scan(&id)
	if err != nil {
		return fmt.Errorf("write folder: %w", err)
	}
	tx.Changed(store.Folders, id)
	if _, err := tx.ExecContext(ctx, `DELETE FROM sync_doubt WHERE account_id=? AND item_kind='folder' AND graph_id=?`, r.account, f.ID); err != nil {
		return fmt.Errorf("write folder: %w", err)
	}
	return nil
}
