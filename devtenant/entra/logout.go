package entra

import (
	"net/http"

	"supercrm/devtenant/directory"
)

// logout ends the browser's session: GET {tenant}/oauth2/v2.0/logout. With logout_hint only that account leaves. It goes
// to post_logout_redirect_uri when client_id names a program that registered it, else it shows a page. Tokens stay valid,
// as with the real service.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if _, _, f := readTenant(s.dir, r.PathValue("tenant")); f != nil {
		s.errorPage(w, r, f)
		return
	}
	v := r.URL.Query()
	s.mu.Lock()
	if b := s.knownBrowser(r); b != nil {
		if t, u, ok := s.dir.User(v.Get("logout_hint")); ok {
			b.signOut(s.home(account{t.ID, u.ObjectID}))
		} else {
			delete(s.st.sessions, b.id)
			http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
	}
	s.mu.Unlock()
	if to := v.Get("post_logout_redirect_uri"); to != "" {
		if app, _ := s.dir.App(v.Get("client_id")); registered(app, to, r) {
			var params []param
			if state := v.Get("state"); state != "" {
				params = []param{{"state", state}}
			}
			http.Redirect(w, r, withQuery(to, params), http.StatusFound)
			return
		}
	}
	s.page(w, r, http.StatusOK, "signedout", nil)
}

// nativeClient is the blank page that a program without a listener, or an administrator's link, ends on:
// GET /common/oauth2/nativeclient.
func (s *Server) nativeClient(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><html lang=\"en\"><head><title></title></head><body></body></html>\n"))
}

func registered(app directory.App, redirect string, r *http.Request) bool {
	_, ok := app.Platform(redirect, loginURL(r))
	return ok
}
