package calendar

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"supercrm/outlook/mirror"
)

// fake is Data in memory: what the page asks for and does is recorded. It stands for the mirror where a test wants to
// decide what happens; the tests of store_test.go use the real one.
type fake struct {
	categories []mirror.Category
	mu         sync.Mutex
	zone       *time.Location
	accounts   []mirror.Account
	calendars  []mirror.Calendar
	events     []mirror.Event
	outbox     []mirror.OutboxItem
	fail       error // of the next edits
	failRead   error

	edits   []mirror.EventEdit
	created []mirror.NewEvent
	deleted []int64
	did     []string
}

func newFake(zone *time.Location) *fake {
	return &fake{zone: zone, accounts: []mirror.Account{{ID: 1, UPN: "maya@harborline.example", Name: "Maya Torres"}},
		calendars: []mirror.Calendar{{ID: 1, AccountID: 1, Name: "Calendar", Color: "auto", Default: true, CanEdit: true, Picked: true},
			{ID: 2, AccountID: 1, Name: "Team", Color: "lightGreen", CanEdit: true, Picked: true}, {ID: 3, AccountID: 1, Name: "Trips", Color: "lightOrange", CanEdit: true, Picked: true}}}
}

func (f *fake) add(e mirror.Event) *mirror.Event {
	if e.ID == 0 {
		e.ID = int64(len(f.events) + 1)
	}
	if e.CalendarID == 0 {
		e.CalendarID = 1
	}
	e.AccountID = 1
	if e.Organizer.Addr == "" {
		e.IsOrganizer, e.CanEdit, e.Response = true, !e.Cancelled, "organizer"
		e.Organizer = mirror.Address{Name: "Maya Torres", Addr: "maya@harborline.example"}
	}
	if e.ShowAs == "" {
		e.ShowAs = "busy"
	}
	e.Start, e.End = e.Start.UTC(), e.End.UTC()
	f.events = append(f.events, e)
	return &f.events[len(f.events)-1]
}

func (f *fake) byID(id int64) mirror.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.events {
		if e.ID == id {
			return e
		}
	}
	return mirror.Event{}
}

func (f *fake) Accounts(context.Context) ([]mirror.Account, error) {
	return f.accounts, f.failRead
}
func (f *fake) Categories(context.Context, int64) ([]mirror.Category, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.categories, nil
}

func (f *fake) Calendars(_ context.Context, account int64) (out []mirror.Calendar, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calendars {
		if c.AccountID == account {
			out = append(out, c)
		}
	}
	return out, nil
}

func (f *fake) PickCalendar(_ context.Context, id int64, on bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.calendars {
		if f.calendars[i].ID == id {
			f.calendars[i].Picked = on
		}
	}
	f.did = append(f.did, fmt.Sprint("pick ", id, " ", on))
	return nil
}

func (f *fake) Events(_ context.Context, from, to time.Time) ([]mirror.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []mirror.Event
	for _, e := range f.events {
		if e.Start.Before(to.Add(14*time.Hour)) && e.End.After(from.Add(-14*time.Hour)) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b mirror.Event) int { return a.Start.Compare(b.Start) })
	return out, f.failRead
}

func (f *fake) Event(_ context.Context, id int64) (mirror.Event, error) {
	if e := f.byID(id); e.ID != 0 {
		return e, nil
	}
	return mirror.Event{}, fmt.Errorf("read event: %w", mirror.ErrNotFound)
}

func (f *fake) record(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.fail
	}
	f.did = append(f.did, what)
	return nil
}

func (f *fake) EditSeries(_ context.Context, instance int64, edit mirror.EventEdit) error {
	f.mu.Lock()
	f.edits = append(f.edits, edit)
	f.mu.Unlock()
	return f.record(fmt.Sprint("edit series of ", instance))
}

func (f *fake) EditEvent(_ context.Context, id int64, edit mirror.EventEdit) error {
	if err := f.record(fmt.Sprint("edit ", id)); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.edits = append(f.edits, edit)
	for i := range f.events {
		if e := &f.events[i]; e.ID == id {
			if edit.Start != nil {
				e.Start, e.End = edit.Start.UTC(), edit.End.UTC()
			}
			if edit.Subject != nil {
				e.Subject = *edit.Subject
			}
		}
	}
	return nil
}

func (f *fake) CreateEvent(_ context.Context, n mirror.NewEvent) (int64, error) {
	if err := f.record("create"); err != nil {
		return 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.created = append(f.created, n)
	return f.add(mirror.Event{Subject: n.Subject, Start: n.Start, End: n.End, AllDay: n.AllDay, Location: n.Location}).ID, nil
}

func (f *fake) DeleteEvent(_ context.Context, id int64) error {
	if err := f.record(fmt.Sprint("delete ", id)); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = slices.DeleteFunc(f.events, func(e mirror.Event) bool { return e.ID == id })
	f.deleted = append(f.deleted, id)
	return nil
}

func (f *fake) Respond(_ context.Context, id int64, response string) error {
	return f.record(fmt.Sprint("respond ", id, " ", response))
}
func (f *fake) Outbox(context.Context) ([]mirror.OutboxItem, error) { return f.outbox, nil }
func (f *fake) Retry(_ context.Context, id int64) error             { return f.record(fmt.Sprint("retry ", id)) }
func (f *fake) Discard(_ context.Context, id int64) error {
	return f.record(fmt.Sprint("discard ", id))
}
func (f *fake) Resolve(_ context.Context, id int64, mine bool) error {
	return f.record(fmt.Sprint("resolve ", id, " ", mine))
}

// demo fills a believable week around Wednesday 18 November 2026.
func demo(f *fake, zone *time.Location) {
	at := func(day, h, m int) time.Time { return time.Date(2026, 11, day, h, m, 0, 0, zone) }
	dates := func(from, to int) (time.Time, time.Time) {
		return time.Date(2026, 11, from, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, to, 0, 0, 0, 0, time.UTC)
	}
	who := func(n int) []mirror.Attendee {
		var out []mirror.Attendee
		first := []string{"Anna Berg", "Ben Okafor", "Chiara Lombardi", "Dmitri Petrov", "Elif Yılmaz", "Farah Haddad", "Greta Lindqvist", "Hugo Martens"}
		for i := range n {
			name := first[i%len(first)]
			if i >= len(first) {
				name += fmt.Sprint(" ", i)
			}
			out = append(out, mirror.Attendee{Address: mirror.Address{Name: name, Addr: fmt.Sprintf("p%d@northwind.example", i)}, Kind: "required",
				Response: []string{"accepted", "notResponded", "tentativelyAccepted", "declined", "accepted"}[i%5]})
		}
		return out
	}
	jonas := mirror.Address{Name: "Jonas Weber", Addr: "jonas.weber@harborline.example"}
	ev := func(id int64, title string, from, to time.Time) mirror.Event {
		return mirror.Event{ID: id, Subject: title, Start: from, End: to}
	}
	e := ev(1, "Sales stand-up", at(16, 9, 0), at(16, 9, 15))
	e.Series, e.CalendarID, e.JoinURL = true, 2, "https://teams.example/1"
	for d := range 5 {
		x := e
		x.ID, x.Start, x.End = int64(1+100*d), at(16+d, 9, 0), at(16+d, 9, 15)
		f.add(x)
	}
	e = ev(2, "Quarterly review with Northwind Logistics", at(16, 10, 0), at(16, 11, 30))
	e.Location, e.Attendees, e.JoinURL, e.Categories = "Board room, 4th floor", who(5), "https://teams.example/2", []string{"Customer"}
	f.add(e)
	e = ev(3, "Lunch with Chiara", at(16, 12, 15), at(16, 13, 15))
	e.ShowAs, e.Location = "free", "Trattoria Lago"
	f.add(e)
	e = ev(4, "Prepare offer Vela", at(17, 8, 30), at(17, 10, 0))
	f.add(e)
	e = ev(5, "Contract talks", at(17, 10, 30), at(17, 12, 0))
	e.Organizer, e.Response, e.Attendees = jonas, "tentativelyAccepted", who(3)
	f.add(e)
	e = ev(6, "All hands", at(17, 11, 0), at(17, 12, 0))
	e.Organizer, e.Response, e.Attendees = jonas, "declined", who(40)
	f.add(e)
	e = ev(7, "Demo for Alpine Outfitters: pricing, rollout and the open questions from last week's call", at(18, 14, 0), at(18, 15, 30))
	e.Location, e.Attendees, e.JoinURL, e.Body = "Online", who(4), "https://teams.example/7", "Agenda\n1. Pricing\n2. Rollout\n3. Questions"
	f.add(e)
	e = ev(8, "Pipeline review", at(18, 10, 0), at(18, 11, 0))
	e.Organizer, e.Response, e.Attendees, e.Series, e.CalendarID = jonas, "accepted", who(40), true, 2
	e.HTML, e.Body, e.Location = true, "<p>Please bring your <b>numbers</b>.</p><p>Same room as always.</p>", "Berlin, Room 12"
	f.add(e)
	for i, title := range []string{"Call Petra", "Review draft", "Interview", "Support handover", "Onboarding"} {
		x := ev(int64(20+i), title, at(19, 10, 15*i), at(19, 11, 30+10*i))
		x.Categories = []string{[]string{"Red category", "Purple category", "Green category", "", "Orange category"}[i]}
		if x.Categories[0] == "" {
			x.Categories = nil
		}
		f.add(x)
	}
	e = ev(30, "Vela Maritime: negotiation", at(19, 14, 0), at(19, 15, 0))
	e.Pending, e.Attendees = mirror.PendingConflict, who(2)
	f.add(e)
	f.outbox = append(f.outbox, mirror.OutboxItem{ID: 5, Kind: "event.edit", ItemKind: "event", ItemID: 30, State: mirror.PendingConflict, Reason: "conflict",
		Conflict: &mirror.Conflict{Fields: []mirror.ConflictField{{Name: "start", Mine: "2026-11-19T13:00:00Z", Theirs: "2026-11-19T15:30:00Z"}, {Name: "location", Mine: "Hamburg", Theirs: "Vela head office, Rotterdam"}}}})
	e = ev(31, "Send samples", at(20, 9, 30), at(20, 9, 45))
	e.Pending = mirror.PendingQueued
	f.add(e)
	f.add(ev(32, "Call back Mr Aldous", at(20, 9, 45), at(20, 10, 0)))
	e = ev(33, "Cancelled workshop", at(20, 13, 0), at(20, 15, 0))
	e.Organizer, e.Cancelled = jonas, true
	f.add(e)
	e = ev(34, "Not answered yet: steering committee", at(20, 10, 30), at(20, 12, 0))
	e.Organizer, e.Response, e.Attendees = jonas, "notResponded", who(6)
	f.add(e)
	e = ev(35, "Night train to Vienna", at(20, 20, 30), at(21, 7, 45))
	e.CalendarID = 3
	f.add(e)
	from, to := dates(18, 21)
	e = ev(40, "Trade fair Hamburg", from, to)
	e.AllDay, e.CalendarID, e.ShowAs = true, 3, "oof"
	f.add(e)
	from, to = dates(12, 18)
	e = ev(41, "Jonas on leave", from, to)
	e.AllDay, e.ShowAs, e.CalendarID = true, "free", 2
	f.add(e)
	for i, title := range []string{"Quarter closes", "Birthday: Greta", "Release 4.2", "Payroll"} {
		from, to = dates(19, 20)
		e = ev(int64(50+i), title, from, to)
		e.AllDay, e.ShowAs, e.Categories = true, "free", []string{title}
		f.add(e)
	}
}
