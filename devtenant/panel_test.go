package devtenant_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
)

// press loads the panel and submits, without script, the form with this action that holds these values and has this
// button.
func press(t *testing.T, s *devtenant.Server, action, button string, holds url.Values, fill url.Values) {
	t.Helper()
	client := tenanttest.Client(t, s)
	res, err := client.Get(s.PanelURL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script-src") {
		t.Errorf("policy %q", csp)
	}
	doc, err := html.Parse(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data != "form" || value(n, "action") != "/control/"+action || value(n, "method") != "post" {
			continue
		}
		v, pressed := url.Values{}, false
		for c := range n.Descendants() {
			switch {
			case c.Data == "input":
				v.Set(value(c, "name"), value(c, "value"))
			case c.Data == "button" && value(c, "name") == button && (button != "" || !pressed):
				pressed = true
				if button != "" {
					v.Set(button, value(c, "value"))
				}
			}
		}
		for name := range holds {
			pressed = pressed && v.Get(name) == holds.Get(name)
		}
		if !pressed {
			continue
		}
		for name := range fill {
			v.Set(name, fill.Get(name))
		}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.LoginURL+value(n, "action"), strings.NewReader(v.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", s.LoginURL)
		back, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer back.Body.Close()
		if back.StatusCode != http.StatusOK || back.Request.URL.Path != "/" {
			body, _ := io.ReadAll(back.Body)
			t.Fatalf("%s %s: %d %s", action, button, back.StatusCode, body)
		}
		return
	}
	t.Fatalf("the panel has no form %s with a button %q and %v", action, button, holds)
}

func value(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestPanelTurnsTheSwitches(t *testing.T) {
	s := tenanttest.Start(t)
	tenant, maya := url.Values{"tenant": {directory.DemoTenantID}}, url.Values{"upn": {directory.DemoUPN}}
	for _, button := range []string{"mfa", "managed_device", "block", "request_workflow"} {
		press(t, s, "policy", button, tenant, nil)
	}
	press(t, s, "policy", "", tenant, url.Values{"user_consent": {"low"}})
	press(t, s, "policy", "", tenant, url.Values{"sign_in_frequency": {"2h"}})
	for _, button := range []string{"disabled", "password_expired", "managed_device"} {
		press(t, s, "user", button, maya, nil)
	}
	press(t, s, "user", "", maya, url.Values{"role": {"application_admin"}})
	press(t, s, "revoke", "", maya, nil)
	press(t, s, "cae", "", maya, nil)
	press(t, s, "add-tenant", "", nil, url.Values{"domain": {"contoso.example"}, "name": {"<b>Contoso</b>"}})
	press(t, s, "add-app", "", nil, url.Values{"name": {"Another"}})
	press(t, s, "add-user", "", tenant, url.Values{"upn": {"new@harborline.example"}})
	press(t, s, "approve", "", tenant, url.Values{"client_id": {s.ClientID}})
	program := url.Values{"tenant": {directory.DemoTenantID}, "client_id": {s.ClientID}}
	press(t, s, "principal", "assignment_required", program, nil)
	press(t, s, "principal", "", program, url.Values{"assign": {directory.DemoUPN}})
	press(t, s, "app", "verified", url.Values{"client_id": {s.ClientID}}, nil)
	st := s.State()
	h := st.Tenants[0]
	if !h.MFA || !h.ManagedDevice || !h.Block || !h.RequestWorkflow || h.UserConsent != "low" || h.SignInFrequency != "2h0m0s" || len(h.Users) != 4 {
		t.Errorf("tenant %+v", h)
	}
	if u := h.Users[0]; !u.Disabled || !u.PasswordExpired || !u.ManagedDevice || u.Role != "application_admin" {
		t.Errorf("user %+v", u)
	}
	if len(st.Tenants) != 2 || len(st.Apps) != 2 || len(st.Consents) != 1 || len(st.Principals) != 1 || !st.Principals[0].AssignmentRequired || len(st.Principals[0].Assigned) != 1 {
		t.Errorf("state %+v", st)
	}
	press(t, s, "policy", "mfa", tenant, nil) // the same button turns it off
	press(t, s, "revoke-grant", "", program, nil)
	if st := s.State(); st.Tenants[0].MFA || len(st.Consents) != 0 {
		t.Errorf("turned back: %+v %+v", st.Tenants[0], st.Consents)
	}
	res, err := tenanttest.Client(t, s).Get(s.PanelURL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if strings.Contains(string(body), "<b>Contoso") || !strings.Contains(string(body), "&lt;b&gt;Contoso") {
		t.Error("a tenant's name is not escaped")
	}
	if regexp.MustCompile(`(?i)<script|\son[a-z]+=`).Match(body) {
		t.Error("the panel has script")
	}
}

// The authority's certificate lies where the ready line says, and a temporary one goes with the tenant.
func TestAuthorityFile(t *testing.T) {
	s, err := devtenant.Start(t.Context(), devtenant.Options{TLS: true, Seed: "empty"})
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil || !strings.HasPrefix(string(pem), "-----BEGIN CERTIFICATE-----") {
		t.Errorf("%s: %v", s.CAFile, err)
	}
	if strings.Contains(string(pem), "PRIVATE") {
		t.Error("the key was written")
	}
	s.Close()
	if _, err := os.Stat(s.CAFile); !os.IsNotExist(err) {
		t.Errorf("left behind: %v", err)
	}
	own := t.TempDir() + "/ca.pem"
	s, err = devtenant.Start(t.Context(), devtenant.Options{TLS: true, CAFile: own, Seed: "empty"})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := os.Stat(own); err != nil {
		t.Errorf("the file asked for: %v", err)
	}
}
