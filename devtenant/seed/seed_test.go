package seed_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant"
	"supercrm/devtenant/demo"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/seed"
	"supercrm/devtenant/tenanttest"
)

var wednesday = time.Date(2026, 3, 11, 9, 12, 0, 0, time.UTC)

// bed is an empty tenant, and a Seeder for the demo's own person.
type bed struct {
	*devtenant.Server
	t   *testing.T
	opt seed.Options
	box *mailbox.Mailbox
}

func newBed(t *testing.T, scopes ...string) *bed {
	if scopes == nil {
		scopes = []string{"User.Read", "Mail.ReadWrite", "Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.ReadWrite"}
	}
	s := tenanttest.Start(t, func(o *devtenant.Options) { o.Seed = "empty" })
	token, err := s.Token(directory.DemoUPN, scopes...)
	if err != nil {
		t.Fatal(err)
	}
	box, _ := s.Mailboxes.Mailbox(directory.DemoUPN)
	return &bed{s, t, seed.Options{GraphURL: s.GraphURL, HTTP: tenanttest.Client(t, s), Messages: 80, Now: func() time.Time { return wednesday },
		Patience: time.Millisecond, Token: func(context.Context) (string, error) { return token, nil }}, box}
}

func (b *bed) fill(ctx context.Context) (seed.Result, error) {
	s := seed.New(b.opt)
	me, err := s.Me(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return s.Fill(ctx, me, false)
}

// shape is what a person sees of a mailbox, besides ids and what the service sets. The demo's links and attendees are
// left out, as the seed leaves them out.
func shape(m *mailbox.Mailbox) map[string]int {
	out := map[string]int{}
	threads := map[string]string{}
	_ = m.Do(func(b *mailbox.Box) error {
		for _, msg := range b.Messages(nil) {
			id := b.Conversation(msg)
			if threads[id] == "" {
				threads[id] = msg.Subject + msg.Received.String()
			}
			var files []string
			for _, a := range msg.Attachments {
				files = append(files, fmt.Sprint(a.Name, a.Type, a.Inline, a.ContentID, len(a.Bytes)))
			}
			when := msg.Received.String() + msg.Sent.String()
			if msg.Draft {
				when, threads[id] = "", ""
			}
			body := msg.Body()
			out[fmt.Sprint("mail ", msg.Subject, when, msg.From, msg.To, msg.Cc, msg.Read(), msg.Draft, msg.Flag, msg.Importance, msg.Categories, msg.Other, msg.InReplyTo,
				msg.Folder().Name, files, threads[id], body.HTML, len(body.Text))]++
		}
		for _, e := range b.Events(nil) {
			out[fmt.Sprint("event ", e.Subject, e.Start, e.End, e.AllDay, e.StartZone, e.ShowAs, e.Sensitivity, e.Categories, e.Location, e.Calendar().Name, e.Rule != nil, len(e.Exceptions()), e.DeletedDays())]++
			for _, x := range e.Exceptions() {
				out[fmt.Sprint("exception ", x.Subject, x.Start, x.End)]++
			}
		}
		for _, c := range b.Contacts(b.ContactFolders()[0]) {
			out[fmt.Sprint("contact ", c.DisplayName, c.GivenName, c.Surname, c.Company, c.JobTitle, c.Emails, c.Business, c.Mobile, c.City, c.Notes)]++
		}
		return nil
	})
	return out
}

// expected is the mailbox that package demo fills in memory.
func expected(t *testing.T, messages int) map[string]int {
	reg := mailbox.NewRegistry(func() time.Time { return wednesday })
	user := demo.User{ObjectID: strings.ToLower(directory.DemoUPN), UPN: directory.DemoUPN, Name: "Maya Torres", JobTitle: "Account Executive"}
	if err := demo.Fill(reg, []demo.User{user}, demo.Options{Now: wednesday, Messages: messages, NoLinks: true}); err != nil {
		t.Fatal(err)
	}
	return shape(reg.All()[0])
}

func same(t *testing.T, got, want map[string]int) {
	t.Helper()
	bad := 0
	for _, pair := range []struct {
		what   string
		of, in map[string]int
	}{{"missing", want, got}, {"too many", got, want}} {
		for line, n := range pair.of {
			if n > pair.in[line] {
				if bad++; bad < 8 {
					t.Errorf("%s: %s", pair.what, line)
				}
			}
		}
	}
	if len(want) < 100 {
		t.Errorf("only %d things are expected", len(want))
	}
}

func TestFilledIsTheDemo(t *testing.T) {
	b := newBed(t)
	r, err := b.fill(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, shape(b.box), expected(t, 80))
	if r.Made.Mail != 80 || r.Made.Contacts != 60 || r.Made.Folders != 3 || r.Made.Calendars != 1 || r.There.All() != 0 || r.Again {
		t.Errorf("%+v", r)
	}
	_ = b.box.Do(func(box *mailbox.Box) error {
		for _, e := range box.Events(nil) {
			if len(e.Attendees) > 0 || e.Online {
				t.Errorf("%q has attendees or a meeting in Teams", e.Subject)
			}
			if e.ReminderOn && e.Rule == nil && e.Start.Before(wednesday) {
				t.Errorf("%q is over and reminds", e.Subject)
			}
		}
		if n := len(box.Records(mailbox.CategoryRecords)); n != 6+len(demo.Categories()) {
			t.Errorf("%d categories", n)
		}
		return nil
	})
	if len(b.box.SentMail())+len(b.box.Notices()) > 0 {
		t.Error("something was mailed")
	}

	before := b.Mailboxes.Changes()
	b.opt.Now = func() time.Time { return wednesday.AddDate(0, 0, 9) } // another day, and the same demo
	b.opt.Messages = 0
	r, err = b.fill(t.Context())
	if err != nil || r.Made.All() != 0 || r.There.Mail != 80 || !r.Again || !r.Base.Equal(wednesday) {
		t.Errorf("again: %+v, %v", r, err)
	}
	if after := b.Mailboxes.Changes(); after != before {
		t.Errorf("a second run made %d changes", after-before)
	}
	b.opt.Messages = 30
	if _, err := b.fill(t.Context()); !errors.Is(err, seed.ErrOtherSize) {
		t.Errorf("another size: %v", err)
	}
}

// TestInterruptedGoesOn stops runs in each of their parts, until one comes to the end.
func TestInterruptedGoesOn(t *testing.T) {
	b := newBed(t)
	for _, stop := range []struct {
		what string
		at   int
	}{{"folders", 1}, {"mail", 7}, {"mail", 60}, {"contacts", 11}, {"events", 3}, {"events", 50}} {
		ctx, cancel := context.WithCancel(t.Context())
		b.opt.Progress = func(p seed.Progress) {
			if p.What == stop.what && p.Done >= stop.at {
				cancel()
			}
		}
		if _, err := b.fill(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at %v: %v", stop, err)
		}
		cancel()
		time.Sleep(150 * time.Millisecond) // what the tenant was doing ends, long before a person starts the command again
	}
	b.opt.Progress = nil
	if _, err := b.fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, shape(b.box), expected(t, 80))
}

// TestLostAnswersMakeNothingTwice cuts connections before and after requests are carried out, and throttles.
func TestLostAnswersMakeNothingTwice(t *testing.T) {
	b := newBed(t)
	var n, busy, most, throttled atomic.Int64
	b.Intercept(func(r *http.Request) *devtenant.Fault {
		at := busy.Add(1)
		defer busy.Add(-1)
		for m := most.Load(); at > m && !most.CompareAndSwap(m, at); m = most.Load() {
		}
		switch i := n.Add(1); {
		case i%11 == 0:
			return &devtenant.Fault{Reset: true, AfterApply: r.Method != http.MethodGet}
		case i%13 == 0:
			return &devtenant.Fault{Reset: true}
		case i%17 == 0:
			return &devtenant.Fault{Status: http.StatusGatewayTimeout, AfterApply: true}
		case i%19 == 0:
			throttled.Add(1)
			return &devtenant.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"0"}}}
		}
		return nil
	})
	s := seed.New(b.opt)
	r, err := s.Fill(t.Context(), seed.Person{Path: "/me", ID: "0b6a3f6e-1111-4a7e-8a5c-000000000001", UPN: directory.DemoUPN, Mail: directory.DemoUPN, Name: "Maya Torres", JobTitle: "Account Executive"}, false)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	same(t, shape(b.box), expected(t, 80))
	if throttled.Load() < 5 {
		t.Errorf("throttled %d times", throttled.Load())
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	b := newBed(t)
	b.opt.Messages = 5
	var held, early atomic.Int64
	b.Intercept(func(r *http.Request) *devtenant.Fault {
		now := time.Now().UnixNano()
		until := held.Load()
		switch {
		case r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/contacts"):
			return nil
		case until == 0 && held.CompareAndSwap(0, now+int64(time.Second)):
			return &devtenant.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}}}
		case until > 0 && now > until-int64(700*time.Millisecond) && now < until-int64(100*time.Millisecond):
			early.Add(1)
		}
		return nil
	})
	if _, err := b.fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if held.Load() == 0 || early.Load() > 0 {
		t.Errorf("%d requests came while the service had asked for none", early.Load())
	}
}

func TestRemoveTakesOnlyItsOwn(t *testing.T) {
	b := newBed(t)
	mine := b.box.Deliver(mailbox.Mail{From: mailbox.Address{Name: "Kim", Addr: "kim@elsewhere.example"}, To: []mailbox.Address{b.box.Owner().Address()}, Subject: "Mine"})
	b.box.NewEvent(mailbox.Event{Subject: "Mine, too", Start: wednesday, End: wednesday.Add(time.Hour), StartZone: "UTC", EndZone: "UTC"})
	before := shape(b.box)
	if _, err := b.fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Something of the person's own is put into a folder of the demo: it stays, with the folder.
	if err := b.box.MoveMessage(mine, b.box.FolderID("Customers/Nordwind")); err != nil {
		t.Fatal(err)
	}
	s := seed.New(b.opt)
	me, err := s.Me(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dry, err := s.Remove(t.Context(), me, true)
	if err != nil || dry.Mail != 80 {
		t.Errorf("dry: %+v, %v", dry, err)
	}
	gone, err := s.Remove(t.Context(), me, false)
	if err != nil || gone.Mail != 80 || gone.Folders != 1 || gone.Calendars != 1 || gone.Events != dry.Events {
		t.Errorf("%+v, %v", gone, err)
	}
	if err := b.box.MoveMessage(mine, "inbox"); err != nil {
		t.Fatal(err)
	}
	after := shape(b.box)
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("before %v\nafter %v", before, after)
	}
	// It can be filled anew, with what is today then.
	b.opt.Now = func() time.Time { return wednesday.AddDate(0, 0, 1) }
	if r, err := b.fill(t.Context()); err != nil || r.Made.Mail != 80 || r.Again || r.Base.Equal(wednesday) {
		t.Errorf("%+v, %v", r, err)
	}
}

func FuzzParseKey(f *testing.F) {
	for _, s := range []string{"", "2026-03-11T09:12:00Z/400/mail 7", "2026-03-11T09:12:00Z/400/folder Customers/Nordwind", "x/1/y", "2026-03-11T09:12:00+02:00/99999999/z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { seed.CheckKey(t, s) })
}

func TestMissingPermissionIsNamedBeforeAnythingIsMade(t *testing.T) {
	all := []string{"User.Read", "Mail.ReadWrite", "Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.ReadWrite"}
	for i, missing := range all[1:] {
		scopes := append(append([]string{}, all[:i+1]...), all[i+2:]...)
		b := newBed(t, scopes...)
		_, err := b.fill(t.Context())
		var refused *seed.Error
		if !errors.As(err, &refused) || refused.Permission != missing || refused.Status != http.StatusForbidden {
			t.Errorf("%s: %v", missing, err)
		}
		if made := shape(b.box); len(made) > 0 {
			t.Errorf("%s: %d things were made", missing, len(made))
		}
	}
}
