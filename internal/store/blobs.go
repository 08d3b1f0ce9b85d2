package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// OutboxFolder is where the copies of files lie that go with mail of the file at path. Each is named by a row of outbox_file.
func OutboxFolder(path string) string { return filepath.Join(filepath.Dir(path), "outbox") }

// filesOf is the folder for such copies beside a backup.
func filesOf(backup string) string { return strings.TrimSuffix(backup, ".db") + ".files" }

// blobNames lists the copies that a closed file names.
func blobNames(ctx context.Context, path string) (names []string, err error) {
	db, err := sql.Open("sqlite", dsn(path, "_pragma=query_only(1)"))
	if err != nil {
		return nil, fmt.Errorf("list attached files: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, `SELECT blob FROM outbox_file WHERE whole=1`)
	if err != nil {
		return nil, classify(fmt.Errorf("list attached files: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list attached files: %w", err)
		}
		if isBlob(name) { // never a path, whatever a damaged file says
			names = append(names, name)
		}
	}
	return names, classify(rows.Err())
}

func isBlob(name string) bool {
	raw, err := hex.DecodeString(name)
	return err == nil && len(raw) == 16
}

// keepFiles gives the copies that the file at path names a second name in the folder to, which costs no room while the first
// is there. Where the file system has no second names the mail's files are not kept: a daily copy of them all could fill
// the disk.
func keepFiles(ctx context.Context, path, from, to string) error {
	names, err := blobNames(ctx, path)
	if err != nil || len(names) == 0 {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("keep attached files: %w", PlaceProblem(err))
	}
	for _, name := range names {
		_ = os.Link(filepath.Join(from, name), filepath.Join(to, name))
	}
	return nil
}

// setBlobsAside moves the copies that the file at part does not name into the folder to: nobody would know them after it
// has taken its place, and the next start would remove them.
func (m *moves) setBlobsAside(ctx context.Context, part, outbox, to string) error {
	entries, err := os.ReadDir(outbox)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("set attached files aside: %w", err)
	}
	named, err := blobNames(ctx, part)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !isBlob(e.Name()) || slices.Contains(named, e.Name()) {
			continue
		}
		if err := os.MkdirAll(to, 0o700); err != nil {
			return fmt.Errorf("set attached files aside: %w", PlaceProblem(err))
		}
		if err := m.rename(filepath.Join(outbox, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return fmt.Errorf("set attached files aside: %w", err)
		}
	}
	return nil
}
