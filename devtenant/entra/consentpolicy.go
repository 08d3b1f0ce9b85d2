package entra

import (
	"slices"
	"strings"

	"supercrm/devtenant/directory"
)

// consentRefused says why a person may not approve these scopes of a program for themselves; nil: they may.
func consentRefused(t directory.Tenant, u directory.User, app directory.App, scopes []string) *failure {
	if u.Role.ApprovesForAll(false) {
		return nil
	}
	if t.UserConsent == directory.ConsentNone {
		return needsAdmin
	}
	var managed, more bool // more: than signing in and reading the own profile
	for _, name := range scopes {
		p, ok := permissionNamed(name)
		if !ok || p.admin {
			return needsAdmin
		}
		managed = managed || p.managed
		more = more || !p.openID && p.Name != "User.Read"
	}
	own := app.HomeTenant != "" && strings.EqualFold(app.HomeTenant, t.ID)
	switch {
	case more && !app.Verified && !own: // risk-based step-up consent
		return risky
	case t.UserConsent == directory.ConsentManaged && managed:
		return needsAdmin
	case t.UserConsent == directory.ConsentLow && (more || !app.Verified && !own):
		return needsAdmin
	}
	return nil
}

// wanted is what a flow still has to ask about. The caller holds mu.
func (s *Server) wanted(f *flow) []string {
	if f.req.prompt == "consent" && !f.approved {
		return f.req.scopes
	}
	have := s.st.consented(f.req.app.ClientID, f.who)
	return slices.DeleteFunc(slices.Clone(f.req.scopes), func(sc string) bool { return slices.Contains(have, sc) })
}

var needsAdmin = &failure{OAuth: "access_denied", Code: 90094,
	Text: "Admin consent is required. The app needs permission to access resources in your organization that only an admin can grant."}

var risky = &failure{OAuth: "access_denied", Code: 900941,
	Text: "Admin consent is required. The app is considered risky: its publisher is not verified."}

var mayAsk = &failure{OAuth: "access_denied", Code: 90095,
	Text: "Admin consent is required. An admin consent request may be sent to the administrators."}

// notAdministrator answers an ordinary user at an admin consent link.
var notAdministrator = &failure{OAuth: "access_denied", Code: 90093,
	Text: "This operation can only be performed by an administrator. Sign out and sign in as an administrator or contact one of your organization's administrators."}
