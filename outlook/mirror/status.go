package mirror

import (
	"context"
	"errors"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// Status tells of each account, in the order of Accounts.
func (m *Mirror) Status(ctx context.Context) ([]Status, error) {
	out, err := collect(ctx, m, "read status", func(row scanner) (Status, error) {
		var s Status
		var synced int64
		var total, done, unfinished int
		err := row.Scan(&s.AccountID, &s.SignIn, &s.Pending, &s.Failed, &synced, &total, &done, &unfinished, &s.FilesSent, &s.FilesTotal)
		s.SyncedAt = instant(synced)
		if unfinished > 0 || s.SyncedAt.IsZero() {
			s.Done, s.Total = done, max(total, done)
		}
		return s, err
	}, `SELECT a.id, a.state='signin',
		(SELECT count(*) FROM outbox WHERE account_id=a.id AND state='queued'),
		(SELECT count(*) FROM outbox WHERE account_id=a.id AND state<>'queued'),
		coalesce((SELECT synced_at FROM sync_state WHERE account_id=a.id AND scope='all'),0),
		coalesce((SELECT sum(CASE WHEN in_range>=0 THEN in_range ELSE total END) FROM mail_folder WHERE account_id=a.id),0),
		(SELECT count(*) FROM message m JOIN mail_folder f ON f.id=m.folder_id WHERE f.account_id=a.id),
		(SELECT count(*) FROM sync_state WHERE account_id=a.id AND scope LIKE 'messages:%' AND synced_at=0),
		coalesce((SELECT sum(f.sent) FROM outbox_file f JOIN outbox o ON o.id=f.outbox_id WHERE o.account_id=a.id AND o.state='queued'),0),
		coalesce((SELECT sum(f.size) FROM outbox_file f JOIN outbox o ON o.id=f.outbox_id WHERE o.account_id=a.id AND o.state='queued'),0)
		FROM account a ORDER BY a.added_at, a.id`)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if r := m.runner(out[i].AccountID); r != nil {
			r.describe(&out[i])
		}
	}
	return out, nil
}

// describe adds what only the workers know.
func (r *runner) describe(s *Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Syncing, s.Offline, s.Problem = r.syncing, r.offline, r.problem
	if time.Until(r.client.ThrottledUntil()) > 0 {
		s.Problem = "throttled"
	}
}

// problemOf is the key that the status line shows for a failure of a round; "" for none worth showing.
func problemOf(err error) string {
	switch {
	case err == nil || outlook.IsNetwork(err) || outlook.SignInAgain(err):
		return ""
	case outlook.IsThrottled(err):
		return "throttled"
	case errors.Is(err, store.ErrFull):
		return "diskfull"
	case errors.Is(err, store.ErrReadOnly):
		return "readonly"
	case errors.Is(err, store.ErrDamaged):
		return "damaged"
	case outlook.KeychainFails(err):
		return "keychain"
	case outlook.IsRefused(err) || outlook.IsUnauthorized(err):
		return "refused"
	}
	return "server"
}
