package mirror

import (
	"context"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// bodyLoop lists the attachments of messages that have some, and fetches a body that a delta left out: what somebody
// waits for first, then newest first. It rests while there is nothing, or nothing can be fetched.
func (r *runner) bodyLoop(ctx context.Context) {
	for ctx.Err() == nil {
		if r.isPaused() {
			<-ctx.Done()
			return
		}
		ids, priority, err := r.unfinished(ctx)
		some := len(ids) > 0
		if err == nil && priority == outlook.Backfill {
			ids, err = r.listFiles(outlook.WithPriority(ctx, priority), ids)
		}
		for _, id := range ids {
			if err = r.finish(outlook.WithPriority(ctx, priority), id); err != nil {
				break
			}
		}
		if ctx.Err() == nil && err != nil {
			r.m.log.Info("message not completed", "account", r.account, "error", err)
			if outlook.SignInAgain(err) {
				r.pause()
			}
		}
		if err == nil && !some {
			var more bool
			if more, err = r.keepFiles(ctx); more {
				continue
			}
			if err != nil && ctx.Err() == nil {
				r.m.log.Info("attachments not kept", "account", r.account, "error", err)
			}
		}
		if err != nil || !some {
			wait(ctx, r.bodyWake, 0) // every round wakes it
		}
	}
}

// unfinished is what to complete next, and how soon it is wanted.
func (r *runner) unfinished(ctx context.Context) ([]int64, outlook.Priority, error) {
	r.mu.Lock()
	wanted := r.wanted
	r.wanted = nil
	busy := r.syncing
	r.mu.Unlock()
	if len(wanted) > 0 {
		return wanted, outlook.ByPerson, nil
	}
	if busy { // pages of messages come first, and their end wakes this
		return nil, outlook.Backfill, nil
	}
	ids, err := collect(ctx, r.m, "find unfinished messages", func(row scanner) (id int64, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT id FROM (SELECT id, received_at FROM message WHERE account_id=?1 AND attachments='' AND graph_id<>''
		UNION SELECT id, received_at FROM message WHERE account_id=?1 AND body_type='' AND graph_id<>'')
		ORDER BY received_at DESC LIMIT 20`, r.account)
	return ids, outlook.Backfill, err
}

// finish completes one message. One that the service no longer has is left to the delta, but not asked for again.
func (r *runner) finish(ctx context.Context, id int64) error {
	var graph, bodyType, attachments string
	err := r.m.db.Reader().QueryRowContext(ctx, `SELECT graph_id, body_type, attachments FROM message WHERE id=?`, id).Scan(&graph, &bodyType, &attachments)
	if err := found("read message", err); err != nil {
		if isNotFound(err) {
			return nil
		}
		return err
	}
	var full *outlook.Message
	if bodyType == "" {
		m, err := r.client.Message(ctx, graph)
		if err != nil && !outlook.IsNotFound(err) {
			return err
		}
		if m.Body == nil {
			m.Body = &outlook.Body{ContentType: "text"}
		}
		full = &outlook.Message{ID: graph, Body: m.Body} // all else belongs to the delta, which may have told of newer meanwhile
	}
	var list []outlook.Attachment
	if attachments == "" {
		if list, err = r.client.Attachments(ctx, graph); err != nil && !outlook.IsNotFound(err) {
			return err
		}
	}
	return r.m.db.Write(ctx, "complete message", func(tx *store.Tx) error {
		if full != nil {
			w, err := newMessageWriter(ctx, tx, r.account)
			if err != nil {
				return err
			}
			defer w.close()
			w.from = r.origin(whyBody)
			var folder int64
			if err := tx.QueryRowContext(ctx, `SELECT folder_id FROM message WHERE id=?`, id).Scan(&folder); err != nil {
				return found("read message", err)
			}
			if err := w.upsert(full, folder); err != nil {
				return err
			}
		}
		if attachments == "" {
			if err := writeFileList(ctx, tx, id, list); err != nil {
				return err
			}
		}
		tx.Changed(store.Messages, id)
		return nil
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
