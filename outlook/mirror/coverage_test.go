package mirror

import (
	"testing"
	"time"

	"supercrm/internal/store"
)

// Coverage is not drawn back by one old message that was opened from the server, nor by another account's longer range.
func TestCoverageIsOfTheRangeOfEveryAccount(t *testing.T) {
	f, ctx := local(t), t.Context()
	exec := func(query string, args ...any) {
		t.Helper()
		must(t, f.db.Write(ctx, "test", func(tx *store.Tx) error {
			_, err := tx.Exec(query, args...)
			return err
		}))
	}
	add := func(account, folder int64, at time.Time) {
		t.Helper()
		exec(`INSERT INTO message (account_id, folder_id, graph_id, received_at) VALUES (?,?,lower(hex(randomblob(8))),?)`, account, folder, at.UnixMilli())
	}
	is := func(why string, want time.Time) {
		t.Helper()
		if got, err := f.Coverage(ctx); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, want %v (%v)", why, got, want, err)
		}
	}
	is("an account", noon)
	add(f.account, f.archive, noon.AddDate(0, -8, 0))
	is("older mail of the range", noon.AddDate(0, -8, 0))
	add(f.account, f.inbox, noon.AddDate(-11, 0, 0))
	is("one old message", noon.AddDate(0, -8, 0))
	exec(`INSERT INTO account (id, key, upn, name, added_at, mail_months) VALUES (99,'t.p','two@harborline.example','Two',1,0)`)
	exec(`INSERT INTO mail_folder (id, account_id, graph_id, name) VALUES (99,99,'F','Inbox')`)
	is("an account without mail", noon.AddDate(0, -8, 0))
	add(99, 99, noon.AddDate(-3, 0, 0))
	is("an account with all its mail", noon.AddDate(0, -8, 0))
	exec(`UPDATE account SET mail_months=0`)
	is("all mail of both", noon.AddDate(-3, 0, 0))
	exec(`DELETE FROM message`)
	is("no mail", time.Time{})
}
