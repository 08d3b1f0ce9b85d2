package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// DefaultTimeout is how long a sign-in waits for the person. Some of Microsoft's errors are shown in the browser only and
// never come back here (AADSTS50011), so every wait ends.
const DefaultTimeout = 5 * time.Minute

// SignInOptions says how to ask. All callbacks run one at a time and not after SignIn has returned; only Open runs beside
// the others, in a goroutine of its own.
type SignInOptions struct {
	// Open shows url in the person's browser. It may block (xdg-open can, until the browser exits): nothing waits for it.
	// nil: the person opens the address given to Waiting.
	Open func(url string) error
	// OpenFailed hears that Open failed; the sign-in goes on. Say then: "open this address yourself".
	OpenFailed func(err error)
	// Waiting is called once, before Open, with the address to show for copying and the local time when the wait ends.
	Waiting func(address string, until time.Time)
	// LoginHint fills in the account name. Not sent together with SelectAccount.
	LoginHint string
	// SelectAccount makes Microsoft ask which account to use.
	SelectAccount bool
	// NoPrompt signs in only if Microsoft has nothing to ask: the proof, after an approval, that everything is in place.
	// Otherwise the answer is ErrSignInAgain, or ErrAdminApproval where the approval is still missing.
	NoPrompt bool
	// QuietFirst asks as NoPrompt does and, where that is not enough, goes on in the same browser tab to the page that asks:
	// after an approval nobody is asked for what the browser knows already. It means nothing with NoPrompt or QueryMode.
	QuietFirst bool
	// QueryMode lets the answer come in the address instead of a form post: for browsers that block the post. It leaves
	// the (used up, PKCE-bound) code in the browser's history, so it is not the default.
	QueryMode bool
	// Pasted carries what the person copied from the browser: in QueryMode the address that it cannot reach this computer's
	// port by, and always the text of a page on which Microsoft shows an error that never comes back here (AADSTS50011),
	// which ends the sign-in with it. PasteRefused hears of what is neither.
	Pasted       <-chan string
	PasteRefused func(err error)
	// Claims is the challenge from an earlier refusal (OAuthError.Claims or Client.Claims), passed on.
	Claims string
	// Timeout limits the wait; 0: DefaultTimeout.
	Timeout time.Duration
}

// SignIn asks the person to sign in with their browser and stores the refresh token in the keychain. It blocks until that
// is done, refused, timed out or cancelled through ctx. The keychain and the server are tried before the browser opens, so
// that nobody signs in for nothing. Several may run at once, each on its own port.
func (c *Client) SignIn(ctx context.Context, o SignInOptions) (Account, error) {
	began := c.cfg.Now()
	account, err := c.signIn(ctx, o)
	if err != nil {
		e := Explain(err)
		c.log.Warn("sign-in ended", "why", e.ID, "code", e.Code, "correlation", e.Correlation, "error", err)
		return Account{}, err
	}
	c.log.Info("signed in", "took", c.cfg.Now().Sub(began).Round(time.Millisecond), "granted", len(account.Scopes), "missing", c.Missing(account))
	return account, nil
}

// keychainProbe is a name under which nothing is ever stored.
const keychainProbe = "probe"

func (c *Client) signIn(ctx context.Context, o SignInOptions) (Account, error) {
	if c.bad != nil {
		return Account{}, c.bad
	}
	if _, err := c.keys.Get(ctx, keychainProbe); err != nil && !errors.Is(err, ErrNotStored) {
		return Account{}, fmt.Errorf("try the keychain: %w", err)
	}
	if err := c.reach(ctx); err != nil {
		return Account{}, err
	}
	ask, err := newRequest()
	if err != nil {
		return Account{}, err
	}
	quiet := ask // its own values: two questions must not be answered with one state
	if o.QuietFirst {
		if quiet, err = newRequest(); err != nil {
			return Account{}, err
		}
	}
	asking := question{
		state: ask.state, query: o.QueryMode, read: parseCallback, judge: redirectKind, done: pageDone,
		address: func(redirect string) string { return c.authorizeURL(redirect, ask, o) },
	}
	first := asking
	if o.QuietFirst && !o.NoPrompt && !o.QueryMode {
		silent := o
		silent.NoPrompt = true
		first.state, first.onward = quiet.state, &asking
		first.address = func(redirect string) string { return c.authorizeURL(redirect, quiet, silent) }
	}
	got, redirect, err := c.askBrowser(ctx, o, first)
	if err != nil {
		return Account{}, err
	}
	if got.state == quiet.state {
		ask = quiet
	}
	if got.err != nil {
		kind := redirectKind(got.err)
		if o.NoPrompt && kind == ErrSignInRejected {
			kind = quietKind(got.err)
		}
		return Account{}, fmt.Errorf("sign in: %w: %w", kind, got.err)
	}
	code := []byte(got.code.Reveal())
	got.code = Secret{}
	g, err := c.redeem(ctx, url.Values{
		"grant_type":   {"authorization_code"},
		"redirect_uri": {redirect},
		"scope":        {strings.Join(c.cfg.Scopes, " ")},
		"claims":       {mergeClaims(o.Claims)},
	}, secretParam{"code", code}, secretParam{"code_verifier", ask.verifier})
	clear(code)
	clear(ask.verifier)
	if err != nil {
		return Account{}, fmt.Errorf("redeem the code: %w", codeKind(err))
	}
	return c.take(ctx, g, ask.nonce)
}

// take makes an account of what the token endpoint gave for a sign-in, and keeps it.
func (c *Client) take(ctx context.Context, g grant, nonce string) (Account, error) {
	if g.refresh.Empty() {
		return Account{}, fmt.Errorf("redeem the code: %w: no refresh token in the answer", ErrTokenRefused)
	}
	account, err := c.identify(ctx, g.idToken, nonce)
	if err != nil {
		return Account{}, fmt.Errorf("check who signed in: %w", err)
	}
	account.Scopes = g.scopes
	if len(g.scopes) == 0 { // RFC 6749 section 5.1: left out when it is what was asked for
		account.Scopes = c.askedScopes()
	}
	if err := c.adopt(ctx, account.Key, g); err != nil {
		return Account{}, fmt.Errorf("keep the sign-in: %w", err)
	}
	return account, nil
}

// quietKind judges the answer to a question with prompt=none (OpenID Connect Core section 3.1.2.6).
func quietKind(e *OAuthError) error {
	switch e.Code {
	case "login_required", "interaction_required", "account_selection_required", "consent_required":
		return ErrSignInAgain
	}
	return ErrSignInRejected
}

// reachTime is how long the sign-in server has to answer before the browser is sent there.
const reachTime = 10 * time.Second

// reach asks the sign-in server for its metadata, only to learn whether it answers at all: else the browser would show
// that it does not, and the wait for it would be in vain. What it answers is judged later.
func (c *Client) reach(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	req, err := http.NewRequestWithContext(short, http.MethodGet, c.metadataURL(), nil)
	if err != nil {
		return fmt.Errorf("make request: %w: %w", ErrConfig, err)
	}
	if _, _, _, err := c.do(req); err != nil {
		return fmt.Errorf("try the sign-in server: %w", err)
	}
	return nil
}

// codeKind judges a refused authorization code. It was fresh, so trying again with the same one is pointless.
func codeKind(err error) error {
	var oe *OAuthError
	if !errors.As(err, &oe) || Transient(err) {
		return err
	}
	if oe.has(adminNumbers...) {
		return fmt.Errorf("%w: %w", ErrAdminApproval, err)
	}
	return fmt.Errorf("%w: %w", ErrTokenRefused, err)
}

// request holds the values that tie an answer to the question.
type request struct {
	state, nonce string
	verifier     []byte // of PKCE (RFC 7636 section 4.1): 43 characters; overwritten after use
}

func newRequest() (request, error) {
	var raw [96]byte
	defer clear(raw[:])
	if _, err := rand.Read(raw[:]); err != nil {
		return request{}, fmt.Errorf("draw random numbers: %w: %w", ErrLocal, err)
	}
	enc := base64.RawURLEncoding
	return request{state: enc.EncodeToString(raw[:32]), nonce: enc.EncodeToString(raw[32:64]), verifier: enc.AppendEncode(nil, raw[64:])}, nil
}

// challenge is the verifier's S256 code challenge (RFC 7636 section 4.2).
func (r request) challenge() string {
	sum := sha256.Sum256(r.verifier)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// authorizeURL is the address of the sign-in page.
func (c *Client) authorizeURL(redirect string, ask request, o SignInOptions) string {
	mode := "form_post" // the code then never reaches the browser's history
	if o.QueryMode {
		mode = "query"
	}
	params := []oauth2.AuthCodeOption{
		oauth2.SetAuthURLParam("code_challenge", ask.challenge()),
		oauth2.SetAuthURLParam("code_challenge_method", "S256"),
		oauth2.SetAuthURLParam("nonce", ask.nonce),
		oauth2.SetAuthURLParam("response_mode", mode),
	}
	if o.NoPrompt {
		params = append(params, oauth2.SetAuthURLParam("prompt", "none"))
	}
	if o.SelectAccount && !o.NoPrompt {
		params = append(params, oauth2.SetAuthURLParam("prompt", "select_account"))
	} else if o.LoginHint != "" {
		params = append(params, oauth2.SetAuthURLParam("login_hint", o.LoginHint))
	}
	params = append(params, oauth2.SetAuthURLParam("claims", mergeClaims(o.Claims)))
	return c.oauth(redirect).AuthCodeURL(ask.state, params...)
}

// question is what is asked through the browser.
type question struct {
	state   string
	query   bool                                        // the answer comes in the address
	address func(redirect string) string                // of Microsoft's page
	read    func(encoded, state string) (answer, error) // takes the answer apart
	judge   func(*OAuthError) error                     // sorts a refusal
	done    func() page                                 // what the browser shows after a yes
	// onward is asked in the same tab when this one, which was asked with prompt=none, needs the person; nil: nothing is.
	onward *question
}

// goesOn tells whether a refusal only means that the person has to be asked.
func (q question) goesOn(e *OAuthError) bool {
	return q.onward != nil && e != nil && errors.Is(quietKind(e), ErrSignInAgain)
}

// askBrowser waits for the one answer that knows the state.
func (c *Client) askBrowser(ctx context.Context, o SignInOptions, ask question) (answer, string, error) {
	limit := o.Timeout
	if limit <= 0 {
		limit = DefaultTimeout
	}
	wait, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	lo, err := listenLoopback()
	if err != nil {
		return answer{}, "", err
	}
	defer lo.close(ctx)

	settled := make(chan answer, 1)
	gate := make(chan struct{}, 1) // holds the one right to settle
	gate <- struct{}{}
	settle := func(a answer) bool {
		select {
		case <-gate:
			settled <- a
			return true
		default:
			return false
		}
	}
	lo.serve(&callbackHandler{host: lo.host(), redirect: lo.redirect(), question: ask, settle: settle})

	address := ask.address(lo.redirect())
	if o.Waiting != nil {
		until, _ := wait.Deadline()
		o.Waiting(address, until)
	}
	openFailed := make(chan error, 1)
	if o.Open != nil {
		// Not waited for: it may return only when the browser exits. It touches nothing of ours after that.
		go func() { openFailed <- callOpen(o.Open, address) }()
	}
	pasted := o.Pasted
	for {
		select {
		case a := <-settled:
			return a, lo.redirect(), nil
		case err := <-openFailed:
			if err != nil {
				c.log.Warn("the browser could not be opened", "error", err)
				if o.OpenFailed != nil {
					o.OpenFailed(err)
				}
			}
		case text, ok := <-pasted:
			if !ok {
				pasted = nil
				continue
			}
			a, err := ask.readPasted(text)
			if err == nil {
				settle(a) // if the browser came first, its answer is in settled
			} else if o.PasteRefused != nil {
				o.PasteRefused(err)
			}
		case <-wait.Done():
			return answer{}, "", fmt.Errorf("wait for the browser: %w", contextError(wait, ErrTimedOut))
		}
	}
}

// callOpen keeps a panic of foreign code away from the program.
func callOpen(open func(string) error, address string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("opening the browser panicked: %v", v)
		}
	}()
	return open(address)
}
