package seed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	atOnce    = 4 // requests to a mailbox (documentation, "Outlook service limits")
	attempts  = 8
	longest   = 5 * time.Minute // that a Retry-After is obeyed
	maxAnswer = 16 << 20
)

// Error is what Graph refused a request with.
type Error struct {
	Status        int
	Code, Message string
	RequestID     string
	// Permission that the application or the person lacks, where that is the reason; it is the delegated and the
	// application permission's name.
	Permission string
}

// Error gives status, code and Graph's words.
func (e *Error) Error() string {
	s := fmt.Sprintf("Graph answers %d %s", e.Status, e.Code)
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.RequestID != "" {
		s += " (request-id " + e.RequestID + ")"
	}
	return s
}

// doubt wraps an error after which nobody knows whether a request was carried out.
type doubt struct{ error }

func (d doubt) Unwrap() error { return d.error }

func isDoubt(err error) bool {
	var d doubt
	return errors.As(err, &d)
}

func isConflict(err error) bool {
	refused := (*Error)(nil)
	return errors.As(err, &refused) && refused.Status == http.StatusConflict
}

// insist does something again for as long as nobody knows whether it was done.
func (c *client) insist(ctx context.Context, do func() error) error {
	for attempt := 0; ; attempt++ {
		err := do()
		if !isDoubt(err) || attempt >= attempts {
			return err
		}
		if err := c.pause(ctx, c.s.opt.Patience<<min(attempt, 5)); err != nil {
			return err
		}
	}
}

func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// client speaks to Graph for one mailbox.
type client struct {
	s    *Seeder
	who  Person
	slot chan struct{}

	mu    sync.Mutex
	until time.Time // Graph wants no request before
}

func (s *Seeder) client(who Person) *client {
	return &client{s: s, who: who, slot: make(chan struct{}, atOnce)}
}

func (c *client) progress(what string, done, total int) {
	c.s.progress(Progress{Mailbox: c.who.UPN, What: what, Done: done, Total: total})
}

func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

func pathEscape(id string) string { return url.PathEscape(id) }

// quoted is a text within an OData literal.
func quoted(s string) string { return strings.ReplaceAll(s, "'", "''") }

// get reads a resource below the mailbox.
func (c *client) get(ctx context.Context, path string, q url.Values, into any) error {
	address := c.s.opt.GraphURL + c.who.Path + path
	if len(q) > 0 {
		address += "?" + encode(q)
	}
	return c.exchange(ctx, http.MethodGet, address, nil, into)
}

// encode writes a query as Graph's documentation does: a space is %20, and $ stays.
func encode(q url.Values) string {
	return strings.NewReplacer("+", "%20", "%24", "$").Replace(q.Encode())
}

// list reads all pages of a collection below the mailbox.
func list[T any](ctx context.Context, c *client, path string, q url.Values, each func(T)) error {
	address := c.s.opt.GraphURL + c.who.Path + path
	if len(q) > 0 {
		address += "?" + encode(q)
	}
	for address != "" {
		var page struct {
			Value []T    `json:"value"`
			Next  string `json:"@odata.nextLink"`
		}
		if err := c.exchange(ctx, http.MethodGet, address, nil, &page); err != nil {
			return err
		}
		for _, v := range page.Value {
			each(v)
		}
		if page.Next != "" && !c.same(page.Next) { // the token must not go elsewhere
			return errors.New("read a page: the next one is at another server")
		}
		address = page.Next
	}
	return nil
}

func (c *client) same(address string) bool {
	next, err := url.Parse(address)
	base, err2 := url.Parse(c.s.opt.GraphURL)
	return err == nil && err2 == nil && next.Scheme == base.Scheme && next.Host == base.Host
}

func (c *client) post(ctx context.Context, path string, body, into any) error {
	return c.send(ctx, http.MethodPost, path, body, into)
}

func (c *client) send(ctx context.Context, method, path string, body, into any) error {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return fmt.Errorf("write a request: %w", err)
		}
	}
	return c.exchange(ctx, method, c.s.opt.GraphURL+c.who.Path+path, raw, into)
}

// create posts an item with a key. When nobody knows whether that was done, it looks for the key before it does it again.
func (c *client) create(ctx context.Context, path, collection, key string, body any) error {
	lost := false
	return c.insist(ctx, func() error {
		if lost {
			if id, err := c.find(ctx, collection, key); id != "" || err != nil {
				return err
			}
		}
		err := c.post(ctx, path, body, nil)
		lost = isDoubt(err)
		if refused := (*Error)(nil); errors.As(err, &refused) && refused.Code == "ErrorDuplicateTransactionId" {
			return nil // made by a request whose answer was lost
		}
		return err
	})
}

// exchange sends a request until it is answered. It repeats what Graph refused for its load, and reads that failed on
// the way; of other requests that failed on the way the error is a doubt.
func (c *client) exchange(ctx context.Context, method, address string, body []byte, into any) error {
	select {
	case c.slot <- struct{}{}:
		defer func() { <-c.slot }()
	case <-ctx.Done():
		return ctx.Err()
	}
	renewed := false
	for attempt := 0; ; attempt++ {
		if err := c.wait(ctx); err != nil {
			return err
		}
		token, err := c.s.opt.Token(ctx)
		if err != nil {
			return fmt.Errorf("get an access token: %w", err)
		}
		status, header, answer, err := c.once(ctx, method, address, token, body)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		last := attempt >= attempts
		switch {
		case err == nil && status < 300:
			if into == nil || len(answer) == 0 {
				return nil
			}
			if err := json.Unmarshal(answer, into); err != nil {
				return fmt.Errorf("read Graph's answer: %w", err)
			}
			return nil
		case err == nil && status == http.StatusUnauthorized && !renewed && c.s.opt.Refused != nil:
			renewed = true
			c.s.opt.Refused(token)
			continue
		case err == nil && status == http.StatusTooManyRequests && !last:
			c.hold(retryAfter(header, c.s.opt.Patience<<min(attempt, 6)))
			continue
		case err == nil && status < 500:
			return refusal(address, status, header, answer)
		}
		if err == nil {
			err = refusal(address, status, header, answer)
		}
		if method == http.MethodPost && !strings.HasSuffix(address, "/permanentDelete") {
			return doubt{err}
		}
		if last {
			return err
		}
		if err := c.pause(ctx, retryAfter(header, c.s.opt.Patience<<min(attempt, 5))); err != nil {
			return err
		}
	}
}

func (c *client) once(ctx context.Context, method, address, token string, body []byte) (int, http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("make a request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Prefer", `IdType="ImmutableId"`)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.s.opt.HTTP.Do(req)
	if err != nil {
		if ue := (*url.Error)(nil); errors.As(err, &ue) {
			err = ue.Err // without the address, which names a person
		}
		return 0, nil, nil, fmt.Errorf("reach Graph: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("read Graph's answer: %w", err)
	}
	return res.StatusCode, res.Header, answer, nil
}

// hold keeps all requests to the mailbox back for a while.
func (c *client) hold(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := time.Now().Add(d); until.After(c.until) {
		c.until = until
	}
}

func (c *client) wait(ctx context.Context) error {
	c.mu.Lock()
	d := time.Until(c.until)
	c.mu.Unlock()
	return c.pause(ctx, d)
}

func (c *client) pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads seconds or an HTTP date (RFC 9110, 10.2.3).
func retryAfter(h http.Header, otherwise time.Duration) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return min(time.Duration(min(n, 3600))*time.Second, longest)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(time.Until(at), longest))
	}
	return otherwise
}

func refusal(address string, status int, header http.Header, body []byte) *Error {
	var wire struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	e := &Error{Status: status, Code: http.StatusText(status), RequestID: header.Get("request-id")}
	if json.Unmarshal(body, &wire) == nil && wire.Error.Code != "" {
		e.Code, e.Message = wire.Error.Code, clip(wire.Error.Message)
	}
	if status == http.StatusForbidden && (e.Code == "ErrorAccessDenied" || e.Code == "Authorization_RequestDenied") {
		e.Permission = permissionFor(address)
	}
	return e
}

// clip keeps a text of the service's to one line of some length.
func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + "…"
	}
	return s
}

// permissionFor is the permission that the requests at an address need (documentation, "Permissions" of each call).
func permissionFor(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	_, path, _ := strings.Cut(u.EscapedPath(), "/v1.0/")
	segments := strings.Split(path, "/")
	at := 1 // after me
	if segments[0] == "users" {
		at = 2
	}
	if len(segments) <= at {
		return "User.Read.All"
	}
	switch segments[at] {
	case "mailFolders", "messages":
		return "Mail.ReadWrite"
	case "calendars", "events":
		return "Calendars.ReadWrite"
	case "contacts":
		return "Contacts.ReadWrite"
	case "outlook", "mailboxSettings":
		return "MailboxSettings.ReadWrite"
	}
	return ""
}
