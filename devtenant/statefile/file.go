// Package statefile keeps the simulated tenant's mailboxes, and what else it is given, in one SQLite file over restarts.
// Only what has changed is written, in one transaction, so that a process may be killed at any moment; message bodies and
// files stay in the file until somebody reads them. It is the tenant's own and knows nothing of the program's store.
package statefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"sync"

	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // the driver

	"supercrm/devtenant/mailbox"
)

// version of the tables, kept in user_version; another one is refused. Version 1 was no SQLite file.
const version = 2

const schema = `
CREATE TABLE value (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE box (n INTEGER PRIMARY KEY, object TEXT NOT NULL UNIQUE, state BLOB NOT NULL); -- mailbox.Part.Box
CREATE TABLE item (id INTEGER PRIMARY KEY, -- see itemID
	state BLOB); -- mailbox.Item.State; NULL: gone from a mailbox of which not every message is written
CREATE TABLE body (id INTEGER PRIMARY KEY, data BLOB NOT NULL); -- the id of the message's item, see pack
CREATE TABLE file (sum BLOB PRIMARY KEY, data BLOB NOT NULL); -- attachments by their SHA-256
`

// File is an open state file. Save and Close are for one goroutine; bodies are read from any.
type File struct {
	path  string
	lock  *flock.Flock
	db    *sql.DB
	body  *sql.Stmt
	fresh bool // there was nothing in it
	dirty bool // the process that had it last was killed

	boxes   map[string]*boxRow // by object id
	next    int64
	sums    map[[32]byte]bool // of the files in it
	values  map[string]string // as they are in it
	pending []mailbox.Part    // taken from the mailboxes and not written yet
	closing sync.Once
}

type boxRow struct {
	n     int64
	whole bool // no rows that say gone are left
}

// Open opens or makes a state file, which no other process may use until Close. A file that is none is left as it is.
func Open(ctx context.Context, path string) (_ *File, err error) {
	f := &File{path: path, lock: flock.New(path + ".lock"), boxes: map[string]*boxRow{}, sums: map[[32]byte]bool{}, values: map[string]string{}}
	switch ok, err := f.lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the state file: %w", err)
	case !ok:
		return nil, fmt.Errorf("the state file %s is in use by another tenant", path)
	}
	defer func() {
		if err != nil {
			_ = f.release() // the first error is the one to tell
		}
	}()
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite would make it readable to others
	if err != nil {
		return nil, fmt.Errorf("open the state file: %w", err)
	}
	if err := made.Close(); err != nil {
		return nil, fmt.Errorf("open the state file: %w", err)
	}
	// With WAL and synchronous=NORMAL a killed process loses nothing that was committed; a power cut may undo the last
	// commits, but leaves the file whole (sqlite.org/wal.html).
	u := url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(10000)&_txlock=immediate"}
	if f.db, err = sql.Open("sqlite", u.String()); err != nil {
		return nil, fmt.Errorf("open the state file: %w", err)
	}
	if err := f.begin(ctx); err != nil {
		return nil, fmt.Errorf("read the state file %s: %w", path, err)
	}
	return f, nil
}

func (f *File) begin(ctx context.Context) error {
	var has int
	if err := f.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&has); err != nil {
		return err
	}
	switch has {
	case version:
	case 0:
		f.fresh = true
		if _, err := f.db.ExecContext(ctx, fmt.Sprintf("BEGIN; %s PRAGMA user_version = %d; COMMIT", schema, version)); err != nil {
			return err
		}
	default:
		return fmt.Errorf("it has version %d, this program knows %d", has, version)
	}
	var err error
	if f.body, err = f.db.PrepareContext(ctx, "SELECT data FROM body WHERE id = ?"); err != nil {
		return err
	}
	err = f.each(ctx, func(scan func(...any) error) error {
		var name string
		var data []byte
		if err := scan(&name, &data); err != nil {
			return err
		}
		f.values[name] = string(data)
		return nil
	}, "SELECT name, data FROM value")
	if err != nil {
		return err
	}
	f.dirty = !f.fresh && f.values[cleanValue] != "yes"
	return f.Save(ctx, nil, map[string][]byte{cleanValue: []byte("no")}, 0)
}

// cleanValue is the value that says whether Close has run.
const cleanValue = "clean"

// Fresh says that nothing was in the file.
func (f *File) Fresh() bool { return f.fresh }

// Value is what Save was given under a name; nil when it was not.
func (f *File) Value(name string) []byte {
	if v, ok := f.values[name]; ok {
		return []byte(v)
	}
	return nil
}

// Whole says whether every message of every mailbox in the file was written. Else Restore needs the mailboxes filled.
func (f *File) Whole(ctx context.Context) bool {
	var part int
	err := f.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM box WHERE NOT json_extract(state, '$.Whole')").Scan(&part)
	return err == nil && part == 0
}

// Abandon gives the file free without writing.
func (f *File) Abandon() {
	f.closing.Do(func() { _ = f.release() }) // what brought us here is told instead
}

// each runs a query and hands over each row's Scan.
func (f *File) each(ctx context.Context, row func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := f.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// Close writes what is left, marks the file as closed in order and gives it free. Bodies that were read from it are empty
// afterwards.
func (f *File) Close(ctx context.Context, reg *mailbox.Registry, values map[string][]byte) (err error) {
	f.closing.Do(func() {
		all := maps.Clone(values)
		if all == nil {
			all = map[string][]byte{}
		}
		all[cleanValue] = []byte("yes")
		err = f.Save(ctx, reg, all, everything)
		err = errors.Join(err, f.release())
	})
	return err
}

// release gives the file free without writing.
func (f *File) release() error {
	var err error
	if f.body != nil {
		err = f.body.Close()
	}
	if f.db != nil {
		err = errors.Join(err, f.db.Close())
	}
	if err = errors.Join(err, f.lock.Unlock()); err != nil {
		return fmt.Errorf("close the state file: %w", err)
	}
	return nil
}
