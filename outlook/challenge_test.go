package outlook

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

const wanted = `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`

func TestClaimsChallengeReachesWhoGetsTheTokens(t *testing.T) {
	for _, tc := range []struct {
		name, header string
		challenged   bool
	}{
		{"insufficient claims", `Bearer realm="", authorization_uri="https://login/common/oauth2/authorize", error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(wanted)) + `"`, true},
		{"no padding, other alphabet", `Bearer error="insufficient_claims",claims="` + base64.RawURLEncoding.EncodeToString([]byte(wanted)) + `"`, true},
		{"just refused", `Bearer realm="", error="invalid_token"`, false},
		{"not base64", `Bearer error="insufficient_claims", claims="===="`, false},
		{"no object", `Bearer error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(`[1]`)) + `"`, false},
		{"none", ``, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "Bearer old" {
					if tc.header != "" {
						w.Header().Set("WWW-Authenticate", tc.header)
					}
					w.WriteHeader(401)
					return
				}
				_, _ = w.Write([]byte(`{"value":[],"@odata.deltaLink":"` + "http://" + r.Host + `/x"}`))
			}))
			defer srv.Close()
			token, claims, refused := "old", "", ""
			hc := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			c, err := New(Options{BaseURL: srv.URL, HTTP: hc, RetryBase: time.Millisecond, Token: func(context.Context) (string, error) { return token, nil },
				Invalidate: func(was string) { refused, token = was, "new" },
				Challenge:  func(was, want string) { refused, claims, token = was, want, "new" }})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.FoldersDelta(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			if refused != "old" || tc.challenged != (claims == wanted) || !tc.challenged && claims != "" {
				t.Errorf("refused %q, claims %q", refused, claims)
			}
		})
	}
}

func FuzzChallengeClaims(f *testing.F) {
	f.Add(`Bearer error="insufficient_claims", claims="e30="`)
	f.Add(`insufficient_claims claims="bnVsbA=="`)
	f.Fuzz(func(t *testing.T, header string) {
		if got := challengeClaims([]string{header}); got != "" {
			var object map[string]any
			if json.Unmarshal([]byte(got), &object) != nil || object == nil {
				t.Fatalf("gave %q", got)
			}
		}
	})
}
