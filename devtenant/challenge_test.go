package devtenant_test

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
)

var claimsPattern = regexp.MustCompile(`error="insufficient_claims", claims="([^"]+)"`)

// challengeOf asks Graph with a token and returns the claims of its challenge, or "" when it answers 200.
func challengeOf(t *testing.T, s *devtenant.Server, token string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.GraphURL+"/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := tenanttest.Client(t, s).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return ""
	}
	m := claimsPattern.FindStringSubmatch(res.Header.Get("WWW-Authenticate"))
	if res.StatusCode != http.StatusUnauthorized || m == nil {
		t.Fatalf("Graph: %d, %q", res.StatusCode, res.Header.Get("WWW-Authenticate"))
	}
	claims, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(claims)
}

// An event ends tokens at whichever moment of a request it comes: the answer is 200 or a challenge with its claims, never a
// 401 that does not say what the next token has to answer.
func TestEventInTheMiddleOfARequest(t *testing.T) {
	var event atomic.Pointer[func()]
	s := tenanttest.Start(t, tenanttest.TLS, func(o *devtenant.Options) {
		o.Now = func() time.Time {
			if raise := event.Load(); raise != nil {
				(*raise)()
			}
			return time.Now()
		}
	})
	raised := 0
	for at := int32(1); ; at++ { // the event comes as the clock is read for this time
		token := capableToken(t, s)
		var reads atomic.Int32
		raise := func() {
			if reads.Add(1) == at {
				if _, err := s.Control("cae", map[string]string{"upn": directory.DemoUPN}); err != nil {
					t.Error(err)
				}
			}
		}
		event.Store(&raise)
		got := challengeOf(t, s, token)
		event.Store(nil)
		if reads.Load() < at { // the request reads the clock less often
			break
		}
		raised++
		if got != "" && !strings.Contains(got, "nbf") {
			t.Errorf("event %d: challenged with %q", at, got)
		}
		if challengeOf(t, s, token) == "" {
			t.Errorf("event %d: the token lives on", at)
		}
	}
	if raised == 0 {
		t.Error("no event was raised")
	}
}

// capableToken signs the demo's person in with a program that understands challenges: Microsoft's own library.
func capableToken(t *testing.T, s *devtenant.Server) string {
	t.Helper()
	c := msal(t, s, "organizations", public.WithClientCapabilities([]string{"CP1"}))
	open, end := browse(t, s, directory.DemoUPN)
	got, err := c.AcquireTokenInteractive(t.Context(), msalScopes, public.WithOpenURL(open))
	if err != nil {
		t.Fatal(err)
	}
	if err := <-end; err != nil {
		t.Fatal(err)
	}
	return got.AccessToken
}

// A program that does not understand challenges keeps its token until it expires.
func TestWithoutCapabilityTokensLiveOn(t *testing.T) {
	s := tenanttest.Start(t)
	token := mint(t, s)
	if !s.Revoke(directory.DemoUPN) {
		t.Fatal("nobody to revoke")
	}
	if got := challengeOf(t, s, token); got != "" {
		t.Errorf("challenged: %s", got)
	}
}
