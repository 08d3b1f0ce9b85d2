package mirror

import (
	"context"

	"supercrm/internal/store"
)

// EditSeries changes a whole series that the person organizes, given by any of its instances: subject, place, description,
// how it is shown, and who is invited. Times stay: a series is moved elsewhere. Exceptions keep what is their own. The service
// mails everybody invited, once for the series and once for each exception.
func (m *Mirror) EditSeries(ctx context.Context, instance int64, edit EventEdit) error {
	if edit.Start != nil || edit.End != nil || edit.AllDay != nil {
		return ErrBadInput{"start", "invalid"}
	}
	var account int64
	err := m.db.Write(ctx, "edit series", func(tx *store.Tx) error {
		var id int64
		err := tx.QueryRowContext(ctx, `SELECT m.id FROM event e JOIN event m ON m.account_id=e.account_id AND m.kind='seriesMaster' AND m.graph_id=e.master_graph_id
			WHERE e.id=? AND e.master_graph_id<>''`, instance).Scan(&id)
		if err := found("read series", err); err != nil {
			return err
		}
		now, err := readEvent(ctx, tx, id)
		if err != nil {
			return err
		}
		account = now.account
		if !now.isOrganizer || !now.canEdit || now.off {
			return ErrNotOrganizer
		}
		want, err := checkEdit(edit, now.eventFields)
		if err != nil {
			return err
		}
		if (eventFields{}).same(want) || want.same(now.only(want)) {
			return nil // nothing changes
		}
		if err := applyTo(ctx, tx, id, want); err != nil {
			return err
		}
		return m.queueEdit(ctx, tx, id, now, want)
	})
	if err == nil {
		m.queued(account)
	}
	return err
}
