package entra_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
)

func TestTokenResponse(t *testing.T) {
	r := newRig(t)
	got := r.tokens(nil)
	if got.TokenType != "Bearer" || got.ExpiresIn < 3600 || got.ExpiresIn > 5400 || got.ExtExpiresIn != got.ExpiresIn {
		t.Errorf("%+v", got)
	}
	scopes := strings.Fields(got.Scope)
	for _, s := range []string{"openid", "profile", "email", "User.Read", "Mail.ReadWrite", "Calendars.ReadWrite"} {
		if !slices.Contains(scopes, s) {
			t.Errorf("scope %q lacks %s", got.Scope, s)
		}
	}
	if slices.Contains(scopes, "offline_access") || slices.Contains(scopes, "Mail.Send") {
		t.Errorf("scope %q has too much", got.Scope)
	}
	claims, err := r.srv.Verify(got.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if claims.TenantID != directory.DemoTenantID || claims.UPN != directory.DemoUPN || claims.AppID != directory.DemoClientID ||
		!slices.Equal(claims.Scopes, []string{"User.Read", "Mail.ReadWrite", "Calendars.ReadWrite"}) {
		t.Errorf("claims %+v", claims)
	}
	if left := claims.Expires.Sub(r.now()); left < time.Hour-2*time.Second || left > 91*time.Minute {
		t.Errorf("expires in %v", left)
	}
	if without := r.tokens(map[string]string{"scope": "User.Read"}); without.RefreshToken != "" || without.IDToken != "" {
		t.Error("tokens that were not asked for")
	}
}

// An independent OpenID Connect client, by discovery, believes the id token.
func TestIDTokenWithAnotherClient(t *testing.T) {
	r := newRig(t)
	provider, err := oidc.NewProvider(t.Context(), r.base+"/"+directory.DemoTenantID+"/v2.0")
	if err != nil {
		t.Fatal(err)
	}
	conf := oauth2.Config{ClientID: directory.DemoClientID, RedirectURL: r.redirect, Endpoint: provider.Endpoint()}
	conf.Endpoint.AuthURL = strings.Replace(conf.Endpoint.AuthURL, directory.DemoTenantID, "organizations", 1)
	conf.Endpoint.TokenURL = strings.Replace(conf.Endpoint.TokenURL, directory.DemoTenantID, "organizations", 1)
	conf.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	tok, err := conf.Exchange(t.Context(), r.code(nil), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := tok.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: directory.DemoClientID, Now: r.now}).Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	var c struct{ TID, OID, Name, Email, Preferred_username, Ver string }
	if err := id.Claims(&c); err != nil {
		t.Fatal(err)
	}
	if id.Nonce != "n-1" || id.Subject == "" || c.TID != directory.DemoTenantID || c.OID != "0b6a3f6e-1111-4a7e-8a5c-000000000001" ||
		c.Name != "Maya Torres" || c.Email != directory.DemoUPN || c.Preferred_username != directory.DemoUPN || c.Ver != "2.0" {
		t.Errorf("claims %+v, nonce %q", c, id.Nonce)
	}
	// It is no access token, nor one for another program, and a damaged one is nothing.
	if _, err := r.srv.Verify(raw); !errors.Is(err, entra.ErrBadToken) {
		t.Errorf("an id token as access token: %v", err)
	}
	if _, err := provider.Verifier(&oidc.Config{ClientID: "another", Now: r.now}).Verify(t.Context(), raw); err == nil {
		t.Error("another program's id token was believed")
	}
	// organizations has a template for an issuer.
	_, body := get(t, r.base+"/organizations/v2.0/.well-known/openid-configuration")
	if !strings.Contains(body, `"issuer":"`+r.base+`/{tenantid}/v2.0"`) {
		t.Errorf("metadata of organizations: %s", body)
	}
}

func TestCodeIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, tenant string
		change       map[string]string
		wait         time.Duration
		oauth        string
		code         int
	}{
		{"PKCE mismatch", "organizations", map[string]string{"code_verifier": strings.Repeat("x", 50)}, 0, "invalid_grant", 501481},
		{"short verifier", "organizations", map[string]string{"code_verifier": "x"}, 0, "invalid_grant", 501481},
		{"no verifier", "organizations", map[string]string{"code_verifier": ""}, 0, "invalid_request", 900144},
		{"other redirect", "organizations", map[string]string{"redirect_uri": "http://localhost:1"}, 0, "invalid_grant", 50011},
		{"other tenant", directory.DemoTenantID, nil, 0, "invalid_grant", 700005},
		{"other client", "organizations", map[string]string{"client_id": "99999999-7b34-4e0f-9c66-52f0a9d3e7b1"}, 0, "invalid_grant", 70000},
		{"unknown client", "organizations", map[string]string{"client_id": "nobody"}, 0, "unauthorized_client", 700016},
		{"no client", "organizations", map[string]string{"client_id": ""}, 0, "invalid_request", 900144},
		{"secret", "organizations", map[string]string{"client_secret": "s"}, 0, "invalid_client", 700025},
		{"unknown code", "organizations", map[string]string{"code": "1.Anonsense"}, 0, "invalid_grant", 9002313},
		{"more scope", "organizations", map[string]string{"scope": "Directory.Read.All"}, 0, "invalid_scope", 70011},
		{"late", "organizations", nil, 10*time.Minute + time.Second, "invalid_grant", 70008},
		{"no grant type", "organizations", map[string]string{"grant_type": ""}, 0, "invalid_request", 900144},
		{"other grant type", "organizations", map[string]string{"grant_type": "password"}, 0, "unsupported_grant_type", 70003},
		{"unknown tenant", "nowhere.example", nil, 0, "invalid_request", 90002},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			if err := r.dir.AddApp(directory.App{ClientID: "99999999-7b34-4e0f-9c66-52f0a9d3e7b1"}); err != nil {
				t.Fatal(err)
			}
			code := r.code(nil)
			r.wait(c.wait)
			wantError(t, r.token(c.tenant, r.codeForm(code, c.change)), c.oauth, c.code, "")
		})
	}
}

func TestCodeWorksOnceAndReplayRevokes(t *testing.T) {
	r := newRig(t)
	code := r.code(nil)
	first := r.token("organizations", r.codeForm(code, nil))
	if first.Status != http.StatusOK {
		t.Fatalf("%+v", first)
	}
	if again := r.token("organizations", r.refreshForm(first.RefreshToken, nil)); again.Status != http.StatusOK {
		t.Fatalf("%+v", again)
	}
	wantError(t, r.token("organizations", r.codeForm(code, nil)), "invalid_grant", 54005, "")
	wantError(t, r.token("organizations", r.refreshForm(first.RefreshToken, nil)), "invalid_grant", 50173, "")
}

func TestRefreshRotates(t *testing.T) {
	r := newRig(t)
	first := r.tokens(nil)
	second := r.token(directory.DemoTenantID, r.refreshForm(first.RefreshToken, map[string]string{"scope": defaultScope}))
	if second.Status != http.StatusOK || second.RefreshToken == "" || second.RefreshToken == first.RefreshToken || second.AccessToken == first.AccessToken {
		t.Fatalf("%+v", second)
	}
	if second.IDToken == "" || second.Scope != first.Scope {
		t.Errorf("id token %q, scope %q", second.IDToken, second.Scope)
	}
	for _, token := range []string{first.RefreshToken, second.RefreshToken} { // the old one is not revoked
		if got := r.token("organizations", r.refreshForm(token, nil)); got.Status != http.StatusOK {
			t.Errorf("%+v", got)
		}
	}
	if n := len(first.RefreshToken); n < 1300 || n > 1700 {
		t.Errorf("a refresh token of %d characters", n)
	}
}

func TestRefreshIsRefused(t *testing.T) {
	r := newRig(t)
	if err := r.dir.AddApp(directory.App{ClientID: "99999999-7b34-4e0f-9c66-52f0a9d3e7b1"}); err != nil {
		t.Fatal(err)
	}
	token := r.tokens(nil).RefreshToken
	clipped := r.refreshForm(token[:len(token)-1], nil)
	wantError(t, r.token("organizations", clipped), "invalid_grant", 9002313, "")
	changed := r.refreshForm(token[:len(token)-4]+"AAAA", nil)
	wantError(t, r.token("organizations", changed), "invalid_grant", 70000, "bad_token")
	other := r.refreshForm(token, map[string]string{"client_id": "99999999-7b34-4e0f-9c66-52f0a9d3e7b1"})
	wantError(t, r.token("organizations", other), "invalid_grant", 70000, "")
	more := r.refreshForm(token, map[string]string{"scope": "Contacts.ReadWrite"})
	wantError(t, r.token("organizations", more), "invalid_grant", 65001, "consent_required")
	if got := r.token("organizations", r.refreshForm(token, nil)); got.Status != http.StatusOK {
		t.Errorf("refusals ended the token: %+v", got)
	}
	r.wait(89 * 24 * time.Hour)
	if got := r.token("organizations", r.refreshForm(token, nil)); got.Status != http.StatusOK {
		t.Errorf("after 89 days: %+v", got)
	}
	r.wait(91 * 24 * time.Hour)
	wantError(t, r.token("organizations", r.refreshForm(token, nil)), "invalid_grant", 700082, "bad_token")
}

func TestRevokeByControl(t *testing.T) {
	r := newRig(t)
	token := r.tokens(nil).RefreshToken
	if _, body := get(t, r.base+"/control/state"); !strings.Contains(body, `"upn":"maya.torres@harborline.example","name":"Maya Torres","role":"user","refresh_tokens":1`) ||
		strings.Contains(body, directory.DemoPassword) {
		t.Errorf("state: %s", body)
	}
	res, err := http.Post(r.base+"/control/revoke?upn="+directory.DemoUPN, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		t.Errorf("revoke: %d", res.StatusCode)
	}
	wantError(t, r.token("organizations", r.refreshForm(token, nil)), "invalid_grant", 50173, "")
	if got := r.tokens(nil); got.RefreshToken == "" { // signing in again helps
		t.Errorf("%+v", got)
	}
	for _, path := range []string{"/control/revoke?upn=nobody", "/control/policy?tenant=x&user_consent=none", "/control/policy?tenant=" + directory.DemoDomain + "&user_consent=maybe"} {
		res, err := http.Post(r.base+path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode/100 != 4 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestVerify(t *testing.T) {
	r := newRig(t, func(o *entra.Options) { o.AccessLifetime = time.Minute })
	token, err := r.srv.Mint(directory.DemoClientID, directory.DemoUPN, "Mail.Read")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := r.srv.Verify(token); err != nil || !slices.Equal(c.Scopes, []string{"Mail.Read"}) {
		t.Fatalf("%+v %v", c, err)
	}
	stranger := newRig(t)
	if _, err := stranger.srv.Verify(token); !errors.Is(err, entra.ErrBadToken) {
		t.Errorf("a token of another service: %v", err)
	}
	for _, bad := range []string{"", "x", "a.b.c", token[:len(token)-8] + "AAAAAAAA", "eyJhbGciOiJub25lIn0." + strings.Split(token, ".")[1] + "."} {
		if _, err := r.srv.Verify(bad); !errors.Is(err, entra.ErrBadToken) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	r.wait(61 * time.Second)
	if _, err := r.srv.Verify(token); !errors.Is(err, entra.ErrTokenExpired) {
		t.Errorf("an old token: %v", err)
	}
	if _, err := r.srv.Mint(directory.DemoClientID, "nobody@x"); err == nil {
		t.Error("a token for nobody")
	}
}

func TestTokenEndpointMinds(t *testing.T) {
	r := newRig(t)
	at := r.base + "/organizations/oauth2/v2.0/token"
	for _, c := range []struct {
		name, method, kind, body string
		status                   int
	}{
		{"GET", http.MethodGet, "", "", 405},
		{"JSON", http.MethodPost, "application/json", `{"grant_type":"refresh_token"}`, 400},
		{"broken form", http.MethodPost, "application/x-www-form-urlencoded", "grant_type=%zz", 400},
		{"duplicate", http.MethodPost, "application/x-www-form-urlencoded", "grant_type=refresh_token&grant_type=x", 400},
		{"huge", http.MethodPost, "application/x-www-form-urlencoded", "x=" + strings.Repeat("y", 100<<10), 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, _ := http.NewRequestWithContext(context.Background(), c.method, at, strings.NewReader(c.body))
			req.Header.Set("Content-Type", c.kind)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != c.status || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d %v", res.StatusCode, res.Header)
			}
		})
	}
	// Every address in an answer begins with how the service was reached.
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, at, strings.NewReader(url.Values{}.Encode()))
	req.Host = "tenant.test:1234"
	req.Header.Set("Client-Request-Id", "12345678-1234-1234-1234-123456789abc")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	_ = res.Write(&b)
	if !strings.Contains(b.String(), "http://tenant.test:1234/error?code=900144") || !strings.Contains(b.String(), `"correlation_id":"12345678-1234-1234-1234-123456789abc"`) {
		t.Errorf("%s", b.String())
	}
	if status, body := get(t, r.base+"/error?code=54005"); status != http.StatusOK || !strings.Contains(body, "works once") {
		t.Errorf("error page: %d %s", status, body)
	}
}
