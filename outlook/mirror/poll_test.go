package mirror

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
	"supercrm/outlook"
)

// counter notes the requests that really go over the network.
type counter struct {
	http.RoundTripper
	mu   sync.Mutex
	sent []string
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.sent = append(c.sent, r.Method+" "+path.Base(r.URL.Path))
	c.mu.Unlock()
	return c.RoundTripper.RoundTrip(r)
}

func (c *counter) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.sent
	c.sent = nil
	return out
}

// manyFolders makes folders with a message each and gives their ids.
func (r *rig) manyFolders(n int) (ids []string) {
	r.t.Helper()
	must(r.t, r.box.Do(func(b *mailbox.Box) error {
		for i := range n {
			f, err := b.NewFolder(b.Root(), fmt.Sprintf("Project %03d", i))
			if err != nil {
				return err
			}
			m := &mailbox.Message{Subject: fmt.Sprintf("Kept in %03d", i), From: mailbox.Address{Addr: "anna.lindqvist@nordwind-logistics.example"}, Received: b.Now().Add(-time.Duration(i) * time.Hour)}
			m.SetBody(mailbox.Body{Text: "Filed."})
			b.Add(f, m, true)
		}
		return nil
	}))
	for i := range n {
		ids = append(ids, r.box.FolderID(fmt.Sprintf("Project %03d", i)))
	}
	return ids
}

// settledRig is a rig whose mailbox has been mirrored and whose worker rests: polls are made by the test.
func settledRig(t testing.TB, folders int) (*rig, *counter, []string) {
	r := newRig(t)
	r.pollEvery = time.Hour
	c := &counter{RoundTripper: r.http.Transport}
	r.http.Transport = c
	r.furnish(12)
	ids := r.manyFolders(folders)
	r.offset.Add(int64(5 * time.Second)) // the newest change is one message, not the whole mailbox
	must(t, r.box.SetRead(r.box.Messages("inbox")[0].ID, true))
	r.start()
	r.until("the first round ends", func() bool {
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM sync_state WHERE scope='all'`).Scan(&n))
		return n == 1
	})
	r.until("attachments are listed and kept", func() bool {
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM message WHERE attachments='' OR has_attachments AND files=0`).Scan(&n))
		return n == 0
	})
	c.take()
	return r, c, ids
}

// polled makes one poll and gives the requests that it took.
func (r *rig) polled(c *counter) []string {
	r.t.Helper()
	c.take()
	must(r.t, r.turn())
	return c.take()
}

func (r *rig) turn() error {
	w := r.m.runner(r.account)
	return w.turn(w.ctx)
}

func TestNothingNewCostsOneRequest(t *testing.T) {
	t.Parallel()
	r, c, _ := settledRig(t, 300)
	r.polled(c) // the first may still meet the second in which the mailbox was filled
	for range 20 {
		if sent := r.polled(c); len(sent) != 1 || sent[0] != "POST $batch" {
			t.Fatalf("a poll with nothing new made %v", sent)
		}
	}
	r.same()
}

// Whatever happens in a folder that nobody looks at, the next poll finds it.
func TestPollFindsChangesInAnyFolder(t *testing.T) {
	t.Parallel()
	r, c, ids := settledRig(t, 60)
	subjects := func(folder string) (out []string) {
		for _, m := range r.box.Messages(folder) {
			out = append(out, m.Subject)
		}
		return out
	}
	first := func(folder string) string { return r.box.Messages(folder)[0].ID }
	for i, change := range []func(folder string) error{
		func(folder string) error { return r.box.SetRead(first(folder), false) },
		func(folder string) error { return r.box.RemoveMessage(first(folder)) },
		func(folder string) error { return r.box.MoveMessage(first(folder), ids[0]) },
		func(string) error { return r.box.MoveMessage(first("inbox"), ids[59]) },
	} {
		folder := ids[10+7*i]
		must(t, change(folder))
		sent := r.polled(c)
		if len(sent) < 2 || len(sent) > 12 {
			t.Errorf("change %d took %v", i, sent)
		}
		for _, id := range []string{folder, ids[0], ids[59], r.box.FolderID("Inbox")} {
			var have []string
			rows, err := r.db.Reader().Query(`SELECT m.subject, m.is_read FROM message m JOIN mail_folder f ON f.id=m.folder_id WHERE f.graph_id=?`, id)
			must(t, err)
			read := map[string]bool{}
			for rows.Next() {
				var s string
				var is bool
				must(t, rows.Scan(&s, &is))
				have, read[s] = append(have, s), is
			}
			must(t, rows.Close())
			want := subjects(id)
			slices.Sort(have)
			slices.Sort(want)
			if !slices.Equal(have, want) {
				t.Fatalf("after change %d a folder has %v, the mailbox %v", i, have, want)
			}
			for _, m := range r.box.Messages(id) {
				if read[m.Subject] != m.Read {
					t.Fatalf("after change %d %q is read: %v", i, m.Subject, read[m.Subject])
				}
			}
		}
	}
}

// A hard deletion that no count tells of is found when the folder's turn comes.
func TestRotationFindsWhatProbesMiss(t *testing.T) {
	r, c, ids := settledRig(t, 30)
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if strings.HasSuffix(req.URL.Path, "/mailFolders/delta") {
			return &graph.Fault{Status: 503} // the list with the counts is not to be had
		}
		return nil
	})
	must(t, r.box.RemoveMessage(r.box.Messages(ids[23])[0].ID))
	for polls := 0; ; polls++ {
		if err := r.turn(); !outlook.IsServer(err) {
			t.Fatalf("the poll ended with %v", err)
		}
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM message m JOIN mail_folder f ON f.id=m.folder_id WHERE f.graph_id=?`, ids[23]).Scan(&n))
		if n == 0 {
			break
		}
		if polls > 4 {
			t.Fatal("the message is still there")
		}
	}
	r.h.SetIntercept(nil)
	r.polled(c)
	r.same()
}

func TestPollWithoutBatchAndProbe(t *testing.T) {
	for name, fault := range map[string]func(*http.Request) *graph.Fault{
		"no batch": func(req *http.Request) *graph.Fault {
			if strings.HasSuffix(req.URL.Path, "/$batch") {
				return &graph.Fault{Status: 403}
			}
			return nil
		},
		"no probe": func(req *http.Request) *graph.Fault {
			if strings.HasSuffix(req.URL.Path, "/me/messages") {
				return &graph.Fault{Status: 400, Code: "InefficientFilter"}
			}
			return nil
		},
		"neither": func(req *http.Request) *graph.Fault {
			if strings.HasSuffix(req.URL.Path, "/$batch") || strings.HasSuffix(req.URL.Path, "/me/messages") {
				return &graph.Fault{Status: 400}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, c, ids := settledRig(t, 30)
			r.h.SetIntercept(fault)
			r.polled(c)
			r.box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna.lindqvist@nordwind-logistics.example"}, To: []mailbox.Address{{Addr: me}}, Subject: "After all", Body: mailbox.Body{Text: "x"}})
			must(t, r.box.RemoveMessage(r.box.Messages(ids[3])[0].ID))
			if sent := r.polled(c); len(sent) > 40 {
				t.Errorf("a poll made %d requests", len(sent))
			}
			r.same()
		})
	}
}

// Parts that the service throttles are read again after the time it named, by the whole mailbox.
func TestThrottledParts(t *testing.T) {
	r, c, _ := settledRig(t, 5)
	r.box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna.lindqvist@nordwind-logistics.example"}, To: []mailbox.Address{{Addr: me}}, Subject: "Throttled", Body: mailbox.Body{Text: "x"}})
	var once sync.Once
	r.h.SetIntercept(func(req *http.Request) (f *graph.Fault) {
		if strings.HasSuffix(req.URL.Path, "/messages/delta") {
			once.Do(func() { f = &graph.Fault{Status: 429, Header: http.Header{"Retry-After": {"1"}}} })
		}
		return f
	})
	begun := time.Now()
	r.polled(c)
	if d := time.Since(begun); d < 900*time.Millisecond {
		t.Errorf("the poll ended after %v", d)
	}
	r.same()
}

// Batches that lie, are cut or come late never cost a message.
func TestPollsUnderFaultsDeleteNothing(t *testing.T) {
	r, _, _ := settledRig(t, 10)
	kinds := []graph.Fault{{Cut: graph.CutSilent}, {Cut: graph.CutReset}, {Status: 500}, {Status: 504, AfterApply: true}, {Status: 401}, {Status: 410}, {Reset: true}, {Quirks: &graph.Quirks{EmptyPages: true, Replays: true}}}
	var mu sync.Mutex
	i := 0
	r.h.SetIntercept(func(*http.Request) *graph.Fault {
		mu.Lock()
		defer mu.Unlock()
		if i++; i%3 == 0 {
			return &kinds[(i/3)%len(kinds)]
		}
		return nil
	})
	var before int
	must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM message`).Scan(&before))
	for range 60 {
		_ = r.turn()
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM message`).Scan(&n))
		if n != before {
			t.Fatalf("%d messages of %d", n, before)
		}
	}
	r.h.SetIntercept(nil)
	must(t, r.turn())
	r.same()
}
