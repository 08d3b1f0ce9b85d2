package mirror

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/outlook"
)

// second connects another person's mailbox to the same mirror.
func (r *rig) second(m *mailbox.Mailbox) int64 {
	r.t.Helper()
	client, err := outlook.New(outlook.Options{BaseURL: r.server.URL + "/graph/v1.0", HTTP: r.http, RetryBase: 5 * time.Millisecond, Timeout: 2 * time.Second,
		Token: func(context.Context) (string, error) { return m.Owner().UPN, nil }})
	must(r.t, err)
	a, err := r.m.Connect(r.t.Context(), AccountInfo{Key: "t.second", UPN: m.Owner().UPN, Name: m.Owner().Name}, client)
	must(r.t, err)
	return a.ID
}

// rows counts what the file holds of an account: in every table that names accounts, and in those that hang on them.
func (r *rig) rows(account int64) map[string]int {
	r.t.Helper()
	out := map[string]int{}
	tables, err := collect(r.t.Context(), r.m, "list tables", func(row scanner) (s string, err error) {
		err = row.Scan(&s)
		return s, err
	}, `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type='table' AND c.name='account_id'`)
	must(r.t, err)
	for _, t := range tables {
		if n := r.tally(`SELECT count(*) FROM `+t+` WHERE account_id=?`, account); n > 0 {
			out[t] = n
		}
	}
	for what, query := range map[string]string{
		"account":         `SELECT count(*) FROM account WHERE id=?`,
		"message_address": `SELECT count(*) FROM message_address a JOIN message m ON m.id=a.message_id WHERE m.account_id=?`,
		"event_address":   `SELECT count(*) FROM event_address a JOIN event e ON e.id=a.event_id WHERE e.account_id=?`,
		"contact_address": `SELECT count(*) FROM contact_address a JOIN contact c ON c.id=a.contact_id WHERE c.account_id=?`,
	} {
		if n := r.tally(query, account); n > 0 {
			out[what] = n
		}
	}
	return out
}

// Two accounts are mirrored side by side; erasing one takes everything of it, and nothing of the other.
func TestTwoAccounts(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(6)
	his := r.colleague()
	fill := func(m *mailbox.Mailbox, word string) {
		for i := range 4 {
			mail := mailbox.Mail{From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: m.Owner().UPN}}, Subject: word, At: r.now().Add(-time.Duration(i) * time.Hour), Body: mailbox.Body{Text: word}}
			mail.Attachments = []mailbox.Attachment{{Num: 1, Name: word + ".txt", Type: "text/plain", Bytes: []byte(word)}}
			m.Deliver(mail)
		}
		_ = m.Do(func(b *mailbox.Box) error {
			b.AddContact(b.ContactFolders()[0], &mailbox.Contact{DisplayName: word, Emails: []mailbox.Address{{Addr: word + "@x.example"}}})
			return nil
		})
	}
	fill(r.box, "marigold")
	fill(his, "juniper")
	r.start()
	other := r.second(his)
	done := func() bool {
		return r.tally(`SELECT count(*) FROM attachment_file`) == 10 && r.tally(`SELECT count(*) FROM contact`) == 2 && r.tally(`SELECT count(*) FROM sync_state WHERE scope='all' AND synced_at>0`) == 2
	}
	r.until("both are mirrored", done)
	r.m.SyncNow(r.account)
	status, err := r.m.Status(ctx)
	must(t, err)
	if len(status) != 2 || status[0].AccountID == status[1].AccountID || status[1].SyncedAt.IsZero() {
		t.Fatalf("%+v", status)
	}
	for _, a := range []int64{r.account, other} {
		folders, err := r.m.Folders(ctx, a)
		must(t, err)
		calendars, err := r.m.Calendars(ctx, a)
		must(t, err)
		if folders[0].WellKnown != "inbox" || folders[0].Count == 0 || folders[0].AccountID != a || len(calendars) == 0 || calendars[0].AccountID != a {
			t.Errorf("account %d: %+v, %+v", a, folders, calendars)
		}
	}
	if !r.sees("Review") || !r.sees("His visit") {
		t.Error("the calendars of both are not seen together")
	}
	// Each sends as itself.
	people := []Address{{Addr: "anna@customer.example"}}
	for _, a := range []int64{r.account, other} {
		_, err := r.m.SendMail(ctx, NewMail{AccountID: a, To: people, Subject: fmt.Sprint("from ", a), Text: "x"})
		must(t, err)
	}
	start := r.now().Truncate(time.Hour).Add(3 * time.Hour)
	calendars, err := r.m.Calendars(ctx, other)
	must(t, err)
	_, err = r.m.CreateEvent(ctx, NewEvent{AccountID: other, CalendarID: calendars[0].ID, Subject: "Made for him", Start: start, End: start.Add(time.Hour), Zone: "Europe/Berlin"})
	must(t, err)
	r.sent()
	if n := len(his.Messages("sentitems")); n != 1 {
		t.Errorf("he has sent %d", n)
	}
	if from, to := r.m.window(); len(his.EventsBetween(from, to)) != 2 {
		t.Errorf("his calendar: %+v", his.EventsBetween(from, to))
	}
	r.until("what was sent is mirrored", func() bool {
		r.m.SyncNow(r.account)
		r.m.SyncNow(other)
		return r.tally(`SELECT count(*) FROM message WHERE subject LIKE 'from %' AND is_draft=0`) == 2
	})
	// With something pending on both sides, one is erased.
	r.down.Store(true)
	_, err = r.m.SendMail(ctx, NewMail{AccountID: other, To: people, Subject: "never leaves", Text: "x"})
	must(t, err)
	must(t, r.m.Flag(ctx, []int64{r.mail("Quote 1").ID}, true))
	pending, err := r.m.Pending(ctx, other)
	must(t, err)
	if len(pending) != 1 || pending[0].Subject != "never leaves" {
		t.Fatalf("%+v", pending)
	}
	must(t, r.m.Disconnect(ctx, r.account)) // nothing of it moves while it is compared
	before := r.rows(r.account)
	if len(r.rows(other)) < 12 {
		t.Fatalf("too little to erase: %v", r.rows(other))
	}
	must(t, r.m.Erase(ctx, other))
	if left := r.rows(other); len(left) > 0 {
		t.Errorf("left of it: %v", left)
	}
	if after := r.rows(r.account); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the other had %v and has %v", before, after)
	}
	for word, want := range map[string]int{"juniper": 0, "marigold": 4} {
		rows, err := r.m.SearchMessages(ctx, word, 100)
		must(t, err)
		if len(rows) != want {
			t.Errorf("the search finds %d of %s", len(rows), word)
		}
	}
	if list, err := r.m.FindContacts(ctx, "juniper", 9); err != nil || len(list) > 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if n := r.tally(`SELECT count(*) FROM search_fts WHERE search_fts MATCH 'juniper'`); n != 0 {
		t.Errorf("%d rows of the index", n)
	}
	accounts, err := r.m.Accounts(ctx)
	must(t, err)
	if len(accounts) != 1 || !strings.EqualFold(accounts[0].UPN, me) {
		t.Errorf("%+v", accounts)
	}
	r.down.Store(false)
	r.connect()
	r.sent()
	r.synced()
	r.same()
	for _, m := range his.Messages("sentitems") {
		if m.Subject == "never leaves" {
			t.Error("what was erased has left")
		}
	}
}
