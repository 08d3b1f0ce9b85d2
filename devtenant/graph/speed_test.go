package graph

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"supercrm/devtenant/demo"
)

// large is a tenant whose first person has many messages.
func large(b *testing.B, messages int) *world {
	w := newWorld(b)
	if err := demo.Fill(w.reg, []demo.User{{ObjectID: mayaID, UPN: "maya@harborline.example", Name: "Maya Torres"}}, demo.Options{Now: start, Messages: messages}); err != nil {
		b.Fatal(err)
	}
	return w
}

// BenchmarkFirstRound is a first mirroring of a large inbox: how long a page of 500 messages with bodies takes.
func BenchmarkFirstRound(b *testing.B) {
	w := large(b, 20_000)
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

// BenchmarkListPage is a page of 1,000 messages, with what a list shows, over loopback (bar: 20,000 messages/s).
func BenchmarkListPage(b *testing.B) {
	w := large(b, 20_000)
	server := httptest.NewServer(w.h)
	defer server.Close()
	const size = 1000
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL+"/graph/v1.0/me/messages?$top=1000&$select=id,subject,from,toRecipients,receivedDateTime,isRead,flag,bodyPreview,hasAttachments", nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer maya")
		res, err := server.Client().Do(req)
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || strings.Count(string(body), `"@odata.etag"`) != size {
			b.Fatalf("%d messages, %v", strings.Count(string(body), `"@odata.etag"`), err)
		}
	}
	b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkNothingNew is a delta link with nothing new, in a mailbox of 100,000 messages (bar: 1 ms).
func BenchmarkNothingNew(b *testing.B) {
	w := large(b, 100_000)
	const delta = "/me/mailFolders/inbox/messages/delta"
	r := w.want(200, "GET", delta+"?$select=id", "", "Prefer: odata.maxpagesize=1000")
	for r.str("@odata.nextLink") != "" {
		r = w.want(200, "GET", r.str("@odata.nextLink"), "", "Prefer: odata.maxpagesize=1000")
	}
	link := r.str("@odata.deltaLink")
	for b.Loop() {
		if r := w.want(200, "GET", link, ""); len(r.values()) != 0 {
			b.Fatal("there is something new")
		}
	}
}

// BenchmarkSearch is a word looked for in 100,000 messages once the index is there.
func BenchmarkSearch(b *testing.B) {
	w := large(b, 100_000)
	w.want(200, "GET", "/me/messages?$search=invoice&$select=id", "")
	for b.Loop() {
		w.want(200, "GET", `/me/messages?$search="invoice from:anna"&$select=id`, "")
	}
}
