package entra

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"supercrm/devtenant/directory"
)

const goodChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636, appendix B

// FuzzAuthorize sends queries to the authorize endpoint. It must never answer with a fault of its own, and never send a
// browser to an address that is not registered.
func FuzzAuthorize(f *testing.F) {
	good := url.Values{"client_id": {directory.DemoClientID}, "redirect_uri": {"http://localhost:8000"}, "response_type": {"code"},
		"scope": {"openid Mail.Read"}, "code_challenge": {goodChallenge}, "code_challenge_method": {"S256"}}
	f.Add("organizations", good.Encode())
	f.Add(directory.DemoDomain, good.Encode()+"&prompt=none&response_mode=form_post&state=%00%ff")
	f.Add("common", "client_id="+directory.DemoClientID+"&redirect_uri=http%3A%2F%2Flocalhost%3A1%40evil.example%2F")
	f.Add("x", "%zz;&=")
	s, err := New(Options{Directory: directory.Demo()})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, tenant, query string) {
		for _, path := range []string{"/oauth2/v2.0/authorize", "/v2.0/adminconsent"} {
			r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8700/", nil)
			r.URL.Path, r.URL.RawQuery = "/"+tenant+path, query
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Fatalf("status %d", w.Code)
			}
			to := w.Header().Get("Location")
			if to == "" || w.Code == http.StatusMovedPermanently || w.Code == http.StatusTemporaryRedirect { // the mux cleaning the path
				continue
			}
			u, err := url.Parse(to)
			switch {
			case err != nil:
				t.Fatalf("redirect to %q", to)
			case u.Host == "" && strings.HasPrefix(to, "/login/"):
			case u.Hostname() == "localhost" && u.Scheme == "http" && u.User == nil:
			case strings.HasSuffix(u.Path, "/common/oauth2/nativeclient") && (u.Host == "127.0.0.1:8700" || u.Host == "login.microsoftonline.com"):
			default:
				t.Fatalf("redirect to %q", to)
			}
		}
	})
}

// FuzzToken posts bodies to the token endpoint: nothing but a real code or refresh token gives tokens.
func FuzzToken(f *testing.F) {
	f.Add("organizations", "grant_type=authorization_code&client_id="+directory.DemoClientID+"&code=1.Ax&redirect_uri=http://localhost:1&code_verifier=x")
	f.Add("common", "grant_type=refresh_token&client_id="+directory.DemoClientID+"&refresh_token=1.AR"+strings.Repeat("a", refreshSize))
	f.Add("", "%zz")
	s, err := New(Options{Directory: directory.Demo()})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, tenant, body string) {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8700/", strings.NewReader(body))
		r.URL.Path = "/" + tenant + "/oauth2/v2.0/token"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code == http.StatusOK || strings.Contains(w.Body.String(), `"access_token"`) {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	})
}

// FuzzVerify gives tokens that were never made.
func FuzzVerify(f *testing.F) {
	s, err := New(Options{Directory: directory.Demo()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.eyJ0aWQiOiJ4In0.")
	f.Add("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")
	f.Fuzz(func(t *testing.T, token string) {
		if c, err := s.Verify(token); err == nil {
			t.Fatalf("believed %q: %+v", token, c)
		}
	})
}

// FuzzSwitchJSON reads bodies of switches: what is read has one value for each name.
func FuzzSwitchJSON(f *testing.F) {
	f.Add(`{"tenant":"x","mfa":true,"scopes":["a","b"],"n":1.5}`)
	f.Add(`{"a":null}`)
	f.Add(`{"a":[[]]}`)
	f.Fuzz(func(t *testing.T, body string) {
		v, err := jsonValues([]byte(body), url.Values{})
		if err != nil {
			return
		}
		for name, all := range v {
			if len(all) != 1 {
				t.Fatalf("%q has %d values", name, len(all))
			}
		}
	})
}

// FuzzDeviceLogin types codes: none that was never given out begins a sign-in.
func FuzzDeviceLogin(f *testing.F) {
	s, err := New(Options{Directory: directory.Demo()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("user_code=ABCDEFGHJ")
	f.Add("%zz")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8700/devicelogin", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || w.Header().Get("Location") != "" {
			t.Fatalf("status %d to %q", w.Code, w.Header().Get("Location"))
		}
	})
}
