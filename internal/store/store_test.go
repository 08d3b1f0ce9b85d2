package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "with space #1", "supercrm.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func addSetting(ctx context.Context, db *DB, name string, fail error) error {
	return db.Write(ctx, "add setting", func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO setting VALUES (?, 'x')", name); err != nil {
			return err
		}
		tx.Changed(Settings)
		return fail
	})
}

func TestWriteCommitsThenPublishes(t *testing.T) {
	db := open(t)
	sub := db.Hub().Subscribe(Settings)
	defer sub.End()
	if err := addSetting(t.Context(), db, "a", nil); err != nil {
		t.Fatal(err)
	}
	<-sub.C()
	if got := sub.Take(); len(got) != 1 || got[0].Kind != Settings || !got[0].All {
		t.Fatalf("changes = %+v", got)
	}
	boom := errors.New("boom")
	if err := addSetting(t.Context(), db, "b", boom); !errors.Is(err, boom) {
		t.Fatalf("error = %v", err)
	}
	if got := sub.Take(); len(got) != 0 {
		t.Fatalf("a transaction that failed was published: %+v", got)
	}
	var n int
	if err := db.Reader().QueryRow("SELECT count(*) FROM setting").Scan(&n); err != nil || n != 1 {
		t.Fatalf("rows = %d, %v", n, err)
	}
}

func TestReaderCannotWrite(t *testing.T) {
	if _, err := open(t).Reader().Exec("INSERT INTO setting VALUES ('a','b')"); err == nil {
		t.Fatal("the reading pool wrote")
	}
}

func TestFileIsPrivate(t *testing.T) {
	st, err := os.Stat(open(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	if st.Mode().Perm()&0o077 != 0 {
		t.Fatalf("mode = %v", st.Mode())
	}
}

func TestDamagedFileIsToldAndLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "supercrm.db")
	garbage := []byte("this is not a database, whatever its name says; it is long enough to have a header of one hundred bytes ...")
	if err := os.WriteFile(path, garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrDamaged) {
		t.Fatalf("error = %v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(garbage) {
		t.Fatal("the file was changed")
	}
}

func TestNewerAndChangedSchemasAreRefused(t *testing.T) {
	db := open(t)
	path := db.Path()
	if err := db.Write(t.Context(), "tamper", func(tx *Tx) error {
		_, err := tx.Exec("INSERT INTO schema_migration VALUES (9999, 'future', '')")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrNewer) {
		t.Fatalf("error = %v", err)
	}
}

func TestReopenKeepsRows(t *testing.T) {
	db := open(t)
	if err := addSetting(t.Context(), db, "kept", nil); err != nil {
		t.Fatal(err)
	}
	path := db.Path()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	var name string
	if err := again.Reader().QueryRow("SELECT name FROM setting").Scan(&name); err != nil || name != "kept" {
		t.Fatalf("%q, %v", name, err)
	}
}

func TestSlowSubscriberIsMergedNotBlocked(t *testing.T) {
	h := newHub()
	s := h.Subscribe()
	for i := range int64(2000) {
		h.Announce(Messages, i)
		h.Announce(People, 1)
	}
	got := s.Take()
	if len(got) != 2 || !got[0].All || len(got[0].IDs) != 0 {
		t.Fatalf("%d changes, first %+v", len(got), got[0].Kind)
	}
	s.End()
	s.End()
	if _, ok := <-s.C(); ok {
		if _, ok = <-s.C(); ok {
			t.Fatal("C stays open after End")
		}
	}
}
