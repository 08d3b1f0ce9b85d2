package mirror

import (
	"context"
	"fmt"
	"strings"
	"time"

	"supercrm/internal/store"
)

// The words of the ledger. They are kept in the file; what a person reads is made of them elsewhere.
const (
	// What happened.
	ledgerNew       = "new"
	ledgerChanged   = "changed"
	ledgerMoved     = "moved"
	ledgerDeleted   = "deleted"
	ledgerQueued    = "queued"
	ledgerSent      = "sent" // the service has confirmed it
	ledgerFailed    = "failed"
	ledgerDiscarded = "discarded"
	ledgerConflict  = "conflict"
	ledgerResolved  = "resolved"

	// Why something came in. What goes out is told by its kind (mail.read …).
	whyFirst        = "first"        // the first reading of a folder or calendar
	whyDelta        = "delta"        // a page of changes
	whyResync       = "resync"       // a folder or calendar read anew
	whyConfirmation = "confirmation" // the service's answer to an edit
	whyBody         = "body"         // fetched after the message itself
	whyVerify       = "verify"       // a verification of the mailbox

	// Who did it.
	byYou       = "you"
	byService   = "service"
	byElsewhere = "elsewhere" // another program or another person
)

// The ledger's bounds: so many changes of one item, and so long. The newest of an item that still exists stays however old
// it is.
const (
	LedgerPerItem = 20
	LedgerDays    = 90
)

// ledgerEntry is a row of the ledger table.
type ledgerEntry struct {
	account, item  int64
	kind           string
	out            bool
	what, why, who string
	fields, remote string
	at             int64
	first          bool // of its item, so there is nothing to drop
}

const insertLedger = `INSERT INTO ledger (account_id, at, item_kind, item_id, outwards, what, why, who, fields, remote_id) VALUES (?,?,?,?,?,?,?,?,?,?)`

// trimItem keeps the newest LedgerPerItem rows of an item. Without an item (a new mail) nothing is dropped here.
const trimItem = `DELETE FROM ledger WHERE item_kind=?1 AND item_id=?2 AND id <=
	(SELECT id FROM ledger WHERE item_kind=?1 AND item_id=?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)`

func (e ledgerEntry) args() []any {
	return []any{e.account, e.at, e.kind, e.item, e.out, e.what, e.why, e.who, e.fields, e.remote}
}

// note writes an entry in the transaction that makes the change, so that the one is never there without the other.
func note(ctx context.Context, tx *store.Tx, e ledgerEntry) error {
	if _, err := tx.ExecContext(ctx, insertLedger, e.args()...); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	tx.Changed(store.Ledger)
	if e.first || e.item == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, trimItem, e.kind, e.item, LedgerPerItem); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	return nil
}

// noted writes what became of an intention.
func (o outboxRow) noted(ctx context.Context, tx *store.Tx, at time.Time, what, fields string) error {
	return note(ctx, tx, ledgerEntry{account: o.account, item: o.item, kind: o.itemKind, out: true, what: what, why: o.kind, who: byYou, fields: fields, at: millis(at)})
}

// fieldNames lists what an intention changes.
func (o outboxRow) fieldNames() string {
	switch o.itemKind {
	case "message":
		if o.kind == kindCategories {
			return "categories"
		}
		want, err := parse[mailChange](o.payload)
		if err != nil || o.kind == kindReply || o.kind == kindSend {
			return ""
		}
		return want.names()
	case "event":
		want, err := parse[eventFields](o.payload)
		if err != nil {
			return ""
		}
		return strings.Join(want.names(), " ")
	}
	return ""
}

func (c mailChange) names() string {
	var out []string
	if c.Read != nil {
		out = append(out, "read")
	}
	if c.Flagged != nil {
		out = append(out, "flag")
	}
	if c.Folder != 0 || c.To != "" {
		out = append(out, "folder")
	}
	return strings.Join(out, " ")
}

// names lists the fields that are set; start, end and all-day are one.
func (f eventFields) names() []string {
	var out []string
	add := func(name string, set bool) {
		if set {
			out = append(out, name)
		}
	}
	add("subject", f.Subject != nil)
	add("time", f.Start != nil || f.End != nil || f.AllDay != nil)
	add("location", f.Location != nil)
	add("body", f.Body != nil)
	add("showAs", f.ShowAs != nil)
	add("attendees", f.Attendees != nil)
	add("response", f.Response != nil)
	return out
}

// trimLedger drops what is older than the bounds. It runs once a day at most, after a round.
func (r *runner) trimLedger(ctx context.Context) error {
	now := r.m.now()
	if !r.trimmed.IsZero() && now.Sub(r.trimmed) < 24*time.Hour {
		return nil
	}
	r.trimmed = now
	return r.m.db.Write(ctx, "trim ledger", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM ledger WHERE account_id=?1 AND at<?2 AND (
			EXISTS (SELECT 1 FROM ledger n WHERE n.item_kind=ledger.item_kind AND n.item_id=ledger.item_id AND n.id>ledger.id)
			OR item_id=0
			OR item_kind='message' AND NOT EXISTS (SELECT 1 FROM message WHERE id=item_id)
			OR item_kind='event' AND NOT EXISTS (SELECT 1 FROM event WHERE id=item_id))`,
			r.account, millis(now.AddDate(0, 0, -LedgerDays)))
		return err
	})
}
