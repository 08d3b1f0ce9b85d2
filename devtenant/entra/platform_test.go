package entra_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/visitor"
)

// post posts a form to a path of the service, with an Origin when one is given.
func (r *rig) post(path string, form url.Values, origin string) (reply, map[string]any, http.Header) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if origin != "" {
		req.Header.Set("Origin", origin)
		req.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	var raw json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&raw); err != nil {
		r.t.Fatalf("%s: status %d: %v", path, res.StatusCode, err)
	}
	out, all := reply{Status: res.StatusCode}, map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		r.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		r.t.Fatal(err)
	}
	return out, all, res.Header
}

// The platform that a redirect address is registered for decides who may redeem the code.
func TestPlatforms(t *testing.T) {
	for _, c := range []struct {
		name, platform, secret, origin string
		code                           int // 0: tokens
	}{
		{"public", "public", "", "", 0},
		{"public with a secret", "public", "s3cret", "", 700025},
		{"public from a page", "public", "", "https://page.example", 9002326},
		{"web without a secret", "web", "", "", 7000218},
		{"web with a wrong secret", "web", "wrong", "", 7000215},
		{"web with its secret", "web", "s3cret", "", 0},
		{"web from a page", "web", "s3cret", "https://page.example", 9002326},
		{"single-page from a program", "spa", "", "", 9002327},
		{"single-page from a page", "spa", "", "https://page.example", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			client := r.turn("add-app", "name", "P", "verified", "true", c.platform+"_redirect_uris", "http://localhost", "secret", "s3cret")
			code := r.code(map[string]string{"client_id": client})
			change := map[string]string{"client_id": client}
			if c.secret != "" {
				change["client_secret"] = c.secret
			}
			got, _, header := r.post("/organizations/oauth2/v2.0/token", r.codeForm(code, change), c.origin)
			if c.code == 0 {
				if got.Status != http.StatusOK || (c.origin != "") != (header.Get("Access-Control-Allow-Origin") == "*") {
					t.Fatalf("%+v %v", got, header)
				}
				form := r.refreshForm(got.RefreshToken, change)
				if again, _, _ := r.post("/organizations/oauth2/v2.0/token", form, c.origin); again.Status != http.StatusOK {
					t.Errorf("refresh: %+v", again)
				}
				if c.platform == "spa" {
					r.wait(25 * time.Hour)
					late, _, _ := r.post("/organizations/oauth2/v2.0/token", form, c.origin)
					wantError(t, late, "invalid_grant", 700084, "")
				}
				return
			}
			if got.Status < 400 || len(got.Codes) != 1 || got.Codes[0] != c.code {
				t.Errorf("%+v, want %d", got, c.code)
			}
		})
	}
}

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

func TestDeviceCode(t *testing.T) {
	r := newRig(t)
	begin := func() (userCode string, poll func() reply) {
		_, all, _ := r.post("/organizations/oauth2/v2.0/devicecode", url.Values{"client_id": {directory.DemoClientID}, "scope": {defaultScope}}, "")
		userCode, _ = all["user_code"].(string)
		deviceCode, _ := all["device_code"].(string)
		if len(userCode) != 9 || deviceCode == "" || all["verification_uri"] != r.base+"/devicelogin" || all["interval"] != 5.0 || all["expires_in"] != 900.0 {
			t.Fatalf("%v", all)
		}
		return userCode, func() reply {
			r.wait(5 * time.Second)
			return r.token("organizations", url.Values{"grant_type": {deviceGrant}, "client_id": {directory.DemoClientID}, "device_code": {deviceCode}})
		}
	}
	visit := func(userCode string, answer visitor.Answer) (string, error) {
		v := visitor.New()
		defer v.Close()
		v.UserCode, v.Answer = userCode, answer
		return v.Device(t.Context(), r.base+"/devicelogin", directory.DemoUPN, directory.DemoPassword)
	}
	code, poll := begin()
	wantError(t, poll(), "authorization_pending", 70016, "")
	r.wait(-4 * time.Second)
	wantError(t, poll(), "slow_down", 70016, "")
	r.wait(5 * time.Second)
	if end, err := visit("WRONGCODE", visitor.Accept); err == nil || !strings.Contains(err.Error(), "70018") {
		t.Errorf("a wrong code: %s %v", end, err)
	}
	if end, err := visit(strings.ToLower(code[:4]+" "+code[4:]), visitor.Accept); err != nil || end != "device-done" {
		t.Fatalf("%s %v", end, err)
	}
	got := poll()
	if got.Status != http.StatusOK || got.RefreshToken == "" {
		t.Fatalf("%+v", got)
	}
	wantError(t, poll(), "bad_verification_code", 70018, "")
	if again := r.token("organizations", r.refreshForm(got.RefreshToken, nil)); again.Status != http.StatusOK {
		t.Errorf("refresh: %+v", again)
	}
	if _, err := visit(code, visitor.Accept); err == nil {
		t.Error("a code was taken twice")
	}

	code, poll = begin()
	if end, err := visit(code, visitor.Cancel); err != nil || end != "device-declined" {
		t.Fatalf("%s %v", end, err)
	}
	wantError(t, poll(), "authorization_declined", 65004, "")

	code, poll = begin()
	r.wait(16 * time.Minute)
	if _, err := visit(code, visitor.Accept); err == nil {
		t.Error("an old code was taken")
	}
	wantError(t, poll(), "expired_token", 70019, "")

	code, poll = begin()
	r.turn("policy", "tenant", directory.DemoDomain, "managed_device", "true")
	r.turn("user", "upn", directory.DemoUPN, "managed_device", "true")
	if _, err := visit(code, visitor.Accept); err == nil || !strings.Contains(err.Error(), "53003") {
		t.Errorf("with managed devices only: %v", err)
	}
	wantError(t, poll(), "authorization_pending", 70016, "")

	r.turn("app", "client_id", directory.DemoClientID, "public_flows", "false")
	refused, _, _ := r.post("/organizations/oauth2/v2.0/devicecode", url.Values{"client_id": {directory.DemoClientID}, "scope": {defaultScope}}, "")
	wantError(t, refused, "invalid_client", 7000218, "")
}

func TestProgramSignsInAsItself(t *testing.T) {
	r := newRig(t)
	client := r.turn("add-app", "name", "Filler", "verified", "true", "app_roles", "Mail.ReadWrite Calendars.ReadWrite", "secret", "s3cret",
		"secret_expires", r.now().Add(24*time.Hour).Format(time.RFC3339))
	ask := func(tenant string, change ...string) reply {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"s3cret"}, "scope": {"https://graph.microsoft.com/.default"}}
		for i := 0; i < len(change); i += 2 {
			form.Set(change[i], change[i+1])
		}
		return r.token(tenant, form)
	}
	wantError(t, ask(directory.DemoDomain), "unauthorized_client", 700016, "") // nobody approved it here
	link := r.base + "/" + directory.DemoTenantID + "/adminconsent?" + url.Values{"client_id": {client}, "redirect_uri": {r.redirect}}.Encode()
	// An Application Administrator approves delegated permissions only.
	r.turn("add-user", "tenant", directory.DemoDomain, "upn", "app@harborline.example", "role", "application_admin")
	if err := visitor.SignIn(t.Context(), link, "app@harborline.example", directory.DemoPassword); err == nil {
		t.Error("an Application Administrator approved application permissions")
	}
	if err := visitor.SignIn(t.Context(), link, directory.DemoAdminUPN, directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	got := ask(directory.DemoDomain)
	if got.Status != http.StatusOK || got.RefreshToken != "" || got.IDToken != "" {
		t.Fatalf("%+v", got)
	}
	c, err := r.srv.Verify(got.AccessToken)
	if err != nil || !slices.Equal(c.Roles, []string{"Mail.ReadWrite", "Calendars.ReadWrite"}) || c.AppID != client || c.UPN != "" || len(c.Scopes) != 0 || c.TenantID != directory.DemoTenantID {
		t.Errorf("%+v %v", c, err)
	}
	wantError(t, ask("organizations"), "invalid_request", 50059, "")
	wantError(t, ask(directory.DemoDomain, "client_secret", "wrong"), "invalid_client", 7000215, "")
	wantError(t, ask(directory.DemoDomain, "client_secret", ""), "invalid_client", 7000218, "")
	wantError(t, ask(directory.DemoDomain, "scope", "Mail.Read"), "invalid_scope", 1002012, "")
	wantError(t, ask(directory.DemoDomain, "scope", "https://vault.azure.net/.default"), "invalid_resource", 500011, "")
	r.turn("principal", "client_id", client, "tenant", directory.DemoDomain, "enabled", "false")
	wantError(t, ask(directory.DemoDomain), "unauthorized_client", 7000112, "")
	r.turn("principal", "client_id", client, "tenant", directory.DemoDomain, "enabled", "true")
	r.wait(25 * time.Hour)
	wantError(t, ask(directory.DemoDomain), "invalid_client", 7000222, "")
}
