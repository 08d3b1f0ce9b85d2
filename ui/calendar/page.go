package calendar

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// Data is what the page reads and changes; *mirror.Mirror satisfies it. No call uses the network.
type Data interface {
	Accounts(ctx context.Context) ([]mirror.Account, error)
	Calendars(ctx context.Context, accountID int64) ([]mirror.Calendar, error)
	// Categories lists an account's categories with their colours.
	Categories(ctx context.Context, accountID int64) ([]mirror.Category, error)
	// Events lists what happens in [from, to), bodies left out.
	Events(ctx context.Context, from, to time.Time) ([]mirror.Event, error)
	Event(ctx context.Context, id int64) (mirror.Event, error)
	EditEvent(ctx context.Context, id int64, edit mirror.EventEdit) error
	// EditSeries changes the series that an event is one of; times cannot be changed so.
	EditSeries(ctx context.Context, instance int64, edit mirror.EventEdit) error
	CreateEvent(ctx context.Context, n mirror.NewEvent) (int64, error)
	DeleteEvent(ctx context.Context, id int64) error
	// Respond answers an invitation: accepted, tentativelyAccepted or declined.
	Respond(ctx context.Context, id int64, response string) error
	Outbox(ctx context.Context) ([]mirror.OutboxItem, error)
	Retry(ctx context.Context, outboxID int64) error
	Discard(ctx context.Context, outboxID int64) error
	Resolve(ctx context.Context, outboxID int64, keepMine bool) error
	// PickCalendar shows or hides a calendar.
	PickCalendar(ctx context.Context, id int64, on bool) error
}

// Options are what the page needs from around it; each has a default.
type Options struct {
	Now  func() time.Time // time.Now
	Zone *time.Location   // in which days and hours are shown: time.Local
	// OpenURL opens a meeting's link in the browser. Without it there is no button to join. It may block.
	OpenURL func(url string) error
	// Suggest finds people by the beginning of a name or address, for the attendees field; nil: none are offered.
	Suggest func(ctx context.Context, text string) ([]page.Party, error)
	// Calendars opens where calendars are chosen and added; nil: nowhere.
	Calendars func()
	// Refuse says why no meeting can be made now, or ""; nil: one always can.
	Refuse func() string
}

// Page is the calendar. Its methods are called on the UI thread.
type Page struct {
	host page.Host
	data Data
	opt  Options

	mode      mode
	day       when.Date // around which the period lies
	accounts  []mirror.Account
	calendars []mirror.Calendar
	scene     *scene
	loaded    bool
	pick      pick

	loader *page.Loader[snapshot]
	opener *page.Loader[mirror.Event]
	held   *snapshot // came while something was being dragged
	reveal int64     // event to bring into view once it is loaded

	view   *view
	head   *header
	panel  *panel
	asking func() // what Return does while the bar above the grid asks; nil when it does not
	stop   func() // ends what runs while the page is shown
}

// pick says which event is selected when the next period has come.
type pick int

const (
	pickNone pick = iota
	pickFirst
	pickLast
)

// snapshot is one reading of the days shown.
type snapshot struct {
	accounts   []mirror.Account
	calendars  []mirror.Calendar
	categories map[category]string // their colours
	events     []mirror.Event
	days       []when.Date
}

var (
	_ page.Page      = (*Page)(nil)
	_ page.Newer     = (*Page)(nil)
	_ page.Opener    = (*Page)(nil)
	_ page.Composer  = (*Page)(nil)
	_ page.Commander = (*Page)(nil)
	_ page.Keyed     = (*Page)(nil)
)

// New returns the page, showing the week of today; it reads nothing before it is shown.
func New(host page.Host, data Data, opt Options) *Page {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Zone == nil {
		opt.Zone = time.Local
	}
	p := &Page{host: host, data: data, opt: opt, mode: modeWeek}
	p.loader = page.NewLoader[snapshot](host, "read calendar")
	p.opener = page.NewLoader[mirror.Event](host, "read event")
	p.day = p.today()
	p.scene = &scene{now: opt.Now(), slot: -1, week: arrange(nil, daysOf(p.mode, p.day, when.WeekStart()), opt.Zone)}
	p.head = newHeader(p)
	p.panel = newPanel(p)
	p.view = newView(p)
	p.head.calendars.SetOn(p.view.side.object.Visible())
	p.head.update()
	return p
}

// ID implements page.Page.
func (p *Page) ID() page.ID { return page.Calendar }

// Title implements page.Page.
func (p *Page) Title() string { return page.T("Calendar") }

// Object implements page.Page.
func (p *Page) Object() fyne.CanvasObject { return p.view.object }

// Header implements page.Page.
func (p *Page) Header() fyne.CanvasObject { return p.head.object }

// HeaderWants implements page.Crowded.
func (p *Page) HeaderWants() float32 { return p.head.wants() }

// Shown implements page.Page: the page follows changes and the clock only while it is seen.
func (p *Page) Shown() {
	p.Hidden()
	ctx, cancel := context.WithCancel(p.host.Context())
	unwatch := page.Watch(p.host, "calendar", func([]store.Change) { p.load() }, store.Events, store.Outbox, store.Accounts)
	p.stop = func() {
		cancel()
		unwatch()
	}
	p.host.Go("clock of the calendar", func(context.Context) { p.tick(ctx) })
	p.clock()
	p.load()
	p.who()
}

// Hidden implements page.Page.
func (p *Page) Hidden() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

// tick moves the line for now at each full minute until ctx ends.
func (p *Page) tick(ctx context.Context) {
	for {
		now := p.opt.Now()
		wait := now.Truncate(time.Minute).Add(time.Minute).Sub(now)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		p.host.Do(func() {
			if ctx.Err() == nil {
				p.clock()
			}
		})
	}
}

// clock takes the time anew.
func (p *Page) clock() {
	before := when.DateOf(p.scene.now.In(p.opt.Zone))
	p.scene.now = p.opt.Now()
	if today := p.today(); today != before && p.view.showing(before) && !p.view.showing(today) && !p.panel.isOpen() {
		p.goTo(today) // midnight has passed over the week of today
	}
	p.view.update()
}

func (p *Page) today() when.Date { return when.DateOf(p.opt.Now().In(p.opt.Zone)) }

// load reads the days shown, and shows them when they have come.
func (p *Page) load() {
	days := daysOf(p.mode, p.day, when.WeekStart())
	zone := p.opt.Zone
	p.loader.Load(func(ctx context.Context) (snapshot, error) {
		s := snapshot{days: days, categories: map[category]string{}}
		var err error
		if s.accounts, err = p.data.Accounts(ctx); err != nil {
			return s, fmt.Errorf("read accounts: %w", err)
		}
		for _, a := range s.accounts {
			list, err := p.data.Calendars(ctx, a.ID)
			if err != nil {
				return s, fmt.Errorf("read calendars: %w", err)
			}
			s.calendars = append(s.calendars, list...)
			categories, err := p.data.Categories(ctx, a.ID)
			if err != nil {
				return s, fmt.Errorf("read categories: %w", err)
			}
			for _, c := range categories {
				s.categories[category{a.ID, strings.ToLower(c.Name)}] = kit.CategoryColor(c.Color)
			}
		}
		s.events, err = p.data.Events(ctx, days[0].At(0, zone), days[len(days)-1].Add(1).At(0, zone))
		if err != nil {
			return s, fmt.Errorf("read events: %w", err)
		}
		return s, nil
	}, func(s snapshot, err error) {
		if err != nil {
			p.view.failed(err)
			return
		}
		p.apply(s)
	})
}

// apply shows a snapshot, keeping what was selected and dragged.
func (p *Page) apply(s snapshot) {
	if g := p.view.grid; g.drag != nil && !g.drag.waiting || p.view.allDay.moving != nil {
		p.held = &s // not under the mouse
		return
	}
	p.held = nil
	p.accounts, p.calendars = s.accounts, s.calendars
	p.scene.colors, p.scene.categories = map[int64]string{}, s.categories
	for _, c := range s.calendars {
		p.scene.colors[c.ID] = ColorOf(c)
	}
	p.view.side.show(s.accounts, s.calendars)
	p.scene.week = p.view.grid.rebind(p.scene.week, arrange(s.events, s.days, p.opt.Zone))
	first := !p.loaded
	p.loaded = true
	p.view.ready(len(s.accounts) > 0)
	p.choose()
	p.head.update()
	p.view.update()
	if first {
		p.view.scrollSensibly()
	}
	if p.reveal != 0 {
		if i := p.scene.week.find(p.reveal); i >= 0 {
			p.reveal = 0
			p.show(i)
		}
	}
	p.panel.reload()
	p.who()
}

// choose selects the first or last event after the arrows have gone on to another period.
func (p *Page) choose() {
	order := p.scene.week.ordered()
	switch {
	case p.pick == pickNone || len(order) == 0:
	case p.pick == pickFirst:
		p.show(order[0])
	case p.pick == pickLast:
		p.show(order[len(order)-1])
	}
	p.pick = pickNone
}

// settle applies what came during a drag.
func (p *Page) settle() {
	if s := p.held; s != nil {
		p.apply(*s)
	}
}

// goTo shows the period around a day.
func (p *Page) goTo(d when.Date) {
	p.day = d
	p.cancelAsk()
	days := daysOf(p.mode, d, when.WeekStart())
	p.scene.week = arrange(p.scene.week.events, days, p.opt.Zone) // what is known of them, until the rest has come
	p.scene.slot = -1
	p.head.update()
	p.view.grid.cancel()
	p.view.update()
	p.load()
}

// setMode shows a day, a work week or a week.
func (p *Page) setMode(m mode) {
	if m == p.mode {
		return
	}
	// A single day is opened where one has been looking: at what is selected, at today, else at the first day.
	if i := p.scene.week.find(p.scene.selected); m == modeDay && i >= 0 {
		d, _, _ := p.scene.week.where(i)
		p.day = p.scene.week.days[d]
	} else if m == modeDay && p.scene.week.dayOf(p.today()) >= 0 {
		p.day = p.today()
	}
	p.mode = m
	p.goTo(p.day)
}

// New implements page.Newer.
func (p *Page) New() { p.create(p.slotOrNext()) }

// slotOrNext is the marked place, or the next half hour: of today if it is in view, else of the first day at nine.
func (p *Page) slotOrNext() (day when.Date, from, to int, allDay bool) {
	if p.scene.slot >= 0 {
		return p.scene.day, p.scene.slot, min(dayMinutes, p.scene.slot+30), false
	}
	if today := p.today(); p.scene.week.dayOf(today) >= 0 {
		from = min(dayMinutes-30, (wall(p.opt.Now(), p.opt.Zone)/30+1)*30)
		return today, from, from + 30, false
	}
	return p.scene.week.days[0], 9 * 60, 9*60 + 30, false
}

func (p *Page) create(day when.Date, from, to int, allDay bool) {
	if !p.refused() {
		p.panel.openNew(day, from, to, allDay, nil)
	}
}

// Compose implements page.Composer: a meeting with somebody.
func (p *Page) Compose(name, addr string) {
	day, from, to, allDay := p.slotOrNext()
	if !p.refused() {
		p.panel.openNew(day, from, to, allDay, []mirror.Address{{Name: name, Addr: addr}})
	}
}

// Open implements page.Opener: it goes to an event and selects it.
func (p *Page) Open(id int64) {
	if i := p.scene.week.find(id); i >= 0 && p.loaded {
		p.show(i)
		return
	}
	p.opener.Load(func(ctx context.Context) (mirror.Event, error) { return p.data.Event(ctx, id) }, func(e mirror.Event, err error) {
		if err != nil {
			p.host.Fail(page.T("open the event"), err)
			return
		}
		first, _ := span(&e, p.opt.Zone)
		if wd := first.Weekday(); p.mode == modeWork && (wd == time.Saturday || wd == time.Sunday) {
			p.head.choose(modeWeek)
			p.mode = modeWeek
		}
		p.reveal = e.ID
		p.goTo(first)
	})
}

// show selects an event and brings it into view.
func (p *Page) show(event int) {
	p.choosing(event)
	if _, minute, ok := p.scene.week.where(event); ok && minute >= 0 {
		for _, s := range p.scene.week.segments {
			if s.event == event {
				p.view.grid.reveal(s.from, s.to)
				break
			}
		}
	}
}

// choosing makes an event the selected one and shows who is behind it.
func (p *Page) choosing(event int) {
	p.scene.selected, p.scene.slot = p.scene.week.events[event].ID, -1
	p.view.update()
	p.who()
	p.panel.follow(p.scene.selected)
}

func (p *Page) clearSelection() {
	if p.scene.selected != 0 {
		p.scene.selected = 0
		p.who()
	}
}

// who tells the frame whom the selected event is with: the organizer first, the person themselves left out.
func (p *Page) who() {
	i := p.scene.week.find(p.scene.selected)
	if i < 0 {
		p.host.Who()
		return
	}
	p.host.Who(partiesOf(&p.scene.week.events[i], p.me(p.scene.week.events[i].AccountID))...)
}

// me is the account whose events those are: the person; none of that name is nobody.
func (p *Page) me(account int64) mirror.Account {
	for _, a := range p.accounts {
		if a.ID == account {
			return a
		}
	}
	return mirror.Account{}
}

// firstAccount is where new events are made; 0 while the accounts are not known.
func (p *Page) firstAccount() int64 {
	if len(p.accounts) == 0 {
		return 0
	}
	return p.accounts[0].ID
}

func (p *Page) noAccount() fyne.CanvasObject {
	return kit.NewEmpty("calendar", page.T("No calendar yet"), page.T("Sign in with your work account, and your meetings appear here, online or not."))
}
