package entra

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// flow is one sign-in under way in one browser. Its pages follow each other by what is known so far, see stage.
type flow struct {
	id        string
	session   string // the browser it belongs to
	req       authRequest
	created   time.Time
	who       account // zero: not chosen yet
	typed     string  // what was typed as user name, to show again
	proved    bool    // the password was right, or the browser was signed in already
	authTime  time.Time
	approved  bool // the consent page was accepted
	completed bool
}

// stage names the page that a flow needs next.
type stage string

const (
	stageAccount  stage = "account"
	stagePassword stage = "password"
	stageConsent  stage = "consent"
	stageApproval stage = "approval" // an administrator is needed and this person is none
	stageReply    stage = "reply"    // all is known
)

// stage decides what comes next, and for the consent stages which scopes are asked about. The caller holds mu.
func (s *Server) stage(f *flow) (stage, []string) {
	if f.who == (account{}) {
		return stageAccount, nil
	}
	tenant, user, ok := s.dir.UserByID(f.who.tenantID, f.who.objectID)
	if !ok {
		return stageAccount, nil
	}
	if !f.proved {
		return stagePassword, nil
	}
	if f.approved {
		return stageReply, nil
	}
	if f.req.admin {
		if user.Role != directory.RoleAdmin {
			return stageApproval, f.req.scopes
		}
		return stageConsent, f.req.scopes
	}
	have := s.st.consented(f.req.app.ClientID, f.who)
	ask := slices.DeleteFunc(slices.Clone(f.req.scopes), func(sc string) bool { return slices.Contains(have, sc) })
	if f.req.prompt == "consent" {
		ask = f.req.scopes
	}
	switch {
	case len(ask) == 0:
		return stageReply, nil
	case !mayGrant(tenant, user, ask):
		return stageApproval, ask
	}
	return stageConsent, ask
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
	usable := slices.DeleteFunc(slices.Clone(browser.accounts), func(a account) bool {
		_, _, known := s.dir.UserByID(a.tenantID, a.objectID)
		return !known || req.tenantID != "" && a.tenantID != req.tenantID
	})
	switch {
	case req.loginHint != "":
		f.typed = req.loginHint
		if t, u, ok := s.dir.User(req.loginHint); ok && (req.tenantID == "" || req.tenantID == t.ID) {
			f.who = account{t.ID, u.ObjectID}
			f.proved = req.prompt != "login" && slices.Contains(usable, f.who)
		}
	case req.prompt == "select_account" || req.prompt == "login" || len(usable) != 1 || req.admin:
	default:
		f.who, f.proved = usable[0], true
	}
	if f.proved {
		f.authTime = f.created
	}
}

// silently says why a flow cannot be finished without a page. The caller holds mu.
func (s *Server) silently(f *flow) *failure {
	switch next, _ := s.stage(f); next {
	case stageReply:
		return nil
	case stageConsent, stageApproval:
		return notConsented("interaction_required", f.req.app)
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
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: b.id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
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
	if next, _ := s.stage(f); next != stageReply {
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
	codeText := s.newCode(f)
	s.mu.Unlock()
	s.reply(w, r, f.req, []param{{"code", codeText}})
}

// newCode records an authorization code for a finished flow. The caller holds mu.
func (s *Server) newCode(f *flow) string {
	text := codePrefix + randomText(codeSize)
	s.st.codes[hashOf(text)] = &code{
		grant:  &grant{clientID: strings.ToLower(f.req.app.ClientID), who: f.who, authTime: f.authTime},
		tenant: f.req.tenant, redirect: f.req.redirect, challenge: f.req.challenge, nonce: f.req.nonce,
		scopes: f.req.scopes, expires: s.now().Add(codeLifetime),
	}
	return text
}
