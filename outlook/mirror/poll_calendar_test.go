package mirror

import (
	"testing"
	"time"
)

// A calendar that somebody else lets the person change is not changed from here, and that is no news in every poll.
func TestWritableSharedCalendarIsQuiet(t *testing.T) {
	t.Parallel()
	r, c, _ := settledRig(t, 3)
	r.colleague()
	r.reg.ShareCalendar(jonas, "", me, "write")
	must(t, r.allRead())
	r.calendar(jonas)
	r.offset.Add(int64(5 * time.Second))
	r.polled(c)
	for range 3 {
		if sent := r.polled(c); len(sent) != 1 || sent[0] != "POST $batch" {
			t.Fatalf("a poll with nothing new made %v", sent)
		}
	}
}
