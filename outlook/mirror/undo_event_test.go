package mirror

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/internal/store"
)

func (r *rig) queued(kind string) OutboxItem {
	r.t.Helper()
	items, err := r.m.Outbox(r.t.Context())
	must(r.t, err)
	for _, it := range items {
		if it.Kind == kind {
			return it
		}
	}
	r.t.Fatalf("no %s in %+v", kind, items)
	return OutboxItem{}
}

func TestADeletionTakenBackKeepsTheEditBeforeIt(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	r.m.undoSend = time.Hour
	review := r.find("Review")
	tries := r.fault(http.MethodPatch, "/events/", 1000, graph.Fault{Status: 503})
	place := "Hamburg"
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Location: &place}))
	must(t, r.m.DeleteEvent(ctx, review.ID))
	for before := int64(-1); tries.Load() != before; time.Sleep(300 * time.Millisecond) {
		before = tries.Load() // a try that was under way when the deletion came is still refused
	}
	r.h.SetIntercept(nil)
	time.Sleep(200 * time.Millisecond)
	graphID := r.graphID("event", review.ID)
	if e, err := r.box.Event(graphID); err != nil || e.Location == place {
		t.Fatalf("an event that is to be deleted was changed first: %+v, %v", e, err)
	}
	must(t, r.m.Discard(ctx, r.queued(kindDelete).ID))
	r.m.SyncNow(r.account)
	r.sent()
	if e, err := r.box.Event(graphID); err != nil || e.Location != place {
		t.Fatalf("the edit is lost: %+v, %v", e, err)
	}
}

func TestADeletionEndsTheEditBeforeIt(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	review := r.find("Review")
	graphID := r.graphID("event", review.ID)
	r.fault(http.MethodPatch, "/events/", 1000, graph.Fault{Status: 503})
	place := "Hamburg"
	must(t, r.m.EditEvent(ctx, review.ID, EventEdit{Location: &place}))
	must(t, r.m.DeleteEvent(ctx, review.ID))
	r.h.SetIntercept(nil)
	r.m.SyncNow(r.account)
	r.sent()
	if _, err := r.box.Event(graphID); err == nil {
		t.Fatal("the event is still there")
	}
}

func TestADeletionUnderWayIsNotTakenBack(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	review := r.find("Review")
	n := r.fault(http.MethodDelete, "/events/", 1000, graph.Fault{Status: 504}) // an answer that does not tell
	must(t, r.m.DeleteEvent(ctx, review.ID))
	r.until("the deletion is tried", func() bool { return n.Load() > 0 && r.queued(kindDelete).Attempts > 0 })
	var bad ErrBadInput
	if err := r.m.Discard(ctx, r.queued(kindDelete).ID); !errors.As(err, &bad) || bad.Why != "sending" {
		t.Fatalf("error = %v", err)
	}
}

func TestANewEventWhoseCalendarIsGoneIsTold(t *testing.T) {
	f, ctx := local(t), t.Context()
	id, err := f.CreateEvent(ctx, NewEvent{Subject: "Kick-off", Start: noon, End: noon.Add(time.Hour)})
	must(t, err)
	must(t, f.db.Write(ctx, "as when the calendar was deleted elsewhere", func(tx *store.Tx) error { return deleteEvent(ctx, tx, id) }))
	r := newRunner(f.Mirror, f.account, "", nil)
	o, _, err := r.due(ctx, false)
	must(t, err)
	must(t, r.settle(ctx, o, r.sendCreate(ctx, o)))
	items, err := f.Outbox(ctx)
	must(t, err)
	if len(items) != 1 || items[0].State != PendingFailed || items[0].Reason != reasonGone || items[0].Subject != "Kick-off" {
		t.Fatalf("%+v", items)
	}
}
