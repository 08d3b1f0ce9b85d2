package outlook

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Mark is an item in the shortest form that still tells whether it has changed. ETag is as an item's own; Start and End
// are of events only, in UTC.
type Mark struct {
	ID    string        `json:"id"`
	ETag  string        `json:"@odata.etag"`
	Type  string        `json:"type"` // of an event
	Start *DateTimeZone `json:"start"`
	End   *DateTimeZone `json:"end"`
}

// inventoryPage is how many marks are asked for at a time; the service gives up to 1000.
const inventoryPage = 1000

// MessageMarks reads a page of a folder's messages as marks, newest first; since, unless zero, leaves older ones out. link
// is empty for the first page.
func (c *Client) MessageMarks(ctx context.Context, folderID, link string, since time.Time) (Page[Mark], error) {
	q := url.Values{"$select": {"id,changeKey"}, "$top": {strconv.Itoa(inventoryPage)}, "$orderby": {"receivedDateTime desc"}}
	if !since.IsZero() {
		q.Set("$filter", "receivedDateTime ge "+since.UTC().Format(time.RFC3339))
	}
	if link != "" {
		q = nil
	}
	return pageOf[Mark](ctx, c, "list messages", "/me/mailFolders/"+seg(folderID)+"/messages", q, link)
}

// ContactMarks reads a page of an address book's contacts as marks. link is empty for the first page.
func (c *Client) ContactMarks(ctx context.Context, folderID, link string) (Page[Mark], error) {
	q := url.Values{"$select": {"id,changeKey"}, "$top": {strconv.Itoa(inventoryPage)}}
	if link != "" {
		q = nil
	}
	return pageOf[Mark](ctx, c, "list contacts", "/me/contactFolders/"+seg(folderID)+"/contacts", q, link)
}

// EventMarks reads a page of what happens in a calendar between two instants, series expanded, as marks.
func (c *Client) EventMarks(ctx context.Context, calendarID, link string, from, to time.Time) (Page[Mark], error) {
	q := window(from, to)
	q.Set("$select", "id,changeKey,type,start,end")
	q.Set("$top", strconv.Itoa(inventoryPage))
	if link != "" {
		q = nil
	}
	return pageOf[Mark](ctx, c, "list events", calendarPath(calendarID)+"/calendarView", q, link, utc)
}

// EventMarkPart asks for one event's mark as a part of a batch. calendarID is "" but for a calendar that somebody else
// shares, whose events are reached through it only.
func EventMarkPart(calendarID, id string, into *Mark) *Part {
	in := "/me"
	if calendarID != "" {
		in = calendarPath(calendarID)
	}
	return newPart(call{op: "read event", method: http.MethodGet, path: in + "/events/" + seg(id),
		query: encodeQuery(url.Values{"$select": {"id,changeKey,type"}}), prefer: []string{utc}}, into)
}
