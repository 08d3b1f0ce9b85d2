package graph

import (
	"fmt"
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

// listFields are what a list of messages shows.
const listFields = "id,subject,from,toRecipients,receivedDateTime,isRead,flag,bodyPreview,hasAttachments"

// page1000 gets a page of 1,000 messages over loopback.
func page1000(b *testing.B, server *httptest.Server, skip int) {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf("%s/graph/v1.0/me/messages?$top=1000&$skip=%d&$select=%s", server.URL, skip, listFields), nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer maya")
	res, err := server.Client().Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if n := strings.Count(string(body), `"@odata.etag"`); err != nil || n != 1000 {
		b.Fatalf("%d messages, %v", n, err)
	}
}

// BenchmarkListPage is a page of 1,000 messages, with what a list shows, over loopback (bar: 20,000 messages/s, which is
// 50 ms a page).
func BenchmarkListPage(b *testing.B) {
	server := httptest.NewServer(large(b, 20_000).h)
	defer server.Close()
	page1000(b, server, 0)
	for b.Loop() {
		page1000(b, server, 0)
	}
	b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkListPageFirst is the same for messages that nobody has listed before, so that their previews have to be made.
func BenchmarkListPageFirst(b *testing.B) {
	const messages = 100_000
	var server *httptest.Server
	skip := messages
	for b.Loop() {
		if skip+1000 > messages {
			b.StopTimer()
			if server != nil {
				server.Close()
			}
			server, skip = httptest.NewServer(large(b, messages).h), 0
			b.StartTimer()
		}
		page1000(b, server, skip)
		skip += 1000
	}
	server.Close()
	b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "messages/s")
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

// BenchmarkSearchIndexed is a word looked for in 100,000 messages once the index is there.
func BenchmarkSearchIndexed(b *testing.B) {
	w := large(b, 100_000)
	w.want(200, "GET", "/me/messages?$search=invoice&$select=id", "")
	for b.Loop() {
		w.want(200, "GET", `/me/messages?$search="invoice from:anna"&$select=id`, "")
	}
}
