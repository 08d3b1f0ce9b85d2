package auth

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestIDTokenForgeries(t *testing.T) {
	set := func(name string, v any) func(*fakeLogin) {
		return func(f *fakeLogin) { f.editClaims = func(c map[string]any) { c[name] = v } }
	}
	cases := []struct {
		name string
		make func(*fakeLogin)
		want error
	}{
		{"nonce of another sign-in", set("nonce", "other"), ErrIDToken},
		{"no nonce", set("nonce", ""), ErrIDToken},
		{"other audience", set("aud", "other"), ErrIDToken},
		{"two audiences", set("aud", []string{testClient, "other"}), ErrIDToken},
		{"issuer of another tenant", func(f *fakeLogin) {
			f.editClaims = func(c map[string]any) { c["iss"] = f.URL + "/aaaaaaaa-0000-4ccc-8ddd-eeeeeeeeeeee/v2.0" }
		}, ErrIDToken},
		{"issuer of another tenant, signed with a key that names none", func(f *fakeLogin) {
			f.editKeys = func(k map[string]any) { delete(k, "issuer") }
			f.editClaims = func(c map[string]any) { c["iss"] = f.URL + "/aaaaaaaa-0000-4ccc-8ddd-eeeeeeeeeeee/v2.0" }
		}, ErrIDToken},
		{"tid is no GUID", func(f *fakeLogin) {
			f.editClaims = func(c map[string]any) { c["tid"] = "x"; c["iss"] = f.URL + "/x/v2.0" }
		}, ErrIDToken},
		{"no oid", set("oid", nil), ErrIDToken},
		{"expired", set("exp", time.Now().Add(-time.Hour).Unix()), ErrClock},
		{"not yet", set("nbf", time.Now().Add(time.Hour).Unix()), ErrClock},
		{"unsigned", func(f *fakeLogin) {
			f.sign = func(b []byte) string {
				return "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ." + b64(b) + "."
			}
		}, ErrIDToken},
		{"unknown key", func(f *fakeLogin) { f.sign = func(b []byte) string { return signRS256(f.key, "k2", b) } }, ErrIDToken},
		{"tampered", func(f *fakeLogin) {
			f.sign = func(b []byte) string {
				parts := strings.Split(signRS256(f.key, "k1", []byte(`{}`)), ".")
				return parts[0] + "." + b64(b) + "." + parts[2]
			}
		}, ErrIDToken},
		{"key of another issuer", func(f *fakeLogin) {
			f.editKeys = func(k map[string]any) { k["issuer"] = "https://login.example.com/{tenantid}/v2.0" }
		}, ErrIDToken},
		{"key for encryption", func(f *fakeLogin) { f.editKeys = func(k map[string]any) { k["use"] = "enc" } }, ErrIDToken},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeLogin(t)
			tc.make(f)
			keys := NewMemoryKeychain()
			_, err := f.client(keys).SignIn(t.Context(), SignInOptions{Open: f.agree})
			if !errors.Is(err, tc.want) {
				t.Errorf("err = %v, want %v", err, tc.want)
			}
			if len(keys.secrets) != 0 {
				t.Error("a token was stored")
			}
		})
	}
	t.Run("another tenant than configured", func(t *testing.T) {
		f := newFakeLogin(t)
		f.editClaims = func(c map[string]any) {
			c["tid"] = "aaaaaaaa-0000-4ccc-8ddd-eeeeeeeeeeee"
			c["iss"] = f.URL + "/aaaaaaaa-0000-4ccc-8ddd-eeeeeeeeeeee/v2.0"
		}
		_, err := f.client(NewMemoryKeychain(), func(c *Config) { c.Tenant = testTID }).SignIn(t.Context(), SignInOptions{Open: f.agree})
		if !errors.Is(err, ErrIDToken) {
			t.Errorf("err = %v", err)
		}
	})
}

func b64(b []byte) string {
	raw, _ := json.Marshal(b) // standard base64 in quotes
	return strings.NewReplacer("+", "-", "/", "_", "=", "", `"`, "").Replace(string(raw))
}
