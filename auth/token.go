package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	earlyRefresh = 5 * time.Minute  // an access token is replaced this long before it ends
	lockWait     = 90 * time.Second // longer than a refresh with a slow server and a slow keychain takes
	restAfterNo  = 5 * time.Minute  // a refused token is not sent again for so long (AADSTS50196 punishes loops)
)

// session is what is known of an account while the program runs.
type session struct {
	turn chan struct{} // single flight: holds one token; who has it may look at the rest

	mu     sync.Mutex // guards access, which Invalidate drops without waiting for its turn
	access Secret
	claims string // challenge that the next token has to answer; guarded by mu too

	ends    time.Time // of access
	scopes  []string  // of access, bare names; nil: not told
	life    time.Duration
	unsaved Secret // refresh token that the keychain has not taken yet; newer than the one in it

	refused Secret    // refresh token that the server refused for good …
	no      error     // … with this answer
	until   time.Time // do not ask the server before, and answer no
}

func (c *Client) session(key string) *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.accounts[key]
	if s == nil {
		s = &session{turn: make(chan struct{}, 1)}
		s.turn <- struct{}{}
		c.accounts[key] = s
	}
	return s
}

func (s *session) enter(ctx context.Context) error {
	if ctx.Err() != nil {
		return contextError(ctx, ErrBusy)
	}
	select {
	case <-s.turn:
		return nil
	case <-ctx.Done():
		return contextError(ctx, ErrBusy)
	}
}

func (s *session) leave() { s.turn <- struct{}{} }

func (s *session) keep(g grant, now time.Time) {
	s.setAccess(g.access)
	s.setClaims("")
	s.life, s.ends, s.scopes = g.life, now.Add(g.life), g.scopes
	s.refused, s.no, s.until = Secret{}, nil, time.Time{}
}

func (s *session) setAccess(token Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access = token
}

// alive returns the access token if it has not ended by then, else the empty secret.
func (s *session) alive(then time.Time) Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !then.Before(s.ends) {
		return Secret{}
	}
	return s.access
}

// fresh returns the access token if it may be handed out without thinking of a new one, else the empty secret.
func (s *session) fresh(now time.Time) Secret {
	return s.alive(now.Add(min(earlyRefresh, s.life/2)))
}

// Token returns an access token for the account with this key, from memory or by a silent refresh. Of several callers one
// refreshes and the others wait for it; copies of the program take turns by a lock file. A rotated refresh token is in the
// keychain, read back, before the access token is returned. Errors: ErrSignInAgain when only the person can help,
// Transient ones when waiting does, a keychain error, ErrCancelled. No error deletes the kept sign-in.
func (c *Client) Token(ctx context.Context, key string) (string, error) {
	if c.bad != nil {
		return "", c.bad
	}
	s := c.session(key)
	if err := s.enter(ctx); err != nil {
		return "", fmt.Errorf("wait for the token: %w", err)
	}
	defer s.leave()
	now := c.cfg.Now()
	if token := s.fresh(now); s.unsaved.Empty() && !token.Empty() {
		return token.Reveal(), nil
	}
	token, err := c.refresh(ctx, key, s)
	if err == nil {
		return token.Reveal(), nil
	}
	if token := s.alive(now); Transient(err) && s.unsaved.Empty() && !token.Empty() {
		return token.Reveal(), nil // it was only the early refresh that failed
	}
	e := Explain(err)
	c.log.Warn("no access token", "why", e.ID, "code", e.Code, "correlation", e.Correlation, "error", err)
	return "", fmt.Errorf("get an access token: %w", err)
}

// Renew fetches a new access token although the one at hand may be good, and tells which scopes it carries, in Graph's bare
// names: the silent proof that an approval has arrived. A refusal that is still remembered is put to the test again. Errors
// as Token's.
func (c *Client) Renew(ctx context.Context, key string) ([]string, error) {
	if c.bad != nil {
		return nil, c.bad
	}
	s := c.session(key)
	if err := s.enter(ctx); err != nil {
		return nil, fmt.Errorf("wait for the token: %w", err)
	}
	defer s.leave()
	if !Transient(s.no) { // what the server asked to wait for stays
		s.refused, s.no, s.until = Secret{}, nil, time.Time{}
	}
	before := s.alive(time.Time{})
	s.setAccess(Secret{})
	if _, err := c.refresh(ctx, key, s); err != nil {
		if Transient(err) {
			s.setAccess(before)
		}
		return nil, fmt.Errorf("renew the access token: %w", err)
	}
	if len(s.scopes) == 0 {
		return c.askedScopes(), nil
	}
	return slices.Clone(s.scopes), nil
}

// askedScopes are the scopes that are asked for, as answers name them.
func (c *Client) askedScopes() []string {
	var out []string
	for _, s := range c.cfg.Scopes {
		out = append(out, bareScope(s))
	}
	return out
}

// refresh runs in the account's turn.
func (c *Client) refresh(ctx context.Context, key string, s *session) (Secret, error) {
	unlock, err := c.lock(ctx, key)
	if err != nil {
		return Secret{}, err
	}
	defer unlock()

	if !s.unsaved.Empty() {
		if err := c.save(ctx, key, s); err != nil {
			return Secret{}, err
		}
		if token := s.fresh(c.cfg.Now()); !token.Empty() {
			return token, nil
		}
	}
	kept, err := c.keptToken(ctx, key)
	if err != nil {
		return Secret{}, err
	}
	if s.no != nil && c.cfg.Now().Before(s.until) && (s.refused.Empty() || s.refused == kept) {
		return Secret{}, s.no
	}
	g, err := c.redeemRefresh(ctx, key, kept)
	if deadGrant(err) {
		// Another copy of the program, one that could not take the lock, may have put a newer one there meanwhile.
		again, readErr := c.keptToken(ctx, key)
		if readErr != nil {
			return Secret{}, readErr
		}
		if again != kept {
			kept = again
			g, err = c.redeemRefresh(ctx, key, kept)
		}
	}
	if err != nil {
		return Secret{}, c.judge(err, kept, s)
	}
	s.keep(g, c.cfg.Now())
	if g.refresh.Empty() || g.refresh == kept {
		return g.access, nil
	}
	s.unsaved = g.refresh
	if err := c.save(ctx, key, s); err != nil {
		return Secret{}, err
	}
	return g.access, nil
}

// save writes the newest refresh token. It does not stop halfway because the caller has lost interest: the server may
// have forgotten the former one. The keychain's own deadline bounds it.
func (c *Client) save(ctx context.Context, key string, s *session) error {
	if err := c.keys.Set(context.WithoutCancel(ctx), key, s.unsaved); err != nil {
		return fmt.Errorf("store the renewed sign-in: %w", err)
	}
	s.unsaved = Secret{}
	return nil
}

func (c *Client) keptToken(ctx context.Context, key string) (Secret, error) {
	kept, err := c.keys.Get(ctx, key)
	if errors.Is(err, ErrNotStored) {
		return Secret{}, fmt.Errorf("nobody is signed in under this account: %w", ErrSignInAgain)
	}
	if err != nil {
		return Secret{}, fmt.Errorf("read the kept sign-in: %w", err)
	}
	return kept, nil
}

func (c *Client) redeemRefresh(ctx context.Context, key string, token Secret) (grant, error) {
	kept := []byte(token.Reveal())
	defer clear(kept)
	return c.redeem(ctx, url.Values{
		"grant_type": {"refresh_token"},
		"scope":      {strings.Join(c.cfg.Scopes, " ")},
		"claims":     {mergeClaims(c.Claims(key))},
	}, secretParam{"refresh_token", kept})
}

func deadGrant(err error) bool {
	var oe *OAuthError
	return errors.As(err, &oe) && oe.Code == "invalid_grant"
}

// judge decides by error and suberror what a refused refresh means, and remembers it for a while.
func (c *Client) judge(err error, kept Secret, s *session) error {
	var oe *OAuthError
	if !errors.As(err, &oe) {
		return err // the network or the caller; next time may be better
	}
	now := c.cfg.Now()
	if Transient(err) {
		if oe.RetryAfter > 0 {
			s.refused, s.no, s.until = Secret{}, err, now.Add(oe.RetryAfter)
		}
		return err
	}
	kind := ErrTokenRefused
	switch oe.Code {
	case "invalid_grant", "interaction_required", "login_required", "consent_required":
		// These two suberrors are about the program and the device; no sign-in page resolves them.
		if oe.Suberror != "client_mismatch" && oe.Suberror != "protection_policy_required" {
			kind = ErrSignInAgain
		}
	}
	err = fmt.Errorf("%w: %w", kind, err)
	s.refused, s.no, s.until = kept, err, now.Add(restAfterNo)
	if kind == ErrSignInAgain {
		s.setAccess(Secret{})
		if oe.Claims != "" {
			s.setClaims(oe.Claims)
		}
	}
	return err
}

// Invalidate forgets an access token that Graph answered with 401, so that the next Token fetches another. A token that
// has been replaced already is left alone, so many callers may report the same one. Never blocks.
func (c *Client) Invalidate(key, accessToken string) {
	s := c.session(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.access.Reveal() == accessToken {
		s.access = Secret{}
	}
}

// adopt takes over what a sign-in brought.
func (c *Client) adopt(ctx context.Context, key string, g grant) error {
	s := c.session(key)
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	unlock, err := c.lock(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	before := s.unsaved
	s.unsaved = g.refresh
	if err := c.save(ctx, key, s); err != nil {
		s.unsaved = before // this sign-in is reported as failed, so nothing of it may stay
		return err
	}
	s.keep(g, c.cfg.Now())
	return nil
}

// Has tells whether a sign-in is kept for the account, without asking the server. An error means that the keychain could
// not say.
func (c *Client) Has(ctx context.Context, key string) (bool, error) {
	_, err := c.keys.Get(ctx, key)
	if errors.Is(err, ErrNotStored) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the kept sign-in: %w", err)
	}
	return true, nil
}

// SignOut forgets the account here: its tokens in memory and in the keychain. Microsoft's own session in the browser is
// not touched. Signing out twice is no error.
func (c *Client) SignOut(ctx context.Context, key string) error {
	s := c.session(key)
	if err := s.enter(ctx); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	defer s.leave()
	unlock, err := c.lock(ctx, key)
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	defer unlock()
	s.setAccess(Secret{})
	s.setClaims("")
	s.unsaved, s.refused, s.no, s.until = Secret{}, Secret{}, nil, time.Time{}
	s.scopes, s.ends = nil, time.Time{}
	if err := c.keys.Delete(ctx, key); err != nil {
		return fmt.Errorf("sign out: remove the kept sign-in: %w", err)
	}
	c.log.Info("signed out")
	return nil
}

// lock keeps other copies of the program from refreshing the same account. The file's name is a digest, because the key
// names a person.
func (c *Client) lock(ctx context.Context, key string) (unlock func(), err error) {
	if c.cfg.LockDir == "" {
		return func() {}, nil
	}
	sum := sha256.Sum256([]byte(c.cfg.ClientID + "\n" + c.cfg.LoginURL + "\n" + key))
	f := flock.New(filepath.Join(c.cfg.LockDir, "auth-"+hex.EncodeToString(sum[:8])+".lock"))
	wait, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	ok, err := f.TryLockContext(wait, 25*time.Millisecond)
	switch {
	case ok:
		return func() { _ = f.Unlock() }, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("wait for the other copy of the program: %w", contextError(ctx, ErrBusy))
	case wait.Err() != nil:
		return nil, fmt.Errorf("another copy of the program holds the sign-in: %w", ErrBusy)
	}
	return nil, fmt.Errorf("take the lock file: %w: %w", ErrLocal, err)
}
