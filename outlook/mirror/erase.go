package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"supercrm/internal/store"
)

// The beginnings of the names of the settings that unsent text is kept under: of an answer, with the row of its message
// after it, and of queued mail, with its row of the outbox.
const (
	DraftSetting  = "mail.draft."
	QueuedSetting = "mail.queued."
)

// ErrInBackups is returned (wrapped) by Erase when the account is erased, but not from every backup.
var ErrInBackups = errors.New("the account is still in a backup")

// Erase stops the account's workers and deletes everything that is kept of it, its queue too. Backups lose it as well, with
// the unsent answers to its mail; with the last account, all unsent mail.
func (m *Mirror) Erase(ctx context.Context, accountID int64) error {
	if err := m.Disconnect(ctx, accountID); err != nil {
		return err
	}
	gone, err := m.toErase(ctx, accountID)
	if err != nil {
		return err
	}
	defer m.sweepBlobs(ctx)
	err = m.db.Erase(ctx, "erase account", func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM account WHERE id=?`, accountID); err != nil {
			return err
		}
		for _, k := range []store.Kind{store.Accounts, store.Folders, store.Messages, store.Events, store.Contacts, store.Outbox, store.Sync, store.Ledger} {
			tx.Changed(k)
		}
		return nil
	})
	if err != nil || gone.key == "" {
		return err
	}
	if err := m.db.Compact(ctx); err != nil {
		m.log.Error("the file was not compacted after an erasure", "error", err)
	}
	if err := m.db.EraseInBackups(ctx, gone.from); err != nil {
		return fmt.Errorf("%w: %w", ErrInBackups, err)
	}
	return nil
}

// erased is an account that is to go from the backups.
type erased struct {
	key      string
	last     bool
	messages map[string]bool // rows, as they stand in the names of settings
}

func (m *Mirror) toErase(ctx context.Context, accountID int64) (erased, error) {
	out := erased{messages: map[string]bool{}}
	err := m.db.Reader().QueryRowContext(ctx, `SELECT key, (SELECT count(*) FROM account)=1 FROM account WHERE id=?`, accountID).Scan(&out.key, &out.last)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("erase account: %w", m.db.Examine(err))
	}
	ids, err := collect(ctx, m, "erase account", func(row scanner) (id int64, err error) { return id, row.Scan(&id) },
		`SELECT id FROM message WHERE account_id=?`, accountID)
	for _, id := range ids {
		out.messages[strconv.FormatInt(id, 10)] = true
	}
	return out, err
}

// from erases the account from a backup.
func (e erased) from(ctx context.Context, tx *sql.Tx) (bool, error) {
	names, err := e.texts(ctx, tx)
	if err != nil {
		return false, err
	}
	for _, name := range names {
		if _, err := tx.ExecContext(ctx, `DELETE FROM setting WHERE name=?`, name); err != nil {
			return false, fmt.Errorf("erase unsent text: %w", err)
		}
	}
	res, err := tx.ExecContext(ctx, `DELETE FROM account WHERE key=?`, e.key)
	if err != nil {
		return false, fmt.Errorf("erase account: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("erase account: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM outbox_file WHERE outbox_id IS NULL AND NOT EXISTS (SELECT 1 FROM setting WHERE name=outbox_file.draft)`); err != nil {
		return false, fmt.Errorf("erase attached files: %w", err)
	}
	return n > 0 || len(names) > 0, nil
}

// texts lists the settings of a backup that hold unsent text of the account.
func (e erased) texts(ctx context.Context, tx *sql.Tx) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT name, EXISTS (SELECT 1 FROM outbox o JOIN account a ON a.id=o.account_id WHERE a.key=? AND setting.name=?||o.id) FROM setting WHERE name LIKE 'mail.%'`,
		e.key, QueuedSetting)
	if err != nil {
		return nil, fmt.Errorf("list unsent text: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		var queued bool
		if err := rows.Scan(&name, &queued); err != nil {
			return nil, fmt.Errorf("list unsent text: %w", err)
		}
		message, isDraft := strings.CutPrefix(name, DraftSetting)
		if e.last || queued || isDraft && e.messages[message] {
			out = append(out, name)
		}
	}
	return out, rows.Err()
}
