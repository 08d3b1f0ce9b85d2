package auth

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

const (
	testClient = "11111111-2222-4333-8444-555555555555"
	testTID    = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	testOID    = "99999999-8888-4777-8666-555555555555"
	testKey    = testTID + "." + testOID
)

var testRSA = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// fakeLogin is a login server that checks what a client must send and is stricter than Microsoft's: a refresh token works
// once only, so that a lost or raced rotation shows.
type fakeLogin struct {
	t testing.TB
	*httptest.Server
	key *rsa.PrivateKey

	mu       sync.Mutex
	codes    map[string]url.Values // code -> the authorize parameters
	live     map[string]bool       // refresh tokens
	serial   int
	requests int // to the token endpoint
	life     int // seconds

	editClaims func(map[string]any)                              // changes the id_token
	sign       func(claims []byte) string                        // replaces the signature
	answer     func(w http.ResponseWriter, form url.Values) bool // answers the token endpoint instead; true: done
	editKeys   func(map[string]any)                              // changes the published key
	pause      func()                                            // runs inside the token endpoint
	other      func(w http.ResponseWriter, r *http.Request) bool // answers anything else instead
}

func newFakeLogin(t testing.TB) *fakeLogin {
	f := &fakeLogin{t: t, key: testRSA(), codes: map[string]url.Values{}, live: map[string]bool{}, life: 3600}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

// client makes a client of this server whose idle connections end with the test.
func (f *fakeLogin) client(keys Keychain, edit ...func(*Config)) *Client {
	tr := &http.Transport{}
	f.t.Cleanup(tr.CloseIdleConnections)
	cfg := Config{ClientID: testClient, LoginURL: f.URL, HTTP: &http.Client{Transport: tr, Timeout: 5 * time.Second}}
	for _, e := range edit {
		e(&cfg)
	}
	return New(cfg, keys, nil)
}

func (f *fakeLogin) serve(w http.ResponseWriter, r *http.Request) {
	if f.other != nil && f.other(w, r) {
		return
	}
	switch r.URL.Path {
	case "/organizations/v2.0/.well-known/openid-configuration", "/" + testTID + "/v2.0/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": f.URL + "/{tenantid}/v2.0", "jwks_uri": f.URL + "/keys"})
	case "/keys":
		raw, _ := json.Marshal(jose.JSONWebKey{Key: f.key.Public(), KeyID: "k1", Use: "sig", Algorithm: "RS256"})
		var key map[string]any
		_ = json.Unmarshal(raw, &key)
		key["issuer"] = f.URL + "/{tenantid}/v2.0"
		if f.editKeys != nil {
			f.editKeys(key)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]any{"kty": "odd"}, key}})
	case "/organizations/oauth2/v2.0/token", "/" + testTID + "/oauth2/v2.0/token":
		f.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (f *fakeLogin) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	if f.pause != nil {
		f.pause()
	}
	if r.Method != http.MethodPost || r.PostForm.Get("client_id") != testClient || r.Header.Get("Authorization") != "" ||
		!strings.Contains(r.PostForm.Get("scope"), "offline_access") {
		refuse(w, 400, "invalid_request", "AADSTS900144: something is missing", nil)
		return
	}
	if f.answer != nil && f.answer(w, r.PostForm) {
		return
	}
	nonce := ""
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		asked, ok := f.codes[r.PostForm.Get("code")]
		delete(f.codes, r.PostForm.Get("code"))
		sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		if !ok || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) ||
			asked.Get("code_challenge_method") != "S256" || asked.Get("redirect_uri") != r.PostForm.Get("redirect_uri") {
			refuse(w, 400, "invalid_grant", "AADSTS501481: no", nil)
			return
		}
		nonce = asked.Get("nonce")
	case "refresh_token":
		old := r.PostForm.Get("refresh_token")
		if !f.live[old] {
			refuse(w, 400, "invalid_grant", "AADSTS700082: gone for alice@example.com. Trace ID: x", map[string]any{"suberror": "bad_token", "error_codes": []int{700082}})
			return
		}
		delete(f.live, old)
	default:
		refuse(w, 400, "unsupported_grant_type", "AADSTS70003", nil)
		return
	}
	_ = json.NewEncoder(w).Encode(f.tokens(nonce))
}

func (f *fakeLogin) tokens(nonce string) map[string]any {
	f.serial++
	refresh := fmt.Sprintf("refresh-%d-%s", f.serial, rand.Text())
	f.live[refresh] = true
	claims := map[string]any{"iss": f.URL + "/" + testTID + "/v2.0", "aud": testClient, "tid": testTID, "oid": testOID, "nonce": nonce,
		"name": "Alice Example", "preferred_username": "alice@example.com", "sub": "s", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	if f.editClaims != nil {
		f.editClaims(claims)
	}
	raw, _ := json.Marshal(claims)
	sign := f.sign
	if sign == nil {
		sign = func(b []byte) string { return signRS256(f.key, "k1", b) }
	}
	return map[string]any{"token_type": "Bearer", "access_token": fmt.Sprintf("access-%d", f.serial), "refresh_token": refresh,
		"id_token": sign(raw), "expires_in": f.life,
		"scope": "openid profile email https://graph.microsoft.com/User.Read Mail.ReadWrite Mail.Send Calendars.ReadWrite Calendars.Read.Shared Contacts.Read"}
}

func signRS256(key *rsa.PrivateKey, kid string, claims []byte) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	if err != nil {
		panic(err)
	}
	jws, err := signer.Sign(claims)
	if err != nil {
		panic(err)
	}
	text, _ := jws.CompactSerialize()
	return text
}

func refuse(w http.ResponseWriter, status int, code, description string, more map[string]any) {
	body := map[string]any{"error": code, "error_description": description, "timestamp": "2026-02-03 04:05:06Z",
		"correlation_id": "0A0B0C0D-1111-4222-8333-444444444444", "trace_id": "1a1b1c1d-1111-4222-8333-444444444444"}
	for k, v := range more {
		body[k] = v
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// approve plays Microsoft's page: it gives a code for the authorize address and returns the form to post back.
func (f *fakeLogin) approve(authorize string) (redirect string, form url.Values) {
	u, err := url.Parse(authorize)
	if err != nil {
		f.t.Fatal(err)
	}
	q := u.Query()
	code := rand.Text()
	f.mu.Lock()
	f.codes[code] = q
	f.mu.Unlock()
	return q.Get("redirect_uri"), url.Values{"code": {code}, "state": {q.Get("state")}, "session_state": {"s"}}
}

// seed makes a refresh token that works.
func (f *fakeLogin) seed() Secret {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.live["seed"] = true
	return NewSecret("seed")
}

// lives tells whether a refresh token still works.
func (f *fakeLogin) lives(token Secret) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.live[token.Reveal()]
}

func (f *fakeLogin) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.requests
}

var browser = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}

// postForm answers the redirect address as a browser does and returns status and body.
func postForm(address string, form url.Values) (int, string) {
	resp, err := browser.PostForm(address, form)
	return read(resp, err)
}

func read(resp *http.Response, err error) (int, string) {
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

// deviceTokens is the token answer without a nonce. The caller holds the lock.
func (f *fakeLogin) deviceTokens() []byte {
	raw, _ := json.Marshal(f.tokens(""))
	return raw
}
