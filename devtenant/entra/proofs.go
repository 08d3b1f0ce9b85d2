package entra

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"supercrm/devtenant/directory"
)

// postCode checks a second factor: POST /login/{flow}/code.
func (s *Server) postCode(w http.ResponseWriter, r *http.Request) {
	f, b, ok := s.open(w, r, stageCode)
	if !ok {
		return
	}
	typed := strings.ReplaceAll(r.PostForm.Get("otp"), " ", "")
	if subtle.ConstantTimeCompare([]byte(typed), []byte(OneTimeCode)) != 1 {
		s.again(w, r, f, b, "This code does not work. Check it and try again. (AADSTS500121)")
		return
	}
	f.mfa = true
	b.signIn(signedIn{account: s.home(f.who), at: f.authTime, mfa: true})
	s.mu.Unlock()
	s.goOn(w, r, f.id)
}

// postChange takes a new password for an expired one: POST /login/{flow}/change. It ends the person's other sign-ins, as
// a changed password does.
func (s *Server) postChange(w http.ResponseWriter, r *http.Request) {
	f, b, ok := s.open(w, r, stageChange)
	if !ok {
		return
	}
	t, u, _ := s.dir.UserByID(f.who.tenantID, f.who.objectID)
	t, u = s.dir.Home(t, u)
	current, next, again := r.PostForm.Get("current"), r.PostForm.Get("newpassword"), r.PostForm.Get("confirm")
	problem := ""
	switch {
	case subtle.ConstantTimeCompare([]byte(current), []byte(u.Password)) != 1:
		problem = "The current password is wrong. (AADSTS50126)"
	case len(next) < 8:
		problem = "Choose a password of at least eight characters."
	case next == current:
		problem = "Choose a password that you have not used before."
	case next != again:
		problem = "The two new passwords differ."
	}
	if problem != "" {
		s.again(w, r, f, b, problem)
		return
	}
	err := s.dir.ChangeUser(u.UPN, func(u *directory.User) { u.Password, u.PasswordExpired = next, false })
	if err != nil {
		s.again(w, r, f, b, "The password could not be changed.")
		return
	}
	home := account{t.ID, u.ObjectID}
	s.endSignIns(home)
	f.authTime = s.now()
	b.signIn(signedIn{account: home, at: f.authTime, mfa: f.mfa})
	s.mu.Unlock()
	s.goOn(w, r, f.id)
}

// postConfirm takes the answer to "Are you trying to sign in on a device?": POST /login/{flow}/confirm.
func (s *Server) postConfirm(w http.ResponseWriter, r *http.Request) {
	f, _, ok := s.open(w, r, stageConfirm)
	if !ok {
		return
	}
	if r.PostForm.Get("action") == "accept" {
		f.confirmed = true
		s.mu.Unlock()
		s.goOn(w, r, f.id)
		return
	}
	s.close(f)
	s.mu.Unlock()
	s.turnBack(w, r, f, declined)
}
