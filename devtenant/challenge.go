package devtenant

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// verify tells Graph who an access token belongs to. A person added while the tenant runs gets an empty mailbox here.
func (s *Server) verify(bearer string) (graph.Caller, error) {
	c, err := s.entra.Verify(bearer)
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
	return graph.Caller{TenantID: c.TenantID, ObjectID: c.ObjectID, UPN: u.UPN, Name: u.Name, AppID: c.AppID, Scopes: c.Scopes}, nil
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

// challenged answers a Graph request whose token was ended by an event, when its program understands that: 401 with a
// claims challenge (entra-docs, "Claims challenges, claims requests and client capabilities"). It reports whether it did.
func (s *Server) challenged(w http.ResponseWriter, r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	if _, err := s.entra.Verify(strings.TrimSpace(token)); !errors.Is(err, entra.ErrChallenged) {
		return false
	}
	now := s.now().UTC()
	claims := fmt.Sprintf(`{"access_token":{"nbf":{"essential":true, "value":"%d"}}}`, now.Unix())
	id := r.Header.Get("Client-Request-Id")
	body, err := json.Marshal(map[string]any{"error": map[string]any{
		"code":       "InvalidAuthenticationToken",
		"message":    "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
		"innerError": map[string]any{"date": now.Format(time.RFC3339), "request-id": id, "client-request-id": id},
	}})
	if err != nil {
		return false
	}
	h := w.Header()
	h.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+s.LoginURL+`/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="`+
		base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write(body) // the reader may have gone
	return true
}
