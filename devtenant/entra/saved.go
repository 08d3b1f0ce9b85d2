package entra

import (
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// saved is what survives a restart: the signing key, so that access tokens stay good, refresh tokens (their hashes),
// browser sessions, and all that was approved. Sign-ins under way, codes and device codes do not.
type saved struct {
	Key        []byte // PKCS #8
	Grants     []savedGrant
	Refresh    []savedRefresh
	Sessions   []savedSession
	Consents   []savedConsent
	Principals []savedPrincipal
	Requests   []savedRequest
	Events     []savedEvent
	Serial     uint64
}

type savedAccount struct{ Tenant, Object string }

type savedGrant struct {
	Client   string
	Who      savedAccount
	At       time.Time
	MFA, CAE bool
	Revoked  bool
	Platform directory.Platform
}

type savedRefresh struct {
	Hash   []byte
	Grant  int // index into Grants
	Scopes []string
	Used   time.Time
}

type savedSession struct {
	ID       string
	Used     time.Time
	Accounts []savedProof
}

type savedProof struct {
	Who savedAccount
	At  time.Time
	MFA bool
}

type savedConsent struct {
	Client, Tenant, Object string
	Scopes                 []string
}

type savedPrincipal struct {
	Client, Tenant, Object       string
	Created                      time.Time
	Disabled, AssignmentRequired bool
	Assigned                     []string
	AppRoles                     []string
}

type savedRequest struct {
	ID, Client       string
	Who              savedAccount
	Scopes           []string
	Reason, Decision string
	At               time.Time
}

type savedEvent struct {
	Who    savedAccount
	Serial uint64
}

// Save writes what survives a restart; Options.Saved takes it. The same state gives the same bytes.
func (s *Server) Save() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		return nil, fmt.Errorf("write the signing key: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := saved{Key: key, Serial: s.st.serial}
	grants := map[*grant]int{}
	for hash, t := range s.st.refresh {
		out.Refresh = append(out.Refresh, savedRefresh{Hash: hash[:], Scopes: t.scopes, Used: t.used})
	}
	slices.SortFunc(out.Refresh, func(a, b savedRefresh) int { return slices.Compare(a.Hash, b.Hash) })
	for i := range out.Refresh {
		g := s.st.refresh[[32]byte(out.Refresh[i].Hash)].grant
		at, ok := grants[g]
		if !ok {
			at = len(out.Grants)
			grants[g] = at
			out.Grants = append(out.Grants, savedGrant{Client: g.clientID, Who: savedAccount{g.who.tenantID, g.who.objectID}, At: g.authTime, MFA: g.mfa, CAE: g.cae, Revoked: g.revoked, Platform: g.platform})
		}
		out.Refresh[i].Grant = at
	}
	for _, b := range s.st.sessions {
		one := savedSession{ID: b.id, Used: b.used}
		for _, a := range b.accounts {
			one.Accounts = append(one.Accounts, savedProof{savedAccount{a.tenantID, a.objectID}, a.at, a.mfa})
		}
		out.Sessions = append(out.Sessions, one)
	}
	slices.SortFunc(out.Sessions, func(a, b savedSession) int { return strings.Compare(a.ID, b.ID) })
	for who, serial := range s.st.events {
		out.Events = append(out.Events, savedEvent{savedAccount{who.tenantID, who.objectID}, serial})
	}
	slices.SortFunc(out.Events, func(a, b savedEvent) int {
		return cmp.Or(strings.Compare(a.Who.Tenant, b.Who.Tenant), strings.Compare(a.Who.Object, b.Who.Object))
	})
	s.saveApprovals(&out)
	raw, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("write the sign-in service's state: %w", err)
	}
	return raw, nil
}

// saveApprovals writes consents, principals and requests. The caller holds mu.
func (s *Server) saveApprovals(out *saved) {
	for k, scopes := range s.st.consents {
		out.Consents = append(out.Consents, savedConsent{k.clientID, k.tenantID, k.objectID, scopes})
	}
	slices.SortFunc(out.Consents, func(a, b savedConsent) int {
		return cmp.Or(strings.Compare(a.Client, b.Client), strings.Compare(a.Tenant, b.Tenant), strings.Compare(a.Object, b.Object))
	})
	for k, p := range s.st.principals {
		one := savedPrincipal{Client: k.clientID, Tenant: k.tenantID, Object: p.objectID, Created: p.created, Disabled: p.disabled, AssignmentRequired: p.assignmentRequired, AppRoles: s.st.appGrants[k]}
		for id := range p.assigned {
			one.Assigned = append(one.Assigned, id)
		}
		slices.Sort(one.Assigned)
		out.Principals = append(out.Principals, one)
	}
	slices.SortFunc(out.Principals, func(a, b savedPrincipal) int {
		return cmp.Or(strings.Compare(a.Client, b.Client), strings.Compare(a.Tenant, b.Tenant))
	})
	for _, q := range s.st.requests {
		out.Requests = append(out.Requests, savedRequest{q.id, q.clientID, savedAccount{q.who.tenantID, q.who.objectID}, q.scopes, q.reason, q.decision, q.at})
	}
}

// serialGap is more access tokens than are made between two writes of the state.
const serialGap = 1 << 20

// load reads what Save wrote into a new service.
func (s *Server) load(data []byte) error {
	var in saved
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read the sign-in service's state: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(in.Key)
	if err != nil {
		return fmt.Errorf("read the signing key: %w", err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return errors.New("the signing key is of another kind")
	}
	s.key = key
	if s.signer, err = newSigner(key); err != nil {
		return err
	}
	st := newState()
	st.serial = in.Serial + serialGap
	var grants []*grant
	for _, g := range in.Grants {
		grants = append(grants, &grant{clientID: g.Client, who: g.Who.account(), authTime: g.At, mfa: g.MFA, cae: g.CAE, revoked: g.Revoked, platform: g.Platform})
	}
	for _, t := range in.Refresh {
		if t.Grant < 0 || t.Grant >= len(grants) || len(t.Hash) != 32 {
			return errors.New("the sign-in service's state names something that is not in it")
		}
		st.refresh[[32]byte(t.Hash)] = &refresh{grant: grants[t.Grant], scopes: t.Scopes, used: t.Used}
	}
	for _, b := range in.Sessions {
		one := &session{id: b.ID, used: b.Used}
		for _, a := range b.Accounts {
			one.accounts = append(one.accounts, signedIn{a.Who.account(), a.At, a.MFA})
		}
		st.sessions[b.ID] = one
	}
	for _, e := range in.Events {
		st.events[e.Who.account()] = e.Serial
	}
	for _, c := range in.Consents {
		st.consents[consentKey{c.Client, c.Tenant, c.Object}] = c.Scopes
	}
	for _, p := range in.Principals {
		k := principalKey{p.Client, p.Tenant}
		st.principals[k] = &principal{objectID: p.Object, created: p.Created, disabled: p.Disabled, assignmentRequired: p.AssignmentRequired, assigned: map[string]bool{}}
		for _, id := range p.Assigned {
			st.principals[k].assigned[id] = true
		}
		if p.AppRoles != nil {
			st.appGrants[k] = p.AppRoles
		}
	}
	for _, q := range in.Requests {
		st.requests = append(st.requests, &approvalRequest{id: q.ID, clientID: q.Client, who: q.Who.account(), scopes: q.Scopes, reason: q.Reason, at: q.At, decision: q.Decision})
	}
	s.st = st
	return nil
}

func (a savedAccount) account() account { return account{a.Tenant, a.Object} }

// Forget ends every sign-in and takes every approval back, as on a new tenant. The signing key stays; access tokens of
// people who exist stay good until they end.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	serial, events := s.st.serial, s.st.events
	s.st = newState()
	s.st.serial, s.st.events = serial, events
}
