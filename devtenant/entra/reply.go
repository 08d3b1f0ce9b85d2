package entra

import (
	"net/http"
	"net/url"
)

// param is one value of an answer; answers keep their order.
type param struct{ Name, Value string }

// reply carries an answer to the program's redirect address, in the way it asked for, with its state.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, req authRequest, params []param) {
	if req.state != "" {
		params = append(params, param{"state", req.state})
	}
	if !req.admin {
		params = append(params, param{"session_state", newGUID()})
	}
	if req.mode == "form_post" { // OAuth 2.0 Form Post Response Mode
		s.page(w, r, http.StatusOK, "formpost", formPostView{Action: req.redirect, Params: params, App: req.app.Name})
		return
	}
	http.Redirect(w, r, withQuery(req.redirect, params), http.StatusFound)
}

// withQuery appends to a redirect address, which has no query of its own. The real service answers at "/" when the
// registered address has no path.
func withQuery(redirect string, params []param) string {
	u, err := url.Parse(redirect)
	if err != nil { // it was parsed when it was checked
		return redirect
	}
	if u.Path == "" {
		u.Path = "/"
	}
	q := ""
	for i, p := range params {
		if i > 0 {
			q += "&"
		}
		q += url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	u.RawQuery = q
	return u.String()
}

func (s *Server) replyFailure(w http.ResponseWriter, r *http.Request, req authRequest, f *failure) {
	if req.v1 && f == declined { // the older address gives no description then
		s.replyBack(w, r, req)
		return
	}
	params := []param{{"error", f.OAuth}}
	if f.Sub != "" {
		params = append(params, param{"error_subcode", f.Sub})
	}
	params = append(params, param{"error_description", s.newStamp(r).description(f)}, param{"error_uri", errorURI(r, f.Code)})
	if req.admin && !req.v1 { // seen in the wild: read error first
		params = append(params, param{"admin_consent", "True"})
	}
	s.reply(w, r, req, params)
}

// replyBack answers when the person turned back before choosing an account: the real service then gives no description.
func (s *Server) replyBack(w http.ResponseWriter, r *http.Request, req authRequest) {
	s.reply(w, r, req, []param{{"error", "access_denied"}, {"error_subcode", "cancel"}})
}

var declined = &failure{OAuth: "access_denied", Code: 65004, Sub: "cancel",
	Text: "User declined to consent to access the app."}
