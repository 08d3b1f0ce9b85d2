package mirror

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
)

// late keeps back, once it is armed, the next answer to a request whose path ends so, until it is let go.
type late struct {
	http.RoundTripper
	path  string
	armed atomic.Bool
	held  chan struct{} // closed when there is one
	let   chan struct{}
}

func (l *late) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, l.path) || !l.armed.Swap(false) {
		return l.RoundTripper.RoundTrip(req)
	}
	res, err := l.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	res.Body = io.NopCloser(strings.NewReader(string(body)))
	close(l.held)
	select {
	case <-l.let:
	case <-req.Context().Done():
	}
	return res, err
}

// A page that was read before an edit arrived and is written after its confirmation does not take the edit back, nor is
// what else it says lost.
func TestALatePageDoesNotTakeAnEditBack(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.pollEvery = time.Hour
	hold := &late{RoundTripper: r.http.Transport, path: "/$batch", held: make(chan struct{}), let: make(chan struct{})}
	r.http.Transport = hold
	r.furnish(3)
	r.start()
	r.synced()
	mail, review := r.mail("Quote 1"), r.find("Review")
	must(t, r.box.ChangeEvent(r.graphID("event", review.ID), func(e *mailbox.Event) { e.Location = "Hamburg" }))
	must(t, r.box.Categorize(r.graphID("message", mail.ID), "Quote"))
	hold.armed.Store(true)
	r.m.SyncNow(r.account)
	<-hold.held
	subject := "Ours"
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Subject: &subject}))
	must(t, r.m.MarkRead(ctx, []int64{mail.ID}, true))
	must(t, r.m.Move(ctx, []int64{mail.ID}, "archive"))
	r.sent()
	sub := r.db.Hub().Subscribe()
	defer sub.End()
	close(hold.let)
	for done := false; !done; { // every version that a window could show
		e, err := r.m.Event(ctx, review.ID)
		must(t, err)
		rows, err := r.m.MessageRows(ctx, []int64{mail.ID})
		must(t, err)
		if e.Subject != subject || len(rows) != 1 || !rows[0].Read || rows[0].FolderID == mail.FolderID {
			t.Fatalf("an edit was taken back: %+v %+v", e, rows)
		}
		done = e.Location == "Hamburg" && slices.Contains(rows[0].Categories, "Quote")
		select {
		case <-sub.C():
			sub.Take()
		case <-time.After(10 * time.Millisecond):
		}
	}
	r.synced()
	r.same()
}

// An edit that is given up after it was carried out, and whose answer was lost, is shown as what the service has.
func TestGivenUpAfterItArrived(t *testing.T) {
	r, ctx := ready(t, 2), t.Context()
	r.fault("PATCH", "/", 1000, graph.Fault{Status: 503, AfterApply: true})
	subject := "Ours"
	review, mail := r.find("Review"), r.mail("Quote 1")
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Subject: &subject}))
	must(t, r.m.MarkRead(ctx, []int64{mail.ID}, true))
	r.until("it was tried, and told of by a delta meanwhile", func() bool {
		box, err := r.m.Outbox(ctx)
		must(t, err)
		return len(box) == 2 && box[0].Attempts > 0 && box[1].Attempts > 0
	})
	r.synced()
	box, err := r.m.Outbox(ctx)
	must(t, err)
	for _, it := range box {
		must(t, r.m.Discard(ctx, it.ID))
	}
	r.synced()
	r.same()
	if e, err := r.m.Event(ctx, review.ID); err != nil || e.Subject != subject {
		t.Errorf("%+v %v", e, err)
	}
}

// What the other side does while a conflict waits is what the person sees and what "theirs" means.
func TestTheOtherSideGoesOnDuringAConflict(t *testing.T) {
	for _, keep := range []bool{false, true} {
		r, ctx := ready(t, 1), t.Context()
		review, subject := r.find("Review"), "Ours"
		it := r.conflicted(review.ID, EventEdit{Subject: &subject}, func(e *mailbox.Event) { e.Subject = "Theirs" })
		must(t, r.box.ChangeEvent(r.graphID("event", review.ID), func(e *mailbox.Event) { e.Subject, e.Location = "Theirs again", "Kiel" }))
		r.until("it is shown", func() bool { return r.conflict().Conflict.field("subject").Theirs == "Theirs again" })
		must(t, r.m.Resolve(ctx, it.ID, keep))
		r.sent()
		r.synced()
		r.same()
		want := "Theirs again"
		if keep {
			want = subject
		}
		if e, err := r.m.Event(ctx, review.ID); err != nil || e.Subject != want || e.Location != "Kiel" {
			t.Errorf("%v: %+v %v", keep, e, err)
		}
	}
}

// While the edit of a series waits, the other side makes one of its occurrences an exception and changes the series: the
// exception no longer follows, and what the edit's end leaves is what the service has, whether it is sent or given up.
func TestASeriesIsEditedOnBothSides(t *testing.T) {
	for _, send := range []bool{true, false} {
		r, ctx := newRig(t), t.Context()
		series := r.furnish(1)
		r.start()
		r.synced()
		from, to := r.m.window()
		var standups []Event
		events, err := r.m.Events(ctx, from, to)
		must(t, err)
		for _, e := range events {
			if e.Subject == "Standup" {
				standups = append(standups, e)
			}
		}
		r.fault("PATCH", "/", 1000, graph.Fault{Status: 503})
		place := "Hall 1"
		must(t, r.m.EditSeries(ctx, standups[0].ID, EventEdit{Location: &place}))
		must(t, r.box.ChangeEvent(r.graphID("event", standups[1].ID), func(e *mailbox.Event) { e.Subject, e.Location = "Standup, by the river", "River" }))
		must(t, r.box.ChangeEvent(series, func(e *mailbox.Event) { e.Subject, e.Location = "Morning", "Room 2" }))
		r.synced()
		if got := r.find("Standup, by the river"); got.Location != "River" {
			t.Errorf("the exception is at %q", got.Location)
		}
		if got := r.find("Morning"); got.Location != place {
			t.Errorf("the person's edit is not shown, but %q", got.Location)
		}
		if send {
			r.h.SetIntercept(nil)
			r.m.SyncNow(r.account)
			must(t, r.m.Resolve(ctx, r.conflict().ID, true))
			r.sent()
		} else {
			box, err := r.m.Outbox(ctx)
			must(t, err)
			must(t, r.m.Discard(ctx, box[0].ID))
		}
		r.synced()
		r.same()
	}
}

// A meeting that is given up after it was made, before its answer came, is there: the service has it.
func TestGivenUpAfterItWasMade(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	r.fault("POST", "events", 1000, graph.Fault{Status: 503, AfterApply: true})
	start := r.now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
	id, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Visit", Start: start, End: start.Add(time.Hour)})
	must(t, err)
	r.until("a delta has told of it", func() bool {
		e, err := r.m.Event(ctx, id)
		must(t, err)
		return r.graphID("event", id) != "" && e.Pending == PendingQueued
	})
	box, err := r.m.Outbox(ctx)
	must(t, err)
	must(t, r.m.Discard(ctx, box[0].ID))
	r.synced()
	r.same()
	if e := r.find("Visit"); e.ID != id || e.Pending != PendingNone {
		t.Errorf("%+v", e)
	}
}

// An occurrence that has an edit of its own on the way still takes from its series what that edit does not say.
func TestGivingUpASeriesReachesAnEditedOccurrence(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	series := r.furnish(1)
	r.start()
	r.synced()
	standup := r.find("Standup")
	r.fault("PATCH", "/", 1000, graph.Fault{Status: 503})
	place, subject := "Hall 1", "Standup, short"
	must(t, r.m.EditSeries(ctx, standup.ID, EventEdit{Location: &place}))
	must(t, r.m.EditEvent(ctx, standup.ID, EventEdit{Subject: &subject}))
	must(t, r.box.ChangeEvent(series, func(e *mailbox.Event) { e.Location = "Room 2" }))
	r.synced()
	box, err := r.m.Outbox(ctx)
	must(t, err)
	for _, it := range box {
		if it.Series == (it.ItemID == standup.ID) {
			t.Errorf("%+v", it)
		}
		if it.ItemID == standup.ID {
			continue
		}
		// What is shown of a series is its nearest instance.
		if e, err := r.m.Event(ctx, it.ItemID); err != nil || e.Subject != subject || e.ID == it.ItemID {
			t.Errorf("%+v %v", e, err)
		}
		must(t, r.m.Discard(ctx, it.ID))
		if e, err := r.m.Event(ctx, standup.ID); err != nil || e.Location != "Room 2" || e.Subject != subject {
			t.Errorf("%+v %v", e, err)
		}
	}
	r.h.SetIntercept(nil)
	r.m.SyncNow(r.account)
	r.sent()
	r.synced()
	r.same()
}

// A message that is deleted elsewhere while the person moves it is gone, whether the move is tried or given up, and whatever
// else waits on it.
func TestMovedHereAndDeletedThere(t *testing.T) {
	for _, discard := range []bool{true, false} {
		r, ctx := ready(t, 3), t.Context()
		id := r.mail("Quote 1").ID
		graphID := r.graphID("message", id)
		status := http.StatusServiceUnavailable
		if discard { // what may have been carried out cannot be given up
			status = http.StatusForbidden
		}
		r.fault("POST", "/", 1000, graph.Fault{Status: status})
		must(t, r.m.Move(ctx, []int64{id}, "archive"))
		must(t, r.m.MarkRead(ctx, []int64{id}, true))
		must(t, r.box.RemoveMessage(graphID))
		r.synced()
		if discard {
			r.until("both are refused", func() bool { st, err := r.m.Status(ctx); must(t, err); return st[0].Failed > 0 && st[0].Pending == 0 })
			box, err := r.m.Outbox(ctx)
			must(t, err)
			for _, it := range box {
				must(t, r.m.Discard(ctx, it.ID))
			}
		}
		r.h.SetIntercept(nil)
		r.m.SyncNow(r.account)
		r.until("the queue is settled", func() bool {
			box, err := r.m.Outbox(ctx)
			must(t, err)
			return len(box) == 0
		})
		r.synced()
		r.same()
	}
}

// A message that the service denies while something else waits on it is asked about afterwards, although no delta tells of
// it; so is one whose move is given up.
func TestDeniedWhileSomethingElseWaits(t *testing.T) {
	r, ctx := ready(t, 3), t.Context()
	id, moved := r.mail("Quote 1").ID, r.mail("Quote 2").ID
	graphID := r.graphID("message", id)
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		switch {
		case strings.Contains(req.URL.Path, "delta"), strings.HasSuffix(req.URL.Path, "$batch"):
			return &graph.Fault{Status: http.StatusServiceUnavailable}
		case req.Method == http.MethodPost:
			return &graph.Fault{Status: http.StatusForbidden}
		}
		return nil
	})
	must(t, r.box.RemoveMessage(graphID))
	_, err := r.m.SendReply(ctx, Reply{MessageID: id, Text: "Hello."})
	must(t, err)
	must(t, r.m.MarkRead(ctx, []int64{id}, true))
	r.until("the mark is over", func() bool {
		box, err := r.m.Outbox(ctx)
		must(t, err)
		return len(box) == 1
	})
	if n := r.tally(`SELECT count(*) FROM sync_doubt WHERE graph_id=?`, graphID); n != 1 {
		t.Errorf("%d doubts", n)
	}
	must(t, r.m.Move(ctx, []int64{moved}, "archive"))
	r.until("the move is refused", func() bool {
		box, err := r.m.Outbox(ctx)
		must(t, err)
		for _, it := range box {
			if it.Kind == kindMove && it.State == PendingFailed {
				must(t, r.m.Discard(ctx, it.ID))
				return true
			}
		}
		return false
	})
	if n := r.tally(`SELECT count(*) FROM sync_doubt WHERE graph_id=?`, r.graphID("message", moved)); n != 1 {
		t.Errorf("%d doubts of the one that was to move", n)
	}
}

// Somebody moves a message to another folder and removes it there. What the service said of it between the two must not
// stay, whichever folder's page is written first.
func TestAnAnswerThatTheNextFolderHasOvertaken(t *testing.T) {
	for _, order := range []string{"asked, read, written", "asked, left, written"} {
		t.Run(order, func(t *testing.T) {
			r, ctx := newRig(t), t.Context()
			r.pollEvery = time.Hour
			r.furnish(3)
			r.start()
			r.synced()
			must(t, r.box.MoveMessage(r.graphID("message", r.mail("Quote 2").ID), "archive"))
			r.renewed() // the archive is there
			r.m.Close()
			r.m = New(Options{DB: r.db, Now: r.now, PollEvery: time.Hour})
			r.connect()
			r.synced()
			rn, row := r.m.runner(r.account), r.mail("Quote 1")
			var inbox, archive folderRef
			folders, err := rn.folderRefs(ctx)
			must(t, err)
			for _, f := range folders {
				switch {
				case f.id == row.FolderID:
					inbox = f
				case f.wellKnown == "archive":
					archive = f
				}
			}
			if archive.id == 0 {
				t.Fatal("no archive")
			}
			write := func(f folderRef, c messageChange) {
				t.Helper()
				must(t, r.db.Write(ctx, "test", func(tx *store.Tx) error {
					s, err := rn.scope(ctx, "messages:"+f.graph)
					if err != nil {
						return err
					}
					return rn.writeMessages(ctx, tx, f, s, []messageChange{c})
				}))
			}
			id := r.graphID("message", row.ID)
			must(t, r.box.MoveMessage(id, "archive"))
			asked, err := rn.settleMessage(ctx, inbox, removedMessage(id))
			must(t, err)
			if asked.live == nil {
				t.Fatalf("%+v", asked)
			}
			must(t, r.box.RemoveMessage(id))
			if order == "asked, read, written" {
				must(t, rn.syncMessages(ctx, archive))
				write(inbox, asked)
			} else {
				left, err := rn.settleMessage(ctx, archive, removedMessage(id))
				must(t, err)
				write(inbox, asked)
				write(archive, left)
			}
			must(t, rn.settleDoubts(ctx))
			if rows, err := r.m.MessageRows(ctx, []int64{row.ID}); err != nil || len(rows) != 0 {
				t.Fatalf("what is gone is shown: %+v, %v", rows, err)
			}
		})
	}
}

// An answer that was asked for by itself, and comes after a round has told of newer, does not bring back what was.
func TestAnAnswerThatARoundHasOvertaken(t *testing.T) {
	for _, by := range []string{"verify", "body"} {
		t.Run(by, func(t *testing.T) {
			r, ctx := newRig(t), t.Context()
			r.pollEvery = time.Hour
			hold := &late{RoundTripper: r.http.Transport, held: make(chan struct{}), let: make(chan struct{})}
			r.http.Transport = hold
			r.furnish(3)
			r.start()
			r.synced()
			id := r.graphIDOf("Quote 1")
			must(t, r.box.SetRead(id, false))
			r.renewed()
			r.rests()
			row := r.mail("Quote 1")
			rn := r.m.runner(r.account)
			rn.noBatch.Store(millis(r.now().Add(time.Hour))) // a batch would wait for what is held
			hold.path = "/messages/" + id
			hold.armed.Store(true)
			change := `UPDATE message SET change_key='other' WHERE id=?`
			if by == "body" {
				change = `UPDATE message SET body_type='', body='' WHERE id=?`
			}
			must(t, r.db.Write(ctx, "test", func(tx *store.Tx) error { _, err := tx.Exec(change, row.ID); return err }))
			done := make(chan error, 1)
			go func() {
				if by == "verify" {
					_, err := r.m.Verify(ctx, r.account, nil)
					done <- err
					return
				}
				rn.wantBody(row.ID)
				done <- nil
			}()
			select {
			case <-hold.held:
			case <-time.After(20 * time.Second):
				t.Fatal("it was not asked about")
			}
			must(t, r.box.MoveMessage(id, "archive")) // which was verified before the inbox
			must(t, r.box.SetRead(id, true))
			r.synced()
			close(hold.let)
			must(t, <-done)
			r.until("the body is there", func() bool { return r.tally(`SELECT count(*) FROM message WHERE id=? AND body_type<>''`, row.ID) == 1 })
			r.synced()
			if rows, err := r.m.MessageRows(ctx, []int64{row.ID}); err != nil || len(rows) != 1 || !rows[0].Read || rows[0].FolderID == row.FolderID {
				t.Fatalf("what was is back: %+v, %v", rows, err)
			}
			r.same()
		})
	}
}
