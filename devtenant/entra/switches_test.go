package entra_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
	"supercrm/devtenant/visitor"
)

// control posts to a switch and returns status, body and where it redirects to.
func (r *rig) control(name, kind, body string, header ...string) (int, string, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.base+"/control/"+name, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	var out strings.Builder
	_ = res.Write(&out)
	return res.StatusCode, out.String(), res.Header.Get("Location")
}

func TestSwitchesByJSONAndForm(t *testing.T) {
	r := newRig(t)
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, kind, body string
		status           int
	}{
		{"add-tenant", "application/json", `{"id":"55555555-0000-4000-8000-000000000001","domain":"contoso.example","name":"Contoso","user_consent":"managed"}`, 200},
		{"add-tenant", "application/json", `{"id":"55555555-0000-4000-8000-000000000001","domain":"other.example"}`, 400},
		{"add-tenant", "application/json", `{"domain":"nodots"}`, 400},
		{"add-user", "application/json; charset=utf-8", `{"tenant":"contoso.example","upn":"pat@contoso.example","role":"cloud_application_admin"}`, 200},
		{"add-user", "application/json", `{"tenant":"contoso.example","upn":"pat@contoso.example"}`, 400},
		{"add-user", "application/json", `{"tenant":"contoso.example","upn":"x@contoso.example","role":"king"}`, 400},
		{"add-user", form, "tenant=contoso.example&home_upn=" + directory.DemoUPN, 200},
		{"add-user", form, "tenant=contoso.example&home_upn=" + directory.DemoUPN, 400},
		{"add-user", form, "tenant=contoso.example&home_upn=nobody@x", 400},
		{"add-app", "application/json", `{"client_id":"55555555-0000-4000-8000-000000000002","name":"Other","scopes":["User.Read","Mail.Send"],"verified":true}`, 200},
		{"add-app", "application/json", `{"name":"Other","scopes":["Mail.Everything"]}`, 400},
		{"add-app", "application/json", `{"name":"Other","single_tenant":true}`, 400},
		{"app", form, "client_id=55555555-0000-4000-8000-000000000002&verified=maybe", 400},
		{"app", form, "client_id=55555555-0000-4000-8000-000000000002&verified=false", 204},
		{"policy", form, "tenant=contoso.example&mfa=true&sign_in_frequency=90m&request_workflow=true", 204},
		{"policy", form, "tenant=contoso.example&sign_in_frequency=soon", 400},
		{"policy", form, "tenant=contoso.example&sign_in_frequency=-1h", 400},
		{"policy", form, "tenant=nowhere&mfa=true", 400},
		{"user", form, "upn=pat@contoso.example&role=admin", 204},
		{"user", form, "upn=nobody@contoso.example&disabled=true", 404},
		{"user", form, "upn=maya.torres_harborline.example%23EXT%23@contoso.example&managed_device=true", 400},
		{"principal", form, "client_id=55555555-0000-4000-8000-000000000002&tenant=contoso.example&assignment_required=true&assign=pat@contoso.example", 204},
		{"approve", form, "client_id=55555555-0000-4000-8000-000000000002&tenant=contoso.example", 204},
		{"revoke-grant", form, "client_id=55555555-0000-4000-8000-000000000002&tenant=" + directory.DemoDomain, 400},
		{"request", form, "id=x&decision=approve", 400},
		{"cae", form, "upn=nobody", 404},
		{"policy", "application/json", `[1]`, 400},
		{"policy", "application/json", `{"tenant":{}}`, 400},
		{"self-destruct", form, "", 404},
	} {
		if status, body, _ := r.control(c.name, c.kind, c.body); status != c.status {
			t.Errorf("%s %s: %d, want %d: %s", c.name, c.body, status, c.status, body)
		}
	}
	_, body := get(t, r.base+"/control/state")
	var st entra.State
	if err := json.Unmarshal([]byte(body), &st); err != nil {
		t.Fatal(err)
	}
	c := st.Tenants[1]
	if c.Name != "Contoso" || c.UserConsent != "managed" || !c.MFA || !c.RequestWorkflow || c.SignInFrequency != "1h30m0s" || c.Block ||
		len(c.Users) != 2 || c.Users[0].Role != "admin" || c.Users[1].HomeUPN != directory.DemoUPN {
		t.Errorf("contoso: %+v", c)
	}
	if len(st.Apps) != 2 || st.Apps[0].Verified || strings.Join(st.Apps[0].Scopes, " ") != "User.Read Mail.Send" {
		t.Errorf("apps: %+v", st.Apps)
	}
	if len(st.Principals) != 1 || len(st.Principals[0].Assigned) != 1 || len(st.Consents) != 1 {
		t.Errorf("principals %+v, consents %+v", st.Principals, st.Consents)
	}
	if strings.Contains(body, directory.DemoPassword) {
		t.Error("the state tells passwords")
	}
}

// Another site's page can neither post a form nor JSON; the panel's own form comes back to the panel and nowhere else.
func TestSwitchesRefuseOtherSites(t *testing.T) {
	r := newRig(t)
	const form, body = "application/x-www-form-urlencoded", "return=https://evil.example&tenant=" + directory.DemoDomain + "&mfa=true"
	for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		if status, _, _ := r.control("policy", form, body, h...); status != http.StatusForbidden {
			t.Errorf("%v: %d", h, status)
		}
	}
	if r.srv.State().Tenants[0].MFA {
		t.Fatal("a refused post turned the switch")
	}
	if status, _, to := r.control("policy", form, body, "Origin", r.base); status != http.StatusSeeOther || to != "/" {
		t.Errorf("the panel's own: %d %q", status, to)
	}
	if !r.srv.State().Tenants[0].MFA {
		t.Error("the switch was not turned")
	}
}

// Switches, sign-ins, refreshes and the state may come at the same time; run with -race.
func TestSwitchesWhilePeopleSignIn(t *testing.T) {
	h, _, tokens := settled(t)
	var wg sync.WaitGroup
	for _, work := range []func(){
		func() { h.turn("policy", "tenant", h.tenant, "mfa", "true") },
		func() { h.turn("policy", "tenant", h.tenant, "mfa", "false") },
		func() { h.turn("cae", "upn", h.upn("member")) },
		func() { h.turn("user", "upn", h.upn("guest"), "managed_device", "true") },
		func() { h.turn("principal", "client_id", h.client, "tenant", h.tenant, "assign", h.upn("member")) },
		func() { h.turn("approve", "client_id", h.client, "tenant", h.tenant) },
		func() { h.turn("app", "client_id", h.client, "verified", "false") },
		func() { h.srv.State() },
		func() { _, _ = h.srv.Verify(tokens.AccessToken) },
		func() {
			if got := h.renew(tokens.RefreshToken); got.Status != http.StatusOK && got.Codes[0] != 50076 {
				t.Errorf("refresh: %+v", got)
			}
		},
		func() { // admin links end at the blank page, so that visits do not share the program's listener
			link := h.base + "/common/adminconsent?" + url.Values{"client_id": {h.client}, "redirect_uri": {h.base + "/common/oauth2/nativeclient"}}.Encode()
			if err := visitor.SignIn(t.Context(), link, h.upn("admin"), directory.DemoPassword); err != nil {
				t.Errorf("visit: %v", err)
			}
		},
	} {
		wg.Go(func() {
			for range 15 {
				work()
			}
		})
	}
	wg.Wait()
}
