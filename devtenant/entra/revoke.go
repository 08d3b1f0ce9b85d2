package entra

// Revoke ends a person's sign-ins, as an administrator's "revoke sessions" does: codes and refresh tokens answer
// invalid_grant with AADSTS50173, browsers ask for the password again. Access tokens of programs that understand claims
// challenges end at once, others live on until they expire. It reports whether the person exists.
func (s *Server) Revoke(upn string) bool {
	t, u, ok := s.dir.User(upn)
	if !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endSignIns(s.home(account{t.ID, u.ObjectID}))
	return true
}

// endSignIns ends all that came of a home account's sign-ins, in other tenants too. The caller holds mu.
func (s *Server) endSignIns(home account) {
	for _, c := range s.st.codes {
		if s.home(c.who) == home {
			c.revoked = true
		}
	}
	for _, rt := range s.st.refresh {
		if s.home(rt.who) == home {
			rt.revoked = true
		}
	}
	for _, b := range s.st.sessions {
		b.signOut(home)
	}
	s.challenge(home)
}

// challenge makes a home account's access tokens answer a claims challenge, where their program understands one. The
// caller holds mu.
func (s *Server) challenge(home account) {
	s.st.serial++
	s.st.events[home] = s.st.serial
}
