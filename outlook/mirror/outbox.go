package mirror

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"supercrm/internal/store"
)

// The kinds of outbox rows.
const (
	kindRead    = "mail.read"
	kindMove    = "mail.move"
	kindReply   = "mail.reply"
	kindSend    = "mail.send"
	kindEdit    = "event.edit"
	kindCreate  = "event.create"
	kindDelete  = "event.delete"
	kindRespond = "event.respond"
)

// The steps of rows that take more than one request, or that must not be repeated blindly. Each is written before its
// request is sent, so that after a crash it is known what may have happened.
const (
	stepNew      = ""         // nothing was sent
	stepDrafting = "drafting" // a draft is being made: find the marker before making another
	stepDrafted  = "drafted"  // remote_id is the draft
	stepFilling  = "filling"  // our text is being put into it
	stepFiles    = "files"    // it has its text; its files are being put on it
	stepReady    = "ready"    // it may be sent
	stepSending  = "sending"  // it may have been sent: look before sending again
)

// The keys of OutboxItem.Reason, kept at the beginning of outbox.error.
const (
	reasonOffline   = "offline"
	reasonThrottled = "throttled"
	reasonSignIn    = "signin"
	reasonServer    = "server"
	reasonRefused   = "refused"
	reasonConflict  = "conflict"
	reasonGone      = "gone"
	reasonTooLarge  = "toolarge"
	reasonFiles     = "files" // a copy of an attached file is not there any more
)

// mailChange is the payload and the before of mail.read and mail.move: what is set is meant.
type mailChange struct {
	Read    *bool  `json:"read,omitempty"`
	Flagged *bool  `json:"flagged,omitempty"`
	To      string `json:"to,omitempty"`     // mail.move: well-known name
	Folder  int64  `json:"folder,omitempty"` // row of mail_folder
}

// eventFields is what can be edited of an event: in a payload the new values, in a before the old ones.
type eventFields struct {
	Subject   *string     `json:"subject,omitempty"`
	Start     *int64      `json:"start,omitempty"` // as in the event table
	End       *int64      `json:"end,omitempty"`
	AllDay    *bool       `json:"allDay,omitempty"`
	Zone      *string     `json:"zone,omitempty"` // what Start and End are sent in
	Location  *string     `json:"location,omitempty"`
	Body      *string     `json:"body,omitempty"`
	BodyType  *string     `json:"bodyType,omitempty"`
	Preview   *string     `json:"preview,omitempty"`
	ShowAs    *string     `json:"showAs,omitempty"`
	Attendees *[]Attendee `json:"attendees,omitempty"`
	Response  *string     `json:"response,omitempty"` // event.respond
}

// eventBefore is what an edited event was. Server is what the service has since said of the same fields, which discard
// restores rather than Base; a conflict is judged by Base. Sent is what attempts carried whose answers were lost, before the
// person changed it again: the service may have that, and it is no conflict.
type eventBefore struct {
	Base   eventFields   `json:"base"`
	Server *eventFields  `json:"server,omitempty"`
	Sent   []eventFields `json:"sent,omitempty"`
}

// ours says whether what the service has of the fields in question is what the person began from or has sent.
func (b eventBefore) ours(theirs eventFields) bool {
	if theirs.same(b.Base.only(theirs)) {
		return true
	}
	return slices.ContainsFunc(b.Sent, func(sent eventFields) bool { return theirs.same(sent.over(b.Base).only(theirs)) })
}

// edited is what an edit or answer of an event wants, and what the event was.
func (o outboxRow) edited() (want eventFields, was eventBefore, err error) {
	if want, err = parse[eventFields](o.payload); err == nil {
		was, err = parse[eventBefore](o.before)
	}
	return want, was, err
}

// maybeSent keeps what an attempt may have carried that is under way, or whose answer was lost.
func (b *eventBefore) maybeSent(o outboxRow, fields eventFields) {
	if o.step == stepSending {
		b.Sent = append(b.Sent, fields)
		b.Sent = b.Sent[max(0, len(b.Sent)-8):]
	}
}

// eventConflict is the service's version of the fields that both sides changed, and the ETag it has.
type eventConflict struct {
	ETag   string      `json:"etag"`
	Fields eventFields `json:"fields"`
}

// outboxRow is a row of the outbox table.
type outboxRow struct {
	id, account, item                        int64
	kind, itemKind, payload, before, etag    string
	marker, remote, step, state, err, theirs string
	attempts                                 int // all of them, until it is rewritten
	failures                                 int // those of them that the service failed
	notBefore, created                       int64
}

const outboxColumns = `id, account_id, kind, item_kind, item_id, payload, before, etag, marker, remote_id, step, state,
	attempts, failures, not_before, error, conflict, created_at`

func scanOutbox(row scanner) (outboxRow, error) {
	var o outboxRow
	err := row.Scan(&o.id, &o.account, &o.kind, &o.itemKind, &o.item, &o.payload, &o.before, &o.etag, &o.marker, &o.remote,
		&o.step, &o.state, &o.attempts, &o.failures, &o.notBefore, &o.err, &o.theirs, &o.created)
	return o, err
}

// insert queues an intention; the ledger keeps that it was meant.
func (o outboxRow) insert(ctx context.Context, tx *store.Tx) (int64, error) {
	var id int64
	err := tx.QueryRowContext(ctx, `INSERT INTO outbox (account_id, kind, item_kind, item_id, payload, before, etag, marker, not_before, created_at)
		VALUES (?,?,?,?,?,?,?,?,?,?) RETURNING id`, o.account, o.kind, o.itemKind, o.item, o.payload, o.before, o.etag, o.marker, o.notBefore, o.created).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("queue: %w", err)
	}
	tx.Changed(store.Outbox, id)
	return id, o.noted(ctx, tx, instant(o.created), ledgerQueued, o.fieldNames())
}

// rewrite gives a queued row a new intention. What failed before may succeed now, so it starts anew.
func (o outboxRow) rewrite(ctx context.Context, tx *store.Tx, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET payload=?, before=?, etag=?, state='queued', attempts=0, failures=0, not_before=0, error='', conflict='' WHERE id=?`,
		o.payload, o.before, o.etag, o.id)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	tx.Changed(store.Outbox, o.id)
	return o.noted(ctx, tx, at, ledgerQueued, o.fieldNames())
}

// waiting finds the row of one kind that waits for an item; ok is false when there is none.
func waiting(ctx context.Context, tx *store.Tx, itemKind string, item int64, kind string) (o outboxRow, ok bool, err error) {
	o, err = scanOutbox(tx.QueryRowContext(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE item_kind=? AND item_id=? AND kind=? ORDER BY id DESC LIMIT 1`,
		itemKind, item, kind))
	if err == sql.ErrNoRows {
		return o, false, nil
	}
	return o, err == nil, err
}

func readOutbox(ctx context.Context, tx *store.Tx, id int64) (outboxRow, error) {
	o, err := scanOutbox(tx.QueryRowContext(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE id=?`, id))
	return o, found("read queue", err)
}

func dropOutbox(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE id=?`, id)
	tx.Changed(store.Outbox, id)
	return err
}

func (o outboxRow) kindChanged() store.Kind {
	if o.itemKind == "event" {
		return store.Events
	}
	return store.Messages
}

func parse[T any](text string) (T, error) {
	var v T
	if text == "" {
		return v, nil
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, fmt.Errorf("stored JSON: %w", err)
	}
	return v, nil
}
