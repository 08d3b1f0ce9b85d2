package mirror

import (
	"net/http"
	"testing"

	"supercrm/devtenant/graph"
)

// A mailbox that is away for a while (no licence, a move to another server) answers everything with 404. That says nothing of a
// message or an event, and nothing of what was meant for them is dropped.
func TestAMailboxThatIsAwayLosesNothing(t *testing.T) {
	r, ctx := ready(t, 4), t.Context()
	away := r.fault("", "/", 1<<30, graph.Fault{Status: 404, Code: "MailboxNotEnabledForRESTAPI"})
	event := r.find("Review")
	must(t, r.m.MarkRead(ctx, []int64{r.mail("Quote 1").ID, r.mail("Quote 2").ID}, true))
	must(t, r.m.Categorize(ctx, []int64{r.mail("Quote 3").ID}, []string{"Customer"}, nil))
	must(t, r.m.DeleteEvent(ctx, event.ID))
	for range 3 {
		before := away.Load()
		r.m.SyncNow(r.account)
		r.until("it is tried", func() bool { return away.Load() > before+10 })
	}
	box, err := r.m.Outbox(ctx)
	must(t, err)
	if len(box) != 4 {
		t.Errorf("%d intentions wait, want 4: %+v", len(box), box)
	}
	for _, it := range box {
		if it.State == PendingFailed {
			t.Errorf("given up: %+v", it)
		}
	}
	r.h.SetIntercept(nil)
	r.sent()
	r.synced()
	r.same()
	if !r.mail("Quote 1").Read || !r.mail("Quote 2").Read {
		t.Error("the marks are gone")
	}
}

// A service that takes no batch any more says nothing of what is in it.
func TestARefusedBatchLosesNothing(t *testing.T) {
	for _, status := range []int{404, 403, 501} {
		r, ctx := ready(t, 4), t.Context()
		refused := r.fault(http.MethodPost, "/$batch", 1<<30, graph.Fault{Status: status})
		must(t, r.m.MarkRead(ctx, []int64{r.mail("Quote 1").ID, r.mail("Quote 2").ID}, true))
		must(t, r.m.Move(ctx, []int64{r.mail("Quote 3").ID}, "archive"))
		r.sent()
		r.synced()
		r.same()
		if !r.mail("Quote 1").Read || !r.mail("Quote 2").Read {
			t.Errorf("%d: the marks are gone", status)
		}
		_ = refused
	}
}
