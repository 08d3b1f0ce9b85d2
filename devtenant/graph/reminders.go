package graph

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
)

// reminderView answers GET /reminderView(StartDateTime='…',EndDateTime='…'): the reminders of events in the window that
// are not dismissed. The arguments come in the path, or as query options as the documentation also shows.
func (c *call) reminderView(segment string) error {
	if c.r.Method != http.MethodGet {
		return errMethod
	}
	if err := c.readCalendar(); err != nil {
		return err
	}
	if _, arguments, ok := strings.Cut(segment, "("); ok {
		arguments = strings.TrimSuffix(arguments, ")")
		for part := range strings.SplitSeq(arguments, ",") {
			name, value, _ := strings.Cut(part, "=")
			if name = strings.TrimSpace(name); name != "" {
				c.query.Set(strings.ToLower(name[:1])+name[1:], strings.Trim(strings.TrimSpace(value), "'"))
			}
		}
	}
	from, to, err := c.window()
	if err != nil {
		return err
	}
	p, err := c.paging()
	if err != nil {
		return err
	}
	type due struct {
		at time.Time
		i  instance
	}
	var all []due
	for _, cal := range c.b.Calendars() {
		for _, i := range c.b.View(cal, from, to) {
			e := i.Event
			at := i.Start.Add(-time.Duration(e.ReminderMinutes) * time.Minute)
			if !e.ReminderOn || e.Cancelled || !e.Dismissed.IsZero() && !i.Start.After(e.Dismissed) {
				continue
			}
			if !e.Snoozed.IsZero() {
				at = e.Snoozed
			}
			all = append(all, due{at, i})
		}
	}
	slices.SortStableFunc(all, func(x, y due) int { return x.at.Compare(y.at) })
	page := []fields{}
	for _, d := range cut(p, all) {
		e := d.i.Event
		page = append(page, fields{
			{"eventId", c.id(d.i.ID())}, {"eventStartTime", c.zoned(d.i.Start, e.AllDay)}, {"eventEndTime", c.zoned(d.i.End, e.AllDay)},
			{"changeKey", c.b.EventKey(e)}, {"eventSubject", e.Subject}, {"eventLocation", location(e)},
			{"eventWebLink", "https://outlook.office365.com/owa/?itemid=" + c.id(d.i.ID()) + "&exvsurl=1&path=/calendar/item"},
			{"reminderFireTime", c.zoned(d.at, false)},
		})
	}
	return c.listing("reminderView", p, len(all), page)
}

// snooze answers POST …/snoozeReminder: the reminder comes back at NewReminderTime.
func (c *call) snooze(i instance) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	w, err := decode[*wireTime]("newReminderTime", in["newReminderTime"])
	if err != nil {
		return err
	}
	if w == nil {
		return badRequest("ErrorInvalidRequest", "The parameter 'NewReminderTime' is missing.")
	}
	at, _, err := w.instant()
	if err != nil {
		return err
	}
	return c.remind(i, func(e *mailbox.Event) { e.Snoozed, e.Dismissed, e.ReminderOn = at, time.Time{}, true })
}

// dismiss answers POST …/dismissReminder.
func (c *call) dismiss(i instance) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	return c.remind(i, func(e *mailbox.Event) { e.Dismissed, e.Snoozed = i.Start, time.Time{} })
}

// remind changes the reminder of an event. That of an occurrence is its series': a reminder makes no exception.
func (c *call) remind(i instance, set func(*mailbox.Event)) error {
	set(i.Event)
	c.b.TouchEvent(i.Event)
	return c.noContent(http.StatusOK)
}
