package graph

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
)

// taken is a span of somebody's time that is not free.
type taken struct {
	start, end        time.Time
	status            string
	subject, location string
	private, allDay   bool
}

// digits of availabilityView (documentation of scheduleInformation).
var digits = map[string]byte{"free": '0', "tentative": '1', "busy": '2', "oof": '3', "workingElsewhere": '4', "unknown": '2'}

// busy reads a mailbox's time in [from, to). It takes the mailbox's lock, so none may be held.
func busy(m *mailbox.Mailbox, from, to time.Time) (out []taken, zone string) {
	_ = m.Do(func(b *mailbox.Box) error { // the function returns no error
		zone = b.Zone
		for _, i := range b.View(nil, from, to) {
			e := i.Event
			if e.ShowAs == "free" || e.Cancelled {
				continue
			}
			out = append(out, taken{i.Start, i.End, e.ShowAs, e.Subject, e.Location, e.Sensitivity == "private" || e.Sensitivity == "confidential", e.AllDay})
		}
		return nil
	})
	return out, zone
}

// crossing answers what reads several mailboxes, before any of them is locked; done is false for everything else.
func (c *call) crossing(own *mailbox.Mailbox, segments []string) (done bool, err error) {
	if len(segments) == 0 || c.r.Method != http.MethodPost {
		return false, nil
	}
	switch last := segments[len(segments)-1]; {
	case last == "getSchedule" && strings.HasPrefix(segments[0], "calendar"):
		return true, c.getSchedule()
	case last == "getMailTips" && len(segments) == 1:
		return true, c.mailTips()
	case last == "findMeetingTimes" && len(segments) == 1:
		return true, c.findTimes(own)
	}
	return false, nil
}

// getSchedule answers POST /calendar/getSchedule.
func (c *call) getSchedule() error {
	if err := c.allow("Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	people, err := decode[[]string]("schedules", in["schedules"])
	if err != nil {
		return err
	}
	from, to, err := span(in, "startTime", "endTime")
	if err != nil {
		return err
	}
	step := int32(30)
	if !isNull(in["availabilityViewInterval"]) {
		if step, err = decode[int32]("availabilityViewInterval", in["availabilityViewInterval"]); err != nil {
			return err
		}
	}
	switch {
	case len(people) == 0 || len(people) > 100:
		return badRequest("ErrorInvalidRequest", "Between 1 and 100 schedules can be asked for.")
	case step < 5 || step > 1440: // facts, "getSchedule"
		return badRequest("ErrorInvalidRequest", "The availabilityViewInterval has to be between 5 and 1440.")
	case !to.After(from) || to.Sub(from) > 62*24*time.Hour || to.Sub(from) < time.Duration(step)*time.Minute:
		return badRequest("ErrorInvalidRequest", "The requested time duration is too long, or shorter than the interval.")
	}
	list := []fields{}
	for _, who := range people {
		m, ok := c.h.opt.Mailboxes.Mailbox(who)
		if !ok {
			list = append(list, fields{{"scheduleId", who}, {"error", fields{{"message", "Unable to resolve e-mail address to an Active Directory object."}, {"responseCode", "ErrorMailRecipientNotFound"}}}})
			continue
		}
		times, zone := busy(m, from, to)
		var view strings.Builder
		for at := from; at.Before(to); at = at.Add(time.Duration(step) * time.Minute) {
			view.WriteByte(worst(times, at, at.Add(time.Duration(step)*time.Minute)))
		}
		items := []fields{}
		for _, t := range times {
			item := fields{{"isPrivate", t.private}, {"status", t.status}}
			if !t.private {
				item = append(item, field{"subject", t.subject}, field{"location", t.location})
			}
			items = append(items, append(item, field{"start", c.zoned(t.start, t.allDay)}, field{"end", c.zoned(t.end, t.allDay)}))
		}
		list = append(list, fields{{"scheduleId", who}, {"availabilityView", view.String()}, {"scheduleItems", items}, {"workingHours", defaultHours(zone)}})
	}
	return c.json(http.StatusOK, fields{{"@odata.context", c.base() + "/graph/v1.0/$metadata#Collection(microsoft.graph.scheduleInformation)"}, {"value", list}})
}

// worst is the digit of a slot: oof before busy before tentative before working elsewhere.
func worst(times []taken, from, to time.Time) byte {
	out, rank := byte('0'), 0
	for _, t := range times {
		if n := strings.Index("4123", string(digits[t.status])) + 1; t.start.Before(to) && t.end.After(from) && n > rank {
			out, rank = digits[t.status], n
		}
	}
	return out
}

func span(in object, start, end string) (from, to time.Time, err error) {
	for _, t := range []struct {
		name string
		to   *time.Time
	}{{start, &from}, {end, &to}} {
		w, err := decode[*wireTime](t.name, in[t.name])
		if err != nil {
			return from, to, err
		}
		if w == nil {
			return from, to, badRequest("ErrorInvalidRequest", "The parameter '"+t.name+"' is missing.")
		}
		if *t.to, _, err = w.instant(); err != nil {
			return from, to, err
		}
	}
	return from, to, nil
}

// Working hours of everybody, in the mailbox's zone.
const firstHour, lastHour = 8, 18

func defaultHours(zone string) fields {
	return fields{
		{"daysOfWeek", dayNames[1:6]}, {"startTime", "08:00:00.0000000"}, {"endTime", "18:00:00.0000000"}, {"timeZone", fields{{"name", zone}}},
	}
}

var duration = regexp.MustCompile(`^P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?$`)

// readDuration reads an ISO 8601 duration of days, hours and minutes.
func readDuration(s string) (time.Duration, bool) {
	m := duration.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		n, _ := strconv.Atoi(m[i+1]) // digits or nothing
		d += time.Duration(n) * unit
	}
	return d, d > 0
}

// findTimes answers POST /findMeetingTimes: slots on the half hour within working hours, the surest first, then the
// earliest (facts, "findMeetingTimes").
func (c *call) findTimes(own *mailbox.Mailbox) error {
	if err := c.allow("Calendars.Read.Shared", "Calendars.ReadWrite.Shared", "Calendars.Read", "Calendars.ReadWrite"); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	type attendee struct {
		wireAddress
		Type string `json:"type"`
	}
	people, err := decode[[]attendee]("attendees", in["attendees"])
	if err != nil {
		return err
	}
	length, n := time.Hour/2, int32(20)
	if s, err := in.text("meetingDuration"); err != nil {
		return err
	} else if s != "" {
		d, ok := readDuration(s)
		if !ok || d > 24*time.Hour {
			return badRequest("ErrorInvalidRequest", "The meetingDuration is not valid.")
		}
		length = d
	}
	if !isNull(in["maxCandidates"]) {
		if n, err = decode[int32]("maxCandidates", in["maxCandidates"]); err != nil {
			return err
		}
	}
	minimum := 50.0
	if !isNull(in["minimumAttendeePercentage"]) {
		if minimum, err = decode[float64]("minimumAttendeePercentage", in["minimumAttendeePercentage"]); err != nil {
			return err
		}
	}
	windows, err := c.timeWindows(in)
	if err != nil {
		return err
	}
	if len(people) > 20 {
		return badRequest("ErrorInvalidRequest", "Times for at most 20 attendees can be looked for.")
	}
	from, to := windows[0].Start, windows[0].End
	for _, w := range windows {
		if w.Start.Before(from) {
			from = w.Start
		}
		if w.End.After(to) {
			to = w.End
		}
	}
	mine, zone := busy(own, from, to)
	loc := zoneOf(zone)
	theirs := make([][]taken, len(people))
	known := make([]bool, len(people))
	for i, p := range people {
		var m *mailbox.Mailbox
		if m, known[i] = c.h.opt.Mailboxes.Mailbox(p.address().Addr); known[i] {
			theirs[i], _ = busy(m, from, to)
		}
	}
	type suggestion struct {
		slot       mailbox.Slot
		confidence float64
		who        []fields
	}
	var found []suggestion
	for _, w := range windows {
		for at := w.Start.Truncate(30 * time.Minute); !at.Add(length).After(w.End); at = at.Add(30 * time.Minute) {
			end := at.Add(length)
			local, localEnd := at.In(loc), end.Add(-time.Second).In(loc)
			if at.Before(w.Start) || local.Weekday() == time.Saturday || local.Weekday() == time.Sunday || local.Hour() < firstHour || localEnd.Hour() >= lastHour || local.Day() != localEnd.Day() {
				continue
			}
			if worst(mine, at, end) != '0' {
				continue
			}
			sum, who := 0.0, []fields{}
			for i, p := range people {
				state, weight := "free", 100.0
				switch worst(theirs[i], at, end) {
				case '1', '4':
					state, weight = "tentative", 49
				case '2':
					state, weight = "busy", 0
				case '3':
					state, weight = "oof", 0
				}
				if !known[i] {
					state, weight = "unknown", 49
				}
				sum += weight
				who = append(who, fields{{"availability", state}, {"attendee", fields{{"type", cmp.Or(p.Type, "required")}, {"emailAddress", address(p.address())}}}})
			}
			confidence := 100.0
			if len(people) > 0 {
				confidence = sum / float64(len(people))
			}
			if confidence >= minimum {
				found = append(found, suggestion{mailbox.Slot{Start: at, End: end}, confidence, who})
			}
		}
	}
	slices.SortStableFunc(found, func(x, y suggestion) int {
		return cmp.Or(cmp.Compare(y.confidence, x.confidence), x.slot.Start.Compare(y.slot.Start))
	})
	list := []fields{}
	for i, s := range found[:min(len(found), max(int(n), 0))] {
		list = append(list, fields{{"confidence", s.confidence}, {"order", i + 1}, {"organizerAvailability", "free"}, {"suggestionReason", "Suggested because it is one of the nearest times when the attendees are available."},
			{"meetingTimeSlot", c.slot(s.slot)}, {"attendeeAvailability", s.who}, {"locations", []fields{}}})
	}
	reason := ""
	if len(list) == 0 {
		reason = "attendeesUnavailable"
	}
	return c.json(http.StatusOK, fields{{"@odata.context", c.base() + "/graph/v1.0/$metadata#microsoft.graph.meetingTimeSuggestionsResult"}, {"emptySuggestionsReason", reason}, {"meetingTimeSuggestions", list}})
}

// timeWindows reads timeConstraint/timeslots; without it the next seven days.
func (c *call) timeWindows(in object) ([]mailbox.Slot, error) {
	type wire struct{ Start, End *wireTime }
	constraint, err := decode[*struct {
		TimeSlots []wire `json:"timeSlots"`
	}]("timeConstraint", in["timeConstraint"])
	if err != nil {
		return nil, err
	}
	if constraint == nil || len(constraint.TimeSlots) == 0 {
		now := c.h.opt.Now().UTC().Truncate(time.Minute)
		return []mailbox.Slot{{Start: now, End: now.AddDate(0, 0, 7)}}, nil
	}
	var out []mailbox.Slot
	for _, s := range constraint.TimeSlots {
		if s.Start == nil || s.End == nil {
			return nil, badRequest("ErrorInvalidRequest", "A time slot needs start and end.")
		}
		from, _, err := s.Start.instant()
		if err != nil {
			return nil, err
		}
		to, _, err := s.End.instant()
		if err != nil {
			return nil, err
		}
		if !to.After(from) || to.Sub(from) > 62*24*time.Hour || len(out) > 50 {
			return nil, badRequest("ErrorInvalidRequest", "A time slot is empty or too long, or there are too many.")
		}
		out = append(out, mailbox.Slot{Start: from, End: to})
	}
	return out, nil
}
