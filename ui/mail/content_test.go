package mail

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/page"
	"supercrm/ui/uitest"
)

func TestCategoriesAreShownAndSet(t *testing.T) {
	var id int64
	f := open(t, fyne.NewSize(1000, 700), nil, func(f *fixture, tx *store.Tx) {
		id = f.add(tx, letter{subject: "Pallets", body: "x", read: true})
		_, err := tx.Exec(`INSERT INTO category (account_id, name, color, position) VALUES (?1,'Customer','preset7',0), (?1,'Urgent','preset0',1)`, f.account)
		must(f.t, err)
		f.insert(tx, `UPDATE message SET categories='["Urgent","Of old"]' WHERE id=?`, id)
	})
	f.Page.Open(id)
	f.Until("the tags are there", func() bool { return f.reader.shown != nil && len(f.reader.tags.object.Objects) == 2 })
	row := newMessageRow()
	f.list.bind(0, row, false)
	if row.tags[0].Text() != "Urgent" || row.tags[1].Text() != "Of old" {
		t.Errorf("the list shows %q and %q", row.tags[0].Text(), row.tags[1].Text())
	}
	c, _ := f.current()
	menu := f.categoryMenu(&c.msg.MessageRow)
	var got []string
	for _, it := range menu.Items {
		s := it.Label
		if it.Checked {
			s += " on"
		}
		got = append(got, s)
	}
	if !slices.Equal(got, []string{"Customer", "Urgent on", "Of old on"}) {
		t.Fatalf("%q", got)
	}
	menu.Items[0].Action()
	menu.Items[1].Action()
	f.Until("it is set", func() bool {
		m, _ := f.data.Message(f.Context(), id)
		return slices.Equal(m.Categories, []string{"Of old", "Customer"})
	})
	f.Until("it is shown", func() bool {
		c, _ := f.current()
		return slices.Equal(c.msg.Categories, []string{"Of old", "Customer"}) && c.msg.Pending == mirror.PendingQueued
	})
}

// slowly gives bytes one after the other, as long as somebody waits.
type slowly struct {
	*watched
	more chan string
}

func (s *slowly) FetchAttachment(ctx context.Context, _ int64, _ string, w io.Writer) error {
	for {
		select {
		case text, ok := <-s.more:
			if !ok {
				return nil
			}
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func TestFilesShowHowMuchHasCome(t *testing.T) {
	file := mirror.Attachment{GraphID: "a", Name: "plan.pdf", Type: "application/pdf", Size: 8_000_000}
	var id int64
	f := open(t, fyne.NewSize(1000, 700), nil, func(f *fixture, tx *store.Tx) {
		id = f.add(tx, letter{subject: "Plan", body: "x", read: true, files: []mirror.Attachment{file}})
	})
	s := &slowly{watched: f.data, more: make(chan string)}
	f.Page.data = s
	f.Page.Open(id)
	f.Until("the file is there", func() bool { return len(f.reader.chips.files) == 1 })
	chips := f.reader.chips
	chips.save(file)
	if !uitest.Shows(chips.object, "saving…") {
		t.Errorf("%q", uitest.Texts(chips.object))
	}
	s.more <- strings.Repeat("x", 2_000_000)
	f.Until("it says how much", func() bool { return uitest.Shows(chips.object, "2.0 MB of 8.0 MB") })
	chips.save(file) // pressed again: stopped
	f.Until("it is stopped", func() bool { return len(f.Toasts) == 1 && !uitest.Shows(chips.object, " of ") })
	if len(f.Failures) > 0 || f.Toasts[0] != "plan.pdf was not saved" {
		t.Errorf("%v %v", f.Toasts, f.Failures)
	}
	chips.save(file)
	s.more <- "whole"
	close(s.more)
	f.Until("it is saved", func() bool { return len(f.Toasts) == 2 })
	if !strings.Contains(f.Toasts[1], "plan.pdf") || errors.Join(f.Failures...) != nil {
		t.Errorf("%v %v", f.Toasts, f.Failures)
	}
}

func TestNewMailChoosesItsSender(t *testing.T) {
	var second int64
	f := open(t, fyne.NewSize(1000, 700), nil, func(f *fixture, tx *store.Tx) {
		second = f.insert(tx, `INSERT INTO account (key, upn, name, added_at, granted) VALUES ('t.second','second@harborline.example','Second',2,'Mail.ReadWrite')`)
		f.insert(tx, `INSERT INTO mail_folder (account_id, graph_id, name, well_known) VALUES (?,'F2','Inbox','inbox')`, second)
	})
	f.New()
	f.Until("it is open", func() bool { return f.writing != nil })
	w := f.writing
	if w.account() != f.account || w.from.pick.Chosen() != 0 {
		t.Fatalf("it leaves from %d", w.account())
	}
	w.from.pick.Choose(1)
	if w.account() != second || !w.send.Disabled() {
		t.Errorf("from %d, and the second account may not send", w.account())
	}
	w.from.pick.Choose(0)
	w.to.entry.Fill("anna@customer.example")
	w.subject.Fill("Hello")
	w.text.Fill("there")
	must(t, f.DB().Write(f.Context(), "grant", func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE account SET granted='Mail.ReadWrite Mail.Send' WHERE id=?`, second)
		tx.Changed(store.Accounts)
		return err
	}))
	f.Until("the grant is read", func() bool { return strings.Contains(strings.Join(f.boxes[1].account.Granted, " "), "Mail.Send") })
	w.from.pick.Choose(1)
	if d := w.draft(); d.From != "second@harborline.example" {
		t.Errorf("the draft is from %q", d.From)
	}
	w.Send()
	f.Until("it is queued", func() bool {
		items, _ := f.data.Pending(f.Context(), second)
		return len(items) == 1 && items[0].Subject == "Hello"
	})
}

func TestRecipientsAreSuggested(t *testing.T) {
	f := open(t, fyne.NewSize(1000, 700), nil, nil)
	f.Suggest = func(_ context.Context, text string) ([]page.Party, error) {
		return []page.Party{{Name: "Anna " + text, Addr: "anna@customer.example"}, {Name: "Ben", Addr: "ben@customer.example"}}, nil
	}
	f.New()
	f.Until("it is open", func() bool { return f.writing != nil })
	to := f.writing.to
	to.entry.Fill("ben@customer.example, an")
	to.people.Typed()
	f.Until("Anna is offered, Ben is there already", func() bool { return len(to.people.Object().Objects) == 1 })
	to.people.Hide()
	to.entry.Fill("")
	to.entry.TypedRune('x')
	to.entry.TypedRune('y')
	f.Until("both are offered", func() bool { return len(to.people.Object().Objects) == 2 })
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn} { // to the last, and no further
		to.entry.TypedKey(&fyne.KeyEvent{Name: k})
	}
	if to.entry.Text != "Ben <ben@customer.example>, " || to.people.Object().Visible() {
		t.Errorf("%q", to.entry.Text)
	}
	to.entry.Fill("ben@customer.example, an")
	to.people.Typed()
	f.Until("Anna is offered again", func() bool { return len(to.people.Object().Objects) == 1 })
	f.Window().Canvas().Focus(f.writing.subject)
	f.Until("the field is left", func() bool { return !to.people.Object().Visible() })
	f.Window().Canvas().Focus(to.entry)
	to.people.Typed()
	f.Until("Anna is offered once more", func() bool { return len(to.people.Object().Objects) == 1 })
	if !uitest.Shows(to.people.Object(), "Anna an  ·  anna@customer.example") {
		t.Error(uitest.Texts(to.people.Object()))
	}
	to.people.Object().Objects[0].(fyne.Tappable).Tapped(nil)
	if to.entry.Text != "ben@customer.example, Anna an <anna@customer.example>, " {
		t.Errorf("%q", to.entry.Text)
	}
}
