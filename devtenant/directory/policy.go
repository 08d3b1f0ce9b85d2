package directory

import "time"

// Role says what a user may approve.
type Role string

// The roles that the simulated tenant tells apart. RoleAdmin is the Global Administrator.
const (
	RoleUser             Role = "user"
	RoleAdmin            Role = "admin"
	RoleApplication      Role = "application_admin"
	RoleCloudApplication Role = "cloud_application_admin"
	RolePrivileged       Role = "privileged_role_admin"
)

// Valid reports whether r is one of the roles above.
func (r Role) Valid() bool {
	return r == RoleUser || r.ApprovesForAll(false)
}

// ApprovesForAll reports whether a role approves a program for the whole organization. Delegated permissions of Graph
// are approved by all four administrators, application permissions of Graph only by the Global and the Privileged Role
// Administrator (entra-docs, "Grant tenant-wide admin consent to an application", prerequisites).
func (r Role) ApprovesForAll(applicationPermissions bool) bool {
	switch r {
	case RoleAdmin, RolePrivileged:
		return true
	case RoleApplication, RoleCloudApplication:
		return !applicationPermissions
	}
	return false
}

// ConsentPolicy says which permissions an ordinary user of a tenant may grant to a program for themselves.
type ConsentPolicy string

// The consent policies (entra-docs, manage-app-consent-policies, 2026-01). ConsentManaged is "Let Microsoft manage your
// consent settings", under which mail, calendar and mailbox settings need an administrator. ConsentLow is "Allow user
// consent for apps from verified publishers, for selected permissions".
const (
	ConsentAll     ConsentPolicy = "all"
	ConsentManaged ConsentPolicy = "managed"
	ConsentLow     ConsentPolicy = "low"
	ConsentNone    ConsentPolicy = "none"
)

// Valid reports whether p is one of the policies above.
func (p ConsentPolicy) Valid() bool {
	return p == ConsentAll || p == ConsentManaged || p == ConsentLow || p == ConsentNone
}

// AccessPolicy is a tenant's conditional access, for everybody and every program. The zero value asks for nothing.
type AccessPolicy struct {
	MFA bool // a second factor at each sign-in
	// SignInFrequency is how long a sign-in lasts; 0: without limit.
	SignInFrequency time.Duration
	ManagedDevice   bool // only users whose ManagedDevice is set
	Block           bool // nobody
}
