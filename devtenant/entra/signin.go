package entra

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
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
	if now := s.due(f).stage; now != want && !(want == stageApproval && now == stageRequested) {
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
	switch next.stage {
	case stageReply: // approved meanwhile, in another tab
		s.goOn(w, r, f.id)
	case stageRefused:
		s.errorPage(w, r, next.why)
	default:
		s.page(w, r, http.StatusOK, string(next.stage), view)
	}
}

// view gathers what a page shows. The caller holds mu.
func (s *Server) view(f *flow, b *session, problem string) (due, flowView) {
	next := s.due(f)
	v := flowView{Flow: f.id, App: f.req.app, Typed: f.typed, Problem: problem, Hints: s.hints, Admin: f.req.admin}
	if t, u, ok := s.dir.UserByID(f.who.tenantID, f.who.objectID); ok {
		v.UPN, v.Name, v.Tenant = u.UPN, u.Name, t.Name
		v.CanApproveForAll = next.stage == stageConsent && u.Role.ApprovesForAll(false) && !f.req.admin
		_, home := s.dir.Home(t, u)
		v.SignInName = home.UPN
		if s.hints {
			v.Password, v.OneTimeCode = home.Password, OneTimeCode
		}
	} else if t, ok := s.dir.Tenant(f.req.tenantID); ok {
		v.Tenant = t.Name
	}
	for _, name := range next.ask {
		p, _ := permissionNamed(name)
		v.Permissions = append(v.Permissions, p)
	}
	if next.stage == stageConsent {
		for _, role := range f.req.appRoles {
			v.Permissions = append(v.Permissions, permission{Name: role + " (application)", Title: role, Detail: "The app does this by itself, for every mailbox of the organization."})
		}
	}
	if next.why != nil {
		v.Code, v.MayAsk = next.why.Code, next.why == mayAsk
	}
	if next.stage == stageAccount {
		v.Tiles = s.tiles(f, b)
	}
	return next, v
}

// tiles lists the accounts signed in in this browser, and with hints the tenant's others. The caller holds mu.
func (s *Server) tiles(f *flow, b *session) []tile {
	var out []tile
	seen := map[string]bool{}
	for _, a := range slices.Backward(b.accounts) {
		who, ok := s.within(f.req.tenantID, a.account)
		if _, u, known := s.dir.UserByID(who.tenantID, who.objectID); ok && known {
			t, _ := s.dir.Tenant(who.tenantID)
			_, home := s.dir.Home(t, u)
			out = append(out, tile{UPN: home.UPN, Name: u.Name, Note: "Signed in"})
			seen[home.UPN] = true
		}
	}
	if s.hints {
		for _, t := range s.dir.Tenants() {
			if f.req.tenantID != "" && f.req.tenantID != t.ID {
				continue
			}
			for _, u := range t.Users {
				name, note := u.UPN, u.JobTitle
				if u.HomeUPN != "" {
					name, note = u.HomeUPN, "Guest"
				}
				if !seen[name] && len(out) < maxTiles && (u.HomeUPN == "" || f.req.tenantID != "") {
					out = append(out, tile{UPN: name, Name: u.Name, Note: note})
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
	s.page(w, r, http.StatusOK, string(next.stage), view)
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
		s.turnBack(w, r, f, nil)
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
	who, ok := s.named(f.req.tenantID, name)
	if !ok {
		problem := "There is no account with this user name. Check it and try again. (AADSTS50034)"
		if _, _, elsewhere := s.dir.User(name); elsewhere {
			problem = "This account is not part of the organization that the app signs in to. It must be added as a guest first. (AADSTS50020)"
		}
		s.again(w, r, f, b, problem)
		return
	}
	s.choose(f, b, who)
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
	t, u, _ := s.dir.UserByID(f.who.tenantID, f.who.objectID)
	t, u = s.dir.Home(t, u)
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
	b.signIn(signedIn{account: account{t.ID, u.ObjectID}, at: f.authTime})
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
		s.turnBack(w, r, f, declined)
		return
	default:
		s.again(w, r, f, b, "Choose Accept or Cancel.")
		return
	}
	_, u, _ := s.dir.UserByID(f.who.tenantID, f.who.objectID)
	org := consentKey{strings.ToLower(f.req.app.ClientID), f.who.tenantID, ""}
	s.principalOf(f.req.app.ClientID, f.who.tenantID)
	switch {
	case f.req.admin:
		// What an administrator approves replaces what was approved before: a narrower grant takes rights away.
		s.st.consents[org] = f.req.scopes
		if len(f.req.appRoles) > 0 {
			s.st.appGrants[newPrincipalKey(f.req.app.ClientID, f.who.tenantID)] = f.req.appRoles
		}
	case u.Role.ApprovesForAll(false) && r.PostForm.Get("for_organization") != "":
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
	f, b, ok := s.open(w, r, stageApproval)
	if !ok {
		return
	}
	if r.PostForm.Get("action") == "other_account" {
		f.who, f.proved, f.mfa, f.typed = account{}, false, false, ""
		s.mu.Unlock()
		s.goOn(w, r, f.id)
		return
	}
	if d := s.due(f); r.PostForm.Get("action") == "request" && d.stage == stageApproval && d.why == mayAsk {
		reason := strings.TrimSpace(r.PostForm.Get("justification"))
		if reason == "" {
			s.again(w, r, f, b, "Say why you need this app.")
			return
		}
		s.ask(f, reason)
		s.mu.Unlock()
		s.goOn(w, r, f.id)
		return
	}
	why := s.due(f).why
	s.close(f)
	s.mu.Unlock()
	s.turnBack(w, r, f, why)
}

// turnBack ends a flow that the person broke off: why goes to the asking program, or nothing but the fact when it is nil.
func (s *Server) turnBack(w http.ResponseWriter, r *http.Request, f *flow, why *failure) {
	switch {
	case f.req.device != nil:
		s.mu.Lock()
		f.req.device.declined = true
		s.mu.Unlock()
		s.page(w, r, http.StatusOK, "devicedeclined", f.req.app)
	case why == nil:
		s.replyBack(w, r, f.req)
	default:
		s.replyFailure(w, r, f.req, why)
	}
}

// close ends a flow without a result. The caller holds mu.
func (s *Server) close(f *flow) {
	f.completed = true
	delete(s.st.flows, f.id)
}
