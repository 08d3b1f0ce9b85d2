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

// endsEarly is near how many messages the service ends the first round of a filtered delta (outlook.MessagesDelta). A
// folder with fewer has been told whole.
const endsEarly = 4500

// ranged gives a folder's scope the range that the person chose. Another range than the scope was begun with is a new
// round: the filter is part of the link. Rows stay, older ones too.
func (r *runner) ranged(ctx context.Context, f folderRef, s *scope) error {
	c, err := r.m.Choice(ctx, r.account)
	if err != nil {
		return err
	}
	if f.wellKnown == "drafts" {
		c.Months = 0 // what is not sent yet is not old mail
	}
	fresh := s.link == "" && s.synced == 0 && s.round == 0
	if !fresh && s.to == int64(c.Months) {
		return nil
	}
	s.from, s.to = millis(c.since(r.m.now())), int64(c.Months)
	if err := r.countRange(ctx, f, instant(s.from)); err != nil {
		return err
	}
	if fresh {
		return nil
	}
	return r.restart(ctx, s)
}

// rangeNow is where the range of a folder that was begun at from begins by now (0: nowhere): it moves on with the clock,
// while a filter stays as it is. What it has left behind may have been trimmed, and is not fetched again.
func (r *runner) rangeNow(ctx context.Context, from int64) (int64, error) {
	if from == 0 {
		return 0, nil
	}
	c, err := r.m.Choice(ctx, r.account)
	if err != nil {
		return from, err
	}
	return max(from, millis(c.since(r.m.now()))), nil
}

// countRange keeps how many messages of a folder are in the range, for the progress figure. A service that does not count
// is no reason to stop.
func (r *runner) countRange(ctx context.Context, f folderRef, since time.Time) error {
	n := -1
	if !since.IsZero() {
		var err error
		if n, err = r.client.CountMessages(ctx, f.graph, since); err != nil {
			if hopeless(err) || outlook.IsNotFound(err) {
				return err
			}
			n = -1
		}
	}
	return r.m.db.Write(ctx, "keep count", func(tx *store.Tx) error {
		tx.Changed(store.Sync)
		_, err := tx.ExecContext(ctx, `UPDATE mail_folder SET in_range=? WHERE id=?`, n, f.id)
		return err
	})
}

// rest reads what the service may have left out of a filtered first round: messages of the range that are older than
// what it has told. It is a reading of its own that a quit does not begin anew: where it has come to is kept with each page.
func (r *runner) rest(ctx context.Context, f folderRef, s scope) error {
	if s.from == 0 {
		return nil
	}
	q, err := r.scope(ctx, "rest:"+s.name)
	if err != nil {
		return err
	}
	if q.complete && q.from == s.from {
		return nil
	}
	if q.from != s.from || q.to == 0 {
		q = scope{name: q.name, from: s.from, round: s.round}
		if q.to, err = r.reached(ctx, f, s); err != nil {
			return err
		}
	}
	resets := 0
	for link := ""; q.to != 0; {
		page, err := r.client.MessagesBetween(ctx, f.graph, link, outlook.MessageFields, instant(q.from), instant(q.to), firstPage)
		if link != "" && resets < maxResets && (outlook.IsRefused(err) || outlook.IsNotFound(err) || outlook.IsResync(err)) {
			resets++
			link = "" // what the page told up to here is only read once more
			continue
		}
		if err != nil {
			return fmt.Errorf("read the rest of a folder: %w", err)
		}
		if page.Next != "" && page.Next == link {
			return fmt.Errorf("read the rest of a folder: %w", errNoLink)
		}
		changes, err := askAll(ctx, page.Items, func(ctx context.Context, m outlook.Message) (messageChange, error) { return r.settleMessage(ctx, f, m) })
		if err != nil {
			return err
		}
		q.to, link = below(page, q.to)
		q.link = "" // a link counts messages, and by the next start the list may have become another
		if err := r.m.db.Write(ctx, "mirror older page", func(tx *store.Tx) error {
			if err := r.writeMessages(ctx, tx, f, s, changes); err != nil {
				return err
			}
			return r.saveScope(ctx, tx, q)
		}); err != nil {
			return err
		}
		if page.Last() {
			break
		}
	}
	q.link, q.complete, q.synced = "", true, millis(r.m.now())
	return r.m.db.Write(ctx, "end older mail", func(tx *store.Tx) error { return r.saveScope(ctx, tx, q) })
}

// below is where to go on after a page of what was received before to: at the second of its oldest message, some of which
// may not have been told. The page's link would leave out the next message for each one that left the list meanwhile, since
// it counts, so it is followed only where no moment parts what was told from what was not: in a second with more messages
// than a page.
func below(page outlook.Page[outlook.Message], to int64) (next int64, link string) {
	next = to
	for _, m := range page.Items {
		if m.Received != nil {
			next = min(next, wholeSecond(millis(*m.Received)))
		}
	}
	if next == to {
		return to, page.Next
	}
	return next, ""
}

// wholeSecond is the end of a moment's second: filters count whole seconds.
func wholeSecond(at int64) int64 { return at/1000*1000 + 1000 }

// reached is a moment down to which the first round has told a folder for certain, rounded up to where the rest begins; 0
// when it cannot have left anything out. The oldest row is not that: it may have come by itself, as one that the person has
// opened from a search of the server, or moved.
func (r *runner) reached(ctx context.Context, f folderRef, s scope) (int64, error) {
	// In a round of mark and sweep only what it has met was told; in a first one, every row.
	query, args := `SELECT received_at FROM message WHERE folder_id=? AND received_at>=?`, []any{f.id, s.from}
	if s.round > 0 {
		query += ` AND graph_id IN (SELECT graph_id FROM sync_seen WHERE account_id=? AND scope=?)`
		args = append(args, r.account, s.name)
	}
	query += ` ORDER BY received_at DESC LIMIT 1 OFFSET ?`
	var at int64
	err := r.m.db.Reader().QueryRowContext(ctx, query, append(args, max(r.m.endsEarly-1, 0))...).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find the oldest of what was told: %w", err)
	}
	return wholeSecond(at), nil
}
