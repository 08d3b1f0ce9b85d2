package calendar

import (
	"testing"

	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
)

// A change of a series' occurrence asks whether the series is meant, unless it is of the time.
func TestAnOccurrenceOrItsSeries(t *testing.T) {
	for _, c := range []struct {
		press, did string
		with       []mirror.Attendee
		undo       bool
	}{
		{"Only this one", "edit 1", nil, true},
		{"Whole series", "edit series of 1", nil, false},
		{"Whole series", "edit series of 1", []mirror.Attendee{anna}, false},
		{"Back", "", nil, false},
	} {
		r := newRig(t, one(mirror.Event{Subject: "Stand-up", Series: true, Attendees: c.with}))
		n := r.open(1)
		retype(n.place.Entry, "Room 4")
		n.save()
		r.wantDid()
		if c.with != nil && !uitest.Shows(n.footer, "will be e-mailed") {
			t.Error("who is e-mailed is not said")
		}
		if !uitest.Press(n.footer, c.press) {
			t.Fatalf("no %q in %q", c.press, uitest.Texts(n.footer))
		}
		r.Settle()
		if c.did == "" {
			r.wantDid()
			if !n.isOpen() || n.place.Text() != "Room 4" {
				t.Error("what was typed is gone")
			}
			continue
		}
		r.wantDid(c.did)
		if e := r.d.edits[0]; e.Location == nil || *e.Location != "Room 4" || e.Subject != nil || e.Start != nil {
			t.Errorf("%+v", e)
		}
		if n.isOpen() || (r.Host.Undo != nil) != c.undo {
			t.Errorf("%s: open, or an undo too many or too few", c.press)
		}
	}
	r := newRig(t, one(mirror.Event{Subject: "Stand-up", Series: true}))
	n := r.open(1)
	retype(n.start.time, "11:30 am")
	n.save()
	r.Settle()
	r.wantDid("edit 1")
}
