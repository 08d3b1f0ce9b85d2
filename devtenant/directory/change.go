package directory

import (
	"errors"
	"fmt"
	"strings"
)

// AddUser registers a person in a tenant (GUID or domain). A guest, whose HomeUPN is set, must exist in another tenant;
// an empty UPN of a guest is made as the real service makes it: name_domain#EXT#@tenant.
func (d *Directory) AddUser(tenant string, u User) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, ok := d.byName[key(tenant)]
	if !ok {
		return fmt.Errorf("add user: unknown tenant %q", tenant)
	}
	if u.HomeUPN != "" {
		home, ok := d.users[key(u.HomeUPN)]
		if !ok || home.tenant == t || home.user.HomeUPN != "" {
			return errors.New("add user: a guest needs an account in another tenant")
		}
		u.HomeUPN = home.user.UPN
		if u.UPN == "" {
			u.UPN = strings.ReplaceAll(u.HomeUPN, "@", "_") + "#EXT#@" + t.Domain
		}
		if u.Name == "" {
			u.Name = home.user.Name
		}
	}
	if u.Role == "" {
		u.Role = RoleUser
	}
	if u.ObjectID == "" || u.UPN == "" || !u.Role.Valid() {
		return errors.New("add user: a user needs an object id, a sign-in name and a known role")
	}
	if _, taken := d.users[key(u.UPN)]; taken {
		return fmt.Errorf("add user: the sign-in name is %w", ErrTaken)
	}
	for _, other := range t.Users {
		if key(other.ObjectID) == key(u.ObjectID) || u.HomeUPN != "" && other.HomeUPN == u.HomeUPN {
			return fmt.Errorf("add user: the person is %w", ErrTaken)
		}
	}
	t.Users = append(t.Users, &u)
	d.users[key(u.UPN)] = userRef{t, &u}
	return nil
}

// ChangeUser changes a person by sign-in name. Object id, sign-in name and home stay.
func (d *Directory) ChangeUser(upn string, change func(*User)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	ref, ok := d.users[key(upn)]
	if !ok {
		return errors.New("unknown user")
	}
	next := *ref.user
	change(&next)
	next.ObjectID, next.UPN, next.HomeUPN = ref.user.ObjectID, ref.user.UPN, ref.user.HomeUPN
	if !next.Role.Valid() {
		return fmt.Errorf("unknown role %q", next.Role)
	}
	*ref.user = next
	return nil
}

// ChangeTenant changes a tenant's name and policies; id is its GUID or domain. Id, domain and users stay.
func (d *Directory) ChangeTenant(id string, change func(*Tenant)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, ok := d.byName[key(id)]
	if !ok {
		return fmt.Errorf("unknown tenant %q", id)
	}
	next := t.bare()
	change(&next)
	if !next.UserConsent.Valid() {
		return fmt.Errorf("unknown consent policy %q (all, managed, low or none)", next.UserConsent)
	}
	if next.Access.SignInFrequency < 0 {
		return errors.New("a sign-in cannot last less than no time")
	}
	t.Name, t.UserConsent, t.RequestWorkflow, t.Access = next.Name, next.UserConsent, next.RequestWorkflow, next.Access
	return nil
}

// SetUserConsent changes a tenant's policy; id is its GUID or domain.
func (d *Directory) SetUserConsent(id string, p ConsentPolicy) error {
	return d.ChangeTenant(id, func(t *Tenant) { t.UserConsent = p })
}

// Member finds who signs in to a tenant with a name: its own user, or its guest whose home account has this name. The
// returned tenant carries no Users.
func (d *Directory) Member(tenant, signInName string) (Tenant, User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	t, ok := d.byName[key(tenant)]
	if !ok {
		return Tenant{}, User{}, false
	}
	for _, u := range t.Users {
		if u.HomeUPN == "" && key(u.UPN) == key(signInName) || u.HomeUPN != "" && key(u.HomeUPN) == key(signInName) {
			return t.bare(), *u, true
		}
	}
	return Tenant{}, User{}, false
}

// Home returns the account that a person proves who they are with: a guest's own one elsewhere, else the same.
func (d *Directory) Home(t Tenant, u User) (Tenant, User) {
	if u.HomeUPN != "" {
		if ht, hu, ok := d.User(u.HomeUPN); ok {
			return ht, hu
		}
	}
	return t, u
}
