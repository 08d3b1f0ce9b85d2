package mirror

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

func TestMirrorIsComplete(t *testing.T) {
	for name, quirks := range map[string]graph.Quirks{"plain": {}, "quirks": {EmptyPages: true, Replays: true, MissingMaster: true}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.h.SetQuirks(quirks)
			r.furnish(230)
			r.start()
			r.synced()
			r.same()
			standup := r.find("Standup")
			if !standup.Series || standup.Location != "Room 1" || !standup.CanEdit {
				t.Fatalf("an occurrence lacks its master's values: %+v", standup)
			}
			rows, err := r.m.SearchMessages(t.Context(), "number22", 50)
			must(t, err)
			if len(rows) != 11 { // 22, 220…229
				t.Fatalf("search finds %d", len(rows))
			}
			r.until("attachments are listed", func() bool {
				m, err := r.m.Message(t.Context(), r.mail("Quote 5").ID)
				must(t, err)
				return len(m.Attachments) == 1 && m.Attachments[0].Name == "quote.txt"
			})
			m, _ := r.m.Message(t.Context(), r.mail("Quote 5").ID)
			var got bytes.Buffer
			must(t, r.m.FetchAttachment(t.Context(), m.ID, m.Attachments[0].GraphID, &got))
			if got.String() != "forty pallets" {
				t.Fatalf("%q", got.String())
			}
			accounts, err := r.m.Accounts(t.Context())
			must(t, err)
			if len(accounts) != 1 || accounts[0].SignIn {
				t.Fatalf("%+v", accounts)
			}
		})
	}
}

func TestChangesElsewhereArrive(t *testing.T) {
	r := newRig(t)
	series := r.furnish(12)
	r.start()
	r.synced()
	id := r.mail("Quote 3").ID
	g := r.graphID("message", id)
	must(t, r.box.MoveMessage(g, "archive"))
	must(t, r.box.SetRead(r.graphID("message", r.mail("Quote 4").ID), true))
	must(t, r.box.RemoveMessage(r.graphID("message", r.mail("Quote 5").ID)))
	r.box.Deliver(mailbox.Mail{Subject: "Late", From: mailbox.Address{Addr: "x@y.example"}, Body: mailbox.Body{Text: "x"}})
	must(t, r.box.ChangeEvent(r.graphID("event", r.find("Review").ID), func(e *mailbox.Event) {
		e.Start, e.End = e.Start.Add(time.Hour), e.End.Add(time.Hour)
	}))
	must(t, r.box.ChangeEvent(series, func(e *mailbox.Event) { e.Location = "Room 2" }))
	r.synced()
	r.same()
	if r.mail("Quote 3").ID != id {
		t.Fatal("a moved message lost its row")
	}
	must(t, r.box.DeleteEvent(r.graphID("event", r.find("Standup").ID))) // one occurrence
	must(t, r.box.DeleteEvent(r.graphID("event", r.find("Fair").ID)))
	r.synced()
	r.same()
	must(t, r.box.DeleteEvent(series))
	r.synced()
	r.same()
}

func TestStaleLinksAreReadAnewWithoutLoss(t *testing.T) {
	r := newRig(t)
	r.furnish(120)
	r.start()
	r.synced()
	keep := r.mail("Quote 50").ID
	r.box.ForgetChanges()
	must(t, r.box.RemoveMessage(r.graphID("message", r.mail("Quote 7").ID)))
	must(t, r.box.DeleteEvent(r.graphID("event", r.find("Fair").ID)))
	r.box.ForgetChanges() // nobody tells of the deletions any more
	r.synced()
	r.same()
	if r.mail("Quote 50").ID != keep {
		t.Fatal("rows were made anew")
	}
	var n int
	must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM sync_seen`).Scan(&n))
	if n != 0 {
		t.Fatalf("%d marks are left", n)
	}
}

// A service that suddenly has nothing, or answers 410 for ever, must never empty the mirror.
func TestEmptyAnswersDeleteNothing(t *testing.T) {
	r := newRig(t)
	r.furnish(30)
	r.start()
	r.synced()
	count := func() (n int) {
		must(t, r.db.Reader().QueryRow(`SELECT (SELECT count(*) FROM message)+(SELECT count(*) FROM event)`).Scan(&n))
		return n
	}
	before := count()
	r.fault("GET", "delta", 1<<30, graph.Fault{Status: 410, Code: "syncStateNotFound"})
	time.Sleep(300 * time.Millisecond)
	if count() != before {
		t.Fatal("410 deleted rows")
	}
	r.h.SetIntercept(nil)
	r.synced()
	r.same()
	if count() != before {
		t.Fatal("rows changed")
	}
}

// What a delta calls removed is asked about first (facts: false @removed outside the window).
func TestFalseRemovedIsNotBelieved(t *testing.T) {
	r := newRig(t)
	r.furnish(3)
	r.start()
	r.synced()
	r.m.Close()
	r.m = New(Options{DB: r.db, Now: r.now, PollEvery: time.Hour})
	r.connect()
	rn := r.m.runner(r.account)
	r.synced()
	folders, err := rn.folderRefs(t.Context())
	must(t, err)
	row := r.mail("Quote 1")
	var ref folderRef
	for _, f := range folders {
		if f.id == row.FolderID {
			ref = f
		}
	}
	c, err := rn.settleMessage(t.Context(), ref, removedMessage(r.graphID("message", row.ID)))
	must(t, err)
	if c.gone != "" || c.live == nil {
		t.Fatalf("%+v", c)
	}
	calendars, err := rn.calendarRefs(t.Context())
	must(t, err)
	from, to := r.m.window()
	cr := &calendarRound{r: rn, cal: calendars[0], from: millis(from), to: millis(to)}
	review := r.find("Review")
	changes, err := cr.settle(t.Context(), removedEvents(r.graphID("event", review.ID)))
	must(t, err)
	if len(changes) != 1 || changes[0].gone != "" || changes[0].live == nil {
		t.Fatalf("%+v", changes)
	}
	cr.from = millis(review.End) // now it is outside the window, on the edge
	cr.to = millis(to)
	if cr.inside(changes[0].live) {
		t.Fatal("the window is not half-open")
	}
}

func TestWindowMovesWithTheDays(t *testing.T) {
	r := newRig(t)
	r.furnish(1)
	r.start()
	r.synced()
	r.same()
	var before int
	must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM event`).Scan(&before))
	r.offset.Store(int64(30 * 24 * time.Hour))
	r.synced()
	r.same()
	var after int
	must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM event`).Scan(&after))
	if after <= before {
		t.Fatalf("the window did not grow ahead: %d, then %d; and history stays", before, after)
	}
}

func TestSignInAgainKeepsEverything(t *testing.T) {
	r := newRig(t)
	r.furnish(8)
	r.start()
	r.synced()
	var again error = signInAgain{}
	r.token.Store(&again)
	must(t, r.m.MarkRead(t.Context(), []int64{r.mail("Quote 1").ID}, true))
	r.until("the account is marked", func() bool {
		a, err := r.m.Accounts(t.Context())
		must(t, err)
		return a[0].SignIn
	})
	time.Sleep(50 * time.Millisecond)
	box, err := r.m.Outbox(t.Context())
	must(t, err)
	if len(box) != 1 || box[0].State != PendingQueued {
		t.Fatalf("%+v", box)
	}
	if !r.mail("Quote 1").Read {
		t.Fatal("the edit is not shown")
	}
	r.token.Store(nil)
	r.connect()
	r.sent()
	r.synced()
	r.same()
	if a, _ := r.m.Accounts(t.Context()); a[0].SignIn {
		t.Fatal("still marked")
	}
}

// A keychain that does not answer, such as a locked one, is no lost sign-in: everything waits and goes on by itself.
func TestKeychainFailureIsWaitedFor(t *testing.T) {
	r := newRig(t)
	r.furnish(8)
	r.start()
	r.synced()
	var fails error = keychainFails{}
	r.token.Store(&fails)
	must(t, r.m.MarkRead(t.Context(), []int64{r.mail("Quote 1").ID}, true))
	r.m.SyncNow(r.account)
	r.until("the status names the keychain", func() bool {
		st, err := r.m.Status(t.Context())
		must(t, err)
		return st[0].Problem == "keychain" && !st[0].SignIn && st[0].Pending == 1
	})
	r.token.Store(nil)
	r.sent()
	r.synced()
	r.same()
	if st, err := r.m.Status(t.Context()); err != nil || st[0].Problem != "" {
		t.Fatalf("%+v, %v", st, err)
	}
}

func TestOfflineQueueGoesOutWhenOnline(t *testing.T) {
	r := newRig(t)
	r.furnish(5)
	r.start()
	r.synced()
	r.down.Store(true)
	r.server.CloseClientConnections()
	must(t, r.m.MarkRead(t.Context(), []int64{r.mail("Quote 1").ID}, true))
	if _, err := r.m.SendReply(t.Context(), Reply{MessageID: r.mail("Quote 2").ID, Text: "From the train."}); err != nil {
		t.Fatal(err)
	}
	r.until("the status says offline", func() bool {
		st, err := r.m.Status(t.Context())
		must(t, err)
		return st[0].Offline && st[0].Pending == 2
	})
	r.until("the reason is told", func() bool {
		box, _ := r.m.Outbox(t.Context())
		return len(box) == 2 && box[0].Reason == "offline" && box[0].State == PendingQueued
	})
	r.down.Store(false)
	r.sent()
	r.synced()
	r.same()
	if n := len(r.box.SentMail()); n != 1 {
		t.Fatalf("%d sent", n)
	}
	st, _ := r.m.Status(t.Context())
	if st[0].Offline {
		t.Fatal("still offline")
	}
}

func TestThrottlingIsHonoured(t *testing.T) {
	r := newRig(t)
	r.furnish(5)
	n := r.fault("GET", "messages", 2, graph.Fault{Status: 429, Header: http.Header{"Retry-After": {"1"}}})
	began := time.Now()
	r.start()
	r.synced()
	r.same()
	if took := time.Since(began); took < 900*time.Millisecond {
		t.Fatalf("done after %v and %d requests", took, n.Load())
	}
}

// A round that is cut anywhere goes on where it was, and nothing is kept half.
func TestQuitsInTheMiddleOfMirroring(t *testing.T) {
	r := newRig(t)
	r.furnish(400)
	r.h.SetQuirks(graph.Quirks{EmptyPages: true, Replays: true})
	for i := range 8 {
		r.start()
		time.Sleep(time.Duration(10+17*i) * time.Millisecond)
		r.stop()
	}
	r.start()
	r.synced()
	r.same()
	r.indexed()
}

func TestEraseLeavesNothing(t *testing.T) {
	r := newRig(t)
	r.furnish(6)
	r.start()
	r.synced()
	must(t, r.m.Erase(t.Context(), r.account))
	for _, table := range strings.Fields("account mail_folder message message_address search_fts_docsize calendar event event_address sync_state outbox sync_seen") {
		var n int
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM `+table).Scan(&n))
		if n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

func BenchmarkMirroring(b *testing.B) {
	for b.Loop() {
		r := newRig(b)
		for i := range 2000 {
			r.box.Deliver(mailbox.Mail{Subject: fmt.Sprint("Mail ", i), From: mailbox.Address{Addr: "a@b.example"}, At: r.now().Add(-time.Duration(i) * time.Minute),
				Body: mailbox.Body{HTML: true, Text: "<p>" + strings.Repeat("word ", 200) + "</p>"}})
		}
		began := time.Now()
		r.start()
		r.synced()
		b.ReportMetric(2000/time.Since(began).Seconds(), "messages/s")
		r.stop()
	}
}
