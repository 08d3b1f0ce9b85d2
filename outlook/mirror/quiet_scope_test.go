package mirror

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// A colleague's calendar that is removed while a poll is under way leaves nothing behind from which it would go on when it
// is added again: that would leave it empty.
func TestColleagueIsRemovedDuringPoll(t *testing.T) {
	t.Parallel()
	r, his := besideColleague(t)
	id := r.calendar(jonas).ID
	must(t, r.turn())
	var once sync.Once
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if strings.HasSuffix(req.URL.Path, "/$batch") {
			once.Do(func() { must(t, r.m.RemoveColleague(t.Context(), id)) })
		}
		return nil
	})
	his.Deliver(mailbox.Mail{From: mailbox.Address{Addr: me}, To: []mailbox.Address{{Addr: jonas}}, Subject: "So that the link is another one", Body: mailbox.Body{Text: "x"}})
	must(t, r.turn())
	r.h.SetIntercept(nil)
	if n := r.tally(`SELECT count(*) FROM sync_state WHERE scope LIKE 'events:users/%'`); n != 0 {
		t.Errorf("%d scopes are left", n)
	}
	_, err := r.m.AddColleague(t.Context(), r.account, jonas)
	must(t, err)
	r.until("it is mirrored again", func() bool { return r.sees("His visit") })
}
