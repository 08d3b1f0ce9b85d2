package mailbox_test

import (
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// A state file that somebody has changed is refused or read, but never the end of the program.
func FuzzRestore(f *testing.F) {
	reg := mailbox.NewRegistry(time.Now)
	m := reg.Add(mailbox.Owner{ObjectID: "1", UPN: "ada@tenant.example"})
	m.Deliver(mailbox.Mail{Subject: "s", Body: mailbox.Body{Text: "t"}, Attachments: []mailbox.Attachment{{Name: "f", Bytes: []byte("x")}}})
	m.NewEvent(mailbox.Event{Subject: "e", Start: time.Unix(0, 0), End: time.Unix(60, 0)})
	part, _, err := m.Unsaved(100)
	if err != nil {
		f.Fatal(err)
	}
	for _, i := range part.Items {
		f.Add(part.Box, byte(i.Kind), i.Num, i.State)
	}
	f.Add(part.Box, byte(mailbox.KindTombstone), uint64(1), []byte(`{"Tombstone":{"Seq":1},"Series":{"Exceptions":[{}]}}`))
	f.Fuzz(func(t *testing.T, box []byte, kind byte, num uint64, state []byte) {
		reg := mailbox.NewRegistry(time.Now)
		err := reg.Restore(mailbox.Source{
			Box: box, Body: func(uint64) string { return "" }, File: func([]byte) ([]byte, error) { return nil, nil },
			Items: func(yield func(mailbox.Item) error) error {
				return yield(mailbox.Item{Kind: mailbox.Kind(kind), Num: num, State: state})
			},
		})
		if err != nil {
			return
		}
		for _, m := range reg.All() {
			_ = m.Do(func(b *mailbox.Box) error { b.Size(); return nil })
			m.Messages("inbox")
			m.EventsBetween(time.Unix(0, 0), time.Unix(1000, 0))
		}
	})
}
