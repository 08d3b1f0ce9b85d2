package graph

import (
	"strings"
	"testing"

	"supercrm/devtenant/demo"
)

// BenchmarkFirstRound is a first mirroring of a large inbox: how long a page of 500 messages with bodies takes.
func BenchmarkFirstRound(b *testing.B) {
	w := newWorld(b)
	if err := demo.Fill(w.reg, []demo.User{{ObjectID: mayaID, UPN: "maya@harborline.example", Name: "Maya Torres"}}, demo.Options{Now: start, Messages: 20_000}); err != nil {
		b.Fatal(err)
	}
	const first = "/me/mailFolders/inbox/messages/delta"
	link := first
	n := 0
	for b.Loop() {
		r := w.want(200, "GET", link, "", immutable, "Prefer: odata.maxpagesize=500")
		n += len(r.raw)
		if link = r.str("@odata.nextLink"); link == "" {
			link = first
		}
	}
	b.ReportMetric(float64(n)/float64(b.N)/1e6, "MB/page")
	if !strings.HasPrefix(link, "http") && link != first {
		b.Fatal(link)
	}
}
