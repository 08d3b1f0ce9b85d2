// Package entra is the simulated tenant's sign-in service: it speaks the Microsoft identity platform's v2.0 wire (the
// authorization code flow with PKCE, device code, client credentials, consent and its policies, conditional access,
// discovery, keys, logout) on the loopback, with pages
// of its own design. Facts come from Microsoft's public documentation (entra-docs, "OAuth 2.0 authorization code flow",
// "Authentication and authorization error codes") and RFC 6749, 7636 and OpenID Connect Core 1.0.
//
// It is not a security product: passwords are plain text and shown on purpose. It knows nothing of mailboxes.
package entra

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"supercrm/devtenant/directory"
)

// Options configure the service.
type Options struct {
	Directory *directory.Directory // required
	Now       func() time.Time     // nil: time.Now
	Log       *slog.Logger         // nil: nothing is logged
	// AccessLifetime of access tokens; 0: a random one between 60 and 90 minutes, as the real service gives.
	AccessLifetime time.Duration
	// Hints shows the tenant's accounts and passwords on the sign-in pages, for people trying the program.
	Hints bool
	// Saved is what Save of an earlier instance gave; its signing key, sign-ins and approvals go on. nil begins anew.
	Saved []byte
	// Switches are further ones, by name, for POST /control/NAME and Control. id is that of what was made, or empty.
	Switches map[string]func(url.Values) (id string, err error)
}

// How long things live. Codes: entra-docs, "authorization codes ... expire after about 10 minutes". Refresh tokens:
// 90 days without use.
const (
	codeLifetime    = 10 * time.Minute
	flowLifetime    = 15 * time.Minute
	refreshLifetime = 90 * 24 * time.Hour
	spaLifetime     = 24 * time.Hour // refresh tokens of single-page programs, from the sign-in on
	maxBody         = 64 << 10       // bytes of any posted form
	maxFlows        = 1000           // sign-ins under way, and browser sessions: the oldest go first
)

// Server is the sign-in service. It is an http.Handler, safe for concurrent use, and owns no goroutine.
type Server struct {
	dir    *directory.Directory
	now    func() time.Time
	log    *slog.Logger
	access time.Duration
	hints  bool
	more   map[string]func(url.Values) (string, error)
	key    *rsa.PrivateKey
	signer *signer
	mux    http.Handler

	mu sync.Mutex
	st state
}

// New makes a service with a fresh signing key, so tokens of another instance are not accepted, unless Options.Saved gives
// one.
func New(o Options) (*Server, error) {
	if o.Directory == nil {
		return nil, errors.New("entra: no directory")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{dir: o.Directory, now: o.Now, log: o.Log, access: o.AccessLifetime, hints: o.Hints, more: o.Switches, st: newState()}
	s.mux = s.routes()
	if o.Saved != nil {
		return s, s.load(o.Saved)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make the signing key: %w", err)
	}
	s.key = key
	s.signer, err = newSigner(key)
	return s, err
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", s.authorize)
	mux.HandleFunc("/{tenant}/oauth2/v2.0/token", s.token)
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/logout", s.logout)
	mux.HandleFunc("GET /{tenant}/v2.0/adminconsent", s.adminConsent)
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", s.configuration)
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", s.keys)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/devicecode", s.deviceCode)
	mux.HandleFunc("GET /devicelogin", s.showDevice)
	mux.HandleFunc("POST /devicelogin", s.postDevice)
	mux.HandleFunc("GET /common/oauth2/nativeclient", s.nativeClient)
	mux.HandleFunc("GET /login/{flow}", s.showFlow)
	mux.HandleFunc("POST /login/{flow}/account", s.postAccount)
	mux.HandleFunc("POST /login/{flow}/password", s.postPassword)
	mux.HandleFunc("POST /login/{flow}/change", s.postChange)
	mux.HandleFunc("POST /login/{flow}/code", s.postCode)
	mux.HandleFunc("POST /login/{flow}/confirm", s.postConfirm)
	mux.HandleFunc("POST /login/{flow}/consent", s.postConsent)
	mux.HandleFunc("POST /login/{flow}/approval", s.postApproval)
	mux.HandleFunc("GET /error", s.explain)
	mux.HandleFunc("GET /control/state", s.controlState)
	mux.HandleFunc("POST /control/{switch}", s.control)
	// A page elsewhere must not be able to post into a sign-in under way, nor turn a switch. Single-page programs redeem
	// tokens from elsewhere; platformRefused minds who may.
	guard := http.NewCrossOriginProtection()
	guard.AddInsecureBypassPattern("POST /{tenant}/oauth2/v2.0/token")
	return guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// GET /{tenant}/adminconsent, which the mux cannot tell from GET /login/{flow}.
		tenant, ok := strings.CutSuffix(r.URL.Path, "/adminconsent")
		if tenant = strings.TrimPrefix(tenant, "/"); ok && r.Method == http.MethodGet && tenant != "" && !strings.Contains(tenant, "/") {
			r.SetPathValue("tenant", tenant)
			s.adminConsentV1(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Ms-Request-Id", newGUID())
	if r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	s.log.Debug("sign-in request", "method", r.Method, "path", r.URL.Path) // never the query: it carries codes and hints
	s.mux.ServeHTTP(w, r)
}

// loginURL is how the asking program reached this service; every address in an answer begins with it.
func loginURL(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails (it ends the process instead)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
