package mirror

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/outlook"
)

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
		"its own token runs out":     {"PUT", "/uploads/", 4, graph.Fault{Status: 401}},
		"it is forbidden":            {"PUT", "/uploads/", 1, graph.Fault{Status: 403}},
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

// A service that stumbles more often than it is asked again, but lets the file get on in between, is no reason to give it up.
func TestAFileThatGetsOnIsNotGivenUp(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	var puts atomic.Int64
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if req.Method == http.MethodPut && puts.Add(1)%4 != 0 {
			return &graph.Fault{Status: 500}
		}
		return nil
	})
	data := random(3, 6*outlook.UploadPiece-5)
	_, err := r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "anna@customer.example"}}, Subject: "A file", Text: "x", Files: []int64{r.attach("film.bin", data)}})
	must(t, err)
	r.until("it is sent", func() bool {
		box, err := r.m.Outbox(ctx)
		must(t, err)
		if len(box) > 0 && box[0].State == PendingFailed {
			t.Fatalf("given up after %d pieces: %+v", puts.Load(), box[0])
		}
		return len(box) == 0
	})
	if puts.Load() <= maxTries {
		t.Errorf("%d pieces only", puts.Load())
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
