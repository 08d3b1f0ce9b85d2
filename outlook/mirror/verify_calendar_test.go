package mirror

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/internal/store"
)

// spoil makes rows differ from what the service has: the master of the series, and a single meeting.
func (r *rig) spoil() (master string) {
	r.t.Helper()
	must(r.t, r.db.Reader().QueryRow(`SELECT graph_id FROM event WHERE kind='seriesMaster'`).Scan(&master))
	must(r.t, r.db.Write(r.t.Context(), "spoil", func(tx *store.Tx) error {
		_, err := tx.ExecContext(r.t.Context(), `UPDATE event SET location='Nowhere', change_key='other' WHERE subject='Review' OR kind='seriesMaster'`)
		return err
	}))
	return master
}

func (r *rig) verifiedCalendar() Place {
	r.t.Helper()
	v, err := r.m.Verify(r.t.Context(), r.account, nil)
	must(r.t, err)
	for _, p := range v.Places {
		if p.Kind == "calendar" {
			return p
		}
	}
	r.t.Fatalf("no calendar in %+v", v)
	return Place{}
}

// What the service does not answer in a batch is asked for by itself.
func TestVerifyAsksForMastersByThemselves(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(r *rig, master string) func(*http.Request) *graph.Fault{
		"throttled part": func(_ *rig, master string) func(*http.Request) *graph.Fault {
			var once sync.Once
			return func(req *http.Request) (f *graph.Fault) {
				if strings.HasSuffix(req.URL.Path, "/events/"+master) {
					once.Do(func() { f = &graph.Fault{Status: 429, Header: http.Header{"Retry-After": {"1"}}} })
				}
				return f
			}
		},
		"no batch": func(*rig, string) func(*http.Request) *graph.Fault {
			return func(req *http.Request) *graph.Fault {
				if strings.HasSuffix(req.URL.Path, "/$batch") {
					return &graph.Fault{Status: 403}
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _, _ := settledRig(t, 2)
			r.h.SetIntercept(fault(r, r.spoil()))
			if p := r.verifiedCalendar(); p.Skipped != "" || p.Renewed != 2 || p.Failed != 0 {
				t.Errorf("%+v", p)
			}
			r.h.SetIntercept(nil)
			r.same()
		})
	}
}

// A series that the service refuses to give does not keep the rest of its calendar from being compared.
func TestVerifyGoesOnBesideARefusedMaster(t *testing.T) {
	t.Parallel()
	r, _, _ := settledRig(t, 2)
	master := r.spoil()
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if strings.HasSuffix(req.URL.Path, "/events/"+master) {
			return &graph.Fault{Status: 403}
		}
		return nil
	})
	if p := r.verifiedCalendar(); p.Skipped != "" || p.Renewed != 1 || p.Failed != 1 {
		t.Errorf("%+v", p)
	}
	if e := r.find("Review"); e.Location == "Nowhere" {
		t.Errorf("%+v", e)
	}
}

// What a verification has read of an event before an edit of the person's was confirmed does not undo the edit.
func TestVerifyIsOvertakenByAnEdit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pollEvery = time.Hour
	hold := &late{RoundTripper: r.http.Transport, held: make(chan struct{}), let: make(chan struct{})}
	r.http.Transport = hold
	r.furnish(1)
	r.start()
	r.synced()
	r.spoil()
	id := r.find("Review").ID
	hold.path = "/events/" + r.graphID("event", id)
	hold.armed.Store(true)
	done := make(chan error, 1)
	go func() {
		_, err := r.m.Verify(t.Context(), r.account, nil)
		done <- err
	}()
	select {
	case <-hold.held:
	case err := <-done:
		t.Fatalf("it was not asked about: %v", err)
	}
	text := "Changed here"
	must(t, r.m.EditEvent(t.Context(), id, EventEdit{Subject: &text}))
	r.sent()
	close(hold.let)
	must(t, <-done)
	if !r.sees(text) {
		t.Error("the edit is undone")
	}
	r.synced()
	r.same()
}
