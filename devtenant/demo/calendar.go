package demo

import (
	"cmp"
	"fmt"
	"html"
	"math/rand/v2"
	"time"

	"supercrm/assets"
	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/recurrence"
)

// eventMaker fills a calendar 30 days back and 30 ahead.
type eventMaker struct {
	b     *mailbox.Box
	rng   *rand.Rand
	now   time.Time // in loc
	loc   *time.Location
	staff staff
	calls int
	zone  string
	plain bool  // nothing that can be joined
	deck  []int // companies not met yet
}

const calendarDays = 30

// day is midnight n days from today.
func (k *eventMaker) day(n int) time.Time {
	y, m, d := k.now.Date()
	return time.Date(y, m, d+n, 0, 0, 0, 0, k.loc)
}

// at is a time of the day n days from today.
func (k *eventMaker) at(n, hour, minute int) time.Time {
	y, m, d := k.now.Date()
	return time.Date(y, m, d+n, hour, minute, 0, 0, k.loc)
}

func (k *eventMaker) fill(all bool) {
	k.series()
	if !all {
		for n := -5; n <= 10; n += 3 {
			k.customerMeeting(k.at(n, 11, 0), 45)
		}
		return
	}
	k.todayAndTomorrow()
	k.customerDays()
	k.special()
	k.team()
}

// event makes an appointment of one's own; the caller changes what is different.
func (k *eventMaker) event(subject string, start time.Time, minutes int) *mailbox.Event {
	return &mailbox.Event{
		Subject: subject, Start: start.UTC(), End: start.Add(time.Duration(minutes) * time.Minute).UTC(), StartZone: k.zone, EndZone: k.zone,
		ReminderOn: true, ReminderMinutes: 15, Body: mailbox.Body{HTML: true, Text: htmlDocument("")}, Created: k.created(start),
	}
}

// created is some days before the event, and not in the future.
func (k *eventMaker) created(start time.Time) time.Time {
	at := start.AddDate(0, 0, -9-k.rng.IntN(10))
	if at.After(k.now) {
		at = k.now.AddDate(0, 0, -1-k.rng.IntN(12))
	}
	return at.UTC().Truncate(time.Second)
}

func (k *eventMaker) add(e *mailbox.Event) *mailbox.Event {
	made, _ := k.b.AddEvent(k.b.DefaultCalendar(), e)
	return made
}

// online gives an event a link to join and the text that Teams writes into invitations.
func (k *eventMaker) online(e *mailbox.Event, intro string) {
	if k.plain {
		e.Location, e.Body = cmp.Or(e.Location, "Online"), mailbox.Body{HTML: true, Text: htmlDocument(toHTML(intro))}
		return
	}
	k.calls++
	e.Online = true
	e.JoinURL = fmt.Sprintf("https://teams.microsoft.com/l/meetup-join/19%%3ameeting_harborline%04d%%40thread.v2/0", k.calls)
	if e.Location == "" {
		e.Location = "Microsoft Teams Meeting"
	}
	e.Body = mailbox.Body{HTML: true, Text: htmlDocument(toHTML(intro) + `<div>________________________________________________________________________________</div>` +
		`<div style="font-family: 'Segoe UI', sans-serif; font-size: 24px;">Microsoft Teams meeting</div><div><a href="` + html.EscapeString(e.JoinURL) + `">Join the meeting now</a></div>` +
		fmt.Sprintf(`<div style="font-size: 12px;">Meeting ID: 362 %03d %03d 18</div>`, k.calls*7%1000, k.calls*13%1000))}
}

// invite adds people as attendees; those of meetings in the past have answered.
func (k *eventMaker) invite(e *mailbox.Event, people ...person) {
	for i, p := range people {
		response := []string{"accepted", "accepted", "accepted", "tentativelyAccepted", "notResponded"}[k.rng.IntN(5)]
		if e.Start.Before(k.now) {
			response = "accepted"
		}
		a := mailbox.Attendee{Address: p.address(), Type: "required", Response: response, Responded: e.Created.Add(3 * time.Hour)}
		if response == "notResponded" {
			a.Response, a.Responded = "none", time.Time{}
		}
		if i > 1 {
			a.Type = "optional"
		}
		e.Attendees = append(e.Attendees, a)
	}
}

// from makes somebody else the organizer, with the owner's own answer.
func (k *eventMaker) from(e *mailbox.Event, organizer person, response string) {
	e.Organizer, e.IsOrganizer, e.Response = organizer.address(), false, response
	own := mailbox.Attendee{Address: k.staff.me.address(), Type: "required", Response: response}
	if response != "notResponded" {
		e.Responded = e.Created.Add(5 * time.Hour)
		own.Responded = e.Responded
	}
	switch response {
	case "tentativelyAccepted":
		e.ShowAs = "tentative"
	case "notResponded":
		e.ShowAs = "tentative"
	case "declined":
		e.ShowAs = "free"
	}
	e.Attendees = append(e.Attendees, own)
}

// people of a company as those who write.
func people(c *assets.DemoCompany) []person {
	var out []person
	for _, p := range c.People {
		out = append(out, person{name: p.Name, addr: p.Email, role: p.Role, company: c.Name, phone: p.Phone})
	}
	return out
}

func (k *eventMaker) company() *assets.DemoCompany {
	all := assets.DemoCustomers()
	if len(k.deck) == 0 {
		k.deck = k.rng.Perm(len(all))
	}
	c := &all[k.deck[0]]
	k.deck = k.deck[1:]
	return c
}

var meetings = []struct {
	subject, intro string
	online         bool
}{
	{"Quote walk-through: %s", "Agenda:\n\n* Scope and quantities\n* Delivery weeks\n* Open questions on assembly", true},
	{"%s: project status", "Short round on deliveries and what is still open.", true},
	{"Contract review with %s", "Clauses 4.2, 7.1 and 9, see the marked-up version in the mail.", true},
	{"Site visit %s", "Please bring safety shoes. We meet at the reception.", false},
	{"Showroom visit: %s", "Desks, booths, lighting. Lunch is ordered for four.", false},
	{"%s: needs analysis", "First talk: how many people, which rooms, by when.", true},
	{"Intro call %s", "Getting to know each other.", true},
	{"%s: handover after delivery", "Snag list, acceptance, invoice address.", false},
	{"Renewal talk %s", "Framework agreement runs out at the end of next quarter.", true},
}

// customerMeeting puts a meeting with some customer at a time.
func (k *eventMaker) customerMeeting(start time.Time, minutes int) *mailbox.Event {
	c := k.company()
	m := meetings[k.rng.IntN(len(meetings))]
	e := k.event(fmt.Sprintf(m.subject, c.Name), start, minutes)
	who := people(c)
	n := 1 + k.rng.IntN(len(who))
	if m.online {
		k.online(e, m.intro)
	} else {
		e.Location = c.Name + ", " + c.City
		e.Body = mailbox.Body{HTML: true, Text: htmlDocument(toHTML(m.intro))}
	}
	switch k.rng.IntN(6) {
	case 0:
		response := []string{"accepted", "tentativelyAccepted", "notResponded", "accepted"}[k.rng.IntN(4)]
		if start.Before(k.now) {
			response = "accepted"
		}
		k.from(e, who[0], response)
		k.invite(e, who[1:n]...)
	default:
		k.invite(e, who[:n]...)
	}
	e.Categories = [][]string{nil, {"Customer"}, {"Customer"}, {"Quote"}}[k.rng.IntN(4)]
	return k.add(e)
}

// customerDays spreads customer meetings over the working days but today and tomorrow; every fifth day two overlap.
func (k *eventMaker) customerDays() {
	slots := [][2]int{{10, 30}, {11, 30}, {13, 0}, {14, 0}, {15, 30}, {16, 30}}
	for n := -calendarDays; n <= calendarDays; n++ {
		weekday := k.day(n).Weekday()
		if weekday == time.Saturday || weekday == time.Sunday || n == 0 || n == 1 {
			continue
		}
		order := k.rng.Perm(len(slots))
		for _, s := range order[:1+k.rng.IntN(3)] {
			k.customerMeeting(k.at(n, slots[s][0], slots[s][1]), []int{30, 45, 60}[k.rng.IntN(3)])
		}
		if n%5 == 0 {
			s := slots[order[0]]
			k.customerMeeting(k.at(n, s[0], s[1]).Add(15*time.Minute), 45)
		}
	}
}

// todayAndTomorrow are lively whatever day it is, with a meeting that begins soon while the working day lasts.
func (k *eventMaker) todayAndTomorrow() {
	soon := k.now.Add(35 * time.Minute).Truncate(15 * time.Minute)
	meet := func(start time.Time, minutes int) {
		if gap := start.Sub(soon).Abs(); gap > 45*time.Minute {
			k.customerMeeting(start, minutes)
		}
	}
	if soon.Hour() >= 7 && soon.Hour() < 18 && soon.Day() == k.now.Day() {
		e := k.customerMeeting(soon, 45)
		e.Categories = []string{"Customer"}
	}
	weekend := func(n int) bool { d := k.day(n).Weekday(); return d == time.Saturday || d == time.Sunday }
	for n := range 2 {
		if weekend(n) {
			run := k.event("Preparation for Monday", k.at(n, 10, 0), 60)
			run.Body = mailbox.Body{HTML: true, Text: htmlDocument(toHTML("Go through the open quotes once more."))}
			k.add(run)
			dinner := k.event("Dinner with "+people(&assets.DemoCustomers()[n])[0].name, k.at(n, 19, 0), 120)
			dinner.Location = "Restaurant Fischhaus, Hamburg"
			k.invite(dinner, people(&assets.DemoCustomers()[n])[0])
			k.add(dinner)
			k.customerMeeting(k.at(n, 14, 0), 45)
			continue
		}
		meet(k.at(n, 10, 45), 45)
		k.customerMeeting(k.at(n, 11, 0), 60) // overlaps the one before
		meet(k.at(n, 14, 30), 60)
		focus := k.event("Write quotes", k.at(n, 16, 0), 60)
		focus.ShowAs, focus.Categories = "busy", []string{"Quote"}
		k.add(focus)
		k.customerMeeting(k.at(n, 17, 15), 30)
	}
}

// special are events of other kinds: all day, private, tentative, declined, out of office.
func (k *eventMaker) special() {
	fair := k.nextWeekday(7, time.Tuesday)
	k.allDay("Trade fair Cologne, hall 10.1", fair, 3, "busy", "Koelnmesse, Cologne", "Customer")
	k.allDay("Holiday", k.nextWeekday(18, time.Thursday), 2, "oof", "", "")
	k.allDay(k.staff.colleague.first()+" on leave", k.nextWeekday(-13, time.Monday), 5, "free", "", "Internal")
	k.allDay("Quarter planning", k.nextWeekday(-22, time.Friday), 1, "busy", "Harborline, Hamburg", "Internal")

	dentist := k.event("Dentist", k.at(k.nextWeekday(2, time.Wednesday), 8, 30), 60)
	dentist.Sensitivity, dentist.ShowAs, dentist.Location = "private", "oof", "Dr. Albers, Hamburg"
	k.add(dentist)

	c := &assets.DemoCustomers()[3]
	who := people(c)
	maybe := k.event("Supplier day at "+c.Name, k.at(k.nextWeekday(3, time.Thursday), 13, 0), 180)
	maybe.Location = c.City
	k.from(maybe, who[0], "tentativelyAccepted")
	k.add(maybe)

	no := k.event("Webinar: indirect spend", k.at(k.nextWeekday(1, time.Tuesday), 15, 0), 60)
	k.from(no, people(&assets.DemoCustomers()[8])[0], "declined")
	k.add(no)

	open := k.event("Kick-off: new head office", k.at(k.nextWeekday(2, time.Friday), 9, 30), 90)
	k.online(open, "Please confirm by tomorrow, there is a light breakfast.")
	k.from(open, people(&assets.DemoCustomers()[11])[0], "notResponded")
	k.invite(open, people(&assets.DemoCustomers()[11])[1:]...)
	k.add(open)

	travel := k.event("Train to Copenhagen", k.at(k.nextWeekday(4, time.Monday), 6, 53), 285)
	travel.ShowAs, travel.Location = "workingElsewhere", "Hamburg Hbf, platform 6"
	k.add(travel)
}

// nextWeekday is the first day not before n days from today that is a weekday.
func (k *eventMaker) nextWeekday(n int, weekday time.Weekday) int {
	for k.day(n).Weekday() != weekday {
		n++
	}
	return n
}

func (k *eventMaker) allDay(subject string, n, length int, showAs, location, category string) {
	y, m, d := k.day(n).Date()
	start := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	e := k.event(subject, start, 0)
	e.AllDay, e.Start, e.End = true, start, start.AddDate(0, 0, length)
	e.ShowAs, e.Location, e.ReminderOn = showAs, location, false
	if category != "" {
		e.Categories = []string{category}
	}
	k.add(e)
}

// series are what comes back: stand-up, pipeline review with an exception and a cancelled one, first Thursday, 1:1.
func (k *eventMaker) series() {
	rule := func(e *mailbox.Event, r recurrence.Rule) *mailbox.Event {
		r.Interval, r.Range, r.FirstDay = max(r.Interval, 1), recurrence.NoEnd, time.Monday
		r.Start = recurrence.DayOf(e.Start.In(k.loc))
		e.Rule, e.RecurringZone = &r, k.zone
		return e
	}
	back := k.nextWeekday(-calendarDays-12, time.Monday)

	standup := k.event("Sales stand-up", k.at(back, 9, 15), 15)
	k.online(standup, "What is new, what is stuck, who needs help.")
	k.from(standup, k.staff.colleague, "accepted")
	standup.Attendees = append(standup.Attendees, mailbox.Attendee{Address: k.staff.admin.address(), Type: "optional", Response: "none"})
	k.add(rule(standup, recurrence.Rule{Type: recurrence.Weekly, Days: []time.Weekday{1, 2, 3, 4, 5}}))

	review := k.event("Pipeline review", k.at(back, 10, 0), 60)
	k.online(review, "Deals by stage, what closes this month, what is at risk.")
	k.invite(review, k.staff.colleague, k.staff.admin)
	review.Categories = []string{"Internal"}
	review = k.add(rule(review, recurrence.Rule{Type: recurrence.Weekly, Days: []time.Weekday{1}}))
	moved := recurrence.DayOf(k.day(k.nextWeekday(2, time.Monday)))
	// The service has no say here: the new time is on the same day, so no boundary is crossed.
	_, _ = k.b.Except(review, moved, func(e *mailbox.Event) error {
		e.Subject = "Pipeline review (moved, with forecast)"
		e.Start, e.End = e.Start.Add(4*time.Hour), e.End.Add(4*time.Hour+30*time.Minute)
		return nil
	})
	cancelled := recurrence.DayOf(k.day(k.nextWeekday(9, time.Monday)))
	start, end := review.On(cancelled)
	k.b.DeleteInstance(mailbox.Instance{Event: review, Occurrence: true, Day: cancelled, Start: start, End: end}, "")

	first := k.event("Sales round table", k.at(k.nextWeekday(-calendarDays-40, time.Thursday), 16, 0), 60)
	first.Location = "Harborline, large meeting room"
	k.invite(first, k.staff.colleague, k.staff.admin)
	k.add(rule(first, recurrence.Rule{Type: recurrence.RelativeMonthly, Index: "first", Days: []time.Weekday{time.Thursday}}))

	one := k.event("1:1 "+k.staff.me.first()+" / "+k.staff.colleague.first(), k.at(k.nextWeekday(back, time.Friday), 13, 30), 30)
	k.from(one, k.staff.colleague, "accepted")
	k.add(rule(one, recurrence.Rule{Type: recurrence.Weekly, Interval: 2, Days: []time.Weekday{time.Friday}}))
}

// team is a second calendar.
func (k *eventMaker) team() {
	c := k.b.NewCalendar("Team", "lightGreen")
	c.Hex = "#87d28e"
	add := func(e *mailbox.Event) {
		e.ReminderOn = false
		k.b.AddEvent(c, e)
	}
	lunch := k.event("Team lunch", k.at(k.nextWeekday(1, time.Thursday), 12, 15), 60)
	lunch.Location = "Canteen, ground floor"
	add(lunch)
	add(k.event("Showroom: fitting of the new booths", k.at(k.nextWeekday(4, time.Tuesday), 8, 0), 300))
	add(k.event("Mail gateway update ("+k.staff.admin.first()+")", k.at(k.nextWeekday(5, time.Wednesday), 20, 0), 120))
	add(k.event("Training: contract law in two hours", k.at(k.nextWeekday(-6, time.Wednesday), 13, 0), 120))
	y, m, d := k.day(k.nextWeekday(10, time.Monday)).Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	leave := k.event(k.staff.colleague.first()+": vacation", from, 0)
	leave.AllDay, leave.Start, leave.End, leave.ShowAs = true, from, from.AddDate(0, 0, 5), "free"
	add(leave)
}
