// Package visitor walks the simulated tenant's sign-in pages as a person with a browser would: it follows redirects,
// keeps cookies, fills in the forms it finds by their field names and presses their buttons. It speaks HTTP only and runs
// no script; the page that a browser would submit by script it submits as well. Tests and the demo tour use it.
//
// It knows only the pages' field names (username, password, action), nothing of the service behind them.
package visitor

import (
	"context"
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
}

func (e *PageError) Error() string { return "the sign-in page says: " + e.Text }

// Visitor is one browser: its cookies last from one sign-in to the next. It is not safe for concurrent use.
type Visitor struct {
	// Answer to the permissions page; the zero value accepts.
	Answer Answer
	// Landed is the status code that the program's own address answered with last; 0 before it was reached.
	Landed int

	client *http.Client
}

// New returns a browser without cookies.
func New() *Visitor {
	jar, _ := cookiejar.New(nil) // it fails never with nil
	return &Visitor{client: &http.Client{
		Jar:       jar,
		Transport: &http.Transport{Proxy: nil, ResponseHeaderTimeout: 30 * time.Second},
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

// maxSteps bounds a visit: account, password, consent and the redirects between them need about eight.
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
	v.Landed = 0
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, authorizeURL, nil)
	if err != nil {
		return fmt.Errorf("read the sign-in address: %w", err)
	}
	var tried, approval bool
	for range maxSteps {
		there := isHome(req.URL, home)
		res, err := v.client.Do(req)
		if err != nil {
			return fmt.Errorf("visit the sign-in pages: %w", withoutAddress(err))
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		_ = res.Body.Close()
		if there {
			v.Landed = res.StatusCode
			switch {
			case err != nil:
				return fmt.Errorf("read the program's answer: %w", err)
			case res.StatusCode >= 400:
				return fmt.Errorf("the program answered the sign-in with status %d", res.StatusCode)
			case approval:
				return ErrNeedsApproval
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a sign-in page: %w", err)
		}
		if to := res.Header.Get("Location"); to != "" && res.StatusCode/100 == 3 {
			next, err := req.URL.Parse(to)
			if err != nil {
				return errors.New("the sign-in pages redirect to no address")
			}
			if req, err = http.NewRequestWithContext(ctx, http.MethodGet, next.String(), nil); err != nil {
				return errors.New("the sign-in pages redirect to no address")
			}
			continue
		}
		doc, err := html.Parse(strings.NewReader(string(body)))
		if err != nil {
			return fmt.Errorf("read a sign-in page: %w", err)
		}
		page := readPage(doc)
		if page.problem != "" && (tried || len(page.forms) == 0) {
			return &PageError{Code: aadsts(page.problem), Text: page.problem}
		}
		f, fill, err := v.choose(page, upn, password)
		if err != nil {
			return err
		}
		tried = tried || f.has("username") || f.has("password")
		approval = approval || f.presses("action", "return")
		if req, err = f.submit(ctx, req.URL, fill); err != nil {
			return err
		}
	}
	return fmt.Errorf("the sign-in pages did not come to an end in %d steps", maxSteps)
}

// choose picks the form to submit and what to fill in.
func (v *Visitor) choose(p page, upn, password string) (form, url.Values, error) {
	for _, f := range p.forms {
		switch {
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
