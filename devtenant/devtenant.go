// Package devtenant is a simulated Office 365 tenant in one program: sign-in pages and Microsoft Graph on one loopback
// listener, with made-up people and mail. Tests, the demo and cmd/devtenant start it.
//
// It shares no type with packages auth and outlook, so that a mistake about the wire is not made on both sides at once,
// and imports nothing of ours but the demo data in assets.
package devtenant

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// Options say how a tenant starts. The zero value is the demo on a free port.
type Options struct {
	Listen string // host:port; "" means 127.0.0.1:0, a free port
	// Seed is what the mailboxes hold: "demo" (the default), "empty" (standard folders only) or "large" (the demo with
	// LargeMessages messages in everybody's mailbox, and more people).
	Seed string
	// Messages in the first person's mailbox, or with "large" in everybody's; 0: the seed's own number. It means nothing to
	// "empty".
	Messages int
	Now      func() time.Time // nil: time.Now; demo data is relative to what it says at the start
	Log      *slog.Logger     // nil: nothing is logged
	// AccessLifetime of access tokens; 0: between 60 and 90 minutes, at random.
	AccessLifetime time.Duration
	// TLS serves https with a certificate authority made for this run.
	TLS bool
	// CAFile is where the authority's certificate is written, PEM; "": a temporary file, removed by Close.
	CAFile string
	// StateFile keeps the tenant over restarts: mailboxes, directory, policies, approvals, browser sessions, refresh tokens
	// and the signing key. What was answered is in it, even if the process is killed. Seed, Messages and Directory count
	// only while it is not there. "" keeps nothing.
	StateFile string
	// Directory to use instead of directory.Demo(). A state file that is there replaces what is in it.
	Directory *directory.Directory
	// Observe is told of each Graph request and its answer: see graph.Options. Package tenanttest sets it, to hold both
	// against Microsoft's description.
	Observe func(r *http.Request, body []byte, status int, header http.Header, answer []byte)
}

// LargeMessages is the number of messages that the seed "large" makes.
const LargeMessages = 10_000

// Fault is what a test wants to go wrong with a Graph request.
type Fault = graph.Fault

// Server is a running tenant. It is safe for concurrent use.
type Server struct {
	LoginURL string             // sign-in, http://127.0.0.1:PORT, without a slash at the end
	GraphURL string             // Graph, …/graph/v1.0
	PanelURL string             // the control panel
	CAFile   string             // the certificate to trust, PEM; "" without TLS
	Roots    *x509.CertPool     // the same, nil without TLS
	ClientID string             // of the registered program
	Tenants  []directory.Tenant // as they were at the start
	// Mailboxes is what Graph serves: tests look here for what really happened.
	Mailboxes *mailbox.Registry

	now       func() time.Time
	log       *slog.Logger
	authority *authority // nil without TLS
	providing sync.Mutex // making of mailboxes for people who were added

	entra    *entra.Server
	graph    *graph.Handler
	dir      *directory.Directory
	http     *http.Server
	cancel   context.CancelFunc
	unhook   func() bool // detaches from the context given to Start
	served   chan struct{}
	keeper   *keeper // nil without Options.StateFile
	seed     seed
	requests requestLog
	close    sync.Once
}

// Start opens the listener and serves until Close, or until ctx ends. The error tells when the address is in use or an
// option has no meaning.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	switch o.Seed {
	case "":
		o.Seed = "demo"
	case "demo", "empty", "large":
	default:
		return nil, fmt.Errorf("unknown seed %q (demo, empty or large)", o.Seed)
	}
	if o.Messages < 0 {
		return nil, fmt.Errorf("%d messages cannot be made", o.Messages)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case o.Directory != nil:
	case o.Seed == "large":
		o.Directory = directory.Large()
	default:
		o.Directory = directory.Demo()
	}
	// Before the mailboxes are made: an address in use is told at once.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Listen, err)
	}
	first, err := begin(ctx, o)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	s := &Server{seed: first.seed, now: o.Now, log: o.Log, ClientID: directory.DemoClientID, Tenants: o.Directory.Tenants(), Mailboxes: first.boxes,
		dir: o.Directory, served: make(chan struct{})}
	login, err := entra.New(entra.Options{Directory: o.Directory, Now: o.Now, Log: o.Log, AccessLifetime: o.AccessLifetime, Hints: true, Saved: first.entra, Switches: s.switches()})
	if err != nil {
		_ = listener.Close()
		first.abandon()
		return nil, fmt.Errorf("start the sign-in service: %w", err)
	}
	base := "http://" + reachable(listener.Addr())
	var ca *authority
	if o.TLS {
		host, _, _ := net.SplitHostPort(o.Listen)
		if ca, err = newAuthority(o.CAFile, host); err != nil {
			_ = listener.Close()
			first.abandon()
			return nil, err
		}
		base = "https://" + reachable(listener.Addr())
	}
	boxes := first.boxes
	s.authority, s.LoginURL, s.GraphURL, s.PanelURL, s.entra = ca, base, base+"/graph/v1.0", base+"/", login
	s.graph = graph.NewHandler(graph.Options{Verify: s.verify, Mailboxes: boxes, Member: s.member, Now: o.Now, Log: o.Log, FourAtOnce: true, Budget: true, Observe: o.Observe})
	run, cancel := context.WithCancel(ctx)
	s.cancel = cancel
	if first.file != nil {
		s.keeper = &keeper{file: first.file, boxes: boxes, login: login, dir: o.Directory, seed: first.seed, log: o.Log, ask: make(chan chan struct{}), done: make(chan struct{})}
		if err := s.keeper.save(ctx); err != nil { // so that the seed is known before anything is answered
			cancel()
			ca.close()
			_ = listener.Close()
			first.abandon()
			return nil, err
		}
		go s.keeper.run(run)
	}
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return run },
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	if ca != nil {
		s.CAFile, s.Roots, s.http.TLSConfig = ca.file, ca.roots, ca.config
	}
	go func() {
		defer close(s.served)
		var err error
		if ca != nil {
			err = s.http.ServeTLS(listener, "", "")
		} else {
			err = s.http.Serve(listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			o.Log.Error("the simulated tenant stopped", "error", err)
		}
	}()
	s.unhook = context.AfterFunc(ctx, func() { _ = s.http.Close() })
	return s, nil
}

// reachable turns "every address" into one that can be dialled.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// Close ends the tenant: requests under way are cancelled and get a second to finish, then connections are cut. It
// returns when the server's goroutines have ended, and does nothing the second time.
func (s *Server) Close() {
	s.close.Do(func() {
		s.unhook()
		s.cancel()
		grace, done := context.WithTimeout(context.WithoutCancel(s.http.BaseContext(nil)), time.Second)
		defer done()
		if s.http.Shutdown(grace) != nil {
			_ = s.http.Close()
		}
		<-s.served
		s.keeper.close(context.WithoutCancel(s.http.BaseContext(nil)))
		s.authority.close()
	})
}

// Token makes an access token for a person without any sign-in. Without scopes it carries all that the program declares.
func (s *Server) Token(upn string, scopes ...string) (string, error) {
	return s.entra.Mint(s.ClientID, upn, scopes...)
}

// Faults are the rules by which Graph requests go wrong; /control/faults changes them from outside.
func (s *Server) Faults() *graph.Faults { return s.graph.Faults() }

// Intercept sets the hook that chooses a fault for each Graph request, those inside a batch too; nil takes it away.
func (s *Server) Intercept(choose func(*http.Request) *Fault) { s.graph.SetIntercept(choose) }

// SetQuirks switches on what the real Graph does at times and a client has to live with.
func (s *Server) SetQuirks(q graph.Quirks) { s.graph.SetQuirks(q) }

// Revoke ends a person's refresh tokens and browser sessions, as an administrator would. It reports whether they exist.
func (s *Server) Revoke(upn string) bool { return s.entra.Revoke(upn) }

// Control turns one of the sign-in service's switches, as POST /control/NAME does: see entra's list of them. id is that
// of what the switch made, or empty.
func (s *Server) Control(name string, values map[string]string) (id string, err error) {
	return s.entra.Control(name, values)
}

// State tells what the sign-in service holds.
func (s *Server) State() entra.State { return s.entra.State() }

// SetUserConsent changes what users of a tenant (GUID or domain) may approve themselves.
func (s *Server) SetUserConsent(tenant string, p directory.ConsentPolicy) error {
	return s.dir.SetUserConsent(tenant, p)
}

func (s *Server) handler() http.Handler {
	guard := http.NewCrossOriginProtection() // the sign-in service has its own
	faults := guard.Handler(s.graph.Faults())
	return s.requests.watch(s.caller, s.keeper.keeping(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/panel/"):
			s.panel(w, r)
		case r.URL.Path == "/control/faults" || strings.HasPrefix(r.URL.Path, "/control/faults/"):
			faults.ServeHTTP(w, r)
		case r.URL.Path == "/control/requests":
			s.requests.ServeHTTP(w, r)
		case r.URL.Path == "/control/mailboxes":
			s.listMailboxes(w, r)
		case strings.HasPrefix(r.URL.Path, "/graph/"):
			s.graph.ServeHTTP(w, r)
		default:
			s.entra.ServeHTTP(w, r)
		}
	})))
}
