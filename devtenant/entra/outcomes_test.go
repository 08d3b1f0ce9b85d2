package entra_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/visitor"
)

// What an organization's policy makes of a sign-in: for each tenant policy, registration and set of permissions, what an
// ordinary user and a guest end at when nobody has approved anything. "ok" is tokens, a number the page's AADSTS code.
// Source: entra-docs, manage-app-consent-policies and "Configure risk-based step-up consent".
const outcomes = `
policy   registration  scopes  member  guest
all      verified      basic   ok      ok
all      verified      send    ok      ok
all      verified      mail    ok      ok
all      verified      admin   90094   90094
all      unverified    basic   ok      ok
all      unverified    send    900941  900941
all      unverified    mail    900941  900941
all      unverified    admin   90094   90094
all      own           mail    ok      ok
all      single        mail    ok      ok
managed  verified      basic   ok      ok
managed  verified      send    ok      ok
managed  verified      mail    90094   90094
managed  verified      admin   90094   90094
managed  unverified    basic   ok      ok
managed  unverified    send    900941  900941
managed  unverified    mail    900941  900941
managed  own           send    ok      ok
managed  own           mail    90094   90094
managed  single        send    ok      ok
managed  single        mail    90094   90094
low      verified      basic   ok      ok
low      verified      send    90094   90094
low      verified      mail    90094   90094
low      unverified    basic   90094   90094
low      unverified    mail    900941  900941
low      own           basic   ok      ok
low      own           mail    90094   90094
low      single        basic   ok      ok
low      single        mail    90094   90094
none     verified      basic   90094   90094
none     verified      mail    90094   90094
none     unverified    basic   90094   90094
none     unverified    mail    90094   90094
none     own           basic   90094   90094
none     single        mail    90094   90094
`

var scopeSets = map[string]string{
	"basic": "openid profile offline_access User.Read",
	"send":  "openid profile offline_access User.Read Mail.Send Contacts.Read",
	"mail":  defaultScope,
	"admin": "openid profile offline_access User.Read.All",
}

// house is a tenant of its own with a program, people of every kind and a policy.
type house struct {
	*rig
	tenant, client, scope string
	n                     int
}

var adminRoles = []directory.Role{directory.RoleAdmin, directory.RoleApplication, directory.RoleCloudApplication, directory.RolePrivileged}

func (r *rig) house(n int, policy, registration, scopes string) *house {
	r.t.Helper()
	h := &house{rig: r, tenant: fmt.Sprintf("33333333-0000-4000-8000-%012d", n), client: fmt.Sprintf("44444444-0000-4000-8000-%012d", n), scope: scopeSets[scopes], n: n}
	r.turn("add-tenant", "id", h.tenant, "domain", fmt.Sprintf("t%d.example", n), "user_consent", policy)
	app := []string{"client_id", h.client, "name", "Program", "publisher", "Maker", "scopes", h.scope}
	switch registration {
	case "verified":
		app = append(app, "verified", "true")
	case "own":
		app = append(app, "home_tenant", h.tenant)
	case "single":
		app = append(app, "home_tenant", h.tenant, "single_tenant", "true")
	}
	r.turn("add-app", app...)
	r.turn("add-user", "tenant", h.tenant, "upn", h.upn("member"))
	for _, role := range adminRoles {
		r.turn("add-user", "tenant", h.tenant, "upn", h.upn(string(role)), "role", string(role))
	}
	r.turn("add-user", "tenant", h.tenant, "home_upn", directory.DemoUPN)
	return h
}

func (h *house) upn(kind string) string {
	if kind == "guest" {
		return directory.DemoUPN
	}
	return fmt.Sprintf("%s@t%d.example", kind, h.n)
}

// turn turns a switch, values given as name, value, name, value.
func (r *rig) turn(name string, values ...string) string {
	r.t.Helper()
	v := map[string]string{}
	for i := 0; i < len(values); i += 2 {
		v[values[i]] = values[i+1]
	}
	id, err := r.srv.Control(name, v)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// end signs a person in and says where it ends: "ok" with tokens for the right person, or the page's code.
func (h *house) end(t *testing.T, v *visitor.Visitor, kind string) (string, reply) {
	t.Helper()
	at := h.authorizeURL(h.tenant, map[string]string{"client_id": h.client, "scope": h.scope})
	err := v.SignIn(t.Context(), at, h.upn(kind), directory.DemoPassword)
	got := h.answer()
	if page := new(visitor.PageError); errors.As(err, &page) {
		return strings.TrimPrefix(page.Code, "AADSTS"), reply{}
	}
	if errors.Is(err, visitor.ErrNeedsApproval) {
		code := strings.TrimPrefix(v.Codes[len(v.Codes)-1], "AADSTS")
		if got.Get("error") != "access_denied" || !strings.HasPrefix(got.Get("error_description"), "AADSTS"+code+": ") || got.Has("code") {
			t.Errorf("the program heard %v after AADSTS%s", got, code)
		}
		return code, reply{}
	}
	if err != nil || got.Get("code") == "" {
		t.Fatalf("%v, the program heard %v", err, got)
	}
	res := h.token(h.tenant, h.codeForm(got.Get("code"), map[string]string{"client_id": h.client}))
	if res.Status != http.StatusOK {
		t.Fatalf("redeem: %+v", res)
	}
	c, err := h.srv.Verify(res.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if _, who, ok := h.dir.Member(h.tenant, h.upn(kind)); !ok || c.TenantID != h.tenant || c.ObjectID != who.ObjectID {
		t.Fatalf("the token is for %+v", c)
	}
	return "ok", res
}

func (h *house) wantEnd(t *testing.T, kind, want string) {
	t.Helper()
	v := visitor.New()
	defer v.Close()
	if got, _ := h.end(t, v, kind); got != want {
		t.Errorf("%s ends at %s, want %s", kind, got, want)
	}
}

// adminLink visits an admin consent address as a person of this kind and returns what the program hears.
func (h *house) adminLink(t *testing.T, path, kind string) (url.Values, error) {
	t.Helper()
	at := h.base + "/" + h.tenant + path + "?" + url.Values{"client_id": {h.client}, "redirect_uri": {h.redirect}, "state": {"s"}, "scope": {h.scope}}.Encode()
	err := visitor.SignIn(t.Context(), at, h.upn(kind), directory.DemoPassword)
	return h.answer(), err
}

func TestOutcomes(t *testing.T) {
	r := newRig(t)
	for n, line := range strings.Split(strings.TrimSpace(outcomes), "\n")[1:] {
		f := strings.Fields(line)
		row := strings.Join(f[:3], " ")
		h := r.house(n, f[0], f[1], f[2])
		wants := map[string]string{"member": f[3], "guest": f[4]}
		for _, kind := range []string{"member", "guest"} {
			t.Run(row+" "+kind+" consents", func(t *testing.T) { h.wantEnd(t, kind, wants[kind]) })
		}
		for _, role := range adminRoles {
			t.Run(row+" "+string(role)+" consents", func(t *testing.T) { h.wantEnd(t, string(role), "ok") })
		}
		if f[3] == "ok" {
			continue
		}
		// An administrator's own consent was for themselves: the others are where they were.
		t.Run(row+" administrators consented for themselves", func(t *testing.T) { h.wantEnd(t, "member", f[3]) })
		forget := func() { h.turn("revoke-grant", "client_id", h.client, "tenant", h.tenant) }
		for i, path := range []string{"/adminconsent", "/v2.0/adminconsent"} {
			role := string(adminRoles[(n+i)%len(adminRoles)])
			t.Run(row+" "+role+" approves by "+path, func(t *testing.T) {
				for _, kind := range []string{"member", "guest"} {
					got, err := h.adminLink(t, path, kind)
					if !errors.Is(err, visitor.ErrNeedsApproval) || got.Get("error") != "access_denied" || !strings.HasPrefix(got.Get("error_description"), "AADSTS90093: ") {
						t.Errorf("%s at the admin's link: %v %v", kind, err, got)
					}
				}
				if got, err := h.adminLink(t, path, role); err != nil || got.Get("admin_consent") != "True" || got.Get("tenant") != h.tenant || got.Has("error") {
					t.Fatalf("%v %v", err, got)
				}
				h.wantEnd(t, "member", "ok")
				h.wantEnd(t, "guest", "ok")
				forget()
				h.wantEnd(t, "member", f[3])
			})
		}
		t.Run(row+" admin consents on behalf of the organization", func(t *testing.T) {
			// They approved for themselves before, so the page comes with prompt=consent only.
			v := visitor.New()
			defer v.Close()
			v.Answer = visitor.AcceptForOrganization
			at := h.authorizeURL(h.tenant, map[string]string{"client_id": h.client, "scope": h.scope, "prompt": "consent"})
			if err := v.SignIn(t.Context(), at, h.upn("admin"), directory.DemoPassword); err != nil {
				t.Fatal(err)
			}
			h.wantEnd(t, "member", "ok")
			forget()
		})
		t.Run(row+" member asks and an administrator decides", func(t *testing.T) { h.asks(t) })
	}
}

// asks goes through the request workflow: denied, asked again, approved.
func (h *house) asks(t *testing.T) {
	h.turn("policy", "tenant", h.tenant, "request_workflow", "true")
	for _, decision := range []string{"deny", "approve"} {
		v := visitor.New()
		defer v.Close()
		v.Reason = "I sell <things>"
		if got, _ := h.end(t, v, "member"); got != "90095" {
			t.Fatalf("asking ends at %s", got)
		}
		var open []string
		for _, q := range h.srv.State().Requests {
			if q.TenantID == h.tenant && q.Decision == "" {
				open = append(open, q.ID)
				if q.UPN != h.upn("member") || q.Reason != v.Reason || q.ClientID != h.client {
					t.Errorf("request %+v", q)
				}
			}
		}
		if len(open) != 1 {
			t.Fatalf("%d open requests", len(open))
		}
		h.turn("request", "id", open[0], "decision", decision)
		if _, err := h.srv.Control("request", map[string]string{"id": open[0], "decision": "approve"}); err == nil {
			t.Error("a request was decided twice")
		}
	}
	h.wantEnd(t, "member", "ok")
	h.wantEnd(t, "guest", "ok")
}

// Who does not ask, but goes back, leaves no request behind.
func TestGoingBackAsksNobody(t *testing.T) {
	h := newRig(t).house(1, "none", "verified", "mail")
	h.turn("policy", "tenant", h.tenant, "request_workflow", "true")
	h.wantEnd(t, "member", "90095")
	if q := h.srv.State().Requests; len(q) != 0 {
		t.Errorf("requests: %+v", q)
	}
}

func TestSingleTenantProgramElsewhere(t *testing.T) {
	h := newRig(t).house(1, "all", "single", "mail")
	for _, c := range []struct{ tenant, code string }{{"organizations", "AADSTS50194"}, {"common", "AADSTS50194"}, {directory.DemoTenantID, "AADSTS700016"}} {
		status, body := get(t, h.authorizeURL(c.tenant, map[string]string{"client_id": h.client}))
		if status != http.StatusBadRequest || !strings.Contains(body, c.code+"<") {
			t.Errorf("%s: %d, want %s", c.tenant, status, c.code)
		}
	}
}

// Somebody who is no guest of the tenant is told so, and a guest signs in at the tenant that they are a guest of only.
func TestGuestsAndStrangers(t *testing.T) {
	h := newRig(t).house(1, "all", "verified", "mail")
	at := h.authorizeURL(h.tenant, map[string]string{"client_id": h.client})
	err := visitor.SignIn(t.Context(), at, directory.DemoAdminUPN, directory.DemoPassword)
	if page := new(visitor.PageError); !errors.As(err, &page) || page.Code != "AADSTS50020" {
		t.Errorf("a stranger: %v", err)
	}
	// The same browser, signed in at home, is the guest here without a password.
	v := visitor.New()
	defer v.Close()
	if err := v.SignIn(t.Context(), h.authorizeURL("organizations", nil), directory.DemoUPN, directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	if got, _ := h.end(t, v, "guest"); got != "ok" || strings.Contains(strings.Join(v.Asked, " "), "signin") {
		t.Errorf("the guest ends at %s after %v", got, v.Asked)
	}
}
