package mail

import (
	"fmt"
	"testing"
	"time"

	"supercrm/internal/store"
	"supercrm/ui/kit"
)

// big opens a folder of n messages.
func big(t testing.TB, n int) *fixture {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		stmt, err := tx.Prepare(`INSERT INTO message (account_id, folder_id, graph_id, conversation, subject, from_name, from_addr, recipients, received_at,
			is_read, flagged, has_attachments, preview, body_type, body) VALUES (?,?,?,?,?,?,?,'{}',?,?,?,?,?,'text','x')`)
		must(t, err)
		defer stmt.Close()
		for i := range n {
			_, err := stmt.Exec(f.account, f.folder["inbox"], fmt.Sprint("g", i), fmt.Sprint("T", i/3), fmt.Sprintf("Delivery %d of the order that was placed in spring", i),
				fmt.Sprintf("Person Number%d", i%977), fmt.Sprintf("p%d@customer.example", i%977), noon.Add(-time.Duration(i)*time.Minute).UnixMilli(),
				i%4 != 0, i%11 == 0, i%5 == 0, fmt.Sprintf("Dear Maya, delivery %d has left our depot and will arrive on the day we agreed on", i))
			must(t, err)
		}
		tx.Changed(store.Messages)
	})
	if len(f.list.model.ids) != n {
		t.Fatal(len(f.list.model.ids))
	}
	return f
}

// BenchmarkScrollStep100k scrolls a list of 100,000 messages by three rows, a notch of the wheel, with the rows in view loaded and other
// ones on each step. The bar is 4 ms a step, in the metric ms/step.
func BenchmarkScrollStep100k(b *testing.B) {
	f := big(b, 100_000)
	n, missed := 0, 0
	for b.Loop() {
		b.StopTimer()
		f.drainUntilLoaded(b)
		if n++; n%8000 == 0 {
			f.list.list.ScrollToTop() // far from what is in memory
			f.drainUntilLoaded(b)
		}
		b.StartTimer()
		f.list.list.ScrollBy(3 * kit.RowThree)
		b.StopTimer()
		from, to := f.list.list.InView()
		missed += len(f.list.model.missing(from, to))
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/step")
	if missed > b.N*3 {
		b.Fatalf("%d rows were not loaded in %d steps: the figure says nothing", missed, b.N)
	}
}

// drainUntilLoaded waits until what is in view has been read.
func (f *fixture) drainUntilLoaded(t testing.TB) {
	t.Helper()
	f.Until("rows in view are loaded", func() bool {
		from, to := f.list.list.InView()
		return len(f.list.model.missing(from, to)) == 0
	})
}

// BenchmarkOpenFolder100k opens a folder of 100,000 messages until its first rows show.
func BenchmarkOpenFolder100k(b *testing.B) {
	f := big(b, 100_000)
	inbox := f.list.folder
	for b.Loop() {
		f.list.model.outdate(nil)
		f.list.open(inbox)
		f.Until("the list is read", func() bool { return f.list.known })
		f.drainUntilLoaded(b)
	}
}
