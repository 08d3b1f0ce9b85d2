package mirror

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
)

// history is an item's ledger, newest first, as "direction what why who fields".
func (r *rig) history(kind string, id int64) []string {
	r.t.Helper()
	rows, err := r.m.Ledger(r.t.Context(), LedgerFilter{ItemKind: kind, ItemID: id})
	must(r.t, err)
	var out []string
	for _, l := range rows {
		direction := "in"
		if l.Out {
			direction = "out"
		}
		out = append(out, strings.TrimSpace(strings.Join([]string{direction, l.What, l.Why, l.Who, strings.Join(l.Fields, ",")}, " ")))
	}
	return out
}

func TestLedgerTellsWhenAndWhy(t *testing.T) {
	r, ctx := ready(t, 4), t.Context()
	one, two := r.mail("Quote 1").ID, r.mail("Quote 2").ID
	must(t, r.m.MarkRead(ctx, []int64{one}, true))
	r.sent()
	r.synced() // the echo is no change
	want := []string{"out sent mail.read you read", "out queued mail.read you read", "in new first service"}
	if got := r.history("message", one); !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	must(t, r.box.MoveMessage(r.graphID("message", two), "archive"))
	r.synced()
	if got := r.history("message", two); got[0] != "in moved delta elsewhere folder" {
		t.Fatalf("%q", got)
	}
	gone := r.mail("Quote 3").ID
	must(t, r.box.RemoveMessage(r.graphID("message", gone)))
	r.synced()
	if got := r.history("message", gone); got[0] != "in deleted delta elsewhere" {
		t.Fatalf("%q", got)
	}
	review := r.find("Review")
	must(t, r.box.ChangeEvent(r.graphID("event", review.ID), func(e *mailbox.Event) { e.Location = "Bremen" }))
	r.synced()
	if got := r.history("event", review.ID); got[0] != "in changed delta elsewhere location" {
		t.Fatalf("%q", got)
	}
	r.fault("PATCH", "events", 1, graph.Fault{Status: 403})
	subject := "Not allowed"
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Subject: &subject}))
	r.until("it is told", func() bool { return r.history("event", review.ID)[0] == "out failed event.edit you refused" })
	must(t, r.m.Discard(ctx, r.queued(kindEdit).ID))
	if got := r.history("event", review.ID); got[0] != "out discarded event.edit you subject" {
		t.Fatalf("%q", got)
	}
	_, err := r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "anna@customer.example"}}, Subject: "From here", Text: "x"})
	must(t, err)
	r.sent()
	r.until("it is mirrored", func() bool {
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM message WHERE subject='From here' AND is_draft=0`).Scan(&n))
		return n == 1
	})
	got := r.history("message", r.mail("From here").ID)
	if !slices.Contains(got, "in new delta you") || !slices.Contains(got, "out sent mail.send you") {
		t.Fatalf("the sent copy does not know where it comes from: %q", got)
	}
	rows, err := r.m.Ledger(ctx, LedgerFilter{Direction: "out", Limit: 2})
	must(t, err)
	if len(rows) != 2 || !rows[0].Out || rows[0].ID < rows[1].ID {
		t.Fatalf("%+v", rows)
	}
	next, err := r.m.Ledger(ctx, LedgerFilter{Direction: "out", Before: rows[1].ID, Limit: 2})
	must(t, err)
	if len(next) != 2 || next[0].ID >= rows[1].ID {
		t.Fatalf("%+v", next)
	}
}

func TestLedgerIsBoundedAndHoldsNoText(t *testing.T) {
	r, ctx := ready(t, 2), t.Context()
	id := r.mail("Quote 1").ID
	r.m.Close()
	for i := range 2 * LedgerPerItem {
		must(t, r.m.Flag(ctx, []int64{id}, i%2 == 0))
	}
	if n := len(r.history("message", id)); n != LedgerPerItem {
		t.Fatalf("%d rows of one item", n)
	}
	var text string
	must(t, r.db.Reader().QueryRow(`SELECT group_concat(item_kind||what||why||who||fields) FROM ledger`).Scan(&text))
	for _, secret := range []string{"Quote", "anna", "Review", "harborline"} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
			t.Fatalf("%q stands in the ledger", secret)
		}
	}
	other := r.mail("Quote 0").ID
	r.offset.Add(int64((LedgerDays + 1) * 24 * time.Hour))
	must(t, newRunner(r.m, r.account, me, nil).trimLedger(ctx))
	if n, m := len(r.history("message", id)), len(r.history("message", other)); n != 1 || m != 1 {
		t.Fatalf("%d and %d rows after the time is over", n, m)
	}
	must(t, r.m.Erase(context.WithoutCancel(ctx), r.account))
	if rows, _ := r.m.Ledger(ctx, LedgerFilter{}); len(rows) != 0 {
		t.Fatalf("%d rows after the account was erased", len(rows))
	}
}

// rarely lets rounds come once in an hour, or when asked for.
func (r *rig) rarely() {
	r.t.Helper()
	must(r.t, r.m.Disconnect(r.t.Context(), r.account))
	r.m.poll = time.Hour
	r.connect()
}

// A mirror is damaged by hand in every way that it could differ; a verification finds and repairs all of it, and does not
// write to the service.
func TestVerifyRepairs(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(40)
	_ = r.box.Do(func(b *mailbox.Box) error {
		for i := range 4 {
			b.AddContact(b.ContactFolders()[0], &mailbox.Contact{DisplayName: fmt.Sprint("Contact ", i), Emails: []mailbox.Address{{Addr: fmt.Sprintf("c%d@customer.example", i)}}})
		}
		return nil
	})
	r.start()
	r.renewed()
	r.rarely()
	r.synced()
	r.until("attachments are listed", func() bool {
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM message WHERE attachments=''`).Scan(&n))
		return n == 0
	})
	clean, err := r.m.Verify(ctx, r.account, nil)
	must(t, err)
	if clean.Repaired() != 0 || clean.Compared() < 60 {
		t.Fatalf("%+v", clean)
	}
	ghost := r.box.Deliver(mailbox.Mail{Subject: "Ghost", To: []mailbox.Address{{Addr: me}}})
	must(t, r.box.RemoveMessage(ghost))
	var strangers string
	_ = r.box.Do(func(b *mailbox.Box) error {
		c := b.AddContact(b.ContactFolders()[0], &mailbox.Contact{DisplayName: "Stranger"})
		strangers = b.FormatID(c.ID(), true)
		b.RemoveContact(c)
		return nil
	})
	must(t, r.db.Write(ctx, "damage", func(tx *store.Tx) error {
		for _, q := range []string{
			`DELETE FROM message WHERE subject='Quote 3'`,
			`UPDATE message SET is_read=1, change_key='W/"old"' WHERE subject='Quote 4'`,
			`UPDATE message SET folder_id=(SELECT id FROM mail_folder WHERE well_known='archive') WHERE subject='Quote 5'`,
			`INSERT INTO message (account_id, folder_id, graph_id, subject, received_at, body_type, attachments) SELECT account_id, folder_id, '` + ghost + `', 'Ghost', received_at, 'text', '[]' FROM message WHERE subject='Quote 9'`,
			`DELETE FROM event WHERE subject='Fair'`,
			`DELETE FROM contact WHERE name='Contact 1'`,
			`UPDATE contact SET name='Contract 2', change_key='W/"old"' WHERE name='Contact 2'`,
			`INSERT INTO contact (account_id, folder_id, graph_id, name) SELECT account_id, folder_id, '` + strangers + `', 'Stranger' FROM contact WHERE name='Contact 3'`,
			`UPDATE event SET subject='Rewiev', change_key='W/"old"' WHERE subject='Review'`,
			`UPDATE event SET location='Nowhere', change_key='W/"old"' WHERE subject='Standup' AND kind='seriesMaster'`,
			`UPDATE event SET location='Nowhere' WHERE subject='Standup'`,
			`DELETE FROM event WHERE id=(SELECT max(id) FROM event WHERE subject='Standup' AND kind='occurrence')`,
		} {
			if _, err := tx.Exec(q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	}))
	w := r.watch(nil)
	var last VerifyProgress
	v, err := r.m.Verify(ctx, r.account, func(p VerifyProgress) { last = p })
	must(t, err)
	r.same()
	for _, s := range w.writes() {
		if !strings.HasSuffix(s, "/$batch") {
			t.Fatalf("written: %s", s)
		}
	}
	if last.Place != last.Places || last.Items < 60 {
		t.Fatalf("%+v", last)
	}
	var sum Place
	for _, p := range v.Places {
		sum.Fetched, sum.Removed, sum.Renewed = sum.Fetched+p.Fetched, sum.Removed+p.Removed, sum.Renewed+p.Renewed
	}
	if sum.Fetched < 4 || sum.Removed != 2 || sum.Renewed < 4 || v.Requests > 60 {
		t.Fatalf("%+v", v)
	}
	kept, err := r.m.LastVerification(ctx, r.account)
	must(t, err)
	if kept.Repaired() != v.Repaired() {
		t.Fatalf("%+v", kept)
	}
	names := ""
	for _, c := range r.contacts("") {
		names += c.Name + " "
	}
	if names != "Contact 0 Contact 1 Contact 2 Contact 3 " {
		t.Fatal(names)
	}
	again, err := r.m.Verify(ctx, r.account, nil)
	must(t, err)
	if again.Repaired() != 0 {
		t.Fatalf("the second time: %+v", again)
	}
	if got := r.history("message", r.mail("Quote 3").ID); got[0] != "in new verify service" {
		t.Fatalf("%q", got)
	}
}

func TestVerifyIsCancelledAndNeverDeletesOnFailure(t *testing.T) {
	r := ready(t, 20)
	r.rarely()
	r.synced()
	ctx, cancel := context.WithCancel(t.Context())
	v, err := r.m.Verify(ctx, r.account, func(p VerifyProgress) {
		if p.Place == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !v.Cancelled {
		t.Fatalf("%+v, %v", v, err)
	}
	r.h.SetIntercept(func(req *http.Request) *graph.Fault { return &graph.Fault{Status: 500} })
	v, err = r.m.Verify(t.Context(), r.account, nil)
	must(t, err)
	for _, p := range v.Places {
		if p.Skipped != "failed" {
			t.Fatalf("%+v", p)
		}
	}
	r.h.SetIntercept(nil)
	r.synced()
	r.same()
	if _, err := r.m.Verify(t.Context(), 99, nil); !errors.Is(err, ErrNotConnected) {
		t.Fatal(err)
	}
}

// What lies before the chosen range is neither fetched nor removed, and a calendar that is not picked is left alone.
func TestVerifyKeepsToWhatIsMirrored(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(3)
	r.old(2, 20, 40)
	r.start()
	r.synced()
	r.rarely()
	r.synced()
	before := r.messages()
	v, err := r.m.Verify(ctx, r.account, nil)
	must(t, err)
	if v.Repaired() != 0 || r.messages() != before {
		t.Fatalf("%d messages, then %d: %+v", before, r.messages(), v)
	}
	calendars, err := r.m.Calendars(ctx, r.account)
	must(t, err)
	must(t, r.m.PickCalendar(ctx, calendars[0].ID, false))
	v, err = r.m.Verify(ctx, r.account, nil)
	must(t, err)
	for _, p := range v.Places {
		if p.Kind == "calendar" && p.ID == calendars[0].ID {
			t.Fatalf("%+v", p)
		}
	}
}

// A folder that is read anew tells of nothing that has not changed, not of a picture either that a quoted mail had inside.
func TestReadingAnewIsNoChange(t *testing.T) {
	r := newRig(t)
	r.furnish(6)
	r.box.Deliver(mailbox.Mail{Subject: "Drawing", From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}},
		Body: mailbox.Body{HTML: true, Text: `<html><body><img src="cid:plan"></body></html>`}})
	r.start()
	r.synced()
	r.until("all is complete", func() bool {
		var open int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM message WHERE attachments='' OR body_type=''`).Scan(&open))
		return open == 0
	})
	rows := func() int {
		all, err := r.m.Ledger(t.Context(), LedgerFilter{Limit: 1000})
		must(t, err)
		return len(all)
	}
	before := rows()
	r.box.ForgetChanges()
	r.synced()
	r.synced()
	if n := rows(); n != before {
		all, err := r.m.Ledger(t.Context(), LedgerFilter{Limit: 5})
		must(t, err)
		t.Errorf("%d rows more: %+v", n-before, all)
	}
}
