package mailbox_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// What a mailbox says of its size is what its messages add up to, whatever was done to them.
func TestSizeAddsUp(t *testing.T) {
	reg := mailbox.NewRegistry(time.Now)
	m := reg.Add(mailbox.Owner{ObjectID: "1", UPN: "ada@tenant.example"})
	do := func(f func(b *mailbox.Box) error) {
		t.Helper()
		err := m.Do(func(b *mailbox.Box) error {
			if err := f(b); err != nil {
				return err
			}
			var n int64
			for _, one := range b.Messages(nil) {
				n += one.Size()
			}
			if n != b.Size() {
				t.Errorf("%d bytes, the messages have %d", b.Size(), n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var msg *mailbox.Message
	do(func(b *mailbox.Box) error {
		msg = b.Receive(b.WellKnown("inbox"), mailbox.Mail{Subject: "s", Body: mailbox.Body{Text: strings.Repeat("x", 5000)}})
		if msg.Size() < 6000 || msg.Size() > 7000 {
			t.Errorf("%d bytes", msg.Size())
		}
		return nil
	})
	before := msg.Size()
	do(func(b *mailbox.Box) error {
		b.Attach(msg, &mailbox.Attachment{Name: "f", Bytes: make([]byte, 10_000)})
		return nil
	})
	if msg.Size() != before+10_001 {
		t.Errorf("with a file: %d, before %d", msg.Size(), before)
	}
	do(func(b *mailbox.Box) error { b.Detach(msg, msg.Attachments[0]); return nil })
	do(func(b *mailbox.Box) error {
		b.Touch(msg, func() { msg.SetBody(mailbox.Body{Text: "short"}) })
		return nil
	})
	if msg.Size() != before-4995 {
		t.Errorf("with a short body: %d, before %d", msg.Size(), before)
	}
	do(func(b *mailbox.Box) error { b.Copy(msg, b.WellKnown("archive")); return nil })
	do(func(b *mailbox.Box) error { b.Delete(msg); b.Delete(msg); return nil })
	do(func(b *mailbox.Box) error {
		for len(b.Messages(nil)) > 0 {
			b.Remove(b.Messages(nil)[0])
		}
		if b.Size() != 0 {
			t.Errorf("%d bytes in an empty mailbox", b.Size())
		}
		return nil
	})
}

func TestQuotaStopsSendingAndBouncesMail(t *testing.T) {
	reg := mailbox.NewRegistry(time.Now)
	ada := reg.Add(mailbox.Owner{ObjectID: "1", UPN: "ada@tenant.example", Name: "Ada"})
	bob := reg.Add(mailbox.Owner{ObjectID: "2", UPN: "bob@tenant.example", Name: "Bob"})
	send := func(size int) error {
		return ada.Do(func(b *mailbox.Box) error {
			m := &mailbox.Message{Subject: "Plans", Draft: true, From: b.Owner.Address(), To: []mailbox.Address{{Addr: "bob@tenant.example"}}}
			m.SetBody(mailbox.Body{Text: strings.Repeat("x", size)})
			b.Add(b.WellKnown("drafts"), m, true)
			return b.Send(m, true)
		})
	}
	_ = bob.Do(func(b *mailbox.Box) error { b.SetQuota(mailbox.Quota{Receive: 8000}); return nil })
	if err := send(4000); err != nil {
		t.Fatal(err)
	}
	if n, _ := bob.Counts("inbox"); n != 1 {
		t.Fatalf("%d delivered", n)
	}
	if err := send(4000); err != nil {
		t.Fatal(err)
	}
	report := ada.Messages("inbox")
	if n, _ := bob.Counts("inbox"); n != 1 || len(report) != 1 || report[0].Subject != "Undeliverable: Plans" || !strings.Contains(report[0].Body.Text, "554 5.2.2 mailbox full") || !strings.Contains(report[0].Body.Text, "bob@tenant.example") {
		t.Errorf("%d in the full mailbox, the sender got %+v", n, report)
	}
	_ = ada.Do(func(b *mailbox.Box) error { b.SetQuota(mailbox.Quota{Send: 1000}); return nil })
	if err := send(1); !errors.Is(err, mailbox.ErrQuota) {
		t.Errorf("sent from a full mailbox: %v", err)
	}
}
