package mirror

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// conflicted edits an event here while somebody else does so there, and gives the conflict that comes of it.
func (r *rig) conflicted(id int64, edit EventEdit, theirs func(*mailbox.Event)) OutboxItem {
	r.t.Helper()
	g := r.graphID("event", id)
	r.fault("PATCH", "events", 1, graph.Fault{Status: 503, Delay: 20 * time.Millisecond})
	must(r.t, r.m.EditEvent(r.t.Context(), id, edit))
	must(r.t, r.box.ChangeEvent(g, theirs))
	return r.conflict()
}

func (r *rig) conflict() (it OutboxItem) {
	r.t.Helper()
	r.until("a conflict is told", func() bool {
		items, err := r.m.Outbox(r.t.Context())
		must(r.t, err)
		if len(items) == 1 && items[0].State == PendingConflict {
			it = items[0]
			return true
		}
		return false
	})
	return it
}

func (c *Conflict) field(name string) ConflictField {
	for _, f := range c.Fields {
		if f.Name == name {
			return f
		}
	}
	return ConflictField{}
}

func TestConflictIsResolvedFieldByField(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	review := r.find("Review")
	subject, place := "Review, ours", "Hamburg"
	start, end := review.Start.Add(time.Hour), review.End.Add(time.Hour)
	people := []Address{{Addr: "anna.lindqvist@nordwind-logistics.example"}, {Name: "Ben", Addr: "ben@customer.example"}}
	it := r.conflicted(review.ID, EventEdit{Subject: &subject, Location: &place, Start: &start, End: &end, Attendees: &people}, func(e *mailbox.Event) {
		e.Subject, e.Location = "Review, theirs", "Bremen"
		e.Start, e.End = e.Start.Add(2*time.Hour), e.End.Add(2*time.Hour)
	})
	c := it.Conflict
	if f := c.field("subject"); f != (ConflictField{Name: "subject", Mine: subject, Theirs: "Review, theirs", Was: "Review", Both: true}) {
		t.Fatalf("%+v", f)
	}
	if f := c.field("attendees"); f.Both || !strings.Contains(f.Mine, "ben@") {
		t.Fatalf("only we changed who is invited: %+v", f)
	}
	if f := c.field("start"); f.Mine != start.UTC().Format(time.RFC3339) || f.Theirs != start.UTC().Add(time.Hour).Format(time.RFC3339) {
		t.Fatalf("%+v", f)
	}
	if len(c.Mailed) != 2 {
		t.Fatalf("who gets mail: %+v", c.Mailed)
	}
	if err := r.m.ResolveFields(ctx, it.ID, map[string]bool{"nonsense": true}); err == nil {
		t.Fatal("a field that is none")
	}
	must(t, r.m.ResolveFields(ctx, it.ID, map[string]bool{"location": true, "attendees": true}))
	r.sent()
	got, err := r.box.Event(r.graphID("event", review.ID))
	must(t, err)
	if got.Subject != "Review, theirs" || got.Location != place || !got.Start.Equal(start.Add(time.Hour)) || len(got.Attendees) != 2 {
		t.Fatalf("%+v", got)
	}
	r.synced()
	r.same()
	if e, _ := r.m.Event(ctx, review.ID); e.Subject != "Review, theirs" || e.Location != place || len(e.Attendees) != 2 || e.Pending != PendingNone {
		t.Fatalf("%+v", e)
	}
	if got := r.history("event", review.ID); !strings.HasPrefix(strings.Join(got, "\n"), "out sent event.edit you location,attendees\nout queued event.edit you location,attendees\nout resolved event.edit you location,attendees\nout conflict") {
		t.Fatalf("%q", got)
	}
}

// A service that says 412 although nothing has changed is asked again, once; then it is sent.
func TestSpuriousConflictIsRetriedOnce(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	n := r.fault("PATCH", "events", 1, graph.Fault{Status: http.StatusPreconditionFailed})
	place := "Hamburg"
	must(t, r.m.EditEvent(ctx, r.find("Review").ID, EventEdit{Location: &place}))
	r.sent()
	if n.Load() != 2 {
		t.Fatalf("%d tries", n.Load())
	}
	r.fault("PATCH", "events", 2, graph.Fault{Status: http.StatusPreconditionFailed})
	place = "Kiel"
	must(t, r.m.EditEvent(ctx, r.find("Review").ID, EventEdit{Location: &place}))
	it := r.conflict()
	if f := it.Conflict.field("location"); f.Both || f.Mine != "Kiel" || f.Theirs != "Hamburg" {
		t.Fatalf("%+v", it.Conflict)
	}
}

func TestAnswersMeetAnAnswerGivenElsewhere(t *testing.T) {
	for _, mine := range []bool{true, false} {
		r, ctx := newRig(t), t.Context()
		r.furnish(1)
		day := r.now().UTC().Truncate(24 * time.Hour)
		g := r.box.NewEvent(mailbox.Event{Subject: "Theirs", Start: day.Add(58 * time.Hour), End: day.Add(59 * time.Hour), StartZone: "UTC", EndZone: "UTC", Response: "notResponded",
			Organizer: mailbox.Address{Addr: "anna@customer.example"}, Attendees: []mailbox.Attendee{{Address: mailbox.Address{Addr: me}, Type: "required", Response: "none"}}})
		r.start()
		r.synced()
		id := r.find("Theirs").ID
		r.m.Close()
		must(t, r.m.Respond(ctx, id, "accepted"))
		must(t, r.box.ChangeEvent(g, func(e *mailbox.Event) { e.Response = "declined" }))
		r.stop()
		r.start()
		it := r.conflict()
		if f := it.Conflict.field("response"); f.Mine != "accepted" || f.Theirs != "declined" || len(it.Conflict.Mailed) != 1 || it.Conflict.Mailed[0].Addr != "anna@customer.example" {
			t.Fatalf("%+v", it.Conflict)
		}
		must(t, r.m.Resolve(ctx, it.ID, mine))
		r.sent()
		want := map[bool]string{true: "accepted", false: "declined"}[mine]
		got, err := r.box.Event(g)
		must(t, err)
		if got.Response != want {
			t.Fatalf("%+v", got)
		}
		r.synced()
		if e := r.find("Theirs"); e.Response != want || e.Pending != PendingNone {
			t.Fatalf("%+v", e)
		}
		r.stop()
	}
}

func TestSeriesIsEditedAndConflicts(t *testing.T) {
	r := newRig(t)
	series := r.furnish(1)
	r.start()
	r.synced()
	ctx := t.Context()
	place := "Room 2"
	instance := r.find("Standup").ID
	must(t, r.m.EditSeries(ctx, instance, EventEdit{Location: &place}))
	if e, _ := r.m.Event(ctx, instance); e.Location != place {
		t.Fatal("the occurrences do not show it at once")
	}
	r.sent()
	r.synced()
	r.same()
	r.fault("PATCH", "events", 1, graph.Fault{Status: 503, Delay: 20 * time.Millisecond})
	subject := "Standup, ours"
	must(t, r.m.EditSeries(ctx, instance, EventEdit{Subject: &subject}))
	must(t, r.box.ChangeEvent(series, func(e *mailbox.Event) { e.Subject = "Standup, theirs" }))
	it := r.conflict()
	if !it.Conflict.Series || it.Conflict.field("subject").Theirs != "Standup, theirs" {
		t.Fatalf("%+v", it.Conflict)
	}
	r.synced()
	if e, _ := r.m.Event(ctx, instance); e.Subject != subject {
		t.Fatalf("an occurrence shows %q before it is decided", e.Subject)
	}
	must(t, r.m.Resolve(ctx, it.ID, false))
	if e, _ := r.m.Event(ctx, instance); e.Subject != "Standup, theirs" {
		t.Fatalf("an occurrence shows %q", e.Subject)
	}
	r.synced()
	r.same()
	start := r.now()
	if err := r.m.EditSeries(ctx, instance, EventEdit{Start: &start}); err == nil {
		t.Fatal("a series is not moved this way")
	}
}

// An event that is made anew keeps its formatted description.
func TestEventIsMadeWithFormattedDescription(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	start := r.now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
	id, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Formatted", Start: start, End: start.Add(time.Hour), HTML: true, Body: "<p>Bring the <b>quote</b>.</p>"})
	must(t, err)
	if e, _ := r.m.Event(ctx, id); !e.HTML || e.Preview != "Bring the quote." {
		t.Fatalf("%+v", e)
	}
	r.sent()
	got, err := r.box.Event(r.graphID("event", id))
	must(t, err)
	if !strings.Contains(got.Body, "<b>quote</b>") {
		t.Fatalf("%+v", got.Body)
	}
}

// What the person changes while a conflict is being found is part of what is asked about, and not given up with the rest.
func TestAnEditWhileAConflictIsFound(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.pollEvery = time.Hour // no poll tells of it first
	r.furnish(1)
	r.start()
	r.synced()
	review := r.find("Review")
	graphID := r.graphID("event", review.ID)
	mine, place, theirs := "Mine", "Hamburg", "Theirs"
	var change, once sync.Once
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		switch {
		case !strings.HasSuffix(req.URL.Path, "/events/"+graphID):
		case req.Method == http.MethodPatch: // not before: a round may still be under way
			change.Do(func() { must(t, r.box.ChangeEvent(graphID, func(e *mailbox.Event) { e.Subject = theirs })) })
		case req.Method == http.MethodGet:
			once.Do(func() { must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Location: &place})) })
		}
		return nil
	})
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Subject: &mine}))
	it := r.conflict()
	choice := map[string]bool{}
	for _, f := range it.Conflict.Fields {
		choice[f.Name] = f.Name == "location"
	}
	must(t, r.m.ResolveFields(ctx, it.ID, choice))
	r.sent()
	e, err := r.m.Event(ctx, review.ID)
	must(t, err)
	if e.Subject != theirs || e.Location != place {
		t.Errorf("%q in %q", e.Subject, e.Location)
	}
}

// To divide a text into lines is a change.
func TestLineBreaksAreAnEdit(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	review := r.find("Review")
	one, lines := "Prices Delivery Terms", "Prices\nDelivery\nTerms"
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Body: &one}))
	r.sent()
	r.synced()
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Body: &lines}))
	r.sent()
	e, err := r.box.Event(r.graphID("event", review.ID))
	must(t, err)
	if !strings.Contains(htmlText(e.Body), "Prices\nDelivery") {
		t.Errorf("the mailbox has %q", e.Body)
	}
	r.synced()
	r.same()
}

// A change whose answer was lost is no version of somebody else's when the person changes the event again.
func TestNoConflictWithOneself(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.pollEvery = time.Hour
	r.furnish(1)
	r.start()
	r.synced()
	review := r.find("Review")
	first, second, original := "First", "Second", review.Subject
	for _, next := range []string{second, original} {
		lost := r.fault(http.MethodPatch, "/events/", 1, graph.Fault{AfterApply: true, Reset: true})
		must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Subject: &first}))
		r.until("its answer is lost", func() bool { return lost.Load() > 0 })
		r.offline()
		must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Subject: &next}))
		r.down.Store(false)
		r.m.Awake()
		r.until("it is through", func() bool {
			box, err := r.m.Outbox(ctx)
			must(t, err)
			if len(box) > 0 && box[0].State == PendingConflict {
				t.Fatalf("a conflict: %+v", box[0].Conflict)
			}
			return len(box) == 0
		})
		e, err := r.box.Event(r.graphID("event", review.ID))
		must(t, err)
		if e.Subject != next {
			t.Errorf("the mailbox has %q, want %q", e.Subject, next)
		}
	}
	r.renewed()
	r.same()
}
