package entra

import (
	"encoding/json"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// OneTimeCode is the second factor of everybody here; the page shows it when hints are on.
const OneTimeCode = "246810"

// capolids is the claim by which a refusal tells the program what to hand on to the authorize endpoint.
const capolids = `{"access_token":{"capolids":{"essential":true,"values":["5f7f3d2c-6f0e-4e0a-9a53-6d0f7c1b2a90"]}}}`

// accountRefused says why an account cannot be used by anybody; nil: it can.
func accountRefused(u, home directory.User) *failure {
	if u.Disabled || home.Disabled {
		return invalidGrant(50057, "The user account is disabled.")
	}
	return nil
}

// accessRefused says whether conditional access keeps a person out whatever they prove; nil: it does not.
func accessRefused(t directory.Tenant, home directory.User) *failure {
	switch {
	case t.Access.Block:
		f := invalidGrant(53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
		f.Sub = "message_only"
		return f
	case t.Access.ManagedDevice && !home.ManagedDevice:
		f := invalidGrant(53000, "Device is not in required device state: compliant. Conditional Access policy requires a compliant device, and the device is not compliant. The user must enroll their device with an approved MDM provider like Intune.")
		f.Sub, f.Claims = "additional_action", capolids
		return f
	}
	return nil
}

// expired reports whether a sign-in at this time is too old for the tenant's sign-in frequency.
func expired(t directory.Tenant, signedIn, now time.Time) bool {
	return t.Access.SignInFrequency > 0 && now.Sub(signedIn) > t.Access.SignInFrequency
}

// useRefused says whether a grant may still be used without a page; nil: it may. The caller holds mu.
func (s *Server) useRefused(g *grant, app directory.App) *failure {
	t, u, ok := s.dir.UserByID(g.who.tenantID, g.who.objectID)
	if !ok {
		return invalidGrant(50034, "The user account does not exist in the directory.")
	}
	_, home := s.dir.Home(t, u)
	if f := accountRefused(u, home); f != nil {
		return f
	}
	if home.PasswordExpired {
		f := invalidGrant(50055, "The password is expired.")
		f.Sub = "user_password_expired"
		return f
	}
	if f := accessRefused(t, home); f != nil {
		return f
	}
	if t.Access.MFA && !g.mfa {
		f := invalidGrant(50076, "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.")
		f.Sub, f.Claims = "basic_action", capolids
		return f
	}
	if expired(t, g.authTime, s.now()) {
		f := invalidGrant(70043, "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.")
		f.Sub = "bad_token"
		return f
	}
	return s.entry(app, g.who)
}

// claimsRequest is the part of OpenID Connect's claims parameter that matters here.
type claimsRequest struct {
	AccessToken struct {
		ClientCapabilities struct {
			Values []string `json:"values"`
		} `json:"xms_cc"`
	} `json:"access_token"`
}

// readClaims reads a claims parameter: cae says that the program understands claims challenges.
func readClaims(raw string) (cae bool, f *failure) {
	if raw == "" {
		return false, nil
	}
	var c claimsRequest
	if json.Unmarshal([]byte(raw), &c) != nil {
		return false, &failure{OAuth: "invalid_request", Code: 50166, Text: "The claims request parameter is not valid JSON."}
	}
	for _, v := range c.AccessToken.ClientCapabilities.Values {
		if strings.EqualFold(v, "cp1") { // Microsoft's own libraries send either case
			return true, nil
		}
	}
	return false, nil
}
