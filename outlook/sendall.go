package outlook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// MaxRequests is how many requests SendAll takes.
const MaxRequests = MaxParts

// Request is one request of a batch. Path is below the base, escaped, with its query; Body is sent as JSON unless nil.
type Request struct {
	Op     string // for errors
	Method string
	Path   string
	Body   any
	ETag   string // If-Match
	Prefer string
	// Into takes the answer's body, where there is one; nil: it is not looked at.
	Into any
}

type wireRequest struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    any               `json:"body,omitempty"`
}

type wireResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

var errNoPart = errors.New("the batch's answer lacks this request")

// SendAll sends up to MaxRequests requests as one and gives an error for each, nil where it succeeded: each part has its own
// status, and nothing is said of their order. err is set when the batch as a whole failed; then it is not known what was
// carried out, unless Unsent says that nothing was. A part that the service throttled holds every later request of this
// client back, as a throttled request does.
func (c *Client) SendAll(ctx context.Context, parts []Request) (each []error, err error) {
	if len(parts) == 0 || len(parts) > MaxRequests {
		return nil, fmt.Errorf("batch: %d requests", len(parts))
	}
	in := struct {
		Requests []wireRequest `json:"requests"`
	}{}
	for i, p := range parts {
		r := wireRequest{ID: strconv.Itoa(i + 1), Method: p.Method, URL: p.Path, Body: p.Body, Headers: map[string]string{"Prefer": immutableIDs}}
		if p.Prefer != "" {
			r.Headers["Prefer"] += ", " + p.Prefer
		}
		if p.Body != nil {
			r.Headers["Content-Type"] = "application/json"
		}
		if p.ETag != "" {
			r.Headers["If-Match"] = p.ETag
		}
		in.Requests = append(in.Requests, r)
	}
	var out struct {
		Responses []wireResponse `json:"responses"`
	}
	if err := c.do(ctx, call{op: "batch", method: http.MethodPost, path: "/$batch", body: in, alone: true, read: decodeInto(&out)}); err != nil {
		return nil, err
	}
	each = make([]error, len(parts))
	for i := range each {
		each[i] = fmt.Errorf("%s: %w", parts[i].Op, errNoPart)
	}
	for _, r := range out.Responses {
		if i, err := strconv.Atoi(r.ID); err == nil && i >= 1 && i <= len(parts) {
			each[i-1] = c.part(parts[i-1], r)
		}
	}
	return each, nil
}

// part reads one part's answer.
func (c *Client) part(p Request, r wireResponse) error {
	if r.Status >= 200 && r.Status <= 299 {
		if p.Into == nil || len(r.Body) == 0 {
			return nil
		}
		if err := json.NewDecoder(bytes.NewReader(r.Body)).Decode(p.Into); err != nil {
			return fmt.Errorf("%s: read answer: %w", p.Op, err)
		}
		return nil
	}
	header := http.Header{}
	for k, v := range r.Headers {
		header.Set(k, v)
	}
	e := &Error{Op: p.Op, Status: r.Status, RequestID: header.Get("request-id"), Code: errorCode(r.Body)}
	e.RetryAfter = retryAfter(header.Get("Retry-After"), time.Now())
	if IsThrottled(e) {
		if e.RetryAfter == 0 {
			e.RetryAfter = 5 * time.Second
		}
		c.gate.close(e.RetryAfter)
		c.log.Info("graph asks to wait", "op", p.Op, "status", e.Status, "wait", e.RetryAfter)
	}
	return e
}

// PatchRequest is PatchMessage as a request of SendAll; into gets what the message is then.
func PatchRequest(id string, p MessagePatch, into *MessageState) Request {
	return Request{Op: "patch message", Method: http.MethodPatch, Path: "/me/messages/" + seg(id), Body: p, Into: into}
}

// MoveRequest is MoveMessage as a request of SendAll; into gets where the message is now.
func MoveRequest(id, folder string, into *MessageState) Request {
	return Request{Op: "move message", Method: http.MethodPost, Path: "/me/messages/" + seg(id) + "/move",
		Body: map[string]string{"destinationId": folder}, Into: into}
}
