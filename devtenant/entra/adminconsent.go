package entra

import (
	"net/http"
	"net/url"
	"strings"
)

// adminConsentV1 is the older address, GET {tenant}/adminconsent: it grants all that the program declares. `common` is
// allowed (entra-docs, "Grant tenant-wide admin consent", URL for granting).
func (s *Server) adminConsentV1(w http.ResponseWriter, r *http.Request) { s.beginAdmin(w, r, true) }

// adminConsent begins an administrator's approval for all users: GET {tid|organizations}/v2.0/adminconsent
// (entra-docs, "Admin consent on the Microsoft identity platform"). It signs nobody in to the program.
func (s *Server) adminConsent(w http.ResponseWriter, r *http.Request) { s.beginAdmin(w, r, false) }

func (s *Server) beginAdmin(w http.ResponseWriter, r *http.Request, v1 bool) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		s.errorPage(w, r, &failure{Code: 9002313, Text: "Invalid request. Request is malformed or invalid."})
		return
	}
	segment := r.PathValue("tenant")
	if !v1 && strings.EqualFold(segment, "common") {
		s.errorPage(w, r, &failure{Code: 50059,
			Text: "No tenant-identifying information found in either the request or implied by any provided credentials. Use the tenant's id or 'organizations'."})
		return
	}
	req, f := readClient(s.dir, segment, loginURL(r), v)
	if f != nil {
		s.errorPage(w, r, f)
		return
	}
	req.admin, req.v1 = true, v1
	raw := v.Get("scope")
	if raw == "" || v1 {
		raw = ".default"
	}
	if req.scopes, f = readScopes(raw, req.app); f != nil {
		s.replyFailure(w, r, req, f)
		return
	}
	if strings.Contains(raw, ".default") { // application permissions cannot be named one by one
		req.appRoles = req.app.AppRoles
		req.scopes = union(req.scopes, req.app.Scopes)
	}
	s.begin(w, r, req)
}

// replyAdmin reports an approval. tenant is a hint for the program, never a proof.
func (s *Server) replyAdmin(w http.ResponseWriter, r *http.Request, f *flow) {
	if f.req.v1 {
		s.reply(w, r, f.req, []param{{"admin_consent", "True"}, {"tenant", f.who.tenantID}})
		return
	}
	names := make([]string, len(f.req.scopes))
	for i, name := range f.req.scopes {
		names[i] = name
		if p, _ := permissionNamed(name); !p.openID {
			names[i] = graphResource + "/" + name
		}
	}
	s.reply(w, r, f.req, []param{{"admin_consent", "True"}, {"tenant", f.who.tenantID}, {"scope", strings.Join(names, " ")}})
}
