package entra

import (
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// principalKey names a program in a tenant.
type principalKey struct{ clientID, tenantID string }

func newPrincipalKey(clientID, tenantID string) principalKey {
	return principalKey{strings.ToLower(clientID), tenantID}
}

// principal is a program's service principal ("enterprise application") in a tenant. It appears with the first consent.
type principal struct {
	objectID           string
	created            time.Time
	disabled           bool // "Enabled for users to sign-in?" is No
	assignmentRequired bool
	assigned           map[string]bool // by object id
}

// principalOf finds a program's service principal in a tenant, or makes it. The caller holds mu.
func (s *Server) principalOf(clientID, tenantID string) *principal {
	k := newPrincipalKey(clientID, tenantID)
	p := s.st.principals[k]
	if p == nil {
		p = &principal{objectID: newGUID(), created: s.now().UTC(), assigned: map[string]bool{}}
		s.st.principals[k] = p
	}
	return p
}

// entry says whether a program's service principal lets a person in; nil: yes. The caller holds mu.
func (s *Server) entry(app directory.App, who account) *failure {
	p := s.st.principals[newPrincipalKey(app.ClientID, who.tenantID)]
	switch {
	case p == nil:
		return nil
	case p.disabled:
		return &failure{OAuth: "unauthorized_client", Code: 7000112, Text: "Application '" + app.ClientID + "'(" + app.Name + ") is disabled."}
	case p.assignmentRequired && !p.assigned[who.objectID]:
		return &failure{OAuth: "invalid_grant", Code: 50105, Text: "Your administrator has configured the application " + app.Name +
			" ('" + app.ClientID + "') to block users unless they are specifically granted ('assigned') access to the application. The signed in user is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application."}
	}
	return nil
}

// removePrincipal forgets a program in a tenant with all that was approved for it. The caller holds mu.
func (s *Server) removePrincipal(k principalKey) {
	delete(s.st.principals, k)
	delete(s.st.appGrants, k)
	for c := range s.st.consents {
		if c.clientID == k.clientID && c.tenantID == k.tenantID {
			delete(s.st.consents, c)
		}
	}
}
