package mirror

import (
	"context"
	"fmt"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// sendRead carries read state and flag to the service. To repeat it does no harm.
func (r *runner) sendRead(ctx context.Context, o outboxRow) error {
	want, err := parse[mailChange](o.payload)
	if err != nil {
		return refusal{reasonRefused, err}
	}
	graph, err := r.graphOf(ctx, o)
	if err != nil {
		return err
	}
	if graph == "" {
		return r.endGone(ctx, o, nil) // the message is gone, and with it what it was marked as
	}
	state, err := r.client.PatchMessage(ctx, graph, want.patch())
	if outlook.IsNotFound(err) {
		return r.mailGone(ctx, o)
	}
	if err != nil {
		return err
	}
	return r.done(ctx, o, baseMail(want), "", func(tx *store.Tx) error { return marked(ctx, tx, o, graph, state) })
}

// sendMove carries a move to the service. To repeat it does no harm, since the id survives the first.
func (r *runner) sendMove(ctx context.Context, o outboxRow) error {
	want, err := parse[mailChange](o.payload)
	if err != nil {
		return refusal{reasonRefused, err}
	}
	graph, err := r.graphOf(ctx, o)
	if err != nil {
		return err
	}
	if graph == "" {
		return r.endGone(ctx, o, nil)
	}
	to := r.destination(ctx, want)
	if err := r.advance(ctx, &o, stepSending, ""); err != nil {
		return err
	}
	state, err := r.client.MoveMessage(ctx, graph, to)
	if err != nil {
		return r.notMoved(ctx, o, graph, err)
	}
	return r.done(ctx, o, baseMail(want), "", func(tx *store.Tx) error { return marked(ctx, tx, o, graph, state) })
}

// notMoved finds out what a move that the service did not carry out means.
func (r *runner) notMoved(ctx context.Context, o outboxRow, graph string, err error) error {
	if !outlook.IsNotFound(err) {
		return r.stepBack(ctx, &o, stepNew, err)
	}
	if _, err := r.client.GetMessageState(ctx, graph); outlook.IsNotFound(err) {
		return r.mailGone(ctx, o)
	} else if err != nil {
		return err
	}
	return refusal{reasonRefused, err} // the folder is what is missing
}

// marked takes in the ETag that a message has after a change, and its id, which a move leaves alone, mostly.
func marked(ctx context.Context, tx *store.Tx, o outboxRow, graph string, state outlook.MessageState) error {
	if state.ETag != "" {
		if _, err := tx.ExecContext(ctx, `UPDATE message SET change_key=? WHERE id=?`, state.ETag, o.item); err != nil {
			return fmt.Errorf("write message: %w", err)
		}
	}
	if state.ID == "" || state.ID == graph {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE OR IGNORE message SET graph_id=? WHERE id=?`, state.ID, o.item)
	return err
}

// patch is a change of marks as the service takes it.
func (c mailChange) patch() outlook.MessagePatch {
	p := outlook.MessagePatch{IsRead: c.Read}
	if c.Flagged != nil {
		p.Flag = &outlook.Flag{FlagStatus: "notFlagged"}
		if *c.Flagged {
			p.Flag.FlagStatus = "flagged"
		}
	}
	return p
}

// destination is the id of the folder that a move goes to, or its well-known name.
func (r *runner) destination(ctx context.Context, want mailChange) string {
	to := want.To
	if err := r.m.db.Reader().QueryRowContext(ctx, `SELECT graph_id FROM mail_folder WHERE id=?`, want.Folder).Scan(&to); err != nil {
		return want.To // the row went; the name still says which is meant
	}
	return to
}

func baseMail(sent mailChange) func(string) (string, error) {
	return func(before string) (string, error) {
		was, err := parse[mailChange](before)
		return toJSON(sent.over(was)), err
	}
}

// mailGone ends what was to be done to a message that the service no longer has; there is nothing to lose.
func (r *runner) mailGone(ctx context.Context, o outboxRow) error {
	return r.endGone(ctx, o, func(tx *store.Tx) error {
		var others int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE item_kind='message' AND item_id=? AND id<>?`, o.item, o.id).Scan(&others); err != nil {
			return fmt.Errorf("read queue: %w", err)
		}
		if others > 0 { // asked about when they are through: a delta may not tell of it any more
			return doubt(ctx, tx, o.account, "message", `t.id=?`, o.item)
		}
		if err := note(ctx, tx, ledgerEntry{account: o.account, item: o.item, kind: "message", what: ledgerDeleted, why: whyConfirmation, who: byElsewhere, at: millis(r.m.now())}); err != nil {
			return err
		}
		return deleteMessage(ctx, tx, o.item)
	})
}
