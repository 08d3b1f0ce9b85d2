package mail

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// drawn is the text that an object shows.
func drawn(o fyne.CanvasObject) string {
	var b strings.Builder
	walk(o, func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *canvas.Text:
			b.WriteString(o.Text + "\n")
		case *widget.Label:
			b.WriteString(o.Text + "\n")
		}
	})
	return b.String()
}

func walk(o fyne.CanvasObject, each func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	each(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			walk(c, each)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			walk(c, each)
		}
	}
}

// press taps the button with a label.
func (f *fixture) press(in fyne.CanvasObject, label string) {
	f.t.Helper()
	var found *kit.Button
	walk(in, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Label == label {
			found = b
		}
	})
	if found == nil {
		f.t.Fatalf("no button %q in:\n%s", label, drawn(in))
	}
	test.Tap(found)
	f.Settle()
}

func (f *fixture) flags(id int64) (read, flagged bool, folder int64) {
	f.t.Helper()
	must(f.t, f.DB().Reader().QueryRow(`SELECT is_read, flagged, folder_id FROM message WHERE id=?`, id).Scan(&read, &flagged, &folder))
	return read, flagged, folder
}

func TestReaderShowsTheMessage(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		f.add(tx, letter{subject: "Offer", html: true, body: "<p>Hello <b>Maya</b></p>", thread: "A",
			to: []mirror.Address{{Name: "Maya", Addr: "Maya.Torres@harborline.example"}, {Name: "Jonas Weber", Addr: "jonas@harborline.example"}},
			cc: []mirror.Address{{Addr: "ops@customer.example"}}})
	})
	f.choose(0)
	s := drawn(f.reader.object)
	for _, want := range []string{"Offer", "Anna Berg", "anna.berg@customer.example", "to Maya, Jonas Weber · cc ops@customer.example", "Hello ", "Mon 23 Nov 2026"} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is not in\n%s", want, s)
		}
	}
	want := []page.Party{{Name: "Anna Berg", Addr: "anna.berg@customer.example"}, {Name: "Jonas Weber", Addr: "jonas@harborline.example"}, {Addr: "ops@customer.example"}}
	if len(f.Parties) != 3 || f.Parties[0] != want[0] || f.Parties[1] != want[1] || f.Parties[2] != want[2] {
		t.Fatal(f.Parties)
	}
	test.Tap(f.reader.head.more)
	if s := drawn(f.reader.object); !strings.Contains(s, "<jonas@harborline.example>") {
		t.Fatal(s)
	}
}

func TestAMessageInViewIsMarkedReadAndUUndoesIt(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { f.add(tx, letter{subject: "New", body: "x"}) })
	id := f.choose(0)
	f.Settle()
	if read, _, _ := f.flags(id); !read {
		t.Fatal("not marked read")
	}
	f.TypedRune('u')
	f.Settle()
	if read, _, _ := f.flags(id); read {
		t.Fatal("U does not mark it unread, or it was marked read again at once")
	}
	f.TypedRune('u')
	f.Settle()
	if read, _, _ := f.flags(id); !read {
		t.Fatal("U does not mark it read again")
	}
}

func TestALookInPassingDoesNotMarkRead(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		f.add(tx, letter{subject: "A", body: "x", age: time.Minute})
		f.add(tx, letter{subject: "B", body: "x", age: time.Hour})
	})
	f.readAfter = 300 * time.Millisecond
	first := f.choose(0)
	f.choose(1)
	f.Settle()
	f.Settle()
	if read, _, _ := f.flags(first); read {
		t.Fatal("it was marked read without having been looked at")
	}
}

func TestFlag(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { f.add(tx, letter{subject: "New"}) })
	id := f.choose(0)
	f.press(f.reader.object, "Reply") // the reader has the buttons; the keys do the same
	f.writing.discard()
	f.TypedRune('g')
	f.Settle()
	if _, flagged, _ := f.flags(id); !flagged || !f.reader.tools.flag.On {
		t.Fatal("not flagged")
	}
}

func TestArchiveOpensTheNextAndIsUndone(t *testing.T) {
	var ids []int64
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { ids = many(f, tx, 3) })
	f.choose(1)
	f.TypedRune('e')
	f.Settle()
	if _, _, folder := f.flags(ids[1]); folder != f.folder["archive"] {
		t.Fatal("not archived")
	}
	if f.reader.id != ids[2] || f.list.list.Selected() != 1 || len(f.list.model.ids) != 2 {
		t.Fatal(f.reader.id, f.list.list.Selected())
	}
	f.Undo()
	f.Settle()
	if _, _, folder := f.flags(ids[1]); folder != f.folder["inbox"] || f.reader.id != ids[1] {
		t.Fatal("not undone")
	}
	if n := f.outbox(); n != 0 {
		t.Fatal(n, "edits are queued for nothing")
	}
}

func (f *fixture) outbox() (n int) {
	f.t.Helper()
	must(f.t, f.DB().Reader().QueryRow(`SELECT count(*) FROM outbox`).Scan(&n))
	return n
}

func TestDeleteOfTheLastMessageEmptiesTheReader(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { many(f, tx, 1) })
	id := f.choose(0)
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	f.Settle()
	if _, _, folder := f.flags(id); folder != f.folder["deleteditems"] || f.reader.id != 0 || len(f.Parties) != 0 {
		t.Fatal("not deleted, or still shown")
	}
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete}) // with nothing selected
	f.TypedRune('r')
	f.TypedRune('u')
	f.Settle()
}

func TestARefusedMoveIsTold(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { many(f, tx, 2) })
	f.choose(0)
	f.data.set(func() { f.data.fail = errors.New("no") })
	f.Archive()
	f.Settle()
	if len(f.Failures) != 1 || len(f.Toasts) != 0 || len(f.list.model.ids) != 2 {
		t.Fatal(f.Failures, f.Toasts)
	}
}

func TestConversationFoldsOut(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		f.add(tx, letter{subject: "Re: Q", body: "the answer", thread: "A"})
		f.add(tx, letter{subject: "Q", body: "the question", preview: "short", thread: "A", age: time.Hour, folder: "archive"})
		for i := range 6 {
			f.add(tx, letter{subject: "Q", body: "older", thread: "A", age: time.Duration(i+2) * time.Hour, folder: "archive"})
		}
	})
	f.choose(0)
	if len(f.reader.thread.rows) != 7 {
		t.Fatal(len(f.reader.thread.rows))
	}
	s := drawn(f.reader.thread.object)
	if strings.Contains(s, "the question") || !strings.Contains(s, "short") || !strings.Contains(s, "3 earlier messages") {
		t.Fatal(s)
	}
	var rows []*threadRow
	walk(f.reader.thread.object, func(o fyne.CanvasObject) {
		if r, ok := o.(*threadRow); ok {
			rows = append(rows, r)
		}
	})
	test.Tap(rows[len(rows)-1])
	f.Settle()
	if s := drawn(f.reader.thread.object); !strings.Contains(s, "the question") {
		t.Fatal(s)
	}
	f.press(f.reader.thread.object, "Open this message")
	if f.reader.shown == nil || f.reader.shown.msg.Body != "the question" || f.list.folder.WellKnown != "archive" || f.list.list.Selected() < 0 {
		t.Fatal("the message is not opened in its folder")
	}
}

func TestABodyThatIsNotMirroredIsAskedFor(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		f.add(tx, letter{subject: "Later", preview: "The beginning", nobody: true})
	})
	id := f.choose(0)
	if len(f.data.fetched) != 1 || f.data.fetched[0] != id {
		t.Fatal(f.data.fetched)
	}
	if s := drawn(f.reader.object); !strings.Contains(s, "The beginning") || !strings.Contains(s, "The rest of this message") {
		t.Fatal(s)
	}
	f.write(func(tx *store.Tx) {
		_, err := tx.Exec(`UPDATE message SET body_type='text', body='All of it' WHERE id=?`, id)
		must(t, err)
		tx.Changed(store.Messages, id)
	})
	if s := drawn(f.reader.object); !strings.Contains(s, "All of it") || strings.Contains(s, "The rest of this message") {
		t.Fatal(s)
	}
}

func TestAttachmentsAreSavedWithoutOverwriting(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		f.add(tx, letter{subject: "Files", html: true, body: "x", files: []mirror.Attachment{
			{GraphID: "a", Name: "../../plan.pdf", Size: 1_234_567}, {GraphID: "b", Name: "logo.png", Inline: true}}})
	})
	f.data.files["a"] = "content"
	f.choose(0)
	var found []*fileChip
	walk(f.reader.object, func(o fyne.CanvasObject) {
		if c, ok := o.(*fileChip); ok {
			found = append(found, c)
		}
	})
	if len(found) != 1 || !strings.Contains(drawn(found[0]), "1.2 MB") {
		t.Fatal(len(found))
	}
	for range 2 {
		f.reader.chips.save(f.reader.chips.files[0])
		f.Settle()
	}
	for _, name := range []string{"_.._plan.pdf", "_.._plan (2).pdf"} {
		b, err := os.ReadFile(filepath.Join(f.downloads, name))
		if err != nil || string(b) != "content" {
			t.Fatal(err, string(b))
		}
	}
	if len(f.Toasts) != 2 || !strings.Contains(f.Toasts[1], "(2).pdf") {
		t.Fatal(f.Toasts)
	}
	f.data.set(func() { f.data.fail = errors.New("cut off") })
	f.reader.chips.save(f.reader.chips.files[0])
	f.Settle()
	left, err := os.ReadDir(f.downloads)
	must(t, err)
	if len(left) != 2 || len(f.Failures) != 1 {
		t.Fatal("half a file stays, or the failure is not told")
	}
}

func TestFailedEditsStandOnTheMessage(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		id := f.add(tx, letter{subject: "Q", body: "x", read: true})
		f.insert(tx, `INSERT INTO outbox (account_id, kind, item_kind, item_id, payload, state, error, attempts, created_at) VALUES (?,'mail.reply','message',?,'{}','failed','refused',1,1)`, f.account, id)
		f.insert(tx, `INSERT INTO outbox (account_id, kind, item_kind, item_id, payload, state, error, attempts, created_at) VALUES (?,'mail.send','message',0,'{"Subject":"Hello"}','failed','toolarge',1,1)`, f.account)
	})
	f.choose(0)
	if s := drawn(f.reader.object); !strings.Contains(s, "Your reply was not sent") || !strings.Contains(s, "The server refused it.") {
		t.Fatal(s)
	}
	if s := drawn(f.list.object); !strings.Contains(s, "“Hello” was not sent") {
		t.Fatal(s)
	}
	f.press(f.list.failUI, "Discard")
	f.Yes()
	f.Settle()
	if s := drawn(f.list.object); strings.Contains(s, "was not sent") || f.outbox() != 1 {
		t.Fatal(s)
	}
	f.press(f.reader.banners, "Try again")
	if s := drawn(f.reader.object); strings.Contains(s, "Your reply was not sent") || f.outbox() != 1 {
		t.Fatal(s)
	}
}

func TestLinksAndTheBrowser(t *testing.T) {
	dir := ""
	t.Cleanup(func() { // after the program's end
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Error("the copy for the browser was not removed", err)
		}
	})
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		f.add(tx, letter{subject: "News", html: true, body: `<img src="https://x.example/a.png"><script>x()</script>`})
	})
	var opened []string
	f.openURL = func(u *url.URL) error {
		opened = append(opened, u.String())
		return nil
	}
	f.choose(0)
	f.press(f.reader.object, "Open in browser")
	f.Until("the browser is asked", func() bool { return len(opened) == 1 })
	u, err := url.Parse(opened[0])
	must(t, err)
	dir = filepath.Dir(u.Path)
	st, err := os.Stat(u.Path)
	must(t, err)
	b, err := os.ReadFile(u.Path)
	must(t, err)
	if u.Scheme != "file" || st.Mode().Perm() != 0o600 || strings.Contains(string(b), "<script") || !strings.Contains(string(b), "x.example/a.png") {
		t.Fatal(u, st.Mode(), string(b))
	}
	f.follow("https://good.example/")
	f.follow("javascript:alert(1)")
	f.follow("file:///etc/passwd")
	if len(opened) != 2 || opened[1] != "https://good.example/" {
		t.Fatal(opened)
	}
	f.follow("mailto:anna@customer.example")
	if f.writing == nil || f.writing.to.entry.Text != "anna@customer.example" {
		t.Fatal("a mail link does not open the composer")
	}
}

func TestOpenShowsAMessageOfAnotherFolder(t *testing.T) {
	var id int64
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		many(f, tx, 5)
		id = f.add(tx, letter{folder: "archive", subject: "Old", body: "x"})
	})
	f.Page.Open(id)
	f.Settle()
	if f.reader.shown == nil || f.reader.shown.msg.ID != id || f.list.folder.WellKnown != "archive" || f.list.list.Selected() != 0 {
		t.Fatal("not shown")
	}
	f.Page.Open(99999)
	f.Settle()
	if f.reader.id != 0 {
		t.Fatal("a message that is not there stays open")
	}
}

func TestChangesWhileOutOfViewAreCaughtUp(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { many(f, tx, 2) })
	f.Hidden()
	f.write(func(tx *store.Tx) { f.add(tx, letter{subject: "New", age: -time.Minute}) })
	if len(f.list.model.ids) != 2 {
		t.Fatal("a page out of view reads")
	}
	f.Shown()
	f.Settle()
	if s := f.screen(); len(f.list.model.ids) != 3 || s[0] != "New" {
		t.Fatal(s)
	}
}
