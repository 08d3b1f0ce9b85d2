package mirror

import (
	"context"
	"fmt"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// rescued is a message of a folder that is gone, with something of the person's waiting on it, or of which there is doubt. live is
// nil when the service denies the message too.
type rescued struct {
	id, dead int64 // rows of the message and of the folder
	live     *outlook.Message
	asked    time.Time
}

// rescue asks about the messages that a folder's end would take away although something waits on them: they may only have
// moved. Without this a mark would go silently with the row.
func (r *runner) rescue(ctx context.Context, folders []string) ([]rescued, error) {
	if len(folders) == 0 {
		return nil, nil
	}
	type row struct {
		id, dead int64
		graph    string
	}
	rows, err := collect(ctx, r.m, "find what waits", func(s scanner) (x row, err error) {
		err = s.Scan(&x.id, &x.dead, &x.graph)
		return x, err
	}, `SELECT m.id, f.id, m.graph_id FROM message m JOIN mail_folder f ON f.id=m.folder_id WHERE f.account_id=? AND f.graph_id IN (SELECT value FROM json_each(?))
		AND m.graph_id<>'' AND (EXISTS (SELECT 1 FROM outbox o WHERE o.item_kind='message' AND o.item_id=m.id)
		OR EXISTS (SELECT 1 FROM sync_doubt d WHERE d.account_id=m.account_id AND d.item_kind='message' AND d.graph_id=m.graph_id))`, r.account, toJSON(folders))
	if err != nil {
		return nil, err
	}
	return askAll(ctx, rows, func(ctx context.Context, x row) (rescued, error) {
		asked := r.m.now()
		m, err := r.client.Message(ctx, x.graph)
		if outlook.IsNotFound(err) {
			return rescued{id: x.id, dead: x.dead}, nil
		}
		return rescued{x.id, x.dead, &m, asked}, err
	})
}

// rehouse puts the messages that live where they are now, and tells the ledger which intentions went with the others.
func (r *runner) rehouse(ctx context.Context, tx *store.Tx, list []rescued) error {
	if len(list) == 0 {
		return nil
	}
	w, err := newMessageWriter(ctx, tx, r.account)
	if err != nil {
		return err
	}
	defer w.close()
	w.from, w.late = r.origin(whyDelta), &r.late
	for _, x := range list {
		w.asked = x.asked
		if x.live != nil {
			parent := int64(0)
			if x.live.ParentFolderID != nil {
				parent = w.folders[*x.live.ParentFolderID]
			}
			if parent == 0 { // a folder that the next round brings; until then it is among the deleted
				x.live.ParentFolderID = nil
				if err := tx.QueryRowContext(ctx, `SELECT id FROM mail_folder WHERE account_id=? ORDER BY well_known='deleteditems' DESC, well_known='inbox' DESC LIMIT 1`, r.account).Scan(&parent); err != nil {
					return fmt.Errorf("find folder: %w", err)
				}
			}
			if err := w.upsert(x.live, parent); err != nil {
				return err
			}
			// A move into the folder that is gone left it there.
			if _, err := tx.ExecContext(ctx, `UPDATE message SET folder_id=? WHERE id=? AND folder_id=?`, parent, x.id, x.dead); err != nil {
				return fmt.Errorf("write message: %w", err)
			}
			continue
		}
		if err := r.bury(ctx, tx, x.id); err != nil {
			return err
		}
	}
	return w.announce()
}

// bury ends the marks and moves of a message that is gone. What the person has written in answer to it stays and is told.
func (r *runner) bury(ctx context.Context, tx *store.Tx, id int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE item_kind='message' AND item_id=? AND kind IN ('mail.read','mail.move','mail.categories')`, id)
	if err != nil {
		return fmt.Errorf("read queue: %w", err)
	}
	defer rows.Close()
	var gone []outboxRow
	for rows.Next() {
		o, err := scanOutbox(rows)
		if err != nil {
			return fmt.Errorf("read queue: %w", err)
		}
		gone = append(gone, o)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read queue: %w", err)
	}
	for _, o := range gone {
		if err := dropOutbox(ctx, tx, o.id); err != nil {
			return err
		}
		if err := o.noted(ctx, tx, r.m.now(), ledgerFailed, reasonGone); err != nil {
			return err
		}
	}
	return note(ctx, tx, ledgerEntry{account: r.account, item: id, kind: "message", what: ledgerDeleted, why: whyDelta, who: byElsewhere, at: millis(r.m.now())})
}
