package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// ownRows is some of everything: what the person made, what is pending and about which mail, and mail that only the
// mailbox needs to know.
const ownRows = `INSERT INTO account (id, key, upn, name, added_at) VALUES (1, 't.o', 'u', 'n', 0);
	INSERT INTO mail_folder (id, account_id, graph_id, name) VALUES (1, 1, 'F', 'Inbox');
	INSERT INTO message (id, account_id, folder_id, graph_id, subject, files) VALUES (7, 1, 1, 'M', 'Answered', 1), (8, 1, 1, 'N', 'Mirrored', 1);
	INSERT INTO message_address (addr_lc, message_id, role, at) VALUES ('x@b.example', 7, 'from', 0), ('x@b.example', 8, 'from', 0);
	INSERT INTO attachment_file (account_id, message_id, graph_id, at, size, data) VALUES (1, 7, 'A', 0, 1, x'00'), (1, 8, 'B', 0, 1, x'00');
	INSERT INTO calendar (id, account_id, graph_id, name) VALUES (1, 1, 'C', 'Calendar');
	INSERT INTO event (id, account_id, calendar_id, graph_id, kind, start_at, end_at) VALUES (9, 1, 1, '', 'singleInstance', 1, 2), (10, 1, 1, 'E', 'singleInstance', 1, 2);
	INSERT INTO event_address (addr_lc, event_id, start_at) VALUES ('x@b.example', 9, 1), ('x@b.example', 10, 1);
	INSERT INTO category (account_id, name, color, position) VALUES (1, 'Red', 'preset0', 0);
	INSERT INTO contact_folder (id, account_id, graph_id, name) VALUES (1, 1, 'P', 'Contacts');
	INSERT INTO contact (id, account_id, folder_id, graph_id) VALUES (1, 1, 1, 'K');
	INSERT INTO contact_address (addr_lc, contact_id) VALUES ('x@b.example', 1);
	INSERT INTO sync_doubt (account_id, item_kind, graph_id) VALUES (1, 'message', 'N');
	INSERT INTO sync_seen (account_id, scope, graph_id) VALUES (1, 'messages:F', 'N');
	INSERT INTO ledger (account_id, at, item_kind, item_id, outwards, what, why, who) VALUES (1, 0, 'message', 8, 0, 'new', 'first', 'service');
	INSERT INTO verification (account_id, at, report) VALUES (1, 0, '{}');
	INSERT INTO outbox (id, account_id, kind, item_kind, item_id, payload, created_at) VALUES (3, 1, 'mail.reply', 'message', 7, '{}', 0), (4, 1, 'event.create', 'event', 9, '{}', 0), (6, 1, 'mail.send', 'message', 0, '{}', 0);
	DELETE FROM outbox WHERE id=6;
	INSERT INTO outbox_file (outbox_id, name, type, size, blob, whole, marker) VALUES (3, 'offer.pdf', 'application/pdf', 1, '00112233445566778899aabbccddeeff', 1, 'f');
	INSERT INTO sync_state (account_id, scope, link, complete) VALUES (1, 'messages:F', 'link', 1);
	INSERT INTO company (id, name, created_at, updated_at) VALUES (2, 'Nordwind', 0, 0);
	INSERT INTO person (id, company_id, name, notes, created_at, updated_at) VALUES (4, 2, 'Anna', 'Likes tea', 0, 60000);
	INSERT INTO person_address (addr_lc, person_id, addr, position) VALUES ('a@b.example', 4, 'A@b.example', 0);
	INSERT INTO setting VALUES ('mail.draft', 'Dear Anna');`

func filledStore(t *testing.T) *DB {
	t.Helper()
	db := open(t)
	if err := db.Write(t.Context(), "fill", func(tx *Tx) error { _, err := tx.Exec(ownRows); return err }); err != nil {
		t.Fatal(err)
	}
	return db
}

// holdsOwn checks that a file holds what is the person's own, and is to be mirrored anew.
func holdsOwn(t *testing.T, path string) {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]int{
		`SELECT count(*) FROM person p JOIN company c ON c.id=p.company_id JOIN person_address a ON a.person_id=p.id WHERE p.name='Anna' AND a.addr='A@b.example'`: 1,
		`SELECT count(*) FROM setting WHERE value='Dear Anna'`: 1,
		`SELECT count(*) FROM outbox`:                          2,
		`SELECT count(*) FROM outbox o JOIN message m ON m.id=o.item_id WHERE o.id=3 AND subject='Answered'`: 1,
		`SELECT count(*) FROM outbox o JOIN event e ON e.id=o.item_id WHERE o.id=4`:                          1,
		`SELECT count(*) FROM message`:                                            1,
		`SELECT count(*) FROM event`:                                              1,
		`SELECT count(*) FROM message WHERE files<>0`:                             0,
		`SELECT count(*) FROM outbox_file f JOIN outbox o ON o.id=f.outbox_id`:    1,
		`SELECT count(*) FROM contact_folder`:                                     1,
		`SELECT count(*) FROM account`:                                            1,
		`SELECT count(*) FROM search_fts WHERE search_fts MATCH 'text:tea'`:       1,
		`SELECT count(*) FROM search_fts WHERE search_fts MATCH 'title:answered'`: 1,
		`SELECT count(*) FROM search_stale`:                                       0,
		`SELECT seq FROM sqlite_sequence WHERE name='outbox'`:                     6,
		`SELECT seq FROM sqlite_sequence WHERE name='message'`:                    8,
		`SELECT count(*) FROM pragma_foreign_key_check`:                           0,
	} {
		var n int
		if err := db.Reader().QueryRow(query).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d, want %d, %v", query, n, want, err)
		}
	}
}

func TestBackupHoldsWhatIsThePersonsOwn(t *testing.T) {
	db := filledStore(t)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if left, _ := filepath.Glob(path + "?*"); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	holdsOwn(t, path)
}

// owned are the tables that are copied whole. A new table belongs here, with a row in ownRows, or in mirrored.
var owned = []string{"account", "mail_folder", "calendar", "contact_folder", "outbox", "outbox_file", "company", "person", "person_address", "setting"}

// TestEveryTableIsSomebodys: a table that nobody has thought of is copied whole, and one that names mirrored rows makes
// every backup fail then.
func TestEveryTableIsSomebodys(t *testing.T) {
	db := filledStore(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", dsn(copied, "_pragma=query_only(1)"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	rows, err := db.Reader().Query(`SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_fts%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	looked := 0
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		looked++
		own := slices.Contains(owned, name)
		if own == slices.Contains(mirrored, name) {
			t.Errorf("%s is to be in one of owned and mirrored", name)
		}
		if name == "schema_migration" || name == "search_stale" { // every file has its own
			continue
		}
		var before, after int
		if err := errors.Join(db.Reader().QueryRow(`SELECT count(*) FROM `+name).Scan(&before), other.QueryRow(`SELECT count(*) FROM `+name).Scan(&after)); err != nil {
			t.Fatal(err)
		}
		if before == 0 {
			t.Errorf("ownRows has nothing in %s", name)
		}
		want := before
		if !own {
			want = 0
		}
		if keepRows[name] != "" {
			want = 1
		}
		if after != want {
			t.Errorf("%s: %d rows of %d are copied, want %d", name, after, before, want)
		}
	}
	if err := rows.Err(); err != nil || looked < len(owned)+len(mirrored) {
		t.Errorf("%d tables were looked at, %v", looked, err)
	}
}

func TestBackupIsOneMomentWhileOthersWrite(t *testing.T) {
	db := filledStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		var err error
		for ctx.Err() == nil && err == nil { // two settings that are always equal
			err = db.Write(t.Context(), "write", func(tx *Tx) error {
				_, err := tx.Exec(`INSERT INTO setting VALUES ('a','1'),('b','1') ON CONFLICT (name) DO UPDATE SET value=value+1`)
				return err
			})
		}
		ended <- err
	}()
	for i := range 5 {
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := db.Backup(t.Context(), path); err != nil {
			t.Fatal(i, err)
		}
		copied, err := sql.Open("sqlite", dsn(path, "_pragma=query_only(1)"))
		if err != nil {
			t.Fatal(err)
		}
		var different int
		if err := copied.QueryRow(`SELECT count(DISTINCT value) > 1 FROM setting WHERE name IN ('a','b')`).Scan(&different); err != nil || different != 0 {
			t.Errorf("copy %d is of two moments, %v", i, err)
		}
		copied.Close()
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestBackupsAreDailyAndFew(t *testing.T) {
	db := filledStore(t)
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	made := 0
	for range 30 * 6 { // every four hours for a month
		ok, err := db.BackupDue(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			made++
		}
		at = at.Add(4 * time.Hour)
	}
	list, err := Backups(db.Path())
	if err != nil || made != 30 || len(list) != keptBackups || at.Sub(list[0].Made) > 24*time.Hour {
		t.Fatalf("%d made, %d kept, %v", made, len(list), err)
	}
	// A clock that was set back does not stop backups for long.
	if ok, err := db.BackupDue(t.Context(), at.AddDate(0, -2, 0)); !ok || err != nil {
		t.Error("no backup under a clock set back", err)
	}
	holdsOwn(t, list[0].Path)
}

func TestTheLastBackupIsKnownAndItsFailure(t *testing.T) {
	db := filledStore(t)
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	if made, err := db.LastBackup(); !made.IsZero() || err != nil {
		t.Error(made, err)
	}
	if _, err := db.BackupDue(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	if made, err := db.LastBackup(); !made.Equal(at) || err != nil {
		t.Error(made, err)
	}
	// A folder where the new file would be written.
	next := at.Add(25 * time.Hour)
	blocked := filepath.Join(BackupFolder(db.Path()), backupPrefix+next.Format(backupStamp)+".db.part")
	if err := os.MkdirAll(filepath.Join(blocked, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := db.BackupDue(t.Context(), next); err == nil {
		t.Fatal("made all the same")
	}
	if made, err := db.LastBackup(); !made.Equal(at) || err == nil {
		t.Error(made, err)
	}
	if _, err := db.BackupDue(t.Context(), next.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if made, err := db.LastBackup(); !made.After(next) || err != nil {
		t.Error(made, err)
	}
}

// spoil overwrites part of a file. Pages in the middle hold rows, the first page holds the header and the schema.
func spoil(t *testing.T, path string, from, to int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, _ := f.Stat()
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, int(min(to, st.Size())-from)), from); err != nil {
		t.Fatal(err)
	}
}

func TestRepair(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name           string
		backup, header bool
		from           time.Time
		err            error
	}{
		{"mail is damaged, the rest can be read", false, false, time.Time{}, nil},
		{"nothing can be read, there is a backup", true, true, now.Add(-time.Hour), nil},
		{"nothing can be read, there is no backup", false, true, time.Time{}, ErrNothingLeft},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := filledStore(t)
			path := db.Path()
			if c.backup {
				if _, err := db.BackupDue(t.Context(), now.Add(-time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			// A page of the mail index: it does not stop the file from being opened.
			var root, size int64
			if err := db.Reader().QueryRow(`SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name='message_conversation'`).Scan(&root, &size); err != nil {
				t.Fatal(err)
			}
			db.Close()
			if c.header {
				spoil(t, path, 0, 1<<30)
			} else {
				spoil(t, path, (root-1)*size, root*size)
			}
			if err := os.WriteFile(path+suspectMark, nil, 0o600); err != nil { // as Examine leaves it
				t.Fatal(err)
			}
			damagedText, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), path); !errors.Is(err, ErrDamaged) {
				t.Fatalf("opened: %v", err)
			}
			could, err := Repairable(t.Context(), path)
			if !errors.Is(err, c.err) || !could.FromBackup.Equal(c.from) {
				t.Fatalf("%+v, %v", could, err)
			}
			done, err := Repair(t.Context(), path, now)
			if !errors.Is(err, c.err) || !done.FromBackup.Equal(c.from) {
				t.Fatalf("%+v, %v", done, err)
			}
			kept := done.SetAside
			if c.err != nil {
				kept = path
			}
			if text, err := os.ReadFile(kept); err != nil || !bytes.Equal(text, damagedText) {
				t.Errorf("the damaged file was changed: %v", err)
			}
			if c.err == nil {
				holdsOwn(t, path)
			}
			if left, _ := filepath.Glob(path + ".repair*"); len(left) != 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func TestRestore(t *testing.T) {
	db := filledStore(t)
	if _, err := db.BackupDue(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), "lose", func(tx *Tx) error { _, err := tx.Exec(`DELETE FROM person; DELETE FROM outbox`); return err }); err != nil {
		t.Fatal(err)
	}
	db.Close()
	list, err := Backups(db.Path())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	aside, err := Restore(t.Context(), list[0].Path, db.Path(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	holdsOwn(t, db.Path())
	former, err := Open(t.Context(), aside)
	if err != nil {
		t.Fatal(err)
	}
	former.Close()
	if _, err := Restore(t.Context(), filepath.Join(t.TempDir(), "none.db"), db.Path(), time.Now()); err == nil {
		t.Error("a backup that is not there was restored")
	}
	holdsOwn(t, db.Path())
}

func TestAFullDiskLosesNothing(t *testing.T) {
	db := filledStore(t)
	limit := func(pages string) {
		t.Helper()
		if _, err := db.write.Exec(`PRAGMA max_page_count=` + pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite takes the present size instead: as if the disk were full now
	big := string(bytes.Repeat([]byte("x"), 1<<20))
	put := func(tx *Tx) error { _, err := tx.Exec(`INSERT INTO setting VALUES ('big', ?)`, big); return err }
	if err := db.Write(t.Context(), "fill the disk", put); !errors.Is(err, ErrFull) {
		t.Fatalf("%v", err)
	}
	var n int
	if err := db.Reader().QueryRow(`SELECT count(*) FROM person`).Scan(&n); err != nil || n != 1 {
		t.Errorf("cannot be read any more: %d, %v", n, err)
	}
	limit("1000000")
	if err := db.Write(t.Context(), "with room again", put); err != nil {
		t.Error(err)
	}
}

func TestAFileThatMayOnlyBeReadSaysSo(t *testing.T) {
	db := filledStore(t)
	if _, err := db.write.Exec(`PRAGMA query_only=1`); err != nil {
		t.Fatal(err)
	}
	err := db.Write(t.Context(), "write", func(tx *Tx) error { _, err := tx.Exec(`DELETE FROM setting`); return err })
	if !errors.Is(err, ErrReadOnly) {
		t.Fatalf("%v", err)
	}
}

// Damage that is met while the file is in use is looked for at the next start, though nothing else would tell of it then.
func TestDamageMetInUseIsLookedForAtTheNextStart(t *testing.T) {
	db := filledStore(t)
	path := db.Path()
	var root, size int64
	if err := db.Reader().QueryRow(`SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name='message_conversation'`).Scan(&root, &size); err != nil {
		t.Fatal(err)
	}
	db.Close()
	spoil(t, path, (root-1)*size, root*size)
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatalf("a clean end is trusted: %v", err)
	}
	var n int
	err = db.Reader().QueryRow(`SELECT count(*) FROM message INDEXED BY message_conversation WHERE account_id=1 AND conversation='x'`).Scan(&n)
	if err = db.Examine(err); !errors.Is(err, ErrDamaged) {
		t.Fatalf("%v", err)
	}
	db.Close()
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrDamaged) {
		t.Fatalf("opened: %v", err)
	}
	if _, err := Repair(t.Context(), path, time.Now()); err != nil {
		t.Fatal(err)
	}
	holdsOwn(t, path)
	if _, err := os.Stat(path + suspectMark); err == nil {
		t.Error("a file that was found whole is still suspect")
	}
}
