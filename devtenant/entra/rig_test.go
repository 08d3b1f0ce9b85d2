package entra_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
	"supercrm/devtenant/visitor"
)

const verifier = "a-code-verifier-of-at-least-forty-three-characters-0123"

var defaultScope = "openid profile email offline_access User.Read Mail.ReadWrite Calendars.ReadWrite"

// rig is a sign-in service and a program with a loopback listener that uses it.
type rig struct {
	t        *testing.T
	srv      *entra.Server
	dir      *directory.Directory
	base     string // of the service
	redirect string // of the program
	mu       sync.Mutex
	clock    time.Time
	got      url.Values // what reached the program last
	method   string
	path     string
}

func newRig(t *testing.T, change ...func(*entra.Options)) *rig {
	t.Helper()
	r := &rig{t: t, dir: directory.Demo(), clock: time.Now()}
	o := entra.Options{Directory: r.dir, Now: r.now}
	for _, c := range change {
		c(&o)
	}
	srv, err := entra.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.srv = srv
	service := httptest.NewServer(srv)
	t.Cleanup(service.Close)
	r.base = service.URL
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_ = q.ParseForm()
		r.mu.Lock()
		r.method, r.path = q.Method, q.URL.Path
		if r.got = q.PostForm; q.Method == http.MethodGet {
			r.got = q.URL.Query()
		}
		r.mu.Unlock()
	}))
	t.Cleanup(program.Close)
	r.redirect = strings.Replace(program.URL, "127.0.0.1", "localhost", 1)
	return r
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock
}

func (r *rig) wait(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = r.clock.Add(d)
}

// answer returns what the program got, and forgets it.
func (r *rig) answer() url.Values {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func (r *rig) authorizeURL(tenant string, change map[string]string) string {
	sum := sha256.Sum256([]byte(verifier))
	v := url.Values{
		"client_id": {directory.DemoClientID}, "redirect_uri": {r.redirect}, "response_type": {"code"},
		"response_mode": {"form_post"}, "scope": {defaultScope}, "state": {"st&te=<1>"}, "nonce": {"n-1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for name, value := range change {
		if value == "" {
			v.Del(name)
		} else {
			v.Set(name, value)
		}
	}
	return r.base + "/" + tenant + "/oauth2/v2.0/authorize?" + v.Encode()
}

// code signs the demo's person in and returns the authorization code.
func (r *rig) code(change map[string]string) string {
	r.t.Helper()
	if err := visitor.SignIn(r.t.Context(), r.authorizeURL("organizations", change), directory.DemoUPN, directory.DemoPassword); err != nil {
		r.t.Fatalf("sign in: %v", err)
	}
	code := r.answer().Get("code")
	if code == "" {
		r.t.Fatal("the program got no code")
	}
	return code
}

func (r *rig) codeForm(code string, change map[string]string) url.Values {
	f := url.Values{"grant_type": {"authorization_code"}, "client_id": {directory.DemoClientID}, "code": {code},
		"redirect_uri": {r.redirect}, "code_verifier": {verifier}}
	for name, value := range change {
		if value == "" {
			f.Del(name)
		} else {
			f.Set(name, value)
		}
	}
	return f
}

func (r *rig) refreshForm(token string, change map[string]string) url.Values {
	f := url.Values{"grant_type": {"refresh_token"}, "client_id": {directory.DemoClientID}, "refresh_token": {token}}
	for name, value := range change {
		f.Set(name, value)
	}
	return f
}

// reply is a token endpoint's answer, of either kind.
type reply struct {
	Status        int    `json:"-"`
	AccessToken   string `json:"access_token"`
	RefreshToken  string `json:"refresh_token"`
	IDToken       string `json:"id_token"`
	TokenType     string `json:"token_type"`
	Scope         string `json:"scope"`
	ExpiresIn     int    `json:"expires_in"`
	ExtExpiresIn  int    `json:"ext_expires_in"`
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	ErrorURI      string `json:"error_uri"`
	Suberror      string `json:"suberror"`
	Claims        string `json:"claims"`
}

func (r *rig) token(tenant string, form url.Values) reply {
	r.t.Helper()
	res, err := http.PostForm(r.base+"/"+tenant+"/oauth2/v2.0/token", form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	out := reply{Status: res.StatusCode}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		r.t.Fatalf("token endpoint: %v", err)
	}
	return out
}

// tokens signs in and redeems the code.
func (r *rig) tokens(change map[string]string) reply {
	r.t.Helper()
	got := r.token("organizations", r.codeForm(r.code(change), nil))
	if got.Status != http.StatusOK {
		r.t.Fatalf("redeem: %+v", got)
	}
	return got
}

func wantError(t *testing.T, got reply, oauth string, code int, sub string) {
	t.Helper()
	if got.Status < 400 || got.Error != oauth || len(got.Codes) != 1 || got.Codes[0] != code || got.Suberror != sub {
		t.Errorf("got %d %q %v %q (%s), want %q %d %q", got.Status, got.Error, got.Codes, got.Suberror, got.Description, oauth, code, sub)
	}
	if got.AccessToken != "" || got.RefreshToken != "" {
		t.Error("a refusal carries tokens")
	}
	if got.Timestamp == "" || got.TraceID == "" || got.CorrelationID == "" || got.ErrorURI == "" || !strings.HasPrefix(got.Description, "AADSTS") {
		t.Errorf("the error lacks a field: %+v", got)
	}
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}
