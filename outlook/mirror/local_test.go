package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"supercrm/internal/plain"
	"supercrm/internal/store"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// fixture is a store with an account, three folders, a thread of messages and a few events, without any network.
type fixture struct {
	*Mirror
	db                                      *store.DB
	account, inbox, sent, archive, calendar int64
	mail                                    []int64 // oldest first
	meeting, allDay, foreign                int64
}

func local(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{db: openStore(t)}
	f.Mirror = New(Options{DB: f.db, Now: func() time.Time { return noon }, Zone: "Europe/Berlin"})
	ctx := t.Context()
	must(t, f.db.Write(ctx, "fixture", func(tx *store.Tx) error {
		id := func(query string, args ...any) int64 {
			var n int64
			must(t, tx.QueryRowContext(ctx, query+" RETURNING id", args...).Scan(&n))
			return n
		}
		f.account = id(`INSERT INTO account (key, upn, name, added_at) VALUES ('t.o','maya@harborline.example','Maya',1)`)
		folder := func(name, known string) int64 {
			return id(`INSERT INTO mail_folder (account_id, graph_id, name, well_known, total) VALUES (?,?,?,?,3)`, f.account, "F"+name, name, known)
		}
		f.archive, f.sent, f.inbox = folder("Archive", "archive"), folder("Sent", "sentitems"), folder("Inbox", "inbox")
		folder("Deleted", "deleteditems")
		folder("zeta", "")
		folder("Alpha", "")
		for i := range 3 {
			from := "anna@customer.example"
			to := "maya@harborline.example"
			in := f.inbox
			if i == 1 {
				from, to, in = to, from, f.sent
			}
			m := id(`INSERT INTO message (account_id, folder_id, graph_id, conversation, subject, from_addr, recipients, received_at, body_type, body)
				VALUES (?,?,?,'C',?,?,?,?,'text','hello Größe weird" body')`, f.account, in, fmt.Sprintf("M%d", i), fmt.Sprintf("Offer %d", i), from,
				toJSON(recipients{To: []Address{{Addr: to}}}), noon.Add(time.Duration(i)*time.Hour).UnixMilli())
			f.mail = append(f.mail, m)
			for _, a := range []string{from, to} {
				_, err := tx.Exec(`INSERT INTO message_address VALUES (?,?,'from',?)`, a, m, noon.Add(time.Duration(i)*time.Hour).UnixMilli())
				must(t, err)
			}
		}
		f.calendar = id(`INSERT INTO calendar (account_id, graph_id, name, is_default) VALUES (?,'K','Calendar',1)`, f.account)
		event := func(g, subject string, start, end time.Time, allDay, mine bool) int64 {
			return id(`INSERT INTO event (account_id, calendar_id, graph_id, change_key, kind, subject, start_at, end_at, all_day, is_organizer, start_zone)
				VALUES (?,?,?,'e1','singleInstance',?,?,?,?,?,'W. Europe Standard Time')`, f.account, f.calendar, g, subject, start.UnixMilli(), end.UnixMilli(), allDay, mine)
		}
		f.meeting = event("E1", "Review", noon.Add(time.Hour), noon.Add(2*time.Hour), false, true)
		f.allDay = event("E2", "Fair", noon.Truncate(24*time.Hour), noon.Truncate(24*time.Hour).AddDate(0, 0, 1), true, true)
		f.foreign = event("E3", "Theirs", noon.Add(3*time.Hour), noon.Add(4*time.Hour), false, false)
		return nil
	}))
	return f
}

func TestFoldersComeInTheirOrder(t *testing.T) {
	f := local(t)
	got, err := f.Folders(t.Context(), f.account)
	must(t, err)
	var names []string
	for _, x := range got {
		names = append(names, x.Name)
	}
	if s := strings.Join(names, " "); s != "Inbox Sent Archive Alpha zeta Deleted" {
		t.Fatal(s)
	}
	if got[0].Count != 2 || got[0].Unread != 2 || got[0].Total != 3 {
		t.Fatalf("%+v", got[0])
	}
}

func TestMailReads(t *testing.T) {
	f, ctx := local(t), t.Context()
	ids, err := f.MessageIDs(ctx, f.inbox, false)
	must(t, err)
	if len(ids) != 2 || ids[0] != f.mail[2] {
		t.Fatal(ids)
	}
	rows, err := f.MessageRows(ctx, []int64{f.mail[1], 999, f.mail[0]})
	must(t, err)
	if len(rows) != 2 || rows[0].ID != f.mail[1] || rows[0].To[0].Addr != "anna@customer.example" {
		t.Fatalf("%+v", rows)
	}
	msg, err := f.Message(ctx, f.mail[0])
	must(t, err)
	if !msg.BodyKnown || msg.HTML || !strings.HasPrefix(msg.Body, "hello") || msg.Received != noon {
		t.Fatalf("%+v", msg)
	}
	if _, err := f.Message(ctx, 999); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	thread, err := f.Conversation(ctx, f.mail[1])
	must(t, err)
	if len(thread) != 3 || thread[0].ID != f.mail[0] {
		t.Fatal(thread)
	}
}

func TestIDsComeNewestFirst(t *testing.T) {
	f, ctx := local(t), t.Context()
	must(t, f.db.Write(ctx, "shuffle", func(tx *store.Tx) error {
		for i := range 3000 {
			if _, err := tx.Exec(`INSERT INTO message (account_id, folder_id, graph_id, received_at, is_read) VALUES (?,?,?,?,?)`,
				f.account, f.archive, fmt.Sprint("S", i), (i*7919)%1000, i%2); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, unread := range []bool{false, true} {
		ids, err := f.MessageIDs(ctx, f.archive, unread)
		must(t, err)
		rows, err := f.MessageRows(ctx, ids)
		must(t, err)
		if want := map[bool]int{false: 3000, true: 1500}[unread]; len(rows) != want {
			t.Fatalf("%d rows, want %d", len(rows), want)
		}
		for i := 1; i < len(rows); i++ {
			a, b := rows[i-1], rows[i]
			if a.Received.Before(b.Received) || a.Received.Equal(b.Received) && a.ID < b.ID {
				t.Fatalf("row %d is newer than the one before it", i)
			}
		}
	}
}

func TestSearch(t *testing.T) {
	f, ctx := local(t), t.Context()
	for query, want := range map[string]int{
		"offer": 3, "off": 3, "ffer": 0, "offer 1": 1, "grosse": 3, "große": 3, "Grö": 3, `weird" bod`: 3, `"`: 0, "": 0,
		"subject:offer": 3, "offer OR nothing": 0, "anna": 3, "customer.example": 3, "NEAR(": 0, "a*b": 0, "from:anna": 2, "to:anna": 1,
	} {
		rows, err := f.SearchMessages(ctx, query, 10)
		must(t, err)
		if len(rows) != want {
			t.Errorf("%q: %d rows, want %d", query, len(rows), want)
		}
	}
	rows, err := f.SearchMessages(ctx, "offer", 2)
	must(t, err)
	if len(rows) != 2 || rows[0].ID != f.mail[2] {
		t.Fatal("not the newest first")
	}
}

func TestEventsAreHalfOpenAndAllDayByDate(t *testing.T) {
	f, ctx := local(t), t.Context()
	berlin, _ := time.LoadLocation("Europe/Berlin")
	day := time.Date(2026, 3, 10, 0, 0, 0, 0, berlin)
	count := func(from, to time.Time) int {
		got, err := f.Events(ctx, from, to)
		must(t, err)
		return len(got)
	}
	if n := count(day, day.AddDate(0, 0, 1)); n != 3 {
		t.Errorf("the day has %d", n)
	}
	if n := count(day.AddDate(0, 0, 1), day.AddDate(0, 0, 2)); n != 0 {
		t.Errorf("the all-day event shows on the next day too: %d", n)
	}
	if n := count(day.AddDate(0, 0, -1), day); n != 0 {
		t.Errorf("or on the day before: %d", n)
	}
	if n := count(noon.Add(2*time.Hour), noon.Add(3*time.Hour)); n != 1 { // only the all-day one
		t.Errorf("an end counts as inside: %d", n)
	}
	next, ok, err := f.NextEvent(ctx, noon.Add(time.Hour+5*time.Minute))
	must(t, err)
	if !ok || next.ID != f.meeting {
		t.Fatalf("running for five minutes: %+v", next)
	}
	next, _, err = f.NextEvent(ctx, noon.Add(time.Hour+11*time.Minute))
	must(t, err)
	if next.ID != f.foreign {
		t.Fatalf("running for eleven minutes: %+v", next)
	}
}

func TestTogglesOfOneMessageAreOneIntention(t *testing.T) {
	f, ctx := local(t), t.Context()
	must(t, f.MarkRead(ctx, f.mail[:1], true))
	must(t, f.Flag(ctx, f.mail[:1], true))
	must(t, f.MarkRead(ctx, f.mail[:1], false))
	box, err := f.Outbox(ctx)
	must(t, err)
	if len(box) != 1 || box[0].Kind != "mail.read" || box[0].Subject != "Offer 0" || box[0].State != PendingQueued {
		t.Fatalf("%+v", box)
	}
	rows, err := f.MessageRows(ctx, f.mail[:1])
	must(t, err)
	if rows[0].Read || !rows[0].Flagged || rows[0].Pending != PendingQueued {
		t.Fatalf("%+v", rows[0])
	}
	must(t, f.Discard(ctx, box[0].ID))
	must(t, f.Retry(ctx, box[0].ID)) // it is over: there is nothing to try, and nothing wrong
	rows, err = f.MessageRows(ctx, f.mail[:1])
	must(t, err)
	if rows[0].Flagged || rows[0].Pending != PendingNone {
		t.Fatalf("after discard: %+v", rows[0])
	}
	if err := f.MarkRead(ctx, []int64{999}, true); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
}

func TestMoveAndBack(t *testing.T) {
	f, ctx := local(t), t.Context()
	must(t, f.Move(ctx, f.mail[:1], "archive"))
	rows, _ := f.MessageRows(ctx, f.mail[:1])
	if rows[0].FolderID != f.archive {
		t.Fatal("not moved")
	}
	box, _ := f.Outbox(ctx)
	must(t, f.Discard(ctx, box[0].ID))
	rows, _ = f.MessageRows(ctx, f.mail[:1])
	if rows[0].FolderID != f.inbox {
		t.Fatal("not moved back")
	}
	var bad ErrBadInput
	if err := f.Move(ctx, f.mail[:1], "junkemail"); !errors.As(err, &bad) || bad.Why != "missing" {
		t.Fatal(err)
	}
}

func TestEventEditsMergeAndDiscard(t *testing.T) {
	f, ctx := local(t), t.Context()
	subject, later, end := "Review 2", noon.Add(5*time.Hour), noon.Add(6*time.Hour)
	must(t, f.EditEvent(ctx, f.meeting, EventEdit{Subject: &subject}))
	must(t, f.EditEvent(ctx, f.meeting, EventEdit{Start: &later, End: &end, Attendees: &[]Address{{Addr: "Anna@customer.example"}}}))
	box, err := f.Outbox(ctx)
	must(t, err)
	if len(box) != 1 || box[0].Kind != "event.edit" {
		t.Fatalf("%+v", box)
	}
	e, err := f.Event(ctx, f.meeting)
	must(t, err)
	if e.Subject != subject || !e.Start.Equal(later) || e.Pending != PendingQueued {
		t.Fatalf("%+v", e)
	}
	with, ok, err := f.NextWith(ctx, []string{"ANNA@customer.example"}, noon)
	must(t, err)
	if !ok || with.ID != f.meeting {
		t.Fatal("the new attendee is not found")
	}
	touches, err := f.Touches(ctx, []string{"anna@customer.example"}, 10)
	must(t, err)
	if len(touches) != 4 || touches[0].Kind != "event" || touches[1].Kind != "mail.in" || touches[2].Kind != "mail.out" {
		t.Fatalf("%+v", touches)
	}
	must(t, f.Discard(ctx, box[0].ID))
	e, _ = f.Event(ctx, f.meeting)
	if e.Subject != "Review" || !e.Start.Equal(noon.Add(time.Hour)) || len(e.Attendees) != 0 {
		t.Fatalf("after discard: %+v", e)
	}
	if err := f.EditEvent(ctx, f.foreign, EventEdit{Subject: &subject}); !errors.Is(err, ErrNotOrganizer) {
		t.Fatal(err)
	}
}

func TestCreateThenDeleteLeavesNothing(t *testing.T) {
	f, ctx := local(t), t.Context()
	id, err := f.CreateEvent(ctx, NewEvent{Subject: "New", Start: noon, End: noon.Add(time.Hour), Zone: "Europe/Berlin"})
	must(t, err)
	e, err := f.Event(ctx, id)
	must(t, err)
	if !e.CanEdit || e.Organizer.Addr != "maya@harborline.example" || e.Pending != PendingQueued {
		t.Fatalf("%+v", e)
	}
	other := "Renamed"
	must(t, f.EditEvent(ctx, id, EventEdit{Subject: &other}))
	box, _ := f.Outbox(ctx)
	if len(box) != 1 || !strings.Contains(payloadOf(t, f.db, box[0].ID), other) {
		t.Fatalf("the edit is not part of what is made: %+v", box)
	}
	must(t, f.DeleteEvent(ctx, id))
	if box, _ = f.Outbox(ctx); len(box) != 0 {
		t.Fatalf("%+v", box)
	}
	must(t, f.DeleteEvent(ctx, f.meeting))
	if _, err := f.Event(ctx, f.meeting); !errors.Is(err, ErrNotFound) {
		t.Fatal("a deleted event still shows", err)
	}
	box, _ = f.Outbox(ctx)
	must(t, f.Discard(ctx, box[0].ID))
	if _, err := f.Event(ctx, f.meeting); err != nil {
		t.Fatal("discard did not bring it back", err)
	}
}

func payloadOf(t testing.TB, db *store.DB, id int64) (s string) {
	t.Helper()
	must(t, db.Reader().QueryRow(`SELECT payload FROM outbox WHERE id=?`, id).Scan(&s))
	return s
}

func TestBadInputIsRefused(t *testing.T) {
	f, ctx := local(t), t.Context()
	long := strings.Repeat("x", 256)
	early := noon.Add(-time.Hour)
	yes := true
	tests := map[string]struct {
		do    func(context.Context) error
		field string
		why   string
	}{
		"end before start":     {func(ctx context.Context) error { return f.EditEvent(ctx, f.meeting, EventEdit{End: &early}) }, "end", "before"},
		"long subject":         {func(ctx context.Context) error { return f.EditEvent(ctx, f.meeting, EventEdit{Subject: &long}) }, "subject", "toolong"},
		"all day without days": {func(ctx context.Context) error { return f.EditEvent(ctx, f.meeting, EventEdit{AllDay: &yes}) }, "start", "missing"},
		"all day at noon": {func(ctx context.Context) error {
			_, err := f.CreateEvent(ctx, NewEvent{Subject: "x", Start: noon, End: noon.AddDate(0, 0, 1), AllDay: true})
			return err
		}, "start", "invalid"},
		"empty event subject": {func(ctx context.Context) error {
			_, err := f.CreateEvent(ctx, NewEvent{Subject: " ", Start: noon, End: noon})
			return err
		}, "subject", "empty"},
		"zone": {func(ctx context.Context) error {
			_, err := f.CreateEvent(ctx, NewEvent{Subject: "x", Start: noon, End: noon, Zone: "Mars/Base"})
			return err
		}, "zone", "invalid"},
		"no recipient": {func(ctx context.Context) error { _, err := f.SendMail(ctx, NewMail{Subject: "x"}); return err }, "to", "empty"},
		"bad recipient": {func(ctx context.Context) error {
			_, err := f.SendMail(ctx, NewMail{To: []Address{{Addr: "anna at example"}}})
			return err
		}, "to", "invalid"},
		"header in subject": {func(ctx context.Context) error {
			_, err := f.SendMail(ctx, NewMail{Subject: "a\r\nBcc: x@y.example", To: []Address{{Addr: "a@b.example"}}})
			return err
		}, "subject", "invalid"},
		"blank reply": {func(ctx context.Context) error {
			_, err := f.SendReply(ctx, Reply{MessageID: f.mail[0], Text: " \n"})
			return err
		}, "text", "empty"},
		"forward to nobody": {func(ctx context.Context) error {
			_, err := f.SendReply(ctx, Reply{MessageID: f.mail[0], Forward: true})
			return err
		}, "to", "empty"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			var bad ErrBadInput
			if err := tc.do(ctx); !errors.As(err, &bad) || bad.Field != tc.field || bad.Why != tc.why {
				t.Fatalf("%v", err)
			}
		})
	}
	if box, _ := f.Outbox(ctx); len(box) != 0 {
		t.Fatal("something was queued")
	}
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<p>a<script>x</script>&amp; b<br/>c</p>")
	f.Add("<style><p></style>\xff<title>")
	f.Fuzz(func(t *testing.T, s string) {
		got := htmlText(s)
		if len(got) > 2*plain.MaxText+len(s) {
			t.Fatal("grows")
		}
	})
}

func TestHTMLText(t *testing.T) {
	in := `<html><head><title>no</title><style>p{}</style></head><body><p>Dear&nbsp;Anna,</p><script>alert(1)</script>the <b>off</b>er<br>is &lt;here&gt;</body></html>`
	if got := htmlText(in); got != "Dear\u00a0Anna,\nthe offer\nis <here>" && got != "Dear\u00a0Anna,\n\nthe offer\nis <here>" {
		t.Fatalf("%q", got)
	}
}

func FuzzSearchQuery(f *testing.F) {
	f.Add(`a" OR b* NEAR(`)
	db := openStore(f)
	m := New(Options{DB: db})
	f.Fuzz(func(t *testing.T, q string) {
		if _, err := m.SearchMessages(t.Context(), q, 5); err != nil {
			t.Fatalf("%q: %v", q, err)
		}
	})
}
