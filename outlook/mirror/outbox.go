package mirror

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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
// restores rather than Base; a conflict is judged by Base.
type eventBefore struct {
	Base   eventFields  `json:"base"`
	Server *eventFields `json:"server,omitempty"`
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
	attempts                                 int
	notBefore, created                       int64
}

const outboxColumns = `id, account_id, kind, item_kind, item_id, payload, before, etag, marker, remote_id, step, state,
	attempts, not_before, error, conflict, created_at`

func scanOutbox(row scanner) (outboxRow, error) {
	var o outboxRow
	err := row.Scan(&o.id, &o.account, &o.kind, &o.itemKind, &o.item, &o.payload, &o.before, &o.etag, &o.marker, &o.remote,
		&o.step, &o.state, &o.attempts, &o.notBefore, &o.err, &o.theirs, &o.created)
	return o, err
}

func (o outboxRow) insert(ctx context.Context, tx *store.Tx) (int64, error) {
	var id int64
	err := tx.QueryRowContext(ctx, `INSERT INTO outbox (account_id, kind, item_kind, item_id, payload, before, etag, marker, not_before, created_at)
		VALUES (?,?,?,?,?,?,?,?,?,?) RETURNING id`, o.account, o.kind, o.itemKind, o.item, o.payload, o.before, o.etag, o.marker, o.notBefore, o.created).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("queue: %w", err)
	}
	tx.Changed(store.Outbox, id)
	return id, nil
}

// rewrite gives a queued row a new intention. What failed before may succeed now, so it starts anew.
func (o outboxRow) rewrite(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET payload=?, before=?, etag=?, state='queued', attempts=0, not_before=0, error='', conflict='' WHERE id=?`,
		o.payload, o.before, o.etag, o.id)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	tx.Changed(store.Outbox, o.id)
	return nil
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

// Outbox lists what has not been confirmed, oldest first.
func (m *Mirror) Outbox(ctx context.Context) ([]OutboxItem, error) {
	return collect(ctx, m, "list outbox", func(row scanner) (OutboxItem, error) {
		var it OutboxItem
		var state, reason, payload, theirs, mailSubject, eventSubject, step string
		var since, next int64
		err := row.Scan(&it.ID, &it.Kind, &it.ItemKind, &it.ItemID, &state, &it.Attempts, &since, &next, &reason, &payload, &theirs, &mailSubject, &eventSubject, &step)
		if err != nil {
			return it, err
		}
		it.Since, it.Next = instant(since), instant(next)
		it.State = map[string]Pending{"queued": PendingQueued, "failed": PendingFailed, "conflict": PendingConflict}[state]
		it.Reason, _, _ = strings.Cut(reason, ":")
		it.Subject = mailSubject + eventSubject
		it.MayHaveLeft = step == stepSending && (it.Kind == kindReply || it.Kind == kindSend)
		switch it.Kind {
		case kindSend:
			mail, err := parse[NewMail](payload)
			if err != nil {
				return it, err
			}
			it.Subject = mail.Subject
		case kindCreate: // its row goes with its calendar
			event, err := parse[eventFields](payload)
			if err != nil {
				return it, err
			}
			if event.Subject != nil {
				it.Subject = *event.Subject
			}
		}
		if it.State == PendingConflict {
			it.Conflict, err = conflictOf(payload, theirs)
		}
		return it, err
	}, `SELECT o.id, o.kind, o.item_kind, o.item_id, o.state, o.attempts, o.created_at, o.not_before, o.error, o.payload, o.conflict,
		coalesce((SELECT subject FROM message WHERE id=o.item_id AND o.item_kind='message'),''),
		coalesce((SELECT subject FROM event WHERE id=o.item_id AND o.item_kind='event'),''), o.step
		FROM outbox o ORDER BY o.id`)
}

func conflictOf(payload, theirs string) (*Conflict, error) {
	mine, err := parse[eventFields](payload)
	if err != nil {
		return nil, err
	}
	c, err := parse[eventConflict](theirs)
	if err != nil {
		return nil, err
	}
	out := &Conflict{}
	add := func(name string, a, b *string) {
		if a != nil && b != nil && *a != *b {
			out.Fields = append(out.Fields, ConflictField{name, *a, *b})
		}
	}
	moment := func(ms *int64) *string {
		if ms == nil {
			return nil
		}
		s := time.UnixMilli(*ms).UTC().Format(time.RFC3339)
		return &s
	}
	people := func(list *[]Attendee) *string {
		if list == nil {
			return nil
		}
		names := make([]string, 0, len(*list))
		for _, a := range *list {
			names = append(names, a.Addr)
		}
		s := strings.Join(names, ", ")
		return &s
	}
	add("subject", mine.Subject, c.Fields.Subject)
	add("start", moment(mine.Start), moment(c.Fields.Start))
	add("end", moment(mine.End), moment(c.Fields.End))
	add("location", mine.Location, c.Fields.Location)
	add("showAs", mine.ShowAs, c.Fields.ShowAs)
	if theirs := c.Fields.Body; theirs != nil {
		text := *theirs
		if c.Fields.BodyType != nil && *c.Fields.BodyType == "html" {
			text = htmlText(text)
		}
		add("body", mine.Body, &text)
	}
	add("attendees", people(mine.Attendees), people(c.Fields.Attendees))
	return out, nil
}

// Retry lets a failed or waiting intention be tried at once.
func (m *Mirror) Retry(ctx context.Context, outboxID int64) error {
	var account int64
	err := m.db.Write(ctx, "retry", func(tx *store.Tx) error {
		o, err := readOutbox(ctx, tx, outboxID)
		if err != nil {
			return err
		}
		account = o.account
		if o.state == "conflict" {
			return ErrBadInput{"state", "conflict"} // Resolve decides that
		}
		if strings.HasPrefix(o.err, reasonGone) && o.remote != "" && (o.kind == kindReply || o.kind == kindSend) {
			o.step, o.remote = stepDrafting, "" // the draft is lost; the marker still tells whether it was sent
		}
		_, err = tx.ExecContext(ctx, `UPDATE outbox SET state='queued', attempts=0, not_before=0, error='', step=?, remote_id=? WHERE id=?`, o.step, o.remote, o.id)
		tx.Changed(store.Outbox, o.id)
		tx.Changed(o.kindChanged(), o.item)
		return err
	})
	if err == nil {
		m.queued(account)
	}
	return err
}

// Discard gives an intention up: the row shows again what the service has. A draft that was made for it stays among the
// drafts, so that no text is lost. What may have left already and cannot be called back (mail, a move, a deletion) is
// refused with ErrBadInput{state, sending}.
func (m *Mirror) Discard(ctx context.Context, outboxID int64) error {
	return m.db.Write(ctx, "discard", func(tx *store.Tx) error {
		o, err := readOutbox(ctx, tx, outboxID)
		if err != nil {
			return err
		}
		if o.state == "queued" && o.step == stepSending && slices.Contains([]string{kindReply, kindSend, kindMove, kindDelete}, o.kind) {
			return ErrBadInput{"state", "sending"} // it may have left already: dropping the row would promise too much
		}
		if err := dropOutbox(ctx, tx, o.id); err != nil {
			return err
		}
		tx.Changed(o.kindChanged(), o.item)
		return restore(ctx, tx, o)
	})
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
		_, err = tx.ExecContext(ctx, `UPDATE message SET is_read=coalesce(?,is_read), flagged=coalesce(?,flagged),
			folder_id=coalesce((SELECT id FROM mail_folder WHERE id=?), folder_id) WHERE id=?`, was.Read, was.Flagged, was.Folder, o.item)
		return err
	case kindCategories:
		if gone {
			return deleteMessage(ctx, tx, o.item)
		}
		return restoreCategories(ctx, tx, o)
	case kindCreate:
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
		return applyFields(ctx, tx, o.item, fields)
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

// Resolve ends a conflict. With keepMine the person's values are sent again over the service's version; without, they
// are given up and the service's shown.
func (m *Mirror) Resolve(ctx context.Context, outboxID int64, keepMine bool) error {
	var account int64
	err := m.db.Write(ctx, "resolve conflict", func(tx *store.Tx) error {
		o, err := readOutbox(ctx, tx, outboxID)
		if err != nil {
			return err
		}
		account = o.account
		if o.state != "conflict" {
			return ErrBadInput{"state", "invalid"}
		}
		tx.Changed(store.Events, o.item)
		theirs, err := parse[eventConflict](o.theirs)
		if err != nil {
			return err
		}
		if !keepMine {
			if err := dropOutbox(ctx, tx, o.id); err != nil {
				return err
			}
			was, err := parse[eventBefore](o.before)
			if err != nil {
				return err
			}
			return applyFields(ctx, tx, o.item, theirs.Fields.over(was.Base))
		}
		was, err := parse[eventBefore](o.before)
		if err != nil {
			return err
		}
		o.before = toJSON(eventBefore{Base: theirs.Fields.over(was.Base)})
		o.etag = theirs.ETag
		return o.rewrite(ctx, tx)
	})
	if err == nil {
		m.queued(account)
	}
	return err
}
