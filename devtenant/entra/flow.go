package entra

import (
	"net/http"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// flow is one sign-in under way in one browser. Its pages follow each other by what is known so far, see due.
type flow struct {
	id        string
	session   string // the browser it belongs to
	req       authRequest
	created   time.Time
	who       account // in the organization that is signed in to; zero: not chosen yet
	typed     string  // what was typed as user name, to show again
	proved    bool    // the password was right, or the browser was signed in already
	stale     bool    // the browser was signed in, but too long ago
	mfa       bool    // a second factor was shown
	authTime  time.Time
	approved  bool // the consent page was accepted
	requested bool // an administrator was asked from the approval page
	confirmed bool // the person said that it is they who started this on a device
	completed bool
}

// stage names the page that a flow needs next.
type stage string

const (
	stageAccount   stage = "account"
	stagePassword  stage = "password"
	stageChange    stage = "change" // the password has expired
	stageCode      stage = "code"   // a second factor
	stageConsent   stage = "consent"
	stageApproval  stage = "approval" // an administrator is needed and this person is none
	stageRequested stage = "requested"
	stageConfirm   stage = "confirm" // device code: is it really you who started this?
	stageRefused   stage = "refused" // an error page, and no way on
	stageReply     stage = "reply"   // all is known
)

// due is what a flow needs next.
type due struct {
	stage stage
	ask   []string // the scopes that the consent and approval pages are about
	why   *failure // of stageApproval and stageRefused
}

// due decides what comes next. The caller holds mu.
func (s *Server) due(f *flow) due {
	tenant, user, ok := s.dir.UserByID(f.who.tenantID, f.who.objectID)
	if !ok {
		return due{stage: stageAccount}
	}
	if !f.proved {
		return due{stage: stagePassword}
	}
	_, home := s.dir.Home(tenant, user)
	if why := accountRefused(user, home); why != nil {
		return due{stage: stageRefused, why: why}
	}
	if home.PasswordExpired {
		return due{stage: stageChange}
	}
	if tenant.Access.MFA && !f.mfa {
		return due{stage: stageCode}
	}
	if why := accessRefused(tenant, home); why != nil {
		return due{stage: stageRefused, why: why}
	}
	if f.req.device != nil && tenant.Access.ManagedDevice { // nothing is known of the device that waits for the code
		return due{stage: stageRefused, why: invalidGrant(53003, "Access has been blocked by Conditional Access policies. A device code does not show which device it is for.")}
	}
	if f.req.admin {
		return s.dueOfAdmin(f, user)
	}
	return s.dueOfConsent(f, tenant, user)
}

func (s *Server) dueOfAdmin(f *flow, user directory.User) due {
	switch {
	case f.approved:
		return due{stage: stageReply}
	case !user.Role.ApprovesForAll(len(f.req.appRoles) > 0):
		return due{stage: stageApproval, ask: f.req.scopes, why: notAdministrator}
	}
	return due{stage: stageConsent, ask: f.req.scopes}
}

func (s *Server) dueOfConsent(f *flow, tenant directory.Tenant, user directory.User) due {
	entry := s.entry(f.req.app, f.who)
	if entry != nil && entry.Code != 50105 {
		return due{stage: stageRefused, why: entry}
	}
	if ask := s.wanted(f); len(ask) > 0 {
		why := consentRefused(tenant, user, f.req.app, ask)
		p := s.st.principals[newPrincipalKey(f.req.app.ClientID, tenant.ID)]
		if p != nil && p.assignmentRequired && !user.Role.ApprovesForAll(false) {
			why = needsAdmin // users do not approve programs that they have to be assigned to
		}
		switch {
		case why == nil:
			return due{stage: stageConsent, ask: ask}
		case f.requested:
			return due{stage: stageRequested, ask: ask, why: mayAsk}
		case tenant.RequestWorkflow:
			why = mayAsk
		}
		return due{stage: stageApproval, ask: ask, why: why}
	}
	switch {
	case entry != nil:
		return due{stage: stageRefused, why: entry}
	case f.req.device != nil && !f.confirmed:
		return due{stage: stageConfirm}
	}
	return due{stage: stageReply}
}

// begin opens a flow for a checked request, takes what the browser's session and the login hint already answer, and goes
// to the first page, or straight back.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, req authRequest) {
	now := s.now()
	s.mu.Lock()
	s.st.prune(now)
	browser := s.browser(w, r)
	browser.used = now
	f := &flow{id: randomText(32), session: browser.id, req: req, created: now}
	s.presume(f, browser)
	if req.prompt == "none" {
		if failed := s.silently(f); failed != nil {
			s.mu.Unlock()
			s.replyFailure(w, r, req, failed)
			return
		}
	}
	s.st.flows[f.id] = f
	s.mu.Unlock()
	s.goOn(w, r, f.id)
}

// presume fills in the account where nothing needs to be asked. The caller holds mu.
func (s *Server) presume(f *flow, browser *session) {
	req := f.req
	if req.loginHint != "" {
		f.typed = req.loginHint
		if who, ok := s.named(req.tenantID, req.loginHint); ok {
			s.choose(f, browser, who)
		}
		return
	}
	if req.prompt == "select_account" || req.prompt == "login" || req.admin || req.device != nil {
		return
	}
	var usable []account
	for _, a := range browser.accounts {
		if who, ok := s.within(req.tenantID, a.account); ok {
			usable = append(usable, who)
		}
	}
	if len(usable) == 1 {
		s.choose(f, browser, usable[0])
	}
}

// named finds who signs in with a name at an organization, or with an empty tenantID at their own.
func (s *Server) named(tenantID, name string) (account, bool) {
	t, u, ok := s.dir.User(name)
	if tenantID != "" {
		t, u, ok = s.dir.Member(tenantID, name)
	}
	if !ok || tenantID == "" && u.HomeUPN != "" {
		return account{}, false
	}
	return account{t.ID, u.ObjectID}, true
}

// within finds what a home account is in an organization: itself, or a guest.
func (s *Server) within(tenantID string, home account) (account, bool) {
	_, u, ok := s.dir.UserByID(home.tenantID, home.objectID)
	if !ok || tenantID == "" || tenantID == home.tenantID {
		return home, ok
	}
	return s.named(tenantID, u.UPN)
}

// home is the account that a person proves who they are with.
func (s *Server) home(who account) account {
	t, u, ok := s.dir.UserByID(who.tenantID, who.objectID)
	if !ok {
		return who
	}
	t, u = s.dir.Home(t, u)
	return account{t.ID, u.ObjectID}
}

// choose takes an account for a flow, and what the browser's session proves of it. The caller holds mu.
func (s *Server) choose(f *flow, browser *session, who account) {
	f.who, f.proved, f.mfa, f.stale = who, false, false, false
	proof, ok := browser.find(s.home(who))
	if !ok || f.req.prompt == "login" {
		return
	}
	if t, ok := s.dir.Tenant(who.tenantID); !ok || expired(t, proof.at, s.now()) {
		f.stale = true
		return
	}
	f.proved, f.mfa, f.authTime = true, proof.mfa, proof.at
}

// silently says why a flow cannot be finished without a page. The caller holds mu.
func (s *Server) silently(f *flow) *failure {
	d := s.due(f)
	switch d.stage {
	case stageReply:
		return nil
	case stageConsent, stageApproval:
		return notConsented("interaction_required", f.req.app)
	case stageRefused:
		return &failure{OAuth: "interaction_required", Code: d.why.Code, Text: d.why.Text}
	case stageChange:
		return &failure{OAuth: "interaction_required", Code: 50055, Text: "The password is expired."}
	case stageCode:
		return &failure{OAuth: "interaction_required", Code: 50076, Text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."}
	}
	if f.stale {
		return &failure{OAuth: "login_required", Code: 70044, Text: "The session has expired or is invalid due to sign-in frequency checks by conditional access."}
	}
	return &failure{OAuth: "login_required", Code: 50058,
		Text: "A silent sign-in request was sent but no user is signed in."}
}

func notConsented(oauth string, app directory.App) *failure {
	return &failure{OAuth: oauth, Code: 65001,
		Text: "The user or administrator has not consented to use the application with ID '" + app.ClientID + "' named '" + app.Name + "'. Send an interactive authorization request for this user and resource."}
}

const cookieName = "devtenant_session"

// browser finds the session of the cookie, or begins one. The caller holds mu.
func (s *Server) browser(w http.ResponseWriter, r *http.Request) *session {
	if b := s.knownBrowser(r); b != nil {
		return b
	}
	b := &session{id: randomText(43)}
	s.st.sessions[b.id] = b
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: b.id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil})
	return b
}

func (s *Server) knownBrowser(r *http.Request) *session {
	// Cookies ignore ports, so another tenant on this machine may have set one of the same name: take the one we know.
	for _, c := range r.CookiesNamed(cookieName) {
		if b := s.st.sessions[c.Value]; b != nil {
			return b
		}
	}
	return nil
}

// findFlow returns the flow of a request's path when it belongs to the asking browser and is still open, else nil. The
// caller holds mu.
func (s *Server) findFlow(r *http.Request) (*flow, *session) {
	f, b := s.st.flows[r.PathValue("flow")], s.knownBrowser(r)
	if f == nil || b == nil || f.session != b.id || f.completed || s.now().Sub(f.created) > flowLifetime {
		return nil, nil
	}
	return f, b
}

var flowGone = &failure{Code: 50089, Text: "Authentication failed because the sign-in took too long or was already finished. Go back to the app and sign in again."}

// goOn sends the browser to the flow's page by GET, so that reload and back do no harm; a flow that needs no page is
// finished at once.
func (s *Server) goOn(w http.ResponseWriter, r *http.Request, id string) {
	s.mu.Lock()
	f := s.st.flows[id]
	if f == nil || f.completed {
		s.mu.Unlock()
		s.errorPage(w, r, flowGone)
		return
	}
	if s.due(f).stage != stageReply {
		s.mu.Unlock()
		http.Redirect(w, r, "/login/"+id, http.StatusFound)
		return
	}
	f.completed = true
	delete(s.st.flows, id)
	if f.req.admin {
		s.mu.Unlock()
		s.replyAdmin(w, r, f)
		return
	}
	if f.req.device != nil {
		f.req.device.grant, f.req.device.scopes = s.newGrant(f), f.req.scopes
		s.mu.Unlock()
		s.page(w, r, http.StatusOK, "devicedone", f.req.app)
		return
	}
	codeText := s.newCode(f)
	s.mu.Unlock()
	s.reply(w, r, f.req, []param{{"code", codeText}})
}

// newCode records an authorization code for a finished flow. The caller holds mu.
func (s *Server) newCode(f *flow) string {
	text := codePrefix + randomText(codeSize)
	s.st.codes[hashOf(text)] = &code{
		grant:  s.newGrant(f),
		tenant: f.req.tenant, redirect: f.req.redirect, challenge: f.req.challenge, nonce: f.req.nonce,
		scopes: f.req.scopes, expires: s.now().Add(codeLifetime),
	}
	return text
}

func (s *Server) newGrant(f *flow) *grant {
	return &grant{clientID: strings.ToLower(f.req.app.ClientID), who: f.who, authTime: f.authTime, mfa: f.mfa,
		platform: f.req.platform, cae: f.req.cae}
}
