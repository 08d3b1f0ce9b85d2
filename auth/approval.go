package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// ApprovalLink says which approval page is meant.
type ApprovalLink struct {
	// Tenant is the organization's GUID or domain. Empty, "common" or "organizations": whichever the administrator signs
	// in to.
	Tenant string
	// V1 chooses the older page, which grants all that the registration lists, instead of the newer, which grants the
	// scopes that the link names. The older one helps where the registration lists permissions of other services too.
	V1 bool
	// redirect and state are set for the page that answers to this computer.
	redirect, state string
}

// ApprovalURL is the address of Microsoft's approval page ("Admin consent on the Microsoft identity platform"). It ends at
// the login server's own blank page, so that it can be forwarded to another computer; it signs nobody in. ReadApproval
// reads the address of that page.
func (c *Client) ApprovalURL(l ApprovalLink) string {
	tenant := strings.TrimSpace(l.Tenant)
	if tenant == "" || strings.EqualFold(tenant, "common") {
		tenant = DefaultTenant // the v2 page refuses "common"
	}
	if l.redirect == "" {
		l.redirect, l.state = c.cfg.LoginURL+blankPage, c.cfg.LinkState
	}
	q := url.Values{"client_id": {c.cfg.ClientID}, "redirect_uri": {l.redirect}}
	if l.state != "" {
		q.Set("state", l.state)
	}
	if l.V1 {
		return c.cfg.LoginURL + "/" + url.PathEscape(tenant) + "/adminconsent?" + q.Encode()
	}
	q.Set("scope", strings.Join(c.cfg.Scopes, " ")) // the whole set: a narrower grant can revoke what was granted
	return c.cfg.LoginURL + "/" + url.PathEscape(tenant) + "/v2.0/adminconsent?" + q.Encode()
}

// blankPage is where a forwarded link ends, at the login server.
const blankPage = "/common/oauth2/nativeclient"

// AdminConsentURL is ApprovalURL of the newer page.
func (c *Client) AdminConsentURL(tenant string) string {
	return c.ApprovalURL(ApprovalLink{Tenant: tenant})
}

// Approval is what the approval page answered. It authorises nothing: whoever knows the state could have written it, so it
// is shown as a hint, and a sign-in is the proof.
type Approval struct {
	TenantID string   // GUID, lower case; empty if the answer named none
	Scopes   []string // bare names; nil: all that the registration lists
}

// ApproveOptions says how to ask. The callbacks are those of SignInOptions.
type ApproveOptions struct {
	ApprovalLink
	Open       func(url string) error
	OpenFailed func(err error)
	Waiting    func(address string, until time.Time)
	Timeout    time.Duration // 0: DefaultTimeout
}

// Approve asks an administrator who sits at this computer to approve the program for an organization, with the browser,
// and waits for the answer at a loopback address. Nobody is signed in by it. Errors: ErrApprovalDeclined,
// ErrAdminApproval (whoever signed in is no administrator), ErrTimedOut, ErrCancelled, ErrListen, ErrConfig, ErrBusy.
func (c *Client) Approve(ctx context.Context, o ApproveOptions) (Approval, error) {
	a, err := c.approve(ctx, o)
	if err != nil {
		e := Explain(err)
		c.log.Warn("approval ended", "why", e.ID, "code", e.Code, "correlation", e.Correlation, "error", err)
		return Approval{}, err
	}
	c.log.Info("approved for an organization", "granted", len(a.Scopes))
	return a, nil
}

func (c *Client) approve(ctx context.Context, o ApproveOptions) (Approval, error) {
	if c.bad != nil {
		return Approval{}, c.bad
	}
	ask, err := newRequest()
	if err != nil {
		return Approval{}, err
	}
	// Microsoft's approval page answers in the address only; there is nothing secret in it.
	got, _, err := c.askBrowser(ctx, SignInOptions{Open: o.Open, OpenFailed: o.OpenFailed, Waiting: o.Waiting, Timeout: o.Timeout}, question{
		state: ask.state, query: true, read: parseApproval, judge: approvalKind, done: pageApproved,
		address: func(redirect string) string {
			l := o.ApprovalLink
			l.redirect, l.state = redirect, ask.state
			return c.ApprovalURL(l)
		},
	})
	if err != nil {
		return Approval{}, err
	}
	if got.err != nil {
		return Approval{}, fmt.Errorf("approve: %w: %w", approvalKind(got.err), got.err)
	}
	return got.approval, nil
}

// parseApproval reads the approval page's answer. An answer may carry admin_consent=True and an error together; then it is
// the error that holds, so that is read first.
func parseApproval(encoded, state string) (answer, error) {
	q, refusal, err := readAnswer(encoded, state)
	if err != nil || refusal != nil {
		return answer{err: refusal}, err
	}
	if !strings.EqualFold(q.Get("admin_consent"), "true") {
		return answer{}, errMalformed
	}
	a := Approval{TenantID: guidOrEmpty(q.Get("tenant"))}
	for _, s := range strings.Fields(q.Get("scope")) {
		if s = printable(bareScope(s), 100); s != "" && len(a.Scopes) < 100 {
			a.Scopes = append(a.Scopes, s)
		}
	}
	return answer{approval: a}, nil
}

// ReadApproval reads the address at which the approval page ended, as a person copies it from the browser after a forwarded
// link was used. What mail programs put around and into addresses is taken off. A state is compared where the reply has one
// and Config.LinkState says what ours is; a link from the command line has none. Errors: ErrNotReply when it is no such
// address, ErrOtherReply when it answers somebody else's link, else those of Approve.
func (c *Client) ReadApproval(text string) (Approval, error) {
	u, err := url.Parse(unwrapped(text))
	if err != nil || u.Host == "" || len(text) > maxCallback {
		return Approval{}, fmt.Errorf("read the approval's address: %w", ErrNotReply)
	}
	encoded := u.RawQuery
	if encoded == "" {
		encoded = u.EscapedFragment()
	}
	q, err := url.ParseQuery(encoded)
	if err != nil || !q.Has("error") && !q.Has("admin_consent") { // such as the link itself
		return Approval{}, fmt.Errorf("read the approval's address: %w", ErrNotReply)
	}
	state := c.cfg.LinkState
	if state == "" || !q.Has("state") {
		state = "unsent"
		q.Set("state", state)
	}
	got, err := parseApproval(q.Encode(), state)
	switch {
	case errors.Is(err, errStray):
		return Approval{}, fmt.Errorf("read the approval's address: %w", ErrOtherReply)
	case err != nil:
		return Approval{}, fmt.Errorf("read the approval's address: %w", ErrNotReply)
	case got.err != nil:
		return Approval{}, fmt.Errorf("approve: %w: %w", approvalKind(got.err), got.err)
	}
	return got.approval, nil
}

// unwrapped takes off what comes along when an address is copied out of a mail: angle brackets, quotation marks, line breaks.
func unwrapped(text string) string {
	return strings.Trim(strings.Join(strings.Fields(text), ""), `<>"'`)
}

// approvalKind sorts an error of the approval page. access_denied with error_subcode=cancel is a "no"; without a number it
// is one too, for Microsoft leaves the description out at times.
func approvalKind(e *OAuthError) error {
	switch kind := redirectKind(e); {
	case errors.Is(kind, ErrAdminApproval), errors.Is(kind, ErrBusy):
		return kind
	case e.Suberror == "cancel", errors.Is(kind, ErrRefused):
		return ErrApprovalDeclined
	}
	return ErrSignInRejected
}

func pageApproved() page {
	return page{Title: "Approved: go back to Super CRM", Text: "Your organization has approved Super CRM. It signs nobody in: you and your colleagues still sign in, each to their own mailbox, and are not asked for permission any more. You can close this page.", Good: true}
}
