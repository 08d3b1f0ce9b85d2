package entra

import (
	"errors"
	"strings"

	"supercrm/devtenant/directory"
)

// place reads the values client_id and tenant.
func (s *Server) place(v values) (directory.App, directory.Tenant, error) {
	a, ok := s.dir.App(v.get("client_id"))
	if !ok {
		return a, directory.Tenant{}, errors.New("no such program")
	}
	t, ok := s.dir.Tenant(v.get("tenant"))
	if !ok {
		return a, t, errors.New("no such tenant")
	}
	return a, t, nil
}

// setPrincipal: client_id and tenant, and any of enabled, assignment_required, assign (sign-in name), unassign, remove.
// The service principal is made when it is not there.
func (s *Server) setPrincipal(v values) (any, error) {
	a, t, err := s.place(v)
	if err != nil {
		return nil, err
	}
	var remove bool
	enabled, required := true, false
	err = v.flags(map[string]*bool{"remove": &remove, "enabled": &enabled, "assignment_required": &required})
	if err != nil {
		return nil, err
	}
	who := map[string]string{}
	for _, name := range []string{"assign", "unassign"} {
		if v.get(name) == "" {
			continue
		}
		_, u, ok := s.dir.Member(t.ID, v.get(name))
		if !ok {
			return nil, errNobody
		}
		who[name] = u.ObjectID
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if remove {
		s.removePrincipal(newPrincipalKey(a.ClientID, t.ID))
		return nil, nil
	}
	p := s.principalOf(a.ClientID, t.ID)
	if v.has("enabled") {
		p.disabled = !enabled
	}
	if v.has("assignment_required") {
		p.assignmentRequired = required
	}
	if id, ok := who["assign"]; ok {
		p.assigned[id] = true
	}
	if id, ok := who["unassign"]; ok {
		delete(p.assigned, id)
	}
	return nil, nil
}

// approve: client_id and tenant, and if wanted scopes. It is what an administrator does in the portal with "Grant admin
// consent": without scopes all that the program declares, application permissions included.
func (s *Server) approve(v values) (any, error) {
	a, t, err := s.place(v)
	if err != nil {
		return nil, err
	}
	scopes, roles := a.Scopes, a.AppRoles
	if v.has("scopes") {
		scopes, roles = v.list("scopes"), nil
	}
	known, f := readScopes(strings.Join(scopes, " "), a)
	if f != nil {
		return nil, f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.principalOf(a.ClientID, t.ID)
	s.st.consents[consentKey{strings.ToLower(a.ClientID), t.ID, ""}] = known
	if len(roles) > 0 {
		s.st.appGrants[newPrincipalKey(a.ClientID, t.ID)] = roles
	}
	return nil, nil
}

// revokeGrant: client_id and tenant, and upn for one person's own approval; without, the one for all. Tokens that are
// out live on, refreshing answers AADSTS65001.
func (s *Server) revokeGrant(v values) (any, error) {
	a, t, err := s.place(v)
	if err != nil {
		return nil, err
	}
	k := consentKey{clientID: strings.ToLower(a.ClientID), tenantID: t.ID}
	if name := v.get("upn"); name != "" {
		own, u, ok := s.dir.User(name)
		if !ok || own.ID != t.ID {
			return nil, errNobody
		}
		k.objectID = u.ObjectID
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.st.consents[k]; !ok {
		return nil, errors.New("nothing was approved")
	}
	delete(s.st.consents, k)
	if k.objectID == "" {
		delete(s.st.appGrants, newPrincipalKey(a.ClientID, t.ID))
	}
	return nil, nil
}

// decideRequest: id and decision (approve or deny).
func (s *Server) decideRequest(v values) (any, error) {
	decision := v.get("decision")
	if decision != "approve" && decision != "deny" {
		return nil, errors.New("decision must be approve or deny")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.decide(v.get("id"), decision == "approve") {
		return nil, errors.New("no such open request")
	}
	return nil, nil
}
