package outlook

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// colleague begins the id of a calendar that is reached through its owner's mailbox; what follows is the owner, escaped, a
// slash, and the service's id. No id of the service has a slash.
const colleague = "users/"

// ColleagueCalendarID names the calendar of another person for the calls here that take a calendar's id.
func ColleagueCalendarID(owner, id string) string { return colleague + seg(owner) + "/" + id }

// IsColleagueCalendar tells whether an id is one of ColleagueCalendarID.
func IsColleagueCalendar(id string) bool { return strings.HasPrefix(id, colleague) }

// calendarPath is where a calendar is.
func calendarPath(id string) string {
	if rest, ok := strings.CutPrefix(id, colleague); ok {
		owner, real, _ := strings.Cut(rest, "/")
		return "/users/" + owner + "/calendars/" + seg(real)
	}
	return "/me/calendars/" + seg(id)
}

// ColleagueCalendar reads the default calendar of another person who shares it (/users/{id}/calendar; it needs
// Calendars.Read.Shared). ID is one of ColleagueCalendarID. An error that IsNotFound or IsRefused knows says that there is
// no such mailbox, or that nothing is shared.
func (c *Client) ColleagueCalendar(ctx context.Context, owner string) (Calendar, error) {
	var cal Calendar
	err := c.get(ctx, "read colleague's calendar", "/users/"+seg(owner)+"/calendar", url.Values{"$select": {calendarFields}}, nil, &cal)
	if err != nil {
		return cal, err
	}
	cal.ID = ColleagueCalendarID(owner, cal.ID)
	return cal, nil
}

// EventIn reads a whole event through the calendar that it is in, which may be somebody else's.
func (c *Client) EventIn(ctx context.Context, calendarID, id string) (Event, error) {
	var e Event
	err := c.get(ctx, "read event", calendarPath(calendarID)+"/events/"+seg(id), url.Values{"$select": {eventFields}}, []string{utc}, &e)
	return e, err
}

// DropCalendar takes a calendar that somebody else shares out of the mailbox's list; the calendar itself stays.
func (c *Client) DropCalendar(ctx context.Context, id string) error {
	return c.send(ctx, "drop calendar", http.MethodDelete, calendarPath(id), nil, nil, "", nil)
}
