package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/auth"
	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
)

// tap keeps every secret that passes between the program and the login server.
type tap struct {
	http.Transport
	mu      sync.Mutex
	secrets []string
	claims  []string // of the refreshes
}

func (p *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if form, err := url.ParseQuery(string(body)); err == nil {
			p.mu.Lock()
			for _, name := range []string{"code", "code_verifier", "refresh_token"} {
				if v := form.Get(name); v != "" {
					p.secrets = append(p.secrets, v)
				}
			}
			if form.Get("grant_type") == "refresh_token" {
				p.claims = append(p.claims, form.Get("claims"))
			}
			p.mu.Unlock()
		}
	}
	res, err := p.Transport.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/token") {
		return res, err
	}
	body, _ := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	var tokens map[string]any
	if json.Unmarshal(body, &tokens) == nil {
		p.mu.Lock()
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			if v, _ := tokens[name].(string); v != "" {
				p.secrets = append(p.secrets, v)
			}
		}
		p.mu.Unlock()
	}
	return res, nil
}

type rig struct {
	t    *testing.T
	m    *mirror.Mirror
	s    *Session
	keys auth.Keychain
	tap  *tap
	log  bytes.Buffer
	mu   sync.Mutex
}

func (r *rig) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(b)
}

// until waits for the account's state.
func (r *rig) until(what string, ok func(mirror.Status) bool) {
	r.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if all, err := r.m.Status(r.t.Context()); err == nil && len(all) == 1 && ok(all[0]) {
			return
		}
	}
	all, err := r.m.Status(r.t.Context())
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.Fatalf("waited in vain for %s; state %+v, %v; log:\n%s", what, all, err, r.log.Bytes()[max(0, r.log.Len()-4000):])
}

// TestClaimsAndSecretsFromSignInToSignOut goes the whole way of an account: sign-in, mirroring, an event that ends its
// sessions (Graph then challenges), signing in again with what was challenged, signing out. Then nothing secret that passed
// the wire may be in the log or in any file.
func TestClaimsAndSecretsFromSignInToSignOut(t *testing.T) {
	tenant := tenanttest.Start(t, func(o *devtenant.Options) { o.Messages = 40 }) // the whole demo takes minutes on a busy machine
	dir := t.TempDir()
	path := filepath.Join(dir, "supercrm.db")
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r := &rig{t: t, keys: auth.NewMemoryKeychain(), tap: &tap{}}
	defer r.tap.CloseIdleConnections()
	log := slog.New(slog.NewJSONHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.m = mirror.New(mirror.Options{DB: db, Log: log, PollEvery: 200 * time.Millisecond, RetryBase: 50 * time.Millisecond})
	defer r.m.Close()
	keeper := auth.New(auth.Config{ClientID: tenant.ClientID, LoginURL: tenant.LoginURL, LockDir: dir, HTTP: &http.Client{Transport: r.tap}}, r.keys, log)
	r.s = New(Options{Auth: keeper, Mirror: r.m, GraphURL: tenant.GraphURL, Log: log})
	defer r.s.Close()

	var asked string
	open := func(address string) error {
		asked = address
		q, err := url.Parse(address)
		if err == nil {
			r.tap.mu.Lock()
			r.tap.secrets = append(r.tap.secrets, q.Query().Get("state"), q.Query().Get("nonce"))
			r.tap.mu.Unlock()
		}
		return tenanttest.Visit(t, address)
	}
	a, err := r.s.SignIn(t.Context(), auth.SignInOptions{Open: open})
	if err != nil {
		t.Fatal(err)
	}
	r.until("a complete round", func(s mirror.Status) bool { return !s.SyncedAt.IsZero() && s.Done >= s.Total })

	if _, err := tenant.Control("cae", map[string]string{"upn": directory.DemoUPN}); err != nil {
		t.Fatal(err)
	}
	challenged := func() bool {
		r.tap.mu.Lock()
		defer r.tap.mu.Unlock()
		for _, c := range r.tap.claims {
			if strings.Contains(c, "nbf") && strings.Contains(c, "cp1") {
				return true
			}
		}
		return false
	}
	r.until("the challenge at a refresh", func(mirror.Status) bool { return challenged() })

	// Whatever the refresh came to, the person can sign in again under the same name; the account stays the same one.
	if _, err := r.s.SignIn(t.Context(), auth.SignInOptions{LoginHint: directory.DemoUPN, Open: open}); err != nil {
		t.Fatal(err)
	}
	if q, _ := url.Parse(asked); q.Query().Get("login_hint") != directory.DemoUPN || !strings.Contains(q.Query().Get("claims"), "cp1") {
		t.Errorf("signed in again with %v", q.Query())
	}
	began := time.Now()
	r.until("a round after signing in again", func(s mirror.Status) bool { return s.SyncedAt.After(began) && !s.SignIn })
	if again, err := r.m.Accounts(t.Context()); err != nil || len(again) != 1 || again[0].ID != a.ID {
		t.Errorf("%d accounts, %v", len(again), err)
	}

	// With another keeper for later sign-ins, this account's token still leaves the keychain that it is in.
	r.s.UsePassing(auth.New(auth.Config{ClientID: tenant.ClientID, LoginURL: tenant.LoginURL}, auth.NewMemoryKeychain(), log))
	if err := r.s.SignOut(context.WithoutCancel(t.Context()), a); err != nil {
		t.Fatal(err)
	}
	if _, err := r.keys.Get(t.Context(), a.Key); err == nil {
		t.Error("the token is still in the keychain")
	}
	// Who was about to connect it, at the start or after an approval, does not bring it back.
	if _, err := r.s.reconnect(t.Context(), keeper, a); !errors.Is(err, errSignedOut) {
		t.Error("it comes back:", err)
	}
	if all, err := r.m.Accounts(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d accounts, %v", len(all), err)
	}
	r.m.Close()
	r.searched(dir)
}

// searched looks for the secrets in the log and in every file of the profile.
func (r *rig) searched(dir string) {
	r.t.Helper()
	r.mu.Lock()
	places := map[string][]byte{"the log": bytes.Clone(r.log.Bytes())}
	r.mu.Unlock()
	files, err := os.ReadDir(dir)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			r.t.Fatal(err)
		}
		places[f.Name()] = raw
	}
	if len(places["the log"]) == 0 || len(places["supercrm.db"]) == 0 || len(r.tap.secrets) < 10 {
		r.t.Fatalf("nothing to look at: %d secrets", len(r.tap.secrets))
	}
	for name, raw := range places {
		for i, secret := range r.tap.secrets {
			if secret == "" || bytes.Contains(raw, []byte(secret)) {
				r.t.Errorf("secret %d (%d bytes) is in %s, or is empty", i, len(secret), name)
			}
		}
		if name == "the log" && bytes.Contains(raw, []byte(directory.DemoUPN)) {
			r.t.Error("the log names the person")
		}
	}
}
