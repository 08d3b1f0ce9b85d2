package mirror

import (
	"context"
	"fmt"

	"supercrm/internal/store"
)

// MarkRead marks messages read or unread and queues that for the service. Ids that are gone are passed over; if all are,
// the error is ErrNotFound.
func (m *Mirror) MarkRead(ctx context.Context, ids []int64, read bool) error {
	return m.changeMail(ctx, "mark read", kindRead, ids, mailChange{Read: &read})
}

// Flag flags messages for follow-up, or clears the flag, as MarkRead does with reading.
func (m *Mirror) Flag(ctx context.Context, ids []int64, flagged bool) error {
	return m.changeMail(ctx, "flag", kindRead, ids, mailChange{Flagged: &flagged})
}

// Move moves messages to their account's folder of that well-known name (archive, deleteditems, inbox …). An account
// without such a folder gives ErrBadInput{folder, missing}.
func (m *Mirror) Move(ctx context.Context, ids []int64, wellKnown string) error {
	if wellKnown == "" {
		return ErrBadInput{"folder", "empty"}
	}
	return m.changeMail(ctx, "move", kindMove, ids, mailChange{To: wellKnown})
}

func (m *Mirror) changeMail(ctx context.Context, what, kind string, ids []int64, want mailChange) error {
	accounts := map[int64]bool{}
	err := m.db.Write(ctx, what, func(tx *store.Tx) error {
		n := 0
		for _, id := range ids {
			var account int64
			var was mailChange
			err := tx.QueryRowContext(ctx, `SELECT account_id, is_read, flagged, folder_id FROM message WHERE id=?`, id).
				Scan(&account, &was.Read, &was.Flagged, &was.Folder)
			if err := found("read message", err); err != nil {
				if isNotFound(err) {
					continue
				}
				return err
			}
			n++
			accounts[account] = true
			if err := m.changeOne(ctx, tx, kind, account, id, was, want); err != nil {
				return err
			}
		}
		if n == 0 && len(ids) > 0 {
			return ErrNotFound
		}
		tx.Changed(store.Folders)
		return nil
	})
	if err != nil {
		return err
	}
	for a := range accounts {
		m.queued(a)
	}
	return nil
}

// changeOne changes one row. Several changes of a message that wait are one intention: the last value of each is sent.
func (m *Mirror) changeOne(ctx context.Context, tx *store.Tx, kind string, account, id int64, was, want mailChange) error {
	if kind == kindMove {
		err := tx.QueryRowContext(ctx, `SELECT id FROM mail_folder WHERE account_id=? AND well_known=?`, account, want.To).Scan(&want.Folder)
		if err := found("find folder", err); err != nil {
			if isNotFound(err) {
				return ErrBadInput{"folder", "missing"}
			}
			return err
		}
		was.Read, was.Flagged = nil, nil
	} else {
		was.Folder = 0
		if want.Read == nil {
			was.Read = nil
		}
		if want.Flagged == nil {
			was.Flagged = nil
		}
	}
	o, ok, err := waiting(ctx, tx, "message", id, kind)
	if err != nil {
		return err
	}
	if !ok && (kind == kindMove && was.Folder == want.Folder || kind == kindRead && equal(was.Read, want.Read) && equal(was.Flagged, want.Flagged)) {
		return nil // it already is so
	}
	if _, err := tx.ExecContext(ctx, `UPDATE message SET is_read=coalesce(?,is_read), flagged=coalesce(?,flagged),
		folder_id=CASE WHEN ?3>0 THEN ?3 ELSE folder_id END WHERE id=?4`, want.Read, want.Flagged, want.Folder, id); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	tx.Changed(store.Messages, id)
	if !ok {
		o = outboxRow{account: account, kind: kind, itemKind: "message", item: id, payload: toJSON(want), before: toJSON(was), created: millis(m.now())}
		_, err = o.insert(ctx, tx)
		return err
	}
	old, err := parse[mailChange](o.payload)
	if err != nil {
		return err
	}
	first, err := parse[mailChange](o.before)
	if err != nil {
		return err
	}
	o.payload, o.before = toJSON(want.over(old)), toJSON(first.over(was)) // what was at first stays the before
	return o.rewrite(ctx, tx, m.now())
}

// over gives c's values where it has any, else base's.
func (c mailChange) over(base mailChange) mailChange {
	pick(&base.Read, c.Read)
	pick(&base.Flagged, c.Flagged)
	if c.To != "" {
		base.To = c.To
	}
	if c.Folder != 0 {
		base.Folder = c.Folder
	}
	return base
}
