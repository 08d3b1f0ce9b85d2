// Package who is the panel beside mail and calendar that tells of the people behind what is selected: who they are in the
// CRM, when one met or wrote last and will meet next, and how to add somebody who is not recorded yet. It decides nothing
// about what is selected, and edits records only by adding to them; the People page does the rest.
package who

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/crm"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Records is what the panel needs of the CRM.
type Records interface {
	Match(ctx context.Context, addrs []string) ([]crm.Match, error)
	SavePersonIn(ctx context.Context, p *crm.Person, company, domain string) (made int64, err error)
	DeletePerson(ctx context.Context, id int64) (crm.Person, error)
	DeleteCompany(ctx context.Context, id int64) (crm.DeletedCompany, error)
}

// Timeline is what the panel needs of the mirror: mail and meetings with addresses, and whose accounts they are in.
type Timeline interface {
	Touches(ctx context.Context, addrs []string, limit int) ([]mirror.Touch, error)
	NextWith(ctx context.Context, addrs []string, now time.Time) (mirror.Event, bool, error)
	Accounts(ctx context.Context) ([]mirror.Account, error)
	// ContactsByAddress finds Outlook's contacts by lower-case address.
	ContactsByAddress(ctx context.Context, addrs []string) (map[string]mirror.Contact, error)
}

// Panel is made for the frame's place of 280 pixels. Its methods are called on the UI thread.
type Panel struct {
	host     page.Host
	records  Records
	timeline Timeline
	now      func() time.Time

	parties []page.Party
	crowd   crowd
	focus   string // the address looked at alone, or "" for all of several
	single  *single

	whole   *page.Loader[snapshot]
	contact *page.Loader[contact]

	scroll *container.Scroll
	object fyne.CanvasObject
}

// snapshot is all that is shown, as of one moment.
type snapshot struct {
	crowd   crowd
	contact contact
}

// New returns the panel, which follows changes until the program ends.
func New(host page.Host, records Records, timeline Timeline) *Panel {
	p := &Panel{host: host, records: records, timeline: timeline, now: time.Now}
	p.whole = page.NewLoader[snapshot](host, "read who it is")
	p.contact = page.NewLoader[contact](host, "read contact with somebody")
	p.scroll = container.NewVScroll(container.NewStack())
	p.object = kit.Surface(kit.ColorPane, p.scroll)
	p.show(nobody())
	page.Watch(host, "who panel", p.changed, store.People, store.Company, store.Messages, store.Events, store.Accounts, store.Contacts)
	return p
}

// Object is the panel itself.
func (p *Panel) Object() fyne.CanvasObject { return p.object }

// Show tells of the people behind what is selected; none empties the panel. The same people again change nothing.
func (p *Panel) Show(parties ...page.Party) {
	parties = distinct(parties)
	if same(parties, p.parties) {
		return
	}
	p.parties, p.focus = parties, ""
	p.contact.Cancel()
	switch len(parties) {
	case 0:
		p.whole.Cancel()
		p.crowd, p.single = crowd{}, nil
		p.show(nobody())
	case 1:
		p.look(parties[0].Addr)
	default:
		p.look("")
	}
}

// look shows one of the parties, or all for "".
func (p *Panel) look(addr string) {
	p.focus = addr
	p.load(true)
}

// load reads everything that is shown. What stands there stays until the answer comes, which is a matter of
// milliseconds, so that walking through a list does not flicker.
func (p *Panel) load(top bool) {
	parties, focus, now := p.parties, p.focus, p.now()
	p.contact.Cancel()
	p.whole.Load(func(ctx context.Context) (snapshot, error) {
		var s snapshot
		var err error
		if s.crowd, err = readCrowd(ctx, p.records, p.timeline, parties); err != nil || focus == "" {
			return s, err
		}
		s.contact, err = readContact(ctx, p.timeline, s.crowd.find(focus), now)
		return s, err
	}, func(s snapshot, err error) {
		if err != nil {
			p.single = nil
			p.show(p.failed(err))
			return
		}
		p.crowd = s.crowd
		if focus == "" {
			p.single = nil
			p.show(p.crowdView())
		} else {
			p.showSingle(s)
		}
		if top {
			p.scroll.ScrollToTop()
		}
	})
}

func (p *Panel) showSingle(s snapshot) {
	m := s.crowd.find(p.focus)
	if p.single == nil || p.single.addr != p.focus {
		p.single = newSingle(p, p.focus)
		p.single.set(m, s.contact)
		p.show(p.single.object)
		return
	}
	p.single.set(m, s.contact)
	p.scroll.Refresh()
}

// changed reads again what a commit may have altered. Mail and meetings leave the record as it is, and the list of
// several people shows none of them.
func (p *Panel) changed(changes []store.Change) {
	if len(p.parties) == 0 {
		return
	}
	for _, ch := range changes {
		if ch.Kind == store.People || ch.Kind == store.Company || ch.Kind == store.Accounts || ch.Kind == store.Contacts {
			p.load(false)
			return
		}
	}
	if p.single == nil {
		return
	}
	s, m, now := p.single, p.single.member, p.now()
	p.contact.Load(func(ctx context.Context) (contact, error) {
		return readContact(ctx, p.timeline, m, now)
	}, func(c contact, err error) {
		switch {
		case err != nil:
			p.single = nil
			p.show(p.failed(err))
		case p.single == s:
			s.set(m, c)
			p.scroll.Refresh()
		}
	})
}

func (p *Panel) show(o fyne.CanvasObject) { kit.SetContent(p.scroll, o) }

func (p *Panel) failed(err error) fyne.CanvasObject {
	again := kit.NewButton(page.T("Try again"), "sync", func() { p.load(false) })
	return kit.InsetAll(kit.NewBanner(kit.Bad, page.T("Could not look up who this is"), p.host.Explain("look up who this is", err), again), kit.S3)
}

func nobody() fyne.CanvasObject {
	return kit.NewEmpty("person", page.T("Nobody selected"),
		page.T("Select a mail or a meeting: here you see who is behind it, and what you last had to do with each other."))
}

// distinct drops parties without an address and ones named twice.
func distinct(parties []page.Party) []page.Party {
	seen := map[string]bool{}
	var out []page.Party
	for _, p := range parties {
		p.Addr = strings.TrimSpace(p.Addr)
		if key := strings.ToLower(p.Addr); key != "" && !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	return out
}

func same(a, b []page.Party) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
