package auth

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// DefaultLoginURL is the login server of the global cloud; see Clouds for the others.
const DefaultLoginURL = "https://login.microsoftonline.com"

// DefaultTenant lets any work or school account sign in.
const DefaultTenant = "organizations"

// DefaultScopes is what the program asks for, in Graph's bare names: all that Features need. Always ask for the whole
// set: a narrower grant by an administrator can revoke what was granted before.
func DefaultScopes() []string {
	var out []string
	for _, f := range Features() {
		out = append(out, f.Scopes...)
	}
	return out
}

// Config says where and as what to sign in. Only ClientID is required.
type Config struct {
	ClientID string       // application (client) id, a GUID
	Tenant   string       // "organizations", a tenant GUID or a domain; empty: DefaultTenant
	LoginURL string       // scheme and host, https or a loopback address; empty: DefaultLoginURL
	Scopes   []string     // empty: DefaultScopes
	HTTP     *http.Client // copied; redirects are never followed; empty: the default transport with a 30 s limit
	// LinkState is put into the approval links that are forwarded, so that a reply to one of them is told from a reply to
	// somebody else's; empty: they carry none. It is no secret and outlives the program.
	LinkState string
	LockDir   string           // existing folder for lock files shared by all copies of the program; empty: no lock
	Now       func() time.Time // clock; empty: time.Now
}

// Client signs in and hands out tokens for any number of accounts. Safe for use from many goroutines; it starts none that
// outlive the call that started them, save a keychain call that never answers (see NewKeychain).
type Client struct {
	cfg  Config
	bad  error // what is wrong with cfg; each call that needs the server returns it
	http *http.Client
	keys Keychain
	log  *slog.Logger

	mu       sync.Mutex
	accounts map[string]*session
}

// Account is who signed in.
type Account struct {
	Key      string   // "tid.oid": the one identity that never changes (an e-mail address may)
	TenantID string   // GUID, lower case
	ObjectID string   // GUID, lower case
	UPN      string   // sign-in name, for display only
	Name     string   // display name
	Scopes   []string // granted scopes in Graph's bare names; compare with those asked for (Client.Missing)
}

// New makes a client. A mistake in cfg shows as ErrConfig at the first call that needs the server. A nil log discards.
func New(cfg Config, keys Keychain, log *slog.Logger) *Client {
	if cfg.Tenant == "" {
		cfg.Tenant = DefaultTenant
	}
	if cfg.LoginURL == "" {
		cfg.LoginURL = DefaultLoginURL
	}
	cfg.LoginURL = strings.TrimRight(cfg.LoginURL, "/")
	if len(cfg.Scopes) == 0 {
		cfg.Scopes = DefaultScopes()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	client := http.Client{Timeout: 30 * time.Second}
	if cfg.HTTP != nil {
		client = *cfg.HTTP
		if client.Timeout == 0 {
			client.Timeout = 30 * time.Second
		}
	}
	// A redirected POST would carry the refresh token to an address nobody checked.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{cfg: cfg, bad: checkConfig(cfg), http: &client, keys: keys, log: log, accounts: map[string]*session{}}
}

func checkConfig(cfg Config) error {
	if cfg.ClientID == "" {
		return fmt.Errorf("client id is empty: %w", ErrConfig)
	}
	if strings.ContainsAny(cfg.Tenant, "/?#%\\ ") {
		return fmt.Errorf("tenant is not a name: %w", ErrConfig)
	}
	u, err := url.Parse(cfg.LoginURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" {
		return fmt.Errorf("login address is not scheme and host: %w", ErrConfig)
	}
	if !secureOrLoopback(u) {
		return fmt.Errorf("login address is neither https nor loopback: %w", ErrConfig)
	}
	return nil
}

func secureOrLoopback(u *url.URL) bool {
	switch u.Scheme {
	case "https":
		return true
	case "http":
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	}
	return false
}

func (c *Client) oauth(redirect string) *oauth2.Config {
	return &oauth2.Config{
		ClientID:    c.cfg.ClientID,
		RedirectURL: redirect,
		Scopes:      c.cfg.Scopes,
		// AuthStyleInParams: detection would send a first request without client_id.
		Endpoint: oauth2.Endpoint{AuthURL: c.endpoint("authorize"), TokenURL: c.endpoint("token"), AuthStyle: oauth2.AuthStyleInParams},
	}
}

// endpoint is {login}/{tenant}/oauth2/v2.0/{name}. A code is redeemed at the tenant at which it was asked for.
func (c *Client) endpoint(name string) string {
	return c.cfg.LoginURL + "/" + url.PathEscape(c.cfg.Tenant) + "/oauth2/v2.0/" + name
}

// Missing lists the scopes that were asked for and not granted. The OpenID scopes are left out: servers do not repeat
// them reliably.
func (c *Client) Missing(a Account) []string {
	var out []string
	for _, want := range c.cfg.Scopes {
		if bare := bareScope(want); !hasScope(openIDScopes, bare) && !hasScope(a.Scopes, bare) {
			out = append(out, bare)
		}
	}
	return out
}

// bareScope turns "https://graph.microsoft.com/Mail.Send" into "Mail.Send"; answers use both forms.
func bareScope(s string) string {
	if strings.Contains(s, "://") {
		return s[strings.LastIndexByte(s, '/')+1:]
	}
	return s
}
