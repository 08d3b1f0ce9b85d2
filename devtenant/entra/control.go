package entra

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// State is all that the service holds, as GET /control/state gives it and the control panel shows it. Tokens, secrets
// and passwords are not in it.
type State struct {
	Time       time.Time        `json:"time"` // UTC
	Tenants    []TenantState    `json:"tenants"`
	Apps       []AppState       `json:"apps"`
	Principals []PrincipalState `json:"principals"`
	Consents   []ConsentState   `json:"consents"`
	Requests   []RequestState   `json:"requests"`
	Sessions   int              `json:"sessions"`
	Flows      int              `json:"flows"`   // sign-ins under way
	Devices    int              `json:"devices"` // device codes that can still be entered
}

// TenantState is one organization with its policies.
type TenantState struct {
	ID              string      `json:"id"`
	Domain          string      `json:"domain"`
	Name            string      `json:"name"`
	UserConsent     string      `json:"user_consent"`
	RequestWorkflow bool        `json:"request_workflow"`
	MFA             bool        `json:"mfa"`
	ManagedDevice   bool        `json:"managed_device"`
	Block           bool        `json:"block"`
	SignInFrequency string      `json:"sign_in_frequency"` // a duration such as 1h0m0s, or empty
	Users           []UserState `json:"users"`
}

// UserState is one person.
type UserState struct {
	ObjectID        string `json:"object_id"`
	UPN             string `json:"upn"`
	Name            string `json:"name"`
	Role            string `json:"role"`
	RefreshTokens   int    `json:"refresh_tokens"`     // that still work
	HomeUPN         string `json:"home_upn,omitempty"` // of a guest
	Disabled        bool   `json:"disabled,omitempty"`
	PasswordExpired bool   `json:"password_expired,omitempty"`
	ManagedDevice   bool   `json:"managed_device,omitempty"`
}

// AppState is one registration.
type AppState struct {
	ClientID     string   `json:"client_id"`
	Name         string   `json:"name"`
	Publisher    string   `json:"publisher"`
	Verified     bool     `json:"verified"`
	SingleTenant bool     `json:"single_tenant"`
	HomeTenant   string   `json:"home_tenant,omitempty"`
	Public       []string `json:"public_redirect_uris"`
	Web          []string `json:"web_redirect_uris,omitempty"`
	SPA          []string `json:"spa_redirect_uris,omitempty"`
	PublicFlows  bool     `json:"public_flows"`
	Scopes       []string `json:"scopes"`
	AppRoles     []string `json:"app_roles,omitempty"`
	HasSecret    bool     `json:"has_secret"`
}

// PrincipalState is a program in a tenant.
type PrincipalState struct {
	ClientID           string    `json:"client_id"`
	TenantID           string    `json:"tenant_id"`
	ObjectID           string    `json:"object_id"`
	Created            time.Time `json:"created"` // UTC
	Enabled            bool      `json:"enabled"`
	AssignmentRequired bool      `json:"assignment_required"`
	Assigned           []string  `json:"assigned"` // sign-in names
	AppRoles           []string  `json:"app_roles,omitempty"`
}

// ConsentState is one approval.
type ConsentState struct {
	ClientID string   `json:"client_id"`
	TenantID string   `json:"tenant_id"`
	UPN      string   `json:"upn"` // empty: approved by an administrator for all
	Scopes   []string `json:"scopes"`
}

// RequestState is one user's request for approval.
type RequestState struct {
	ID       string    `json:"id"`
	ClientID string    `json:"client_id"`
	TenantID string    `json:"tenant_id"`
	UPN      string    `json:"upn"`
	Scopes   []string  `json:"scopes"`
	Reason   string    `json:"reason"`
	Time     time.Time `json:"time"`     // UTC
	Decision string    `json:"decision"` // empty while open, approved or denied
}

// controlState is GET /control/state.
func (s *Server) controlState(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.State())
}

// State tells what the service holds.
func (s *Server) State() State {
	now := s.now().UTC()
	out := State{Time: now, Tenants: []TenantState{}, Apps: []AppState{}, Principals: []PrincipalState{},
		Consents: []ConsentState{}, Requests: []RequestState{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	live := map[account]int{}
	for _, t := range s.st.refresh {
		if !t.revoked && now.Sub(t.used) <= refreshLifetime {
			live[t.who]++
		}
	}
	for _, f := range s.st.flows {
		if now.Sub(f.created) <= flowLifetime {
			out.Flows++
		}
	}
	for _, d := range s.st.devices {
		if now.Before(d.expires) && d.grant == nil && !d.declined {
			out.Devices++
		}
	}
	out.Sessions = len(s.st.sessions)
	for _, t := range s.dir.Tenants() {
		out.Tenants = append(out.Tenants, tenantState(t, live))
	}
	for _, a := range s.dir.Apps() {
		out.Apps = append(out.Apps, AppState{ClientID: a.ClientID, Name: a.Name, Publisher: a.Publisher, Verified: a.Verified,
			SingleTenant: a.SingleTenant, HomeTenant: a.HomeTenant, Public: a.RedirectURIs, Web: a.WebURIs, SPA: a.SPAURIs,
			PublicFlows: !a.NoPublicFlows, Scopes: a.Scopes, AppRoles: a.AppRoles, HasSecret: a.Secret != ""})
	}
	s.approvals(&out)
	return out
}

func tenantState(t directory.Tenant, live map[account]int) TenantState {
	ts := TenantState{ID: t.ID, Domain: t.Domain, Name: t.Name, UserConsent: string(t.UserConsent),
		RequestWorkflow: t.RequestWorkflow, MFA: t.Access.MFA, ManagedDevice: t.Access.ManagedDevice, Block: t.Access.Block,
		Users: []UserState{}}
	if t.Access.SignInFrequency > 0 {
		ts.SignInFrequency = t.Access.SignInFrequency.String()
	}
	for _, u := range t.Users {
		ts.Users = append(ts.Users, UserState{ObjectID: u.ObjectID, UPN: u.UPN, Name: u.Name, Role: string(u.Role),
			RefreshTokens: live[account{t.ID, u.ObjectID}], HomeUPN: u.HomeUPN, Disabled: u.Disabled,
			PasswordExpired: u.PasswordExpired, ManagedDevice: u.ManagedDevice})
	}
	return ts
}

// approvals fills in what was approved, in a fixed order. The caller holds mu.
func (s *Server) approvals(out *State) {
	name := func(tenantID, objectID string) string {
		_, u, _ := s.dir.UserByID(tenantID, objectID)
		return u.UPN
	}
	for k, p := range s.st.principals {
		ps := PrincipalState{ClientID: k.clientID, TenantID: k.tenantID, ObjectID: p.objectID, Created: p.created,
			Enabled: !p.disabled, AssignmentRequired: p.assignmentRequired, Assigned: []string{}, AppRoles: s.st.appGrants[k]}
		for id := range p.assigned {
			ps.Assigned = append(ps.Assigned, name(k.tenantID, id))
		}
		slices.Sort(ps.Assigned)
		out.Principals = append(out.Principals, ps)
	}
	slices.SortFunc(out.Principals, func(a, b PrincipalState) int {
		return cmp.Or(strings.Compare(a.ClientID, b.ClientID), strings.Compare(a.TenantID, b.TenantID))
	})
	for k, scopes := range s.st.consents {
		out.Consents = append(out.Consents, ConsentState{k.clientID, k.tenantID, name(k.tenantID, k.objectID), scopes})
	}
	slices.SortFunc(out.Consents, func(a, b ConsentState) int {
		return cmp.Or(strings.Compare(a.ClientID, b.ClientID), strings.Compare(a.TenantID, b.TenantID), strings.Compare(a.UPN, b.UPN))
	})
	for _, q := range s.st.requests {
		out.Requests = append(out.Requests, RequestState{ID: q.id, ClientID: q.clientID, TenantID: q.who.tenantID,
			UPN: name(q.who.tenantID, q.who.objectID), Scopes: q.scopes, Reason: q.reason, Time: q.at, Decision: q.decision})
	}
}
