package entra

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// controlTenant and the types below are the JSON of GET /control/state. Passwords and tokens are not in it.
type controlTenant struct {
	ID          string        `json:"id"`
	Domain      string        `json:"domain"`
	Name        string        `json:"name"`
	UserConsent string        `json:"user_consent"`
	Users       []controlUser `json:"users"`
}

type controlUser struct {
	ObjectID      string `json:"object_id"`
	UPN           string `json:"upn"`
	Name          string `json:"name"`
	Role          string `json:"role"`
	RefreshTokens int    `json:"refresh_tokens"` // that still work
}

type controlConsent struct {
	ClientID string   `json:"client_id"`
	TenantID string   `json:"tenant_id"`
	UPN      string   `json:"upn"` // empty: approved by an administrator for all
	Scopes   []string `json:"scopes"`
}

type controlState struct {
	Time     time.Time        `json:"time"` // UTC
	Tenants  []controlTenant  `json:"tenants"`
	Consents []controlConsent `json:"consents"`
	Sessions int              `json:"sessions"`
	Flows    int              `json:"flows"` // sign-ins under way
}

// controlState tells tests and tools what the service holds: GET /control/state.
func (s *Server) controlState(w http.ResponseWriter, _ *http.Request) {
	now := s.now().UTC()
	out := controlState{Time: now, Tenants: []controlTenant{}, Consents: []controlConsent{}}
	s.mu.Lock()
	live := map[account]int{}
	for _, t := range s.st.refresh {
		if !t.revoked && now.Sub(t.used) <= refreshLifetime {
			live[t.who]++
		}
	}
	for k, scopes := range s.st.consents {
		_, u, _ := s.dir.UserByID(k.tenantID, k.objectID)
		out.Consents = append(out.Consents, controlConsent{k.clientID, k.tenantID, u.UPN, scopes})
	}
	for _, f := range s.st.flows {
		if now.Sub(f.created) <= flowLifetime {
			out.Flows++
		}
	}
	out.Sessions = len(s.st.sessions)
	s.mu.Unlock()
	slices.SortFunc(out.Consents, func(a, b controlConsent) int {
		return cmp.Or(strings.Compare(a.ClientID, b.ClientID), strings.Compare(a.TenantID, b.TenantID), strings.Compare(a.UPN, b.UPN))
	})
	for _, t := range s.dir.Tenants() {
		ct := controlTenant{ID: t.ID, Domain: t.Domain, Name: t.Name, UserConsent: string(t.UserConsent), Users: []controlUser{}}
		for _, u := range t.Users {
			ct.Users = append(ct.Users, controlUser{u.ObjectID, u.UPN, u.Name, string(u.Role), live[account{t.ID, u.ObjectID}]})
		}
		out.Tenants = append(out.Tenants, ct)
	}
	writeJSON(w, http.StatusOK, out)
}

type controlProblem struct {
	Error string `json:"error"`
}

// controlRevoke is POST /control/revoke?upn=.
func (s *Server) controlRevoke(w http.ResponseWriter, r *http.Request) {
	if !s.Revoke(r.URL.Query().Get("upn")) {
		writeJSON(w, http.StatusNotFound, controlProblem{"no such user"})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// Revoke ends a person's sign-ins, as an administrator's "revoke sessions" does: codes and refresh tokens answer
// invalid_grant with AADSTS50173, browsers ask for the password again. Access tokens of programs that understand claims
// challenges end at once, others live on until they expire. It reports whether the person exists.
func (s *Server) Revoke(upn string) bool {
	t, u, ok := s.dir.User(upn)
	if !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endSignIns(s.home(account{t.ID, u.ObjectID}))
	return true
}

// endSignIns ends all that came of a home account's sign-ins, in other tenants too. The caller holds mu.
func (s *Server) endSignIns(home account) {
	for _, c := range s.st.codes {
		if s.home(c.who) == home {
			c.revoked = true
		}
	}
	for _, rt := range s.st.refresh {
		if s.home(rt.who) == home {
			rt.revoked = true
		}
	}
	for _, b := range s.st.sessions {
		b.signOut(home)
	}
	s.challenge(home)
}

// challenge makes a home account's access tokens answer a claims challenge, where their program understands one. The
// caller holds mu.
func (s *Server) challenge(home account) {
	s.st.serial++
	s.st.events[home] = s.st.serial
}

// controlPolicy is POST /control/policy?tenant=&user_consent=all|managed|none.
func (s *Server) controlPolicy(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	if err := s.dir.SetUserConsent(v.Get("tenant"), directory.ConsentPolicy(v.Get("user_consent"))); err != nil {
		writeJSON(w, http.StatusBadRequest, controlProblem{err.Error()})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
