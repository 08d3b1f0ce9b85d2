package mirror

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/graph"
)

// filing lets what was sent be neither a draft nor among the sent for some looks: the service files it after sending.
type filing struct {
	http.RoundTripper
	sent  atomic.Bool
	looks atomic.Int64 // that find nothing
}

func (f *filing) RoundTrip(req *http.Request) (*http.Response, error) {
	path := req.URL.Path
	if strings.HasSuffix(path, "/send") {
		f.sent.Store(true)
	}
	if req.Method != http.MethodGet || !f.sent.Load() || !strings.Contains(path, "/me/messages") {
		return f.RoundTripper.RoundTrip(req)
	}
	status, body := http.StatusNotFound, `{"error":{"code":"ErrorItemNotFound","message":"The specified object was not found in the store."}}`
	if strings.HasSuffix(path, "/me/messages") {
		if status, body = http.StatusOK, `{"value":[]}`; !strings.Contains(req.URL.RawQuery, "singleValueExtendedProperties") {
			return f.RoundTripper.RoundTrip(req)
		}
	}
	if f.looks.Add(-1) < 0 {
		return f.RoundTripper.RoundTrip(req)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

// Mail whose answer was lost and that the service has not filed yet is no draft that is lost: it is looked for again, and however
// often the person has it tried, it is sent once.
func TestMailThatIsFiledLate(t *testing.T) {
	for name, impatient := range map[string]bool{"left alone": false, "tried again and again": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ctx := newRig(t), t.Context()
			r.furnish(2)
			late := &filing{RoundTripper: r.http.Transport}
			late.looks.Store(7)
			r.http.Transport = late
			r.start()
			r.synced()
			r.fault(http.MethodPost, "/send", 1, graph.Fault{AfterApply: true, Reset: true})
			_, err := r.m.SendReply(ctx, Reply{MessageID: r.mail("Quote 1").ID, Text: "Once."})
			must(t, err)
			r.until("it is sent", func() bool {
				box, err := r.m.Outbox(ctx)
				must(t, err)
				if len(box) == 0 {
					return true
				}
				if late.sent.Load() && box[0].State == PendingFailed {
					t.Fatalf("given up: %+v", box[0])
				}
				if impatient && late.sent.Load() {
					must(t, r.m.Retry(ctx, box[0].ID))
					time.Sleep(20 * time.Millisecond)
				}
				return false
			})
			if n := len(r.box.SentMail()); n != 1 || late.looks.Load() > 0 {
				t.Errorf("sent %d times, with %d looks left", n, late.looks.Load())
			}
		})
	}
}
