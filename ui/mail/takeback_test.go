package mail

import (
	"fmt"
	"strings"
	"testing"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
)

// answered writes an answer to the first message and has the service refuse it for a reason.
func answered(t *testing.T, f *fixture, text, reason string) (message, row int64) {
	t.Helper()
	message = f.choose(0)
	f.Reply()
	f.writing.text.SetText(text)
	f.writing.Send()
	f.Settle()
	must(t, f.DB().Reader().QueryRow(`SELECT id FROM outbox`).Scan(&row))
	f.write(func(tx *store.Tx) {
		_, err := tx.Exec(`UPDATE outbox SET state='failed', attempts=1, error=?`, reason+": x")
		must(t, err)
		tx.Changed(store.Outbox, row)
		tx.Changed(store.Messages, message)
	})
	return message, row
}

func (f *fixture) item() mirror.OutboxItem {
	f.t.Helper()
	items, err := f.data.Outbox(f.t.Context())
	must(f.t, err)
	return items[0]
}

func TestEditKeepsTheAnswerBegunSince(t *testing.T) {
	shelf := &shelf{kept: map[string]string{}}
	f := open(t, size, shelf, question)
	id, row := answered(t, f, "The first answer", "refused")
	f.Reply()
	f.writing.text.SetText("A second answer")
	f.press(f.reader.banners, "Edit")
	f.Settle()
	if f.writing == nil || f.writing.text.Text != "The first answer" || f.writing.message != id || f.outbox() != 0 {
		t.Fatal("the refused answer does not come back")
	}
	if !strings.Contains(shelf.get(replyKey(id)), "A second answer") || !strings.Contains(f.Toasts[len(f.Toasts)-1], "is kept") {
		t.Fatal("the answer begun since is gone, or nobody says where it is", shelf.kept, f.Toasts)
	}
	// Left alone, it is offered above the list, in the next run too.
	f.choose(1)
	f.Settle()
	again := New(f.Host, f.data, shelf)
	f.Host.Show(again)
	f.Until("it is offered", func() bool {
		return strings.Contains(drawn(again.list.object), "“The first answer” is not finished")
	})
	f.Page = again
	f.press(again.list.object, "Go on writing")
	f.Until("it is written on", func() bool { return again.writing != nil && again.writing.text.Text == "The first answer" })
	f.Settle()
	if again.writing.key != asideKey(row, 0) || again.reader.id != id || strings.Contains(drawn(again.list.object), "is not finished") {
		t.Fatal("it stands elsewhere, or is still offered")
	}
	again.writing.Send()
	f.Settle()
	if f.outbox() != 1 || again.writing == nil || again.writing.text.Text != "A second answer" || shelf.get(asideKey(row, 0)) != "" {
		t.Fatal("the other answer does not come back once this one is sent")
	}
}

func TestUndoKeepsTheMailBegunSince(t *testing.T) {
	shelf := &shelf{kept: map[string]string{}}
	f := open(t, size, shelf, question)
	write := func(text string) {
		f.New()
		f.writing.to.entry.SetText("anna@customer.example")
		f.writing.text.SetText(text)
	}
	write("The first")
	f.writing.Send()
	f.Settle()
	undo := f.Undo
	write("The second")
	undo()
	f.Until("the first is taken back", func() bool { return f.writing != nil && f.writing.text.Text == "The first" })
	f.Settle()
	if f.outbox() != 0 || !strings.Contains(shelf.get(freshKey("")), "The second") {
		t.Fatal("what was begun since is lost", shelf.kept)
	}
	f.New()
	if f.writing.text.Text != "The second" {
		t.Fatal(f.writing.text.Text)
	}
	f.Until("the first is offered", func() bool { return strings.Contains(drawn(f.list.object), "“The first” is not finished") })
	f.press(f.list.object, "Discard")
	if !strings.Contains(f.Asked[0], "What you wrote is deleted") {
		t.Fatal(f.Asked)
	}
	f.Yes()
	f.Until("it is gone", func() bool { return !strings.Contains(drawn(f.list.object), "is not finished") })
}

func TestUndoKeepsTheAnswerBegunSince(t *testing.T) {
	f := open(t, size, &shelf{kept: map[string]string{}}, question)
	f.choose(0)
	f.Reply()
	f.writing.text.SetText("The first")
	f.writing.Send()
	f.Settle()
	undo := f.Undo
	f.Reply()
	f.writing.text.SetText("The second")
	undo()
	f.Settle()
	if f.outbox() != 0 || f.writing.text.Text != "The first" {
		t.Fatal("it is not taken back")
	}
	f.writing.escape()
	f.press(f.writing.object, "Discard")
	f.Settle()
	if f.writing == nil || f.writing.text.Text != "The second" {
		t.Fatal("what was begun since is lost")
	}
}

func TestAnAnswerToWhatIsGoneBecomesANewMail(t *testing.T) {
	for name, gone := range map[string]func(*fixture, *store.Tx, int64){
		"the service says so": func(*fixture, *store.Tx, int64) {},
		"its row is gone already": func(f *fixture, tx *store.Tx, id int64) {
			_, err := tx.Exec(`DELETE FROM message WHERE id=?`, id)
			must(f.t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			shelf := &shelf{kept: map[string]string{}}
			f := open(t, size, shelf, question)
			id, _ := answered(t, f, "My answer", "gone")
			item := f.item()
			f.choose(1)
			f.write(func(tx *store.Tx) { gone(f, tx, id) })
			f.EditQueued(item)
			f.Until("the text is there", func() bool { return f.writing != nil && f.writing.text.Text == "My answer" })
			f.Settle()
			w := f.writing
			if w.message != 0 || w.subject.Text != "Re: Q" || !strings.Contains(w.to.entry.Text, "anna.berg@customer.example") || f.outbox() != 0 {
				t.Fatal(w.message, w.to.entry.Text, f.outbox())
			}
			if !strings.Contains(f.Toasts[len(f.Toasts)-1], "was deleted") {
				t.Fatal(f.Toasts)
			}
			f.choose(0)
			f.Settle()
			f.New()
			if f.writing.text.Text != "My answer" {
				t.Fatal("“New mail” does not lead to it")
			}
		})
	}
}

// A message that goes while a new mail stands in its place must not take the mail with it.
func TestANewMailStaysWhenTheMessageBehindItGoes(t *testing.T) {
	f := open(t, size, nil, question)
	id := f.choose(0)
	f.New()
	f.writing.text.SetText("half a sent")
	f.write(func(tx *store.Tx) {
		_, err := tx.Exec(`DELETE FROM message WHERE id=?`, id)
		must(t, err)
		tx.Changed(store.Messages, id)
	})
	if !strings.Contains(drawn(f.reader.object), "New mail") || strings.Contains(drawn(f.reader.object), "No message selected") {
		t.Fatal("the composer is covered")
	}
	f.writing.escape()
	f.press(f.writing.object, "Discard")
	if !strings.Contains(drawn(f.reader.object), "No message selected") {
		t.Fatal("the message that is gone is shown again")
	}
}

func TestDiscardingWrittenMailAsksFirst(t *testing.T) {
	f := open(t, size, nil, question)
	answered(t, f, "My answer", "refused")
	f.press(f.reader.banners, "Discard")
	f.Settle()
	if f.outbox() != 1 || len(f.Asked) != 1 || !strings.Contains(f.Asked[0], "“Q”") {
		t.Fatal("the text is deleted without a question", f.Asked)
	}
	f.Yes()
	f.Settle()
	if f.outbox() != 0 {
		t.Fatal("not discarded")
	}
}

// An answer whose message is deleted while it is written, or while it lies there, is a new mail from then on: nothing else would
// lead to its text.
func TestAnAnswerWhoseMessageIsDeleted(t *testing.T) {
	remove := func(f *fixture, id int64) {
		t.Helper()
		must(t, f.DB().Write(t.Context(), "deleted elsewhere", func(tx *store.Tx) error {
			tx.Changed(store.Messages, id)
			_, err := tx.Exec(`DELETE FROM message WHERE id=?`, id)
			return err
		}))
	}
	t.Run("while it is written", func(t *testing.T) {
		shelf := &shelf{kept: map[string]string{}}
		f := open(t, size, shelf, question)
		f.choose(0)
		f.Reply()
		f.writing.text.SetText("Half\nan answer")
		f.writing.text.CursorRow, f.writing.text.CursorColumn = 1, 2
		key := f.writing.key
		remove(f, f.writing.message)
		f.Until("it is a new mail", func() bool { return f.writing != nil && f.writing.message == 0 })
		w := f.writing
		if w.text.Text != "Half\nan answer" || w.text.CursorRow != 1 || w.text.CursorColumn != 2 || w.subject.Text != "Re: Q" || w.to.entry.Text != "Anna Berg <anna.berg@customer.example>" || f.Window().Canvas().Focused() != w.text {
			t.Fatalf("%+v at %d:%d", w.draft(), w.text.CursorRow, w.text.CursorColumn)
		}
		w.text.SetText("Half an answer and more")
		w.Send()
		f.Until("it is queued", func() bool { return f.outbox() == 1 && f.writing == nil })
		f.Settle()
		if items, err := f.data.Outbox(t.Context()); err != nil || items[0].Mail == nil || items[0].Mail.Text != "Half an answer and more" || items[0].Mail.Subject != "Re: Q" {
			t.Fatalf("%+v %v", items, err)
		}
		if shelf.get(key) != "" {
			t.Error("its draft is still kept")
		}
	})
	t.Run("while it lies there", func(t *testing.T) {
		shelf := &shelf{kept: map[string]string{}}
		f := open(t, size, shelf, question)
		f.choose(0)
		f.Reply()
		f.writing.text.SetText("Half an answer")
		id := f.writing.message
		f.choose(1)
		f.Settle()
		remove(f, id)
		for i := range 2 { // the second time with the subject it was given then
			f.Until(fmt.Sprint("it is offered ", i), func() bool {
				f.load()
				return strings.Contains(drawn(f.list.object), "is not finished")
			})
			f.press(f.list.object, "Go on writing")
			f.Until("it is written on", func() bool { return f.writing != nil && f.writing.text.Text == "Half an answer" })
			f.Settle()
			if f.writing.message != 0 || strings.Contains(drawn(f.list.object), "is not finished") {
				t.Fatal("it is an answer still, or is still offered")
			}
			f.writing.subject.SetText("About the question")
			f.choose(0)
			f.Settle()
		}
		f.Until("it is offered", func() bool { return strings.Contains(drawn(f.list.object), "“About the question” is not finished") })
	})
	t.Run("with nothing written", func(t *testing.T) {
		f := open(t, size, nil, question)
		f.choose(0)
		f.Reply()
		remove(f, f.writing.message)
		f.Until("it is closed", func() bool { return f.writing == nil && f.reader.id == 0 })
	})
}
