package entra

import (
	"strings"
	"time"
)

// approvalRequest is a user's request to the administrators (entra-docs, "Configure the admin consent workflow").
type approvalRequest struct {
	id       string
	clientID string
	who      account
	scopes   []string
	reason   string
	at       time.Time
	decision string // "", approved or denied
}

// maxRequests bounds what users can leave behind; the oldest go first.
const maxRequests = 200

// ask records a request of a flow's person, one for each person and program. The caller holds mu.
func (s *Server) ask(f *flow, reason string) {
	f.requested = true
	id := strings.ToLower(f.req.app.ClientID)
	for _, q := range s.st.requests {
		if q.clientID == id && q.who == f.who && q.decision == "" {
			q.scopes, q.reason = union(q.scopes, f.req.scopes), clip(reason)
			return
		}
	}
	if len(s.st.requests) >= maxRequests {
		s.st.requests = s.st.requests[1:]
	}
	s.st.requests = append(s.st.requests, &approvalRequest{id: newGUID(), clientID: id, who: f.who,
		scopes: f.req.scopes, reason: clip(reason), at: s.now().UTC()})
}

// decide answers a request as an administrator; it reports whether there was one to answer. The caller holds mu.
func (s *Server) decide(id string, approve bool) bool {
	for _, q := range s.st.requests {
		if q.id != id || q.decision != "" {
			continue
		}
		q.decision = "denied"
		if approve {
			q.decision = "approved"
			s.principalOf(q.clientID, q.who.tenantID)
			org := consentKey{q.clientID, q.who.tenantID, ""}
			s.st.consents[org] = union(s.st.consents[org], q.scopes)
		}
		return true
	}
	return false
}
