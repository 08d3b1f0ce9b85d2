package mirror

import (
	"errors"
	"testing"
	"time"

	"supercrm/internal/store"
)

func TestMailWaitsToBeTakenBack(t *testing.T) {
	f := local(t)
	f.undoSend = 5 * time.Second
	row, err := f.SendReply(t.Context(), Reply{MessageID: f.mail[0], Text: "Too early"})
	must(t, err)
	items, err := f.Outbox(t.Context())
	must(t, err)
	if len(items) != 1 || !items[0].Next.Equal(noon.Add(5*time.Second)) {
		t.Fatalf("queued as %+v", items)
	}
	must(t, f.Discard(t.Context(), row))
	if items, err = f.Outbox(t.Context()); err != nil || len(items) != 0 {
		t.Fatalf("still queued: %+v, %v", items, err)
	}
}

func TestMailBeingSentIsNotCalledTakenBack(t *testing.T) {
	f := local(t)
	row, err := f.SendReply(t.Context(), Reply{MessageID: f.mail[0], Text: "Gone?"})
	must(t, err)
	must(t, f.db.Write(t.Context(), "as the worker does", func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE outbox SET step='sending', remote_id='D' WHERE id=?`, row)
		return err
	}))
	var bad ErrBadInput
	if err := f.Discard(t.Context(), row); !errors.As(err, &bad) || bad.Why != "sending" {
		t.Fatalf("error = %v", err)
	}
	items, err := f.Outbox(t.Context())
	if err != nil || len(items) != 1 || !items[0].MayHaveLeft {
		t.Fatalf("listed as %+v, %v", items, err)
	}
}

func TestHeldMailLeavesOnceItsTimeHasCome(t *testing.T) {
	r := newRig(t)
	r.furnish(3)
	r.start()
	r.synced()
	r.m.undoSend = 400 * time.Millisecond
	before := len(r.box.SentMail())
	began := time.Now()
	_, err := r.m.SendReply(t.Context(), Reply{MessageID: r.anyMail(), Text: "In a moment"})
	must(t, err)
	r.until("sent", func() bool { return len(r.box.SentMail()) > before })
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Fatalf("left after %v", took)
	}
	r.sent()
	if n := len(r.box.SentMail()) - before; n != 1 {
		t.Fatalf("%d were sent", n)
	}
}

func (r *rig) anyMail() int64 {
	r.t.Helper()
	var id int64
	must(r.t, r.db.Reader().QueryRow(`SELECT id FROM message WHERE is_draft=0 ORDER BY received_at DESC LIMIT 1`).Scan(&id))
	return id
}

// The unsent text goes with the commit that queues the mail, and stays when that fails.
func TestQueuedMailForgetsItsDraft(t *testing.T) {
	f := local(t)
	drafts := func() (n int) {
		must(t, f.db.Reader().QueryRow(`SELECT count(*) FROM setting WHERE name LIKE 'draft.%'`).Scan(&n))
		return n
	}
	keep := func(name string) {
		must(t, f.db.Write(t.Context(), "keep", func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO setting VALUES (?, 'text') ON CONFLICT DO NOTHING`, name)
			return err
		}))
	}
	keep("draft.1")
	keep("draft.2")
	if _, err := f.SendReply(t.Context(), Reply{MessageID: 987654, Text: "To nobody", Draft: "draft.1"}); !errors.Is(err, ErrNotFound) || drafts() != 2 {
		t.Fatalf("a reply to no message: %v, %d drafts", err, drafts())
	}
	_, err := f.SendReply(t.Context(), Reply{MessageID: f.mail[0], Text: "Done", Draft: "draft.1"})
	must(t, err)
	if drafts() != 1 {
		t.Fatalf("%d drafts after the reply", drafts())
	}
	_, err = f.SendMail(t.Context(), NewMail{To: []Address{{Addr: "anna@nordwind.example"}}, Subject: "New", Text: "Text", Draft: "draft.2"})
	must(t, err)
	if drafts() != 0 {
		t.Fatalf("%d drafts after the mail", drafts())
	}
}
