// Package visitor walks the simulated tenant's sign-in pages as a person with a browser would: it follows redirects,
// keeps cookies, fills in the forms it finds by their field names and presses their buttons. It speaks HTTP only and runs
// no script; the page that a browser would submit by script it submits as well. Tests and the demo tour use it.
//
// It knows only the pages' field names (username, password, action), nothing of the service behind them.
package visitor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Answer is what the visitor says on the page that asks for permissions.
type Answer int

// The answers. Accept is what SignIn does when nothing else is said.
const (
	Accept Answer = iota
	AcceptForOrganization
	Cancel
)

// ErrNeedsApproval says that the visit ended on the page "Need admin approval"; the visitor then pressed the way back.
var ErrNeedsApproval = errors.New("the sign-in pages ask for an administrator's approval")

// PageError is a page that says why there is no going on: a wrong password, an unknown app.
type PageError struct {
	Code string // such as AADSTS50011, or "" when the page names none
	Text string
	Page string // all that the page says, as a person would mark and copy it; "" where only a form complains
}

func (e *PageError) Error() string { return "the sign-in page says: " + e.Text }

// Visitor is one browser: its cookies last from one sign-in to the next. It is not safe for concurrent use.
type Visitor struct {
	// Answer to the permissions page; the zero value accepts.
	Answer Answer
	// OTP is typed where a second factor is asked for. New sets what the simulated tenant takes.
	OTP string
	// NewPassword is given where an expired password must be changed.
	NewPassword string
	// Reason, when it is not empty, is given to ask an administrator for approval where that is offered.
	Reason string
	// UserCode is typed where a device's code is asked for.
	UserCode string
	// Answering, unless nil, is called when the browser is about to bring the answer to the program's own address.
	Answering func()
	// Codes are the AADSTS codes of the pages seen in the last visit, in order.
	Codes []string
	// Asked lists the ids of the pages' forms that the last visit submitted: signin, consent, approval …
	Asked []string
	// Landed is the status code that the program's own address answered with last; 0 before it was reached.
	Landed int
	// At is the program's own address with the answer in it, as it stands in the browser's address line in the end;
	// empty before it was reached, and for an answer that was posted.
	At string

	client *http.Client
}

// New returns a browser without cookies.
func New() *Visitor { return NewTrusting(nil) }

// NewTrusting returns a browser without cookies that trusts these certificate authorities; nil: the system's.
func NewTrusting(roots *x509.CertPool) *Visitor {
	jar, _ := cookiejar.New(nil) // it fails never with nil
	return &Visitor{OTP: "246810", client: &http.Client{
		Jar: jar,
		Transport: &http.Transport{Proxy: nil, ResponseHeaderTimeout: 30 * time.Second,
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
		// Redirects are followed here, so that the one to the program's address is seen.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close gives back idle connections.
func (v *Visitor) Close() { v.client.CloseIdleConnections() }

// SignIn visits authorizeURL with a fresh browser, signs in as upn, accepts, and delivers the answer to the program's
// redirect address. The error is a *PageError when a page refuses, ErrNeedsApproval when an administrator is needed.
func SignIn(ctx context.Context, authorizeURL, upn, password string) error {
	v := New()
	defer v.Close()
	return v.SignIn(ctx, authorizeURL, upn, password)
}

// maxSteps bounds a visit: account, password, second factor, consent and the redirects between them need about
// ten.
const maxSteps = 20

// SignIn is like the function SignIn, with this browser's cookies and answer.
func (v *Visitor) SignIn(ctx context.Context, authorizeURL, upn, password string) error {
	start, err := url.Parse(authorizeURL)
	if err != nil {
		return fmt.Errorf("read the sign-in address: %w", err)
	}
	home, err := url.Parse(start.Query().Get("redirect_uri"))
	if err != nil || home.Host == "" {
		return errors.New("read the sign-in address: it has no redirect_uri")
	}
	_, err = v.walk(ctx, start, home, upn, password)
	return err
}

// Device visits the page that a device's code is typed on, types UserCode, signs in and confirms; it returns the id of
// the last page's heading, device-done or device-declined.
func (v *Visitor) Device(ctx context.Context, address, upn, password string) (string, error) {
	start, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("read the device sign-in address: %w", err)
	}
	return v.walk(ctx, start, nil, upn, password)
}

// walk follows the pages from start until the program's address home is reached, or with a nil home until a page has
// nothing to press. It returns the id of the last page's heading.
func (v *Visitor) walk(ctx context.Context, start, home *url.URL, upn, password string) (string, error) {
	v.Landed, v.At, v.Codes, v.Asked = 0, "", nil, nil
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, start.String(), nil)
	if err != nil {
		return "", fmt.Errorf("read the sign-in address: %w", err)
	}
	var approval bool
	tried := map[string]bool{} // forms submitted with what the person typed
	for range maxSteps {
		there := home != nil && isHome(req.URL, home)
		if there && v.Answering != nil {
			v.Answering()
		}
		res, err := v.client.Do(req)
		if err != nil {
			return "", fmt.Errorf("visit the sign-in pages: %w", withoutAddress(err))
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		_ = res.Body.Close()
		if there {
			v.Landed = res.StatusCode
			if req.Method == http.MethodGet {
				v.At = req.URL.String()
			}
			switch {
			case err != nil:
				return "", fmt.Errorf("read the program's answer: %w", err)
			case res.StatusCode >= 400:
				return "", fmt.Errorf("the program answered the sign-in with status %d", res.StatusCode)
			case approval:
				return "", ErrNeedsApproval
			}
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("read a sign-in page: %w", err)
		}
		if to := res.Header.Get("Location"); to != "" && res.StatusCode/100 == 3 {
			next, err := req.URL.Parse(to)
			if err != nil {
				return "", errors.New("the sign-in pages redirect to no address")
			}
			if req, err = http.NewRequestWithContext(ctx, http.MethodGet, next.String(), nil); err != nil {
				return "", errors.New("the sign-in pages redirect to no address")
			}
			continue
		}
		doc, err := html.Parse(strings.NewReader(string(body)))
		if err != nil {
			return "", fmt.Errorf("read a sign-in page: %w", err)
		}
		page := readPage(doc)
		if page.code != "" {
			v.Codes = append(v.Codes, page.code)
		}
		if page.problem != "" && len(page.forms) == 0 {
			return "", &PageError{Code: aadsts(page.problem), Text: page.problem, Page: page.text}
		}
		if home == nil && len(page.forms) == 0 {
			return page.heading, nil
		}
		f, fill, err := v.choose(page, upn, password)
		if err != nil {
			return "", err
		}
		if page.problem != "" && len(tried) > 0 {
			return "", &PageError{Code: aadsts(page.problem), Text: page.problem}
		}
		if f.typing() {
			tried[f.id] = true
		}
		v.Asked = append(v.Asked, f.id)
		approval = approval || f.presses("action", "return")
		if req, err = f.submit(ctx, req.URL, fill); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("the sign-in pages did not come to an end in %d steps", maxSteps)
}

// choose picks the form to submit and what to fill in.
func (v *Visitor) choose(p page, upn, password string) (form, url.Values, error) {
	for _, f := range p.forms {
		switch {
		case f.has("otp"):
			return f, url.Values{"otp": {v.OTP}, "action": {f.buttonValue("action", 0)}}, nil
		case f.has("user_code"):
			return f, url.Values{"user_code": {v.UserCode}, "action": {f.buttonValue("action", 0)}}, nil
		case f.has("newpassword"):
			return f, url.Values{"current": {password}, "newpassword": {v.NewPassword}, "confirm": {v.NewPassword},
				"action": {f.buttonValue("action", 0)}}, nil
		case f.has("justification"):
			if v.Reason == "" {
				continue // it goes back by the other form
			}
			return f, url.Values{"justification": {v.Reason}, "action": {f.buttonValue("action", 0)}}, nil
		case f.has("password"):
			return f, url.Values{"password": {password}, "action": {f.buttonValue("action", 0)}}, nil
		case f.has("username"):
			return f, url.Values{"username": {upn}, "action": {f.buttonValue("action", 0)}}, nil
		case f.presses("action", "accept"):
			fill := url.Values{"action": {"accept"}}
			switch v.Answer {
			case Cancel:
				fill.Set("action", "cancel")
			case AcceptForOrganization:
				if f.has("for_organization") {
					fill.Set("for_organization", "1")
				}
			}
			return f, fill, nil
		case f.presses("action", "return"):
			return f, url.Values{"action": {"return"}}, nil
		case f.id == "formpost":
			return f, nil, nil
		}
	}
	return form{}, nil, &PageError{Code: aadsts(p.problem), Text: "there is nothing to press on this page"}
}

// isHome reports whether u is the program's redirect address. An empty path and "/" are the same to HTTP.
func isHome(u, home *url.URL) bool {
	slash := func(p string) string {
		if p == "" {
			return "/"
		}
		return p
	}
	return u.Scheme == home.Scheme && u.Host == home.Host && slash(u.EscapedPath()) == slash(home.EscapedPath())
}

// withoutAddress drops the address from a client's error: it may carry a code or a name.
func withoutAddress(err error) error {
	if e := new(url.Error); errors.As(err, &e) {
		return e.Err
	}
	return err
}
