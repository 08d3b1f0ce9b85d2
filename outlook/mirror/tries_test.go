package mirror

import (
	"net/http"
	"testing"

	"supercrm/devtenant/graph"
	"supercrm/internal/store"
)

// An hour in a tunnel is no reason to tell the person that a change failed, when the service then stumbles once.
func TestTriesWithoutANetworkAreNoFailures(t *testing.T) {
	r, ctx := ready(t, 2), t.Context()
	r.offline()
	must(t, r.m.Categorize(ctx, []int64{r.mail("Quote 1").ID}, []string{"Customer"}, nil))
	r.until("it was tried often", func() bool {
		r.m.Awake()
		return r.queued(kindCategories).Attempts > maxTries
	})
	stumbled := r.fault(http.MethodPatch, "/messages/", 1, graph.Fault{Status: 500})
	r.down.Store(false)
	r.m.Awake()
	r.until("the service stumbled", func() bool { return stumbled.Load() > 0 })
	r.until("it is carried out", func() bool {
		box, err := r.m.Outbox(ctx)
		must(t, err)
		if len(box) > 0 && box[0].State == PendingFailed {
			t.Fatalf("counted as failed: %+v", box[0])
		}
		return len(box) == 0
	})
	r.synced()
	r.same()
}

// A service that fails every time does end in a row that the person sees, whatever the network does in between.
func TestAServiceThatAlwaysFailsIsTold(t *testing.T) {
	r, ctx := ready(t, 2), t.Context()
	r.fault(http.MethodPatch, "/messages/", 1<<20, graph.Fault{Status: 500})
	must(t, r.m.Categorize(ctx, []int64{r.mail("Quote 1").ID}, []string{"Customer"}, nil))
	id := r.queued(kindCategories).ID
	hurry := func() {
		must(t, r.db.Write(ctx, "hurry", func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE outbox SET not_before=0 WHERE id=?`, id)
			return err
		}))
		r.m.queued(r.account)
	}
	r.until("it was tried", func() bool { hurry(); return r.queued(kindCategories).Attempts >= maxTries/2 })
	r.offline()
	r.until("it was tried without a network", func() bool { hurry(); return r.queued(kindCategories).Reason == reasonOffline })
	r.down.Store(false)
	r.until("it is given up", func() bool { hurry(); return r.queued(kindCategories).State == PendingFailed })
	if n := r.queued(kindCategories).Attempts; n > maxTries+maxTries {
		t.Errorf("%d tries", n)
	}
	must(t, r.m.Discard(ctx, id))
	r.synced()
	r.same()
}
