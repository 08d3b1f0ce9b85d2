package outlook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxParts is how many requests one $batch may hold (learn.microsoft.com/graph/json-batching).
const MaxParts = 20

// Part is one request in a batch. Err tells afterwards how it went; the service answers each part for itself, and carries
// them out in no set order.
type Part struct {
	Err error

	call call
}

var errUnanswered = errors.New("the batch left it unanswered")

// LinkPart is a part that reads the page of a next or delta link. size bounds the page. Times of events come in UTC.
func LinkPart[T any](op, link string, size int, into *Page[T]) *Part {
	return pagePart(call{op: op, link: link, prefer: []string{utc, pageSize(size)}}, into)
}

func pagePart[T any](cl call, into *Page[T]) *Part {
	cl.method = http.MethodGet
	cl.read = func(r io.Reader) error {
		*into = Page[T]{}
		return readPage(r, into)
	}
	return &Part{call: cl, Err: errUnanswered}
}

// Stamp tells that a message was changed, and where it is.
type Stamp struct {
	ID       string    `json:"id"`
	ETag     string    `json:"@odata.etag"`
	FolderID string    `json:"parentFolderId"`
	Modified time.Time `json:"lastModifiedDateTime"` // whole seconds
}

// StampsPart is a part that reads which messages of the mailbox were changed at or after an instant, newest change first,
// at most n. It says nothing of messages that are gone.
func StampsPart(since time.Time, n int, into *Page[Stamp]) *Part {
	return pagePart(call{op: "read changes", path: "/me/messages", query: encodeQuery(stampsQuery(since, n))}, into)
}

// Stamps is StampsPart as a request of its own.
func (c *Client) Stamps(ctx context.Context, since time.Time, n int) (Page[Stamp], error) {
	return pageOf[Stamp](ctx, c, "read changes", "/me/messages", stampsQuery(since, n), "")
}

func stampsQuery(since time.Time, n int) url.Values {
	return url.Values{
		// What is ordered by has to be in the filter, first (learn.microsoft.com/graph/api/user-list-messages).
		"$filter":  {"lastModifiedDateTime ge " + since.UTC().Format("2006-01-02T15:04:05Z")},
		"$orderby": {"lastModifiedDateTime desc"},
		"$select":  {"id,parentFolderId,lastModifiedDateTime"},
		"$top":     {strconv.Itoa(n)},
	}
}

// CalendarsPart is a part that reads the first page of what Calendars lists.
func CalendarsPart(into *Page[Calendar]) *Part {
	return pagePart(call{op: "list calendars", path: "/me/calendars", query: encodeQuery(calendarsQuery())}, into)
}

// AttachmentsPart is a part that reads the first page of what Attachments lists.
func AttachmentsPart(messageID string, into *Page[Attachment]) *Part {
	return pagePart(call{op: "list attachments", path: "/me/messages/" + seg(messageID) + "/attachments",
		query: encodeQuery(url.Values{"$select": {attachmentFields}, "$top": {"100"}})}, into)
}

// PatchPart is PatchMessage as a part; into gets what the message is then.
func PatchPart(id string, p MessagePatch, into *MessageState) *Part {
	return newPart(call{op: "patch message", method: http.MethodPatch, path: "/me/messages/" + seg(id), body: p}, into)
}

// MovePart is MoveMessage as a part; into gets where the message is now.
func MovePart(id, folder string, into *MessageState) *Part {
	return newPart(call{op: "move message", method: http.MethodPost, path: "/me/messages/" + seg(id) + "/move",
		body: map[string]string{"destinationId": folder}}, into)
}

func newPart(cl call, into any) *Part {
	cl.read = decodeInto(into)
	return &Part{call: cl, Err: errUnanswered}
}

type batchRequest struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    any               `json:"body,omitempty"`
}

// Batch makes the parts' requests in one. The error is of the batch as a whole: then nothing is known of any part; of readings
// none was read, and of writes Unsent may say that none was carried out. A batch that only reads is repeated as a reading is.
// A part that was throttled holds back the whole mailbox's requests, as any other would.
func (c *Client) Batch(ctx context.Context, parts []*Part) error {
	const op = "batch"
	if len(parts) == 0 {
		return ctx.Err()
	}
	if len(parts) > MaxParts {
		return fmt.Errorf("%s: %d parts are too many", op, len(parts))
	}
	var body struct {
		Requests []batchRequest `json:"requests"`
	}
	reads := true
	for i, p := range parts {
		reads = reads && p.call.method == http.MethodGet
		target := p.call.path
		if p.call.query != "" {
			target += "?" + p.call.query
		}
		if p.call.link != "" {
			rest, ok := strings.CutPrefix(p.call.link, c.base.String()+"/")
			if err := c.own(p.call.link); err != nil || !ok {
				p.Err = fmt.Errorf("%s: %w", p.call.op, ErrForeignLink)
				continue
			}
			target = "/" + rest
		}
		headers := map[string]string{"Prefer": strings.Join(append([]string{immutableIDs}, p.call.prefer...), ", ")}
		if p.call.body != nil {
			headers["Content-Type"] = "application/json"
		}
		body.Requests = append(body.Requests, batchRequest{ID: strconv.Itoa(i), Method: p.call.method, URL: target, Headers: headers, Body: p.call.body})
	}
	if len(body.Requests) == 0 {
		return nil
	}
	var throttled time.Duration
	err := c.do(ctx, call{op: op, method: http.MethodPost, path: "/$batch", body: body, alone: true, again: reads, read: func(r io.Reader) error {
		throttled = 0
		for _, p := range parts {
			if !errors.Is(p.Err, ErrForeignLink) {
				p.Err = errUnanswered
			}
		}
		return readBatch(r, func(a batchAnswer) {
			if i, err := strconv.Atoi(a.id); err == nil && i >= 0 && i < len(parts) {
				parts[i].take(a)
				var e *Error
				if errors.As(parts[i].Err, &e) && IsThrottled(e) {
					throttled = max(throttled, e.RetryAfter)
				}
			}
		})
	}})
	if throttled > 0 {
		c.gate.close(throttled)
		c.log.Info("graph asks to wait", "op", op, "wait", throttled)
	}
	return err
}

// IsBatchRefused says that the service takes no batches, so that readings have to be made one by one.
func IsBatchRefused(err error) bool {
	return IsRefused(err) || IsNotFound(err) || statusOf(err) == http.StatusNotImplemented
}

type batchAnswer struct {
	id         string
	status     int
	retryAfter string
	requestID  string
	body       []byte
}

func (p *Part) take(a batchAnswer) {
	if a.status >= 200 && a.status <= 299 {
		p.Err = p.call.read(bytes.NewReader(a.body))
		if p.Err != nil {
			p.Err = fmt.Errorf("%s: read answer: %w", p.call.op, p.Err)
		}
		return
	}
	e := &Error{Op: p.call.op, Status: a.status, Code: errorCode(a.body), RequestID: a.requestID, RetryAfter: retryAfter(a.retryAfter, time.Now())}
	if IsThrottled(e) && e.RetryAfter == 0 {
		e.RetryAfter = 5 * time.Second
	}
	p.Err = e
}

// readBatch calls each for every answer, one at a time.
func readBatch(r io.Reader, each func(batchAnswer)) error {
	d := newDecoder(r)
	seen := false
	_, err := d.object(func(name []byte) error {
		if string(name) != `"responses"` {
			return d.SkipValue()
		}
		seen = true
		_, err := d.list(func() error {
			var a batchAnswer
			_, err := d.object(func(name []byte) error { return a.member(d, name) })
			if err == nil {
				each(a)
			}
			return err
		})
		return err
	})
	if err != nil {
		return plainly(err)
	}
	if !seen {
		return errNotPage
	}
	return nil
}

func (a *batchAnswer) member(d *decoder, name []byte) error {
	switch string(name) {
	case `"id"`:
		return d.intoText(&a.id)
	case `"status"`:
		raw, err := d.ReadValue()
		if err != nil {
			return err
		}
		a.status, err = strconv.Atoi(string(raw))
		return err
	case `"headers"`:
		_, err := d.object(func(name []byte) error {
			switch member(d, name, "Retry-After", "request-id") {
			case "Retry-After":
				return d.intoText(&a.retryAfter)
			case "request-id":
				return d.intoText(&a.requestID)
			}
			return d.SkipValue()
		})
		return err
	case `"body"`:
		raw, err := d.ReadValue()
		a.body = slices.Clone(raw)
		return err
	}
	return d.SkipValue()
}
