package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const maxAnswer = 1 << 20 // bytes of an answer that are read; real ones are a few KB

// grant is a successful answer of the token endpoint (RFC 6749 section 5.1).
type grant struct {
	access  Secret
	refresh Secret // empty: the old one stays in use
	idToken Secret
	scopes  []string // bare names; nil: as asked
	life    time.Duration
}

// redeem posts form to the token endpoint. Its errors wrap ErrUnreachable, ErrBusy, ErrCancelled or an *OAuthError that
// the caller has to judge. It is our own request and not x/oauth2's, because that one sends neither scope nor claims on
// refresh, and one parser then serves both grants.
//
// secrets are the parameters that let somebody in. They are erased as far as that can be done: the request is overwritten
// once it is sent, its answer once it is read, and the connection is not kept, for its buffers hold both. What the network
// library and the decoder copied is left to the garbage collector.
func (c *Client) redeem(ctx context.Context, form url.Values, secrets ...secretParam) (grant, error) {
	form.Set("client_id", c.cfg.ClientID)
	sent := encodeForm(form, secrets)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint("token"), bytes.NewReader(sent))
	if err != nil {
		return grant{}, fmt.Errorf("make token request: %w: %w", ErrConfig, err)
	}
	req.Close = true
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	status, header, body, err := c.do(req)
	if err != nil {
		return grant{}, fmt.Errorf("token request: %w", err)
	}
	clear(sent) // not after an error: the transport may be writing it yet
	defer clear(body)
	if status == http.StatusOK {
		g, err := parseGrant(body)
		if err != nil {
			// A page of a captive portal or a proxy: the real server never spoke, so nothing is known about the token.
			return grant{}, fmt.Errorf("token answer: %w: %w", ErrUnreachable, err)
		}
		return g, nil
	}
	oe := parseOAuthError(body)
	if oe == nil && status < 500 && status != http.StatusTooManyRequests {
		return grant{}, fmt.Errorf("token answer: %w: HTTP %d that is no OAuth error", ErrUnreachable, status)
	}
	if oe == nil {
		oe = &OAuthError{Code: "http_" + strconv.Itoa(status)}
	}
	oe.Status, oe.RetryAfter = status, retryAfter(header.Get("Retry-After"), c.cfg.Now())
	// 50196 (loop detected) comes as a client error, yet only patience helps.
	if status >= 500 || status == http.StatusTooManyRequests || oe.Code == "temporarily_unavailable" ||
		oe.Code == "server_error" || oe.has(50196) {
		return grant{}, fmt.Errorf("token request: %w: %w", ErrBusy, oe)
	}
	return grant{}, fmt.Errorf("token request: %w", oe)
}

// secretParam is a parameter whose value is not made into more strings than there are.
type secretParam struct {
	name  string
	value []byte
}

// encodeForm is form.Encode with the secrets behind, in one piece of memory that can be overwritten.
func encodeForm(form url.Values, secrets []secretParam) []byte {
	plain := form.Encode()
	size := len(plain)
	for _, s := range secrets {
		size += len(s.name) + 2 + 3*len(s.value)
	}
	out := append(make([]byte, 0, size), plain...) // whole from the start: growing would leave copies behind
	for _, s := range secrets {
		out = append(append(append(out, '&'), s.name...), '=')
		for _, b := range s.value {
			switch {
			case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', strings.IndexByte("-._~", b) >= 0:
				out = append(out, b)
			default:
				out = append(out, '%', "0123456789ABCDEF"[b>>4], "0123456789ABCDEF"[b&15])
			}
		}
	}
	return out
}

// do sends the request and reads a bounded answer.
func (c *Client) do(req *http.Request) (int, http.Header, []byte, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, nil, networkError(req.Context(), err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, nil, networkError(req.Context(), err)
	}
	return resp.StatusCode, resp.Header, body, nil
}

// networkError sorts a failed exchange: the caller gave up, or the server is out of reach. The address is cut out of
// url.Error, since a sign-in address carries the account name.
func networkError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return contextError(ctx, ErrUnreachable)
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// contextError says how ctx, which has ended, did: by being cancelled, or by its time limit, which means late.
func contextError(ctx context.Context, late error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", late, ctx.Err())
	}
	return fmt.Errorf("%w: %w", ErrCancelled, ctx.Err())
}

// number reads 3599 and "3599"; some servers send the latter.
type number int64

func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	if err != nil {
		return fmt.Errorf("not a whole number")
	}
	*n = number(v)
	return nil
}

// parseGrant never quotes the answer in its errors.
func parseGrant(body []byte) (grant, error) {
	var a struct {
		TokenType    string  `json:"token_type"`
		AccessToken  string  `json:"access_token"`
		RefreshToken string  `json:"refresh_token"`
		IDToken      string  `json:"id_token"`
		Scope        string  `json:"scope"`
		ExpiresIn    *number `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return grant{}, errors.New("not the JSON of a token answer")
	}
	if a.AccessToken == "" || !strings.EqualFold(a.TokenType, "Bearer") {
		return grant{}, errors.New("no bearer token in it")
	}
	g := grant{access: NewSecret(a.AccessToken), refresh: NewSecret(a.RefreshToken), idToken: NewSecret(a.IDToken), life: time.Hour}
	if a.ExpiresIn != nil {
		if *a.ExpiresIn <= 0 || *a.ExpiresIn > 7*24*3600 {
			return grant{}, errors.New("implausible lifetime")
		}
		g.life = time.Duration(*a.ExpiresIn) * time.Second
	}
	for _, s := range strings.Fields(a.Scope) {
		g.scopes = append(g.scopes, bareScope(s))
	}
	return g, nil
}

// parseOAuthError reads an error body of the login server; nil if it is none.
func parseOAuthError(body []byte) *OAuthError {
	var a struct {
		Error       string          `json:"error"`
		Description string          `json:"error_description"`
		Suberror    string          `json:"suberror"`
		Claims      json.RawMessage `json:"claims"`
		Codes       []number        `json:"error_codes"`
		Timestamp   string          `json:"timestamp"`
		Trace       string          `json:"trace_id"`
		Correlation string          `json:"correlation_id"`
	}
	if err := json.Unmarshal(body, &a); err != nil && a.Error == "" {
		return nil
	}
	if a.Error == "" {
		return nil
	}
	oe := &OAuthError{Code: printable(a.Error, 64), Suberror: printable(a.Suberror, 64), Correlation: guidOrEmpty(a.Correlation), Trace: guidOrEmpty(a.Trace)}
	// claims is a string that holds JSON; accept the object itself too.
	var text string
	if json.Unmarshal(a.Claims, &text) != nil {
		text = string(a.Claims)
	}
	if json.Valid([]byte(text)) && strings.HasPrefix(strings.TrimSpace(text), "{") {
		oe.Claims = text
	}
	oe.describe(a.Description)
	for _, n := range a.Codes {
		if v := int(n); v > 0 && v < 1e8 && !oe.has(v) {
			oe.Numbers = append(oe.Numbers, v)
		}
	}
	// "2026-01-31 09:15:02Z", as Microsoft writes it.
	if t, err := time.Parse("2006-01-02 15:04:05Z", a.Timestamp); err == nil {
		oe.Time = t
	}
	return oe
}

var (
	aadsts = regexp.MustCompile(`AADSTS(\d{4,8})`)
	// In error bodies with a colon and a space; on error pages the values may stand in the next cell or line.
	correlation = regexp.MustCompile(`(?i)correlation id:?\s*([0-9a-f-]{36})`)
	trace       = regexp.MustCompile(`(?i)(?:trace|request) id:?\s*([0-9a-f-]{36})`)
	timestamp   = regexp.MustCompile(`(?i)timestamp:?\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\dZ)`)
	guid        = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// describe takes the numbers and ids out of the server's prose, which is then forgotten. By redirect there is no other
// source for them.
func (e *OAuthError) describe(text string) {
	if len(text) > 8192 {
		text = text[:8192]
	}
	for _, m := range aadsts.FindAllStringSubmatch(text, 8) {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 && !e.has(n) {
			e.Numbers = append(e.Numbers, n)
		}
	}
	if m := correlation.FindStringSubmatch(text); m != nil && e.Correlation == "" {
		e.Correlation = guidOrEmpty(m[1])
	}
	if m := trace.FindStringSubmatch(text); m != nil && e.Trace == "" {
		e.Trace = guidOrEmpty(m[1])
	}
	if m := timestamp.FindStringSubmatch(text); m != nil && e.Time.IsZero() {
		if t, err := time.Parse(time.RFC3339, m[1]+"T"+m[2]); err == nil {
			e.Time = t
		}
	}
}

func guidOrEmpty(s string) string {
	if guid.MatchString(s) {
		return strings.ToLower(s)
	}
	return ""
}

// retryAfter reads seconds or an HTTP date (RFC 9110 section 10.2.3), at most five minutes.
func retryAfter(v string, now time.Time) time.Duration {
	var d time.Duration
	if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
		if n > 300 {
			n = 300
		}
		d = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		d = t.Sub(now)
	}
	return max(0, min(d, 5*time.Minute))
}

// isForm tells whether a Content-Type header names form data as browsers post it.
func isForm(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "application/x-www-form-urlencoded"
}
