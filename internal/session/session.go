// Package session binds a signed-in account to its mirror: after a sign-in, and at each start for the accounts that are
// already known. It holds no token and no row of its own; auth keeps the one, mirror the other.
package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"supercrm/auth"
	"supercrm/outlook"
	"supercrm/outlook/mirror"
)

// Options are what a Session works with. All are needed.
type Options struct {
	Auth     *auth.Client
	Mirror   *mirror.Mirror
	GraphURL string // such as https://graph.microsoft.com/v1.0
	HTTP     *http.Client
	Log      *slog.Logger
}

// Session is safe for concurrent use.
type Session struct {
	o Options

	mu   sync.Mutex
	auth *auth.Client
}

// New returns a session that has connected nothing yet.
func New(o Options) *Session { return &Session{o: o, auth: o.Auth} }

// UseAuth changes who keeps the tokens from the next sign-in on, when the person has chosen to do without a keychain.
func (s *Session) UseAuth(c *auth.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth = c
}

func (s *Session) client() *auth.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.auth
}

// Resume connects every account that the store knows. One without a token in the keychain is connected too: its mirror
// is there to read, and its state says that the person has to sign in again. ctx ends the attempt, not the accounts.
func (s *Session) Resume(ctx context.Context) error {
	accounts, err := s.o.Mirror.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("resume accounts: %w", err)
	}
	var failed error
	for _, a := range accounts {
		info := mirror.AccountInfo{Key: a.Key, UPN: a.UPN, Name: a.Name, Granted: a.Granted}
		if _, err := s.connect(ctx, s.client(), info); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

func (s *Session) connect(ctx context.Context, keeper *auth.Client, info mirror.AccountInfo) (mirror.Account, error) {
	client, err := outlook.New(outlook.Options{
		BaseURL:    s.o.GraphURL,
		Token:      func(ctx context.Context) (string, error) { return keeper.Token(ctx, info.Key) },
		Invalidate: func(token string) { keeper.Invalidate(info.Key, token) },
		Challenge:  func(token, claims string) { keeper.Challenge(info.Key, token, claims) },
		HTTP:       s.o.HTTP,
		Log:        s.o.Log,
	})
	if err != nil {
		return mirror.Account{}, fmt.Errorf("connect account: %w", err)
	}
	a, err := s.o.Mirror.Connect(ctx, info, client)
	if err != nil {
		return mirror.Account{}, fmt.Errorf("connect account: %w", err)
	}
	return a, nil
}

// SignIn asks the person in the browser, then starts mirroring the mailbox. It blocks until then.
func (s *Session) SignIn(ctx context.Context, o auth.SignInOptions) (mirror.Account, error) {
	keeper := s.client()
	a, err := keeper.SignIn(ctx, o)
	if err != nil {
		return mirror.Account{}, err
	}
	return s.connect(ctx, keeper, mirror.AccountInfo{Key: a.Key, UPN: a.UPN, Name: a.Name, Granted: a.Scopes})
}

// SignOut stops an account, erases what is mirrored of it, and removes its token from the keychain. The mirror goes
// first: should the keychain fail, nothing readable is left and the error says so.
func (s *Session) SignOut(ctx context.Context, a mirror.Account) error {
	if err := s.o.Mirror.Disconnect(ctx, a.ID); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	if err := s.o.Mirror.Erase(ctx, a.ID); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	if err := s.client().SignOut(ctx, a.Key); err != nil {
		return fmt.Errorf("sign out: remove the token: %w", err)
	}
	return nil
}

// ApprovalLink is where an administrator approves the program for a whole organisation.
func (s *Session) ApprovalLink() string { return s.client().AdminConsentURL("organizations") }
