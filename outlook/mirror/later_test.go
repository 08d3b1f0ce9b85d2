package mirror

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
	"supercrm/outlook"
)

// withFiles delivers messages with a small attachment each, the newest first.
func (r *rig) withFiles(n, size int) {
	for i := range n {
		r.box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Subject: fmt.Sprintf("File %d", i), At: r.now().Add(-time.Duration(i+1) * time.Hour),
			Body: mailbox.Body{Text: "x"}, Attachments: []mailbox.Attachment{{Num: 1, Name: "a.pdf", Type: "application/pdf", Bytes: bytes.Repeat([]byte("a"), size)}}})
	}
}

// about says whether a request is about a message by itself, or what is below it.
func about(req *http.Request, id string) bool {
	path, err := url.PathUnescape(req.URL.EscapedPath())
	return err == nil && strings.Contains(path, "/me/messages/"+id)
}

func (r *rig) inboxID(subject string) string {
	r.t.Helper()
	for _, m := range r.box.Messages("inbox") {
		if m.Subject == subject {
			return m.ID
		}
	}
	r.t.Fatalf("no message %q", subject)
	return ""
}

// The newest messages cannot be completed, whatever is tried: all others are, their attachments are kept, and those that
// fail are not asked for all the time.
func TestBadMessagesKeepNoOthersWaiting(t *testing.T) {
	for name, fault := range map[string]graph.Fault{
		"failing": {Status: 500, Code: "ErrorInternalServerError"},
		"refused": {Status: 403, Code: "ErrorAccessDenied"},
		"bad":     {Status: 400, Code: "ErrorCorruptData"},
		"cut":     {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.withFiles(12, 300)
			bad := []string{r.inboxID("File 0"), r.inboxID("File 1"), r.inboxID("File 2")}
			var asked atomic.Int64
			r.h.SetIntercept(func(req *http.Request) *graph.Fault {
				for _, id := range bad {
					if about(req, id) {
						asked.Add(1)
						f := fault
						return &f
					}
				}
				return nil
			})
			r.start()
			r.until("the others are completed and their attachments kept", func() bool { return r.tally(`SELECT count(*) FROM attachment_file`) == 9 })
			r.synced()
			before := asked.Load()
			for range 3 {
				r.synced()
			}
			if n := asked.Load() - before; n > 10 {
				t.Errorf("asked %d times more", n)
			}
			r.h.SetIntercept(nil)
			r.offset.Add(int64(2 * time.Minute))
			r.until("they are completed when they can be", func() bool { return r.tally(`SELECT count(*) FROM attachment_file`) == 12 })
		})
	}
}

// What the service refuses again, while all else goes well, is not asked for any more; one refusal is no proof.
func TestRefusedMessageIsGivenUp(t *testing.T) {
	r := newRig(t)
	r.withFiles(3, 300)
	bad := r.inboxID("File 0")
	var asked atomic.Int64
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if about(req, bad) {
			asked.Add(1)
			return &graph.Fault{Status: 403, Code: "ErrorAccessDenied"}
		}
		return nil
	})
	r.start()
	r.until("the others are completed", func() bool { return r.tally(`SELECT count(*) FROM attachment_file`) == 2 })
	r.synced()
	if n := r.tally(`SELECT count(*) FROM message WHERE attachments=''`); n != 1 {
		t.Errorf("%d messages wait to be asked about again", n)
	}
	r.offset.Add(int64(2 * time.Minute))
	r.until("it is given up", func() bool { return r.tally(`SELECT count(*) FROM message WHERE attachments=''`) == 0 })
}

// An attachment that the service fails to give keeps no other from being kept.
func TestBadAttachmentKeepsNoOthersWaiting(t *testing.T) {
	r := newRig(t)
	r.withFiles(8, 300)
	bad := r.inboxID("File 0")
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if about(req, bad) && strings.HasSuffix(req.URL.Path, "/$value") {
			return &graph.Fault{Status: 503}
		}
		return nil
	})
	r.start()
	r.until("the others are kept", func() bool { return r.tally(`SELECT count(*) FROM attachment_file`) == 7 })
	r.h.SetIntercept(nil)
	r.m.Awake()
	r.until("and it too, as soon as the network is another one", func() bool { return r.tally(`SELECT count(*) FROM attachment_file`) == 8 })
}

// downloads notes the priorities of what is downloaded.
type downloads struct {
	http.RoundTripper
	mu   sync.Mutex
	seen []outlook.Priority
}

func (d *downloads) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, "/$value") {
		d.mu.Lock()
		d.seen = append(d.seen, outlook.PriorityOf(req.Context()))
		d.mu.Unlock()
	}
	return d.RoundTripper.RoundTrip(req)
}

func (d *downloads) take() []outlook.Priority {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.seen
	d.seen = nil
	return out
}

// What nobody waits for goes after everything else, and nothing is downloaded only to be thrown away.
func TestBackgroundDownloads(t *testing.T) {
	r := newRig(t)
	d := &downloads{RoundTripper: r.http.Transport}
	r.http.Transport = d
	r.withFiles(10, 1000)
	r.start()
	looked := func() bool { return r.tally(`SELECT count(*) FROM message WHERE has_attachments=1 AND files=1`) == 10 }
	r.until("all are kept", looked)
	all := d.take()
	if len(all) != 10 {
		t.Errorf("%d downloads", len(all))
	}
	for _, p := range all {
		if p != outlook.Backfill {
			t.Errorf("priority %d", p)
		}
	}
	c := DefaultChoice
	c.FilesLimit = 3500
	must(t, r.m.Choose(t.Context(), r.account, c))
	r.until("all are looked at again", looked)
	if n := len(d.take()); n != 0 {
		t.Errorf("%d downloads for which there is no room", n)
	}
	if n := r.tally(`SELECT count(*) FROM attachment_file`); n != 3 {
		t.Errorf("%d are kept", n)
	}
	r.withFiles(1, 1000) // a newer one makes an older one give way
	r.until("the new one is looked at", func() bool { return r.tally(`SELECT count(*) FROM message WHERE has_attachments=1 AND files=1`) == 11 })
	if n := r.tally(`SELECT count(*) FROM attachment_file`); n != 3 || len(d.take()) != 1 {
		t.Errorf("%d are kept", n)
	}
}

// A cut connection or two say nothing of a message: it is the first again at once.
func TestCutsOfOneMessage(t *testing.T) {
	var l later
	at := time.Unix(1e9, 0)
	cut := &outlook.NetworkError{Op: "fetch attachment", Err: errors.New("cut off")}
	for i := range cutOften {
		if got := l.now(at); got != "[]" {
			t.Fatalf("after %d cuts %s are left alone", i, got)
		}
		l.note(7, at, cut)
	}
	if got := l.now(at); got != "[7]" {
		t.Errorf("%s are left alone", got)
	}
	if !l.refusedAt(7).IsZero() {
		t.Error("a cut counts as a refusal")
	}
}
