package mirror

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/internal/store"
)

// Mail that a backup still holds in the outbox, and that went out after the backup was made, does not go out again when
// the backup is put back.
func TestRestoredMailGoesOutOnce(t *testing.T) {
	for _, c := range []struct {
		name, step string
		hold       func(r *rig) (free func()) // keeps mail from going out until free is called
	}{
		{"written offline", stepNew, func(r *rig) func() {
			r.offline()
			return func() { r.down.Store(false) }
		}},
		{"a draft that was not sent yet", stepReady, func(r *rig) func() {
			r.fault(http.MethodPost, "/send", 1<<30, graph.Fault{Status: http.StatusTooManyRequests, Code: "ApplicationThrottled", Header: http.Header{"Retry-After": {"1"}}})
			return func() { r.h.SetIntercept(nil) }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ctx := ready(t, 1), t.Context()
			free := c.hold(r)
			_, err := r.m.SendMail(ctx, NewMail{AccountID: r.account, To: []Address{{Addr: "anna@customer.example"}}, Subject: "Offer", Text: "here"})
			must(t, err)
			_, err = r.m.SendReply(ctx, Reply{MessageID: r.mail("Quote 0").ID, Text: "Thanks"})
			must(t, err)
			r.until("both wait", func() bool {
				var n int
				must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM outbox WHERE step=?`, c.step).Scan(&n))
				return n == 2
			})
			backup := filepath.Join(t.TempDir(), "backup.db")
			must(t, r.db.Backup(ctx, backup))
			free()
			r.sent()
			if n := len(r.box.SentMail()); n != 2 {
				t.Fatalf("%d mails went out", n)
			}
			r.stop()
			_, err = store.Restore(ctx, backup, r.path, time.Now())
			must(t, err)
			var again atomic.Int64
			r.h.SetIntercept(func(req *http.Request) *graph.Fault {
				if req.Method == http.MethodPost && !strings.Contains(req.URL.Path, "$batch") {
					again.Add(1)
				}
				return nil
			})
			r.start()
			r.sent()
			if n := len(r.box.SentMail()); n != 2 || again.Load() != 0 {
				t.Errorf("%d mails went out, %d requests to make or send one after the backup was put back", n, again.Load())
			}
		})
	}
}
