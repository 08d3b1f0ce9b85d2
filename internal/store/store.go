// Package store opens the one SQLite file that the program works from: mail and calendar as mirrored, the outbox of
// what the person wants done, and the CRM records. It knows files, migrations, transactions and who wants to hear of a
// change. It does not know what a message or a person is: those belong to outlook/mirror and crm.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver; pure Go, FTS5 included
)

// DB is an open file. It is safe for concurrent use. There is one writing connection, so writers queue, and a pool of
// reading ones that see the last commit.
type DB struct {
	path  string
	write *sql.DB
	read  *sql.DB
	hub   *Hub

	backingUp sync.Mutex // nobody makes a backup while another is made, or erased from

	mu           sync.Mutex
	backupFailed error // of the last attempt
}

// ErrDamaged is returned (wrapped) by Open when the file is not a database or fails SQLite's own check. The file is left
// as it is.
var ErrDamaged = errors.New("the database file is damaged")

// ErrFull is returned (wrapped) when the disk has no room for what was to be written. Nothing of it was.
var ErrFull = errors.New("the disk is full")

// ErrReadOnly is returned (wrapped) when the file or its folder may not be written to.
var ErrReadOnly = errors.New("the database file may only be read")

// ErrNewer is returned (wrapped) by Open when a later version of the program wrote the file.
var ErrNewer = errors.New("the database file was written by a newer version")

// Open opens or makes the file at path (mode 0600) and brings its schema up to date. Close it when done.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("open database %s: %w", filepath.Base(path), PlaceProblem(err))
	}
	write, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("open database for writing: %w", err)
	}
	write.SetMaxOpenConns(1)
	db := &DB{path: path, write: write, hub: newHub()}
	if err := db.check(ctx); err != nil {
		write.Close()
		return nil, err
	}
	if err := migrate(ctx, write); err != nil {
		write.Close()
		return nil, classify(err)
	}
	// A migration may have noted what is to be indexed.
	if err := db.Write(ctx, "index earlier rows", func(*Tx) error { return nil }); err != nil {
		write.Close()
		return nil, classify(err)
	}
	db.read, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)"))
	if err != nil {
		write.Close()
		return nil, fmt.Errorf("open database for reading: %w", err)
	}
	db.read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	db.read.SetMaxIdleConns(4)
	return db, nil
}

func touch(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn asks for synchronous=FULL: with NORMAL a commit may be undone by a power cut (sqlite.org/pragma.html), and with it
// the note that a mail was being sent.
func dsn(path, extra string) string {
	q := []string{
		"_pragma=busy_timeout(10000)", "_pragma=journal_mode(WAL)", "_pragma=foreign_keys(1)",
		"_pragma=synchronous(FULL)", "_pragma=cache_size(-8000)", "_pragma=temp_store(MEMORY)", extra,
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: strings.Join(q, "&")}
	return u.String()
}

// check finds a file that is not a database, or whose pages are broken, before anything is written to it. quick_check
// reads every page, so it runs only where the last shutdown was not clean (a WAL was left behind).
func (d *DB) check(ctx context.Context) error {
	var version int
	if err := d.write.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&version); err != nil {
		return classify(fmt.Errorf("read database header: %w", err))
	}
	_, suspect := os.Stat(d.path + suspectMark)
	if st, err := os.Stat(d.path + "-wal"); suspect != nil && (err != nil || st.Size() == 0) {
		return nil
	}
	var verdict string
	if err := d.write.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return classify(fmt.Errorf("check database: %w", err))
	}
	if verdict != "ok" {
		return fmt.Errorf("check database: %w", ErrDamaged)
	}
	if suspect == nil {
		_ = os.Remove(d.path + suspectMark) // it was a passing fault; if the mark stays, the next start checks again
	}
	return nil
}

// suspectMark is the end of the name of an empty file that says: damage was met while the file was in use, look at every
// page before it is used again.
const suspectMark = ".suspect"

// Examine gives an error of SQLite back with what it means for the person (ErrDamaged, ErrFull, ErrReadOnly). Damage is
// noted beside the file, so that the next Open looks for it. Other errors come back as they are.
func (d *DB) Examine(err error) error {
	err = classify(err)
	if errors.Is(err, ErrDamaged) {
		if f, merr := os.OpenFile(d.path+suspectMark, os.O_CREATE|os.O_WRONLY, 0o600); merr == nil {
			_ = f.Close()
		}
	}
	return err
}

// Close waits for running statements and closes the file. Subscriptions end.
func (d *DB) Close() error {
	d.hub.close()
	return errors.Join(d.read.Close(), d.write.Close())
}

// Path is where the file is.
func (d *DB) Path() string { return d.path }

// Reader is the pool for reading; a statement that writes fails on it.
func (d *DB) Reader() *sql.DB { return d.read }

// Hub announces what was committed.
func (d *DB) Hub() *Hub { return d.hub }

// Tx is a writing transaction. What was noted with Changed is published after the commit, and only then.
type Tx struct {
	*sql.Tx
	changes changeSet
}

// Changed notes that rows of a kind changed; without ids, that any of them may have.
func (t *Tx) Changed(kind Kind, ids ...int64) { t.changes.add(kind, ids) }

// Write runs fn in one immediate transaction and commits it if fn returns nil. what names it in errors
// ("save person"). fn must not keep the Tx, nor call Write.
func (d *DB) Write(ctx context.Context, what string, fn func(*Tx) error) error {
	if err := d.transact(ctx, fn); err != nil {
		return fmt.Errorf("%s: %w", what, d.Examine(err))
	}
	return nil
}

func (d *DB) transact(ctx context.Context, fn func(*Tx) error) error {
	raw, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx := &Tx{Tx: raw}
	defer raw.Rollback() // a no-op after the commit; undoes everything when fn fails or panics
	if err := fn(tx); err != nil {
		return err
	}
	if err := reindex(ctx, raw); err != nil {
		return err
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	d.hub.publish(&tx.changes)
	return nil
}
