package mirror

import (
	"net/http"
	"testing"

	"supercrm/devtenant/graph"
	"supercrm/internal/store"
)

// A doubt that the service will not settle keeps neither the other doubts nor the round from their end.
func TestARefusedDoubtKeepsNothingWaiting(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusInternalServerError} {
		e, ctx := newFolderEnd(t), t.Context()
		refused, gone := e.graphIDOf("Quote 0"), e.graphIDOf("Quote 1")
		must(t, e.box.RemoveMessage(gone))
		must(t, e.db.Write(ctx, "test", func(tx *store.Tx) error {
			return doubt(ctx, tx, e.account, "message", `t.graph_id IN (?,?)`, refused, gone)
		}))
		asked := e.fault(http.MethodGet, "/me/messages/"+refused, 1<<30, graph.Fault{Status: status})
		e.renewed()
		if n := e.tally(`SELECT count(*) FROM sync_doubt`); n != 1 || asked.Load() == 0 || e.has(`m.graph_id=?`, gone) {
			t.Errorf("%d: %d doubts are left after %d requests, or the other message is still shown", status, n, asked.Load())
		}
		e.h.SetIntercept(nil)
		e.renewed()
		if n := e.tally(`SELECT count(*) FROM sync_doubt`); n != 0 {
			t.Errorf("%d doubts are left", n)
		}
		e.same()
	}
}
