package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"supercrm/internal/store"
)

// Retry lets a failed or waiting intention be tried at once. One that is over already, because it was carried out between the
// look at the outbox and the click, is no error: what was wanted has happened.
func (m *Mirror) Retry(ctx context.Context, outboxID int64) error {
	var account int64
	err := m.db.Write(ctx, "retry", func(tx *store.Tx) error {
		o, err := readOutbox(ctx, tx, outboxID)
		if isNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		account = o.account
		if o.state == "conflict" {
			return ErrBadInput{"state", "conflict"} // Resolve decides that
		}
		if strings.HasPrefix(o.err, reasonGone) && o.remote != "" && (o.kind == kindReply || o.kind == kindSend) {
			o.step = stepDrafting // the draft is lost; its id and the marker still tell whether it was sent
			if _, err := tx.ExecContext(ctx, `UPDATE outbox_file SET sent=0, uploaded=0, upload_url='' WHERE outbox_id=?`, o.id); err != nil {
				return err
			}
		}
		// What may have been sent a moment ago is not looked for before it can be found.
		_, err = tx.ExecContext(ctx, `UPDATE outbox SET not_before=CASE WHEN state='queued' AND step=? THEN min(not_before,?) ELSE 0 END,
			state='queued', attempts=0, failures=0, error='', step=? WHERE id=?`, stepSending, millis(m.now().Add(m.filing())), o.step, o.id)
		tx.Changed(store.Outbox, o.id)
		tx.Changed(o.kindChanged(), o.item)
		return err
	})
	if err == nil && account != 0 {
		m.queued(account)
	}
	return err
}

// Discard gives an intention up: the row shows again what the service has. A draft that was made for it stays among the
// drafts, so that no text is lost. What may have left already and cannot be called back (mail, a move, a deletion) is
// refused with ErrBadInput{state, sending}.
func (m *Mirror) Discard(ctx context.Context, outboxID int64) error {
	defer m.sweepBlobs(ctx)
	return m.db.Write(ctx, "discard", func(tx *store.Tx) error {
		o, err := readOutbox(ctx, tx, outboxID)
		if err != nil {
			return err
		}
		if o.leaving() {
			return ErrBadInput{"state", "sending"} // it may have left already: dropping the row would promise too much
		}
		return m.drop(ctx, tx, o)
	})
}

func (m *Mirror) drop(ctx context.Context, tx *store.Tx, o outboxRow) error {
	if err := dropOutbox(ctx, tx, o.id); err != nil {
		return err
	}
	tx.Changed(o.kindChanged(), o.item)
	if err := o.noted(ctx, tx, m.now(), ledgerDiscarded, o.fieldNames()); err != nil {
		return err
	}
	return restore(ctx, tx, o)
}

// leaving says that an intention which cannot be called back may be on its way now.
func (o outboxRow) leaving() bool {
	return o.state == "queued" && o.step == stepSending && slices.Contains([]string{kindReply, kindSend, kindMove, kindDelete}, o.kind)
}

func restore(ctx context.Context, tx *store.Tx, o outboxRow) error {
	gone := strings.HasPrefix(o.err, reasonGone)
	switch o.kind {
	case kindRead, kindMove:
		if gone {
			return deleteMessage(ctx, tx, o.item)
		}
		was, err := parse[mailChange](o.before)
		if err != nil {
			return err
		}
		tx.Changed(store.Folders)
		if o.kind == kindMove { // while it lay where it was not, no round of a folder has looked for it
			if err := doubt(ctx, tx, o.account, "message", `t.id=?`, o.item); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE message SET is_read=coalesce(?,is_read), flagged=coalesce(?,flagged),
			folder_id=coalesce((SELECT id FROM mail_folder WHERE id=?), folder_id) WHERE id=?`, was.Read, was.Flagged, was.Folder, o.item)
		return err
	case kindCategories:
		if gone {
			return deleteMessage(ctx, tx, o.item)
		}
		return restoreCategories(ctx, tx, o)
	case kindCreate:
		made, err := isMade(ctx, tx, o.item)
		if err != nil {
			return err
		}
		if made { // it arrived, though the answer did not; a delta has told of it, and will not do so again
			return doubt(ctx, tx, o.account, "event", `t.id=?`, o.item)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE item_kind='event' AND item_id=?`, o.item); err != nil {
			return err
		}
		tx.Changed(store.Outbox)
		return deleteEvent(ctx, tx, o.item)
	case kindEdit, kindRespond:
		if gone {
			return deleteEvent(ctx, tx, o.item)
		}
		was, err := parse[eventBefore](o.before)
		if err != nil {
			return err
		}
		fields := was.Base
		if was.Server != nil {
			fields = was.Server.over(fields)
		}
		return applyTo(ctx, tx, o.item, fields)
	case kindDelete:
		if gone {
			return deleteEvent(ctx, tx, o.item)
		}
	}
	if o.kind == kindReply && gone && o.remote == "" {
		return deleteMessage(ctx, tx, o.item) // what was answered is no more
	}
	return nil // replies and new mail have no row of their own
}

// isMade says whether the service is known to have an event.
func isMade(ctx context.Context, tx *store.Tx, id int64) (made bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT graph_id<>'' FROM event WHERE id=?`, id).Scan(&made)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read event: %w", err)
	}
	return made, nil
}
