package mirror

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// crowd delivers more messages than a filtered first round tells, the newest first, each at its time before now.
func (r *rig) crowd(n int, before func(i int) time.Duration) {
	for i := range n {
		r.box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Subject: fmt.Sprintf("Crowd %03d", i),
			At: r.now().Add(-before(i)), Body: mailbox.Body{Text: "x"}})
	}
}

// older says whether a request reads messages that a filtered first round has left out.
func older(req *http.Request) bool {
	return strings.HasSuffix(req.URL.Path, "/messages") && strings.Contains(req.URL.Query().Get("$filter"), "receivedDateTime lt")
}

func hourly(i int) time.Duration { return time.Duration(i) * time.Hour }

// A list shifts when something leaves it, and no delta tells of what was never read.
func TestOlderMailShiftsWhileItIsRead(t *testing.T) {
	for name, leave := range map[string]func(r *rig, id string) error{
		"deleted": func(r *rig, id string) error { return r.box.RemoveMessage(id) },
		"moved":   func(r *rig, id string) error { return r.box.MoveMessage(id, r.box.FolderID("Archive")) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.crowd(filtered+230, hourly)
			var pages atomic.Int64
			r.h.SetIntercept(func(req *http.Request) *graph.Fault {
				if older(req) {
					if n := pages.Add(1); n == 2 || n == 4 {
						for _, m := range r.box.Messages("inbox") {
							if m.Subject == fmt.Sprintf("Crowd %03d", filtered+int(n)) { // of the first page
								must(t, leave(r, m.ID))
							}
						}
					}
				}
				return nil
			})
			r.start()
			r.synced()
			r.synced()
			if pages.Load() < 5 {
				t.Fatalf("only %d pages of older mail", pages.Load())
			}
			r.same()
		})
	}
}

// A quit in the middle loses nothing that leaves the folder until the next start, and what was read is not read again.
func TestOlderMailGoesOnAfterAQuit(t *testing.T) {
	r := newRig(t)
	r.crowd(filtered+230, hourly)
	// A page is told by the moment that it goes on from. A request that the quit cuts off may be heard of after it.
	var mu sync.Mutex
	read, again, rest := map[string]bool{}, map[string]bool{}, map[string]bool{}
	var refused atomic.Bool
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		mu.Lock()
		defer mu.Unlock()
		if !older(req) {
			return nil
		}
		if len(read) == 3 {
			refused.Store(true)
			return &graph.Fault{Status: 500}
		}
		read[req.URL.RawQuery] = true
		return nil
	})
	r.start()
	r.until("some of it is read", refused.Load)
	r.stop()
	for _, m := range r.box.Messages("inbox") {
		if slices.Contains([]string{fmt.Sprintf("Crowd %03d", filtered+5), fmt.Sprintf("Crowd %03d", filtered+60)}, m.Subject) {
			must(t, r.box.RemoveMessage(m.ID))
		}
	}
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		mu.Lock()
		defer mu.Unlock()
		if page := req.URL.RawQuery; older(req) && read[page] {
			again[page] = true
		} else if older(req) {
			rest[page] = true
		}
		return nil
	})
	r.start()
	r.synced()
	r.synced()
	r.same()
	mu.Lock()
	defer mu.Unlock()
	if len(again) > 0 || len(rest) != 3 {
		t.Errorf("%d pages are read again, %d for the first time", len(again), len(rest))
	}
}

// More messages in one second than a page holds: only the link tells them apart.
func TestOlderMailOfOneSecond(t *testing.T) {
	r := newRig(t)
	r.crowd(filtered+230, func(i int) time.Duration {
		if i > filtered-30 && i < filtered+200 {
			return hourly(filtered)
		}
		return hourly(i)
	})
	r.start()
	r.synced()
	r.synced()
	r.same()
}

// A link that the service refuses, kept by an earlier start or got a moment ago, keeps no folder from being read.
func TestOlderMailWithARefusedLink(t *testing.T) {
	for _, status := range []int{400, 404, 410} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			r := newRig(t)
			r.crowd(filtered+230, hourly)
			r.h.SetIntercept(func(req *http.Request) *graph.Fault {
				if older(req) && req.URL.Query().Get("$skip") != "" {
					return &graph.Fault{Status: status}
				}
				return nil
			})
			r.start()
			r.until("all are there", func() bool { return r.messages() == filtered+230 })
			r.synced()
			r.same()
		})
	}
}

// The same where the second with many messages makes links needed: the reading ends, and later it is whole.
func TestOlderMailOfOneSecondWithRefusedLinks(t *testing.T) {
	r := newRig(t)
	r.crowd(filtered+230, func(i int) time.Duration {
		if i > filtered-30 && i < filtered+200 {
			return hourly(filtered)
		}
		return hourly(i)
	})
	var refused atomic.Int64
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if older(req) && req.URL.Query().Get("$skip") != "" && refused.Add(1) <= 7 {
			return &graph.Fault{Status: 410}
		}
		return nil
	})
	r.start()
	r.until("all are there", func() bool { return r.messages() == filtered+230 })
	r.synced()
	r.same()
}

// An old message that is opened from a search of the server while the first round goes on says nothing of those between.
func TestOldMessageOpenedDuringTheFirstRound(t *testing.T) {
	r := newRig(t)
	r.crowd(filtered+230, hourly)
	id := r.inboxID(fmt.Sprintf("Crowd %03d", filtered+200))
	var once sync.Once
	opened := make(chan error, 1)
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if strings.HasSuffix(req.URL.Path, "/messages/delta") && req.URL.Query().Get("$skiptoken") != "" {
			once.Do(func() {
				accounts, err := r.m.Accounts(req.Context())
				if err == nil {
					_, err = r.m.KeepFound(req.Context(), accounts[0].ID, id)
				}
				opened <- err
			})
		}
		return nil
	})
	r.start()
	must(t, <-opened)
	r.synced()
	r.synced()
	r.same()
}
