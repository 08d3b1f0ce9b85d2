// Package settings keeps small named values in the store's file: choices of the person and unfinished texts. Fyne's own
// preferences are written in place and do not survive a crash, so nothing that matters goes there.
package settings

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"supercrm/internal/store"
)

// Settings reads and writes values. It is safe for concurrent use.
type Settings struct{ db *store.DB }

// New returns the settings of a file.
func New(db *store.DB) *Settings { return &Settings{db} }

// Load gives a value, or "" when it was never saved.
func (s *Settings) Load(ctx context.Context, name string) (string, error) {
	var v string
	err := s.db.Reader().QueryRowContext(ctx, "SELECT value FROM setting WHERE name = ?", name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read setting: %w", err)
	}
	return v, nil
}

// Save keeps a value.
func (s *Settings) Save(ctx context.Context, name, value string) error {
	return s.db.Write(ctx, "save setting", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO setting VALUES (?,?) ON CONFLICT(name) DO UPDATE SET value = excluded.value", name, value)
		tx.Changed(store.Settings)
		return err
	})
}

// Delete forgets a value.
func (s *Settings) Delete(ctx context.Context, name string) error {
	return s.db.Write(ctx, "delete setting", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM setting WHERE name = ?", name)
		tx.Changed(store.Settings)
		return err
	})
}

// Names lists the values whose names begin with prefix.
func (s *Settings) Names(ctx context.Context, prefix string) ([]string, error) {
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT name FROM setting WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name", prefix)
	if err != nil {
		return nil, fmt.Errorf("list settings: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list settings: %w", err)
		}
		out = append(out, name)
	}
	return out, rows.Err()
}

// DeleteAll forgets every value whose name begins with prefix.
func (s *Settings) DeleteAll(ctx context.Context, prefix string) error {
	return s.db.Write(ctx, "delete settings", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM setting WHERE substr(name, 1, length(?1)) = ?1", prefix)
		tx.Changed(store.Settings)
		return err
	})
}
