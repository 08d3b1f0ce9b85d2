package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// agree is an Open that approves at once.
func (f *fakeLogin) agree(u string) error {
	redirect, form := f.approve(u)
	if status, body := postForm(redirect, form); status != 200 {
		return errors.New(body)
	}
	return nil
}

func TestSignInStoresRefreshTokenAndNamesThePerson(t *testing.T) {
	f := newFakeLogin(t)
	keys := NewMemoryKeychain()
	c := f.client(keys)
	var shown string
	var until time.Time
	account, err := c.SignIn(t.Context(), SignInOptions{
		Open: f.agree, Waiting: func(a string, u time.Time) { shown, until = a, u }, LoginHint: "alice@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if account.Key != testKey || account.UPN != "alice@example.com" || account.Name != "Alice Example" {
		t.Errorf("account = %+v", account)
	}
	if !slices.Contains(account.Scopes, "User.Read") {
		t.Errorf("scopes are not bare: %v", account.Scopes)
	}
	if missing := c.Missing(account); !slices.Equal(missing, []string{"MailboxSettings.Read"}) {
		t.Errorf("missing = %v", missing)
	}
	if d := time.Until(until); d < 4*time.Minute || d > 5*time.Minute {
		t.Errorf("wait ends in %v", d)
	}
	q := mustQuery(t, shown)
	for name, want := range map[string]string{"response_type": "code", "response_mode": "form_post", "code_challenge_method": "S256",
		"login_hint": "alice@example.com", "prompt": "", "client_id": testClient, "scope": strings.Join(DefaultScopes(), " ")} {
		if q.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, q.Get(name), want)
		}
	}
	if r := q.Get("redirect_uri"); !strings.HasPrefix(r, "http://localhost:") || strings.HasSuffix(r, "/") {
		t.Errorf("redirect_uri = %q", r)
	}
	if has, err := c.Has(t.Context(), testKey); !has || err != nil {
		t.Errorf("Has = %v, %v", has, err)
	}
	before := f.count()
	if token, err := c.Token(t.Context(), testKey); err != nil || token != "access-1" || f.count() != before {
		t.Errorf("Token = %q, %v after %d requests", token, err, f.count()-before)
	}
	// A new start of the program: nothing asked, one refresh.
	if token, err := f.client(keys).Token(t.Context(), testKey); err != nil || token != "access-2" {
		t.Errorf("Token of a new client = %q, %v", token, err)
	}
	if err := c.SignOut(t.Context(), testKey); err != nil {
		t.Fatal(err)
	}
	if has, _ := c.Has(t.Context(), testKey); has {
		t.Error("still there after SignOut")
	}
	if _, err := c.Token(t.Context(), testKey); !errors.Is(err, ErrSignInAgain) {
		t.Errorf("Token after SignOut: %v", err)
	}
}

func mustQuery(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func TestSelectAccountExcludesLoginHintAndClaimsArePassed(t *testing.T) {
	c := newFakeLogin(t).client(NewMemoryKeychain())
	q := mustQuery(t, c.authorizeURL("http://localhost:1", request{"s", "n", []byte("v")},
		SignInOptions{SelectAccount: true, LoginHint: "a@example.com", QueryMode: true, Claims: `{"access_token":{"nbf":{"essential":true}}}`}))
	if q.Get("prompt") != "select_account" || q.Has("login_hint") || q.Get("response_mode") != "query" || q.Get("claims") != `{"access_token":{"nbf":{"essential":true},"xms_cc":{"values":["cp1"]}}}` {
		t.Errorf("query = %v", q)
	}
}

func TestQueryModeByBrowserAndByPaste(t *testing.T) {
	f := newFakeLogin(t)
	t.Run("browser", func(t *testing.T) {
		_, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), SignInOptions{QueryMode: true, Open: func(u string) error {
			redirect, form := f.approve(u)
			if status, _ := postForm(redirect, form); status != http.StatusMethodNotAllowed {
				t.Errorf("a form post in query mode got %d", status)
			}
			read(browser.Get(redirect + "?" + form.Encode()))
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("paste", func(t *testing.T) {
		pasted := make(chan string)
		var refused error
		_, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), SignInOptions{QueryMode: true, Pasted: pasted,
			PasteRefused: func(err error) { refused = err },
			Open: func(u string) error {
				redirect, form := f.approve(u)
				pasted <- "https://example.com/?code=x&state=y"
				pasted <- " " + redirect + "/?" + form.Encode() + "\n"
				return nil
			}})
		if err != nil || refused == nil {
			t.Fatalf("err = %v, refused = %v", err, refused)
		}
	})
}

// TestErrorThatOnlyTheBrowserShows: some errors never come back (a wrong redirect address); the person brings the page's text.
func TestErrorThatOnlyTheBrowserShows(t *testing.T) {
	// As the page lays it out, and in one line as it is found in mails to a help desk.
	for name, page := range map[string]string{
		"page": "Sorry, but we're having trouble signing you in.\nAADSTS50011: The redirect URI 'http://localhost:1' specified in the request does not match.\n" +
			"Request Id\n1a1b1c1d-1111-4222-8333-444444444444\nCorrelation Id\n0a0b0c0d-1111-4222-8333-444444444444\nTimestamp\n2026-02-03T04:05:06Z",
		"line": "Request Id: 1a1b1c1d-1111-4222-8333-444444444444 Correlation Id: 0a0b0c0d-1111-4222-8333-444444444444 Timestamp: 2026-02-03 04:05:06Z Message: AADSTS50011: no",
	} {
		for _, query := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, query %v", name, query), func(t *testing.T) {
				f := newFakeLogin(t)
				pasted, refused := make(chan string), 0
				_, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), SignInOptions{QueryMode: query, Pasted: pasted, PasteRefused: func(error) { refused++ },
					Open: func(u string) error {
						q := mustQuery(t, u)
						pasted <- "my password is AADSTS"                                                                   // no number
						pasted <- q.Get("redirect_uri") + "/?error=access_denied&state=guess&error_description=AADSTS65004" // not ours, so it ends nothing
						pasted <- page
						return nil
					}})
				e := Explain(err)
				if !errors.Is(err, ErrSignInRejected) || e.ID != "registration" || e.Details() != "AADSTS50011 · 0a0b0c0d-1111-4222-8333-444444444444 · 2026-02-03T04:05:06Z" {
					t.Errorf("%v, explained as %+v", err, e)
				}
				if refused != 2 {
					t.Errorf("%d pastes were refused", refused)
				}
			})
		}
	}
}

func TestSignInEnds(t *testing.T) {
	f := newFakeLogin(t)
	deny := func(code, description string) func(string) error {
		return func(u string) error {
			redirect, form := f.approve(u)
			form.Del("code")
			form.Set("error", code)
			form.Set("error_description", description)
			postForm(redirect, form)
			return nil
		}
	}
	cases := []struct {
		name string
		open func(string) error
		want error
		id   string
	}{
		{"declined", deny("access_denied", ""), ErrRefused, "declined"},
		{"declined with number", deny("access_denied", "AADSTS65004: User declined"), ErrRefused, "declined"},
		{"approval", deny("access_denied", "AADSTS90094: x Correlation ID: 0a0b0c0d-1111-4222-8333-444444444444"), ErrAdminApproval, "admin-approval"},
		{"the question this program answers", deny("access_denied", "AADSTS90093: This operation can only be performed by an administrator."), ErrAdminApproval, "admin-approval"},
		{"policy", deny("access_denied", "AADSTS53003: blocked"), ErrSignInRejected, "policy"},
		{"not assigned", deny("invalid_request", "AADSTS50105: assign"), ErrSignInRejected, "not-assigned"},
		{"busy", deny("temporarily_unavailable", ""), ErrBusy, "busy"},
		{"odd", deny("<script>", "x"), ErrSignInRejected, "rejected"},
		{"nobody comes", func(string) error { return nil }, ErrTimedOut, "timed-out"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			timeout := 30 * time.Second
			if tc.want == ErrTimedOut {
				timeout = 50 * time.Millisecond
			}
			keys := NewMemoryKeychain()
			_, err := f.client(keys).SignIn(t.Context(), SignInOptions{Open: tc.open, Timeout: timeout})
			if !errors.Is(err, tc.want) {
				t.Fatalf("err = %v, want %v", err, tc.want)
			}
			if e := Explain(err); e.ID != tc.id {
				t.Errorf("explained as %q, want %q", e.ID, tc.id)
			}
			if len(keys.secrets) != 0 {
				t.Error("something was stored")
			}
		})
	}
}

func TestCancelEndsAtOnceAndFreesThePort(t *testing.T) {
	f := newFakeLogin(t)
	ctx, cancel := context.WithCancel(t.Context())
	var redirect string
	_, err := f.client(NewMemoryKeychain()).SignIn(ctx, SignInOptions{Waiting: func(a string, _ time.Time) {
		redirect = mustQuery(t, a).Get("redirect_uri")
		cancel()
	}})
	if !errors.Is(err, ErrCancelled) || Explain(err).ID != "cancelled" {
		t.Fatalf("err = %v", err)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(redirect, "http://")); err == nil {
		conn.Close()
		t.Error("the port is still open")
	}
}

func TestBrowserThatDoesNotOpenIsReportedAndNotFatal(t *testing.T) {
	f := newFakeLogin(t)
	failed := make(chan error, 1)
	address := make(chan string, 1)
	go func() {
		<-failed
		if err := f.agree(<-address); err != nil {
			t.Error(err)
		}
	}()
	_, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), SignInOptions{
		Waiting:    func(a string, _ time.Time) { address <- a },
		Open:       func(string) error { panic("no display") },
		OpenFailed: func(err error) { failed <- err },
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBlockingOpenDoesNotHoldUpTheSignIn(t *testing.T) {
	f := newFakeLogin(t)
	release := make(chan struct{})
	done := make(chan struct{})
	_, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), SignInOptions{Open: func(u string) error {
		defer close(done)
		_ = f.agree(u)
		<-release // as xdg-open, which may stay until the browser exits
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	close(release)
	<-done
}

func TestServerOutOfReach(t *testing.T) {
	f := newFakeLogin(t)
	open := f.agree
	t.Run("token endpoint gone", func(t *testing.T) {
		c := f.client(NewMemoryKeychain(), func(c *Config) { c.LoginURL = "http://127.0.0.1:1" })
		_, err := c.SignIn(t.Context(), SignInOptions{Open: open})
		if !errors.Is(err, ErrUnreachable) || !Transient(err) {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("captive portal", func(t *testing.T) {
		f.other = func(w http.ResponseWriter, r *http.Request) bool {
			_, _ = w.Write([]byte("<html>Welcome to the hotel</html>"))
			return true
		}
		defer func() { f.other = nil }()
		_, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), SignInOptions{Open: open})
		if !errors.Is(err, ErrUnreachable) {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("refused code", func(t *testing.T) {
		f.answer = func(w http.ResponseWriter, _ url.Values) bool {
			refuse(w, 401, "invalid_client", "AADSTS7000218: secret for bob@example.com", map[string]any{"error_codes": []int{7000218}})
			return true
		}
		defer func() { f.answer = nil }()
		_, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), SignInOptions{Open: open})
		e := Explain(err)
		if !errors.Is(err, ErrTokenRefused) || e.ID != "registration" || e.Code != "AADSTS7000218" ||
			e.Correlation != "0a0b0c0d-1111-4222-8333-444444444444" || e.Time.Format(time.RFC3339) != "2026-02-03T04:05:06Z" {
			t.Errorf("err = %v, explained %+v", err, e)
		}
		if strings.Contains(err.Error(), "bob") {
			t.Errorf("the error names a person: %v", err)
		}
	})
	t.Run("redirecting token endpoint", func(t *testing.T) {
		f.answer = func(w http.ResponseWriter, _ url.Values) bool {
			w.Header().Set("Location", "http://127.0.0.1:1/steal")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		}
		defer func() { f.answer = nil }()
		_, err := f.client(NewMemoryKeychain()).SignIn(t.Context(), SignInOptions{Open: open})
		if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "307") {
			t.Errorf("err = %v", err)
		}
	})
}

func TestBadConfigIsSaidBeforeAnythingOpens(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no client":  {},
		"plain http": {ClientID: testClient, LoginURL: "http://login.example.com"},
		"with path":  {ClientID: testClient, LoginURL: "https://login.example.com/x"},
		"tenant":     {ClientID: testClient, Tenant: "../evil"},
	} {
		c := New(cfg, NewMemoryKeychain(), nil)
		if _, err := c.SignIn(t.Context(), SignInOptions{Open: func(string) error { t.Error("opened"); return nil }}); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: SignIn err = %v", name, err)
		}
		if _, err := c.Token(t.Context(), testKey); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: Token err = %v", name, err)
		}
	}
}

// brokenKeychain fails where told.
type brokenKeychain struct {
	*MemoryKeychain
	get, set error
}

func (b *brokenKeychain) Get(ctx context.Context, user string) (Secret, error) {
	if b.get != nil {
		return Secret{}, b.get
	}
	return b.MemoryKeychain.Get(ctx, user)
}

func (b *brokenKeychain) Set(ctx context.Context, user string, s Secret) error {
	if b.set != nil {
		return b.set
	}
	return b.MemoryKeychain.Set(ctx, user, s)
}

func TestKeychainIsTriedBeforeThePersonSignsIn(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(&brokenKeychain{MemoryKeychain: NewMemoryKeychain(), get: ErrNoKeychain})
	_, err := c.SignIn(t.Context(), SignInOptions{Open: func(string) error { t.Error("opened"); return nil }})
	if !errors.Is(err, ErrNoKeychain) || Explain(err).Action != ActionKeychainHelp {
		t.Errorf("err = %v", err)
	}
}

func TestSignInThatCannotBeKeptFails(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(&brokenKeychain{MemoryKeychain: NewMemoryKeychain(), set: ErrKeychainRefused})
	if _, err := c.SignIn(t.Context(), SignInOptions{Open: f.agree}); !errors.Is(err, ErrKeychainRefused) {
		t.Errorf("err = %v", err)
	}
	if token, err := c.Token(t.Context(), testKey); err == nil {
		t.Errorf("a sign-in reported as failed gives the token %q", token)
	}
}

func TestAdminConsentURL(t *testing.T) {
	c := New(Config{ClientID: testClient}, NewMemoryKeychain(), nil)
	for tenant, want := range map[string]string{"": "organizations", "common": "organizations", "contoso.example": "contoso.example", "a/b": "a%2Fb"} {
		got := c.AdminConsentURL(tenant)
		if !strings.HasPrefix(got, "https://login.microsoftonline.com/"+want+"/v2.0/adminconsent?") {
			t.Errorf("AdminConsentURL(%q) = %s", tenant, got)
		}
		q := mustQuery(t, got)
		if q.Get("client_id") != testClient || q.Get("scope") != strings.Join(DefaultScopes(), " ") ||
			q.Get("redirect_uri") != "https://login.microsoftonline.com/common/oauth2/nativeclient" {
			t.Errorf("query = %v", q)
		}
	}
}

func TestUnreachableServerIsNoticedBeforeTheBrowserOpens(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(NewMemoryKeychain())
	f.Close()
	opened := false
	_, err := c.SignIn(t.Context(), SignInOptions{Open: func(string) error { opened = true; return nil }, Timeout: 5 * time.Second})
	if !errors.Is(err, ErrUnreachable) || opened {
		t.Errorf("signed in with %v, browser opened: %v", err, opened)
	}
}

func TestKeychainErrorsSaySo(t *testing.T) {
	for _, err := range []error{ErrNoKeychain, ErrKeychainLocked, ErrKeychainRefused, ErrKeychainSlow} {
		var k interface{ KeychainFails() bool }
		if !errors.As(fmt.Errorf("read: %w", err), &k) || !k.KeychainFails() {
			t.Errorf("%v does not say that it is the keychain's", err)
		}
		var again interface{ SignInAgain() bool }
		if errors.As(err, &again) {
			t.Errorf("%v asks for a sign-in", err)
		}
	}
	var k interface{ KeychainFails() bool }
	if errors.As(ErrNotStored, &k) {
		t.Error("an empty keychain counts as a broken one")
	}
}
