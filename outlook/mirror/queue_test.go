package mirror

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

func ready(t testing.TB, mails int) *rig {
	t.Helper()
	r := newRig(t)
	r.furnish(mails)
	r.start()
	r.synced()
	return r
}

func TestEditsReachTheService(t *testing.T) {
	r, ctx := ready(t, 6), t.Context()
	review := r.find("Review")
	subject, place := "Review of the quote", "Hamburg"
	start, end := review.Start.Add(90*time.Minute), review.End.Add(2*time.Hour)
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Subject: &subject, Location: &place, Start: &start, End: &end}))
	fair := r.find("Fair")
	s2, e2 := fair.Start.AddDate(0, 0, 1), fair.End.AddDate(0, 0, 1)
	must(t, r.m.EditEvent(ctx, fair.ID, EventEdit{Start: &s2, End: &e2}))
	id := r.mail("Quote 1").ID
	must(t, r.m.MarkRead(ctx, []int64{id, r.mail("Quote 2").ID}, true))
	must(t, r.m.Flag(ctx, []int64{id}, true))
	must(t, r.m.Move(ctx, []int64{id}, "archive"))
	r.sent()
	got, err := r.box.Event(r.graphID("event", review.ID))
	must(t, err)
	if got.Subject != subject || got.Location != place || !got.Start.Equal(start) || !got.End.Equal(end) || len(got.Attendees) != 1 {
		t.Fatalf("%+v", got)
	}
	got, err = r.box.Event(r.graphID("event", fair.ID))
	must(t, err)
	if !got.AllDay || !got.Start.Equal(s2) || !got.End.Equal(e2) {
		t.Fatalf("all-day: %+v", got)
	}
	r.synced()
	r.same()
	m, err := r.box.Message(r.graphID("message", id))
	must(t, err)
	if m.Folder != "archive" || !m.Read || !m.Flagged || r.mail("Quote 1").ID != id {
		t.Fatalf("%+v", m)
	}
	if e, _ := r.m.Event(ctx, review.ID); e.Pending != PendingNone {
		t.Fatalf("%+v", e)
	}
}

func TestOneOccurrenceIsEditedAlone(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	from, to := r.m.window()
	events, err := r.m.Events(ctx, from, to)
	must(t, err)
	var all []Event
	for _, e := range events {
		if e.Subject == "Standup" {
			all = append(all, e)
		}
	}
	subject := "Standup with cake"
	start, end := all[2].Start.Add(time.Hour), all[2].End.Add(time.Hour)
	must(t, r.m.EditEvent(ctx, all[2].ID, EventEdit{Subject: &subject, Start: &start, End: &end}))
	r.sent()
	r.synced()
	r.same()
	e, err := r.m.Event(ctx, all[2].ID)
	must(t, err)
	if e.Subject != subject || !e.Start.Equal(start) || !e.Series {
		t.Fatalf("%+v", e)
	}
	if other, _ := r.m.Event(ctx, all[3].ID); other.Subject != "Standup" {
		t.Fatal("the neighbour changed too")
	}
}

func TestConflictKeepsBothVersions(t *testing.T) {
	for _, mine := range []bool{true, false} {
		t.Run(fmt.Sprint("keepMine=", mine), func(t *testing.T) {
			r, ctx := ready(t, 1), t.Context()
			id := r.find("Review").ID
			g := r.graphID("event", id)
			// Hold the queue back, so that the other side comes first and the mirror does not know.
			r.fault("PATCH", "events", 1, graph.Fault{Status: 503, Delay: 20 * time.Millisecond})
			ours := "Review, ours"
			must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &ours}))
			must(t, r.box.ChangeEvent(g, func(e *mailbox.Event) { e.Subject, e.Location = "Review, theirs", "Bremen" }))
			var box []OutboxItem
			r.until("a conflict is told", func() bool {
				box, _ = r.m.Outbox(ctx)
				return len(box) == 1 && box[0].State == PendingConflict
			})
			c := box[0].Conflict
			if c == nil || len(c.Fields) != 1 || c.Fields[0] != (ConflictField{Name: "subject", Mine: ours, Theirs: "Review, theirs", Was: "Review", Both: true}) {
				t.Fatalf("%+v", c)
			}
			r.synced()
			e, err := r.m.Event(ctx, id)
			must(t, err)
			if e.Subject != ours || e.Pending != PendingConflict {
				t.Fatalf("ours is not shown: %+v", e)
			}
			if e.Location != "Bremen" {
				t.Fatalf("what only they changed is not shown: %+v", e)
			}
			must(t, r.m.Resolve(ctx, box[0].ID, mine))
			r.sent()
			want := "Review, theirs"
			if mine {
				want = ours
			}
			got, err := r.box.Event(g)
			must(t, err)
			if got.Subject != want || got.Location != "Bremen" {
				t.Fatalf("%+v", got)
			}
			r.synced()
			r.same()
		})
	}
}

func TestChangesOfDifferentFieldsAreNoConflict(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	id := r.find("Review").ID
	g := r.graphID("event", id)
	r.fault("PATCH", "events", 1, graph.Fault{Status: 503, Delay: 20 * time.Millisecond})
	ours := "Review, ours"
	must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &ours}))
	must(t, r.box.ChangeEvent(g, func(e *mailbox.Event) { e.Location = "Bremen" }))
	r.sent()
	got, err := r.box.Event(g)
	must(t, err)
	if got.Subject != ours || got.Location != "Bremen" {
		t.Fatalf("%+v", got)
	}
	r.synced()
	r.same()
}

// Whatever goes wrong on the way, an answer leaves the mailbox exactly once and no draft is left behind.
func TestAnswersAreSentExactlyOnce(t *testing.T) {
	after := func(f graph.Fault) graph.Fault { f.AfterApply = true; return f }
	tests := map[string]struct {
		method, part string
		times        int64
		fault        graph.Fault
	}{
		"nothing":                          {"GET", "nothing", 0, graph.Fault{}},
		"504 after delivery":               {"POST", "/send", 1, after(graph.Fault{Status: 504})},
		"504 after delivery, twice":        {"POST", "/send", 2, after(graph.Fault{Status: 504})},
		"504 without delivery":             {"POST", "/send", 2, graph.Fault{Status: 504}},
		"reset after delivery":             {"POST", "/send", 1, after(graph.Fault{Reset: true})},
		"reset without delivery":           {"POST", "/send", 3, graph.Fault{Reset: true}},
		"throttled send":                   {"POST", "/send", 2, graph.Fault{Status: 429, Header: http.Header{"Retry-After": {"0"}}}},
		"no answer in time, delivered":     {"POST", "/send", 1, after(graph.Fault{Status: 500, Delay: 2500 * time.Millisecond})},
		"reset after the draft was made":   {"POST", "/createReply", 1, after(graph.Fault{Reset: true})},
		"504 after the draft was made":     {"POST", "/createReply", 1, after(graph.Fault{Status: 504})},
		"reset before the draft was made":  {"POST", "/createReply", 2, graph.Fault{Reset: true}},
		"reset after the text was put in":  {"PATCH", "/messages/", 1, after(graph.Fault{Reset: true})},
		"500 before the text was put in":   {"PATCH", "/messages/", 1, graph.Fault{Status: 500}},
		"looking fails after a lost send":  {"POST", "/send", 1, after(graph.Fault{Reset: true})},
		"token refused in the middle once": {"POST", "/send", 1, graph.Fault{Status: 401}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ready(t, 3)
			row := r.mail("Quote 1")
			r.fault(tc.method, tc.part, tc.times, tc.fault)
			if _, err := r.m.SendReply(t.Context(), Reply{MessageID: row.ID, Text: "Yes, forty pallets.\n\nMaya & team"}); err != nil {
				t.Fatal(err)
			}
			r.sent()
			mails := r.box.SentMail()
			if len(mails) != 1 || mails[0].To[0].Addr != "anna.lindqvist@nordwind-logistics.example" {
				t.Fatalf("%d sent", len(mails))
			}
			text := mails[0].Body.Text
			if n := strings.Count(text, "forty pallets."); n != 1 || !strings.Contains(text, "Maya &amp; team") || !strings.Contains(text, "number1") {
				t.Fatalf("our text stands there %d times:\n%s", n, text)
			}
			if total, _ := r.box.Counts("drafts"); total != 0 {
				t.Fatalf("%d drafts left", total)
			}
			r.h.SetIntercept(nil)
			r.synced()
			r.same()
			thread, err := r.m.Conversation(t.Context(), row.ID)
			must(t, err)
			if len(thread) != 2 {
				t.Fatalf("the thread has %d", len(thread))
			}
		})
	}
}

func TestForwardAndNewMail(t *testing.T) {
	r, ctx := ready(t, 2), t.Context()
	to := []Address{{Name: "Jonas Weber", Addr: "jonas.weber@harborline.example"}}
	_, err := r.m.SendReply(ctx, Reply{MessageID: r.mail("Quote 0").ID, Forward: true, To: to, Text: "Please look."})
	must(t, err)
	_, err = r.m.SendMail(ctx, NewMail{To: to, Subject: "Lunch?", Text: "At noon.\nBring <forks>."})
	must(t, err)
	r.sent()
	mails := r.box.SentMail()
	if len(mails) != 2 || mails[0].To[0].Addr != to[0].Addr || len(mails[0].Attachments) != 1 || mails[1].Subject != "Lunch?" || mails[1].Body.HTML || mails[1].Body.Text != "At noon.\nBring <forks>." {
		t.Fatalf("%+v", mails)
	}
}

func TestRefusedIsToldAndKept(t *testing.T) {
	r, ctx := ready(t, 2), t.Context()
	r.fault("PATCH", "events", 1, graph.Fault{Status: 403})
	id := r.find("Review").ID
	subject := "Not allowed"
	must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &subject}))
	var box []OutboxItem
	r.until("it is told", func() bool {
		box, _ = r.m.Outbox(ctx)
		return len(box) == 1 && box[0].State == PendingFailed
	})
	if box[0].Reason != "refused" || box[0].Subject != subject {
		t.Fatalf("%+v", box[0])
	}
	r.synced()
	if e, _ := r.m.Event(ctx, id); e.Subject != subject || e.Pending != PendingFailed {
		t.Fatalf("the edit is not kept: %+v", e)
	}
	must(t, r.m.Discard(ctx, box[0].ID))
	if e, _ := r.m.Event(ctx, id); e.Subject != "Review" || e.Pending != PendingNone {
		t.Fatalf("not restored: %+v", e)
	}
	must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &subject}))
	r.sent()
	r.synced()
	r.same()
}

func TestEventsAreMadeOnce(t *testing.T) {
	after := func(f graph.Fault) graph.Fault { f.AfterApply = true; return f }
	for name, f := range map[string]graph.Fault{"nothing": {}, "504 after": after(graph.Fault{Status: 504}), "reset after": after(graph.Fault{Reset: true}), "reset before": {Reset: true}, "409 after": after(graph.Fault{Status: 409})} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ctx := ready(t, 1), t.Context()
			if name != "nothing" {
				r.fault("POST", "/events", 2, f)
			}
			start := r.now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
			id, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Kick-off", Start: start, End: start.Add(time.Hour), Zone: "Europe/Berlin", Location: "Hamburg", Body: "Bring the quote.",
				Attendees: []Address{{Name: "Anna", Addr: "anna.lindqvist@nordwind-logistics.example"}}})
			must(t, err)
			r.m.SyncNow(r.account)
			r.sent()
			r.synced()
			r.same()
			e, err := r.m.Event(ctx, id)
			must(t, err)
			if e.Subject != "Kick-off" || e.Pending != PendingNone || len(e.Attendees) != 1 || e.StartZone != "W. Europe Standard Time" {
				t.Fatalf("%+v", e)
			}
			day, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Holiday", AllDay: true, Start: start.Truncate(24 * time.Hour), End: start.Truncate(24*time.Hour).AddDate(0, 0, 2), Zone: "America/New_York"})
			must(t, err)
			other := "Kick-off at last"
			must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &other}))
			r.sent()
			r.synced()
			r.same()
			if e, _ := r.m.Event(ctx, day); !e.AllDay || !e.Start.Equal(start.Truncate(24*time.Hour)) {
				t.Fatalf("%+v", e)
			}
			must(t, r.m.DeleteEvent(ctx, id))
			must(t, r.m.DeleteEvent(ctx, day))
			r.sent()
			r.synced()
			r.same()
		})
	}
}

func TestWhatIsGoneElsewhere(t *testing.T) {
	r, ctx := ready(t, 4), t.Context()
	one, two, review := r.mail("Quote 1").ID, r.mail("Quote 2").ID, r.find("Review")
	r.m.Close() // so that the mirror does not hear of it first
	must(t, r.box.RemoveMessage(r.graphID("message", one)))
	must(t, r.box.RemoveMessage(r.graphID("message", two)))
	must(t, r.box.DeleteEvent(r.graphID("event", review.ID)))
	must(t, r.m.MarkRead(ctx, []int64{one}, true))
	_, err := r.m.SendReply(ctx, Reply{MessageID: two, Text: "Hello?"})
	must(t, err)
	subject := "x"
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Subject: &subject}))
	r.stop()
	r.start()
	var box []OutboxItem
	r.until("only what matters is told", func() bool {
		box, _ = r.m.Outbox(ctx)
		return len(box) == 2 && box[0].State == PendingFailed && box[1].State == PendingFailed
	})
	for _, it := range box {
		if it.Reason != "gone" {
			t.Fatalf("%+v", it)
		}
		must(t, r.m.Discard(ctx, it.ID))
	}
	r.synced()
	r.same()
}

func TestInvitationsAreAnswered(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(1)
	day := r.now().UTC().Truncate(24 * time.Hour)
	g := r.box.NewEvent(mailbox.Event{Subject: "Theirs", Start: day.Add(58 * time.Hour), End: day.Add(59 * time.Hour), StartZone: "UTC", EndZone: "UTC", Response: "notResponded",
		Organizer: mailbox.Address{Addr: "anna@customer.example"}, Attendees: []mailbox.Attendee{{Address: mailbox.Address{Addr: me}, Type: "required", Response: "none"}}})
	r.start()
	r.synced()
	must(t, r.m.Respond(ctx, r.find("Theirs").ID, "accepted"))
	r.sent()
	got, err := r.box.Event(g)
	must(t, err)
	if got.Response != "accepted" {
		t.Fatalf("%+v", got)
	}
	r.synced()
	if e := r.find("Theirs"); e.Response != "accepted" || e.CanEdit {
		t.Fatalf("%+v", e)
	}
}

// The program is ended at random moments while it works and the network fails at random; at the end the mailbox has
// exactly what was asked for.
func TestQuitsAtRandomMoments(t *testing.T) {
	r, ctx := ready(t, 10), t.Context()
	rng := rand.New(rand.NewPCG(7, 11))
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		switch n := rand.N(12); {
		case n == 0:
			return &graph.Fault{Reset: true, AfterApply: true}
		case n == 1:
			return &graph.Fault{Status: 504, AfterApply: true}
		case n == 2:
			return &graph.Fault{Reset: true}
		case n == 3:
			return &graph.Fault{Delay: 20 * time.Millisecond}
		}
		return nil
	})
	replies, events := 0, 0
	for i := range 12 {
		if i < 8 {
			_, err := r.m.SendReply(ctx, Reply{MessageID: r.mail(fmt.Sprintf("Quote %d", i)).ID, Text: fmt.Sprintf("Answer %d.", i)})
			must(t, err)
			replies++
			start := r.now().UTC().Truncate(time.Hour).Add(time.Duration(40+i) * time.Hour)
			_, err = r.m.CreateEvent(ctx, NewEvent{Subject: fmt.Sprintf("Made %d", i), Start: start, End: start.Add(time.Hour)})
			must(t, err)
			events++
			must(t, r.m.MarkRead(ctx, []int64{r.mail(fmt.Sprintf("Quote %d", i)).ID}, true))
		}
		time.Sleep(time.Duration(rng.IntN(60)) * time.Millisecond)
		r.stop()
		r.start()
	}
	r.h.SetIntercept(nil)
	r.sent()
	r.synced()
	r.same()
	seen := map[string]int{}
	for _, m := range r.box.SentMail() {
		for i := range replies {
			if strings.Contains(m.Body.Text, fmt.Sprintf("Answer %d.", i)) {
				seen[fmt.Sprint("answer ", i)]++
			}
		}
	}
	from, to := r.m.window()
	for _, e := range r.box.EventsBetween(from, to) {
		if strings.HasPrefix(e.Subject, "Made ") {
			seen[e.Subject]++
		}
	}
	if len(seen) != replies+events || len(r.box.SentMail()) != replies {
		t.Fatalf("%d sent, seen %v", len(r.box.SentMail()), seen)
	}
	for what, n := range seen {
		if n != 1 {
			t.Errorf("%s: %d times", what, n)
		}
	}
}
