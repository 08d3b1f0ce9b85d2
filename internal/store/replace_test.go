package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// What the disk or the permissions fail says nothing about what can be read.
func TestNoRoomForARepairIsNotNothingLeft(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		err, is error
	}{
		{fmt.Errorf("write: %w", syscall.ENOSPC), ErrFull},
		{coded(13), ErrFull},
		{coded(shmSize), ErrFull},
		{fmt.Errorf("open: %w", syscall.EROFS), ErrReadOnly},
		{coded(8), ErrReadOnly},
	} {
		for _, second := range []bool{false, true} { // while the backup is copied
			db := filledStore(t)
			if second {
				if _, err := db.BackupDue(t.Context(), now); err != nil {
					t.Fatal(err)
				}
			}
			db.Close()
			tries := 0
			_, _, err := rescue(t.Context(), db.Path(), db.Path()+".repair", func(context.Context, string, string) error {
				if tries++; second && tries == 1 {
					return ErrDamaged
				}
				return classify(c.err)
			})
			if !errors.Is(err, c.is) || errors.Is(err, ErrNothingLeft) {
				t.Errorf("%v, the backup: %v: %v", c.err, second, err)
			}
		}
	}
}

// coded is an error with a result code of SQLite.
type coded int

func (c coded) Code() int     { return int(c) }
func (c coded) Error() string { return fmt.Sprint("code ", int(c)) }

func write(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(filepath.Base(path)), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestAReplacementThatFailsLeavesAllAsItWas(t *testing.T) {
	db := filledStore(t)
	path := db.Path()
	db.Close()
	blob := filepath.Join(OutboxFolder(path), "ffffffffffffffffffffffffffffffff")
	write(t, path+"-wal")
	write(t, blob)
	other := filepath.Join(t.TempDir(), "other.db")
	if err := copyOwn(t.Context(), path, other); err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path+"-wal")
	// The copy cannot be put under the name of a folder that is not empty.
	write(t, filepath.Join(asideName(path, time.Time{}), "in the way"))
	if _, err := replace(t.Context(), other, path, "", time.Time{}); err == nil {
		t.Fatal("replaced all the same")
	}
	if err := os.RemoveAll(asideName(path, time.Time{})); err != nil {
		t.Fatal(err)
	}
	if _, err := replace(t.Context(), filepath.Join(t.TempDir(), "gone.db"), path, "", time.Time{}); err == nil {
		t.Fatal("replaced by nothing")
	}
	now, err := os.ReadFile(path)
	if err != nil || !slices.Equal(was, now) || !there(path+"-wal") || !there(blob) {
		t.Errorf("%v, the log: %v, the attached file: %v", err, there(path+"-wal"), there(blob))
	}
}

func TestANewFileTakesNothingFromTheOldOne(t *testing.T) {
	db := filledStore(t)
	path := db.Path()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	if _, err := db.BackupDue(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	db.Close()
	write(t, filepath.Join(OutboxFolder(path), "00112233445566778899aabbccddeeff"))
	aside, err := Afresh(path, at)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(aside + "-backups/*.db")
	if err != nil || len(kept) != 1 || there(path) || there(OutboxFolder(path)) || !there(aside) || !there(aside+"-outbox/00112233445566778899aabbccddeeff") {
		t.Fatalf("%q, %v", kept, err)
	}
	holdsOwn(t, kept[0])
	list, err := Backups(path)
	if err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// The files of mail that is to be sent come back with a backup; those that only the former file knows are kept with it.
func TestAttachedFilesFollowTheirMail(t *testing.T) {
	const first, second = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
	db := filledStore(t)
	path, at := db.Path(), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	write(t, filepath.Join(OutboxFolder(path), first))
	if _, err := db.BackupDue(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(OutboxFolder(path), first)); err != nil { // it was sent
		t.Fatal(err)
	}
	write(t, filepath.Join(OutboxFolder(path), second)) // written since
	write(t, filepath.Join(OutboxFolder(path), "somebody else's"))
	db.Close()
	list, err := Backups(path)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	aside, err := Restore(t.Context(), list[0].Path, path, at)
	if err != nil {
		t.Fatal(err)
	}
	if !there(filepath.Join(OutboxFolder(path), first)) {
		t.Error("the file of mail that came back is missing")
	}
	if there(filepath.Join(OutboxFolder(path), second)) || !there(filepath.Join(aside+"-outbox", second)) {
		t.Error("the file of mail that only the former file knows is not with it")
	}
	if !there(filepath.Join(OutboxFolder(path), "somebody else's")) {
		t.Error("what is not ours was moved")
	}
	// They go with their backup.
	if db, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range keptBackups {
		at = at.Add(25 * time.Hour)
		if err := db.Write(t.Context(), "forget", func(tx *Tx) error { _, err := tx.Exec(`DELETE FROM outbox_file`); return err }); err != nil {
			t.Fatal(err)
		}
		if _, err := db.BackupDue(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(BackupFolder(path))
	if err != nil || len(left) != keptBackups {
		t.Errorf("%v, %v", left, err)
	}
}

// Backups that a clock made that was ahead neither stop the daily ones nor push them out.
func TestBackupsOfTheFutureGiveWay(t *testing.T) {
	db := filledStore(t)
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for i := range keptBackups {
		if ok, err := db.BackupDue(t.Context(), now.AddDate(1, 0, i)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	made := 0
	for range 3 * 24 {
		ok, err := db.BackupDue(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			made++
		}
		now = now.Add(time.Hour)
	}
	list, err := Backups(db.Path())
	past, ahead := byClock(list, now)
	if err != nil || made != 3 || len(past) != 3 || len(ahead) != keptBackups-3 {
		t.Errorf("%d made, %d of them are left, with %d of the future, %v", made, len(past), len(ahead), err)
	}
}
