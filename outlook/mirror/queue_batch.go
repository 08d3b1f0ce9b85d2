package mirror

import (
	"context"
	"errors"
	"fmt"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// markPart is one message's mark or move in a batch.
type markPart struct {
	row   outboxRow
	want  mailChange
	graph string
	state outlook.MessageState // what the service says it is then
	err   error
}

// companions are the marks and moves that may be sent now, oldest first: one of each message, so that no batch works on a
// message twice, since the service carries four parts out at a time in no set order. They may be repeated without harm.
func (r *runner) companions(ctx context.Context) ([]outboxRow, error) {
	return collect(ctx, r.m, "read queue", scanOutbox, `SELECT `+outboxColumns+readyRows+` AND kind IN ('mail.read','mail.move') AND not_before<=?2
		AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.item_kind=o.item_kind AND p.item_id=o.item_id AND p.kind IN ('mail.read','mail.move')
			AND p.state='queued' AND p.id<o.id) ORDER BY id LIMIT ?3`, r.account, millis(r.m.now()), outlook.MaxParts)
}

// carryMarks sends the marks and moves of many messages as one request. Each part succeeds or fails by itself.
func (r *runner) carryMarks(ctx context.Context, rows []outboxRow) error {
	parts, err := r.prepareMarks(ctx, rows)
	if err != nil || len(parts) == 0 {
		return err
	}
	batch := make([]*outlook.Part, len(parts))
	for i, p := range parts {
		if p.row.kind == kindMove {
			batch[i] = outlook.MovePart(p.graph, r.destination(ctx, p.want), &p.state)
		} else {
			batch[i] = outlook.PatchPart(p.graph, p.want.patch(), &p.state)
		}
	}
	err = r.client.Batch(ctx, batch)
	if ctx.Err() != nil {
		return nil
	}
	r.seen(err)
	if outlook.IsBatchRefused(err) { // that says nothing of the parts, which are sent one by one then
		r.refuseBatches(err)
		for _, p := range parts {
			if p.row.kind == kindMove {
				if err := r.advance(ctx, &p.row, stepNew, p.row.remote); err != nil && !errors.Is(err, errDropped) {
					return err
				}
			}
		}
		return nil
	}
	for i, p := range parts {
		p.err = err
		if err == nil {
			p.err = batch[i].Err
		}
	}
	if err := r.settleMarks(ctx, parts); err != nil {
		return err
	}
	for _, p := range parts { // what needs another look, one by one
		if p.err == nil || !outlook.IsNotFound(p.err) {
			continue
		}
		err := error(nil)
		if p.row.kind == kindMove {
			err = r.notMoved(ctx, p.row, p.graph, p.err)
		} else {
			err = r.mailGone(ctx, p.row)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err := r.settle(ctx, p.row, err); err != nil {
			return err
		}
	}
	return nil
}

// prepareMarks notes that the moves are under way, and ends what has no message any more.
func (r *runner) prepareMarks(ctx context.Context, rows []outboxRow) ([]*markPart, error) {
	var parts []*markPart
	for _, o := range rows {
		want, err := parse[mailChange](o.payload)
		if err != nil {
			if err := r.settle(ctx, o, refusal{reasonRefused, err}); err != nil {
				return nil, err
			}
			continue
		}
		graph, err := r.graphOf(ctx, o)
		if err != nil {
			return nil, err
		}
		if graph == "" {
			if err := r.endGone(ctx, o, nil); err != nil {
				return nil, err
			}
			continue
		}
		parts = append(parts, &markPart{row: o, want: want, graph: graph})
	}
	var kept []*markPart
	err := r.m.db.Write(ctx, "note step", func(tx *store.Tx) error {
		for _, p := range parts {
			if p.row.kind == kindMove {
				res, err := tx.ExecContext(ctx, `UPDATE outbox SET step=? WHERE id=?`, stepSending, p.row.id)
				if err != nil {
					return fmt.Errorf("write queue: %w", err)
				}
				if n, err := res.RowsAffected(); err != nil {
					return err
				} else if n == 0 {
					continue // taken back a moment ago
				}
				p.row.step = stepSending
			}
			kept = append(kept, p)
		}
		return nil
	})
	return kept, err
}

// settleMarks writes in one transaction what became of the parts, those aside whose message was not found.
func (r *runner) settleMarks(ctx context.Context, parts []*markPart) error {
	return r.m.db.Write(ctx, "confirm", func(tx *store.Tx) error {
		for _, p := range parts {
			var err error
			switch {
			case p.err == nil:
				err = r.doneIn(ctx, tx, p.row, baseMail(p.want), "", func(tx *store.Tx) error { return marked(ctx, tx, p.row, p.graph, p.state) })
			case outlook.IsNotFound(p.err):
			default:
				if p.row.kind == kindMove && outlook.Unsent(p.err) {
					if _, err := tx.ExecContext(ctx, `UPDATE outbox SET step='' WHERE id=?`, p.row.id); err != nil {
						return fmt.Errorf("write queue: %w", err)
					}
				}
				err = r.settleIn(ctx, tx, p.row, p.err)
			}
			if err != nil && !errors.Is(err, errDropped) {
				return err
			}
		}
		return nil
	})
}
