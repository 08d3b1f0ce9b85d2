package mirror

import (
	"fmt"
	"testing"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

func ptr[T any](v T) *T { return &v }

// fill writes n messages into the inbox the way a delta does, a hundred a transaction.
func (f *fixture) fill(b testing.TB, n int) {
	b.Helper()
	ctx := b.Context()
	for at := 0; at < n; at += 100 {
		must(b, f.db.Write(ctx, "fill", func(tx *store.Tx) error {
			w, err := newMessageWriter(ctx, tx, f.account)
			must(b, err)
			defer w.close()
			for i := at; i < min(at+100, n); i++ {
				m := sample(i)
				if err := w.upsert(&m, f.inbox); err != nil {
					return err
				}
			}
			return w.announce()
		}))
	}
}

func sample(i int) outlook.Message {
	who := outlook.Recipient{EmailAddress: outlook.EmailAddress{Name: fmt.Sprintf("Person %d", i%500), Address: fmt.Sprintf("person%d@customer%d.example", i%500, i%40)}}
	me := []outlook.Recipient{{EmailAddress: outlook.EmailAddress{Name: "Maya Torres", Address: "maya@harborline.example"}}}
	return outlook.Message{
		ID: fmt.Sprintf("AAMk%08d==", i), ETag: fmt.Sprintf(`W/"%d"`, i), ConversationID: ptr(fmt.Sprintf("conv%d", i/4)),
		Subject: ptr(fmt.Sprintf("Offer %d for delivery in week %d", i, i%52)), Preview: ptr("Dear Maya, thank you for the offer of last week. We would like"),
		Body: &outlook.Body{ContentType: "html", Content: "<html><body><p>Dear Maya,</p><p>thank you for the offer of last week. We would like to order <b>" +
			fmt.Sprint(i) + "</b> pieces, delivered to Hamburg.</p><table><tr><td>Kind regards</td></tr></table></body></html>"},
		From: &who, To: &me, Received: ptr(noon.Add(-time.Duration(i) * time.Minute)), IsRead: ptr(i%7 != 0), IsDraft: ptr(false), HasAttachments: ptr(false),
	}
}

func BenchmarkMirrorWrite(b *testing.B) {
	f := local(b)
	b.ResetTimer()
	f.fill(b, b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkReads(b *testing.B) {
	f := local(b)
	f.fill(b, 100_000)
	ctx := b.Context()
	ids, err := f.MessageIDs(ctx, f.inbox, false)
	must(b, err)
	b.Run("MessageIDs100k", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.MessageIDs(ctx, f.inbox, false); err != nil {
				b.Fatal(err)
			}
		}
	})
	at := 0
	b.Run("MessageRows50", func(b *testing.B) {
		for b.Loop() {
			at = (at + 7919) % (len(ids) - 50)
			rows, err := f.MessageRows(ctx, ids[at:at+50])
			if err != nil || len(rows) != 50 {
				b.Fatal(len(rows), err)
			}
		}
	})
	b.Run("Folders", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.Folders(ctx, f.account); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, q := range []string{"person 42", "hamburg", "nothingmatches"} {
		b.Run("Search/"+q, func(b *testing.B) {
			for b.Loop() {
				if _, err := f.SearchMessages(ctx, q, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Touches", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.Touches(ctx, []string{"person42@customer2.example"}, 20); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Conversation", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.Conversation(ctx, ids[500]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Status", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.Status(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkLedgerShare tells which part of mirroring a message its row in the ledger takes, in one run: the rest is what the
// same pages cost without.
func BenchmarkLedgerShare(b *testing.B) {
	f, ctx := local(b), b.Context()
	n := max(b.N, 2000)
	began := time.Now()
	f.fill(b, n)
	whole := time.Since(began)
	var ledger time.Duration
	for at := 0; at < n; at += 100 {
		must(b, f.db.Write(ctx, "ledger alone", func(tx *store.Tx) error {
			w, err := newMessageWriter(ctx, tx, f.account)
			must(b, err)
			defer w.close()
			for i := range 100 {
				w.arrived = append(w.arrived, int64(n+at+i))
			}
			began := time.Now()
			must(b, w.noteArrived())
			ledger += time.Since(began)
			return nil
		}))
	}
	b.ReportMetric(100*ledger.Seconds()/(whole-ledger).Seconds(), "%")
	b.ReportMetric(float64(n)/whole.Seconds(), "messages/s")
}
