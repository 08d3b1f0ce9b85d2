package entra

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"

	"supercrm/devtenant/directory"
)

// maxTiles bounds the list of accounts offered on the first page.
const maxTiles = 6

// open finds the flow of a post and its stage, holding mu; on false the answer was given and mu is free. A post that does
// not fit the stage (a second click, the back button) is answered with the page that is due.
func (s *Server) open(w http.ResponseWriter, r *http.Request, want stage) (*flow, *session, bool) {
	if err := r.ParseForm(); err != nil {
		s.errorPage(w, r, &failure{Code: 9002313, Text: "Invalid request. Request is malformed or invalid."})
		return nil, nil, false
	}
	s.mu.Lock()
	f, b := s.findFlow(r)
	if f == nil {
		s.mu.Unlock()
		s.errorPage(w, r, flowGone)
		return nil, nil, false
	}
	if now, _ := s.stage(f); now != want {
		s.mu.Unlock()
		s.goOn(w, r, f.id)
		return nil, nil, false
	}
	return f, b, true
}

// showFlow shows the page that a flow needs: GET /login/{flow}.
func (s *Server) showFlow(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, b := s.findFlow(r)
	if f == nil {
		s.mu.Unlock()
		s.errorPage(w, r, flowGone)
		return
	}
	next, view := s.view(f, b, "")
	s.mu.Unlock()
	if next == stageReply { // approved meanwhile, in another tab
		s.goOn(w, r, f.id)
		return
	}
	s.page(w, r, http.StatusOK, string(next), view)
}

// view gathers what a page shows. The caller holds mu.
func (s *Server) view(f *flow, b *session, problem string) (stage, flowView) {
	next, ask := s.stage(f)
	v := flowView{Flow: f.id, App: f.req.app, Typed: f.typed, Problem: problem, Hints: s.hints, Admin: f.req.admin}
	if t, u, ok := s.dir.UserByID(f.who.tenantID, f.who.objectID); ok {
		v.UPN, v.Name, v.Tenant = u.UPN, u.Name, t.Name
		v.CanApproveForAll = next == stageConsent && u.Role == directory.RoleAdmin && !f.req.admin
		if s.hints {
			v.Password = u.Password
		}
	} else if t, ok := s.dir.Tenant(f.req.tenantID); ok {
		v.Tenant = t.Name
	}
	for _, name := range ask {
		p, _ := permissionNamed(name)
		v.Permissions = append(v.Permissions, p)
	}
	if next == stageAccount {
		v.Tiles = s.tiles(f, b)
	}
	return next, v
}

// tiles lists the accounts signed in in this browser, and with hints the tenant's others. The caller holds mu.
func (s *Server) tiles(f *flow, b *session) []tile {
	var out []tile
	seen := map[string]bool{}
	for _, a := range slices.Backward(b.accounts) {
		if t, u, ok := s.dir.UserByID(a.tenantID, a.objectID); ok && (f.req.tenantID == "" || f.req.tenantID == t.ID) {
			out = append(out, tile{UPN: u.UPN, Name: u.Name, Note: "Signed in"})
			seen[u.UPN] = true
		}
	}
	if s.hints {
		for _, t := range s.dir.Tenants() {
			if f.req.tenantID != "" && f.req.tenantID != t.ID {
				continue
			}
			for _, u := range t.Users {
				if !seen[u.UPN] && len(out) < maxTiles {
					out = append(out, tile{UPN: u.UPN, Name: u.Name, Note: u.JobTitle})
				}
			}
		}
	}
	return out[:min(len(out), maxTiles)]
}

// again shows the same page with a problem on it. It is called with mu held and frees it.
func (s *Server) again(w http.ResponseWriter, r *http.Request, f *flow, b *session, problem string) {
	next, view := s.view(f, b, problem)
	s.mu.Unlock()
	s.page(w, r, http.StatusOK, string(next), view)
}

// postAccount takes the chosen or typed account: POST /login/{flow}/account.
func (s *Server) postAccount(w http.ResponseWriter, r *http.Request) {
	f, b, ok := s.open(w, r, stageAccount)
	if !ok {
		return
	}
	if r.PostForm.Get("action") == "cancel" {
		s.close(f)
		s.mu.Unlock()
		s.replyBack(w, r, f.req)
		return
	}
	name := strings.TrimSpace(r.PostForm.Get("account"))
	if name == "" {
		name = strings.TrimSpace(r.PostForm.Get("username"))
	}
	f.typed = name
	if name == "" {
		s.again(w, r, f, b, "Enter your user name.")
		return
	}
	t, u, known := s.dir.User(name)
	switch {
	case !known:
		s.again(w, r, f, b, "There is no account with this user name. Check it and try again. (AADSTS50034)")
		return
	case f.req.tenantID != "" && f.req.tenantID != t.ID:
		s.again(w, r, f, b, "This account is not part of the organization that the app signs in to. (AADSTS50020)")
		return
	}
	f.who = account{t.ID, u.ObjectID}
	if f.proved = f.req.prompt != "login" && slices.Contains(b.accounts, f.who); f.proved {
		f.authTime = s.now()
	}
	s.mu.Unlock()
	s.goOn(w, r, f.id)
}

// postPassword checks the password: POST /login/{flow}/password.
func (s *Server) postPassword(w http.ResponseWriter, r *http.Request) {
	f, b, ok := s.open(w, r, stagePassword)
	if !ok {
		return
	}
	if r.PostForm.Get("action") == "back" {
		f.who = account{}
		s.mu.Unlock()
		s.goOn(w, r, f.id)
		return
	}
	_, u, _ := s.dir.UserByID(f.who.tenantID, f.who.objectID)
	typed := r.PostForm.Get("password")
	if typed == "" {
		s.again(w, r, f, b, "Enter your password.")
		return
	}
	if u.Password == "" || subtle.ConstantTimeCompare([]byte(typed), []byte(u.Password)) != 1 {
		s.again(w, r, f, b, "The password is wrong. Try again. (AADSTS50126)")
		return
	}
	f.proved, f.authTime = true, s.now()
	b.signIn(f.who)
	s.mu.Unlock()
	s.goOn(w, r, f.id)
}

// postConsent takes the answer to "Permissions requested": POST /login/{flow}/consent.
func (s *Server) postConsent(w http.ResponseWriter, r *http.Request) {
	f, b, ok := s.open(w, r, stageConsent)
	if !ok {
		return
	}
	switch r.PostForm.Get("action") {
	case "accept":
	case "cancel":
		s.close(f)
		s.mu.Unlock()
		s.replyFailure(w, r, f.req, declined)
		return
	default:
		s.again(w, r, f, b, "Choose Accept or Cancel.")
		return
	}
	_, u, _ := s.dir.UserByID(f.who.tenantID, f.who.objectID)
	org := consentKey{strings.ToLower(f.req.app.ClientID), f.who.tenantID, ""}
	switch {
	case f.req.admin:
		// What an administrator approves replaces what was approved before: a narrower grant takes rights away.
		s.st.consents[org] = f.req.scopes
	case u.Role == directory.RoleAdmin && r.PostForm.Get("for_organization") != "":
		s.st.consents[org] = union(s.st.consents[org], f.req.scopes)
	default:
		own := newConsentKey(f.req.app.ClientID, f.who)
		s.st.consents[own] = union(s.st.consents[own], f.req.scopes)
	}
	f.approved = true
	s.mu.Unlock()
	s.goOn(w, r, f.id)
}

// postApproval leaves the "Need admin approval" page: POST /login/{flow}/approval.
func (s *Server) postApproval(w http.ResponseWriter, r *http.Request) {
	f, _, ok := s.open(w, r, stageApproval)
	if !ok {
		return
	}
	if r.PostForm.Get("action") == "other_account" {
		f.who, f.proved, f.typed = account{}, false, ""
		s.mu.Unlock()
		s.goOn(w, r, f.id)
		return
	}
	s.close(f)
	s.mu.Unlock()
	s.replyFailure(w, r, f.req, needsAdmin)
}

// close ends a flow without a result. The caller holds mu.
func (s *Server) close(f *flow) {
	f.completed = true
	delete(s.st.flows, f.id)
}
