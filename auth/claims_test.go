package auth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestCapabilitiesAreSentEverywhere(t *testing.T) {
	f := newFakeLogin(t)
	var asked []string
	f.answer = func(_ http.ResponseWriter, form url.Values) bool {
		asked = append(asked, form.Get("claims"))
		return false
	}
	keys := NewMemoryKeychain()
	c := f.client(keys)
	a, err := c.SignIn(t.Context(), SignInOptions{Open: func(u string) error {
		asked = append(asked, mustQuery(t, u).Get("claims"))
		return f.agree(u)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.client(keys).Token(t.Context(), a.Key); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 3 || asked[0] != capabilities || asked[1] != capabilities || asked[2] != capabilities {
		t.Errorf("authorize, code and refresh carried %q", asked)
	}
}

func TestChallengeIsAnsweredByARefresh(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(kept(f))
	first, err := c.Token(t.Context(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	var claims string
	f.answer = func(_ http.ResponseWriter, form url.Values) bool {
		claims = form.Get("claims")
		return false
	}
	c.Challenge(testKey, "another token", `{"access_token":{"nbf":{"value":"1"}}}`)
	if again, _ := c.Token(t.Context(), testKey); again != first {
		t.Error("a challenge to an older token cost the new one")
	}
	c.Challenge(testKey, first, `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`)
	second, err := c.Token(t.Context(), testKey)
	if err != nil || second == first {
		t.Fatalf("Token: %v", err)
	}
	if claims != `{"access_token":{"nbf":{"essential":true,"value":"1604106651"},"xms_cc":{"values":["cp1"]}}}` {
		t.Errorf("the refresh carried %s", claims)
	}
	if c.Claims(testKey) != "" {
		t.Error("the challenge was not over")
	}
}

func TestChallengeThatNeedsThePersonIsKeptForTheSignIn(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(kept(f))
	token, err := c.Token(t.Context(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	f.answer = func(w http.ResponseWriter, form url.Values) bool {
		if form.Get("grant_type") != "refresh_token" {
			return false
		}
		refuse(w, 400, "interaction_required", "AADSTS50076: x", map[string]any{"claims": `{"access_token":{"acrs":{"value":"c1"}}}`})
		return true
	}
	c.Challenge(testKey, token, `{"access_token":{"nbf":{"value":"1"}}}`)
	if _, err := c.Token(t.Context(), testKey); !errors.Is(err, ErrSignInAgain) {
		t.Fatalf("err = %v", err)
	}
	claims := c.Claims(testKey)
	if !strings.Contains(claims, "acrs") {
		t.Fatalf("claims for the sign-in: %q", claims)
	}
	if _, err := c.SignIn(t.Context(), SignInOptions{Claims: claims, Open: func(u string) error {
		if got := mustQuery(t, u).Get("claims"); !strings.Contains(got, "acrs") || !strings.Contains(got, "cp1") {
			t.Errorf("the sign-in carried %s", got)
		}
		return f.agree(u)
	}}); err != nil {
		t.Fatal(err)
	}
	if c.Claims(testKey) != "" {
		t.Error("the challenge outlived the sign-in")
	}
}

func FuzzMergeClaims(f *testing.F) {
	f.Add(`{"access_token":{"nbf":{"essential":true,"value":"1"}}}`)
	f.Add(`{"access_token":[],"id_token":{}}`)
	f.Add(`[`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, challenge string) {
		var got struct {
			Token struct {
				Capabilities struct{ Values []string } `json:"xms_cc"`
			} `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(mergeClaims(challenge)), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Token.Capabilities.Values) != 1 || got.Token.Capabilities.Values[0] != "cp1" {
			t.Fatalf("capabilities are lost in %s", mergeClaims(challenge))
		}
	})
}
