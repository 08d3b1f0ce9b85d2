package mirror

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/contract"
	"supercrm/devtenant/mailbox"
)

// tap notes what is sent.
type tap struct {
	http.RoundTripper
	mu   sync.Mutex
	sent []exchange
}

type exchange struct {
	method, path string
	body         []byte
}

func (p *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	e := exchange{method: r.Method, path: strings.TrimPrefix(r.URL.EscapedPath(), "/graph/v1.0")}
	if r.Body != nil {
		e.body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(e.body))
	}
	p.mu.Lock()
	p.sent = append(p.sent, e)
	p.mu.Unlock()
	return p.RoundTripper.RoundTrip(r)
}

// Every request that the mirror makes is one that Microsoft's own description knows. The rig holds each of them, and its
// answer, against it; here is made sure that all kinds of them are made. The description is not part of the program.
func TestRequestsFitOpenAPI(t *testing.T) {
	c, err := contract.Load()
	must(t, err)
	if c == nil {
		t.Skip("no OpenAPI description; set GRAPH_OPENAPI")
	}
	kinds := map[string]int{}
	for _, e := range traffic(t) {
		name := c.Operation(e.method, e.path)
		if name == "" {
			t.Errorf("no such call: %s %s", e.method, e.path)
		}
		kinds[name]++
	}
	if len(kinds) < 20 {
		t.Fatalf("only %d kinds of requests were made: %v", len(kinds), kinds)
	}
}

var people0 = []mailbox.Address{{Addr: "anna@customer.example"}}

// traffic does everything once and gives what was sent.
func traffic(t *testing.T) []exchange {
	r, ctx := newRig(t), t.Context()
	r.furnish(6)
	day := r.now().UTC().Truncate(24 * time.Hour)
	r.box.NewEvent(mailbox.Event{Subject: "Theirs", Start: day.Add(58 * time.Hour), End: day.Add(59 * time.Hour), StartZone: "UTC", EndZone: "UTC", Response: "notResponded",
		Organizer: mailbox.Address{Addr: "anna@customer.example"}, Attendees: []mailbox.Attendee{{Address: mailbox.Address{Addr: me}, Type: "required", Response: "none"}}})
	p := &tap{RoundTripper: r.http.Transport}
	r.http.Transport = p
	r.start()
	r.synced()
	text, yes := "changed", "oof"
	people := []Address{{Name: "Anna", Addr: "anna@customer.example"}}
	must(t, r.m.EditEvent(ctx, r.find("Review").ID, EventEdit{Subject: &text, Location: &text, Body: &text, ShowAs: &yes, Attendees: &people}))
	start := day.Add(70 * time.Hour)
	_, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Made", Start: start, End: start.Add(time.Hour), Zone: "Europe/Berlin", Body: "x", Location: "y", Attendees: people})
	must(t, err)
	must(t, r.m.DeleteEvent(ctx, r.find("Fair").ID))
	must(t, r.m.Respond(ctx, r.find("Theirs").ID, "tentativelyAccepted"))
	must(t, r.m.MarkRead(ctx, []int64{r.mail("Quote 1").ID}, true))
	must(t, r.m.Flag(ctx, []int64{r.mail("Quote 1").ID}, true))
	must(t, r.m.Move(ctx, []int64{r.mail("Quote 2").ID}, "archive"))
	must(t, r.m.Categorize(ctx, []int64{r.mail("Quote 1").ID}, []string{"Customer"}, nil))
	his := r.colleague()
	_, _ = r.m.AddColleague(ctx, r.account, jonas) // refused
	r.reg.ShareCalendar(his.Owner().UPN, "", me, "read")
	_ = r.box.Do(func(b *mailbox.Box) error {
		b.AddContact(b.ContactFolders()[0], &mailbox.Contact{DisplayName: "Anna", Emails: people0})
		return nil
	})
	r.renewed()
	must(t, r.m.PickCalendar(ctx, r.calendar(jonas).ID, true))
	_, err0 := r.m.SearchServer(ctx, r.account, "pallets")
	must(t, err0)
	must(t, r.m.Choose(ctx, r.account, Choice{Months: 3}))
	r.synced()
	for _, answer := range []Reply{{Text: "a"}, {Text: "b", All: true, Cc: people}, {Text: "c", Forward: true, To: people}} {
		answer.MessageID = r.mail("Quote 3").ID
		_, err := r.m.SendReply(ctx, answer)
		must(t, err)
	}
	_, err = r.m.SendMail(ctx, NewMail{To: people, Cc: people, Bcc: people, Subject: "x", Text: "y"})
	must(t, err)
	r.sent()
	must(t, r.box.MoveMessage(r.graphID("message", r.mail("Quote 4").ID), "archive"))
	r.box.ForgetChanges()
	r.synced()
	var m Message
	r.until("attachments are listed", func() bool {
		m, err = r.m.Message(ctx, r.mail("Quote 5").ID)
		must(t, err)
		return len(m.Attachments) == 1
	})
	must(t, r.m.FetchAttachment(ctx, m.ID, m.Attachments[0].GraphID, io.Discard))
	rn := r.m.runner(r.account)
	_, err = rn.client.FindByMarker(ctx, "x")
	must(t, err)
	_, err = rn.client.Me(ctx)
	must(t, err)
	r.stop()
	return p.sent
}
