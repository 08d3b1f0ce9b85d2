// Package directory is the simulated tenant's register of organisations, their people and the programs known to the
// sign-in service. It holds what is configured; what happens at run time (sessions, consents, tokens) is package
// entra's, and mail is package mailbox's.
package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Role says what a user may approve. Only an administrator approves a program for the whole organisation.
type Role string

// The roles that the simulated tenant tells apart.
const (
	RoleUser  Role = "user"
	RoleAdmin Role = "admin"
)

// ConsentPolicy says which permissions an ordinary user of a tenant may grant to a program for themselves.
type ConsentPolicy string

// The consent policies. ConsentManaged is "Let Microsoft manage your consent settings", under which mail, calendar and
// mailbox settings need an administrator (entra-docs, manage-app-consent-policies, 2026-01).
const (
	ConsentAll     ConsentPolicy = "all"
	ConsentManaged ConsentPolicy = "managed"
	ConsentNone    ConsentPolicy = "none"
)

// Valid reports whether p is one of the policies above.
func (p ConsentPolicy) Valid() bool {
	return p == ConsentAll || p == ConsentManaged || p == ConsentNone
}

// User is one person of a tenant. Passwords are plain text: nothing here is anybody's real account.
type User struct {
	ObjectID string // GUID, unique in the tenant
	UPN      string // sign-in name, name@domain
	Name     string
	Password string
	Role     Role
	JobTitle string
}

// Tenant is one organisation. An empty UserConsent counts as ConsentAll.
type Tenant struct {
	ID          string // GUID
	Domain      string
	Name        string
	UserConsent ConsentPolicy
	Users       []*User
}

// App is a program registered with the sign-in service, as the manifest's part that matters here.
type App struct {
	ClientID  string // GUID
	Name      string
	Publisher string
	// Verified says that the publisher is a verified one; the consent page shows it.
	Verified bool
	// RedirectURIs are the registered public client redirect URIs. `http://localhost` stands for any port; the literal
	// NativeClient stands for the service's own blank page at whatever host the service is reached by.
	RedirectURIs []string
	// Scopes are the declared permissions (requiredResourceAccess): what `.default` means.
	Scopes []string
}

// NativeClient, as a redirect URI of an App, is the sign-in service's own blank page {login}/common/oauth2/nativeclient.
const NativeClient = "{login}/common/oauth2/nativeclient"

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
		if u.ObjectID == "" || u.UPN == "" {
			return fmt.Errorf("add tenant %s: a user needs an object id and a sign-in name", own.ID)
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

// AddApp registers a program.
func (d *Directory) AddApp(a App) error {
	if a.ClientID == "" {
		return errors.New("add app: it needs a client id")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.apps[key(a.ClientID)]; ok {
		return fmt.Errorf("add app %s: %w", a.ClientID, ErrTaken)
	}
	d.apps[key(a.ClientID)] = cloneApp(a)
	return nil
}

// SetUserConsent changes a tenant's policy; id is its GUID or domain.
func (d *Directory) SetUserConsent(id string, p ConsentPolicy) error {
	if !p.Valid() {
		return fmt.Errorf("unknown consent policy %q (all, managed or none)", p)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t, ok := d.byName[key(id)]
	if !ok {
		return fmt.Errorf("unknown tenant %q", id)
	}
	t.UserConsent = p
	return nil
}

// Tenants returns all organisations in the order they were added.
func (d *Directory) Tenants() []Tenant {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]Tenant, len(d.tenants))
	for i, t := range d.tenants {
		out[i] = cloneTenant(t)
	}
	return out
}

// Tenant finds an organisation by GUID or domain, in any case.
func (d *Directory) Tenant(idOrDomain string) (Tenant, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	t, ok := d.byName[key(idOrDomain)]
	if !ok {
		return Tenant{}, false
	}
	return cloneTenant(t), true
}

// User finds a person and their organisation by sign-in name, in any case. The returned tenant carries no Users.
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

// App finds a program by client id, in any case.
func (d *Directory) App(clientID string) (App, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.apps[key(clientID)]
	return cloneApp(a), ok
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

func cloneApp(a App) App {
	a.RedirectURIs, a.Scopes = slices.Clone(a.RedirectURIs), slices.Clone(a.Scopes)
	return a
}

func key(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
