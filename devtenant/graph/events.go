package graph

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
)

// events routes …/events/… of a calendar; cal nil: all calendars to look in, the default one to make in.
func (c *call) events(cal *mailbox.Calendar, rest []string) error {
	get, post := c.r.Method == http.MethodGet, c.r.Method == http.MethodPost
	switch {
	case len(rest) == 0 && cal == nil && c.may(c.b.DefaultCalendar()) != nil:
		return errDenied
	case len(rest) == 0 && get:
		return c.listEvents(cal)
	case len(rest) == 0 && post:
		return c.createEvent(cal)
	case len(rest) == 0:
		return errMethod
	}
	if err := c.readCalendar(); err != nil {
		return err
	}
	if rest[0] == "delta" && len(rest) == 1 && get {
		if cal == nil {
			cal = c.b.DefaultCalendar()
		}
		if err := c.may(cal); err != nil {
			return err
		}
		return c.eventListDelta(cal)
	}
	if rest[0] == "$count" && len(rest) == 1 && get {
		if cal == nil {
			cal = c.b.DefaultCalendar()
		}
		if err := c.may(cal); err != nil {
			return err
		}
		return c.plain(strconv.Itoa(len(c.b.Events(cal))))
	}
	i, err := c.b.Find(rest[0])
	if err != nil {
		return err
	}
	if owner := i.Event.Calendar(); cal != nil && owner != cal {
		return mailbox.ErrNotFound
	}
	if err := c.may(i.Event.Calendar()); err != nil {
		return err
	}
	if len(rest) == 1 {
		switch c.r.Method {
		case http.MethodGet:
			return c.getEvent(i)
		case http.MethodPatch:
			return c.patchEvent(i)
		case http.MethodDelete:
			return c.deleteEvent(i)
		}
		return errMethod
	}
	switch {
	case rest[1] == "attachments":
		return c.attachments(c.eventFiles(i), rest[2:])
	case rest[1] == "extensions":
		return c.extensions(c.eventBag(i), rest[2:])
	case rest[1] == "instances" && get && (len(rest) == 2 || len(rest) == 3 && rest[2] == "$count"):
		return c.instances(i, len(rest) == 3)
	case len(rest) != 2:
		return errNoRoute
	case rest[1] == "calendar" && get:
		sel, err := selected(c.query.Get("$select"), calendarSelectable)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, "calendars/$entity", c.calendarFields(i.Event.Calendar(), sel))
	case !post:
		return errMethod
	}
	switch rest[1] {
	case "accept":
		return c.respond(i, "accepted")
	case "decline":
		return c.respond(i, "declined")
	case "tentativelyAccept":
		return c.respond(i, "tentativelyAccepted")
	case "cancel":
		return c.cancelEvent(i)
	case "forward":
		return c.forwardEvent(i)
	case "snoozeReminder":
		return c.snooze(i)
	case "dismissReminder":
		return c.dismiss(i)
	case "permanentDelete":
		return c.deleteEvent(i)
	}
	return errNoRoute
}

// listEvents answers GET …/events: singles and masters, no occurrences.
func (c *call) listEvents(cal *mailbox.Calendar) error {
	if err := c.readCalendar(); err != nil {
		return err
	}
	var all []instance
	if cal == nil {
		cal = c.b.DefaultCalendar()
	}
	for _, e := range c.b.Events(cal) {
		all = append(all, instance{Event: e, Start: e.Start, End: e.End})
	}
	return c.listInstances("events", all)
}

// listInstances filters, orders and pages events.
func (c *call) listInstances(of string, all []instance) error {
	p, err := c.paging()
	if err != nil {
		return err
	}
	sel, err := selected(c.query.Get("$select"), eventSelectable)
	if err != nil {
		return err
	}
	expand, err := c.eventExpansions()
	if err != nil {
		return err
	}
	by, err := parseOrder(c.query.Get("$orderby"), knownEventPath)
	if err != nil {
		return err
	}
	if s := c.query.Get("$filter"); s != "" {
		parsed, err := parseFilter(s, knownEventPath)
		if err != nil {
			return err
		}
		var kept []instance
		for _, i := range all {
			if parsed.match(eventGetter(i)) {
				kept = append(kept, i)
			}
		}
		all = kept
	}
	if len(by) > 0 {
		all = sorted(all, by, eventGetter)
	}
	var page []fields
	for _, i := range cut(p, all) {
		item, err := c.eventFields(i, sel, expand)
		if err != nil {
			return err
		}
		page = append(page, item)
	}
	return c.listing(of, p, len(all), page)
}

// maxWindow is the longest calendarView that the service answers.
const maxWindow = 1825 * 24 * time.Hour

// window reads startDateTime and endDateTime; without an offset they are in the preferred zone, UTC without one.
func (c *call) window() (from, to time.Time, err error) {
	read := func(name string) (time.Time, error) {
		s := c.query.Get(name)
		if s == "" {
			return time.Time{}, badRequest("ErrorInvalidParameter", "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
		}
		t, _, err := wireTime{DateTime: s, TimeZone: c.prefer.zone}.instant()
		if err != nil {
			err = badRequest("ErrorInvalidParameter", "The value '"+s+"' of parameter '"+name+"' is invalid.")
		}
		return t, err
	}
	if from, err = read("startDateTime"); err != nil {
		return from, to, err
	}
	if to, err = read("endDateTime"); err != nil {
		return from, to, err
	}
	if to.Before(from) || to.Sub(from) > maxWindow {
		err = badRequest("ErrorInvalidParameter", "The end of the window is before its start, or the window is longer than 1825 days.")
	}
	return from, to, err
}

// calendarView routes …/calendarView[/delta].
func (c *call) calendarView(cal *mailbox.Calendar, rest []string) error {
	if err := c.may(cal); err != nil {
		return err
	}
	if c.r.Method != http.MethodGet {
		return errMethod
	}
	if len(rest) == 1 && rest[0] == "delta" {
		return c.eventDelta(cal)
	}
	count := len(rest) == 1 && rest[0] == "$count"
	if len(rest) > 0 && !count {
		return errNoRoute
	}
	if err := c.readCalendar(); err != nil {
		return err
	}
	from, to, err := c.window()
	if err != nil {
		return err
	}
	if count {
		return c.plain(strconv.Itoa(len(c.b.View(cal, from, to))))
	}
	return c.listInstances("calendarView", c.b.View(cal, from, to))
}

func (c *call) instances(i instance, count bool) error {
	from, to, err := c.window()
	if err != nil {
		return err
	}
	if i.Event.Rule == nil || i.Occurrence {
		return badRequest("ErrorInvalidRequest", "Only a series master has instances.")
	}
	all := i.Event.Occurrences(from, to)
	if count {
		return c.plain(strconv.Itoa(len(all)))
	}
	return c.listInstances("instances", all)
}

func (c *call) getEvent(i instance) error {
	sel, err := selected(c.query.Get("$select"), eventSelectable)
	if err != nil {
		return err
	}
	expand, err := c.eventExpansions()
	if err != nil {
		return err
	}
	item, err := c.eventFields(i, sel, expand)
	if err != nil {
		return err
	}
	return c.one(http.StatusOK, "events/$entity", item)
}

func (c *call) createEvent(cal *mailbox.Calendar) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	edit, err := c.readEvent(in)
	if err != nil {
		return err
	}
	if edit.start == nil || edit.end == nil {
		return badRequest("ErrorInvalidTimeSettings", "An event needs start and end.")
	}
	if cal == nil {
		cal = c.b.DefaultCalendar()
	}
	e := &mailbox.Event{TransactionID: edit.transaction, ReminderOn: true, ReminderMinutes: 15, Body: mailbox.Body{HTML: true}}
	if err := edit.apply(e); err != nil {
		return err
	}
	files, err := readAttachments(in["attachments"])
	if err != nil {
		return err
	}
	for n, f := range files {
		f.Num, f.Modified = int32(n+1), c.b.Now()
	}
	e.Attachments = files
	made, _ := c.b.AddEvent(cal, e)
	return c.answerEvent(http.StatusCreated, instance{Event: made, Start: made.Start, End: made.End})
}

func (c *call) patchEvent(i instance) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	if err := c.precondition(c.b.EventKey(i.Event)); err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	edit, err := c.readEvent(in)
	if err != nil {
		return err
	}
	if edit.organizers && !i.Event.IsOrganizer {
		return errNotMine
	}
	e := i.Event
	if i.Occurrence {
		e, err = c.b.Except(i.Event, i.Day, edit.apply)
	} else {
		err = c.b.Change(e, edit.apply)
	}
	if err != nil {
		return err
	}
	return c.answerEvent(http.StatusOK, instance{Event: e, Day: e.Day(), Start: e.Start, End: e.End})
}

func (c *call) deleteEvent(i instance) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	if err := c.precondition(c.b.EventKey(i.Event)); err != nil {
		return err
	}
	c.b.DeleteInstance(i, "")
	return c.noContent(http.StatusNoContent)
}

// cancelEvent is for the organizer only (facts, "Calendar").
func (c *call) cancelEvent(i instance) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	comment, err := in.text("comment")
	if err != nil {
		return err
	}
	if !i.Event.IsOrganizer {
		return errNotMine
	}
	c.b.DeleteInstance(i, comment)
	return c.noContent(http.StatusAccepted)
}

// respond answers accept, decline and tentativelyAccept. sendResponse is true by default; a proposed time needs it, and
// an organizer who allows proposals (facts, "Calendar").
func (c *call) respond(i instance, response string) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	comment, err := in.text("comment")
	if err != nil {
		return err
	}
	send := true
	if !isNull(in["sendResponse"]) {
		if send, err = decode[bool]("sendResponse", in["sendResponse"]); err != nil {
			return err
		}
	}
	if i.Event.IsOrganizer {
		return errNotYours
	}
	proposed, err := readProposal(in["proposedNewTime"])
	if err != nil {
		return err
	}
	if proposed != (mailbox.Slot{}) && (!send || i.Event.NoNewTimes || strings.EqualFold(response, "accepted")) {
		return badRequest("ErrorInvalidRequest", "A new time can't be proposed for this meeting.")
	}
	e := i.Event
	if i.Occurrence {
		if e, err = c.b.Except(i.Event, i.Day, func(*mailbox.Event) error { return nil }); err != nil {
			return err
		}
	}
	c.b.Respond(e, response, comment, send, proposed)
	return c.noContent(http.StatusAccepted)
}
