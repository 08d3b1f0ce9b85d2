package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// maxTries is how often a service that fails is asked before the person is told. Attempts without a network are not
// counted: to be offline is no error.
const maxTries = 12

// filing is how long the service has to file what it may have sent before it is looked for.
func (m *Mirror) filing() time.Duration { return 6 * m.retry }

// errDropped says that the intention was given up or replaced while it was being carried out.
var errDropped = errors.New("the intention is no longer wanted")

// refusal is an end that only the person can change: the row waits for Retry or Discard.
type refusal struct {
	reason string
	err    error
}

func (f refusal) Error() string { return f.reason + ": " + f.err.Error() }
func (f refusal) Unwrap() error { return f.err }

// A lane carries intentions out one at a time, in the order they were made, so that no two ever work on one draft or event.
// There are two, since mail with files may take minutes and nothing else is to wait for that; a row is in one of them from
// its beginning to its end.
type lane struct {
	name  string
	files bool
	wake  chan struct{}
}

func (r *runner) outboxLoop(ctx context.Context) {
	r.laneLoop(ctx, lane{"outbox", false, r.outboxWake})
}

// fileLoop lets what a person waits for go first.
func (r *runner) fileLoop(ctx context.Context) {
	r.laneLoop(outlook.WithPriority(ctx, outlook.InView), lane{"files", true, r.fileWake})
}

func (r *runner) laneLoop(ctx context.Context, l lane) {
	if err := r.holdSending(ctx, l); err != nil && ctx.Err() == nil {
		r.m.log.Error("queue not prepared", "error", err)
	}
	for ctx.Err() == nil {
		if r.isPaused() {
			<-ctx.Done()
			return
		}
		if r.retryOffline.Swap(false) {
			if err := r.releaseOffline(ctx); err != nil && ctx.Err() == nil {
				r.m.log.Error("queue not released", "error", err)
			}
			r.wakeOutbox() // the other lane too
		}
		o, next, err := r.due(ctx, l.files)
		if err != nil {
			if ctx.Err() == nil {
				r.m.log.Error("queue not read", "error", err)
			}
			wait(ctx, l.wake, r.m.retry)
			continue
		}
		if o.id == 0 {
			wait(ctx, l.wake, next)
			continue
		}
		if err := r.attempt(ctx, o); err != nil && ctx.Err() == nil {
			r.m.log.Error("queue not written", "error", err)
			wait(ctx, nil, r.m.retry)
		}
	}
}

// attempt carries an intention out, marks of other messages together with it, and writes how that ended.
func (r *runner) attempt(ctx context.Context, o outboxRow) error {
	if (o.kind == kindRead || o.kind == kindMove) && !r.batchRefused() {
		rows, err := r.companions(ctx)
		if err != nil {
			return err
		}
		if len(rows) > 1 {
			return r.carryMarks(ctx, rows)
		}
	}
	err := r.carryOut(ctx, o)
	if ctx.Err() != nil {
		return nil // what was begun is written; the next start goes on from there
	}
	r.seen(err)
	return r.settle(ctx, o, err)
}

// holdSending gives what was being sent when the program ended time to arrive, before anybody looks whether it did.
func (r *runner) holdSending(ctx context.Context, l lane) error {
	return r.m.db.Write(ctx, "hold queue", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET not_before=max(not_before,?) WHERE account_id=? AND state='queued' AND step IN (?,?) AND kind IN (?,?) AND `+withFiles("outbox")+`=?`,
			millis(r.m.now().Add(r.m.retry)), r.account, stepSending, stepDrafting, kindReply, kindSend, l.files)
		return err
	})
}

// releaseOffline lets what waits for the network be tried now, but mail that may just have left.
func (r *runner) releaseOffline(ctx context.Context) error {
	return r.m.db.Write(ctx, "release queue", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET not_before=0 WHERE account_id=? AND state='queued' AND error LIKE 'offline%'
			AND NOT (kind IN (?,?) AND step IN (?,?))`, r.account, kindReply, kindSend, stepSending, stepDrafting)
		return err
	})
}

// withFiles tells in SQL whether a row's mail has files, for which there is a lane of its own.
func withFiles(table string) string {
	return `EXISTS (SELECT 1 FROM outbox_file f WHERE f.outbox_id=` + table + `.id)`
}

// readyRows are the intentions that wait for nothing but their time. What is to be done to an event waits for what was to be
// done before; but whatever else was to be done to an event that is to be deleted waits for the deletion, which ends it, or
// for that to be taken back. Nothing waits for another item.
const readyRows = ` FROM outbox o WHERE account_id=?1 AND state='queued' AND NOT (item_kind='event' AND EXISTS
	(SELECT 1 FROM outbox p WHERE p.item_kind='event' AND p.item_id=o.item_id AND CASE
		WHEN o.kind='event.delete' AND p.kind<>'event.delete' THEN 0
		WHEN p.kind='event.delete' AND o.kind<>'event.delete' THEN 1
		ELSE p.id<o.id END))`

// due finds the oldest intention of a lane whose time has come; without one, next is how long to wait (0: until woken).
func (r *runner) due(ctx context.Context, files bool) (o outboxRow, next time.Duration, err error) {
	ready := readyRows + ` AND ` + withFiles("o") + `=?2`
	now := millis(r.m.now())
	o, err = scanOutbox(r.m.db.Reader().QueryRowContext(ctx, `SELECT `+outboxColumns+ready+` AND not_before<=?3 ORDER BY id LIMIT 1`, r.account, files, now))
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return o, 0, err
	}
	var at sql.NullInt64
	if err := r.m.db.Reader().QueryRowContext(ctx, `SELECT min(not_before)`+ready, r.account, files).Scan(&at); err != nil {
		return outboxRow{}, 0, err
	}
	if !at.Valid {
		return outboxRow{}, 0, nil
	}
	return outboxRow{}, max(time.Duration(at.Int64-now)*time.Millisecond, time.Millisecond), nil
}

func (r *runner) carryOut(ctx context.Context, o outboxRow) error {
	switch o.kind {
	case kindRead:
		return r.sendRead(ctx, o)
	case kindCategories:
		return r.sendCategories(ctx, o)
	case kindMove:
		return r.sendMove(ctx, o)
	case kindReply, kindSend:
		return r.sendMail(ctx, o)
	case kindEdit:
		return r.sendEdit(ctx, o)
	case kindCreate:
		return r.sendCreate(ctx, o)
	case kindDelete:
		return r.sendDelete(ctx, o)
	case kindRespond:
		return r.sendRespond(ctx, o)
	}
	return refusal{reasonRefused, errors.New("unknown kind of intention")}
}

// settle writes how an attempt ended. Success has been written by whoever carried it out.
func (r *runner) settle(ctx context.Context, o outboxRow, err error) error {
	if err == nil || errors.Is(err, errDropped) {
		return nil
	}
	return r.m.db.Write(ctx, "note attempt", func(tx *store.Tx) error { return r.settleIn(ctx, tx, o, err) })
}

func (r *runner) settleIn(ctx context.Context, tx *store.Tx, o outboxRow, err error) error {
	if errors.Is(err, errDropped) {
		return nil
	}
	// What the attempt has got done itself, such as a part of a file, begins the count anew.
	if err := tx.QueryRowContext(ctx, `SELECT attempts, failures FROM outbox WHERE id=?`, o.id).Scan(&o.attempts, &o.failures); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read queue: %w", err)
	}
	state, reason, attempts, failures := "queued", reasonServer, o.attempts+1, o.failures+1
	delay := r.backoff(failures)
	var end refusal
	var answer *outlook.Error
	switch {
	case errors.As(err, &end):
		state, reason = "failed", end.reason
	case outlook.SignInAgain(err) || outlook.IsUnauthorized(err) || outlook.KeychainFails(err):
		reason, attempts, failures = reasonSignIn, o.attempts, o.failures
	case outlook.IsNetwork(err):
		reason, failures = reasonOffline, o.failures
		delay = r.backoff(attempts)
	case outlook.IsThrottled(err):
		reason, attempts, failures = reasonThrottled, o.attempts, o.failures
		if errors.As(err, &answer) {
			delay = answer.RetryAfter
		}
	case outlook.IsTooLarge(err):
		state, reason = "failed", reasonTooLarge
	case outlook.IsNotFound(err):
		state, reason = "failed", reasonGone
	case outlook.IsRefused(err) || outlook.IsConflict(err):
		state, reason = "failed", reasonRefused
	case failures >= maxTries:
		state = "failed"
	}
	if o.kind == kindReply || o.kind == kindSend {
		var step string
		if err := tx.QueryRowContext(ctx, `SELECT step FROM outbox WHERE id=?`, o.id).Scan(&step); err == nil && step == stepSending {
			delay = max(delay, r.m.filing())
		}
	}
	r.m.log.Info("intention not carried out", "kind", o.kind, "state", state, "reason", reason, "attempt", attempts, "error", err)
	tx.Changed(store.Outbox, o.id)
	tx.Changed(o.kindChanged(), o.item)
	res, werr := tx.ExecContext(ctx, `UPDATE outbox SET state=?, attempts=?, failures=?, not_before=?, error=? WHERE id=? AND state='queued' AND payload=?`,
		state, attempts, failures, millis(r.m.now().Add(delay)), reason+": "+err.Error(), o.id, o.payload) // a newer wish begins anew
	if werr != nil || state != "failed" {
		return werr
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return o.noted(ctx, tx, r.m.now(), ledgerFailed, reason)
}

// advance writes how far an intention has come, before the request that the step names is sent.
func (r *runner) advance(ctx context.Context, o *outboxRow, step, remote string) error {
	err := r.m.db.Write(ctx, "note step", func(tx *store.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE outbox SET step=?, remote_id=? WHERE id=?`, step, remote, o.id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errDropped)
		}
		return nil
	})
	if err == nil {
		o.step, o.remote = step, remote
	}
	return err
}

// done ends an intention that was carried out. If it was changed meanwhile it stays, with what was sent as its base, and
// then is called either way, in the same transaction.
func (r *runner) done(ctx context.Context, o outboxRow, base func(before string) (string, error), etag string, then func(*store.Tx) error) error {
	return r.m.db.Write(ctx, "confirm", func(tx *store.Tx) error { return r.doneIn(ctx, tx, o, base, etag, then) })
}

func (r *runner) doneIn(ctx context.Context, tx *store.Tx, o outboxRow, base func(before string) (string, error), etag string, then func(*store.Tx) error) error {
	tx.Changed(o.kindChanged(), o.item)
	tx.Changed(store.Outbox, o.id)
	r.late.confirmed(o.itemKind, o.item, r.m.now())
	now, err := readOutbox(ctx, tx, o.id)
	switch {
	case isNotFound(err): // given up meanwhile; the service's version still is the truth
	case err != nil:
		return err
	case now.payload == o.payload || base == nil:
		if err := dropOutbox(ctx, tx, o.id); err != nil {
			return err
		}
	default:
		before, err := base(now.before)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE outbox SET before=?, etag=?, step='' WHERE id=?`, before, etag, o.id); err != nil {
			return fmt.Errorf("write queue: %w", err)
		}
	}
	if err := note(ctx, tx, ledgerEntry{account: o.account, item: o.item, kind: o.itemKind, out: true, what: ledgerSent, why: o.kind, who: byYou,
		fields: o.fieldNames(), remote: o.sentAs(), at: millis(r.m.now())}); err != nil {
		return err
	}
	if then == nil {
		return nil
	}
	return then(tx)
}

// sentAs is the id that mail has among the sent; "" for anything else.
func (o outboxRow) sentAs() string {
	if o.kind == kindReply || o.kind == kindSend {
		return o.remote
	}
	return ""
}

// endGone ends an intention whose item the service no longer has, where nothing of the person's is lost with it; the ledger
// keeps that it was not carried out.
func (r *runner) endGone(ctx context.Context, o outboxRow, then func(*store.Tx) error) error {
	return r.m.db.Write(ctx, "end intention", func(tx *store.Tx) error {
		tx.Changed(o.kindChanged(), o.item)
		if err := dropOutbox(ctx, tx, o.id); err != nil {
			return err
		}
		if err := o.noted(ctx, tx, r.m.now(), ledgerFailed, reasonGone); err != nil || then == nil {
			return err
		}
		return then(tx)
	})
}

// graphOf finds the service's id of a row; "" when there is no such row, or the service does not know it.
func (r *runner) graphOf(ctx context.Context, o outboxRow) (string, error) {
	table := "message"
	if o.itemKind == "event" {
		table = "event"
	}
	var id string
	err := r.m.db.Reader().QueryRowContext(ctx, `SELECT graph_id FROM `+table+` WHERE id=?`, o.item).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read item: %w", err)
	}
	return id, nil
}
