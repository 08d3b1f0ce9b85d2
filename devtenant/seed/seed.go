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

	"golang.org/x/sync/errgroup"

	"supercrm/devtenant/mailbox"
)

// DefaultMessages is how many messages a mailbox gets unless another number is asked for, MaxMessages the most.
const (
	DefaultMessages = 400
	MaxMessages     = 10_000
)

// Options of a Seeder. GraphURL and Token are needed.
type Options struct {
	GraphURL string // with the version, without a slash at the end
	// Token gives an access token for each request. Graph's refusal of one is told to Refused, which may be nil.
	Token   func(context.Context) (string, error)
	Refused func(token string)
	HTTP    *http.Client     // nil: http.DefaultClient
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
	if opt.HTTP == nil {
		opt.HTTP = http.DefaultClient
	}
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
	err = f.all(ctx)
	return out, err
}

// filling is one mailbox being filled.
type filling struct {
	*client
	have *inventory
	plan *plan
	dry  bool
	out  *Result
	mu   sync.Mutex // of out
}

func (f *filling) all(ctx context.Context) error {
	for _, stage := range []func(context.Context) error{f.categories, f.folders, f.mail, f.contacts, f.calendars, f.events} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	return nil
}

// count adds one to a number of the result.
func (f *filling) count(of *int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*of++
}

// each carries out a stage's steps, as many at once as the service allows, and tells how far it is. make is not called
// for what is there.
func each[T any](ctx context.Context, f *filling, what string, all []T, key func(T) string, there, made *int, make func(context.Context, T) error) error {
	var todo []T
	for _, item := range all {
		if _, ok := f.have.items[key(item)]; ok {
			*there++
		} else {
			todo = append(todo, item)
		}
	}
	done := len(all) - len(todo)
	f.progress(what, done, len(all))
	if f.dry {
		*made += len(todo)
		return nil
	}
	g, until := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, item := range todo {
		if until.Err() != nil {
			break
		}
		g.Go(func() error {
			if err := make(until, item); err != nil {
				return err
			}
			f.count(made)
			f.count(&done)
			f.mu.Lock()
			n := done
			f.mu.Unlock()
			f.progress(what, n, len(all))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func (f *filling) categories(ctx context.Context) error {
	err := list(ctx, f.client, "/outlook/masterCategories", nil, func(c category) { // no marks: one of the same name will do
		f.have.items["category "+strings.ToLower(c.DisplayName)] = item{}
	})
	if err != nil {
		return doing("list the categories", err)
	}
	return each(ctx, f, "categories", f.plan.categories, func(c category) string { return "category " + strings.ToLower(c.DisplayName) },
		&f.out.There.Categories, &f.out.Made.Categories, func(ctx context.Context, c category) error {
			return doing("make category "+c.DisplayName, f.insist(ctx, func() error {
				err := f.post(ctx, "/outlook/masterCategories", c, nil)
				if isConflict(err) {
					return nil
				}
				return err
			}))
		})
}

// folders makes them one after the other, since one is in another.
func (f *filling) folders(ctx context.Context) error {
	for i, step := range f.plan.folders {
		f.progress("folders", i, len(f.plan.folders))
		if there, ok := f.have.items[step.key]; ok {
			f.have.folders[step.path] = there.ID
			f.out.There.Folders++
			continue
		}
		f.out.Made.Folders++
		if f.dry {
			continue
		}
		parent := "msgfolderroot"
		if step.parent != "" {
			parent = f.have.folders[step.parent]
		}
		id, err := f.folder(ctx, parent, step)
		if err != nil {
			return err
		}
		f.have.folders[step.path] = id
	}
	f.progress("folders", len(f.plan.folders), len(f.plan.folders))
	return nil
}

// folder makes a folder, or takes one of the same name that is there, without a mark: it is not ours to remove.
func (f *filling) folder(ctx context.Context, parent string, step folderStep) (string, error) {
	var made item
	at := "/mailFolders/" + pathEscape(parent) + "/childFolders"
	err := f.insist(ctx, func() error {
		err := f.post(ctx, at, map[string]any{"displayName": step.name, propsName: marks(f.plan.run, step.key)}, &made)
		if !isConflict(err) && !isDoubt(err) {
			return err
		}
		looked := list(ctx, f.client, at, query("$filter", "displayName eq '"+quoted(step.name)+"'", "$select", "id,displayName"), func(i item) { made = i })
		if looked != nil || made.ID != "" {
			return looked
		}
		return err
	})
	return made.ID, doing("make folder "+step.path, err)
}

func (f *filling) mail(ctx context.Context) error {
	return each(ctx, f, "mail", f.plan.mail, func(m mailStep) string { return m.key }, &f.out.There.Mail, &f.out.Made.Mail,
		func(ctx context.Context, m mailStep) error {
			folder := m.folder
			if id := f.have.folders[folder]; id != "" {
				folder = id
			}
			return doing("store a message", f.create(ctx, "/mailFolders/"+pathEscape(folder)+"/messages", "/messages", m.key, m.body))
		})
}

func (f *filling) contacts(ctx context.Context) error {
	return each(ctx, f, "contacts", f.plan.contacts, func(c itemStep) string { return c.key }, &f.out.There.Contacts, &f.out.Made.Contacts,
		func(ctx context.Context, c itemStep) error {
			return doing("store a contact", f.create(ctx, "/contacts", "/contacts", c.key, c.body))
		})
}

func (f *filling) calendars(ctx context.Context) error {
	for _, step := range f.plan.calendars {
		if there, ok := f.have.items[step.key]; ok {
			f.have.calendars[step.name] = there.ID
			f.out.There.Calendars++
			continue
		}
		if id := f.have.byName[strings.ToLower(step.name)]; id != "" { // somebody's own: it is used and not removed
			f.have.calendars[step.name] = id
			continue
		}
		f.out.Made.Calendars++
		if f.dry {
			continue
		}
		var made item
		err := f.insist(ctx, func() error {
			err := f.post(ctx, "/calendars", map[string]any{"name": step.name, "color": step.color, propsName: marks(f.plan.run, step.key)}, &made)
			if !isConflict(err) && !isDoubt(err) {
				return err
			}
			if looked := f.inventCalendars(ctx, f.have); looked != nil {
				return looked
			}
			if made.ID = f.have.byName[strings.ToLower(step.name)]; made.ID != "" {
				return nil
			}
			return err
		})
		if err != nil {
			return doing("make calendar "+step.name, err)
		}
		f.have.calendars[step.name] = made.ID
	}
	return nil
}

func (f *filling) events(ctx context.Context) error {
	err := each(ctx, f, "events", f.plan.events, func(e eventStep) string { return e.key }, &f.out.There.Events, &f.out.Made.Events,
		func(ctx context.Context, e eventStep) error {
			at := "/events"
			if e.calendar != "" {
				at = "/calendars/" + pathEscape(f.have.calendars[e.calendar]) + "/events"
			}
			return doing("store an event", f.create(ctx, at, at, e.key, e.body))
		})
	if err != nil || f.dry {
		return err
	}
	for _, e := range f.plan.events {
		for _, x := range e.changed {
			if err := f.occurrence(ctx, e, x); err != nil {
				return doing("change an occurrence", err)
			}
		}
	}
	return nil
}

// occurrence makes the exception of a series, or cancels it, unless that was done before.
func (f *filling) occurrence(ctx context.Context, e eventStep, x exception) error {
	id, err := f.find(ctx, "/events", e.key)
	if err != nil || id == "" {
		return err
	}
	day := x.day.UTC()
	var there []item
	err = list(ctx, f.client, "/events/"+pathEscape(id)+"/instances", query("startDateTime", day.AddDate(0, 0, -1).Format(graphTime), "endDateTime", day.AddDate(0, 0, 2).Format(graphTime),
		"$select", "id,type,start,originalStart"), func(i item) {
		if i.originalDay(f.plan.loc) == day.Format(time.DateOnly) {
			there = append(there, i)
		}
	})
	if err != nil || len(there) == 0 || there[0].Kind != "occurrence" {
		return err
	}
	at := "/events/" + pathEscape(there[0].ID)
	if x.body == nil {
		return f.send(ctx, http.MethodDelete, at, nil, nil)
	}
	return f.send(ctx, http.MethodPatch, at, x.body, nil)
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
