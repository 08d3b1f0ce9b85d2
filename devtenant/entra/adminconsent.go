package entra

import (
	"net/http"
	"net/url"
	"strings"
)

// adminConsent begins an administrator's approval for all users: GET {tid|organizations}/v2.0/adminconsent
// (entra-docs, "Admin consent on the Microsoft identity platform"). It signs nobody in to the program.
func (s *Server) adminConsent(w http.ResponseWriter, r *http.Request) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		s.errorPage(w, r, &failure{Code: 9002313, Text: "Invalid request. Request is malformed or invalid."})
		return
	}
	segment := r.PathValue("tenant")
	if strings.EqualFold(segment, "common") {
		s.errorPage(w, r, &failure{Code: 50059,
			Text: "No tenant-identifying information found in either the request or implied by any provided credentials. Use the tenant's id or 'organizations'."})
		return
	}
	req, f := readClient(s.dir, segment, r.Host, v)
	if f != nil {
		s.errorPage(w, r, f)
		return
	}
	req.admin = true
	raw := v.Get("scope")
	if raw == "" {
		raw = ".default"
	}
	if req.scopes, f = readScopes(raw, req.app); f != nil {
		s.replyFailure(w, r, req, f)
		return
	}
	s.begin(w, r, req)
}

// replyAdmin reports an approval. tenant is a hint for the program, never a proof.
func (s *Server) replyAdmin(w http.ResponseWriter, r *http.Request, f *flow) {
	names := make([]string, len(f.req.scopes))
	for i, name := range f.req.scopes {
		names[i] = name
		if p, _ := permissionNamed(name); !p.openID {
			names[i] = graphResource + "/" + name
		}
	}
	s.reply(w, r, f.req, []param{{"admin_consent", "True"}, {"tenant", f.who.tenantID}, {"scope", strings.Join(names, " ")}})
}
