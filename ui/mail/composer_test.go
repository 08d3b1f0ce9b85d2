package mail

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
)

// shelf is a Drafts in memory that outlives a page.
type shelf struct {
	mu   sync.Mutex
	kept map[string]string
	fail error
}

func (s *shelf) Save(_ context.Context, key, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.kept[key] = text
	}
	return s.fail
}

func (s *shelf) Load(_ context.Context, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[key], s.fail
}

func (s *shelf) Delete(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, key)
	return s.fail
}

func (s *shelf) Names(_ context.Context, prefix string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for key := range s.kept {
		if strings.HasPrefix(key, prefix) {
			out = append(out, key)
		}
	}
	return out, s.fail
}

func (s *shelf) get(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[key]
}

func question(f *fixture, tx *store.Tx) {
	f.add(tx, letter{subject: "Q", body: "the question", read: true, thread: "A",
		to: []mirror.Address{{Name: "Maya", Addr: "maya.torres@harborline.example"}, {Name: "Weber, Jonas", Addr: "jonas@harborline.example"}},
		cc: []mirror.Address{{Addr: "ops@customer.example"}, {Addr: "ANNA.berg@customer.example"}}})
	f.add(tx, letter{subject: "Other", body: "x", read: true, age: 1e12, thread: "B"})
}

func TestRecipients(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { // the mailbox's own address is not what its owner signs in as
		question(f, tx)
		for _, query := range []string{`UPDATE account SET address='M.Torres@harborline-sales.example'`,
			`UPDATE message SET recipients=json_insert(recipients, '$.to[#]', json_object('name','Maya','addr','m.torres@Harborline-sales.example'))`} {
			_, err := tx.Exec(query)
			must(t, err)
		}
	})
	f.choose(0)
	f.TypedRune('r')
	if w := f.writing; w.to.entry.Text != "Anna Berg <anna.berg@customer.example>" || w.cc.entry.Text != "" {
		t.Fatal(w.to.entry.Text, w.cc.entry.Text)
	}
	f.writing.text.SetText("text stays")
	f.ReplyAll()
	if w := f.writing; w.to.entry.Text != `Anna Berg <anna.berg@customer.example>, "Weber, Jonas" <jonas@harborline.example>` || w.cc.entry.Text != "ops@customer.example" || w.text.Text != "text stays" {
		t.Fatal(w.to.entry.Text, w.cc.entry.Text, w.text.Text)
	}
	f.Forward()
	if w := f.writing; w.to.entry.Text != "" || w.cc.entry.Text != "" || w.text.Text != "text stays" {
		t.Fatal(w.to.entry.Text, w.cc.entry.Text, w.text.Text)
	}
}

func TestAReplyIsSentOnce(t *testing.T) {
	shelf := &shelf{kept: map[string]string{}}
	f := open(t, size, shelf, question)
	id := f.choose(0)
	f.Reply()
	f.writing.text.SetText("My answer")
	w := f.writing
	w.text.TypedShortcut(kit.SendShortcuts[0])
	w.text.TypedShortcut(kit.SendShortcuts[0])
	test.Tap(w.send)
	f.Settle()
	if f.data.sends != 1 || f.outbox() != 1 {
		t.Fatal(f.data.sends, f.outbox())
	}
	var payload string
	must(t, f.DB().Reader().QueryRow(`SELECT payload FROM outbox`).Scan(&payload))
	if !strings.Contains(payload, "My answer") || !strings.Contains(payload, "anna.berg@customer.example") || strings.Contains(payload, "the question") {
		t.Fatal(payload)
	}
	if f.writing != nil || len(f.reader.lower.Objects) != 0 || shelf.get(replyKey(id)) != "" {
		t.Fatal("the composer or its draft stays")
	}
	if len(f.Toasts) != 1 || !strings.HasPrefix(f.Toasts[0], "Reply queued") {
		t.Fatal(f.Toasts)
	}
	f.Undo()
	f.Settle()
	if f.outbox() != 0 || f.writing == nil || f.writing.text.Text != "My answer" {
		t.Fatal("undo does not bring the text back")
	}
	f.Undo() // pressed twice
	f.Settle()
	if !strings.HasPrefix(f.Toasts[len(f.Toasts)-1], "Too late") {
		t.Fatal(f.Toasts)
	}
}

func TestAFailedSendKeepsTheTextAndMayBeTriedAgain(t *testing.T) {
	f := open(t, size, nil, question)
	f.choose(0)
	f.Reply()
	f.writing.text.SetText("My answer")
	f.data.set(func() { f.data.fail = errors.New("disk full") })
	f.writing.Send()
	f.Settle()
	if f.writing == nil || f.writing.text.Text != "My answer" || len(f.Failures) != 1 || f.writing.send.Disabled() {
		t.Fatal("the text is lost or cannot be sent again")
	}
	f.data.set(func() { f.data.fail = nil })
	f.writing.Send()
	f.Settle()
	if f.writing != nil || f.outbox() != 1 {
		t.Fatal("not sent")
	}
}

func TestBadAddressesAreToldAtTheField(t *testing.T) {
	f := open(t, size, nil, question)
	f.choose(0)
	f.Reply()
	w := f.writing
	w.text.SetText("x")
	for to, want := range map[string]string{"": "Who should get this?", "anna": "“anna” is not", "a@b.example, nobody@": "“nobody@” is not", "Anna <anna@@b.example>": "is not"} {
		w.to.entry.SetText(to)
		w.Send()
		if !strings.Contains(w.to.wrong.Text(), want) || w.sending {
			t.Errorf("%q: %q", to, w.to.wrong.Text())
		}
	}
	w.to.entry.SetText("a@b.example")
	if w.to.wrong.Visible() {
		t.Error("the complaint stays while it is being put right")
	}
	w.text.SetText("  ")
	w.Send()
	if w.sending || !w.wrong.Visible() {
		t.Error("an empty reply is sent")
	}
}

func TestEscapeAsksBeforeTextIsLost(t *testing.T) {
	f := open(t, size, nil, question)
	f.choose(0)
	f.Reply()
	f.writing.text.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if f.writing != nil {
		t.Fatal("an untouched composer asks")
	}
	f.Reply()
	f.writing.text.SetText("typed")
	f.writing.text.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if f.writing == nil || !strings.Contains(drawn(f.writing.object), "Discard draft?") {
		t.Fatal("it does not ask")
	}
	f.press(f.writing.object, "Keep writing")
	if f.writing.text.Text != "typed" {
		t.Fatal("the text is gone")
	}
	f.writing.escape()
	f.press(f.writing.object, "Discard")
	if f.writing != nil {
		t.Fatal("not discarded")
	}
	f.choose(1)
	f.choose(0)
	f.Settle()
	if f.writing != nil {
		t.Fatal("a discarded draft comes back")
	}
}

func TestDraftsSurviveOtherMessagesAndTheProgram(t *testing.T) {
	shelf := &shelf{kept: map[string]string{}}
	f := open(t, size, shelf, question)
	f.choose(0)
	f.ReplyAll()
	f.writing.text.SetText("half a sent")
	f.choose(1)
	if f.writing != nil {
		t.Fatal("the composer of another message stays")
	}
	f.choose(0)
	f.Settle()
	if f.writing == nil || f.writing.text.Text != "half a sent" || f.writing.kind != replyAll {
		t.Fatal("the draft does not come back")
	}
	f.Hidden()
	f.Settle()
	// Another run of the program, with the same file and the same drafts.
	again := New(f.Host, f.data, shelf)
	f.Host.Show(again)
	f.Until("read", func() bool { return again.list.known })
	again.list.list.Select(0)
	f.Until("draft is back", func() bool { return again.writing != nil })
	if again.writing.text.Text != "half a sent" {
		t.Fatal(again.writing.text.Text)
	}
}

func TestADraftOfAnotherConversationIsNotShown(t *testing.T) {
	shelf := &shelf{kept: map[string]string{}}
	for i := range int64(5) {
		shelf.kept[replyKey(i)] = `{"kind":"reply","to":"x@y.example","text":"old","thread":"Z"}`
	}
	f := open(t, size, shelf, question)
	f.choose(0)
	f.Settle()
	if f.writing != nil {
		t.Fatal("a draft for a message of an erased mailbox shows")
	}
}

func TestNewMail(t *testing.T) {
	f := open(t, size, nil, question)
	f.New()
	w := f.writing
	w.to.entry.SetText("Anna Berg <anna@customer.example>; ops@customer.example")
	w.subject.SetText(" Hello ")
	w.text.SetText("Text")
	f.choose(0) // looks something up
	f.New()
	if f.writing.text.Text != "Text" || f.writing.subject.Text != " Hello " {
		t.Fatal("the new mail is lost")
	}
	f.writing.Send()
	f.Settle()
	var payload string
	must(t, f.DB().Reader().QueryRow(`SELECT payload FROM outbox WHERE kind='mail.send'`).Scan(&payload))
	if !strings.Contains(payload, `"Hello"`) || !strings.Contains(payload, "ops@customer.example") {
		t.Fatal(payload)
	}
	if f.writing != nil || !strings.Contains(drawn(f.reader.object), "the question") {
		t.Fatal("what was read before does not come back")
	}
	f.Undo()
	f.Until("the mail is taken back", func() bool {
		return f.writing != nil && f.writing.subject != nil && f.writing.text.Text == "Text" && f.outbox() == 0
	})
}

func TestARefusedMailIsEditedAgain(t *testing.T) {
	shelf := &shelf{kept: map[string]string{}}
	f := open(t, size, shelf, question)
	id := f.choose(0)
	f.Reply()
	f.writing.to.entry.SetText("wrong@customer.example")
	f.writing.text.SetText("My answer")
	f.writing.Send()
	f.Settle()
	var row int64
	must(t, f.DB().Reader().QueryRow(`SELECT id FROM outbox`).Scan(&row))
	if !strings.Contains(shelf.get(sentKey(row)), "My answer") {
		t.Fatal("no copy is kept")
	}
	f.write(func(tx *store.Tx) {
		_, err := tx.Exec(`UPDATE outbox SET state='failed', attempts=1, error='refused'`)
		must(t, err)
		tx.Changed(store.Outbox, row)
		tx.Changed(store.Messages, id)
	})
	f.press(f.reader.banners, "Edit")
	if f.writing == nil || f.writing.text.Text != "My answer" || f.writing.to.entry.Text != "wrong@customer.example" || f.outbox() != 0 {
		t.Fatal("the text does not come back")
	}
	if shelf.get(sentKey(row)) != "" {
		t.Fatal("the copy stays")
	}
	f.writing.Send()
	f.Settle()
	must(t, f.DB().Reader().QueryRow(`SELECT id FROM outbox`).Scan(&row))
	f.write(func(tx *store.Tx) { // it has been sent
		_, err := tx.Exec(`DELETE FROM outbox`)
		must(t, err)
		tx.Changed(store.Outbox, row)
	})
	if shelf.get(sentKey(row)) != "" {
		t.Fatal("the copy of a mail that was sent stays")
	}
}

func TestComposeToAnAddress(t *testing.T) {
	f := open(t, size, nil, question)
	f.Page.Compose("Anna Berg", "anna@customer.example")
	if f.writing == nil || f.writing.to.entry.Text != "Anna Berg <anna@customer.example>" {
		t.Fatal("not prefilled")
	}
	f.writing.escape()
	if f.writing != nil || f.reader.id != 0 {
		t.Fatal("it asks although nothing was typed")
	}
}

func TestDraftsThatCannotBeKeptAreTold(t *testing.T) {
	f := open(t, size, &shelf{kept: map[string]string{}, fail: errors.New("disk full")}, question)
	f.choose(0)
	f.Reply()
	f.writing.text.SetText("typed")
	f.writing.keep()
	f.Until("it is told", func() bool { return len(f.Failures) > 0 })
}

func TestParseAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"a@b.example":                        "a@b.example",
		"A B <a@b.example>":                  "A B <a@b.example>",
		`"B, A" <a@b.example>, c@d.example;`: `"B, A" <a@b.example>, c@d.example`,
		"a@b.example\nA@B.example":           "a@b.example",
		"Ünal Öz <u@ö.example>":              "Ünal Öz <u@ö.example>",
		" , ; ":                              "",
	} {
		good, bad := parseAddresses(in)
		if got := writeAddresses(good); got != want || len(bad) > 0 {
			t.Errorf("%q: %q %q", in, got, bad)
		}
	}
	for _, in := range []string{"a", "a@", "@b.example", "a@b", "a b@c.example", "<a@b.example", "a@b.example c@d.example", "x <y>"} {
		if good, bad := parseAddresses(in); len(good) > 0 || len(bad) != 1 {
			t.Errorf("%q: %v %q", in, good, bad)
		}
	}
}

func FuzzParseAddresses(f *testing.F) {
	f.Add(`"B, A" <a@b.example>, c@d.example; x`)
	f.Fuzz(func(t *testing.T, in string) {
		good, _ := parseAddresses(in)
		again, bad := parseAddresses(writeAddresses(good))
		if len(bad) > 0 || len(again) != len(good) {
			t.Fatalf("%q: %v is read back as %v, %q", in, good, again, bad)
		}
		for i := range good {
			if good[i].Addr != again[i].Addr || strings.ContainsAny(good[i].Name+good[i].Addr, "\r\n") {
				t.Fatalf("%q: %v %v", in, good[i], again[i])
			}
		}
	})
}

func TestSafeName(t *testing.T) {
	for in, want := range map[string]string{
		"offer.pdf": "offer.pdf", "../../etc/passwd": "_.._etc_passwd", `C:\x\y.exe`: "C__x_y.exe", "": "attachment", "...": "attachment",
		".bashrc": "bashrc", "CON.txt": "_CON.txt", "a\x00b\u202etxt.exe": "abtxt.exe", " x . ": "x",
	} {
		if got := safeName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := safeName(strings.Repeat("ä", 300) + ".pdf"); len(got) > 190 || !strings.HasSuffix(got, ".pdf") {
		t.Error(got)
	}
}

func FuzzSafeName(f *testing.F) {
	f.Add("../a")
	f.Add("con.")
	f.Fuzz(func(t *testing.T, in string) {
		got := safeName(in)
		if got == "" || len(got) > 200 || strings.ContainsAny(got, "/\\\x00") || got[0] == '.' {
			t.Fatalf("%q gives %q", in, got)
		}
	})
}

func FuzzUserDirs(f *testing.F) {
	f.Add("XDG_DOWNLOAD_DIR=\"$HOME/dl\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		if dir := downloadOf(strings.NewReader(text), "/home/maya"); dir != "" && !strings.HasPrefix(dir, "/") {
			t.Fatalf("%q gives %q", text, dir)
		}
	})
}
