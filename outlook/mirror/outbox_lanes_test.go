package mirror

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// watch notes the requests that reach the service, by method and path.
type watch struct {
	mu   sync.Mutex
	seen []string
}

func (r *rig) watch(fault func(*http.Request) *graph.Fault) *watch {
	w := &watch{}
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		w.mu.Lock()
		w.seen = append(w.seen, req.Method+" "+req.URL.Path)
		w.mu.Unlock()
		if fault != nil {
			return fault(req)
		}
		return nil
	})
	return w
}

// writes are the requests that could change anything: all but GET. Of a batch its parts are looked at.
func (w *watch) writes() (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.seen {
		if !strings.HasPrefix(s, "GET ") && !strings.HasSuffix(s, "/$batch") {
			out = append(out, s)
		}
	}
	return out
}

func TestFirstSyncAndRemoteChangesOnlyRead(t *testing.T) {
	r := newRig(t)
	series := r.furnish(30)
	w := r.watch(nil)
	r.start()
	r.synced()
	review := r.graphID("event", r.find("Review").ID)
	must(t, r.box.ChangeEvent(review, func(e *mailbox.Event) {
		e.Subject = "Moved elsewhere"
		e.Start = e.Start.Add(time.Hour)
		e.End = e.End.Add(time.Hour)
	}))
	must(t, r.box.ChangeEvent(series, func(e *mailbox.Event) { e.Location = "Room 9" }))
	must(t, r.box.SetRead(r.graphID("message", r.mail("Quote 1").ID), true))
	must(t, r.box.MoveMessage(r.graphID("message", r.mail("Quote 2").ID), "archive"))
	must(t, r.box.RemoveMessage(r.graphID("message", r.mail("Quote 3").ID)))
	must(t, r.box.DeleteEvent(r.graphID("event", r.find("Fair").ID)))
	r.box.Deliver(mailbox.Mail{Subject: "News", From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Body: mailbox.Body{Text: "x"}})
	r.synced()
	r.box.ForgetChanges() // 410: everything is read anew
	r.synced()
	r.same()
	if got := w.writes(); len(got) != 0 {
		t.Fatalf("written: %v", got)
	}
	if len(r.box.SentMail()) != 0 {
		t.Fatal("mail was sent")
	}
}

func TestHundredsOfMarksAreAFewRequests(t *testing.T) {
	r, ctx := ready(t, 210), t.Context()
	var ids []int64
	for i := range 200 {
		ids = append(ids, r.mail(fmt.Sprintf("Quote %d", i)).ID)
	}
	gone := r.graphID("message", ids[7])
	r.m.Close()
	must(t, r.box.RemoveMessage(gone))
	must(t, r.m.MarkRead(ctx, ids, true))
	must(t, r.m.Flag(ctx, ids[:10], true))
	must(t, r.m.Move(ctx, ids[100:140], "archive"))
	r.h.SetFourAtOnce(false) // how requests share the mailbox is the gate's matter
	var throttled atomic.Int64
	wire := &tap{RoundTripper: r.http.Transport}
	r.http.Transport = wire
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if req.URL.Path == "/graph/v1.0/$batch" && throttled.Add(1) == 2 {
			return &graph.Fault{Status: 429, Header: http.Header{"Retry-After": {"0.05"}}}
		}
		return nil
	})
	r.stop()
	r.start()
	r.sent()
	r.synced()
	r.same()
	wire.mu.Lock()
	defer wire.mu.Unlock()
	batches, single := 0, 0
	for _, e := range wire.sent {
		if strings.HasSuffix(e.path, "/$batch") {
			if bytes.Contains(e.body, []byte(`"method":"PATCH"`)) || bytes.Contains(e.body, []byte(`"method":"POST"`)) { // the others are polls
				batches++
			}
		} else if e.method != http.MethodGet {
			single++
		}
	}
	if batches > 14 || single > 2 {
		t.Fatalf("%d batches and %d single requests for 240 marks", batches, single)
	}
	if got, _ := r.box.Message(r.graphID("message", ids[120])); got.Folder != "archive" || !got.Read {
		t.Fatalf("%+v", got)
	}
}

// What waits for its time, and mail whose files take long, hold nothing else up.
func TestNothingWaitsForAnotherItem(t *testing.T) {
	r, ctx := ready(t, 3), t.Context()
	hold := make(chan struct{})
	defer close(hold)
	var failing atomic.Int64
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		switch {
		case strings.Contains(req.URL.Path, "createUploadSession"):
			select {
			case <-hold:
			case <-req.Context().Done():
			}
		case req.Method == http.MethodPatch && strings.Contains(req.URL.Path, "/events/"):
			failing.Add(1)
			return &graph.Fault{Status: 503}
		}
		return nil
	})
	big, err := r.m.Attach(ctx, "", "big.bin", -1, io.LimitReader(zeros{}, 5<<20))
	must(t, err)
	_, err = r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "anna@customer.example"}}, Subject: "With a file", Text: "x", Files: []int64{big.ID}})
	must(t, err)
	place := "Hamburg"
	must(t, r.m.EditEvent(ctx, r.find("Review").ID, EventEdit{Location: &place}))
	r.until("the edit backs off", func() bool { return failing.Load() > 0 })
	_, err = r.m.SendReply(ctx, Reply{MessageID: r.mail("Quote 1").ID, Text: "At once."})
	must(t, err)
	must(t, r.m.MarkRead(ctx, []int64{r.mail("Quote 2").ID}, true))
	r.until("the answer and the mark have gone", func() bool {
		m, err := r.box.Message(r.graphID("message", r.mail("Quote 2").ID))
		return err == nil && m.Read && len(r.box.SentMail()) == 1
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestDeletingAnEventWhoseMakingIsInDoubt(t *testing.T) {
	for _, made := range []bool{true, false} {
		t.Run(fmt.Sprint("made=", made), func(t *testing.T) {
			r, ctx := ready(t, 1), t.Context()
			r.m.retry = time.Hour // so that the making is not tried again by itself
			n := r.fault(http.MethodPost, "/events", 1, graph.Fault{Status: 504, AfterApply: made})
			start := r.now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
			id, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Mistake", Start: start, End: start.Add(time.Hour)})
			must(t, err)
			r.until("it is tried", func() bool { return n.Load() > 0 && r.queued(kindCreate).Attempts > 0 })
			must(t, r.m.DeleteEvent(ctx, id))
			r.sent()
			for _, e := range r.box.EventsBetween(start.Add(-time.Hour), start.Add(2*time.Hour)) {
				if e.Subject == "Mistake" {
					t.Fatal("the event is still there")
				}
			}
			r.synced()
			r.same()
		})
	}
}

func TestADeletionOfADoubtfulEventTakenBack(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	r.m.undoSend = time.Hour
	n := r.fault(http.MethodPost, "/events", 1, graph.Fault{Status: 504, AfterApply: true})
	start := r.now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
	id, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Meant", Start: start, End: start.Add(time.Hour)})
	must(t, err)
	r.until("it is tried", func() bool { return n.Load() > 0 })
	if err := r.m.DeleteEvent(ctx, id); err == nil {
		items, _ := r.m.Outbox(ctx)
		for _, it := range items {
			if it.Kind == kindDelete {
				must(t, r.m.Discard(ctx, it.ID))
			}
		}
	}
	r.m.SyncNow(r.account)
	r.sent()
	r.synced()
	r.same()
	if e := r.find("Meant"); e.ID != id {
		t.Fatal("another row")
	}
}

func TestMarksSurviveTheirFoldersEnd(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(4)
	var customers *mailbox.Folder
	must(t, r.box.Do(func(b *mailbox.Box) (err error) {
		customers, err = b.NewFolder(b.Root(), "Customers")
		return err
	}))
	folder := r.box.FolderID("Customers")
	r.start()
	r.synced()
	one, two := r.mail("Quote 1").ID, r.mail("Quote 2").ID
	g1, g2 := r.graphID("message", one), r.graphID("message", two)
	must(t, r.box.MoveMessage(g1, folder))
	must(t, r.box.MoveMessage(g2, folder))
	r.synced()
	r.m.Close()
	must(t, r.m.MarkRead(ctx, []int64{one, two}, true))
	must(t, r.box.MoveMessage(g1, "archive")) // it lives on
	must(t, r.box.RemoveMessage(g2))
	must(t, r.box.Do(func(b *mailbox.Box) error { return b.DeleteFolder(customers) }))
	r.stop()
	hold := atomic.Bool{}
	hold.Store(true)
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if hold.Load() && req.Method != http.MethodGet {
			return &graph.Fault{Reset: true} // the folder's end comes first
		}
		return nil
	})
	r.start()
	r.until("the folder is gone", func() bool {
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM mail_folder WHERE name='Customers'`).Scan(&n))
		return n == 0
	})
	hold.Store(false)
	r.m.SyncNow(r.account)
	r.sent()
	if m, err := r.box.Message(g1); err != nil || !m.Read {
		t.Fatalf("the mark went with the folder: %+v, %v", m, err)
	}
	rows, err := r.m.Ledger(ctx, LedgerFilter{ItemKind: "message", ItemID: two})
	must(t, err)
	told := false
	for _, l := range rows {
		told = told || l.What == ledgerFailed && l.Why == kindRead && l.Fields[0] == reasonGone
	}
	if !told {
		t.Fatalf("nobody is told what became of the other mark: %+v", rows)
	}
	r.synced()
	r.same()
}

// random gives the same bytes for the same seed.
func random(seed uint64, n int) []byte {
	block := make([]byte, 64<<10)
	rng := rand.NewChaCha8([32]byte{byte(seed)})
	_, _ = rng.Read(block)
	out := make([]byte, 0, n+len(block))
	for i := uint32(0); len(out) < n; i++ { // no two blocks alike, at the price of copying
		binary.BigEndian.PutUint32(block, i)
		out = append(out, block...)
	}
	return out[:n]
}

func (r *rig) attach(name string, data []byte) int64 {
	r.t.Helper()
	f, err := r.m.Attach(r.t.Context(), "mail.draft.x", name, int64(len(data)), bytes.NewReader(data))
	must(r.t, err)
	return f.ID
}

func (r *rig) blobs() int {
	entries, err := os.ReadDir(r.m.files)
	if err != nil {
		return 0
	}
	return len(entries)
}

// Whatever goes wrong on the way, mail leaves once and with every byte of its files.
func TestFilesArriveWholeAndOnce(t *testing.T) {
	after := func(f graph.Fault) graph.Fault { f.AfterApply = true; return f }
	tests := map[string]struct {
		method, part string
		times        int64
		fault        graph.Fault
	}{
		"nothing":                    {"GET", "nothing", 0, graph.Fault{}},
		"small file, answer lost":    {"POST", "/attachments", 1, after(graph.Fault{Reset: true})},
		"small file, 504 and made":   {"POST", "/attachments", 1, after(graph.Fault{Status: 504})},
		"piece lost":                 {"PUT", "/uploads/", 1, graph.Fault{Reset: true}},
		"piece arrived, answer lost": {"PUT", "/uploads/", 2, after(graph.Fault{Reset: true})},
		"piece refused for a while":  {"PUT", "/uploads/", 3, graph.Fault{Status: 503}},
		"throttled":                  {"PUT", "/uploads/", 1, graph.Fault{Status: 429, Header: http.Header{"Retry-After": {"0.05"}}}},
		"session runs out":           {"PUT", "/uploads/", 1, graph.Fault{Status: 404}},
		"session made, answer lost":  {"POST", "/createUploadSession", 1, after(graph.Fault{Reset: true})},
		"listing fails":              {"GET", "/attachments", 2, graph.Fault{Status: 500}},
		"sent, answer lost":          {"POST", "/send", 1, after(graph.Fault{Reset: true})},
		"draft made, answer lost":    {"POST", "/messages", 1, after(graph.Fault{Reset: true})},
		"wrong piece, as it is told": {"PUT", "/uploads/", 1, graph.Fault{Status: 416}},
	}
	small, big := random(1, 40_000), random(2, 4<<20+17)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ctx := ready(t, 2), t.Context()
			r.fault(tc.method, tc.part, tc.times, tc.fault)
			files := []int64{r.attach("note.txt", small), r.attach("plan.pdf", big)}
			_, err := r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "anna@customer.example"}}, Subject: "Files", Text: "Here.", Files: files})
			must(t, err)
			r.sent()
			mails := r.box.SentMail()
			if len(mails) != 1 || len(mails[0].Attachments) != 2 {
				t.Fatalf("%d sent, %d files", len(mails), len(mails[0].Attachments))
			}
			for _, a := range mails[0].Attachments {
				want := map[string][]byte{"note.txt": small, "plan.pdf": big}[a.Name]
				if sha256.Sum256(a.Bytes) != sha256.Sum256(want) {
					t.Fatalf("%s arrived otherwise: %d bytes of %d", a.Name, len(a.Bytes), len(want))
				}
			}
			r.until("the copies are removed", func() bool { return r.blobs() == 0 })
		})
	}
}

// The program ends in the middle of an upload; the next start goes on where the service's next expected range is.
func TestUploadGoesOnAfterAQuit(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	var puts atomic.Int64
	var ranges sync.Map
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if req.Method == http.MethodPut {
			if req.Header.Get("Authorization") != "" {
				t.Error("the token was sent to the upload's address")
			}
			n := puts.Add(1)
			if n == 3 {
				return &graph.Fault{Delay: time.Hour}
			}
			ranges.Store(n, req.Header.Get("Content-Range"))
		}
		return nil
	})
	big := random(3, 10<<20)
	_, err := r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "anna@customer.example"}}, Subject: "Big", Files: []int64{r.attach("big.bin", big)}})
	must(t, err)
	r.until("two pieces are there", func() bool { return puts.Load() == 3 })
	items, err := r.m.Outbox(ctx)
	must(t, err)
	if sent, total := items[0].Progress(); sent != 2*12*320<<10 || total != 10<<20 {
		t.Fatalf("progress %d of %d", sent, total)
	}
	st, err := r.m.Status(ctx)
	must(t, err)
	if st[0].FilesSent == 0 || st[0].FilesTotal != 10<<20 {
		t.Fatalf("%+v", st[0])
	}
	r.stop()
	r.start()
	r.sent()
	mails := r.box.SentMail()
	if len(mails) != 1 || !bytes.Equal(mails[0].Attachments[0].Bytes, big) {
		t.Fatal("not whole")
	}
	if next, _ := ranges.Load(int64(4)); !strings.HasPrefix(fmt.Sprint(next), fmt.Sprintf("bytes %d-", 2*12*320<<10)) {
		t.Fatalf("it began again at %v", next)
	}
}

func TestFilesAreKeptTakenBackAndForgotten(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	r.m.undoSend = time.Hour
	var bad ErrBadInput
	if _, err := r.m.Attach(ctx, "d", "huge.iso", MaxFileSize+1, strings.NewReader("")); !errors.As(err, &bad) || bad.Why != "toolarge" {
		t.Fatal(err)
	}
	if _, err := r.m.Attach(ctx, "d", "endless", -1, zeros{}); !errors.As(err, &bad) || bad.Why != "toolarge" || r.blobs() != 0 {
		t.Fatal(err, r.blobs())
	}
	id := r.attach("a.txt", []byte("one"))
	st, err := os.Stat(r.m.files)
	must(t, err)
	entries, _ := os.ReadDir(r.m.files)
	info, _ := entries[0].Info()
	if st.Mode().Perm() != 0o700 || info.Mode().Perm() != 0o600 {
		t.Fatalf("others may read it: %v %v", st.Mode(), info.Mode())
	}
	if _, err := r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "a@b.example"}}, Subject: "x", Files: []int64{id, 999}}); !errors.As(err, &bad) || bad.Why != "missing" {
		t.Fatal(err)
	}
	row, err := r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "a@b.example"}}, Subject: "x", Files: []int64{id}})
	must(t, err)
	must(t, r.m.Detach(ctx, id)) // it is the mail's now
	files, err := r.m.TakeBack(ctx, row, "mail.draft.x")
	must(t, err)
	if len(files) != 1 || files[0].ID != id || r.blobs() != 1 {
		t.Fatalf("%+v, %d copies", files, r.blobs())
	}
	must(t, r.m.SweepFiles(ctx)) // there is no such draft
	if r.blobs() != 0 {
		t.Fatal("the copy outlives its draft")
	}
	row, err = r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "a@b.example"}}, Subject: "x", Files: []int64{r.attach("b.txt", []byte("two"))}})
	must(t, err)
	must(t, r.m.Discard(ctx, row))
	if r.blobs() != 0 {
		t.Fatal("the copy outlives its mail")
	}
	r.attach("c.txt", []byte("three"))
	_, err = r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "a@b.example"}}, Subject: "x", Files: []int64{r.attach("d.txt", []byte("four"))}})
	must(t, err)
	must(t, r.m.Erase(context.WithoutCancel(ctx), r.account))
	if r.blobs() != 1 { // that of the draft, which goes with the drafts
		t.Fatalf("%d copies after the account was erased", r.blobs())
	}
}

// The program is ended at random moments while files go out and the network fails at random; at the end every mail has been
// delivered once, with every byte of its files.
func TestFilesSurviveQuitsAtRandomMoments(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	rng := rand.New(rand.NewPCG(5, 8))
	r.h.SetIntercept(func(*http.Request) *graph.Fault {
		switch n := rand.N(14); {
		case n == 0:
			return &graph.Fault{Reset: true, AfterApply: true}
		case n == 1:
			return &graph.Fault{Status: 504, AfterApply: true}
		case n == 2:
			return &graph.Fault{Reset: true}
		case n == 3:
			return &graph.Fault{Delay: 20 * time.Millisecond}
		}
		return nil
	})
	const mails = 4
	for i := range 12 {
		if i < mails {
			files := []int64{r.attach("small.txt", random(uint64(i), 2000)), r.attach("big.bin", random(uint64(100+i), 5<<20))}
			_, err := r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "anna@customer.example"}}, Subject: fmt.Sprint("Files ", i), Files: files})
			must(t, err)
		}
		time.Sleep(time.Duration(rng.IntN(80)) * time.Millisecond)
		r.stop()
		r.start()
	}
	r.h.SetIntercept(nil)
	r.m.SyncNow(r.account)
	r.sent()
	seen := map[string]int{}
	for _, m := range r.box.SentMail() {
		seen[m.Subject]++
		var i int
		_, err := fmt.Sscanf(m.Subject, "Files %d", &i)
		must(t, err)
		if len(m.Attachments) != 2 {
			t.Fatalf("%s has %d files", m.Subject, len(m.Attachments))
		}
		for _, a := range m.Attachments {
			want := map[string][]byte{"small.txt": random(uint64(i), 2000), "big.bin": random(uint64(100+i), 5<<20)}[a.Name]
			if !bytes.Equal(a.Bytes, want) {
				t.Fatalf("%s: %s arrived otherwise", m.Subject, a.Name)
			}
		}
	}
	for i := range mails {
		if seen[fmt.Sprint("Files ", i)] != 1 {
			t.Fatalf("delivered %v", seen)
		}
	}
	r.until("the copies are removed", func() bool { return r.blobs() == 0 })
}
