package mirror

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/graph"
)

// The first answer is lost after the event was made, the second try is refused; what the person changes then is sent too.
func TestAnEditOfAnEventWhoseMakingFailed(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	tries := 0
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if req.Method != http.MethodPost || !strings.HasSuffix(req.URL.Path, "/events") {
			return nil
		}
		switch tries++; tries {
		case 1:
			return &graph.Fault{AfterApply: true, Reset: true}
		case 2:
			return &graph.Fault{Status: 403, Code: "ErrorAccessDenied"}
		}
		return nil
	})
	start := r.now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
	id, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Frist meeting", Start: start, End: start.Add(time.Hour)})
	must(t, err)
	r.until("its making failed", func() bool { return r.queued(kindCreate).State == PendingFailed })
	subject := "First meeting"
	must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &subject}))
	r.sent()
	r.synced()
	there := 0
	for _, e := range r.box.EventsBetween(start.Add(-time.Hour), start.Add(2*time.Hour)) {
		if e.Subject == subject {
			there++
		} else if e.Subject == "Frist meeting" {
			t.Errorf("the mailbox has %q", e.Subject)
		}
	}
	if there != 1 {
		t.Errorf("%d events in the mailbox", there)
	}
	r.same()
	if got := r.find(subject).ID; got != id {
		t.Errorf("row %d, was %d", got, id)
	}
}

// An edit that was made while the making seemed to be under way does not come after a newer one.
func TestTheNewestEditOfAnEventWhoseMakingFailed(t *testing.T) {
	r, ctx := ready(t, 1), t.Context()
	under, let := make(chan struct{}), make(chan struct{})
	tries := 0
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if req.Method != http.MethodPost || !strings.HasSuffix(req.URL.Path, "/events") {
			return nil
		}
		if tries++; tries == 1 {
			close(under)
			<-let
			return &graph.Fault{Status: 403, Code: "ErrorAccessDenied"}
		}
		return nil
	})
	start := r.now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
	id, err := r.m.CreateEvent(ctx, NewEvent{Subject: "A", Start: start, End: start.Add(time.Hour)})
	must(t, err)
	<-under
	a, b, place := "A", "B", "Hamburg"
	must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &b, Location: &place}))
	close(let)
	r.until("its making failed", func() bool { return r.queued(kindCreate).State == PendingFailed })
	must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &a}))
	r.sent()
	r.synced()
	r.same()
	e, err := r.m.Event(ctx, id)
	must(t, err)
	if e.Subject != "A" || e.Location != "Hamburg" {
		t.Errorf("%q in %q", e.Subject, e.Location)
	}
}
