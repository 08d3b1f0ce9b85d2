package mirror

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
	"supercrm/outlook"
)

// besideColleague is a rig that rests and mirrors Jonas' calendar by his address.
func besideColleague(t *testing.T) (*rig, *mailbox.Mailbox) {
	t.Helper()
	r, _, _ := settledRig(t, 2)
	his := r.colleague()
	must(t, his.Do(func(b *mailbox.Box) error {
		b.Share(b.Calendars()[0], r.box.Owner().Address(), "read")
		return nil
	}))
	_, err := r.m.AddColleague(t.Context(), r.account, jonas)
	must(t, err)
	r.until("it is mirrored", func() bool { return r.sees("His visit") })
	r.synced() // and the worker rests
	return r, his
}

// ownMeeting puts a meeting into the person's own calendar.
func (r *rig) ownMeeting(subject string) {
	day := r.now().UTC().Truncate(24 * time.Hour)
	r.box.NewEvent(mailbox.Event{Subject: subject, Start: day.Add(36 * time.Hour), End: day.Add(37 * time.Hour), StartZone: "UTC", EndZone: "UTC", IsOrganizer: true,
		Organizer: r.box.Owner().Address()})
}

func TestColleagueIsGone(t *testing.T) {
	t.Parallel()
	r, his := besideColleague(t)
	r.reg.Remove(his)
	r.ownMeeting("Own")
	for name, look := range map[string]func() error{"whole round": r.allRead, "poll": r.turn} {
		must(t, look())
		if !r.calendar(jonas).Denied {
			t.Errorf("after a %s the calendar is shown as if it were read", name)
		}
	}
	if !r.sees("His visit") || !r.sees("Own") {
		t.Error("something is missing")
	}
}

// A colleague's calendar that the service cannot give for a long time leaves the others readable.
func TestColleaguesServerFails(t *testing.T) {
	t.Parallel()
	r, _ := besideColleague(t)
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if strings.Contains(req.URL.Path, "/users/") {
			return &graph.Fault{Status: 503}
		}
		return nil
	})
	r.ownMeeting("Own")
	if err := r.allRead(); !outlook.IsServer(err) {
		t.Errorf("the round ended with %v", err)
	}
	if !r.sees("His visit") || !r.sees("Own") || r.calendar(jonas).Denied {
		t.Error("something is missing")
	}
	r.h.SetIntercept(nil)
	must(t, r.allRead())
}
