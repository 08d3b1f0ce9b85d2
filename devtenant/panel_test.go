package devtenant_test

import (
	"bytes"
	"fmt"
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
	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/tenanttest"
)

// pages are where the panel's forms are.
var pages = []string{"/", "/panel/person?upn=" + directory.DemoUPN, "/panel/faults", "/panel/apps"}

// press goes through the panel's pages and submits, without script, the first form with this action that holds these
// values and has this button.
func press(t *testing.T, s *devtenant.Server, action, button string, holds url.Values, fill url.Values) {
	t.Helper()
	client := tenanttest.Client(t, s)
	for _, page := range pages {
		res, err := client.Get(s.LoginURL + page)
		if err != nil {
			t.Fatal(err)
		}
		csp := res.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "script-src 'sha256-") || strings.Contains(csp, "script-src 'unsafe") {
			t.Errorf("policy %q", csp)
		}
		doc, err := html.Parse(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Data != "form" || value(n, "action") != "/control/"+action || value(n, "method") != "post" {
				continue
			}
			v, pressed := read(n, button)
			for name := range holds {
				pressed = pressed && v.Get(name) == holds.Get(name)
			}
			if !pressed {
				continue
			}
			for name := range fill {
				v.Set(name, fill.Get(name))
			}
			submit(t, s, client, page, action, v)
			return
		}
	}
	t.Fatalf("the panel has no form %s with a button %q and %v", action, button, holds)
}

// read gives what a form would send when a button with this name is pressed, and whether it has one.
func read(form *html.Node, button string) (v url.Values, ok bool) {
	v = url.Values{}
	for c := range form.Descendants() {
		switch {
		case c.Data == "input":
			v.Set(value(c, "name"), value(c, "value"))
		case c.Data == "button" && value(c, "name") == button && (button != "" || !ok):
			ok = true
			if button != "" {
				v.Set(button, value(c, "value"))
			}
		}
	}
	return v, ok
}

func submit(t *testing.T, s *devtenant.Server, client *http.Client, page, action string, v url.Values) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.LoginURL+"/control/"+action, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", s.LoginURL)
	back, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Body.Close()
	if path, _, _ := strings.Cut(page, "?"); back.StatusCode != http.StatusOK || back.Request.URL.Path != path || back.Request.URL.Query().Has("error") {
		body, _ := io.ReadAll(back.Body)
		t.Fatalf("%s %v: %d %s %s", action, v, back.StatusCode, back.Request.URL, body)
	}
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
	if regexp.MustCompile(`(?i)\son[a-z]+=`).Match(body) || bytes.Count(body, []byte("<script")) != 1 {
		t.Error("the panel has more script than its own")
	}
}

// page gives a page's text.
func page(t *testing.T, s *devtenant.Server, path string) string {
	t.Helper()
	res, err := tenanttest.Client(t, s).Get(s.LoginURL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", path, res.StatusCode, err)
	}
	return string(body)
}

func TestPanelMailboxesQuotaAndReset(t *testing.T) {
	s := tenanttest.Start(t)
	maya := url.Values{"upn": {directory.DemoUPN}}
	box, _ := s.Mailboxes.Mailbox(directory.DemoUPN)
	body := "<p>Nobody <b>else</b> may read <script>alert(1)</script> this</p>"
	id := box.Deliver(mailbox.Mail{Subject: "<i>Offer</i>", From: mailbox.Address{Name: "Zoe"}, Body: mailbox.Body{HTML: true, Text: body}})
	if text := page(t, s, "/panel/mail?upn="+directory.DemoUPN); !strings.Contains(text, "&lt;i&gt;Offer") || !strings.Contains(text, "Customers") {
		t.Error("the mailbox does not list its folders and what has come")
	}
	before, _ := box.Message(id)
	if text := page(t, s, "/panel/mail?upn="+directory.DemoUPN+"&id="+url.QueryEscape(id)); !strings.Contains(text, "Nobody else may read") || strings.Contains(text, "alert(1)") {
		t.Error("the message is not shown as text")
	}
	if after, _ := box.Message(id); after.Read || after.ETag != before.ETag {
		t.Error("to look at a message changed it")
	}
	for _, gone := range []string{"/panel/mail?upn=nobody", "/panel/person?upn=nobody", "/panel/nothing", "/panel/mail?upn=" + directory.DemoUPN + "&id=x"} {
		res, err := tenanttest.Client(t, s).Get(s.LoginURL + gone)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", gone, res.StatusCode)
		}
	}
	press(t, s, "quota", "on", maya, nil)
	if text := page(t, s, pages[1]); !strings.Contains(text, `class="meter`) {
		t.Error("the quota is not shown")
	}
	press(t, s, "quota", "", maya, url.Values{"send": {"1"}, "receive": {"2"}})
	if text := page(t, s, "/"); !strings.Contains(text, "full") {
		t.Error("a full mailbox does not say so")
	}
	press(t, s, "quota", "on", maya, nil) // off again
	press(t, s, "reset", "", maya, nil)
	if _, err := box.Message(id); err == nil {
		t.Error("the reset mailbox still has what came")
	}
	press(t, s, "policy", "mfa", url.Values{"tenant": {directory.DemoTenantID}}, nil)
	press(t, s, "fault", "", nil, url.Values{"kind": {"throttle"}, "count": {"2"}, "endpoint": {"GET /me"}, "account": {directory.DemoUPN}})
	press(t, s, "limits", "concurrency", nil, nil)
	if text := page(t, s, "/panel/faults"); !strings.Contains(text, "0 of 2") {
		t.Error("the fault is not listed with its counter")
	}
	if status, _ := ask(t, s, mint(t, s), "/me"); status != http.StatusTooManyRequests {
		t.Errorf("with the fault: %d", status)
	}
	if text := page(t, s, "/panel/faults"); !strings.Contains(text, "1 of 2") {
		t.Error("the counter stands still")
	}
	press(t, s, "remove-fault", "", url.Values{"id": {"1"}}, nil)
	press(t, s, "fault", "", nil, url.Values{"script": {"pass, unavailable"}})
	press(t, s, "reset", "", url.Values{"all": {"true"}}, nil)
	if st := s.State(); st.Tenants[0].MFA || len(s.Faults().List()) != 0 {
		t.Error("the tenant was not reset")
	}
	if status, _ := ask(t, s, mint(t, s), "/me"); status != http.StatusOK {
		t.Errorf("after the reset: %d", status)
	}
}

// What cannot be done is said on the page that the form was on; other sites' forms are refused.
func TestPanelErrors(t *testing.T) {
	s := tenanttest.Start(t, func(o *devtenant.Options) { o.Seed = "empty" })
	client := tenanttest.Client(t, s)
	post := func(origin string, v url.Values) *http.Response {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.LoginURL+"/control/fault", strings.NewReader(v.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", origin)
		req.Header.Set("Sec-Fetch-Site", map[bool]string{true: "same-origin", false: "cross-site"}[origin == s.LoginURL])
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	res := post(s.LoginURL, url.Values{"return": {"/panel/faults"}, "kind": {"fire"}})
	if body, _ := io.ReadAll(res.Body); res.Request.URL.Path != "/panel/faults" || !strings.Contains(string(body), "there is no fault") {
		t.Errorf("%s %s", res.Request.URL, body)
	}
	if res := post("https://elsewhere.example", url.Values{"kind": {"throttle"}}); res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's form: %d", res.StatusCode)
	}
	for _, away := range []string{"//elsewhere.example/", "https://elsewhere.example/", `/\elsewhere.example`} {
		if res := post(s.LoginURL, url.Values{"return": {away}, "kind": {"pass"}}); res.Request.URL.Host != strings.TrimPrefix(s.LoginURL, "http://") {
			t.Errorf("%s led to %s", away, res.Request.URL)
		}
	}
}

func TestPanelWithDozensOfPeople(t *testing.T) {
	s := tenanttest.Start(t, func(o *devtenant.Options) { o.Seed = "empty" })
	for i := range 60 {
		if _, err := s.Control("add-user", map[string]string{"tenant": directory.DemoTenantID, "upn": fmt.Sprintf("person%02d@harborline.example", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(page(t, s, "/"), "/panel/person?upn="); n != 63 {
		t.Errorf("%d people", n)
	}
	if n := strings.Count(page(t, s, "/?q=person1"), "/panel/person?upn="); n != 10 {
		t.Errorf("%d people found", n)
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
