package mirror

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/internal/store"
	"supercrm/outlook"
)

// mirrorAll mirrors all of the demo person's mailbox of a tenant once, and says how long it took from the first request until
// the last message was a row.
func mirrorAll(b testing.TB, tenant *devtenant.Server, db *store.DB, n int) time.Duration {
	b.Helper()
	token, err := tenant.Token(directory.DemoUPN)
	must(b, err)
	return mirrorFrom(b, tenant.GraphURL, token, db, n)
}

func mirrorFrom(b testing.TB, graphURL, token string, db *store.DB, n int) time.Duration {
	b.Helper()
	ctx := b.Context()
	client, err := outlook.New(outlook.Options{BaseURL: graphURL, HTTP: tenantClient(b), Token: func(context.Context) (string, error) { return token, nil }})
	must(b, err)
	m := New(Options{DB: db, Zone: "Europe/Berlin", PollEvery: time.Hour})
	defer m.Close()
	must(b, db.Write(ctx, "choose all of the mail", func(tx *store.Tx) error { // some of it is older than a year
		_, err := tx.ExecContext(ctx, `INSERT INTO account (key, upn, name, mail_months, added_at) VALUES ('t.maya',?,'Maya Torres',0,1)`, directory.DemoUPN)
		return err
	}))
	begun := time.Now()
	a, err := m.Connect(ctx, AccountInfo{Key: "t.maya", UPN: directory.DemoUPN, Name: "Maya Torres", Granted: []string{"Mail.ReadWrite"}}, client)
	must(b, err)
	sub := db.Hub().Subscribe(store.Sync)
	defer sub.End()
	for {
		var synced int64
		_ = db.Reader().QueryRowContext(ctx, `SELECT synced_at FROM sync_state WHERE account_id=? AND scope='all'`, a.ID).Scan(&synced)
		if synced > 0 {
			break
		}
		select {
		case <-sub.C():
			sub.Take()
		case <-ctx.Done():
			b.Fatal(ctx.Err())
		}
	}
	took := time.Since(begun)
	var have int
	must(b, db.Reader().QueryRowContext(ctx, `SELECT count(*) FROM message WHERE body_type<>''`).Scan(&have))
	if have < n {
		b.Fatalf("%d messages of %d mirrored", have, n)
	}
	return took
}

// bareInsert writes the messages of one file into another with nothing but prepared statements: rows, addresses and, by
// the file's triggers, the full-text index, a thousand to a transaction. It says how long the writing took.
func bareInsert(b testing.TB, from, to *store.DB) time.Duration {
	b.Helper()
	ctx := b.Context()
	const columns = `id, account_id, folder_id, graph_id, change_key, conversation, internet_id, subject, from_name, from_addr, recipients,
		received_at, sent_at, is_read, is_draft, flagged, importance, has_attachments, preview, categories, body_type, body, attachments`
	copyRows(b, from, to, "account", `SELECT id, key, upn, name, added_at FROM account`, 5, `INSERT INTO account (id, key, upn, name, added_at) VALUES (?,?,?,?,?)`)
	copyRows(b, from, to, "folders", `SELECT id, account_id, graph_id, name FROM mail_folder`, 4, `INSERT INTO mail_folder (id, account_id, graph_id, name) VALUES (?,?,?,?)`)
	var took time.Duration
	for at := int64(0); ; {
		type row struct {
			vals []any
			addr [][]any
		}
		var rows []row
		list, err := from.Reader().QueryContext(ctx, `SELECT `+columns+` FROM message WHERE id>? ORDER BY id LIMIT 1000`, at)
		must(b, err)
		for list.Next() {
			r := row{vals: make([]any, 23)}
			must(b, list.Scan(pointers(r.vals)...))
			at = r.vals[0].(int64)
			rows = append(rows, r)
		}
		must(b, list.Close())
		if len(rows) == 0 {
			return took
		}
		for i := range rows {
			list, err := from.Reader().QueryContext(ctx, `SELECT addr_lc, message_id, role, at FROM message_address WHERE message_id=?`, rows[i].vals[0])
			must(b, err)
			for list.Next() {
				a := make([]any, 4)
				must(b, list.Scan(pointers(a)...))
				rows[i].addr = append(rows[i].addr, a)
			}
			must(b, list.Close())
		}
		begun := time.Now()
		must(b, to.Write(ctx, "bare insert", func(tx *store.Tx) error {
			w, err := newMessageWriter(ctx, tx, rows[0].vals[1].(int64))
			must(b, err)
			defer w.close()
			for _, r := range rows {
				must(b, w.exec(`INSERT INTO message (`+columns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, r.vals...))
				for _, a := range r.addr {
					must(b, w.exec(`INSERT INTO message_address (addr_lc, message_id, role, at) VALUES (?,?,?,?)`, a...))
				}
			}
			return nil
		}))
		took += time.Since(begun)
	}
}

func pointers(vals []any) []any {
	out := make([]any, len(vals))
	for i := range vals {
		out[i] = &vals[i]
	}
	return out
}

func copyRows(b testing.TB, from, to *store.DB, what, query string, n int, insert string) {
	b.Helper()
	rows, err := from.Reader().QueryContext(b.Context(), query)
	must(b, err)
	defer rows.Close()
	must(b, to.Write(b.Context(), "copy "+what, func(tx *store.Tx) error {
		for rows.Next() {
			vals := make([]any, n)
			if err := rows.Scan(pointers(vals)...); err != nil {
				return err
			}
			if _, err := tx.ExecContext(b.Context(), insert, vals...); err != nil {
				return err
			}
		}
		return rows.Err()
	}))
}

// BenchmarkMirrorRatio mirrors 50,000 messages with full text over HTTP from a simulated tenant in the same process, and
// inserts the same rows bare; the bar is on the ratio of the two times.
func BenchmarkMirrorRatio(b *testing.B) {
	const n = 50_000
	tenant := tenanttest.Start(b, func(o *devtenant.Options) { o.Seed, o.Messages = "large", n })
	var mirrored, bare time.Duration
	for i := range b.N {
		dir := b.TempDir()
		open := func(name string) *store.DB {
			db, err := store.Open(b.Context(), filepath.Join(dir, fmt.Sprint(name, i)))
			must(b, err)
			return db
		}
		from, to := open("mirror.db"), open("bare.db")
		mirrored += mirrorAll(b, tenant, from, n)
		bare += bareInsert(b, from, to)
		must(b, from.Close())
		must(b, to.Close())
	}
	b.ReportMetric(float64(bare)/float64(mirrored), "ratio")
	b.ReportMetric(float64(n*b.N)/mirrored.Seconds(), "messages/s")
	b.ReportMetric(float64(n*b.N)/bare.Seconds(), "bare/s")
}
