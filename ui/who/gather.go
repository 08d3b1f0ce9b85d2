package who

import (
	"context"
	"slices"
	"strings"
	"time"

	"supercrm/crm"
	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// member is one of the parties with what the records know of it.
type member struct {
	page.Party
	crm.Match
	Outlook   *mirror.Contact // of Outlook, or nil
	Self      bool            // the person at the screen
	Colleague bool            // of the same organization
}

// name is what the member is called: by the record, else as mail calls them, else the address.
func (m member) name() string {
	switch {
	case m.Person != nil:
		return m.Person.Name
	case m.Party.Name != "":
		return m.Party.Name
	case m.Outlook != nil && m.Outlook.Name != "":
		return m.Outlook.Name
	}
	return m.Party.Addr
}

// addrs are all addresses of the person, the one at hand first.
func (m member) addrs() []string {
	out := []string{m.Party.Addr}
	if m.Person != nil {
		for _, a := range m.Person.Emails {
			if !strings.EqualFold(a, m.Party.Addr) {
				out = append(out, a)
			}
		}
	}
	return out
}

// crowd is everybody behind what is selected, in the order they are shown: those in the CRM, others from outside,
// colleagues, oneself.
type crowd struct{ members []member }

func (c crowd) find(addr string) member {
	for _, m := range c.members {
		if m.Party.Addr == addr {
			return m
		}
	}
	return member{Party: page.Party{Addr: addr}}
}

// outside counts those of other organizations, and how many of them are in the CRM.
func (c crowd) outside() (known, all int) {
	for _, m := range c.members {
		if m.Self || m.Colleague && m.Person == nil {
			continue
		}
		all++
		if m.Person != nil {
			known++
		}
	}
	return known, all
}

func (m member) group() int {
	switch {
	case m.Self:
		return 3
	case m.Person != nil:
		return 0
	case m.Colleague:
		return 2
	}
	return 1
}

func readCrowd(ctx context.Context, records Records, timeline Timeline, parties []page.Party) (crowd, error) {
	accounts, err := timeline.Accounts(ctx)
	if err != nil {
		return crowd{}, err
	}
	addrs := make([]string, len(parties))
	for i, p := range parties {
		addrs[i] = p.Addr
	}
	matches, err := records.Match(ctx, addrs)
	if err != nil {
		return crowd{}, err
	}
	contacts, err := timeline.ContactsByAddress(ctx, addrs)
	if err != nil {
		return crowd{}, err
	}
	var c crowd
	for i, p := range parties {
		m := member{Party: p, Match: matches[i]}
		if contact, ok := contacts[strings.ToLower(p.Addr)]; ok {
			m.Outlook = &contact
		}
		for _, a := range accounts {
			m.Self = m.Self || a.Is(p.Addr)
			m.Colleague = m.Colleague || domain(p.Addr) != "" && slices.Contains([]string{domain(a.UPN), domain(a.Address)}, domain(p.Addr))
		}
		c.members = append(c.members, m)
	}
	slices.SortStableFunc(c.members, func(a, b member) int { return a.group() - b.group() })
	return c, nil
}

func domain(addr string) string {
	return strings.ToLower(addr[strings.LastIndexByte(addr, '@')+1:])
}

// contact is what one has had to do with somebody.
type contact struct {
	Next    mirror.Event
	HasNext bool
	Past    []mirror.Touch // newest first
}

// The timeline is asked for more than is shown, since a weekly series reaches far into the future and comes first.
const (
	touchesRead = 120
	touchesSeen = 8
)

func readContact(ctx context.Context, timeline Timeline, m member, now time.Time) (contact, error) {
	if m.Self {
		return contact{}, nil // mail with oneself is all mail
	}
	var c contact
	var err error
	if c.Next, c.HasNext, err = timeline.NextWith(ctx, m.addrs(), now); err != nil {
		return c, err
	}
	touches, err := timeline.Touches(ctx, m.addrs(), touchesRead)
	if err != nil {
		return c, err
	}
	for _, t := range touches {
		if !ToCome(t, now) && len(c.Past) < touchesSeen {
			c.Past = append(c.Past, t)
		}
	}
	return c, nil
}
