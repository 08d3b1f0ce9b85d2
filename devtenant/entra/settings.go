package entra

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

type madeID struct {
	ID string `json:"id"`
}

// addTenant: domain, and if wanted id, name, user_consent.
func (s *Server) addTenant(v values) (any, error) {
	t := directory.Tenant{ID: v.get("id"), Domain: v.get("domain"), Name: v.get("name"), UserConsent: directory.ConsentPolicy(v.get("user_consent"))}
	if t.ID == "" {
		t.ID = newGUID()
	}
	if t.Name == "" {
		t.Name = t.Domain
	}
	if !guidPattern.MatchString(t.ID) || !strings.Contains(t.Domain, ".") {
		return nil, errors.New("a tenant needs a GUID as id, or none, and a domain")
	}
	if err := s.dir.AddTenant(t); err != nil {
		return nil, err
	}
	return madeID{t.ID}, nil
}

// addUser: tenant and upn (or home_upn for a guest), and if wanted object_id, name, password, role, job_title.
func (s *Server) addUser(v values) (any, error) {
	u := directory.User{ObjectID: v.get("object_id"), UPN: v.get("upn"), Name: v.get("name"), Password: v.get("password"),
		Role: directory.Role(v.get("role")), JobTitle: v.get("job_title"), HomeUPN: v.get("home_upn")}
	if u.ObjectID == "" {
		u.ObjectID = newGUID()
	}
	if u.Name == "" && u.HomeUPN == "" {
		u.Name, _, _ = strings.Cut(u.UPN, "@")
	}
	if u.Password == "" && u.HomeUPN == "" {
		u.Password = directory.DemoPassword
	}
	if err := s.dir.AddUser(v.get("tenant"), u); err != nil {
		return nil, err
	}
	return madeID{u.ObjectID}, nil
}

// addApp: name, and if wanted client_id and what setApp takes. Without redirect URIs it is a public client at
// http://localhost, without scopes it declares what the demo's program does.
func (s *Server) addApp(v values) (any, error) {
	a := directory.App{ClientID: v.get("client_id")}
	if a.ClientID == "" {
		a.ClientID = newGUID()
	}
	if err := readApp(v, &a); err != nil {
		return nil, err
	}
	if a.Name == "" {
		return nil, errors.New("a program needs a name")
	}
	if len(a.RedirectURIs)+len(a.WebURIs)+len(a.SPAURIs) == 0 {
		a.RedirectURIs = []string{"http://localhost", directory.NativeClient}
	}
	if demo, ok := s.dir.App(directory.DemoClientID); ok && len(a.Scopes) == 0 {
		a.Scopes = demo.Scopes
	}
	if err := s.dir.AddApp(a); err != nil {
		return nil, err
	}
	return madeID{a.ClientID}, nil
}

// setApp: client_id, and any of name, publisher, verified, home_tenant, single_tenant, public_redirect_uris,
// web_redirect_uris, spa_redirect_uris, public_flows, scopes, app_roles, secret, secret_expires (RFC 3339).
func (s *Server) setApp(v values) (any, error) {
	var problem error
	err := s.dir.ChangeApp(v.get("client_id"), func(a *directory.App) {
		next := *a
		if problem = readApp(v, &next); problem == nil {
			*a = next
		}
	})
	return nil, errors.Join(problem, err)
}

func readApp(v values, a *directory.App) error {
	v.text("name", &a.Name)
	v.text("publisher", &a.Publisher)
	v.text("home_tenant", &a.HomeTenant)
	v.text("secret", &a.Secret)
	v.words("public_redirect_uris", &a.RedirectURIs)
	v.words("web_redirect_uris", &a.WebURIs)
	v.words("spa_redirect_uris", &a.SPAURIs)
	v.words("scopes", &a.Scopes)
	v.words("app_roles", &a.AppRoles)
	for _, name := range a.Scopes {
		if _, ok := permissionNamed(name); !ok {
			return fmt.Errorf("unknown permission %q", clip(name))
		}
	}
	if v.has("secret_expires") {
		at, err := time.Parse(time.RFC3339, v.get("secret_expires"))
		if err != nil {
			return errors.New("secret_expires must be a time such as 2030-01-02T15:04:05Z")
		}
		a.SecretExpires = at
	}
	public := !a.NoPublicFlows
	err := v.flags(map[string]*bool{"verified": &a.Verified, "single_tenant": &a.SingleTenant, "public_flows": &public})
	a.NoPublicFlows = !public
	return err
}

// setPolicy: tenant, and any of user_consent (all, managed, low, none), request_workflow, mfa, managed_device, block,
// sign_in_frequency (a duration such as 1h, or 0).
func (s *Server) setPolicy(v values) (any, error) {
	var problem error
	err := s.dir.ChangeTenant(v.get("tenant"), func(t *directory.Tenant) {
		next := *t
		if v.has("user_consent") {
			next.UserConsent = directory.ConsentPolicy(v.get("user_consent"))
		}
		if v.has("sign_in_frequency") {
			if next.Access.SignInFrequency, problem = time.ParseDuration(v.get("sign_in_frequency")); problem != nil {
				problem = errors.New("sign_in_frequency must be a duration such as 1h, or 0")
				return
			}
		}
		problem = v.flags(map[string]*bool{"request_workflow": &next.RequestWorkflow, "mfa": &next.Access.MFA,
			"managed_device": &next.Access.ManagedDevice, "block": &next.Access.Block})
		if problem == nil {
			*t = next
		}
	})
	return nil, errors.Join(problem, err)
}

// setUser: upn, and any of role, disabled, password_expired, managed_device, password. A new password or disabling ends
// the person's sign-ins and challenges their access tokens.
func (s *Server) setUser(v values) (any, error) {
	upn := v.get("upn")
	t, before, ok := s.dir.User(upn)
	if !ok {
		return nil, errNobody
	}
	if before.HomeUPN != "" && (v.has("password") || v.has("password_expired") || v.has("managed_device")) {
		return nil, errors.New("a guest's password and device belong to the account at home")
	}
	var problem error
	var after directory.User
	err := s.dir.ChangeUser(upn, func(u *directory.User) {
		next := *u
		v.text("password", &next.Password)
		if v.has("role") {
			next.Role = directory.Role(v.get("role"))
		}
		problem = v.flags(map[string]*bool{"disabled": &next.Disabled, "password_expired": &next.PasswordExpired, "managed_device": &next.ManagedDevice})
		if problem == nil {
			*u = next
		}
		after = next
	})
	if err := errors.Join(problem, err); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	home := s.home(account{t.ID, before.ObjectID})
	switch {
	case after.Password != before.Password:
		s.endSignIns(home)
	case after.Disabled && !before.Disabled:
		s.challenge(home)
	}
	return nil, nil
}

// revokeSessions: upn.
func (s *Server) revokeSessions(v values) (any, error) {
	if !s.Revoke(v.get("upn")) {
		return nil, errNobody
	}
	return nil, nil
}

// raiseEvent: upn. Access tokens of programs that understand claims challenges are refused by Graph from now on; refresh
// tokens go on.
func (s *Server) raiseEvent(v values) (any, error) {
	t, u, ok := s.dir.User(v.get("upn"))
	if !ok {
		return nil, errNobody
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.challenge(s.home(account{t.ID, u.ObjectID}))
	return nil, nil
}
