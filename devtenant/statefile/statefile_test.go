package statefile_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/statefile"
)

// filled is a mailbox of n messages.
func filled(n int) (*mailbox.Registry, *mailbox.Mailbox) {
	reg := mailbox.NewRegistry(time.Now)
	m := reg.Add(mailbox.Owner{ObjectID: "1", UPN: "ada@tenant.example", Name: "Ada"})
	for i := range n {
		m.Deliver(mailbox.Mail{Subject: fmt.Sprint("message ", i), Body: mailbox.Body{Text: strings.Repeat(fmt.Sprint("text of ", i, ", "), 40)}})
	}
	return reg, m
}

func open(t testing.TB, path string) *statefile.File {
	t.Helper()
	f, err := statefile.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Abandon)
	return f
}

func save(t testing.TB, f *statefile.File, reg *mailbox.Registry) {
	t.Helper()
	if err := f.Save(t.Context(), reg, nil, statefile.Chunk); err != nil {
		t.Fatal(err)
	}
}

func bytesOf(t *testing.T, path string) (n int64) {
	t.Helper()
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(path + end); err == nil {
			n += info.Size()
		}
	}
	return n
}

// A change writes itself, not the mailbox; what was there is written bit by bit.
func TestAChangeIsSmall(t *testing.T) {
	reg, m := filled(1000)
	path := filepath.Join(t.TempDir(), "state")
	f := open(t, path)
	saves := 0
	for save(t, f, reg); f.Behind(); save(t, f, reg) {
		saves++
	}
	if saves < 4 {
		t.Errorf("1,000 messages were written in %d transactions", saves+1)
	}
	whole := bytesOf(t, path)
	for i := range 5 {
		if err := m.SetRead(m.Messages("inbox")[i*100].ID, true); err != nil {
			t.Fatal(err)
		}
		save(t, f, reg)
	}
	if more := bytesOf(t, path) - whole; more > whole/4 {
		t.Errorf("five changes wrote %d bytes, the mailbox has %d", more, whole)
	}
}

// Killed while the first messages are written: the rest comes from the mailbox as it was filled, what has changed and
// what is gone does not come back.
func TestUnfinished(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	reg, m := filled(1000)
	f := open(t, path)
	all := m.Messages("inbox")
	save(t, f, reg)
	for _, i := range []int{0, 999} {
		if err := m.RemoveMessage(all[i].ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.MoveMessage(all[998].ID, "archive"); err != nil {
		t.Fatal(err)
	}
	save(t, f, reg)
	f.Abandon()
	f = open(t, path)
	if f.Whole(t.Context()) {
		t.Fatal("it says that every message is written")
	}
	again, m2 := filled(1000)
	if err := f.Restore(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	m2, _ = again.Mailbox(m2.Owner().UPN)
	inbox, _ := m2.Counts("inbox")
	archive, _ := m2.Counts("archive")
	if inbox != 997 || archive != 1 {
		t.Errorf("%d in the inbox, %d in the archive", inbox, archive)
	}
	for _, i := range []int{1, 500, 997} {
		got, err := m2.Message(all[i].ID)
		if err != nil || got.Subject != all[i].Subject || got.Body != all[i].Body || got.ETag != all[i].ETag {
			t.Errorf("message %d: %v %v", i, got.Subject, err)
		}
	}
	for save(t, f, again); f.Behind(); save(t, f, again) {
	}
	f.Abandon()
	f = open(t, path)
	last := mailbox.NewRegistry(time.Now)
	if !f.Whole(t.Context()) {
		t.Fatal("it says that messages are missing")
	}
	if err := f.Restore(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	m3, _ := last.Mailbox("1")
	if n, _ := m3.Counts("inbox"); n != 997 {
		t.Errorf("%d in the inbox at last", n)
	}
	if got, err := m3.Message(all[997].ID); err != nil || got.Body != all[997].Body {
		t.Errorf("%v %v", got, err)
	}
}

// After a crash a delta link that is ahead of the file is too old, also once the counter has passed it.
func TestLostCounters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	reg, m := filled(3)
	f := open(t, path)
	save(t, f, reg)
	counter := func(m *mailbox.Mailbox) (n uint64) {
		_ = m.Do(func(b *mailbox.Box) error { n = b.Counter(); return nil })
		return n
	}
	kept := counter(m)
	m.Deliver(mailbox.Mail{Subject: "lost"})
	lost := counter(m)
	f.Abandon() // as a kill does
	f = open(t, path)
	again := mailbox.NewRegistry(time.Now)
	if err := f.Restore(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	m, _ = again.Mailbox("1")
	for range 10 {
		m.Deliver(mailbox.Mail{Subject: "new"})
	}
	_ = m.Do(func(b *mailbox.Box) error {
		if _, err := b.Tombstones(0, kept); err != nil {
			t.Errorf("the counter that was kept: %v", err)
		}
		if _, err := b.Tombstones(0, lost); !errors.Is(err, mailbox.ErrSyncState) {
			t.Errorf("the counter that was lost: %v", err)
		}
		if _, err := b.Tombstones(0, b.Counter()); err != nil {
			t.Errorf("the counter of now: %v", err)
		}
		return nil
	})
}

// What cannot be written is written by the next save.
func TestAFailedSaveLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	reg, m := filled(3)
	f := open(t, path)
	save(t, f, reg)
	id := m.Deliver(mailbox.Mail{Subject: "late", Body: mailbox.Body{Text: "words"}})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Save(ended, reg, map[string][]byte{"v": []byte("1")}, statefile.Chunk); err == nil {
		t.Fatal("a save with an ended context says that it has saved")
	}
	if err := f.Close(t.Context(), reg, map[string][]byte{"v": []byte("2")}); err != nil {
		t.Fatal(err)
	}
	f = open(t, path)
	again := mailbox.NewRegistry(time.Now)
	if err := f.Restore(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	m, _ = again.Mailbox("1")
	if got, err := m.Message(id); err != nil || got.Body.Text != "words" || string(f.Value("v")) != "2" {
		t.Errorf("%v %v", got, err)
	}
}

// BenchmarkSaveOneChange is what a request waits for before it is answered (bar: 2 ms).
func BenchmarkSaveOneChange(b *testing.B) {
	reg, m := filled(100_000)
	f := open(b, filepath.Join(b.TempDir(), "state"))
	if err := f.Save(b.Context(), reg, nil, 1<<30); err != nil {
		b.Fatal(err)
	}
	id, read := m.Deliver(mailbox.Mail{Subject: "x"}), false
	for b.Loop() {
		read = !read
		if err := m.SetRead(id, read); err != nil {
			b.Fatal(err)
		}
		save(b, f, reg)
	}
}
