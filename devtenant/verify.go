package devtenant

import (
	"errors"
	"fmt"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// verify tells Graph who an access token belongs to. A person added while the tenant runs gets an empty mailbox here.
func (s *Server) verify(bearer string) (graph.Caller, error) {
	c, err := s.entra.Verify(bearer)
	if errors.Is(err, entra.ErrChallenged) {
		return graph.Caller{}, &graph.Challenge{Authority: s.LoginURL + "/common/oauth2/authorize",
			Claims: fmt.Sprintf(`{"access_token":{"nbf":{"essential":true, "value":"%d"}}}`, s.now().UTC().Unix())}
	}
	if err != nil {
		return graph.Caller{}, err
	}
	if c.App {
		t, _ := s.dir.Tenant(c.TenantID)
		for _, u := range members(t) {
			s.provide(*u)
		}
		return graph.Caller{TenantID: c.TenantID, ObjectID: c.ObjectID, AppID: c.AppID, App: true, Roles: c.Roles}, nil
	}
	_, u, ok := s.dir.UserByID(c.TenantID, c.ObjectID)
	if !ok {
		return graph.Caller{}, entra.ErrBadToken
	}
	if u.HomeUPN == "" {
		s.provide(u)
	}
	return graph.Caller{TenantID: c.TenantID, ObjectID: c.ObjectID, UPN: u.UPN, Name: u.Name, AppID: c.AppID, Scopes: c.Scopes,
		GuestMail: u.HomeUPN}, nil
}

// member says whether somebody of the tenant has this object id.
func (s *Server) member(tenantID, objectID string) bool {
	_, _, ok := s.dir.UserByID(tenantID, objectID)
	return ok
}

func (s *Server) provide(u directory.User) {
	s.providing.Lock()
	defer s.providing.Unlock()
	if _, ok := s.Mailboxes.Mailbox(u.ObjectID); !ok {
		s.Mailboxes.Add(mailbox.Owner{ObjectID: u.ObjectID, UPN: u.UPN, Name: u.Name, JobTitle: u.JobTitle})
	}
}
