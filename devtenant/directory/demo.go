package directory

import (
	"fmt"
	"strings"
)

// The demo organization's fixed names, so that screenshots, tests and a second start show the same.
const (
	DemoTenantID = "6f1d7f2e-3c1b-4c58-9a60-1f5b7c0d2a11"
	DemoDomain   = "harborline.example"
	DemoClientID = "8d2c1a5e-7b34-4e0f-9c66-52f0a9d3e7b1"
	DemoPassword = "Demo-2026!"
	DemoUPN      = "maya.torres@" + DemoDomain // the demo's own person
	DemoAdminUPN = "admin@" + DemoDomain
)

// Demo returns a register with one sales organization of three people and the program Super CRM. It is the same each
// time.
func Demo() *Directory {
	d := New()
	mustAdd(d.AddTenant(Tenant{
		ID: DemoTenantID, Domain: DemoDomain, Name: "Harborline Sales", UserConsent: ConsentAll,
		Users: []*User{
			{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000001", UPN: DemoUPN, Name: "Maya Torres",
				Password: DemoPassword, Role: RoleUser, JobTitle: "Account Executive"},
			{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000002", UPN: "jonas.weber@" + DemoDomain, Name: "Jonas Weber",
				Password: DemoPassword, Role: RoleUser, JobTitle: "Sales Manager"},
			{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000003", UPN: DemoAdminUPN, Name: "Ada Admin",
				Password: DemoPassword, Role: RoleAdmin, JobTitle: "IT"},
		},
	}))
	mustAdd(d.AddApp(App{
		ClientID: DemoClientID, Name: "Super CRM", Publisher: "Super CRM", Verified: true,
		RedirectURIs: []string{
			"http://localhost",
			"https://login.microsoftonline.com/common/oauth2/nativeclient",
			NativeClient,
		},
		Scopes: []string{"openid", "profile", "email", "offline_access", "User.Read", "Mail.ReadWrite", "Mail.Send",
			"Calendars.ReadWrite", "Calendars.Read.Shared", "Contacts.Read", "MailboxSettings.Read"},
	}))
	return d
}

// Large returns the demo's register with more people: five, for trying several large mailboxes.
func Large() *Directory {
	d := Demo()
	for i, name := range []string{"Lena Brandt", "Omar Haddad"} {
		first, last, _ := strings.Cut(strings.ToLower(name), " ")
		mustAdd(d.AddUser(DemoTenantID, User{ObjectID: fmt.Sprintf("0b6a3f6e-1111-4a7e-8a5c-%012d", 4+i), UPN: first + "." + last + "@" + DemoDomain,
			Name: name, Password: DemoPassword, Role: RoleUser, JobTitle: "Account Executive"}))
	}
	return d
}

// mustAdd is for the fixed data above, where an error can only be a mistake in this file.
func mustAdd(err error) {
	if err != nil {
		panic("directory: demo data: " + err.Error())
	}
}
