package mirror

import (
	"context"
	"fmt"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// doubtFolders notes folders that the service has denied. They go at the end of the round (endFolders), when the other folders
// have told which messages were moved out of them: those keep their rows, and with them what hangs on a row.
func (r *runner) doubtFolders(ctx context.Context, tx *store.Tx, graphIDs []string) error {
	for _, g := range graphIDs {
		res, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO sync_doubt SELECT account_id, 'folder', graph_id FROM mail_folder WHERE account_id=? AND graph_id=?`, r.account, g)
		if err != nil {
			return fmt.Errorf("note a folder's end: %w", err)
		}
		if n, _ := res.RowsAffected(); n > 0 {
			tx.Changed(store.Folders)
		}
	}
	return nil
}

// denied asks about a folder whose messages the service denies: it went since the list of folders was read, or the list's word
// of it was missed, and is not said again. A mailbox that is away may deny everything for a while, whatever the code,
// so the inbox is asked for too.
func (r *runner) denied(ctx context.Context, f folderRef) error {
	_, dead, err := r.confirmFolders(ctx, []outlook.Folder{{ID: f.graph, Removed: &outlook.Removed{}}})
	if err != nil {
		return fmt.Errorf("ask about a folder: %w", err)
	}
	if len(dead) == 0 {
		return nil
	}
	if _, err := r.client.Folder(ctx, "inbox"); outlook.IsNotFound(err) {
		return nil
	} else if err != nil {
		return fmt.Errorf("ask about a folder: %w", err)
	}
	return r.m.db.Write(ctx, "note a folder that is gone", func(tx *store.Tx) error { return r.doubtFolders(ctx, tx, dead) })
}

// ending is a condition in SQL for a mail_folder, named f, that was denied and goes at the end of the round.
const ending = `EXISTS (SELECT 1 FROM sync_doubt d WHERE d.account_id=f.account_id AND d.item_kind='folder' AND d.graph_id=f.graph_id)`

// endFolders takes away the folders that were denied, with the messages that no other folder has told of. It wants a round that
// has read everything.
func (r *runner) endFolders(ctx context.Context) error {
	dead, err := collect(ctx, r.m, "find folders that are gone", func(row scanner) (g string, err error) {
		err = row.Scan(&g)
		return g, err
	}, `SELECT graph_id FROM sync_doubt WHERE account_id=? AND item_kind='folder'`, r.account)
	if err != nil || len(dead) == 0 {
		return err
	}
	rescued, err := r.rescue(ctx, dead)
	if err != nil {
		return fmt.Errorf("end folders: %w", err)
	}
	return r.m.db.Write(ctx, "end folders", func(tx *store.Tx) error {
		if err := r.rehouse(ctx, tx, rescued); err != nil {
			return err
		}
		for _, g := range dead {
			if err := r.deleteFolder(ctx, tx, g); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *runner) deleteFolder(ctx context.Context, tx *store.Tx, graph string) error {
	tx.Changed(store.Folders)
	tx.Changed(store.Messages)
	name := "messages:" + graph
	for _, q := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM mail_folder WHERE account_id=? AND graph_id=?`, []any{r.account, graph}},
		{`DELETE FROM sync_state WHERE account_id=? AND scope IN (?,?)`, []any{r.account, name, "rest:" + name}},
		{`DELETE FROM sync_doubt WHERE account_id=? AND item_kind='folder' AND graph_id=?`, []any{r.account, graph}},
	} {
		if _, err := tx.ExecContext(ctx, q.query, q.args...); err != nil {
			return fmt.Errorf("delete folder: %w", err)
		}
	}
	return clearSeen(ctx, tx, r.account, name)
}
