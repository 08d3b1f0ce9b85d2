package store

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// oldFile makes a file as the program wrote it when it had only the first n migrations, and runs script on it.
func oldFile(t *testing.T, n int, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old.db")
	raw, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	if _, err := raw.Exec(`CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sum TEXT NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	all, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all[:n] {
		if err := apply(t.Context(), raw, m); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := raw.Exec(script); err != nil {
		t.Fatal(err)
	}
	return path
}

const someRows = `INSERT INTO account (id, key, upn, name, added_at) VALUES (1, 't.o', 'u', 'n', 0);
	INSERT INTO mail_folder (id, account_id, graph_id, name) VALUES (1, 1, 'F', 'Inbox');
	INSERT INTO message (id, account_id, folder_id, graph_id, subject) VALUES (7, 1, 1, 'M', 'Kept');
	INSERT INTO message_address (addr_lc, message_id, role, at) VALUES ('a@b.example', 7, 'from', 5);
	INSERT INTO calendar (id, account_id, graph_id, name) VALUES (1, 1, 'C', 'Calendar');
	INSERT INTO event (id, account_id, calendar_id, graph_id, kind, start_at, end_at) VALUES (9, 1, 1, 'E', 'singleInstance', 1, 2);
	INSERT INTO event_address (addr_lc, event_id, start_at) VALUES ('a@b.example', 9, 1);
	INSERT INTO person (id, name, notes, created_at, updated_at) VALUES (4, 'Anna', 'Not on Fridays', 0, 60000);
	INSERT INTO person_address (addr_lc, person_id, addr, position) VALUES ('a@b.example', 4, 'a@b.example', 0);
	INSERT INTO outbox (id, account_id, kind, item_kind, item_id, payload, created_at) VALUES (3, 1, 'mail.read', 'message', 7, '{}', 0);`

func TestEarlierFilesKeepTheirRows(t *testing.T) {
	all, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= len(all); n++ {
		db, err := Open(t.Context(), oldFile(t, n, someRows))
		if err != nil {
			t.Fatalf("from %d: %v", n, err)
		}
		for _, query := range []string{
			`SELECT count(*) FROM message WHERE id=7 AND subject='Kept'`,
			`SELECT count(*) FROM message_address JOIN message m ON m.id=message_id WHERE addr_lc='a@b.example'`,
			`SELECT count(*) FROM search_fts WHERE search_fts MATCH 'title:kept' AND rowid=search_doc(0, 0, 7)`,
			`SELECT count(*) FROM search_fts WHERE search_fts MATCH 'recipients:b' AND rowid=search_doc(2, NULL, 4)`,
			`SELECT count(*) FROM search_fts WHERE search_fts MATCH 'text:"on fridays"' AND rowid=search_doc(4, 60000, 4)`,
			`SELECT count(*) FROM event_address JOIN event e ON e.id=event_id WHERE addr_lc='a@b.example'`,
			`SELECT count(*) FROM outbox WHERE id=3 AND item_id=7`,
			`SELECT count(*)=0 FROM pragma_foreign_key_check`,
		} {
			var count int
			if err := db.Reader().QueryRow(query).Scan(&count); err != nil || count != 1 {
				t.Errorf("from %d: %s: %d, %v", n, query, count, err)
			}
		}
		db.Close()
	}
}

func TestIdsAreNotGivenTwice(t *testing.T) {
	db, err := Open(t.Context(), oldFile(t, 2, someRows))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, c := range []struct{ table, insert string }{
		{"outbox", `INSERT INTO outbox (account_id, kind, item_kind, item_id, payload, created_at) VALUES (1,'mail.read','message',7,'{}',0) RETURNING id`},
		{"message", `INSERT INTO message (account_id, folder_id, graph_id) VALUES (1,1,'N') RETURNING id`},
		{"event", `INSERT INTO event (account_id, calendar_id, graph_id, kind, start_at, end_at) VALUES (1,1,'N','singleInstance',1,2) RETURNING id`},
	} {
		err := db.Write(t.Context(), "replace the newest row", func(tx *Tx) error {
			var newest, next int64
			if err := tx.QueryRow(`SELECT max(id) FROM ` + c.table).Scan(&newest); err != nil {
				return err
			}
			if _, err := tx.Exec(`DELETE FROM `+c.table+` WHERE id=?`, newest); err != nil {
				return err
			}
			if err := tx.QueryRow(c.insert).Scan(&next); err != nil {
				return err
			}
			if next <= newest {
				t.Errorf("%s: after %d was deleted, a new row got %d", c.table, newest, next)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A step of the queue is written before its request, so that after a crash it is known what may have been sent. That
// holds for a power cut only if a commit is on the disk when it returns.
func TestACommitIsOnTheDisk(t *testing.T) {
	db := open(t)
	var level int
	if err := db.write.QueryRow(`PRAGMA synchronous`).Scan(&level); err != nil || level != 2 { // FULL
		t.Fatalf("synchronous = %d, %v", level, err)
	}
}
