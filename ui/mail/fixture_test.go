package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// fixture is the page on a real mirror without a network, in a real file.
type fixture struct {
	*Page
	*uitest.Host
	t       testing.TB
	data    *watched
	folder  map[string]int64 // by well-known name
	account int64
}

// watched is the mirror with its calls counted, and with faults and delays on demand.
type watched struct {
	*mirror.Mirror
	mu      sync.Mutex
	sends   int
	fetched []int64
	fail    error         // what edits give
	listing error         // what lists give
	hold    chan struct{} // messages wait for it
	holdFor int64         // this message only
	files   map[string]string
}

func (w *watched) count(fn func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	fn()
	return w.fail
}

func (w *watched) set(fn func()) { _ = w.count(fn) }

func (w *watched) MessageIDs(ctx context.Context, folder int64, unread bool) ([]int64, error) {
	w.mu.Lock()
	err := w.listing
	w.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return w.Mirror.MessageIDs(ctx, folder, unread)
}

func (w *watched) SendReply(ctx context.Context, r mirror.Reply) (int64, error) {
	if err := w.count(func() { w.sends++ }); err != nil {
		return 0, err
	}
	return w.Mirror.SendReply(ctx, r)
}

func (w *watched) FetchBody(ctx context.Context, id int64) error {
	_ = w.count(func() { w.fetched = append(w.fetched, id) })
	return w.Mirror.FetchBody(ctx, id)
}

func (w *watched) Message(ctx context.Context, id int64) (mirror.Message, error) {
	w.mu.Lock()
	hold, held := w.hold, w.holdFor == id
	w.mu.Unlock()
	if hold != nil && held {
		<-hold // as a slow disk would, deaf to the context
		return w.Mirror.Message(context.WithoutCancel(ctx), id)
	}
	return w.Mirror.Message(ctx, id)
}

func (w *watched) FetchAttachment(_ context.Context, _ int64, graphID string, out io.Writer) error {
	if err := w.count(func() {}); err != nil {
		_, _ = io.WriteString(out, "half")
		return err
	}
	_, err := io.WriteString(out, w.files[graphID])
	return err
}

func (w *watched) Move(ctx context.Context, ids []int64, to string) error {
	if err := w.count(func() {}); err != nil {
		return err
	}
	return w.Mirror.Move(ctx, ids, to)
}

// open makes the fixture, fills it, and shows the page.
func open(t testing.TB, size fyne.Size, drafts Drafts, fill func(*fixture, *store.Tx)) *fixture {
	t.Helper()
	h := uitest.New(t, size)
	f := &fixture{Host: h, t: t, folder: map[string]int64{}}
	f.data = &watched{files: map[string]string{}, Mirror: mirror.New(mirror.Options{DB: h.DB(), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }, Zone: "UTC"})}
	t.Cleanup(f.data.Close)
	must(t, h.DB().Write(t.Context(), "fixture", func(tx *store.Tx) error {
		f.account = f.insert(tx, `INSERT INTO account (key, upn, name, added_at) VALUES ('t.o','maya.torres@harborline.example','Maya Torres',1)`)
		for _, known := range []string{"inbox", "drafts", "sentitems", "archive", "deleteditems", "junkemail"} {
			f.addFolder(tx, known, known, "")
		}
		if fill != nil {
			fill(f, tx)
		}
		return nil
	}))
	f.Page = New(h, f.data, drafts)
	f.now = func() time.Time { return noon }
	f.downloads = t.TempDir()
	f.readAfter = 10 * time.Millisecond
	h.Show(f.Page)
	f.Until("folders and list are read", func() bool { return f.list.known || len(f.folders.entries) == 0 && f.boxes != nil })
	f.Settle()
	return f
}

func (f *fixture) insert(tx *store.Tx, query string, args ...any) int64 {
	f.t.Helper()
	var id int64
	must(f.t, tx.QueryRow(query+" RETURNING id", args...).Scan(&id))
	return id
}

func (f *fixture) addFolder(tx *store.Tx, name, known, parent string) int64 {
	id := f.insert(tx, `INSERT INTO mail_folder (account_id, graph_id, parent_graph_id, name, well_known) VALUES (?,?,?,?,?)`, f.account, "F"+name, parent, name, known)
	f.folder[name] = id
	tx.Changed(store.Folders)
	return id
}

// letter is a message to insert.
type letter struct {
	folder, from, name, subject, body, preview string
	to, cc                                     []mirror.Address
	html, read, flagged                        bool
	age                                        time.Duration
	thread                                     string
	files                                      []mirror.Attachment
	nobody                                     bool
}

func (f *fixture) add(tx *store.Tx, l letter) int64 {
	f.t.Helper()
	if l.folder == "" {
		l.folder = "inbox"
	}
	if l.from == "" {
		l.from, l.name = "anna.berg@customer.example", "Anna Berg"
	}
	if l.to == nil {
		l.to = []mirror.Address{{Name: "Maya Torres", Addr: "maya.torres@harborline.example"}}
	}
	kind := "text"
	if l.html {
		kind = "html"
	}
	if l.nobody {
		kind = ""
	}
	if l.files == nil {
		l.files = []mirror.Attachment{}
	}
	people, err := json.Marshal(map[string]any{"to": l.to, "cc": l.cc, "bcc": []int{}, "replyTo": []int{}})
	must(f.t, err)
	files, err := json.Marshal(l.files)
	must(f.t, err)
	at := noon.Add(-l.age).UnixMilli()
	id := f.insert(tx, `INSERT INTO message (account_id, folder_id, graph_id, conversation, subject, from_name, from_addr, recipients, received_at, sent_at,
		is_read, flagged, has_attachments, preview, body_type, body, attachments) VALUES (?,?,lower(hex(randomblob(8))),?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		f.account, f.folder[l.folder], l.thread, l.subject, l.name, l.from, string(people), at, at, l.read, l.flagged, len(l.files) > 0, l.preview, kind, l.body, string(files))
	tx.Changed(store.Messages, id)
	tx.Changed(store.Folders)
	return id
}

// write runs a transaction and waits for the page to have taken it in.
func (f *fixture) write(fn func(tx *store.Tx)) {
	f.t.Helper()
	must(f.t, f.DB().Write(f.t.Context(), "test", func(tx *store.Tx) error {
		fn(tx)
		return nil
	}))
	f.Settle()
}

// choose selects a row of the list and waits for the reader.
func (f *fixture) choose(i int) int64 {
	f.t.Helper()
	f.list.list.Select(i)
	id := f.list.model.ids[i]
	f.Until("the message is read", func() bool { return f.reader.id == id && f.reader.shown != nil })
	return id
}

// many adds plain messages, newest first, and returns their ids in the order of the list.
func many(f *fixture, tx *store.Tx, n int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = f.add(tx, letter{subject: fmt.Sprintf("Message %d", i), preview: "Preview of it", body: fmt.Sprintf("Body %d", i), age: time.Duration(i) * time.Minute, read: true, thread: fmt.Sprint("T", i)})
	}
	return ids
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
