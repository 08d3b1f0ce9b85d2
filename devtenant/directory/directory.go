// Package directory is the simulated tenant's register of organizations, their people and the programs known to the
// sign-in service. It holds what is configured; what happens at run time (sessions, consents, tokens) is package
// entra's, and mail is package mailbox's.
package directory

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// User is one person of a tenant. Passwords are plain text: nothing here is anybody's real account.
type User struct {
	ObjectID string // GUID, unique in the tenant
	UPN      string // sign-in name, name@domain
	Name     string
	Password string
	Role     Role
	JobTitle string
	// HomeUPN is a guest's sign-in name in the tenant that they belong to; their password is kept there. Empty: a member.
	HomeUPN         string
	Disabled        bool
	PasswordExpired bool // a new one is asked for at the next sign-in
	ManagedDevice   bool // what they use is a device that their organization manages
}

// Tenant is one organization. An empty UserConsent counts as ConsentAll.
type Tenant struct {
	ID          string // GUID
	Domain      string
	Name        string
	UserConsent ConsentPolicy
	// RequestWorkflow lets users ask an administrator for approval from the sign-in pages.
	RequestWorkflow bool
	Access          AccessPolicy
	Users           []*User
}

// Directory is the register. It is safe for concurrent use; what goes in and out is copied.
type Directory struct {
	mu      sync.RWMutex
	tenants []*Tenant
	byName  map[string]*Tenant // by lower-case id and by lower-case domain
	users   map[string]userRef // by lower-case UPN
	apps    map[string]App     // by lower-case client id
}

type userRef struct {
	tenant *Tenant
	user   *User
}

// New returns an empty register.
func New() *Directory {
	return &Directory{byName: map[string]*Tenant{}, users: map[string]userRef{}, apps: map[string]App{}}
}

// ErrTaken is returned by AddTenant and AddApp when an id, domain or sign-in name is already registered.
var ErrTaken = errors.New("already registered")

// AddTenant registers a tenant with its users, all or nothing.
func (d *Directory) AddTenant(t Tenant) error {
	if t.ID == "" || t.Domain == "" {
		return errors.New("add tenant: it needs an id and a domain")
	}
	if t.UserConsent == "" {
		t.UserConsent = ConsentAll
	}
	if !t.UserConsent.Valid() {
		return fmt.Errorf("add tenant %s: unknown consent policy %q", t.ID, t.UserConsent)
	}
	own := cloneTenant(&t)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range []string{own.ID, own.Domain} {
		if _, ok := d.byName[key(name)]; ok {
			return fmt.Errorf("add tenant %s: %w", name, ErrTaken)
		}
	}
	seen := map[string]bool{}
	for _, u := range own.Users {
		if u.Role == "" {
			u.Role = RoleUser
		}
		if u.ObjectID == "" || u.UPN == "" || !u.Role.Valid() {
			return fmt.Errorf("add tenant %s: a user needs an object id, a sign-in name and a known role", own.ID)
		}
		if _, ok := d.users[key(u.UPN)]; ok || seen[key(u.UPN)] || seen[key(u.ObjectID)] {
			return fmt.Errorf("add tenant %s: a user is %w", own.ID, ErrTaken)
		}
		seen[key(u.UPN)], seen[key(u.ObjectID)] = true, true
	}
	d.tenants = append(d.tenants, &own)
	d.byName[key(own.ID)], d.byName[key(own.Domain)] = &own, &own
	for _, u := range own.Users {
		d.users[key(u.UPN)] = userRef{&own, u}
	}
	return nil
}

// Tenants returns all organizations in the order they were added.
func (d *Directory) Tenants() []Tenant {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]Tenant, len(d.tenants))
	for i, t := range d.tenants {
		out[i] = cloneTenant(t)
	}
	return out
}

// Tenant finds an organization by GUID or domain, in any case.
func (d *Directory) Tenant(idOrDomain string) (Tenant, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	t, ok := d.byName[key(idOrDomain)]
	if !ok {
		return Tenant{}, false
	}
	return cloneTenant(t), true
}

// User finds a person and their organization by sign-in name, in any case. The returned tenant carries no Users.
func (d *Directory) User(upn string) (Tenant, User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	ref, ok := d.users[key(upn)]
	if !ok {
		return Tenant{}, User{}, false
	}
	return ref.tenant.bare(), *ref.user, true
}

// UserByID finds a person by tenant id (or domain) and object id. The returned tenant carries no Users.
func (d *Directory) UserByID(tenant, objectID string) (Tenant, User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	t, ok := d.byName[key(tenant)]
	if !ok {
		return Tenant{}, User{}, false
	}
	for _, u := range t.Users {
		if key(u.ObjectID) == key(objectID) {
			return t.bare(), *u, true
		}
	}
	return Tenant{}, User{}, false
}

func (t *Tenant) bare() Tenant {
	c := *t
	c.Users = nil
	return c
}

func cloneTenant(t *Tenant) Tenant {
	c := *t
	c.Users = make([]*User, len(t.Users))
	for i, u := range t.Users {
		own := *u
		c.Users[i] = &own
	}
	return c
}

func key(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
