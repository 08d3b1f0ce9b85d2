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

// compacted is how much may be left in a file for it to be written anew after an erasure: that is done in memory.
const compacted = 64 << 20 // bytes

// Erase is Write for what is not to be found in the file afterwards: SQLite otherwise leaves deleted text in the pages that
// it may use again. It takes longer, so it is for whole accounts.
func (d *DB) Erase(ctx context.Context, what string, fn func(*Tx) error) error {
	if _, err := d.write.ExecContext(ctx, `PRAGMA secure_delete=1`); err != nil { // there is one writing connection
		return fmt.Errorf("%s: %w", what, d.Examine(err))
	}
	err := d.Write(ctx, what, fn)
	_, off := d.write.ExecContext(context.WithoutCancel(ctx), `PRAGMA secure_delete=0`)
	return errors.Join(err, off)
}

// Compact takes what was deleted out of the file where that is quickly done, and out of its log.
func (d *DB) Compact(ctx context.Context) error {
	var free, left, size int64
	if err := d.write.QueryRowContext(ctx, `SELECT f.freelist_count, p.page_count-f.freelist_count, s.page_size FROM pragma_freelist_count f, pragma_page_count p, pragma_page_size s`).
		Scan(&free, &left, &size); err != nil {
		return fmt.Errorf("compact the file: %w", d.Examine(err))
	}
	if free > left && left*size < compacted { // what was deleted earlier, too
		// The words of deleted mail stay in the index until its parts are merged.
		if _, err := d.write.ExecContext(ctx, `INSERT INTO search_fts(search_fts) VALUES ('optimize')`); err != nil {
			return fmt.Errorf("compact the index: %w", d.Examine(err))
		}
		if _, err := d.write.ExecContext(ctx, `VACUUM`); err != nil {
			return fmt.Errorf("compact the file: %w", d.Examine(err))
		}
	}
	if _, err := d.write.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil { // the log holds the former pages
		return fmt.Errorf("empty the log: %w", d.Examine(err))
	}
	return nil
}

// EraseInBackups does in every backup what Erase does in the file. change tells whether it has changed anything; a backup in
// which it has not stays as it is. One that cannot be read is removed: it is of no use, and nobody knows what is in it.
func (d *DB) EraseInBackups(ctx context.Context, change func(ctx context.Context, tx *sql.Tx) (bool, error)) error {
	d.backingUp.Lock()
	defer d.backingUp.Unlock()
	list, err := Backups(d.path)
	errs := []error{err}
	for _, b := range list {
		err := eraseInBackup(ctx, b.Path, change)
		if errors.Is(err, ErrDamaged) {
			err = removeBackup(b.Path)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("erase in a backup: %w", err))
		}
	}
	return errors.Join(errs...)
}

// eraseInBackup works on a copy, so that a backup is always whole.
func eraseInBackup(ctx context.Context, path string, change func(ctx context.Context, tx *sql.Tx) (bool, error)) error {
	part := path + ".part"
	defer removeFile(part)
	if err := salvage(ctx, path, part, copyOwn); err != nil {
		return err
	}
	changed, err := eraseIn(ctx, part, change)
	if err != nil || !changed {
		return err
	}
	named, err := blobNames(ctx, part)
	if err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return PlaceProblem(err)
	}
	files, err := os.ReadDir(filesOf(path))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var errs []error
	for _, f := range files {
		if !slices.Contains(named, f.Name()) {
			errs = append(errs, os.Remove(filepath.Join(filesOf(path), f.Name())))
		}
	}
	return errors.Join(append(errs, syncDir(filepath.Dir(path)))...)
}

func eraseIn(ctx context.Context, path string, change func(ctx context.Context, tx *sql.Tx) (bool, error)) (changed bool, err error) {
	db, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		return false, err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, classify(db.Close())) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, classify(err)
	}
	defer tx.Rollback()
	if changed, err = change(ctx, tx); err != nil || !changed {
		return false, classify(err)
	}
	if err := tx.Commit(); err != nil {
		return false, classify(err)
	}
	if _, err := db.ExecContext(ctx, `VACUUM`); err != nil {
		return false, classify(err)
	}
	return true, nil
}
