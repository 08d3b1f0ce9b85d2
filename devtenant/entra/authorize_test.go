package entra_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
	"supercrm/devtenant/visitor"
)

func TestSignInReachesTheProgram(t *testing.T) {
	for _, c := range []struct{ mode, method string }{{"form_post", "POST"}, {"query", "GET"}, {"", "GET"}} {
		t.Run("mode "+c.mode, func(t *testing.T) {
			for _, tenant := range []string{"organizations", "common", directory.DemoDomain, directory.DemoTenantID} {
				r := newRig(t)
				at := r.authorizeURL(tenant, map[string]string{"response_mode": c.mode})
				if err := visitor.SignIn(t.Context(), at, "Maya.Torres@harborline.example", directory.DemoPassword); err != nil {
					t.Fatal(err)
				}
				if r.method != c.method || r.path != "/" {
					t.Errorf("%s: the answer came as %s %s", tenant, r.method, r.path)
				}
				got := r.answer()
				if got.Get("state") != "st&te=<1>" || got.Get("code") == "" || got.Get("session_state") == "" || got.Has("error") {
					t.Errorf("%s: answer %v", tenant, got)
				}
				if res := r.token(tenant, r.codeForm(got.Get("code"), nil)); res.Status != http.StatusOK {
					t.Errorf("%s: the code is refused: %+v", tenant, res)
				}
			}
		})
	}
}

// What must not be sent to an address that is not known to be the program's is shown as a page.
func TestShownInTheBrowserOnly(t *testing.T) {
	r := newRig(t)
	port := r.redirect[strings.LastIndexByte(r.redirect, ':')+1:]
	for _, c := range []struct {
		name, tenant string
		change       map[string]string
		code         int
	}{
		{"unknown tenant", "nowhere.example", nil, 90002},
		{"no client", "organizations", map[string]string{"client_id": ""}, 900144},
		{"unknown client", "organizations", map[string]string{"client_id": "11111111-2222-3333-4444-555555555555"}, 700016},
		{"no redirect", "organizations", map[string]string{"redirect_uri": ""}, 50011},
		{"other host", "organizations", map[string]string{"redirect_uri": "http://evil.example:" + port}, 50011},
		{"address instead of name", "organizations", map[string]string{"redirect_uri": "http://127.0.0.1:" + port}, 50011},
		{"IPv6", "organizations", map[string]string{"redirect_uri": "http://[::1]:" + port}, 50011},
		{"path", "organizations", map[string]string{"redirect_uri": r.redirect + "/callback"}, 50011},
		{"slash", "organizations", map[string]string{"redirect_uri": r.redirect + "/"}, 50011},
		{"case", "organizations", map[string]string{"redirect_uri": "http://LOCALHOST:" + port}, 50011},
		{"https", "organizations", map[string]string{"redirect_uri": "https://localhost:" + port}, 50011},
		{"query", "organizations", map[string]string{"redirect_uri": r.redirect + "?x=1"}, 50011},
		{"fragment", "organizations", map[string]string{"redirect_uri": r.redirect + "#x"}, 50011},
		{"user", "organizations", map[string]string{"redirect_uri": "http://localhost@evil.example:" + port}, 50011},
		{"port too large", "organizations", map[string]string{"redirect_uri": "http://localhost:70000"}, 50011},
		{"script", "organizations", map[string]string{"redirect_uri": "javascript:alert(1)"}, 50011},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := get(t, r.authorizeURL(c.tenant, c.change))
			if status != http.StatusBadRequest || !strings.Contains(body, fmt.Sprintf(`id="error-code">AADSTS%d<`, c.code)) {
				t.Errorf("status %d, page without AADSTS%d:\n%s", status, c.code, body)
			}
			for _, id := range []string{`id="correlation"`, `id="timestamp"`, `id="trace"`} {
				if !strings.Contains(body, id) {
					t.Errorf("the page lacks %s", id)
				}
			}
		})
	}
	if status, _ := get(t, r.authorizeURL("organizations", nil)+"&client_id=twice"); status != http.StatusBadRequest {
		t.Errorf("a parameter sent twice: %d", status)
	}
}

func TestSentBackToTheProgram(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		name   string
		change map[string]string
		oauth  string
		code   int
	}{
		{"fragment", map[string]string{"response_mode": "fragment"}, "invalid_request", 90023},
		{"implicit flow", map[string]string{"response_type": "id_token"}, "unsupported_response_type", 70005},
		{"no response type", map[string]string{"response_type": ""}, "invalid_request", 900144},
		{"no scope", map[string]string{"scope": ""}, "invalid_request", 900144},
		{"unknown scope", map[string]string{"scope": "openid Mail.Everything"}, "invalid_client", 650053},
		{"other resource", map[string]string{"scope": "https://vault.azure.net/.default"}, "invalid_resource", 500011},
		{"default mixed", map[string]string{"scope": "https://graph.microsoft.com/.default Mail.Read"}, "invalid_scope", 70011},
		{"no PKCE", map[string]string{"code_challenge": "", "code_challenge_method": ""}, "invalid_request", 50147},
		{"plain PKCE", map[string]string{"code_challenge_method": "plain"}, "invalid_request", 90023},
		{"implied plain PKCE", map[string]string{"code_challenge_method": ""}, "invalid_request", 90023},
		{"short challenge", map[string]string{"code_challenge": "abc"}, "invalid_request", 501491},
		{"unknown prompt", map[string]string{"prompt": "please"}, "invalid_request", 90023},
		{"nobody signed in", map[string]string{"prompt": "none"}, "login_required", 50058},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := visitor.SignIn(t.Context(), r.authorizeURL("organizations", c.change), directory.DemoUPN, directory.DemoPassword); err != nil {
				t.Fatal(err)
			}
			got := r.answer()
			if got.Get("error") != c.oauth || !strings.HasPrefix(got.Get("error_description"), fmt.Sprintf("AADSTS%d: ", c.code)) ||
				got.Get("state") != "st&te=<1>" || got.Has("code") {
				t.Errorf("answer %v", got)
			}
		})
	}
}

func TestWrongNameAndPassword(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ upn, password, code string }{
		{"nobody@harborline.example", directory.DemoPassword, "AADSTS50034"},
		{directory.DemoUPN, "wrong", "AADSTS50126"},
		{directory.DemoUPN, "", ""},
		{"", "", ""},
	} {
		err := visitor.SignIn(t.Context(), r.authorizeURL("organizations", nil), c.upn, c.password)
		page := new(visitor.PageError)
		if !errors.As(err, &page) || page.Code != c.code {
			t.Errorf("%q with %q: %v, want %s", c.upn, c.password, err, c.code)
		}
	}
	if got := r.answer(); got != nil {
		t.Errorf("the program heard %v", got)
	}
}

func TestAccountOfAnotherOrganization(t *testing.T) {
	r := newRig(t)
	if err := r.dir.AddTenant(directory.Tenant{ID: "22222222-1111-4a7e-8a5c-000000000001", Domain: "other.example", Name: "Other",
		Users: []*directory.User{{ObjectID: "22222222-1111-4a7e-8a5c-000000000002", UPN: "x@other.example", Password: "p"}}}); err != nil {
		t.Fatal(err)
	}
	err := visitor.SignIn(t.Context(), r.authorizeURL(directory.DemoTenantID, nil), "x@other.example", "p")
	if page := new(visitor.PageError); !errors.As(err, &page) || page.Code != "AADSTS50020" {
		t.Errorf("err = %v, want AADSTS50020", err)
	}
}

func TestSecondSignInAsksLess(t *testing.T) {
	r := newRig(t)
	v := visitor.New()
	defer v.Close()
	if err := v.SignIn(t.Context(), r.authorizeURL("organizations", nil), directory.DemoUPN, directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	r.answer()
	// Signed in and approved: no page at all, so a wrong password is never asked for, and even prompt=none works.
	for _, prompt := range []string{"", "none", "select_account"} {
		if err := v.SignIn(t.Context(), r.authorizeURL("organizations", map[string]string{"prompt": prompt}), directory.DemoUPN, "unused"); err != nil {
			t.Errorf("prompt %q: %v", prompt, err)
		}
		if got := r.answer(); got.Get("code") == "" {
			t.Errorf("prompt %q: %v", prompt, got)
		}
	}
	// prompt=login wants the password again.
	if err := v.SignIn(t.Context(), r.authorizeURL("organizations", map[string]string{"prompt": "login"}), directory.DemoUPN, "wrong"); err == nil {
		t.Error("prompt=login took a wrong password")
	}
	// A scope that was not approved yet, or prompt=consent, brings the permissions page, and Cancel works there.
	v.Answer = visitor.Cancel
	for _, change := range []map[string]string{{"scope": defaultScope + " Contacts.Read"}, {"prompt": "consent"}} {
		if err := v.SignIn(t.Context(), r.authorizeURL("organizations", change), directory.DemoUPN, "unused"); err != nil {
			t.Fatal(err)
		}
		if got := r.answer(); got.Get("error") != "access_denied" {
			t.Errorf("%v: %v", change, got)
		}
	}
	if err := v.SignIn(t.Context(), r.authorizeURL("organizations", map[string]string{"prompt": "none", "scope": defaultScope + " Contacts.Read"}), "", ""); err != nil {
		t.Fatal(err)
	}
	if got := r.answer(); got.Get("error") != "interaction_required" {
		t.Errorf("prompt=none with a new scope: %v", got)
	}
	// Another person's hint does not use this session.
	if err := v.SignIn(t.Context(), r.authorizeURL("organizations", map[string]string{"login_hint": "jonas.weber@harborline.example"}), "", "wrong"); err == nil {
		t.Error("the session of one person signed another in")
	}
}

func TestCancelIsAccessDenied(t *testing.T) {
	r := newRig(t)
	v := visitor.New()
	defer v.Close()
	v.Answer = visitor.Cancel
	if err := v.SignIn(t.Context(), r.authorizeURL("organizations", nil), directory.DemoUPN, directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	got := r.answer()
	if got.Get("error") != "access_denied" || got.Get("error_subcode") != "cancel" || got.Get("state") != "st&te=<1>" ||
		!strings.HasPrefix(got.Get("error_description"), "AADSTS65004: ") {
		t.Errorf("answer %v", got)
	}
}

func TestOnlyAnAdministratorApproves(t *testing.T) {
	for _, c := range []struct {
		policy  directory.ConsentPolicy
		scope   string
		refused bool
	}{
		{directory.ConsentNone, "openid User.Read", true},
		{directory.ConsentManaged, "openid Mail.ReadWrite", true},
		{directory.ConsentManaged, "openid User.Read Mail.Send Contacts.Read", false},
		{directory.ConsentAll, "openid Mail.ReadWrite", false},
		{directory.ConsentAll, "openid Directory.Read.All", true},
	} {
		t.Run(fmt.Sprintf("%s %s", c.policy, c.scope), func(t *testing.T) {
			r := newRig(t)
			if err := r.dir.SetUserConsent(directory.DemoTenantID, c.policy); err != nil {
				t.Fatal(err)
			}
			at := r.authorizeURL("organizations", map[string]string{"scope": c.scope})
			err := visitor.SignIn(t.Context(), at, directory.DemoUPN, directory.DemoPassword)
			got := r.answer()
			if !c.refused {
				if err != nil || got.Get("code") == "" {
					t.Errorf("refused: %v %v", err, got)
				}
				return
			}
			if !errors.Is(err, visitor.ErrNeedsApproval) || got.Get("error") != "access_denied" || !strings.HasPrefix(got.Get("error_description"), "AADSTS90094: ") {
				t.Errorf("err %v, answer %v", err, got)
			}
			// An administrator approves for the organization while signing in; then the user is not asked.
			admin := visitor.New()
			defer admin.Close()
			admin.Answer = visitor.AcceptForOrganization
			if err := admin.SignIn(t.Context(), at, directory.DemoAdminUPN, directory.DemoPassword); err != nil {
				t.Fatal(err)
			}
			r.answer()
			if err := visitor.SignIn(t.Context(), at, directory.DemoUPN, directory.DemoPassword); err != nil || r.answer().Get("code") == "" {
				t.Errorf("after the approval: %v", err)
			}
		})
	}
}

func TestAdminConsent(t *testing.T) {
	r := newRig(t)
	if err := r.dir.SetUserConsent(directory.DemoTenantID, directory.ConsentNone); err != nil {
		t.Fatal(err)
	}
	at := func(segment, redirect string) string {
		return r.base + "/" + segment + "/v2.0/adminconsent?" + url.Values{"client_id": {directory.DemoClientID}, "scope": {defaultScope},
			"redirect_uri": {redirect}, "state": {"42"}}.Encode()
	}
	if err := visitor.SignIn(t.Context(), at("organizations", r.redirect), directory.DemoUPN, directory.DemoPassword); !errors.Is(err, visitor.ErrNeedsApproval) {
		t.Errorf("an ordinary user: %v", err)
	}
	if got := r.answer(); got.Get("error") != "access_denied" || got.Get("admin_consent") != "True" || got.Get("state") != "42" {
		t.Errorf("an ordinary user: %v", got)
	}
	no := visitor.New()
	defer no.Close()
	no.Answer = visitor.Cancel
	if err := no.SignIn(t.Context(), at(directory.DemoTenantID, r.redirect), directory.DemoAdminUPN, directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	if got := r.answer(); got.Get("error") != "access_denied" || got.Get("error_subcode") != "cancel" {
		t.Errorf("declined: %v", got)
	}
	if err := visitor.SignIn(t.Context(), at("organizations", r.redirect), directory.DemoAdminUPN, directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	got := r.answer()
	if got.Get("admin_consent") != "True" || got.Get("tenant") != directory.DemoTenantID || got.Get("state") != "42" || got.Has("code") ||
		!strings.Contains(got.Get("scope"), "https://graph.microsoft.com/Mail.ReadWrite") {
		t.Errorf("approved: %v", got)
	}
	r.tokens(nil) // the ordinary user signs in without being asked, though the policy is "none"

	// A forwarded link ends on the service's own blank page.
	if err := visitor.SignIn(t.Context(), at("organizations", r.base+"/common/oauth2/nativeclient"), directory.DemoAdminUPN, directory.DemoPassword); err != nil {
		t.Errorf("to the blank page: %v", err)
	}
	if status, body := get(t, at("common", r.redirect)); status != http.StatusBadRequest || !strings.Contains(body, "AADSTS50059") {
		t.Errorf("common: %d %s", status, body)
	}
}

func TestLogoutEndsTheSession(t *testing.T) {
	r := newRig(t)
	v := visitor.New()
	defer v.Close()
	if err := v.SignIn(t.Context(), r.authorizeURL("organizations", nil), directory.DemoUPN, directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	out := r.base + "/organizations/oauth2/v2.0/logout?" + url.Values{"client_id": {directory.DemoClientID},
		"post_logout_redirect_uri": {r.redirect}, "redirect_uri": {r.redirect}, "state": {"bye"}}.Encode()
	if err := v.SignIn(t.Context(), out, "", ""); err != nil {
		t.Fatal(err)
	}
	if got := r.answer(); got.Get("state") != "bye" {
		t.Errorf("after logout: %v", got)
	}
	if err := v.SignIn(t.Context(), r.authorizeURL("organizations", map[string]string{"prompt": "none"}), "", ""); err != nil {
		t.Fatal(err)
	}
	if got := r.answer(); got.Get("error") != "login_required" {
		t.Errorf("prompt=none after logout: %v", got)
	}
}

// Another site, or another browser, cannot drive a sign-in under way.
func TestFlowBelongsToItsBrowser(t *testing.T) {
	r := newRig(t, func(o *entra.Options) { o.Hints = true })
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).
		Get(r.authorizeURL("organizations", nil))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	flow := r.base + res.Header.Get("Location")
	if !strings.HasPrefix(res.Header.Get("Location"), "/login/") || len(res.Cookies()) != 1 || !res.Cookies()[0].HttpOnly {
		t.Fatalf("authorize: %v", res.Header)
	}
	cookie := res.Cookies()[0]
	do := func(method, address, origin string, withCookie bool) (int, string) {
		req, _ := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader("account="+directory.DemoUPN))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		if withCookie {
			req.AddCookie(cookie)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode, res.Header.Get("Content-Security-Policy")
	}
	if status, _ := do("GET", flow, "", false); status != http.StatusBadRequest {
		t.Errorf("another browser sees the page: %d", status)
	}
	if status, _ := do("POST", flow+"/account", "", false); status != http.StatusBadRequest {
		t.Errorf("another browser posts: %d", status)
	}
	if status, _ := do("POST", flow+"/account", "http://evil.example", true); status != http.StatusForbidden {
		t.Errorf("another site posts: %d", status)
	}
	if status, policy := do("GET", flow, "", true); status != http.StatusOK || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("its own browser: %d, policy %q", status, policy)
	}
	// A post that does not fit the stage leads to the page that is due, and does nothing.
	if status, _ := do("POST", flow+"/consent", "", true); status != http.StatusFound {
		t.Errorf("consent before the account: %d", status)
	}
	if status, _ := do("DELETE", flow, "", true); status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: %d", status)
	}
	r.wait(16 * time.Minute)
	if status, _ := do("GET", flow, "", true); status != http.StatusBadRequest {
		t.Errorf("after the time limit: %d", status)
	}
}
