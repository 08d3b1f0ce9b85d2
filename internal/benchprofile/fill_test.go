package main

import (
	"path/filepath"
	"testing"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func filled(t testing.TB, n int) *mirror.Mirror {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "supercrm.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := fill(t.Context(), db, n, noon); err != nil {
		t.Fatal(err)
	}
	m := mirror.New(mirror.Options{DB: db, Now: func() time.Time { return noon }, Zone: "Europe/Berlin"})
	t.Cleanup(m.Close)
	return m
}

// TestMirrorReadsWhatIsFilled: rows that the mirror cannot read would make the benchmarks measure an error message.
func TestMirrorReadsWhatIsFilled(t *testing.T) {
	const n = 500
	m, ctx := filled(t, n), t.Context()
	accounts, err := m.Accounts(ctx)
	if err != nil || len(accounts) != 1 || !accounts[0].SignIn {
		t.Fatalf("accounts %+v, %v; want one to sign in to again", accounts, err)
	}
	folders, err := m.Folders(ctx, accounts[0].ID)
	if err != nil || len(folders) != 7 || folders[0].WellKnown != "inbox" {
		t.Fatalf("folders %+v, %v", folders, err)
	}
	total := 0
	for _, f := range folders {
		total += f.Count
	}
	if total != n || folders[0].Count < n*7/10 || folders[0].Unread == 0 {
		t.Errorf("%d messages, %d in the inbox, %d unread", total, folders[0].Count, folders[0].Unread)
	}
	ids, err := m.MessageIDs(ctx, folders[0].ID, false)
	if err != nil || len(ids) != folders[0].Count {
		t.Fatalf("%d ids, %v", len(ids), err)
	}
	rows, err := m.MessageRows(ctx, ids[:20])
	if err != nil || len(rows) != 20 || rows[0].From.Name == "" || len(rows[0].To) != 1 || !rows[0].Received.After(rows[19].Received) {
		t.Errorf("rows %+v, %v", rows, err)
	}
	whole, err := m.Message(ctx, ids[0])
	if err != nil || !whole.BodyKnown || !whole.HTML || len(whole.Body) < 50 {
		t.Errorf("message %+v, %v", whole, err)
	}
	events, err := m.Events(ctx, noon.AddDate(0, 0, -3), noon.AddDate(0, 0, 4))
	if err != nil || len(events) < 30 || len(events[0].Attendees) != 1 {
		t.Errorf("%d events in a week, %v", len(events), err)
	}
	found, err := m.SearchMessages(ctx, "pallets", 10)
	if err != nil || len(found) != 10 {
		t.Errorf("%d found, %v", len(found), err)
	}
}

// BenchmarkMessagePage reads the 50 rows that a list shows, at the top, in the middle and at the end of 100,000 messages.
// The rows change from turn to turn, as they do while a person scrolls.
func BenchmarkMessagePage(b *testing.B) {
	m := filled(b, 100_000)
	ctx := b.Context()
	accounts, err := m.Accounts(ctx)
	if err != nil {
		b.Fatal(err)
	}
	folders, err := m.Folders(ctx, accounts[0].ID)
	if err != nil {
		b.Fatal(err)
	}
	ids, err := m.MessageIDs(ctx, folders[0].ID, false)
	if err != nil {
		b.Fatal(err)
	}
	const page = 50
	for _, at := range []struct {
		name string
		from int
	}{{"top", 0}, {"middle", len(ids) / 2}, {"end", len(ids) - 100*page}} {
		b.Run(at.name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				from := at.from + i%100*page
				i++
				rows, err := m.MessageRows(ctx, ids[from:from+page])
				if err != nil || len(rows) != page {
					b.Fatalf("%d rows, %v", len(rows), err)
				}
			}
		})
	}
}
