package mirror

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
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

// writes are the requests that could change anything: all but GET.
func (w *watch) writes() (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.seen {
		if !strings.HasPrefix(s, "GET ") && !strings.HasSuffix(s, "/$batch") { // what a batch holds is seen by itself
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
	r, ctx := ready(t, 130), t.Context()
	var ids []int64
	for i := range 120 {
		ids = append(ids, r.mail(fmt.Sprintf("Quote %d", i)).ID)
	}
	gone := r.graphID("message", ids[7])
	r.m.Close()
	must(t, r.box.RemoveMessage(gone))
	must(t, r.m.MarkRead(ctx, ids, true))
	must(t, r.m.Flag(ctx, ids[:10], true))
	must(t, r.m.Move(ctx, ids[60:100], "archive"))
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
	r.until("the outbox is empty", func() bool { // not by Outbox, which makes much of each row
		time.Sleep(50 * time.Millisecond)
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM outbox`).Scan(&n))
		return n == 0
	})
	r.synced()
	r.same()
	wire.mu.Lock()
	defer wire.mu.Unlock()
	batches, single := 0, 0
	for _, e := range wire.sent {
		if strings.HasSuffix(e.path, "/$batch") {
			if bytes.Contains(e.body, []byte("PATCH")) || bytes.Contains(e.body, []byte("/move")) { // else a poll
				batches++
			}
		} else if e.method != http.MethodGet {
			single++
		}
	}
	if batches > 10 || single > 2 {
		t.Fatalf("%d batches and %d single requests for 160 marks", batches, single)
	}
	if got, _ := r.box.Message(r.graphID("message", ids[70])); got.Folder != "archive" || !got.Read {
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
			must(t, r.m.Disconnect(ctx, r.account))
			r.m.retry = time.Hour // so that the making is not tried again by itself
			r.connect()
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
