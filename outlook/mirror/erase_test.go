package mirror

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supercrm/internal/store"
)

// secret is a word of the erased account's mail, and public one of what stays.
const secret, public = "juniperberry", "marigoldleaf"

// furnished is a store with two accounts, of which the second is to go, unsent mail of both, and a backup.
func furnished(t *testing.T) (f *fixture, other int64, backup string) {
	t.Helper()
	f = local(t)
	ctx := t.Context()
	must(t, f.db.Write(ctx, "furnish", func(tx *store.Tx) error {
		must(t, tx.QueryRow(`INSERT INTO account (key, upn, name, added_at) VALUES ('t.other','`+secret+`@harborline.example','Other',2) RETURNING id`).Scan(&other))
		_, err := tx.Exec(`INSERT INTO mail_folder (id, account_id, graph_id, name) VALUES (900, ?1, 'G', '`+secret+`');
			INSERT INTO message (id, account_id, folder_id, graph_id, subject, body_type, body) VALUES (901, ?1, 900, 'H', '`+secret+`', 'text', '`+strings.Repeat(secret+" ", 200)+`');
			INSERT INTO contact_folder (id, account_id, graph_id, name) VALUES (900, ?1, 'P', '`+secret+`');
			INSERT INTO setting VALUES ('mail.draft.901', '`+secret+`'), ('mail.draft.`+fmt.Sprint(f.mail[0])+`', '`+public+`'), ('mail.draft.new.x', '`+public+`'), ('theme', 'dark');
			INSERT INTO company (id, name, created_at, updated_at) VALUES (1, '`+public+`', 0, 0)`, other)
		return err
	}))
	for range 300 { // so that most of the file is what goes
		must(t, f.db.Write(ctx, "furnish", func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO message (account_id, folder_id, graph_id, subject, body_type, body) VALUES (?,900,hex(randomblob(8)),'x','text',?)`, other, strings.Repeat(secret+" ", 500))
			return err
		}))
	}
	send := func(account int64, word string) {
		file, err := f.Attach(ctx, "mail.draft.x", word+".txt", -1, strings.NewReader(word))
		must(t, err)
		row, err := f.SendMail(ctx, NewMail{AccountID: account, To: []Address{{Addr: "a@b.example"}}, Subject: word, Text: word, Files: []int64{file.ID}})
		must(t, err)
		must(t, f.db.Write(ctx, "furnish", func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO setting VALUES (?,?)`, QueuedSetting+fmt.Sprint(row), word)
			return err
		}))
	}
	send(f.account, public)
	send(other, secret)
	if _, err := f.db.BackupDue(ctx, noon); err != nil {
		t.Fatal(err)
	}
	list, err := store.Backups(f.db.Path())
	must(t, err)
	return f, other, list[0].Path
}

// holds tells whether a word is anywhere in the files below a path.
func holds(t *testing.T, path, word string) bool {
	t.Helper()
	found := false
	must(t, filepath.WalkDir(path, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		found = found || bytes.Contains(text, []byte(word))
		return err
	}))
	return found
}

func TestAnErasedAccountLeavesBackupsToo(t *testing.T) {
	f, other, backup := furnished(t)
	folder := store.BackupFolder(f.db.Path())
	if !holds(t, folder, secret) || !holds(t, folder, public) {
		t.Fatal("nothing to erase is in the backup")
	}
	must(t, f.Erase(t.Context(), other))
	if holds(t, folder, secret) {
		t.Error("the backup still has text of the account, or a file of its mail")
	}
	db, err := store.Open(t.Context(), backup)
	must(t, err)
	for query, want := range map[string]int{
		`SELECT count(*) FROM account`:                                         1,
		`SELECT count(*) FROM outbox`:                                          1,
		`SELECT count(*) FROM outbox_file f JOIN outbox o ON o.id=f.outbox_id`: 1,
		`SELECT count(*) FROM company`:                                         1,
		`SELECT count(*) FROM setting WHERE value='` + public + `'`:            3,
		`SELECT count(*) FROM setting WHERE name='theme'`:                      1,
		`SELECT count(*) FROM pragma_foreign_key_check`:                        0,
	} {
		var n int
		if err := db.Reader().QueryRow(query).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d, want %d, %v", query, n, want, err)
		}
	}
	db.Close()
	if files, err := os.ReadDir(strings.TrimSuffix(backup, ".db") + ".files"); err != nil || len(files) != 1 {
		t.Errorf("%d files of mail are beside the backup, %v", len(files), err)
	}
	// With the last account, all unsent mail goes.
	must(t, f.Erase(t.Context(), f.account))
	db, err = store.Open(t.Context(), backup)
	must(t, err)
	defer db.Close()
	var mail, rest int
	must(t, db.Reader().QueryRow(`SELECT count(*) FILTER (WHERE name LIKE 'mail.%'), count(*) FROM setting`).Scan(&mail, &rest))
	if mail != 0 || rest == 0 {
		t.Errorf("%d settings are mail of %d", mail, rest)
	}
}

func TestABackupThatCannotBeReadDoesNotKeepWhatIsErased(t *testing.T) {
	f, other, backup := furnished(t)
	must(t, os.WriteFile(backup, bytes.Repeat([]byte(secret), 1000), 0o600))
	must(t, f.Erase(t.Context(), other))
	if holds(t, store.BackupFolder(f.db.Path()), secret) {
		t.Error("it is still there")
	}
}

func TestABackupThatIsNotErasedIsTold(t *testing.T) {
	f, other, backup := furnished(t)
	must(t, os.MkdirAll(filepath.Join(backup+".part", "in the way"), 0o700))
	if err := f.Erase(t.Context(), other); !errors.Is(err, ErrInBackups) {
		t.Fatal(err)
	}
	accounts, err := f.Accounts(t.Context())
	must(t, err)
	if len(accounts) != 1 {
		t.Error("it is not erased here either")
	}
}

// What is erased is not in the file any more, nor in its log.
func TestErasedTextLeavesTheFile(t *testing.T) {
	f, other, _ := furnished(t)
	must(t, f.db.Write(t.Context(), "forget the draft", func(tx *store.Tx) error {
		_, err := tx.Exec(`DELETE FROM setting WHERE value=?`, secret)
		return err
	}))
	must(t, f.Erase(t.Context(), other))
	for _, part := range []string{"", "-wal"} {
		if _, err := os.Stat(f.db.Path() + part); err == nil && holds(t, f.db.Path()+part, secret) {
			t.Errorf("%q still has text of the account", part)
		}
	}
	if !holds(t, f.db.Path(), public) {
		t.Error("all is gone")
	}
	if _, err := f.db.BackupDue(t.Context(), time.Now()); err != nil {
		t.Error(err)
	}
}
