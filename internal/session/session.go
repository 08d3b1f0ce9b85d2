// Package session binds a signed-in account to its mirror: after a sign-in, and at each start for the accounts that are
// already known. It holds no token and no row of its own; auth keeps the one, mirror the other.
package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
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

// Session is safe for concurrent use. Close it when the program ends.
type Session struct {
	o Options

	accounts sync.Mutex // held while an account is connected or taken away: one that is signed out must not come back

	mu      sync.Mutex
	auth    *auth.Client
	graph   string
	keepers map[string]*auth.Client // by account key: who holds the tokens of a connected account
	passing map[*auth.Client]bool   // those that forget everything when the program ends

	closed         bool
	stopForgetting context.CancelFunc
	background     sync.WaitGroup
}

// New returns a session that has connected nothing yet.
func New(o Options) *Session {
	return &Session{o: o, auth: o.Auth, graph: o.GraphURL, keepers: map[string]*auth.Client{}, passing: map[*auth.Client]bool{},
		stopForgetting: func() {}}
}

// UsePassing changes who keeps the tokens from the next sign-in on to one that forgets them when the program ends: the
// person has chosen to do without a keychain.
func (s *Session) UsePassing(c *auth.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth, s.passing[c] = c, true
}

// KeptUntilQuit tells whether the sign-in of the account with this key ends with the program.
func (s *Session) KeptUntilQuit(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.passing[s.keepers[key]]
}

// UseCloud changes where the next sign-ins go. Accounts that are connected stay with what they were connected to.
func (s *Session) UseCloud(c *auth.Client, graphURL string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth, s.graph = c, graphURL
}

func (s *Session) client() *auth.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.auth
}

// keeper is who holds the tokens of an account.
func (s *Session) keeper(key string) *auth.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.keepers[key]; k != nil {
		return k
	}
	return s.auth
}

func (s *Session) keeps(key string, keeper *auth.Client) (graphURL string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keepers[key] = keeper
	return s.graph
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
		if _, err := s.reconnect(ctx, s.client(), a); err != nil && !errors.Is(err, errSignedOut) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// errSignedOut says that an account was signed out since it was read from the store.
var errSignedOut = errors.New("signed out meanwhile")

// reconnect connects an account that the store knew a moment ago; errSignedOut if it does not any more.
func (s *Session) reconnect(ctx context.Context, keeper *auth.Client, a mirror.Account) (mirror.Account, error) {
	s.accounts.Lock()
	defer s.accounts.Unlock()
	known, err := s.o.Mirror.Accounts(ctx)
	if err != nil {
		return mirror.Account{}, fmt.Errorf("connect account: %w", err)
	}
	if !slices.ContainsFunc(known, func(k mirror.Account) bool { return k.ID == a.ID && k.Key == a.Key }) {
		return mirror.Account{}, errSignedOut
	}
	return s.connect(ctx, keeper, mirror.AccountInfo{Key: a.Key, UPN: a.UPN, Name: a.Name, Granted: a.Granted})
}

// connect is called with accounts locked.
func (s *Session) connect(ctx context.Context, keeper *auth.Client, info mirror.AccountInfo) (mirror.Account, error) {
	client, err := outlook.New(outlook.Options{
		BaseURL:    s.keeps(info.Key, keeper),
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

// SignIn asks the person in the browser, then starts mirroring the mailbox. It blocks until then. With a LoginHint that
// names a connected account, what Graph demanded of that account's next token is passed on.
func (s *Session) SignIn(ctx context.Context, o auth.SignInOptions) (mirror.Account, error) {
	keeper := s.client()
	if o.LoginHint != "" && o.Claims == "" {
		o.Claims = s.claims(ctx, o.LoginHint)
	}
	a, err := keeper.SignIn(ctx, o)
	if err != nil {
		return mirror.Account{}, err
	}
	return s.begin(ctx, keeper, a)
}

// begin connects who has signed in. The mailbox is being mirrored while what the sign-in needed is taken out of memory.
func (s *Session) begin(ctx context.Context, keeper *auth.Client, a auth.Account) (mirror.Account, error) {
	s.accounts.Lock()
	connected, err := s.connect(ctx, keeper, mirror.AccountInfo{Key: a.Key, UPN: a.UPN, Name: a.Name, Granted: a.Scopes})
	s.accounts.Unlock()
	if err == nil {
		s.forget(ctx)
	}
	return connected, err
}

// DeviceSignIn is SignIn with a code that is typed on another device. show must not block.
func (s *Session) DeviceSignIn(ctx context.Context, show func(auth.DeviceCode)) (mirror.Account, error) {
	keeper := s.client()
	a, err := keeper.DeviceSignIn(ctx, show)
	if err != nil {
		return mirror.Account{}, err
	}
	return s.begin(ctx, keeper, a)
}

func (s *Session) claims(ctx context.Context, upn string) string {
	accounts, err := s.o.Mirror.Accounts(ctx)
	if err != nil {
		return "" // the sign-in works without; Graph would ask again
	}
	for _, a := range accounts {
		if a.UPN == upn {
			return s.keeper(a.Key).Claims(a.Key)
		}
	}
	return ""
}

// SignOut stops an account, erases what is mirrored of it, and removes its token from the keychain. The mirror goes
// first: should the keychain fail, nothing readable is left and the error says so.
func (s *Session) SignOut(ctx context.Context, a mirror.Account) error {
	err := s.takeAway(ctx, a)
	if err == nil || errors.Is(err, mirror.ErrInBackups) {
		s.forget(ctx)
	}
	return err
}

func (s *Session) takeAway(ctx context.Context, a mirror.Account) error {
	s.accounts.Lock()
	defer s.accounts.Unlock()
	if err := s.o.Mirror.Disconnect(ctx, a.ID); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	erased := s.o.Mirror.Erase(ctx, a.ID)
	if erased != nil && !errors.Is(erased, mirror.ErrInBackups) {
		return fmt.Errorf("sign out: %w", erased)
	}
	if err := s.keeper(a.Key).SignOut(ctx, a.Key); err != nil {
		return fmt.Errorf("sign out: remove the token: %w", err)
	}
	return erased
}

// ApprovalLink is where an administrator approves the program for a whole organization.
func (s *Session) ApprovalLink(l auth.ApprovalLink) string { return s.client().ApprovalURL(l) }

// Approve asks an administrator at this computer to approve the program. It signs nobody in.
func (s *Session) Approve(ctx context.Context, o auth.ApproveOptions) (auth.Approval, error) {
	return s.client().Approve(ctx, o)
}

// ReadApproval reads the address at which a forwarded approval ended; see auth.Client.ReadApproval.
func (s *Session) ReadApproval(text string) (auth.Approval, error) {
	return s.client().ReadApproval(text)
}

// Verify asks the login server, silently, what each connected account may do now: the proof after an approval. An
// account that gained permissions is connected anew with them. The accounts come as they are afterwards; an error says that
// some could not be asked.
func (s *Session) Verify(ctx context.Context) ([]mirror.Account, error) {
	known, err := s.o.Mirror.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("verify accounts: %w", err)
	}
	var out []mirror.Account
	var failed error
	for _, a := range known {
		keeper := s.keeper(a.Key)
		granted, err := keeper.Renew(ctx, a.Key)
		switch {
		case errors.Is(err, auth.ErrSignInAgain):
			a.SignIn = true
		case err != nil:
			failed = errors.Join(failed, err)
		case a.SignIn || !sameScopes(granted, a.Granted):
			a.Granted = granted
			if a, err = s.reconnect(ctx, keeper, a); errors.Is(err, errSignedOut) {
				continue
			} else if err != nil {
				failed = errors.Join(failed, err)
				continue
			}
		}
		out = append(out, a)
	}
	return out, failed
}

// sameScopes compares two sets.
func sameScopes(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
