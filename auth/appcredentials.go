package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// AppCredentials sign a program in as itself, for nobody (the client credentials flow: RFC 6749 section 4.4), with the
// application permissions that an administrator has approved. It is for administrators' and testers' tools only: a
// program that is handed out can keep no secret. Safe for use from many goroutines.
type AppCredentials struct {
	c     *Client
	bad   error
	scope string
	key   Secret

	turn   chan struct{} // single flight: holds one token
	mu     sync.Mutex    // guards access
	access Secret
	ends   time.Time
}

// NewAppCredentials takes the resource's address, such as https://graph.microsoft.com, and the client secret. cfg.Tenant
// has to be one organization; cfg.Scopes means nothing here. A mistake in cfg shows as ErrConfig at the first call.
func NewAppCredentials(cfg Config, resource string, secret Secret) *AppCredentials {
	a := &AppCredentials{c: New(cfg, NewMemoryKeychain(), nil), scope: strings.TrimRight(resource, "/") + "/.default", key: secret, turn: make(chan struct{}, 1)}
	a.turn <- struct{}{}
	switch strings.ToLower(a.c.cfg.Tenant) {
	case "organizations", "common", "consumers":
		a.bad = fmt.Errorf("the tenant has to be one organization's id or domain: %w: %w", ErrConfig, &OAuthError{Code: "invalid_request", Numbers: []int{9001023}})
	}
	if a.c.bad != nil {
		a.bad = a.c.bad
	}
	return a
}

// Token returns an access token, from memory or from the server; there is no refresh token, a new one is asked for in
// time. Errors are ErrTokenRefused with an *OAuthError (7000215: wrong secret), ErrConfig, transient ones, ErrCancelled.
func (a *AppCredentials) Token(ctx context.Context) (string, error) {
	if a.bad != nil {
		return "", a.bad
	}
	select {
	case <-a.turn:
	case <-ctx.Done():
		return "", contextError(ctx, ErrBusy)
	}
	defer func() { a.turn <- struct{}{} }()
	if token := a.alive(); !token.Empty() {
		return token.Reveal(), nil
	}
	ask := clientcredentials.Config{ClientID: a.c.cfg.ClientID, ClientSecret: a.key.Reveal(), TokenURL: a.c.endpoint("token"),
		Scopes: []string{a.scope}, AuthStyle: oauth2.AuthStyleInParams} // detection would send a first request without client_id
	got, err := ask.Token(context.WithValue(ctx, oauth2.HTTPClient, a.c.http))
	if err != nil {
		return "", fmt.Errorf("sign the program in: %w", a.judge(ctx, err))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.access, a.ends = NewSecret(got.AccessToken), got.Expiry
	return got.AccessToken, nil
}

func (a *AppCredentials) alive() Secret {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.c.cfg.Now().Add(earlyRefresh).Before(a.ends) {
		return Secret{}
	}
	return a.access
}

// Invalidate forgets an access token that was answered with 401.
func (a *AppCredentials) Invalidate(accessToken string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.access.Reveal() == accessToken {
		a.access = Secret{}
	}
}

// judge takes apart what the library says. Its text quotes the server's answer, and is dropped.
func (a *AppCredentials) judge(ctx context.Context, err error) error {
	refused := (*oauth2.RetrieveError)(nil)
	if !errors.As(err, &refused) {
		if ctx.Err() == nil && !strings.HasPrefix(err.Error(), "Post ") {
			return fmt.Errorf("%w: not the JSON of a token answer", ErrUnreachable)
		}
		return networkError(ctx, err)
	}
	status, header := 0, http.Header{}
	if refused.Response != nil {
		status, header = refused.Response.StatusCode, refused.Response.Header
	}
	oe := parseOAuthError(refused.Body)
	busy := status >= 500 || status == http.StatusTooManyRequests
	if oe == nil {
		if busy {
			return fmt.Errorf("%w: HTTP %d", ErrBusy, status)
		}
		return fmt.Errorf("%w: HTTP %d that is no OAuth error", ErrUnreachable, status)
	}
	oe.Status, oe.RetryAfter = status, retryAfter(header.Get("Retry-After"), a.c.cfg.Now())
	if busy || oe.Code == "temporarily_unavailable" || oe.Code == "server_error" || oe.has(50196) {
		return fmt.Errorf("%w: %w", ErrBusy, oe)
	}
	return fmt.Errorf("%w: %w", ErrTokenRefused, oe)
}
