package entra

import (
	"cmp"
	"crypto/subtle"
	"net/http"
	"strings"

	"supercrm/devtenant/directory"
)

var needsSecret = &failure{OAuth: "invalid_client", Code: 7000218, Status: http.StatusUnauthorized,
	Text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}

// proveApp checks a confidential client's secret; needed says whether one must be there.
func (s *Server) proveApp(app directory.App, secret string, needed bool) *failure {
	refuse := func(code int, text string) *failure {
		return &failure{OAuth: "invalid_client", Code: code, Status: http.StatusUnauthorized, Text: text}
	}
	switch {
	case secret == "" && needed:
		return needsSecret
	case secret == "":
		return nil
	case !needed:
		return refuse(700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.")
	case app.Secret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(app.Secret)) != 1:
		return refuse(7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+app.ClientID+"'.")
	case !app.SecretExpires.IsZero() && s.now().After(app.SecretExpires):
		return refuse(7000222, "The provided client secret keys for app '"+app.ClientID+"' are expired.")
	}
	return nil
}

// platformRefused checks that a grant is redeemed by the kind of program that its redirect URI is registered for.
func (s *Server) platformRefused(r *http.Request, req tokenRequest, platform directory.Platform) *failure {
	cross := r.Header.Get("Origin") != ""
	switch {
	case platform == directory.PlatformSPA && !cross:
		return &failure{OAuth: "invalid_request", Code: 9002327, Text: "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests."}
	case platform != directory.PlatformSPA && cross:
		return &failure{OAuth: "invalid_request", Code: 9002326, Text: "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type."}
	}
	return s.proveApp(req.app, cmp.Or(req.form.Get("client_secret"), req.form.Get("client_assertion")), platform == directory.PlatformWeb)
}

// appSignIn gives a program a token of its own: the client credentials flow (RFC 6749, 4.4), with the application
// permissions that an administrator approved as roles.
func (s *Server) appSignIn(req tokenRequest) (tokenResponse, *failure) {
	if req.tenantID == "" {
		return tokenResponse{}, &failure{OAuth: "invalid_request", Code: 50059, Text: "No tenant-identifying information found in either the request or implied by any provided credentials."}
	}
	if f := s.proveApp(req.app, req.form.Get("client_secret"), true); f != nil {
		return tokenResponse{}, f
	}
	scope := req.form.Get("scope")
	resource, isDefault := strings.CutSuffix(scope, "/.default")
	switch {
	case !isDefault:
		return tokenResponse{}, &failure{OAuth: "invalid_scope", Code: 1002012, Text: "The provided value for scope " + clip(scope) + " is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."}
	case !strings.EqualFold(strings.TrimRight(resource, "/"), graphResource):
		return tokenResponse{}, &failure{OAuth: "invalid_resource", Code: 500011, Text: "The resource principal named " + clip(resource) + " was not found in the tenant."}
	}
	t, _ := s.dir.Tenant(req.tenantID)
	k := newPrincipalKey(req.app.ClientID, t.ID)
	s.mu.Lock()
	p := s.st.principals[k]
	if p == nil && strings.EqualFold(req.app.HomeTenant, t.ID) { // at home it exists from the registration on
		p = s.principalOf(req.app.ClientID, t.ID)
	}
	var f *failure
	switch {
	case p == nil:
		f = unknownApp(req.app.ClientID, t.Domain)
	case p.disabled:
		f = s.entry(req.app, account{tenantID: t.ID})
	}
	if f != nil {
		s.mu.Unlock()
		return tokenResponse{}, f
	}
	who, roles := p.objectID, s.st.appGrants[k]
	s.mu.Unlock()
	text, life, err := s.sign(accessClaims{TID: t.ID, OID: who, AppID: req.app.ClientID, AppName: req.app.Name, Roles: roles, IDType: "app"}, false)
	if err != nil {
		return tokenResponse{}, s.broken(err)
	}
	return tokenResponse{TokenType: "Bearer", ExpiresIn: int64(life.Seconds()), ExtExpiresIn: int64(life.Seconds()), AccessToken: text}, nil
}
