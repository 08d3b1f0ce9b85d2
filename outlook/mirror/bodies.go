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
		more, err := r.completeSome(ctx)
		if err == nil && !more {
			more, err = r.keepFiles(outlook.WithPriority(ctx, outlook.Backfill))
		}
		if ctx.Err() == nil && err != nil {
			r.m.log.Info("messages not completed", "account", r.account, "error", err)
			if outlook.SignInAgain(err) {
				r.pause()
			}
		}
		if err != nil || !more {
			wait(ctx, r.bodyWake, 0) // every round wakes it
		}
	}
}

// completeSome completes the next few messages. One that fails does not keep the others waiting, unless those would fail too.
// more is false when there was none.
func (r *runner) completeSome(ctx context.Context) (more bool, err error) {
	ids, priority, err := r.unfinished(ctx)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	ctx = outlook.WithPriority(ctx, priority)
	if priority == outlook.Backfill {
		if ids, err = r.listFiles(ctx, ids); err != nil {
			return true, err
		}
	}
	for _, id := range ids {
		if err := r.passOver(&r.laterBodies, id, r.finish(ctx, id)); err != nil {
			return true, err
		}
	}
	return true, nil
}

// passOver notes how a message fared, and gives the error for which to rest, if any.
func (r *runner) passOver(l *later, id int64, err error) error {
	if err == nil {
		l.well(id)
		return nil
	}
	enough := false
	if itsOwn(err) {
		enough = l.note(id, r.m.now(), err)
	}
	if toAll(err) || enough {
		return err
	}
	r.m.log.Info("message not completed", "account", r.account, "error", err)
	return nil
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
		WHERE id NOT IN (SELECT value FROM json_each(?2)) ORDER BY received_at DESC LIMIT 20`, r.account, r.laterBodies.now(r.m.now()))
	return ids, outlook.Backfill, err
}

// finish completes one message. What the service no longer has, or does not give out, is left to the delta, but not asked
// for again.
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
		if err != nil && !r.inVain(id, err) {
			return err
		}
		if m.Body == nil {
			m.Body = &outlook.Body{ContentType: "text"}
		}
		full = &outlook.Message{ID: graph, Body: m.Body} // all else belongs to the delta, which may have told of newer meanwhile
	}
	var list []outlook.Attachment
	if attachments == "" {
		if list, err = r.client.Attachments(ctx, graph); err != nil && !r.inVain(id, err) {
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

// inVain says of a message's failure that it would be asked for in vain. A refusal may mean the whole mailbox for a while,
// such as one by a policy of the tenant: it counts when it comes again after a round in which all else was read.
func (r *runner) inVain(id int64, err error) bool {
	if outlook.IsNotFound(err) || outlook.IsTooLarge(err) {
		return true
	}
	if !outlook.IsRefused(err) {
		return false
	}
	before := r.laterBodies.refusedAt(id)
	r.mu.Lock()
	defer r.mu.Unlock()
	return !before.IsZero() && r.wellAt.After(before)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
