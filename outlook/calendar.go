package outlook

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// utc asks for every event's times in UTC; the zone it was made in stays in originalStartTimeZone.
const utc = `outlook.timezone="UTC"`

const calendarFields = "id,name,color,isDefaultCalendar,canEdit,owner"

const eventFields = "id,type,seriesMasterId,transactionId,subject,bodyPreview,body,start,end,originalStartTimeZone," +
	"originalEndTimeZone,isAllDay,location,showAs,sensitivity,organizer,isOrganizer,responseStatus,attendees,onlineMeeting," +
	"onlineMeetingUrl,webLink,categories,isCancelled,recurrence"

// Calendars lists the calendars, those that others share and that were accepted too.
func (c *Client) Calendars(ctx context.Context) ([]Calendar, error) {
	var all []Calendar
	link := ""
	for {
		q := calendarsQuery()
		if link != "" {
			q = nil
		}
		p, err := pageOf[Calendar](ctx, c, "list calendars", "/me/calendars", q, link)
		if err != nil {
			return nil, err
		}
		all = append(all, p.Items...)
		if p.Last() {
			return all, nil
		}
		link = p.Next
	}
}

func calendarsQuery() url.Values {
	return url.Values{"$select": {calendarFields}, "$top": {"100"}}
}

// Calendar reads one calendar.
func (c *Client) Calendar(ctx context.Context, id string) (Calendar, error) {
	var cal Calendar
	err := c.get(ctx, "read calendar", calendarPath(id), url.Values{"$select": {calendarFields}}, nil, &cal)
	return cal, err
}

// DefaultCalendar reads the signed-in person's own default calendar.
func (c *Client) DefaultCalendar(ctx context.Context) (Calendar, error) {
	var cal Calendar
	err := c.get(ctx, "read default calendar", "/me/calendar", url.Values{"$select": {calendarFields}}, nil, &cal)
	return cal, err
}

func window(from, to time.Time) url.Values {
	const layout = "2006-01-02T15:04:05Z"
	return url.Values{"startDateTime": {from.UTC().Format(layout)}, "endDateTime": {to.UTC().Format(layout)}}
}

// CalendarViewDelta reads a page of what happens in a calendar between two instants, series expanded. The window is part
// of the first request and then of the links. Times come in UTC.
func (c *Client) CalendarViewDelta(ctx context.Context, calendarID, link string, from, to time.Time) (Page[Event], error) {
	q := window(from, to)
	if link != "" {
		q = nil
	}
	return pageOf[Event](ctx, c, "read calendar", calendarPath(calendarID)+"/calendarView/delta", q, link, utc, pageSize(100))
}

// FindByTransaction finds the event that an earlier create with this transaction id made, among those that overlap the
// interval. ok is false when there is none.
func (c *Client) FindByTransaction(ctx context.Context, calendarID, transactionID string, from, to time.Time) (Event, bool, error) {
	link := ""
	for {
		q := window(from, to)
		if link != "" {
			q = nil
		}
		p, err := pageOf[Event](ctx, c, "find event", calendarPath(calendarID)+"/calendarView", q, link, utc, pageSize(100))
		if err != nil {
			return Event{}, false, err
		}
		for _, e := range p.Items {
			if e.TransactionID != nil && *e.TransactionID == transactionID {
				return e, true, nil
			}
		}
		if p.Last() {
			return Event{}, false, nil
		}
		link = p.Next
	}
}

// Event reads a whole event: an instance, occurrence, exception or master.
func (c *Client) Event(ctx context.Context, id string) (Event, error) {
	var e Event
	err := c.get(ctx, "read event", "/me/events/"+seg(id), url.Values{"$select": {eventFields}}, []string{utc}, &e)
	return e, err
}

// CalendarOf gives the id of the calendar that an event is in: the event itself does not say.
func (c *Client) CalendarOf(ctx context.Context, id string) (string, error) {
	var cal Calendar
	err := c.get(ctx, "read event's calendar", "/me/events/"+seg(id)+"/calendar", url.Values{"$select": {"id"}}, nil, &cal)
	return cal.ID, err
}

// CreateEvent makes an event. With a TransactionID it may be repeated: the service makes one event for one id.
func (c *Client) CreateEvent(ctx context.Context, calendarID string, w EventWrite) (Event, error) {
	var e Event
	err := c.send(ctx, "create event", http.MethodPost, calendarPath(calendarID)+"/events", w, []string{utc}, "", &e)
	return e, err
}

// PatchEvent changes an event, or one occurrence of a series, if it is still what etag says; without an etag, whatever
// it is. A stale etag gives an error that IsConflict knows.
func (c *Client) PatchEvent(ctx context.Context, id, etag string, w EventWrite) (Event, error) {
	var e Event
	err := c.send(ctx, "patch event", http.MethodPatch, "/me/events/"+seg(id), w, []string{utc}, etag, &e)
	return e, err
}

// DeleteEvent deletes an event; the organizer's attendees get a cancellation from the service.
func (c *Client) DeleteEvent(ctx context.Context, id string) error {
	return c.send(ctx, "delete event", http.MethodDelete, "/me/events/"+seg(id), nil, nil, "", nil)
}

// Respond answers an invitation: action is accept, decline or tentativelyAccept. The organizer is told.
func (c *Client) Respond(ctx context.Context, id, action string) error {
	return c.send(ctx, "respond", http.MethodPost, "/me/events/"+seg(id)+"/"+action, map[string]any{"sendResponse": true}, nil, "", nil)
}
