package statefile

import (
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"strings"
	"sync"

	"supercrm/devtenant/mailbox"
)

const everything = math.MaxInt

// Chunk is a good number of old messages to write at a time while requests wait: some milliseconds.
const Chunk = 200

// Save writes what has changed in the mailboxes since the last call, of those messages that were there before the first
// one at most rest, and the values that differ. All of it is one transaction. What could not be written is written by the
// next call.
func (f *File) Save(ctx context.Context, reg *mailbox.Registry, values map[string][]byte, rest int) error {
	if len(f.pending) == 0 && reg != nil {
		for _, m := range reg.All() {
			part, ok, err := m.Unsaved(rest)
			if err != nil {
				return err
			}
			if ok {
				f.pending = append(f.pending, part)
				if rest != everything {
					rest = max(rest-len(part.Items), 0)
				}
			}
		}
	}
	gone := f.gone(reg)
	changed := map[string][]byte{}
	for name, v := range values {
		if old, ok := f.values[name]; !ok || old != string(v) {
			changed[name] = v
		}
	}
	if len(f.pending) == 0 && len(changed) == 0 && len(gone) == 0 {
		return nil
	}
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	w := &writer{f: f, ctx: ctx, tx: tx, stmts: map[string]*sql.Stmt{}}
	for name, v := range changed {
		w.run("INSERT INTO value (name, data) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data", name, v)
	}
	for _, part := range f.pending {
		w.part(part)
	}
	for _, row := range gone {
		w.forget(row.n)
		w.run("DELETE FROM box WHERE n = ?", row.n)
	}
	if w.err != nil {
		return fmt.Errorf("write the state: %w", errors.Join(w.err, tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	for name, v := range changed {
		f.values[name] = string(v)
	}
	for object, row := range w.rows {
		f.boxes[object] = row
	}
	for object := range gone {
		delete(f.boxes, object)
	}
	for _, sum := range w.sums {
		f.sums[sum] = true
	}
	f.pending = nil
	return nil
}

// gone are the mailboxes in the file that are not in the registry any more.
func (f *File) gone(reg *mailbox.Registry) map[string]*boxRow {
	if reg == nil {
		return nil
	}
	out := maps.Clone(f.boxes)
	for _, m := range reg.All() {
		delete(out, strings.ToLower(m.Owner().ObjectID))
	}
	return out
}

// Behind says whether the mailboxes hold messages that Save has not been asked to write yet.
func (f *File) Behind() bool {
	for _, row := range f.boxes {
		if !row.whole {
			return true
		}
	}
	return false
}

// writer writes within a transaction; after an error it does nothing more.
type writer struct {
	f     *File
	ctx   context.Context
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
	err   error
	rows  map[string]*boxRow // as they are when the transaction has been committed
	sums  [][32]byte
}

func (w *writer) run(query string, args ...any) {
	if w.err != nil {
		return
	}
	stmt := w.stmts[query]
	if stmt == nil {
		if stmt, w.err = w.tx.PrepareContext(w.ctx, query); w.err != nil {
			return
		}
		w.stmts[query] = stmt // ends with the transaction
	}
	_, w.err = stmt.ExecContext(w.ctx, args...)
}

// forget takes what is in a mailbox away.
func (w *writer) forget(box int64) {
	for _, table := range []string{"item", "body"} {
		w.run("DELETE FROM "+table+" WHERE id >= ? AND id < ?", itemID(box, 0, 0), itemID(box+1, 0, 0))
	}
}

func (w *writer) part(p mailbox.Part) {
	object := strings.ToLower(p.Owner.ObjectID)
	row := boxRow{}
	if old := w.f.boxes[object]; old != nil {
		row = *old
	} else {
		w.f.next++
		row.n = w.f.next
	}
	if w.rows == nil {
		w.rows = map[string]*boxRow{}
	}
	if p.Reset {
		w.forget(row.n)
		row.whole = false
	}
	w.run("INSERT INTO box (n, object, state) VALUES (?, ?, ?) ON CONFLICT (n) DO UPDATE SET state = excluded.state", row.n, object, p.Box)
	for _, i := range p.Items {
		w.item(row.n, i, p.More)
	}
	w.run("DELETE FROM item WHERE id >= ? AND id <= ?", itemID(row.n, mailbox.KindTombstone, 0), itemID(row.n, mailbox.KindTombstone, p.TombFloor))
	if !p.More && !row.whole {
		w.run("DELETE FROM item WHERE id >= ? AND id < ? AND state IS NULL", itemID(row.n, 0, 0), itemID(row.n+1, 0, 0))
		row.whole = true
	}
	w.rows[object] = &row
}

func (w *writer) item(box int64, i mailbox.Item, more bool) {
	id := itemID(box, i.Kind, i.Num)
	if i.State == nil {
		if more {
			w.run("INSERT OR REPLACE INTO item (id, state) VALUES (?, NULL)", id)
		} else {
			w.run("DELETE FROM item WHERE id = ?", id)
		}
		w.run("DELETE FROM body WHERE id = ?", id)
		return
	}
	for _, file := range i.Files {
		if !w.f.sums[file.Sum] {
			w.run("INSERT OR IGNORE INTO file (sum, data) VALUES (?, ?)", file.Sum[:], file.Bytes)
			w.sums = append(w.sums, file.Sum)
		}
	}
	w.run("INSERT OR REPLACE INTO item (id, state) VALUES (?, ?)", id, i.State)
	if i.Body != nil {
		w.run("INSERT OR REPLACE INTO body (id, data) VALUES (?, ?)", id, pack(i.Body.Text))
	}
}

// itemID is the row of an item: box << 40 | kind << 33 | number. Kinds are ASCII letters; numbers, and the change counters
// that stand for tombstones' numbers, have 33 bits.
func itemID(box int64, kind mailbox.Kind, num uint64) int64 {
	return box<<40 | int64(kind)<<33 | int64(num)
}

var deflaters = sync.Pool{New: func() any {
	z, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil {
		panic(err) // only a level that does not exist
	}
	return z
}}

// pack writes a text: a byte that says how, then the text as it is (0) or deflated (1), whichever is shorter.
func pack(text string) []byte {
	out := bytes.NewBuffer([]byte{1})
	if len(text) > 200 {
		z := deflaters.Get().(*flate.Writer)
		defer deflaters.Put(z)
		z.Reset(out)
		_, _ = io.WriteString(z, text) // a buffer does not fail
		_ = z.Close()
		if out.Len() < len(text) {
			return out.Bytes()
		}
	}
	return append([]byte{0}, text...)
}

func unpack(data []byte) (string, error) {
	switch {
	case len(data) > 0 && data[0] == 0:
		return string(data[1:]), nil
	case len(data) > 0 && data[0] == 1:
		text, err := io.ReadAll(flate.NewReader(bytes.NewReader(data[1:])))
		return string(text), err
	}
	return "", errors.New("a body in an unknown form")
}
