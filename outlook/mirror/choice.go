package mirror

import (
	"context"
	"fmt"
	"slices"
	"time"

	"supercrm/internal/store"
)

// Choice is what of an account's mail is mirrored. Months is how far back (0: all of it); FileLimit is how large an
// attachment may be that is kept for reading offline, in bytes (0: none is kept), and FilesLimit what all of them may take.
type Choice struct {
	Months     int
	FileLimit  int64
	FilesLimit int64
}

// Months that can be chosen; 0 is everything.
var Months = []int{3, 6, 12, 24, 0}

// MaxFile and MaxFiles bound what can be chosen for attachments, in bytes.
const (
	MaxFile  = 25 << 20
	MaxFiles = 50 << 30
)

// DefaultChoice is what an account begins with.
var DefaultChoice = Choice{Months: 12, FileLimit: 1 << 20, FilesLimit: 500 << 20}

// Choice reads what of an account's mail is mirrored.
func (m *Mirror) Choice(ctx context.Context, accountID int64) (Choice, error) {
	var c Choice
	err := m.db.Reader().QueryRowContext(ctx, `SELECT mail_months, file_limit, files_limit FROM account WHERE id=?`, accountID).
		Scan(&c.Months, &c.FileLimit, &c.FilesLimit)
	return c, found("read what is mirrored", err)
}

// Choose changes what of an account's mail is mirrored. Another range is read anew with the next round, and no row is lost
// by it; attachments over the new limits give way, the oldest first. What cannot be chosen gives ErrBadInput{months,
// invalid} or ErrBadInput{files, invalid}.
func (m *Mirror) Choose(ctx context.Context, accountID int64, c Choice) error {
	if !slices.Contains(Months, c.Months) {
		return ErrBadInput{"months", "invalid"}
	}
	if c.FileLimit < 0 || c.FileLimit > MaxFile || c.FilesLimit < 0 || c.FilesLimit > MaxFiles {
		return ErrBadInput{"files", "invalid"}
	}
	err := m.db.Write(ctx, "choose what is mirrored", func(tx *store.Tx) error {
		var was Choice
		if err := tx.QueryRowContext(ctx, `SELECT mail_months, file_limit, files_limit FROM account WHERE id=?`, accountID).
			Scan(&was.Months, &was.FileLimit, &was.FilesLimit); err != nil {
			return found("read account", err)
		}
		if was == c {
			return nil
		}
		if _, err := tx.ExecContext(ctx, `UPDATE account SET mail_months=?, file_limit=?, files_limit=? WHERE id=?`,
			c.Months, c.FileLimit, c.FilesLimit, accountID); err != nil {
			return fmt.Errorf("write account: %w", err)
		}
		if c.FileLimit != was.FileLimit || c.FilesLimit != was.FilesLimit {
			if _, err := tx.ExecContext(ctx, `DELETE FROM attachment_file WHERE account_id=? AND size>?`, accountID, c.FileLimit); err != nil {
				return fmt.Errorf("delete attachments: %w", err)
			}
			if _, err := makeRoom(ctx, tx, accountID, c.FilesLimit, 0, 1<<62); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE message SET files=0 WHERE account_id=? AND files=1 AND has_attachments=1`, accountID); err != nil {
				return fmt.Errorf("write messages: %w", err)
			}
		}
		tx.Changed(store.Accounts, accountID)
		tx.Changed(store.Sync)
		return nil
	})
	if err == nil {
		m.SyncNow(accountID)
	}
	return err
}

// since is the beginning of the mirrored range; zero for everything. It is a midnight, so that it is the same all day.
func (c Choice) since(now time.Time) time.Time {
	if c.Months == 0 {
		return time.Time{}
	}
	y, mo, d := now.UTC().Date()
	return time.Date(y, mo-time.Month(c.Months), d, 0, 0, 0, 0, time.UTC)
}

// Trim deletes mail from this computer that is older than the mirrored range; the mailbox keeps it. What still waits in
// the outbox stays. It tells how many messages were deleted.
func (m *Mirror) Trim(ctx context.Context, accountID int64) (int, error) {
	c, err := m.Choice(ctx, accountID)
	if err != nil || c.Months == 0 {
		return 0, err
	}
	since, total := millis(c.since(m.now())), 0
	for {
		var ids []int64
		if err := m.db.Write(ctx, "remove older mail", func(tx *store.Tx) error {
			ids = nil
			rows, err := tx.QueryContext(ctx, `SELECT id FROM message WHERE account_id=? AND graph_id<>'' AND is_draft=0 AND received_at<?
				AND NOT EXISTS (SELECT 1 FROM outbox WHERE item_kind='message' AND item_id=message.id) LIMIT 500`, accountID, since)
			if err != nil {
				return fmt.Errorf("find older mail: %w", err)
			}
			defer rows.Close()
			for rows.Next() {
				var id int64
				if err := rows.Scan(&id); err != nil {
					return fmt.Errorf("find older mail: %w", err)
				}
				ids = append(ids, id)
			}
			if err := rows.Err(); err != nil {
				return fmt.Errorf("find older mail: %w", err)
			}
			rows.Close()
			for _, id := range ids {
				if err := deleteMessage(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return total, err
		}
		if total += len(ids); len(ids) == 0 {
			return total, nil
		}
	}
}

// Holdings is how much of an account is on this computer. Sizes are in bytes.
type Holdings struct {
	Messages     int
	OnServer     int       // messages of the mirrored folders, as the server counts all of them
	Oldest       time.Time // when the oldest mirrored message was received; zero without any
	Before       int       // messages older than the mirrored range, as left from a longer one or opened from a search of the server
	Bodies       int64
	Files        int   // attachments kept
	FileBytes    int64 // what they take
	FilesWaiting int   // messages whose attachments are still to be looked at
	Events       int
	EventsFrom   time.Time // the mirrored window of calendars
	EventsTo     time.Time
	Contacts     int
	MailAt       time.Time // the last complete round; zero before the first
	ContactsAt   time.Time
}

// Holdings counts what is mirrored of an account. It reads whole indexes: for a page that is looked at, not for a line that
// is always there.
func (m *Mirror) Holdings(ctx context.Context, accountID int64) (Holdings, error) {
	c, err := m.Choice(ctx, accountID)
	if err != nil {
		return Holdings{}, err
	}
	var h Holdings
	var oldest, mailAt, contactsAt int64
	err = m.db.Reader().QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM message WHERE account_id=?1),
		coalesce((SELECT sum(total) FROM mail_folder WHERE account_id=?1),0),
		coalesce((SELECT min(received_at) FROM message WHERE account_id=?1 AND received_at>0),0),
		(SELECT count(*) FROM message WHERE account_id=?1 AND is_draft=0 AND received_at<?2),
		coalesce((SELECT sum(length(body)) FROM message WHERE account_id=?1),0),
		(SELECT count(*) FROM attachment_file WHERE account_id=?1),
		coalesce((SELECT sum(size) FROM attachment_file WHERE account_id=?1),0),
		(SELECT count(*) FROM message WHERE account_id=?1 AND files=0 AND has_attachments=1 AND attachments NOT IN ('','[]')),
		(SELECT count(*) FROM event e JOIN calendar k ON k.id=e.calendar_id WHERE e.account_id=?1 AND k.picked=1 AND e.kind<>'seriesMaster'),
		(SELECT count(*) FROM contact x JOIN contact_folder f ON f.id=x.folder_id WHERE x.account_id=?1 AND f.picked=1),
		coalesce((SELECT synced_at FROM sync_state WHERE account_id=?1 AND scope='all'),0),
		coalesce((SELECT synced_at FROM sync_state WHERE account_id=?1 AND scope='contactfolders'),0)`, accountID, millis(c.since(m.now()))).
		Scan(&h.Messages, &h.OnServer, &oldest, &h.Before, &h.Bodies, &h.Files, &h.FileBytes, &h.FilesWaiting, &h.Events, &h.Contacts, &mailAt, &contactsAt)
	if err != nil {
		return h, found("count what is mirrored", err)
	}
	h.Oldest, h.MailAt, h.ContactsAt = instant(oldest), instant(mailAt), instant(contactsAt)
	h.EventsFrom, h.EventsTo = m.window()
	return h, nil
}
