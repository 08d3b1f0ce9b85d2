package outlook

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mrand "math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxJSON       = 96 << 20
	maxErrorBody  = 64 << 10
	maxAttachment = 160 << 20 // the service takes 150 MB
	readRetries   = 4
	// longestWait is how long a read waits for a Retry-After in one call; beyond it the caller hears of it.
	longestWait = 2 * time.Minute
)

// immutableIDs asks for ids that survive a move.
const immutableIDs = `IdType="ImmutableId"`

// Options is what a Client needs.
type Options struct {
	BaseURL    string                                    // such as https://graph.microsoft.com/v1.0
	Token      func(ctx context.Context) (string, error) // an access token for the mailbox; asked before each request
	Invalidate func(token string)                        // told of a token that the service refused; may be nil
	Challenge  func(token, claims string)                // told instead when the refusal names claims (decoded JSON) that the next token needs; may be nil
	HTTP       *http.Client                              // nil: a client with the default transport
	Log        *slog.Logger                              // nil: no log
	Timeout    time.Duration                             // of one request and its answer, downloads aside; 0: 90 s
	Stall      time.Duration                             // how long a download may bring nothing; 0: 60 s
	RetryBase  time.Duration                             // first wait before a read is repeated; 0: 500 ms
}

// Client makes the calls for one mailbox. It is safe for concurrent use, lets at most 4 requests be in flight, and
// takes them by the Priority in their context.
type Client struct {
	base  *url.URL
	opt   Options
	http  *http.Client
	gate  *gate
	log   *slog.Logger
	retry time.Duration

	mu    sync.Mutex
	reads map[*ticket]context.CancelCauseFunc // readings in flight, which may be begun anew
}

// New checks the options and makes a client. It connects to nothing.
func New(opt Options) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(opt.BaseURL, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, errors.New("outlook: the base URL is not an http address")
	}
	if opt.Token == nil {
		return nil, errors.New("outlook: no source of tokens")
	}
	hc := http.Client{}
	if opt.HTTP != nil {
		hc = *opt.HTTP
	}
	// Graph redirects none of our calls; a redirect could carry the token elsewhere.
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	log := opt.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if opt.Timeout == 0 {
		opt.Timeout = 90 * time.Second
	}
	if opt.Stall == 0 {
		opt.Stall = time.Minute
	}
	if opt.RetryBase == 0 {
		opt.RetryBase = 500 * time.Millisecond
	}
	return &Client{base: base, opt: opt, http: &hc, gate: newGate(), log: log, retry: opt.RetryBase}, nil
}

// ThrottledUntil is until when the service asked this mailbox's client to wait; in the past when it did not.
func (c *Client) ThrottledUntil() time.Time { return c.gate.closedUntil() }

// call is one request, repeated as its kind allows.
type call struct {
	op     string // for errors and log
	method string
	path   string // below the base, escaped; or empty, then link
	query  string
	link   string // a next or delta link, as the service gave it
	body   any    // sent as JSON unless nil
	prefer []string
	etag   string // If-Match
	limit  int64  // of the answer's bytes; 0: maxJSON
	slow   bool   // a download: may take as long as it likes, if only something comes
	alone  bool   // a $batch
	again  bool   // may be repeated like a GET
	read   func(io.Reader) error
}

// do sends the call until it succeeds, may not be repeated, or has been repeated enough. Only reads (GET, and batches of them) are repeated
// after a failure of the service or the network; any call is repeated once with a new token after a 401, which was not
// carried out.
func (c *Client) do(ctx context.Context, cl call) error {
	fresh := false
	for try := 0; ; try++ {
		token, err := c.opt.Token(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w: %w", cl.op, ErrToken, err)
		}
		err = c.once(ctx, cl, token)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if IsUnauthorized(err) && !fresh {
			fresh = true
			c.tellRefused(token, err)
			continue
		}
		wait, again := c.repeat(cl, err, try)
		if !again {
			return err
		}
		c.log.Debug("graph read repeated", "op", cl.op, "try", try+1, "error", err)
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// repeat says whether a failed call may be sent again, and after what wait. A Retry-After is not waited for here: the
// gate does, for all calls.
func (c *Client) repeat(cl call, err error, try int) (time.Duration, bool) {
	if cl.method != http.MethodGet && !cl.again || cl.slow || try >= readRetries {
		return 0, false
	}
	if IsThrottled(err) {
		return 0, time.Until(c.gate.closedUntil()) <= longestWait
	}
	var n *NetworkError
	if errors.As(err, &n) && n.Unsent {
		return 0, false // no connection: the caller shows it at once and tries later
	}
	if n == nil && !IsServer(err) {
		return 0, false
	}
	d := c.retry << try
	return d/2 + mrand.N(d), true
}

func (c *Client) once(ctx context.Context, cl call, token string) error {
	place := &ticket{priority: PriorityOf(ctx), download: cl.slow, alone: cl.alone}
	if err := c.gate.enter(ctx, place); err != nil {
		return err
	}
	defer c.gate.leave(place)
	if !cl.slow {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.opt.Timeout, errTimeout)
		defer cancel()
	}
	if cl.method == http.MethodGet || cl.again {
		var cancel context.CancelCauseFunc
		ctx, cancel = context.WithCancelCause(ctx)
		defer cancel(nil)
		c.note(place, cancel)
		defer c.note(place, nil)
	}
	var watch *stallWatch
	if cl.slow {
		ctx, watch = watchStalls(ctx, c.opt.Stall)
		defer watch.end()
	}
	req, err := c.request(ctx, cl, token)
	if err != nil {
		return err
	}
	watch.begin()
	resp, err := c.http.Do(req)
	watch.pause()
	if err != nil {
		return c.transport(ctx, cl.op, err)
	}
	defer resp.Body.Close()
	resp.Body = watch.body(resp.Body)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return c.refused(cl.op, resp)
	}
	c.gate.well()
	if cl.read == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxErrorBody)) // lets the connection be used again
		return nil
	}
	limit := cl.limit
	if limit == 0 {
		limit = maxJSON
	}
	body := &limited{r: resp.Body, left: limit}
	if err := cl.read(body); err != nil {
		if body.failed != nil {
			return c.transport(ctx, cl.op, body.failed)
		}
		return fmt.Errorf("%s: read answer: %w", cl.op, err)
	}
	return nil
}

func (c *Client) note(place *ticket, cancel context.CancelCauseFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel == nil {
		delete(c.reads, place)
		return
	}
	if c.reads == nil {
		c.reads = map[*ticket]context.CancelCauseFunc{}
	}
	c.reads[place] = cancel
}

// Reconnect gives up the connections there are: after a sleep or on another network they are dead without saying so.
// Readings in flight begin anew; what changes something is left to end as it may.
func (c *Client) Reconnect() {
	c.http.CloseIdleConnections()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cancel := range c.reads {
		cancel(errReconnect)
	}
}

var (
	errTimeout   = errors.New("no answer in time")
	errReconnect = errors.New("the network has changed")
)

// transport tells our own time limit, which is the network's failure, from the caller's cancellation.
func (c *Client) transport(ctx context.Context, op string, err error) error {
	if errors.Is(err, ErrTooLarge) {
		return fmt.Errorf("%s: %w", op, err)
	}
	if ctx.Err() != nil {
		if cause := context.Cause(ctx); cause == errTimeout || cause == errReconnect || cause == errStalled {
			return &NetworkError{Op: op, Err: cause}
		}
		return fmt.Errorf("%s: %w", op, ctx.Err())
	}
	return networkError(op, err)
}

func (c *Client) request(ctx context.Context, cl call, token string) (*http.Request, error) {
	target := c.base.String() + cl.path
	if cl.query != "" {
		target += "?" + cl.query
	}
	if cl.link != "" {
		if err := c.own(cl.link); err != nil {
			return nil, fmt.Errorf("%s: %w", cl.op, err)
		}
		target = cl.link
	}
	var body io.Reader
	if cl.body != nil {
		text, err := json.Marshal(cl.body)
		if err != nil {
			return nil, fmt.Errorf("%s: encode: %w", cl.op, err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, cl.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("%s: make request", cl.op) // the reason would quote the address
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "SuperCRM-Desktop")
	req.Header.Set("client-request-id", requestID())
	req.Header.Set("return-client-request-id", "true")
	req.Header.Set("Prefer", strings.Join(append([]string{immutableIDs}, cl.prefer...), ", "))
	if cl.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if cl.etag != "" {
		req.Header.Set("If-Match", cl.etag)
	}
	return req, nil
}

// own refuses a link that would carry the token to another host than the configured one.
func (c *Client) own(link string) error {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != c.base.Scheme || !strings.EqualFold(u.Host, c.base.Host) || u.User != nil {
		return ErrForeignLink
	}
	return nil
}

func (c *Client) refused(op string, resp *http.Response) error {
	e := &Error{Op: op, Status: resp.StatusCode, RequestID: resp.Header.Get("request-id")}
	e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	e.Code = errorCode(text)
	if e.Status == http.StatusUnauthorized {
		e.claims = challengeClaims(resp.Header.Values("WWW-Authenticate"))
	}
	if IsThrottled(e) {
		e.RetryAfter = c.gate.close(e.RetryAfter) // 429 without a Retry-After is seen
		c.log.Info("graph asks to wait", "op", op, "status", e.Status, "wait", e.RetryAfter)
	}
	return e
}

// errorCode takes the code from an error body; anything else about it may be personal. What does not look like a code
// is left out.
func errorCode(text []byte) string {
	var b struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(text, &b) != nil || len(b.Error.Code) > 80 {
		return ""
	}
	for _, r := range b.Error.Code {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_') {
			return ""
		}
	}
	return b.Error.Code
}

// retryAfter reads seconds or an HTTP date (RFC 9110, section 10.2.3), bounded by an hour.
func retryAfter(v string, now time.Time) time.Duration {
	var d time.Duration
	if n, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil && n > 0 {
		d = time.Duration(min(n, 3600) * float64(time.Second))
	} else if t, err := http.ParseTime(v); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), time.Hour)
}

func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// limited fails, rather than ends, after too many bytes, and remembers the network's own failure apart from the
// decoder's.
type limited struct {
	r      io.Reader
	left   int64
	failed error
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		l.failed = ErrTooLarge
		return 0, l.failed
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if err != nil && err != io.EOF {
		l.failed = err
	}
	return n, err
}

func decodeInto(v any) func(io.Reader) error {
	return func(r io.Reader) error { return json.NewDecoder(r).Decode(v) }
}

func (c *Client) get(ctx context.Context, op, path string, query url.Values, prefer []string, into any) error {
	return c.do(ctx, call{op: op, method: http.MethodGet, path: path, query: encodeQuery(query), prefer: prefer, read: decodeInto(into)})
}

func (c *Client) send(ctx context.Context, op, method, path string, body any, prefer []string, etag string, into any) error {
	cl := call{op: op, method: method, path: path, body: body, prefer: prefer, etag: etag}
	if into != nil {
		cl.read = decodeInto(into)
	}
	return c.do(ctx, cl)
}

// encodeQuery writes spaces as %20: OData servers take "+" for a plus sign.
func encodeQuery(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

func seg(id string) string { return url.PathEscape(id) }
