package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// mirrored are the tables that the mailbox can fill again. Everything else is the person's own and is kept by backups and
// repairs: people and companies, settings and drafts, accounts, and the outbox with the rows that it names. A table that
// somebody adds is kept unless it is named here.
var mirrored = []string{"message", "message_address", "attachment_file", "event", "event_address", "contact", "contact_address", "category",
	"sync_state", "sync_seen", "sync_doubt", "search_stale", "ledger", "verification", "schema_migration"}

// keepRows says which rows of a mirrored table are kept all the same: those that something in the outbox is about.
var keepRows = map[string]string{
	"message": `id IN (SELECT item_id FROM main.outbox WHERE item_kind='message')`,
	"event":   `id IN (SELECT item_id FROM main.outbox WHERE item_kind='event')`,
}

// Backup writes what is the person's own into a new file at path (mode 0600), as it was at one moment. Readers and the
// writer of the open file are not held up. The file is whole and checked when it appears under its name. The files of mail
// that is still to be sent get a second name in a folder beside it.
func (d *DB) Backup(ctx context.Context, path string) error {
	part := path + ".part"
	if err := removeFile(part); err != nil {
		return fmt.Errorf("back up: %w", PlaceProblem(err))
	}
	defer removeFile(part)
	if err := copyOwn(ctx, d.path, part); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := keepFiles(ctx, part, OutboxFolder(d.path), filesOf(path)); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("back up: %w", PlaceProblem(err))
	}
	return syncDir(filepath.Dir(path))
}

// copyOwn makes a file at to with the present schema and what is the person's own in the file at from.
func copyOwn(ctx context.Context, from, to string) (err error) {
	made, err := Open(ctx, to)
	if err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	if err := made.Close(); err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(from, "_pragma=foreign_keys(0)"))
	if err != nil {
		return fmt.Errorf("open the source: %w", err)
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, `ATTACH ? AS copy`, to); err != nil {
		return classify(fmt.Errorf("open the copy: %w", err))
	}
	if _, err := db.ExecContext(ctx, `PRAGMA foreign_keys=0`); err != nil { // rows are put in by table, not by who refers to whom
		return fmt.Errorf("prepare the copy: %w", err)
	}
	tables, err := ownTables(ctx, db)
	if err != nil {
		return classify(err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return classify(fmt.Errorf("begin the copy: %w", err))
	}
	defer tx.Rollback()
	for _, t := range tables {
		where := ""
		if slices.Contains(mirrored, t.name) {
			where = " WHERE " + keepRows[t.name]
		}
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO copy.`+t.name+` (`+t.columns+`) SELECT `+t.columns+` FROM main.`+t.name+where); err != nil {
			return classify(fmt.Errorf("copy %s: %w", t.name, err))
		}
	}
	// Attachments are not copied, so that those of the mail that is are to be fetched anew.
	if _, err := tx.ExecContext(ctx, `UPDATE copy.message SET files=0 WHERE files<>0`); err != nil {
		return classify(fmt.Errorf("forget the attachments: %w", err))
	}
	// Ids that were given are never given again, in the copy neither.
	if _, err := tx.ExecContext(ctx, `DELETE FROM copy.sqlite_sequence`); err != nil {
		return fmt.Errorf("copy the counters: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO copy.sqlite_sequence SELECT name, seq FROM main.sqlite_sequence WHERE name IN (SELECT name FROM copy.sqlite_master)`); err != nil {
		return classify(fmt.Errorf("copy the counters: %w", err))
	}
	if err := tx.Commit(); err != nil {
		return classify(fmt.Errorf("end the copy: %w", err))
	}
	var broken int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM pragma_foreign_key_check(NULL, 'copy')`).Scan(&broken); err != nil {
		return fmt.Errorf("check the copy: %w", err)
	}
	if broken > 0 {
		return fmt.Errorf("check the copy: %d rows refer to nothing: %w", broken, ErrDamaged)
	}
	if _, err := db.ExecContext(ctx, `PRAGMA copy.wal_checkpoint(TRUNCATE)`); err != nil {
		return classify(fmt.Errorf("end the copy: %w", err))
	}
	return nil
}

type ownTable struct{ name, columns string }

// ownTables lists the tables to copy, with the columns that both files have: a backup of an earlier version has fewer.
func ownTables(ctx context.Context, db *sql.DB) ([]ownTable, error) {
	rows, err := db.QueryContext(ctx, `SELECT m.name, (SELECT group_concat('"' || c.name || '"', ',') FROM pragma_table_info(m.name, 'main') c
		WHERE c.name IN (SELECT name FROM pragma_table_info(m.name, 'copy')))
		FROM main.sqlite_master m WHERE m.type='table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'search_fts%'
		AND m.name IN (SELECT name FROM copy.sqlite_master WHERE type='table') ORDER BY m.rowid`)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	defer rows.Close()
	var out []ownTable
	for rows.Next() {
		var t ownTable
		var columns sql.NullString
		if err := rows.Scan(&t.name, &columns); err != nil {
			return nil, fmt.Errorf("list tables: %w", err)
		}
		t.columns = columns.String
		if _, some := keepRows[t.name]; columns.Valid && (some || !slices.Contains(mirrored, t.name)) {
			out = append(out, t)
		}
	}
	return out, rows.Err()
}

func removeFile(path string) error {
	var errs []error
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + part); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
