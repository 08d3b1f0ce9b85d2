package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// graphAppID is Microsoft Graph's own application id, the same in every cloud (Microsoft: "Verify first-party Microsoft
// applications in sign-in reports").
const graphAppID = "00000003-0000-0000-c000-000000000000"

// scopeIDs are the ids of the delegated permissions (Microsoft: "Microsoft Graph permissions reference").
var scopeIDs = map[string]string{
	"openid":                "37f7f235-527c-4136-accd-4a02d197296e",
	"profile":               "14dad69e-099b-42c9-810b-d002981feec1",
	"email":                 "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
	"offline_access":        "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
	"User.Read":             "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
	"Mail.ReadWrite":        "024d486e-b451-40bb-833d-3e66d98c5c73",
	"Mail.Send":             "e383f46e-2787-4529-855e-0e479a3ffac0",
	"Calendars.ReadWrite":   "1ec239c2-d7c9-4623-a91a-a9775856bb36",
	"Calendars.Read.Shared": "2b9c4092-424d-4249-948d-b43879977640",
	"Contacts.Read":         "ff74d97f-43af-4b68-9f2a-b77ee6968c5d",
	"MailboxSettings.Read":  "87f447af-9fa4-4c32-9dfa-4a57a73d18ce",
}

// RedirectURIs are what the registration lists under Mobile and desktop applications: the loopback address, of which
// Microsoft ignores the port, and the blank page of the cloud at loginURL ("" for the global one).
func RedirectURIs(loginURL string) []string {
	if loginURL == "" {
		loginURL = DefaultLoginURL
	}
	return []string{"http://localhost", strings.TrimRight(loginURL, "/") + blankPage}
}

// Manifest is the part of an app registration's manifest (Microsoft Graph form) that the program needs, as indented JSON:
// audience, redirect addresses and platform for the cloud at loginURL, and the permissions by their ids.
func Manifest(loginURL string) string {
	type access struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	type resource struct {
		App    string   `json:"resourceAppId"`
		Access []access `json:"resourceAccess"`
	}
	type uris struct {
		URIs []string `json:"redirectUris"`
	}
	graph := resource{App: graphAppID}
	for _, s := range DefaultScopes() {
		graph.Access = append(graph.Access, access{scopeIDs[s], "Scope"})
	}
	text, err := json.MarshalIndent(struct {
		Audience string     `json:"signInAudience"`
		Public   bool       `json:"isFallbackPublicClient"`
		Client   uris       `json:"publicClient"`
		Web      uris       `json:"web"`
		SPA      uris       `json:"spa"`
		Required []resource `json:"requiredResourceAccess"`
	}{"AzureADMultipleOrgs", true, uris{RedirectURIs(loginURL)}, uris{[]string{}}, uris{[]string{}}, []resource{graph}}, "", "  ")
	if err != nil { // strings and slices always have a JSON form
		panic(fmt.Sprintf("auth: encode the manifest: %v", err))
	}
	return string(text)
}

// RegistrationPart is a part of an app registration that can be wrong.
type RegistrationPart string

// The parts, in the order in which a registration is made.
const (
	PartAudience    RegistrationPart = "audience"    // which organizations may sign in
	PartPlatform    RegistrationPart = "platform"    // redirect addresses, platform, public client
	PartPermissions RegistrationPart = "permissions" // what it may ask for
	PartPublisher   RegistrationPart = "publisher"   // verified or not
	PartID          RegistrationPart = "id"          // the application id that this program was told
	PartEnterprise  RegistrationPart = "enterprise"  // what an organization has set for it: enabled, who is assigned
)

// RegistrationFault says what an error tells about the registration. Texts are English.
type RegistrationFault struct {
	Numbers []int // AADSTS
	Part    RegistrationPart
	Wrong   string // a clause
	Cure    string // what to do, a clause
}

// RegistrationFaults lists what sign-in errors reveal. The slice is fresh.
func RegistrationFaults() []RegistrationFault {
	return []RegistrationFault{
		{[]int{50011, 500113, 900971}, PartPlatform, "The redirect address is missing or differs.", "Enter http://localhost under Mobile and desktop applications, without a port and without a slash at the end."},
		{[]int{7000218}, PartPlatform, "It is registered as Web, or public client flows are off.", "Move the address to Mobile and desktop applications, and set Allow public client flows to Yes."},
		{[]int{9002327, 700025, 700081, 700084}, PartPlatform, "It is registered as a single-page application, or as one with a secret.", "Move the address to Mobile and desktop applications, and make no secret."},
		{[]int{50194}, PartAudience, "It is for one organization only.", "Open it to accounts in any organizational directory, or name the organization under Advanced."},
		{[]int{700016, 700011}, PartID, "The organization does not know this application id.", "Compare the id and the cloud under Advanced, and have it approved in that organization."},
		{[]int{65002}, PartID, "The id belongs to a program of Microsoft's own.", "Use the id of your registration."},
		{[]int{650057, 650054, 501461}, PartPermissions, "A permission that is asked for is not on its list.", "Bring requiredResourceAccess to what the manifest here says."},
		{[]int{90094, 900941}, PartPublisher, "An administrator has to approve; if that is so everywhere, the publisher is not verified.", "Send the approval link; verify the publisher."},
		{[]int{7000112, 70001, 1000031}, PartEnterprise, "It is disabled in the organization.", "Enterprise applications, Super CRM, Properties: enable it for users to sign in."},
		{[]int{50105}, PartEnterprise, "Only assigned people may use it.", "Enterprise applications, Super CRM, Users and groups: add the person or a group."},
	}
}

// RegistrationFaultOf finds what an error says about the registration; ok is false if it says nothing.
func RegistrationFaultOf(err error) (f RegistrationFault, ok bool) {
	var oe *OAuthError
	if !errors.As(err, &oe) {
		return RegistrationFault{}, false
	}
	for _, f := range RegistrationFaults() {
		if slices.ContainsFunc(f.Numbers, func(n int) bool { return oe.has(n) }) {
			return f, true
		}
	}
	return RegistrationFault{}, false
}

// ScopeID is the id of a delegated permission that the program asks for, a GUID; "" for others.
func ScopeID(scope string) string { return scopeIDs[scope] }
