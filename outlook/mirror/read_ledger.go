package mirror

import (
	"context"
	"strings"
	"time"
)

// LedgerRow tells of one change of one item. Its words are keys: what a person reads is made by whoever shows them.
type LedgerRow struct {
	ID        int64
	AccountID int64
	At        time.Time
	ItemKind  string // message or event
	ItemID    int64  // 0: mail that has no row of its own
	Gone      bool   // the item is no longer in the mirror
	Subject   string // of the item as it is now; "" when it is gone
	Out       bool   // from here to the service
	What      string // new changed moved deleted, or queued sent failed discarded conflict resolved
	Why       string // first delta resync confirmation body verify, or the kind of the intention
	Who       string // you, service or elsewhere
	Fields    []string
}

// LedgerFilter chooses rows of the ledger; a zero value chooses all. Direction is "", in or out. Before, unless 0, leaves
// out rows from that id on, to read page by page.
type LedgerFilter struct {
	AccountID int64
	ItemKind  string
	ItemID    int64
	Direction string
	Before    int64
	Limit     int // 0: 200
}

// Ledger lists changes, newest first.
func (m *Mirror) Ledger(ctx context.Context, f LedgerFilter) ([]LedgerRow, error) {
	if f.Limit <= 0 {
		f.Limit = 200
	}
	where, args := []string{"1=1"}, []any{}
	add := func(cond string, v any) {
		where, args = append(where, cond), append(args, v)
	}
	if f.AccountID != 0 {
		add("l.account_id=?", f.AccountID)
	}
	if f.ItemKind != "" {
		add("l.item_kind=?", f.ItemKind)
	}
	if f.ItemID != 0 {
		add("l.item_id=?", f.ItemID)
	}
	if f.Direction != "" {
		add("l.outwards=?", f.Direction == "out")
	}
	if f.Before != 0 {
		add("l.id<?", f.Before)
	}
	args = append(args, f.Limit)
	return collect(ctx, m, "read ledger", func(row scanner) (LedgerRow, error) {
		var r LedgerRow
		var at int64
		var fields string
		var exists bool
		err := row.Scan(&r.ID, &r.AccountID, &at, &r.ItemKind, &r.ItemID, &r.Out, &r.What, &r.Why, &r.Who, &fields, &r.Subject, &exists)
		r.At, r.Fields, r.Gone = instant(at), strings.Fields(fields), !exists
		return r, err
	}, `SELECT l.id, l.account_id, l.at, l.item_kind, l.item_id, l.outwards, l.what, l.why, l.who, l.fields,
		coalesce(CASE l.item_kind WHEN 'message' THEN (SELECT subject FROM message WHERE id=l.item_id)
			WHEN 'event' THEN (SELECT subject FROM event WHERE id=l.item_id)
			WHEN 'folder' THEN (SELECT name FROM mail_folder WHERE id=l.item_id)
			WHEN 'calendar' THEN (SELECT name FROM calendar WHERE id=l.item_id) END, ''),
		CASE l.item_kind WHEN 'message' THEN l.item_id=0 OR EXISTS (SELECT 1 FROM message WHERE id=l.item_id)
			WHEN 'event' THEN EXISTS (SELECT 1 FROM event WHERE id=l.item_id)
			WHEN 'folder' THEN EXISTS (SELECT 1 FROM mail_folder WHERE id=l.item_id)
			ELSE EXISTS (SELECT 1 FROM calendar WHERE id=l.item_id) END
		FROM ledger l WHERE `+strings.Join(where, " AND ")+` ORDER BY l.id DESC LIMIT ?`, args...)
}
