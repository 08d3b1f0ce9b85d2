// Package seed fills mailboxes of a real or simulated tenant with the demo data, over Microsoft Graph v1.0 and with
// nothing that its documentation does not describe. What it makes is the demo of package demo: it is filled into a
// mailbox in memory and copied from there, item by item.
//
// Nothing is mailed: messages are stored as already delivered, and events have no attendees, whose invitations Graph
// would send (facts, "There is no switch to suppress invitations"); who takes part is said in the event's text.
//
// Every item carries two extended properties: a mark that Graph can look for, and a key that says which item of which
// run it is. So a second run adds nothing, an interrupted one goes on, and Remove takes away only what was made here.
//
// It does not sign in: the caller gives the access tokens. It shares no type with packages auth and outlook.
package seed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"supercrm/devtenant/mailbox"
)

// DefaultMessages is how many messages a mailbox gets unless another number is asked for, MaxMessages the most.
const (
	DefaultMessages = 400
	MaxMessages     = 10_000
)

// Options of a Seeder. GraphURL, Token and HTTP are needed.
type Options struct {
	GraphURL string // with the version, without a slash at the end
	// Token gives an access token for each request. Graph's refusal of one is told to Refused, which may be nil.
	Token   func(context.Context) (string, error)
	Refused func(token string)
	HTTP    *http.Client
	Now     func() time.Time // nil: time.Now; what "today" is for a mailbox that is filled the first time
	// Messages for a mailbox; 0: as many as it was filled with, DefaultMessages the first time.
	Messages int
	// Progress hears how far a mailbox is. It is called from several goroutines, one at a time.
	Progress func(Progress)
	// Patience is the first pause before a request is repeated, doubled each time; 0: a second. Retry-After comes first.
	Patience time.Duration
}

// Progress is how far a mailbox is: Done of Total of one kind of thing, such as "mail".
type Progress struct {
	Mailbox, What string
	Done, Total   int
}

// Seeder fills mailboxes. It is safe for concurrent use, but two runs on one mailbox at a time may make things twice.
type Seeder struct {
	opt Options
	mu  sync.Mutex // of Progress
}

// New makes a Seeder.
func New(opt Options) *Seeder {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Patience == 0 {
		opt.Patience = time.Second
	}
	return &Seeder{opt: opt}
}

// Count is a number of things of each kind.
type Count struct{ Folders, Mail, Contacts, Calendars, Events, Categories int }

// All of them together.
func (c Count) All() int {
	return c.Folders + c.Mail + c.Contacts + c.Calendars + c.Events + c.Categories
}

// String lists what there is, such as "3 folders, 400 messages, 60 contacts, 1 calendar, 120 events".
func (c Count) String() string {
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{{c.Folders, "folder", "folders"}, {c.Mail, "message", "messages"}, {c.Contacts, "contact", "contacts"}, {c.Calendars, "calendar", "calendars"},
		{c.Events, "event", "events"}, {c.Categories, "category", "categories"}} {
		switch {
		case p.n == 1:
			parts = append(parts, "1 "+p.one)
		case p.n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.many))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// Result of filling a mailbox.
type Result struct {
	Again bool      // the mailbox was filled before
	Base  time.Time // what "today" was when it was first filled
	There Count     // what an earlier run had made
	Made  Count     // what this one made; of a dry run: what it would make
}

// ErrOtherSize: the mailbox holds the demo with another number of messages than was asked for.
var ErrOtherSize = errors.New("the mailbox was filled with another number of messages")

// Fill brings the demo into a mailbox, leaving out what is there already. After an error, or when ctx ends, it can be
// called again and goes on. With dry it only counts.
func (s *Seeder) Fill(ctx context.Context, who Person, dry bool) (Result, error) {
	c := s.client(who)
	var out Result
	if err := c.access(ctx); err != nil {
		return out, err
	}
	have, err := c.inventory(ctx)
	if err != nil {
		return out, err
	}
	r, ok := have.run()
	switch {
	case !ok:
		r = run{base: s.opt.Now().UTC().Truncate(time.Second), messages: DefaultMessages}
		if s.opt.Messages > 0 {
			r.messages = s.opt.Messages
		}
	case s.opt.Messages > 0 && s.opt.Messages != r.messages:
		return out, fmt.Errorf("%w: %d, not %d", ErrOtherSize, r.messages, s.opt.Messages)
	}
	out.Base, out.Again = r.base, ok
	zone, err := c.zone(ctx)
	if err != nil {
		return out, err
	}
	p, err := makePlan(who, r, zone)
	if err != nil {
		return out, err
	}
	f := &filling{client: c, have: have, plan: p, dry: dry, out: &out}
	if err = f.all(ctx); err == nil && out.Again && out.Made.All() > 0 && !dry {
		err = f.late(ctx)
	}
	return out, err
}

// late removes what came twice: the requests of a run that was killed may be carried out when this one has already
// looked what there is. Copies that somebody made before are left.
func (f *filling) late(ctx context.Context) error {
	now, err := f.inventory(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, i := range f.have.twice {
		known[i.ID] = true
	}
	for _, i := range f.have.items {
		known[i.ID] = true
	}
	for _, i := range now.twice {
		if first := now.items[i.key()]; known[i.ID] && !known[first.ID] {
			i = first
		}
		if known[i.ID] || i.at == "/mailFolders" || i.at == "/calendars" {
			continue
		}
		if err := f.permanentDelete(ctx, i.at, i.ID); err != nil {
			return doing("remove what came twice", err)
		}
	}
	return nil
}

// Person is whose mailbox is filled. Path is how Graph names the mailbox: /me, or /users/ and an id or a sign-in name.
type Person struct {
	Path, ID, UPN, Mail, Name, JobTitle string
}

func (p Person) owner() mailbox.Owner {
	// By the sign-in name, not by the object id, which is not known where the directory may not be read: the demo's
	// conversations must be the same in each run.
	o := mailbox.Owner{ObjectID: strings.ToLower(p.UPN), UPN: p.Mail, Name: p.Name, JobTitle: p.JobTitle}
	if o.UPN == "" {
		o.UPN = p.UPN
	}
	return o
}

func (s *Seeder) progress(p Progress) {
	if s.opt.Progress == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.Progress(p)
}
