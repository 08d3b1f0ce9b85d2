// Package demo fills mailboxes of the simulated tenant with what a sales person's mailbox looks like: conversations with
// customers, files, folders, a calendar with series and overlaps, contacts. Everything follows from the time given and
// fixed seeds, so the same time gives the same mailboxes. It is data for showing and testing, not a load generator.
package demo

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"supercrm/assets"
	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/zones"
)

// User is a person of the organization. The first one given to Fill is whom the demo is about.
type User struct {
	ObjectID, UPN, Name, JobTitle string
}

// Options of Fill.
type Options struct {
	Now time.Time // what "today" is
	// Messages in the first user's mailbox, 400 when 0. The others get 40, or as many when that is fewer.
	Messages int
	// Zone that the days are in, a Windows or IANA name; "": Zone.
	Zone string
	// NoLinks leaves out the links to join online meetings, which lead nowhere outside the simulated tenant.
	NoLinks bool
	// Alike gives everybody as many messages as the first user.
	Alike bool
}

// Category is one of the mailbox's named colours. Color is a Graph categoryColor.
type Category struct{ Name, Color string }

// Categories are those that the demo's mail and events are in.
func Categories() []Category {
	return []Category{{"Customer", "preset7"}, {"Quote", "preset4"}, {"Contract", "preset8"}, {"Invoice", "preset3"}, {"Internal", "preset5"}, {"Urgent", "preset0"}}
}

const (
	defaultMessages = 400
	smallMailbox    = 40
)

// Zone is the demo organization's time zone, by its Windows name.
const Zone = "W. Europe Standard Time"

// Fill makes a mailbox for each user, unless there is one, and fills it.
func Fill(reg *mailbox.Registry, users []User, opt Options) error {
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, u := range users {
		box := reg.Add(mailbox.Owner{ObjectID: u.ObjectID, UPN: u.UPN, Name: u.Name, JobTitle: role(u, i)})
		work.Go(func() error {
			return box.Do(func(b *mailbox.Box) error { return FillOne(b, users, i, opt) })
		})
	}
	if err := work.Wait(); err != nil {
		return fmt.Errorf("fill demo mailboxes: %w", err)
	}
	if len(users) > 1 {
		reg.ShareCalendar(users[1].UPN, "", users[0].UPN, "read")
	}
	return nil
}

// role is what somebody does; people of the demo have a role even where the directory names none.
func role(u User, i int) string {
	return cmp.Or(u.JobTitle, []string{"Account Executive", "Sales Manager", "IT"}[min(i, 2)])
}

// FillOne fills the mailbox of users[i] as Fill does.
func FillOne(b *mailbox.Box, users []User, i int, opt Options) error {
	if opt.Zone == "" {
		opt.Zone = Zone
	}
	loc, err := zones.Load(opt.Zone)
	if err != nil {
		return fmt.Errorf("fill a demo mailbox: %w", err)
	}
	if opt.Messages == 0 {
		opt.Messages = defaultMessages
	}
	now := opt.Now.In(loc).Truncate(time.Second)
	people := make([]person, len(users))
	for at, u := range users {
		people[at] = person{name: u.Name, addr: u.UPN, role: role(u, at), company: "Harborline Sales", phone: fmt.Sprintf("+49 40 555 09%02d", at+1)}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(users[i].UPN))) // a hash does not fail
	rng := rand.New(rand.NewPCG(h.Sum64(), 2026))
	n := opt.Messages
	if i > 0 && !opt.Alike {
		n = min(n, smallMailbox)
	}
	b.Zone = opt.Zone
	categories(b)
	mails := &mailMaker{b: b, rng: rng, now: now, staff: staffFor(people, i)}
	mails.fill(n, i == 0)
	events := &eventMaker{b: b, rng: rng, now: now, staff: mails.staff, loc: loc, zone: opt.Zone, plain: opt.NoLinks}
	b.Quietly(func() { events.fill(i == 0) })
	if i == 0 {
		contacts(b, now)
		return partners(b, now)
	}
	return nil
}

// partners is a contact folder besides the default one.
func partners(b *mailbox.Box, now time.Time) error {
	f, err := b.NewContactFolder(nil, "Partners")
	if err != nil {
		return err
	}
	for _, p := range []struct{ given, family, company, role, addr, phone string }{
		{"Priya", "Raman", "Fjordline Freight", "Partner Manager", "priya.raman@fjordline-freight.example", "+47 22 555 014"},
		{"Tomasz", "Zielinski", "Kestrel Fit-Out", "Installation Lead", "tomasz.zielinski@kestrel-fitout.example", "+48 22 555 0177"},
	} {
		name := p.given + " " + p.family
		b.AddContact(f, &mailbox.Contact{GivenName: p.given, Surname: p.family, DisplayName: name, Company: p.company, JobTitle: p.role, Business: []string{p.phone},
			Emails: []mailbox.Address{{Name: name, Addr: p.addr}}, Created: now.AddDate(0, -5, 0).UTC()})
	}
	return nil
}

// staffFor chooses who is who for the mailbox of people[i]: the colleague is another one, the administrator the last.
func staffFor(people []person, i int) staff {
	s := staff{me: people[i]}
	s.colleague = person{name: "Robin Hale", addr: "robin.hale@harborline.example", role: "Sales Manager", company: "Harborline Sales", phone: "+49 40 555 0900"}
	s.admin = s.colleague
	for at, p := range people {
		if at != i {
			if s.colleague.name == "Robin Hale" {
				s.colleague = p
			}
			s.admin = p
		}
	}
	return s
}

func categories(b *mailbox.Box) {
	b.StandardCategories()
	for _, c := range Categories() {
		b.AddCategory(c.Name, c.Color)
	}
}

// contacts are the demo customers' people.
func contacts(b *mailbox.Box, now time.Time) {
	for _, c := range assets.DemoCustomers() {
		for _, p := range c.People {
			name := strings.TrimPrefix(p.Name, "Dr. ")
			given, family, _ := strings.Cut(name, " ")
			contact := &mailbox.Contact{
				GivenName: given, Surname: family, DisplayName: p.Name, Company: c.Name, JobTitle: p.Role, Mobile: p.Mobile, City: p.City, Notes: p.Notes,
				Emails: []mailbox.Address{{Name: p.Name, Addr: p.Email}}, Created: now.AddDate(0, -8, 0).UTC(),
			}
			if p.Phone != "" {
				contact.Business = []string{p.Phone}
			}
			b.AddContact(b.ContactFolders()[0], contact)
		}
	}
}
