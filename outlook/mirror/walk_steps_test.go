package mirror

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
)

// walkMail is a mail that the person meant to send: how many bytes go with it, 0 for no attachment.
type walkMail struct {
	subject string
	bytes   int
}

// more are the rarer steps: 0 to 3 the person's, the others somebody else's.
func (w *walk) more(step int, e Event, some bool) {
	ctx := w.t.Context()
	switch step {
	case 0:
		w.send()
	case 1: // called back while it is held, or given up on the way
		box, err := w.m.Outbox(ctx)
		must(w.t, err)
		if len(box) == 0 {
			return
		}
		it := box[w.rng.IntN(len(box))]
		err = w.m.Discard(ctx, it.ID)
		w.tolerate(err)
		switch {
		case err != nil:
		case it.Kind == kindReply:
			w.answers--
		case it.Kind == kindSend:
			w.meant = slices.DeleteFunc(w.meant, func(m walkMail) bool { return m.subject == it.Mail.Subject })
		}
	case 2:
		if some && e.Series && e.CanEdit {
			place := fmt.Sprint("Hall ", w.rng.IntN(100))
			w.tolerate(w.m.EditSeries(ctx, e.ID, EventEdit{Location: &place}))
		}
	case 3:
		if some && !e.IsOrganizer && !e.Cancelled {
			w.tolerate(w.m.Respond(ctx, e.ID, []string{"accepted", "tentativelyAccepted", "declined"}[w.rng.IntN(3)]))
		}
	case 4:
		w.made++
		start := w.now().UTC().Truncate(time.Hour).Add(time.Duration(30+w.made)*time.Hour + 30*time.Minute)
		w.box.NewEvent(mailbox.Event{Subject: fmt.Sprint("Invited ", w.made), Start: start, End: start.Add(time.Hour), StartZone: "UTC", EndZone: "UTC", Response: "notResponded",
			Organizer: mailbox.Address{Addr: "anna@customer.example"}, Attendees: []mailbox.Attendee{{Address: w.box.Owner().Address(), Type: "required", Response: "none"}}})
	case 5:
		w.tolerate(w.box.RemoveMessage(w.graphID("message", w.message())))
	case 6:
		_ = w.box.Do(func(b *mailbox.Box) error { w.contact(b); return nil }) // the function returns no error
	case 7:
		_ = w.box.Do(func(b *mailbox.Box) error { w.folder(b); return nil })
	}
}

// send means a new mail, with a file of any size now and then: a large one goes by an upload session.
func (w *walk) send() {
	w.made++
	mail := walkMail{subject: fmt.Sprint("Mail ", w.made)}
	next := NewMail{To: []Address{{Addr: "anna@customer.example"}}, Subject: mail.subject, Text: "Walk."}
	sizes := []int{0, 0, 700, 40_000, 3<<20 + 1}
	if w.smallFiles {
		sizes = sizes[:4]
	}
	if size := sizes[w.rng.IntN(len(sizes))]; size > 0 {
		mail.bytes = size
		f, err := w.m.Attach(w.t.Context(), "", "walk.bin", int64(size), bytes.NewReader(bytes.Repeat([]byte{7}, size)))
		must(w.t, err)
		next.Files = []int64{f.ID}
	}
	_, err := w.m.SendMail(w.t.Context(), next)
	must(w.t, err)
	w.meant = append(w.meant, mail)
}

// contact makes, changes or removes a contact.
func (w *walk) contact(b *mailbox.Box) {
	folder := b.ContactFolders()[0]
	all := b.Contacts(folder)
	if len(all) == 0 || w.rng.IntN(3) == 0 {
		w.made++
		b.AddContact(folder, &mailbox.Contact{DisplayName: fmt.Sprint("Contact ", w.made), Emails: []mailbox.Address{{Addr: fmt.Sprintf("c%d@customer.example", w.made)}}})
		return
	}
	c := all[w.rng.IntN(len(all))]
	if w.rng.IntN(3) == 0 {
		b.RemoveContact(c)
		return
	}
	c.JobTitle = fmt.Sprint("Title ", w.rng.IntN(100))
	b.TouchContact(c)
}

// folder makes a folder with mail in it, renames one or deletes one, which goes to the deleted items with what it holds.
func (w *walk) folder(b *mailbox.Box) {
	var own []*mailbox.Folder
	for _, f := range b.Folders() {
		if strings.HasPrefix(f.Name, "Walk ") && f.Parent == b.Root() {
			own = append(own, f)
		}
	}
	w.made++
	name := fmt.Sprint("Walk ", w.made)
	if len(own) == 0 || w.rng.IntN(3) == 0 {
		f, err := b.NewFolder(b.Root(), name)
		must(w.t, err)
		b.Receive(f, mailbox.Mail{Subject: "In " + name, From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Body: mailbox.Body{Text: "x"}, At: b.Now()})
		return
	}
	f := own[w.rng.IntN(len(own))]
	if w.rng.IntN(2) == 0 {
		must(w.t, b.RenameFolder(f, name))
		return
	}
	must(w.t, b.DeleteFolder(f))
}

// delivered compares what left the mailbox with what was meant: each mail once, with its file once and whole.
func (w *walk) delivered() {
	w.t.Helper()
	var have []walkMail
	answers := 0
	for _, m := range w.box.SentMail() {
		if !strings.HasPrefix(m.Subject, "Mail ") {
			answers++
			continue
		}
		mail := walkMail{subject: m.Subject}
		for _, a := range m.Attachments {
			mail.bytes += len(a.Bytes)
		}
		have = append(have, mail)
	}
	order := func(a, b walkMail) int { return cmp.Compare(a.subject, b.subject) }
	slices.SortFunc(have, order)
	slices.SortFunc(w.meant, order)
	if !slices.Equal(have, w.meant) {
		w.t.Fatalf("sent is %v\nmeant %v\nfaults were %v", have, w.meant, w.faults)
	}
	if answers+w.lost != w.answers {
		w.t.Fatalf("%d answers sent and %d impossible of %d; faults were %v", answers, w.lost, w.answers, w.faults)
	}
}

// sides compares what diff does not: folders with what they hold, and contacts.
func (w *walk) sides() string {
	ctx := w.t.Context()
	var have, want []string
	folders, err := w.m.Folders(ctx, w.account)
	must(w.t, err)
	for _, f := range folders {
		ids, err := w.m.MessageIDs(ctx, f.ID, false)
		must(w.t, err)
		have = append(have, fmt.Sprint("folder ", f.Name, " ", len(ids)))
	}
	contacts, err := w.m.FindContacts(ctx, "", 1000)
	must(w.t, err)
	for _, c := range contacts {
		have = append(have, fmt.Sprint(c.Name, " ", c.JobTitle, " ", c.Emails[0].Addr))
	}
	_ = w.box.Do(func(b *mailbox.Box) error {
		for _, f := range b.Folders() {
			want = append(want, fmt.Sprint("folder ", f.Name, " ", len(b.Messages(f))))
		}
		for _, c := range b.Contacts(b.ContactFolders()[0]) {
			want = append(want, fmt.Sprint(c.DisplayName, " ", c.JobTitle, " ", c.Emails[0].Addr))
		}
		return nil
	})
	return apart(have, want)
}

// history is what the ledger tells of the items whose subjects stand in a text, the first reading aside.
func (w *walk) history(of string) string {
	rows, err := w.m.Ledger(w.t.Context(), LedgerFilter{Limit: 5000})
	must(w.t, err)
	var out strings.Builder
	for _, l := range slices.Backward(rows) {
		if l.Subject != "" && strings.Contains(of, l.Subject) && l.Why != whyFirst {
			fmt.Fprintln(&out, l.At.Format("04:05.000"), l.ItemKind, l.ItemID, l.Subject, l.Out, l.What, l.Why, l.Who, l.Fields)
		}
	}
	return out.String()
}
