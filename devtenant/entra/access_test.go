package entra_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/visitor"
)

// settled is a house whose program an administrator approved and whose member is signed in, in browser v, with tokens.
func settled(t *testing.T) (h *house, v *visitor.Visitor, tokens reply) {
	t.Helper()
	h = newRig(t).house(1, "none", "verified", "mail")
	h.turn("approve", "client_id", h.client, "tenant", h.tenant)
	v = visitor.New()
	t.Cleanup(v.Close)
	end, tokens := h.end(t, v, "member")
	if end != "ok" {
		t.Fatalf("the member ends at %s", end)
	}
	return h, v, tokens
}

func (h *house) renew(token string) reply {
	h.t.Helper()
	return h.token(h.tenant, h.refreshForm(token, map[string]string{"client_id": h.client}))
}

// silent is what prompt=none answers in a browser.
func (h *house) silent(t *testing.T, v *visitor.Visitor) string {
	t.Helper()
	at := h.authorizeURL(h.tenant, map[string]string{"client_id": h.client, "scope": h.scope, "prompt": "none"})
	if err := v.SignIn(t.Context(), at, "", ""); err != nil {
		t.Fatalf("prompt=none showed a page: %v", err)
	}
	got := h.answer()
	if got.Has("code") {
		return "ok"
	}
	code, _, _ := strings.Cut(got.Get("error_description"), ":")
	return got.Get("error") + " " + strings.TrimPrefix(code, "AADSTS")
}

// What an administrator does while a person is signed in shows at the next refresh, in a silent sign-in and in the pages.
func TestAccessIsTakenAndGivenBack(t *testing.T) {
	for _, c := range []struct {
		name         string
		take, give   []string // a switch and its values
		wait         time.Duration
		oauth        string
		code         int
		sub          string
		claims       bool
		silent, page string // page: where a fresh sign-in ends, "ok" when it can
	}{
		{name: "second factor", take: []string{"policy", "mfa", "true"}, give: []string{"policy", "mfa", "false"},
			oauth: "invalid_grant", code: 50076, sub: "basic_action", claims: true, silent: "interaction_required 50076", page: "ok"},
		{name: "managed device", take: []string{"policy", "managed_device", "true"}, give: []string{"policy", "managed_device", "false"},
			oauth: "invalid_grant", code: 53000, sub: "additional_action", claims: true, silent: "interaction_required 53000", page: "53000"},
		{name: "managed device, and the person has one", take: []string{"policy", "managed_device", "true"}, give: []string{"user", "managed_device", "true"},
			oauth: "invalid_grant", code: 53000, sub: "additional_action", claims: true, silent: "interaction_required 53000", page: "53000"},
		{name: "blocked", take: []string{"policy", "block", "true"}, give: []string{"policy", "block", "false"},
			oauth: "invalid_grant", code: 53003, sub: "message_only", silent: "interaction_required 53003", page: "53003"},
		{name: "sign-in frequency", take: []string{"policy", "sign_in_frequency", "1h"}, give: []string{"policy", "sign_in_frequency", "0"}, wait: 61 * time.Minute,
			oauth: "invalid_grant", code: 70043, sub: "bad_token", silent: "login_required 70044", page: "ok"},
		{name: "disabled", take: []string{"user", "disabled", "true"}, give: []string{"user", "disabled", "false"},
			oauth: "invalid_grant", code: 50057, silent: "interaction_required 50057", page: "50057"},
		{name: "assignment required", take: []string{"principal", "assignment_required", "true"}, give: []string{"principal", "assign", "member@t1.example"},
			oauth: "invalid_grant", code: 50105, silent: "interaction_required 50105", page: "50105"},
		{name: "program disabled", take: []string{"principal", "enabled", "false"}, give: []string{"principal", "enabled", "true"},
			oauth: "unauthorized_client", code: 7000112, silent: "interaction_required 7000112", page: "7000112"},
		{name: "approval revoked", take: []string{"revoke-grant"}, give: []string{"approve"},
			oauth: "invalid_grant", code: 65001, sub: "consent_required", silent: "interaction_required 65001", page: "90094"},
		{name: "program removed", take: []string{"principal", "remove", "true"}, give: []string{"approve"},
			oauth: "invalid_grant", code: 65001, sub: "consent_required", silent: "interaction_required 65001", page: "90094"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, v, tokens := settled(t)
			turn := func(s []string) {
				at := []string{"tenant", h.tenant, "client_id", h.client}
				if s[0] == "user" {
					at = []string{"upn", h.upn("member")}
				}
				h.turn(s[0], append(at, s[1:]...)...)
			}
			if got := h.renew(tokens.RefreshToken); got.Status != http.StatusOK {
				t.Fatalf("before: %+v", got)
			}
			if got := h.silent(t, v); got != "ok" {
				t.Fatalf("before: prompt=none answers %s", got)
			}
			turn(c.take)
			h.wait(c.wait)
			got := h.renew(tokens.RefreshToken)
			wantError(t, got, c.oauth, c.code, c.sub)
			if (got.Claims != "") != c.claims {
				t.Errorf("claims %q", got.Claims)
			}
			if got := h.silent(t, v); got != c.silent {
				t.Errorf("prompt=none answers %q, want %q", got, c.silent)
			}
			h.wantEnd(t, "member", c.page)
			turn(c.give)
			if got := h.renew(tokens.RefreshToken); got.Status != http.StatusOK {
				t.Errorf("given back: %+v", got)
			}
			h.wantEnd(t, "member", "ok")
		})
	}
}

func TestSecondFactor(t *testing.T) {
	h, v, _ := settled(t)
	h.turn("policy", "tenant", h.tenant, "mfa", "true")
	v.OTP = "000000"
	if got, _ := h.end(t, v, "member"); got != "500121" && got != "" {
		t.Fatalf("a wrong code ends at %q", got)
	}
	v.OTP = "246 810"
	got, tokens := h.end(t, v, "member")
	if got != "ok" || !slices.Equal(v.Asked, []string{"mfa", "formpost"}) {
		t.Fatalf("ends at %s after %v", got, v.Asked)
	}
	if got := h.renew(tokens.RefreshToken); got.Status != http.StatusOK {
		t.Errorf("a sign-in with a second factor cannot be renewed: %+v", got)
	}
	if got, _ := h.end(t, v, "member"); got != "ok" || !slices.Equal(v.Asked, []string{"formpost"}) {
		t.Errorf("asked again: %v", v.Asked)
	}
}

func TestExpiredPassword(t *testing.T) {
	h, _, tokens := settled(t)
	h.turn("user", "upn", h.upn("member"), "password_expired", "true")
	wantError(t, h.renew(tokens.RefreshToken), "invalid_grant", 50055, "user_password_expired")
	v := visitor.New()
	defer v.Close()
	for _, bad := range []string{"short", directory.DemoPassword} {
		v.NewPassword = bad
		if got, _ := h.end(t, v, "member"); got == "ok" {
			t.Fatalf("the new password %q was taken", bad)
		}
	}
	v.NewPassword = "Another-2026!"
	got, fresh := h.end(t, v, "member")
	if got != "ok" || !slices.Contains(v.Codes, "AADSTS50055") || !slices.Contains(v.Asked, "change") {
		t.Fatalf("ends at %s after %v %v", got, v.Asked, v.Codes)
	}
	wantError(t, h.renew(tokens.RefreshToken), "invalid_grant", 50173, "")
	if got := h.renew(fresh.RefreshToken); got.Status != http.StatusOK {
		t.Errorf("the new sign-in: %+v", got)
	}
	h.wantEnd(t, "member", "50126") // the old password
}

// Users cannot approve a program that people have to be assigned to, and even who approved must be assigned.
func TestAssignmentBeforeApproval(t *testing.T) {
	h := newRig(t).house(1, "all", "verified", "mail")
	place := []string{"client_id", h.client, "tenant", h.tenant}
	h.turn("principal", append(place, "assignment_required", "true")...)
	h.wantEnd(t, "member", "90094")
	if got, err := h.adminLink(t, "/adminconsent", "admin"); err != nil || got.Get("admin_consent") != "True" {
		t.Fatalf("%v %v", got, err)
	}
	for _, kind := range []string{"member", "guest", "admin"} {
		h.wantEnd(t, kind, "50105")
		h.turn("principal", append(place, "assign", h.upn(kind))...)
		h.wantEnd(t, kind, "ok")
	}
	h.turn("principal", append(place, "unassign", h.upn("member"))...)
	h.wantEnd(t, "member", "50105")
}

// A home account that is disabled, revoked or has a new password loses its guest sign-ins, too.
func TestGuestDependsOnHome(t *testing.T) {
	h := newRig(t).house(1, "all", "verified", "mail")
	v := visitor.New()
	defer v.Close()
	_, tokens := h.end(t, v, "guest")
	h.turn("user", "upn", directory.DemoUPN, "disabled", "true")
	wantError(t, h.renew(tokens.RefreshToken), "invalid_grant", 50057, "")
	h.wantEnd(t, "guest", "50057")
	h.turn("user", "upn", directory.DemoUPN, "disabled", "false")
	h.turn("revoke", "upn", directory.DemoUPN)
	wantError(t, h.renew(tokens.RefreshToken), "invalid_grant", 50173, "")
	h.wantEnd(t, "guest", "ok")
}

func TestServicePrincipalAppearsWithConsent(t *testing.T) {
	h := newRig(t).house(1, "all", "verified", "mail")
	if p := h.srv.State().Principals; len(p) != 0 {
		t.Fatalf("before: %+v", p)
	}
	v := visitor.New()
	defer v.Close()
	v.Answer = visitor.Cancel
	at := h.authorizeURL(h.tenant, map[string]string{"client_id": h.client, "scope": h.scope})
	if err := v.SignIn(t.Context(), at, h.upn("member"), directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	if p := h.srv.State().Principals; len(p) != 0 {
		t.Errorf("after Cancel: %+v", p)
	}
	h.wantEnd(t, "member", "ok")
	if p := h.srv.State().Principals; len(p) != 1 || p[0].ClientID != h.client || p[0].TenantID != h.tenant || !p[0].Enabled {
		t.Errorf("after consent: %+v", p)
	}
}

func TestAdminLinkDeclined(t *testing.T) {
	h := newRig(t).house(1, "none", "verified", "mail")
	for _, c := range []struct {
		path        string
		description bool
	}{{"/adminconsent", false}, {"/v2.0/adminconsent", true}} {
		v := visitor.New()
		defer v.Close()
		v.Answer = visitor.Cancel
		at := h.base + "/" + h.tenant + c.path + "?" + url.Values{"client_id": {h.client}, "redirect_uri": {h.redirect}, "state": {"s"}}.Encode()
		if err := v.SignIn(t.Context(), at, h.upn("admin"), directory.DemoPassword); err != nil {
			t.Fatal(err)
		}
		got := h.answer()
		if got.Get("error") != "access_denied" || got.Get("error_subcode") != "cancel" || got.Get("state") != "s" || got.Has("error_description") != c.description {
			t.Errorf("%s: %v", c.path, got)
		}
	}
	h.wantEnd(t, "member", "90094")
	// The forwarded form ends on the service's own page, at `common` with the first version.
	at := h.base + "/common/adminconsent?" + url.Values{"client_id": {h.client}, "redirect_uri": {h.base + "/common/oauth2/nativeclient"}}.Encode()
	if err := visitor.SignIn(t.Context(), at, h.upn("admin"), directory.DemoPassword); err != nil {
		t.Fatal(err)
	}
	h.wantEnd(t, "member", "ok")
}

func TestClaimsMustBeJSON(t *testing.T) {
	h, v, tokens := settled(t)
	wantError(t, h.token(h.tenant, h.refreshForm(tokens.RefreshToken, map[string]string{"client_id": h.client, "claims": "{"})), "invalid_request", 50166, "")
	at := h.authorizeURL(h.tenant, map[string]string{"client_id": h.client, "claims": "nonsense"})
	if err := v.SignIn(t.Context(), at, "", ""); err != nil && !errors.Is(err, visitor.ErrNeedsApproval) {
		t.Fatal(err)
	}
	if got := h.answer(); got.Get("error") != "invalid_request" {
		t.Errorf("%v", got)
	}
}
