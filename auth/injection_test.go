package auth

import (
	"errors"
	"net/url"
	"testing"
)

// TestCodeInjection: somebody who has seen the address of the sign-in under way, state and all, brings a code of their own
// sign-in, so that the person would work in a mailbox of the attacker's. The code is bound to the attacker's question: by
// PKCE, and should the server not look at that, by the nonce.
func TestCodeInjection(t *testing.T) {
	for name, c := range map[string]struct {
		change func(seen, own url.Values)
		want   error
	}{
		"stopped by PKCE":      {func(seen, own url.Values) { own.Set("nonce", seen.Get("nonce")) }, ErrTokenRefused},
		"stopped by the nonce": {func(seen, own url.Values) { own.Set("code_challenge", seen.Get("code_challenge")) }, ErrIDToken},
		"stopped by the return address": {func(seen, own url.Values) {
			own.Set("nonce", seen.Get("nonce"))
			own.Set("code_challenge", seen.Get("code_challenge"))
			own.Set("redirect_uri", "http://localhost:1")
		}, ErrTokenRefused},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeLogin(t)
			keys := NewMemoryKeychain()
			_, err := f.client(keys).SignIn(t.Context(), SignInOptions{Open: func(u string) error {
				seen := mustQuery(t, u)
				own := with(seen, "nonce", "the attacker's", "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
				c.change(seen, own)
				_, form := f.approve("https://login.example/?" + own.Encode())
				if status, _ := postForm(seen.Get("redirect_uri"), with(form, "state", seen.Get("state"))); status != 200 {
					t.Errorf("status %d", status)
				}
				return nil
			}})
			if !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
			if len(keys.secrets) != 0 {
				t.Error("a token was stored")
			}
		})
	}
}
