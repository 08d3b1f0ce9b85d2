package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// doubt notes rows of which it is not sure that they show what the service has. They are asked about at the end of a round,
// once nothing of the person's waits on them. where chooses rows of the item's table (message, event), as t.
func doubt(ctx context.Context, tx *store.Tx, account int64, itemKind, where string, args ...any) error {
	if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO sync_doubt SELECT t.account_id, '`+itemKind+`', t.graph_id FROM `+itemKind+` t
		WHERE t.account_id=? AND t.graph_id<>'' AND `+where, append([]any{account}, args...)...); err != nil {
		return fmt.Errorf("note a doubt: %w", err)
	}
	return nil
}

// waited chooses, in doubt's where, the rows on which something of the person's waits.
func waited(itemKind string) string {
	return `EXISTS (SELECT 1 FROM outbox o WHERE o.item_kind='` + itemKind + `' AND o.item_id=t.id) AND `
}

// settleDoubts asks about the rows in doubt on which nothing waits any more. In doubt is what the service said is gone while
// something of the person's waited on it (a delta tells of a removal only once), and what an edit was confirmed of while a page
// was read (lateness). Rows that went meanwhile are asked about all the same: they may have gone with their folder only. What
// is in somebody else's calendar is asked about only while that is read: it keeps what it has when it is closed.
func (r *runner) settleDoubts(ctx context.Context) error {
	type doubtful struct{ kind, graph string }
	all, err := collect(ctx, r.m, "find what is in doubt", func(row scanner) (i doubtful, err error) {
		err = row.Scan(&i.kind, &i.graph)
		return i, err
	}, `SELECT d.item_kind, d.graph_id FROM sync_doubt d WHERE d.account_id=?1 AND d.item_kind IN ('message','event') AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.account_id=?1 AND
		(o.item_kind='message' AND d.item_kind='message' AND o.item_id=(SELECT id FROM message WHERE account_id=?1 AND graph_id=d.graph_id)
		OR o.item_kind='event' AND d.item_kind='event' AND o.item_id=(SELECT id FROM event WHERE account_id=?1 AND graph_id=d.graph_id)))
		AND NOT EXISTS (SELECT 1 FROM event e JOIN calendar c ON c.id=e.calendar_id WHERE d.item_kind='event' AND e.account_id=?1 AND e.graph_id=d.graph_id
		AND c.owner_addr<>'' AND (c.problem<>'' OR NOT c.picked))`, r.account)
	if err != nil {
		return err
	}
	outside := map[string]bool{}
	for _, i := range all {
		ask := func(ctx context.Context, graph string) (func(*store.Tx) error, error) {
			return r.doubtfulMessage(ctx, graph, outside)
		}
		if i.kind == "event" {
			ask = r.doubtfulEvent
		}
		asked := r.m.now()
		write, err := ask(ctx, i.graph)
		if err != nil && (outlook.IsRefused(err) || outlook.IsServer(err)) && !outlook.IsThrottled(err) {
			r.m.log.Warn("a doubt is not settled", "account", r.account, "kind", i.kind, "error", err)
			continue // it stays, and keeps neither the others nor the round from their end
		}
		if err != nil {
			return fmt.Errorf("settle a doubt: %w", err)
		}
		if err := r.m.db.Write(ctx, "settle a doubt", func(tx *store.Tx) error {
			var id int64
			err := tx.QueryRowContext(ctx, `SELECT id FROM `+i.kind+` WHERE account_id=? AND graph_id=?`, r.account, i.graph).Scan(&id)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("read what is in doubt: %w", err)
			}
			if r.late.since(i.kind, id, asked) {
				return nil // and is again: the answer may be older
			}
			if err := write(tx); err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `DELETE FROM sync_doubt WHERE account_id=? AND item_kind=? AND graph_id=?`, r.account, i.kind, i.graph)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// doubtfulMessage asks the service and returns what writes the answer. outside is as for madeMeanwhile.
func (r *runner) doubtfulMessage(ctx context.Context, graph string, outside map[string]bool) (func(*store.Tx) error, error) {
	m, err := r.client.Message(ctx, graph)
	gone := outlook.IsNotFound(err)
	if err != nil && !gone {
		return nil, err
	}
	var made []outlook.Folder
	if !gone && m.ParentFolderID != nil {
		if made, err = r.madeMeanwhile(ctx, *m.ParentFolderID, outside); err != nil {
			return nil, err
		}
	}
	return func(tx *store.Tx) error {
		for _, f := range made {
			if err := r.upsertFolder(ctx, tx, f, nil); err != nil {
				return err
			}
		}
		w, err := newMessageWriter(ctx, tx, r.account)
		if err != nil {
			return err
		}
		defer w.close()
		w.from = r.origin(whyDelta)
		switch {
		case gone:
			err = w.remove(graph)
		case m.ParentFolderID != nil:
			err = w.upsert(&m, 0)
		}
		return errors.Join(err, w.announce())
	}, nil
}

// doubtfulEvent is doubtfulMessage for an event.
func (r *runner) doubtfulEvent(ctx context.Context, graph string) (func(*store.Tx) error, error) {
	var cal calendarRef
	err := r.m.db.Reader().QueryRowContext(ctx, `SELECT c.id, c.graph_id, c.picked, c.owner_addr<>'' FROM event e JOIN calendar c ON c.id=e.calendar_id
		WHERE e.account_id=? AND e.graph_id=?`, r.account, graph).Scan(&cal.id, &cal.graph, &cal.picked, &cal.shared)
	if errors.Is(err, sql.ErrNoRows) {
		return func(*store.Tx) error { return nil }, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	e, err := r.eventOf(ctx, cal, graph)
	gone := outlook.IsNotFound(err)
	if err != nil && !gone {
		return nil, err
	}
	if !gone {
		if cal.id, err = r.placeOf(ctx, graph, cal); err != nil {
			return nil, err
		}
		gone = cal.id == 0 // it is where nothing is mirrored
	}
	return func(tx *store.Tx) error {
		w := &eventWriter{ctx: ctx, tx: tx, account: r.account, log: r.m.log, from: r.origin(whyDelta)}
		if gone {
			return w.remove(graph)
		}
		return w.upsert(&e, nil, cal.id)
	}, nil
}
