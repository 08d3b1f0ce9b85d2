package entra

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"supercrm/devtenant/directory"
)

// authRequest is an authorization or admin consent request that passed its checks.
type authRequest struct {
	tenant    string // canonical segment: "organizations", "common" or a tenant's GUID
	tenantID  string // the GUID, or "" when any organization will do
	app       directory.App
	redirect  string
	mode      string // "query" or "form_post"
	state     string
	nonce     string
	scopes    []string
	challenge string
	prompt    string // "", login, none, consent, select_account
	loginHint string
	platform  directory.Platform
	cae       bool     // the program understands claims challenges
	admin     bool     // an administrator approves for everybody; nobody gets a token
	v1        bool     // of an admin consent: the first version's address
	appRoles  []string // of an admin consent: the application permissions that are approved with it
	device    *device  // the sign-in is for a device with a code
}

// readTenant understands the first segment of a path. canonical and id are as in authRequest.
func readTenant(dir *directory.Directory, segment string) (canonical, id string, f *failure) {
	switch lower := strings.ToLower(segment); lower {
	case "organizations", "common":
		return lower, "", nil
	}
	if t, ok := dir.Tenant(segment); ok {
		return t.ID, t.ID, nil
	}
	return "", "", &failure{OAuth: "invalid_request", Code: 90002,
		Text: fmt.Sprintf("Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", clip(segment))}
}

// clip keeps what a caller sent from filling a page.
func clip(s string) string {
	if len(s) > 100 {
		return strings.ToValidUTF8(s[:100], "") + "…"
	}
	return s
}

// duplicated finds a parameter that was sent more than once (RFC 6749, 3.1 forbids it).
func duplicated(v url.Values) *failure {
	var names []string
	for name, all := range v {
		if len(all) > 1 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return &failure{OAuth: "invalid_request", Code: 9000411,
		Text: fmt.Sprintf("The request is not properly formatted. The parameter '%s' is duplicated.", clip(names[0]))}
}

// readClient checks what must be right before anything may be sent back to the asking program: tenant, program and
// redirect address. Its failures are shown in the browser only (RFC 6749, 4.1.2.1).
func readClient(dir *directory.Directory, segment, login string, v url.Values) (req authRequest, f *failure) {
	if req.tenant, req.tenantID, f = readTenant(dir, segment); f != nil {
		return req, f
	}
	if f := duplicated(v); f != nil {
		return req, f
	}
	id := v.Get("client_id")
	if id == "" {
		return req, missing("client_id")
	}
	if req.app, f = appAt(dir, id, segment, req.tenantID); f != nil {
		return req, f
	}
	req.redirect = v.Get("redirect_uri")
	var ok bool
	if req.platform, ok = req.app.Platform(req.redirect, login); !ok {
		return req, &failure{OAuth: "invalid_request", Code: 50011,
			Text: fmt.Sprintf("The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'. Make sure the redirect URI sent in the request matches one added to your application.", clip(req.redirect), req.app.ClientID)}
	}
	req.state, req.mode = v.Get("state"), "query"
	return req, nil
}

func unknownApp(id, segment string) *failure {
	return &failure{OAuth: "unauthorized_client", Code: 700016,
		Text: fmt.Sprintf("Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.", clip(id), clip(segment))}
}

// appAt finds a program for a tenant segment: a single-tenant one is known at home only.
func appAt(dir *directory.Directory, clientID, segment, tenantID string) (directory.App, *failure) {
	app, ok := dir.App(clientID)
	switch {
	case !ok:
		return app, unknownApp(clientID, segment)
	case !app.SingleTenant:
		return app, nil
	case tenantID == "":
		return app, &failure{OAuth: "invalid_request", Code: 50194, Text: fmt.Sprintf("Application '%s'(%s) is not configured as a multi-tenant application. Usage of the /%s endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.", app.ClientID, app.Name, clip(segment))}
	case !strings.EqualFold(tenantID, app.HomeTenant):
		return app, unknownApp(clientID, segment)
	}
	return app, nil
}

// readRest checks the rest of an authorization request. Its failures go back to the asking program.
func readRest(req *authRequest, v url.Values) *failure {
	switch mode := v.Get("response_mode"); mode {
	case "", "query":
	case "form_post":
		req.mode = mode
	default:
		return &failure{OAuth: "invalid_request", Code: 90023,
			Text: fmt.Sprintf("Unsupported 'response_mode' value '%s'. The simulated tenant answers with query or form_post.", clip(mode))}
	}
	switch kind := v.Get("response_type"); kind {
	case "code":
	case "":
		return missing("response_type")
	default:
		return &failure{OAuth: "unsupported_response_type", Code: 70005,
			Text: fmt.Sprintf("The response type '%s' is not supported for this application.", clip(kind))}
	}
	var f *failure
	if req.scopes, f = readScopes(v.Get("scope"), req.app); f != nil {
		return f
	}
	if len(req.scopes) == 0 {
		return missing("scope")
	}
	req.challenge = v.Get("code_challenge")
	switch method := v.Get("code_challenge_method"); {
	case req.challenge == "" && req.platform == directory.PlatformWeb: // a confidential client may go without
	case req.challenge == "":
		return &failure{OAuth: "invalid_request", Code: 50147,
			Text: "The code_challenge parameter is missing. A public client must use Proof Key for Code Exchange."}
	case method != "S256": // an absent method means plain (RFC 7636, 4.3)
		return &failure{OAuth: "invalid_request", Code: 90023,
			Text: fmt.Sprintf("Unsupported 'code_challenge_method' value '%s'. Use S256.", clip(method))}
	case !isSHA256(req.challenge):
		return &failure{OAuth: "invalid_request", Code: 501491,
			Text: "The size of the code_challenge parameter is not valid."}
	}
	if req.cae, f = readClaims(v.Get("claims")); f != nil {
		return f
	}
	req.nonce, req.prompt, req.loginHint = v.Get("nonce"), v.Get("prompt"), strings.TrimSpace(v.Get("login_hint"))
	switch req.prompt {
	case "", "login", "none", "consent":
	case "select_account":
		req.loginHint = "" // the two contradict each other, and the choice was asked for
	default:
		return &failure{OAuth: "invalid_request", Code: 90023, Text: "Unsupported 'prompt' value."}
	}
	return nil
}

func isSHA256(challenge string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(challenge)
	return err == nil && len(b) == 32
}

// authorize begins a sign-in: GET {tenant}/oauth2/v2.0/authorize.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		s.errorPage(w, r, &failure{Code: 9002313, Text: "Invalid request. Request is malformed or invalid."})
		return
	}
	req, f := readClient(s.dir, r.PathValue("tenant"), loginURL(r), v)
	if f != nil {
		s.errorPage(w, r, f)
		return
	}
	if f := readRest(&req, v); f != nil {
		s.replyFailure(w, r, req, f)
		return
	}
	s.begin(w, r, req)
}
