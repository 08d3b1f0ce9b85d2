package entra

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"supercrm/devtenant/directory"
)

// tokenResponse is the success body of the token endpoint.
type tokenResponse struct {
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	ExtExpiresIn int64  `json:"ext_expires_in"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	ClientInfo   string `json:"client_info,omitempty"` // base64url of {"uid","utid"}, for programs that ask for it
}

// tokenRequest is a token request whose form and client were checked.
type tokenRequest struct {
	tenant, tenantID string
	app              directory.App
	cae              bool // the program understands claims challenges
	form             url.Values
}

// token answers {tenant}/oauth2/v2.0/token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		s.refuse(w, r, &failure{OAuth: "invalid_request", Code: 900561, Status: http.StatusMethodNotAllowed,
			Text: fmt.Sprintf("The endpoint only accepts POST requests. Received a %s request.", clip(r.Method))})
		return
	}
	form, f := tokenForm(r)
	if f != nil {
		s.refuse(w, r, f)
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" { // a single-page program reads the answer
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
	req, f := readToken(s.dir, r.PathValue("tenant"), form)
	if f != nil {
		s.refuse(w, r, f)
		return
	}
	var res tokenResponse
	switch form.Get("grant_type") {
	case "authorization_code":
		res, f = s.redeemCode(r, req)
	case deviceGrant, deviceGrantShort:
		res, f = s.redeemDevice(r, req)
	case "client_credentials":
		res, f = s.appSignIn(req)
	default:
		res, f = s.redeemRefresh(r, req)
	}
	if f != nil {
		s.refuse(w, r, f)
		return
	}
	writeJSON(w, http.StatusOK, res)
}

// deviceGrant is the grant type of RFC 8628, 3.4; Microsoft's library for Go sends the short form (seen in 1.10.1).
const (
	deviceGrant      = "urn:ietf:params:oauth:grant-type:device_code"
	deviceGrantShort = "device_code"
)

// tokenForm reads a posted form. Anything but a form counts as an empty one, which is how the real service comes to
// complain about grant_type.
func tokenForm(r *http.Request) (url.Values, *failure) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return url.Values{}, nil
	}
	if err := r.ParseForm(); err != nil {
		f := &failure{OAuth: "invalid_request", Code: 9002313, Text: "Invalid request. Request is malformed or invalid."}
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			f.Status = http.StatusRequestEntityTooLarge
		}
		return nil, f
	}
	return r.PostForm, nil
}

// readToken checks what every token request has in common.
func readToken(dir *directory.Directory, segment string, form url.Values) (req tokenRequest, f *failure) {
	if req.tenant, req.tenantID, f = readTenant(dir, segment); f != nil {
		return req, f
	}
	if f := duplicated(form); f != nil {
		return req, f
	}
	kind := form.Get("grant_type")
	needed := map[string][]string{
		"authorization_code": {"client_id", "code", "redirect_uri"},
		"refresh_token":      {"client_id", "refresh_token"},
		"client_credentials": {"client_id", "scope"},
		deviceGrant:          {"client_id", "device_code"},
		deviceGrantShort:     {"client_id", "device_code"},
	}
	switch fields, known := needed[kind]; {
	case kind == "":
		return req, missing("grant_type")
	case !known:
		return req, &failure{OAuth: "unsupported_grant_type", Code: 70003,
			Text: fmt.Sprintf("The app requested an unsupported grant type '%s'.", clip(kind))}
	default:
		for _, name := range fields {
			if form.Get(name) == "" {
				return req, missing(name)
			}
		}
	}
	if req.app, f = appAt(dir, form.Get("client_id"), segment, req.tenantID); f != nil {
		return req, f
	}
	if req.cae, f = readClaims(form.Get("claims")); f != nil {
		return req, f
	}
	req.form = form
	return req, nil
}

func invalidGrant(code int, text string) *failure {
	return &failure{OAuth: "invalid_grant", Code: code, Text: text}
}

// redeemCode gives tokens for an authorization code (RFC 6749, 4.1.3; RFC 7636, 4.6).
func (s *Server) redeemCode(r *http.Request, req tokenRequest) (tokenResponse, *failure) {
	now := s.now()
	s.mu.Lock()
	c := s.st.codes[hashOf(req.form.Get("code"))]
	f := s.checkCode(c, req)
	if f == nil {
		f = s.platformRefused(r, req, c.platform)
	}
	if f == nil && now.After(c.expires) {
		f = invalidGrant(70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.")
	}
	var asked []string
	if f == nil && req.form.Get("scope") != "" {
		if asked, f = readScopes(req.form.Get("scope"), req.app); f == nil && !covers(c.scopes, asked) {
			f = &failure{OAuth: "invalid_scope", Code: 70011, Text: "The provided value for the input parameter 'scope' is not valid. It names more than the code was issued for."}
		}
	}
	if f != nil {
		s.mu.Unlock()
		return tokenResponse{}, f
	}
	c.redeemed = true
	given := *c
	s.mu.Unlock()
	return s.issue(r, req, given.grant, given.scopes, given.nonce)
}

// checkCode says whether a code is this program's to redeem. A second use ends everything that came of the first
// (RFC 6749, 4.1.2). The caller holds mu.
func (s *Server) checkCode(c *code, req tokenRequest) *failure {
	switch {
	case c == nil:
		return invalidGrant(9002313, "Invalid request. Request is malformed or invalid.")
	case c.clientID != strings.ToLower(req.app.ClientID):
		return invalidGrant(70000, "Provided grant is invalid or malformed. It was issued to another application.")
	case c.redeemed:
		c.revoked = true
		return invalidGrant(54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	case c.revoked:
		return revoked()
	case c.redirect != req.form.Get("redirect_uri"):
		return invalidGrant(50011, "The redirect URI specified in the request does not match the one the code was issued for.")
	case c.tenant != req.tenant:
		return invalidGrant(700005, "The provided authorization code is intended to use against another tenant, thus it is rejected.")
	case c.challenge != "" && req.form.Get("code_verifier") == "":
		return missing("code_verifier")
	case c.challenge != "" && !verifies(req.form.Get("code_verifier"), c.challenge):
		return invalidGrant(501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	}
	return nil
}

func verifies(verifier, challenge string) bool {
	if len(verifier) < 43 || len(verifier) > 128 { // RFC 7636, 4.1
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	got := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(got), []byte(challenge)) == 1
}

func revoked() *failure {
	return invalidGrant(50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.")
}

// redeemRefresh gives tokens for a refresh token. The answer carries a new one; the old one stays valid (entra-docs,
// "Refresh tokens in the Microsoft identity platform": it does not revoke old refresh tokens when used).
func (s *Server) redeemRefresh(r *http.Request, req tokenRequest) (tokenResponse, *failure) {
	text := req.form.Get("refresh_token")
	if len(text) != len(refreshPrefix)+refreshSize || !strings.HasPrefix(text, refreshPrefix) {
		return tokenResponse{}, invalidGrant(9002313, "Invalid request. Request is malformed or invalid.")
	}
	badToken := func(code int, text string) *failure {
		f := invalidGrant(code, text)
		f.Sub = "bad_token"
		return f
	}
	now := s.now()
	s.mu.Lock()
	t := s.st.refresh[hashOf(text)]
	var f *failure
	switch {
	case t == nil:
		f = badToken(70000, "The provided value for the input parameter 'refresh_token' or 'assertion' is not valid.")
	case t.clientID != strings.ToLower(req.app.ClientID):
		f = invalidGrant(70000, "Provided grant is invalid or malformed. It was issued to another application.")
	case t.revoked:
		f = revoked()
	case t.platform == directory.PlatformSPA && now.Sub(t.authTime) > spaLifetime:
		f = invalidGrant(700084, "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended.")
	case now.Sub(t.used) > refreshLifetime:
		f = badToken(700082, "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.")
	case req.tenantID != "" && req.tenantID != t.who.tenantID:
		f = invalidGrant(50020, "User account does not exist in the tenant and cannot access the application in that tenant.")
	}
	if f == nil {
		f = s.platformRefused(r, req, t.platform)
	}
	if f == nil {
		f = s.useRefused(t.grant, req.app)
	}
	var scopes []string
	if f == nil {
		scopes = t.scopes
		if raw := req.form.Get("scope"); raw != "" {
			var asked []string
			if asked, f = readScopes(raw, req.app); f == nil {
				scopes = union(t.scopes, asked)
			}
		}
	}
	if f == nil && !covers(s.st.consented(req.app.ClientID, t.who), scopes) {
		f = notConsented("invalid_grant", req.app)
		f.Sub = "consent_required"
	}
	if f != nil {
		s.mu.Unlock()
		return tokenResponse{}, f
	}
	t.used = now
	g := t.grant
	s.mu.Unlock()
	return s.issue(r, req, g, scopes, "")
}

// issue makes the tokens of a checked grant. For Graph the real service grants all that was ever approved for the program,
// not only what was named this time; so does this one.
func (s *Server) issue(r *http.Request, req tokenRequest, g *grant, scopes []string, nonce string) (tokenResponse, *failure) {
	tenant, user, ok := s.dir.UserByID(g.who.tenantID, g.who.objectID)
	if !ok {
		return tokenResponse{}, invalidGrant(50034, "The user account does not exist in the directory.")
	}
	s.mu.Lock()
	granted := union(scopes, graphScopes(s.st.consented(req.app.ClientID, g.who)))
	s.mu.Unlock()
	access, life, err := s.accessToken(tenant, user, req.app, graphScopes(granted), req.cae || g.cae)
	if err != nil {
		return tokenResponse{}, s.broken(err)
	}
	res := tokenResponse{TokenType: "Bearer", Scope: responseScope(granted), ExpiresIn: int64(life.Seconds()),
		ExtExpiresIn: int64(life.Seconds()), AccessToken: access}
	if req.form.Get("client_info") == "1" { // Microsoft's libraries name accounts by it: the home account, also of guests
		home := s.home(g.who)
		res.ClientInfo = base64.RawURLEncoding.EncodeToString([]byte(`{"uid":"` + home.objectID + `","utid":"` + home.tenantID + `"}`))
	}
	if covers(scopes, []string{"openid"}) {
		if res.IDToken, err = s.idToken(loginURL(r), tenant, user, req.app, scopes, nonce); err != nil {
			return tokenResponse{}, s.broken(err)
		}
	}
	if covers(scopes, []string{"offline_access"}) {
		res.RefreshToken = refreshPrefix + randomText(refreshSize)
		s.mu.Lock()
		s.st.prune(s.now())
		s.st.refresh[hashOf(res.RefreshToken)] = &refresh{grant: g, scopes: scopes, used: s.now()}
		s.mu.Unlock()
	}
	return res, nil
}

func (s *Server) broken(err error) *failure {
	s.log.Error("cannot make a token", "error", err)
	return &failure{OAuth: "server_error", Code: 90033, Status: http.StatusInternalServerError, Text: "A transient error has occurred. Please try again."}
}
