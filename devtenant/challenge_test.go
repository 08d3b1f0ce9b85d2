package devtenant_test

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"testing"

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
