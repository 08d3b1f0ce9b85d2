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

// How many messages are asked for at a time, bodies included: few at first, so that the newest show soon, then as many as
// come to some megabytes, so that memory stays bounded and small mail takes few transactions.
const (
	firstPage = 50
	mostPage  = 500
	pageBytes = 4 << 20
)

// nextSize is how many messages to ask for after a page.
func nextSize(page []outlook.Message) int {
	if len(page) == 0 {
		return firstPage
	}
	bytes := 0
	for i := range page {
		bytes += 2 << 10 // all but the body
		if b := page[i].Body; b != nil {
			bytes += len(b.Content)
		}
	}
	return min(max(pageBytes/(bytes/len(page)), firstPage/5), mostPage)
}

// syncMessages brings one folder's messages up to date.
func (r *runner) syncMessages(ctx context.Context, f folderRef) error {
	s, err := r.scope(ctx, "messages:"+f.graph)
	if err != nil {
		return err
	}
	if err := r.ranged(ctx, f, &s); err != nil {
		if outlook.IsNotFound(err) {
			return r.denied(ctx, f)
		}
		return fmt.Errorf("mirror messages: %w", err)
	}
	begun, since, size := s.from, instant(s.from), firstPage // one fetch at a time
	s.anew = func(ctx context.Context) (int64, error) {
		var err error
		begun, err = r.rangeNow(ctx, begun)
		since = instant(begun)
		return begun, err
	}
	fetch := func(link string) (outlook.Page[outlook.Message], error) {
		if page, err, ok := takeAnswer[outlook.Message](&r.answers, link); ok {
			return page, err
		}
		page, err := r.client.MessagesDelta(ctx, f.graph, link, outlook.MessageFields, since, size)
		if link == "" && !since.IsZero() && outlook.IsRefused(err) {
			// Mailboxes were seen that take no filter here, whatever the documentation says: then all of it is read.
			since = time.Time{}
			page, err = r.client.MessagesDelta(ctx, f.graph, link, outlook.MessageFields, since, size)
		}
		for outlook.IsTooLarge(err) && size > 1 {
			size = max(size/10, 1)
			page, err = r.client.MessagesDelta(ctx, f.graph, link, outlook.MessageFields, since, size) // huge bodies: fewer at a time
		}
		if err == nil {
			size = nextSize(page.Items)
		}
		return page, err
	}
	keep := func(page outlook.Page[outlook.Message], s scope) (func(*store.Tx) error, error) {
		changes, err := askAll(ctx, page.Items, func(ctx context.Context, m outlook.Message) (messageChange, error) {
			return r.settleMessage(ctx, f, m)
		})
		if err != nil {
			return nil, err
		}
		return func(tx *store.Tx) error { return r.writeMessages(ctx, tx, f, s, changes) }, nil
	}
	sweep := func(s scope) error {
		if err := r.rest(ctx, f, s); err != nil {
			return err
		}
		return r.sweepMessages(ctx, f, s)
	}
	err = follow(ctx, r, s, fetch, keep, sweep)
	if err == nil {
		err = r.rest(ctx, f, scope{name: s.name, from: begun})
	}
	if outlook.IsNotFound(err) {
		return r.denied(ctx, f)
	}
	if err != nil {
		return fmt.Errorf("mirror messages: %w", err)
	}
	return nil
}

// messageChange is what a delta's item turned out to mean. No field set: nothing is to be done.
type messageChange struct {
	live  *outlook.Message
	asked time.Time // when live was asked for by itself; zero when the delta said it
	gone  string    // graph id of a row to delete
	left  string    // graph id of a row that is elsewhere already: by its new folder's round, or because the person moves it
}

// local finds a message's row; folder 0 when there is none.
func (r *runner) local(ctx context.Context, graphID string) (id, folder int64, err error) {
	err = r.m.db.Reader().QueryRowContext(ctx, `SELECT id, folder_id FROM message WHERE account_id=? AND graph_id=? AND graph_id<>''`, r.account, graphID).Scan(&id, &folder)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return id, folder, err
}

// settleMessage asks the service about an item where the delta alone does not say enough: something removed may have
// moved, or not be gone at all; something new may come with only its changed fields.
func (r *runner) settleMessage(ctx context.Context, f folderRef, m outlook.Message) (messageChange, error) {
	if m.ID == "" {
		return messageChange{}, nil
	}
	if m.Removed == nil && m.Received != nil && m.Subject != nil && m.Body != nil {
		return messageChange{live: &m}, nil
	}
	_, folder, err := r.local(ctx, m.ID)
	if err != nil {
		return messageChange{}, fmt.Errorf("read message: %w", err)
	}
	switch {
	case m.Removed == nil && folder != 0:
		return messageChange{live: &m}, nil
	case m.Removed != nil && folder != f.id:
		return messageChange{left: m.ID}, nil
	}
	asked := r.m.now()
	now, err := r.client.Message(ctx, m.ID)
	if outlook.IsNotFound(err) {
		return messageChange{gone: m.ID}, nil
	}
	if err != nil {
		return messageChange{}, err
	}
	return messageChange{live: &now, asked: asked}, nil
}

func (r *runner) writeMessages(ctx context.Context, tx *store.Tx, f folderRef, s scope, changes []messageChange) error {
	w, err := newMessageWriter(ctx, tx, r.account)
	if err != nil {
		return err
	}
	defer w.close()
	w.from, w.late, w.page = r.origin(s.why()), &r.late, f.id
	r.late.page(f.id, r.m.now())
	for _, c := range changes {
		w.asked = c.asked
		if c.live != nil {
			if err := w.upsert(c.live, f.id); err != nil {
				return err
			}
			if err := s.met(ctx, tx, r.account, c.live.ID); err != nil {
				return err
			}
		}
		if c.left != "" { // while a move waits this may mean that the message is gone, and it is said only once
			if err := doubt(ctx, tx, r.account, "message", waited("message")+`t.graph_id=?`, c.left); err != nil {
				return err
			}
			// Another folder's round may have put the row here since this was looked at.
			if err := doubt(ctx, tx, r.account, "message", `t.graph_id=? AND t.folder_id=?`, c.left, f.id); err != nil {
				return err
			}
		}
		if c.gone != "" {
			if err := w.remove(c.gone); err != nil {
				return err
			}
		}
	}
	return w.announce()
}

// sweepBatch is how many rows are asked about before what was learned is kept.
const sweepBatch = 50

// sweepMessages asks about each of the folder's rows in the mirrored range that a whole round has not met, and deletes what is gone. A row
// that lives is noted as met, so an interrupted sweep goes on.
func (r *runner) sweepMessages(ctx context.Context, f folderRef, s scope) error {
	if err := r.m.db.Write(ctx, "sweep messages", func(tx *store.Tx) error {
		return doubt(ctx, tx, r.account, "message", waited("message")+`t.folder_id=? AND t.graph_id NOT IN (SELECT graph_id FROM sync_seen WHERE account_id=t.account_id AND scope=?)`, f.id, s.name)
	}); err != nil {
		return err
	}
	for {
		lost, err := collect(ctx, r.m, "find unmet messages", func(row scanner) (m outlook.Message, err error) {
			m.Removed = &outlook.Removed{}
			err = row.Scan(&m.ID)
			return m, err
		}, `SELECT graph_id FROM message WHERE account_id=?1 AND folder_id=?2 AND graph_id<>'' AND received_at>=?5
			AND graph_id NOT IN (SELECT graph_id FROM sync_seen WHERE account_id=?1 AND scope=?3)
			AND NOT EXISTS (SELECT 1 FROM outbox WHERE item_kind='message' AND item_id=message.id) LIMIT ?4`, r.account, f.id, s.name, sweepBatch, s.from)
		if err != nil || len(lost) == 0 {
			return err
		}
		changes, err := askAll(ctx, lost, func(ctx context.Context, m outlook.Message) (messageChange, error) { return r.settleMessage(ctx, f, m) })
		if err != nil {
			return err
		}
		if err := r.m.db.Write(ctx, "sweep messages", func(tx *store.Tx) error {
			for _, m := range lost { // whatever became of it, it has been asked about
				if err := s.met(ctx, tx, r.account, m.ID); err != nil {
					return err
				}
			}
			return r.writeMessages(ctx, tx, f, s, changes)
		}); err != nil {
			return err
		}
	}
}
