package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"supercrm/auth"
	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/devtenant/visitor"
)

// TestOutcomes walks every row of tenant policy × registration × kind of user × who consents: an administrator approves
// as the row says, by the link that the program makes; the person signs in with the program through the tenant's pages;
// and it ends in tokens that open the person's own mailbox and nobody else's, or in the explanation that the rules name.
func TestOutcomes(t *testing.T) {
	s := tenanttest.Start(t, func(o *devtenant.Options) { o.Seed = "empty" })
	w := &world{s: s, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}}
	w.elsewhere = w.turn(t, "add-tenant", "domain", "elsewhere.example")
	w.turn(t, "add-user", "tenant", "elsewhere.example", "upn", "admin@elsewhere.example", "role", "admin")
	t.Cleanup(w.http.CloseIdleConnections)
	n := 0
	for _, policy := range policies {
		for _, requests := range []bool{false, true} {
			for _, registration := range registrations {
				n++
				if skipped(n) {
					continue
				}
				h := &house{world: w, n: n, policy: policy, registration: registration, requests: requests}
				h.build(t)
				for i, kind := range kinds {
					for j, consenter := range consenters {
						o := outcome{registration: registration, policy: policy, kind: kind, consenter: consenter, requests: requests}
						t.Run(o.name(), func(t *testing.T) {
							h.walk(t, o, approvers[(n+i+j)%len(approvers)])
						})
					}
				}
			}
		}
	}
}

// skipped leaves all but eight of the 64 organizations out, one for each registration and two for each policy, where the
// walk would be slow or is not wanted in full.
func skipped(n int) bool { return (raceDetector || testing.Short()) && n%9 != 1 }

// approvers take turns, so that each role approves in each kind of organization.
var approvers = []directory.Role{directory.RoleAdmin, directory.RoleApplication, directory.RoleCloudApplication, directory.RolePrivileged}

// world is a tenant service with organizations that do not know of each other.
type world struct {
	s         *devtenant.Server
	http      *http.Client
	elsewhere string // GUID of another organization, at home in elsewhere.example
}

// turn turns a switch of the tenant, values given as name, value, name, value.
func (w *world) turn(t *testing.T, name string, values ...string) string {
	t.Helper()
	v := map[string]string{}
	for i := 0; i < len(values); i += 2 {
		v[values[i]] = values[i+1]
	}
	id, err := w.s.Control(name, v)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// house is an organization with people of every kind, its policy, and a program.
type house struct {
	*world
	n                    int
	policy, registration string
	requests             bool
	tenant, client       string
}

func (h *house) build(t *testing.T) {
	t.Helper()
	h.tenant, h.client = fmt.Sprintf("55555555-0000-4000-8000-%012d", h.n), fmt.Sprintf("66666666-0000-4000-8000-%012d", h.n)
	h.turn(t, "add-tenant", "id", h.tenant, "domain", h.domain(), "user_consent", h.policy)
	h.turn(t, "policy", "tenant", h.tenant, "request_workflow", strconv.FormatBool(h.requests))
	const both = "http://localhost " + directory.NativeClient
	app := []string{"client_id", h.client, "name", "Program", "publisher", "Maker"}
	switch h.registration {
	case "single":
		app = append(app, "verified", "true", "single_tenant", "true", "home_tenant", directory.DemoTenantID)
	case "own":
		app = append(app, "single_tenant", "true", "home_tenant", h.tenant)
	case "unverified":
	case "web", "spa":
		app = append(app, "verified", "true", h.registration+"_redirect_uris", both)
	case "no-redirect":
		app = append(app, "verified", "true", "public_redirect_uris", directory.NativeClient)
	case "no-public-flow":
		app = append(app, "verified", "true", "public_flows", "false")
	default:
		app = append(app, "verified", "true")
	}
	h.turn(t, "add-app", app...)
	for _, kind := range append(kinds, "colleague") {
		role := "user"
		if directory.Role(kind).Valid() {
			role = kind
		}
		if kind == "guest" {
			home := fmt.Sprintf("guest%d@elsewhere.example", h.n)
			h.turn(t, "add-user", "tenant", "elsewhere.example", "upn", home)
			h.turn(t, "add-user", "tenant", h.tenant, "home_upn", home)
			continue
		}
		h.turn(t, "add-user", "tenant", h.tenant, "upn", h.upn(kind), "role", role)
	}
	h.turn(t, "user", "upn", h.upn("disabled"), "disabled", "true")
}

func (h *house) domain() string { return fmt.Sprintf("house%d.example", h.n) }

func (h *house) upn(kind string) string {
	if kind == "guest" {
		return fmt.Sprintf("guest%d@elsewhere.example", h.n)
	}
	return kind + "@" + h.domain()
}

// program is the product as somebody of this kind has it. A guest, and whoever's registration is for one organization, has
// that organization in the settings.
func (h *house) program(kind string) *auth.Client {
	cfg := auth.Config{ClientID: h.client, LoginURL: h.s.LoginURL, HTTP: h.http}
	if kind == "guest" || h.registration == "own" {
		cfg.Tenant = h.tenant
	}
	return auth.New(cfg, auth.NewMemoryKeychain(), nil)
}

// clear makes the house as it was before anybody came.
func (h *house) clear(t *testing.T, kind string) {
	t.Helper()
	for _, tenant := range []string{h.tenant, "elsewhere.example"} {
		h.turn(t, "principal", "client_id", h.client, "tenant", tenant, "remove", "true")
	}
	switch kind {
	case "expired":
		h.turn(t, "user", "upn", h.upn(kind), "password", directory.DemoPassword, "password_expired", "true")
	case "unassigned":
		h.turn(t, "principal", "client_id", h.client, "tenant", h.tenant, "assignment_required", "true", "assign", h.upn("colleague"))
	}
}

func (h *house) walk(t *testing.T, o outcome, approver directory.Role) {
	h.clear(t, o.kind)
	switch o.consenter {
	case "admin-v1", "admin-v2":
		h.approves(t, o, h.upn(string(approver)), h.tenant, h.tenant)
	case "other-admin":
		h.approves(t, o, "admin@elsewhere.example", "", h.elsewhere)
	}
	c := h.program(o.kind)
	got := h.signIn(t, c, o)
	want := o.ends(t)
	if got.end != want {
		t.Fatalf("ends at %q, want %q (%v, pages %v, codes %v)", got.end, want, got.err, got.asked, got.codes)
	}
	if asked := slices.Contains(got.asked, "consent") || slices.Contains(got.asked, "approval"); o.approved() && asked {
		t.Errorf("asked after the approval: %v", got.asked)
	}
	if changed := slices.Contains(got.asked, "change"); changed != (o.kind == "expired" && !strings.HasPrefix(want, "page")) {
		t.Errorf("asked for another password: %v", got.asked)
	}
	if h.registration == "no-public-flow" {
		_, err := c.DeviceSignIn(t.Context(), func(auth.DeviceCode) { t.Error("a code was given") })
		saidOf(t, auth.Explain(err), "redeem 7000218")
	}
	if want == "tokens" {
		h.opensOwnMailboxOnly(t, c, o.kind, got.account)
		return
	}
	saidOf(t, auth.Explain(got.err), want)
	h.askedFor(t, o, want)
}

// approves has an administrator follow the link of the program: the older page at this computer, the newer one forwarded.
func (h *house) approves(t *testing.T, o outcome, upn, linked, tenant string) {
	t.Helper()
	link := auth.ApprovalLink{Tenant: linked, V1: o.consenter == "admin-v1"}
	v := visitor.New()
	defer v.Close()
	var a auth.Approval
	var err, visit error
	c := h.program("admin")
	if link.V1 && h.registration != "no-redirect" { // which lacks the way back to this computer
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan struct{})
		a, err = c.Approve(ctx, auth.ApproveOptions{ApprovalLink: link, Open: func(address string) error {
			defer close(done)
			if visit = v.SignIn(ctx, address, upn, directory.DemoPassword); visit != nil {
				cancel()
			}
			return nil
		}})
		<-done
	} else if visit = v.SignIn(t.Context(), c.ApprovalURL(link), upn, directory.DemoPassword); visit == nil {
		a, err = c.ReadApproval(v.At)
	}
	if !h.approvable(linked) {
		if page := new(visitor.PageError); !errors.As(visit, &page) || page.Code != "AADSTS50194" && page.Code != "AADSTS700016" {
			t.Errorf("the approval of another organization's program ended with %v, %v", visit, err)
		}
		return
	}
	if err != nil || visit != nil {
		t.Fatalf("the approval by %s: %v, %v", upn, err, visit)
	}
	if a.TenantID != tenant {
		t.Errorf("approved for %s, want %s", a.TenantID, tenant)
	}
	if !link.V1 && len(auth.MissingFeatures(a.Scopes)) > 0 {
		t.Errorf("approved %v", a.Scopes)
	}
}

// approvable tells whether an administrator who follows the link can approve: a registration for one organization can be
// approved there only, by its name.
func (h *house) approvable(linked string) bool {
	switch h.registration {
	case "single":
		return false
	case "own":
		return linked == h.tenant
	}
	return true
}

// arrival is how a sign-in went.
type arrival struct {
	end          string
	account      auth.Account
	err          error
	asked, codes []string
}

func (h *house) signIn(t *testing.T, c *auth.Client, o outcome) (got arrival) {
	t.Helper()
	v := visitor.New()
	defer v.Close()
	v.Answer, v.NewPassword = visitor.Cancel, "Another-2026!"
	if o.consenter == "user" {
		v.Answer, v.Reason = visitor.Accept, "I sell things" // the reason goes where administrators can be asked
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	page, done, pasted := new(visitor.PageError), make(chan struct{}), make(chan string, 1)
	got.account, got.err = c.SignIn(ctx, auth.SignInOptions{SelectAccount: true, Pasted: pasted, Open: func(address string) error {
		defer close(done)
		err := v.SignIn(ctx, address, h.upn(o.kind), directory.DemoPassword)
		if errors.As(err, &page) {
			pasted <- page.Page // there is no way on, so the person copies what it says and goes back to the program
		} else if err != nil && !errors.Is(err, visitor.ErrNeedsApproval) {
			t.Errorf("visit: %v", err)
			cancel()
		}
		return nil
	}})
	<-done
	got.asked, got.codes = v.Asked, v.Codes
	number := strings.TrimPrefix(auth.Explain(got.err).Code, "AADSTS")
	switch {
	case page.Code != "":
		got.end = "page " + strings.TrimPrefix(page.Code, "AADSTS")
	case got.err == nil:
		got.end = "tokens"
	case v.Landed == http.StatusOK && errors.Is(got.err, auth.ErrTokenRefused):
		got.end = "redeem " + number
	default:
		got.end = "back " + number
	}
	return got
}

// saidOf holds an explanation against what the rules want said.
func saidOf(t *testing.T, e auth.Explanation, end string) {
	t.Helper()
	want := saidAt(t, end)
	if e.Who != want.who || string(e.Action) != want.button || e.Title == "" {
		t.Errorf("%s: the program says %q, who %q, button %q; want who %q, button %q", end, e.Title, e.Who, e.Action, want.who, want.button)
	}
	for _, word := range want.words {
		if !strings.Contains(e.Title+". "+e.Text, word) {
			t.Errorf("%s: nothing is said of %q: %s. %s", end, word, e.Title, e.Text)
		}
	}
	if number := strings.Fields(end)[1]; e.Code != "AADSTS"+number || e.Correlation == "" || e.Time.IsZero() || !strings.HasPrefix(e.Details(), "AADSTS"+number+" · ") {
		t.Errorf("%s: to be copied: %q", end, e.Details())
	}
}

// askedFor: where users can ask, who gave a reason has asked, and nobody else.
func (h *house) askedFor(t *testing.T, o outcome, end string) {
	t.Helper()
	if !h.requests {
		return
	}
	asked := false
	for _, q := range h.s.State().Requests {
		if q.TenantID == h.tenant && q.Decision == "" {
			asked = q.UPN != "" && q.Reason == "I sell things" && q.ClientID == h.client
			h.turn(t, "request", "id", q.ID, "decision", "deny")
		}
	}
	if want := end == "back 90095" && o.consenter == "user"; asked != want {
		t.Errorf("an administrator was asked: %v, want %v", asked, want)
	}
}

// opensOwnMailboxOnly asks Graph with the token that the sign-in brought.
func (h *house) opensOwnMailboxOnly(t *testing.T, c *auth.Client, kind string, a auth.Account) {
	t.Helper()
	if missing := c.Missing(a); len(missing) > 0 || a.TenantID != h.tenant || a.Key != a.TenantID+"."+a.ObjectID {
		t.Errorf("account %+v lacks %v", a, missing)
	}
	token, err := c.Token(t.Context(), a.Key)
	if err != nil {
		t.Fatal(err)
	}
	graph := func(path string) (int, map[string]any) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.s.GraphURL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := h.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var body map[string]any
		_ = json.NewDecoder(res.Body).Decode(&body)
		return res.StatusCode, body
	}
	if status, me := graph("/me"); status != http.StatusOK || me["id"] != a.ObjectID || me["mail"] != h.upn(kind) {
		t.Errorf("/me: %d %v", status, me)
	}
	own := http.StatusOK
	if kind == "guest" { // whose mailbox is at home
		own = http.StatusNotFound
	}
	if status, _ := graph("/me/messages"); status != own {
		t.Errorf("the own mail: %d, want %d", status, own)
	}
	for _, other := range []string{h.upn("colleague"), directory.DemoUPN} {
		for _, path := range []string{"/messages", "/calendar/events", ""} {
			if status, body := graph("/users/" + other + path); status != http.StatusForbidden && status != http.StatusNotFound {
				t.Errorf("%s%s opens: %d %v", other, path, status, body)
			}
		}
	}
}
