package mirror

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
	"supercrm/outlook"
)

func TestIntervals(t *testing.T) {
	for _, tc := range []struct {
		p    pace
		want time.Duration
	}{
		{pace{}, time.Minute},
		{pace{hidden: true}, 5 * time.Minute},
		{pace{system: System{Idle: true}}, 3 * time.Minute},
		{pace{system: System{Battery: true}}, 2 * time.Minute},
		{pace{hidden: true, system: System{Battery: true, Idle: true}}, 10 * time.Minute},
		{pace{system: System{Offline: true, Battery: true}}, 0},
	} {
		if got := tc.p.interval(time.Minute); got != tc.want {
			t.Errorf("%+v: %v, want %v", tc.p, got, tc.want)
		}
	}
	hidden := pace{hidden: true}
	if got := hidden.interval(time.Hour); got != time.Hour {
		t.Errorf("a poll of an hour became one of %v", got)
	}
	if got := hidden.interval(10 * time.Minute); got != slowest {
		t.Errorf("a poll of ten minutes became one of %v", got)
	}
}

// refusing counts rounds: every request fails at once, as without a connection.
type refusing struct {
	mu sync.Mutex
	at []time.Time
}

func (r *refusing) RoundTrip(*http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = append(r.at, time.Now())
	return nil, errors.New("the connection was cut")
}

func (r *refusing) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	var last time.Time
	for _, at := range r.at {
		if last.IsZero() || at.Sub(last) > 15*time.Second { // what is repeated belongs to one round
			n++
		}
		last = at
	}
	return n
}

// The rest between rounds follows what the computer and the window say, as soon as they say it.
func TestPaceFollowsConditions(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), filepath.Join(dir, "supercrm.db"))
		must(t, err)
		defer db.Close()
		trip := &refusing{}
		client, err := outlook.New(outlook.Options{BaseURL: "https://graph.example/v1.0", HTTP: &http.Client{Transport: trip}, RetryBase: time.Millisecond,
			Token: func(context.Context) (string, error) { return "x", nil }})
		must(t, err)
		m := New(Options{DB: db, PollEvery: time.Minute, RetryBase: 10 * time.Minute})
		defer m.Close()
		_, err = m.Connect(t.Context(), AccountInfo{Key: "k", UPN: me}, client)
		must(t, err)
		// What is done may wake a worker that asks at once, so the count is taken before it.
		rounds := func(what string, do func(), d time.Duration, low, high int) {
			t.Helper()
			before := trip.count()
			do()
			time.Sleep(d)
			synctest.Wait()
			if n := trip.count() - before; n < low || n > high {
				t.Errorf("%s: %d rounds in %v, want %d to %d", what, n, d, low, high)
			}
		}
		system := func(s System) func() { return func() { m.SetSystem(s) } }
		rounds("in front", func() {}, time.Hour, 55, 62)
		rounds("hidden", func() { m.SetHidden(true) }, time.Hour, 11, 14)
		rounds("hidden, on battery", system(System{Battery: true}), time.Hour, 5, 8)
		rounds("shown again, on battery", func() { m.SetHidden(false) }, time.Hour, 28, 32)
		rounds("no network", system(System{Offline: true}), 10*time.Hour, 0, 0)
		rounds("the network is back", system(System{}), 10*time.Second, 1, 1)
		m.SetHidden(true)
		time.Sleep(30 * time.Second)
		rounds("awake", m.Awake, 10*time.Second, 1, 1)
	})
}

// cutOff lets requests fail whose address holds a part, as something between here and the service that cannot bear one answer.
type cutOff struct {
	http.RoundTripper
	part   string
	on     atomic.Bool
	rounds atomic.Int64 // requests that were cut off, each with its repetitions
	last   time.Time
	mu     sync.Mutex
}

func (c *cutOff) RoundTrip(req *http.Request) (*http.Response, error) {
	if !c.on.Load() || !strings.Contains(req.URL.Path, c.part) {
		return c.RoundTripper.RoundTrip(req)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last.IsZero() || time.Since(c.last) > 500*time.Millisecond {
		c.rounds.Add(1)
	}
	c.last = time.Now()
	return nil, errors.New("the connection was cut")
}

// One reading that is cut off in every round is no reason to make the rounds without a rest, whether the others succeed or there
// is no network at all and no batch to ask.
func TestAReadingThatIsCutOffKeepsThePace(t *testing.T) {
	for part, noBatch := range map[string]bool{"/messages/delta": false, "/": true} {
		t.Run(part, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRigOn(t, newMemoryLine())
				r.furnish(5)
				c := &cutOff{RoundTripper: r.http.Transport, part: part}
				r.http.Transport = c
				r.start()
				r.synced()
				rn := r.m.runner(r.account)
				for range 3 * pollPage { // more than comes with the poll
					r.box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna@customer.example"}, Subject: "New", Body: mailbox.Body{Text: "x"}})
				}
				if noBatch {
					rn.refuseBatches(errors.New("test"))
				}
				c.on.Store(true)
				time.Sleep(20 * time.Minute)
				if n, most := c.rounds.Load(), int64(20*60/20+10); n < 10 || n > most {
					t.Errorf("%d rounds in 20 minutes, want at most %d", n, most)
				}
			})
		})
	}
}
