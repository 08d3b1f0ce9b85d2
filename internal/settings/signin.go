package settings

import (
	"context"
	"crypto/rand"
	"fmt"
)

// SignIn is where and as what the program signs in, as the person has set it. Empty fields mean the built-in values.
type SignIn struct {
	ClientID string // of the organization's own app registration
	Tenant   string // GUID or domain; "" lets any organization sign in
	Cloud    string // auth.Cloud's ID, or "custom" for the two addresses
	LoginURL string // with Cloud "custom" only
	GraphURL string // with Cloud "custom" only
	// DeviceCode offers the sign-in with a code. Off by default: many organizations forbid it, and rightly.
	DeviceCode bool
	// Fixed is set by whoever reads the values when something outranks them, such as the environment; "" is not stored.
	Fixed string
}

// names are the settings' names, in the order of fields.
var names = [...]string{"signin.client_id", "signin.tenant", "signin.cloud", "signin.login_url", "signin.graph_url", "signin.device_code"}

// LoadSignIn reads the values; the zero value when none was ever saved.
func (s *Settings) LoadSignIn(ctx context.Context) (SignIn, error) {
	var v [len(names)]string
	for i, name := range names {
		var err error
		if v[i], err = s.Load(ctx, name); err != nil {
			return SignIn{}, fmt.Errorf("read the sign-in settings: %w", err)
		}
	}
	return SignIn{ClientID: v[0], Tenant: v[1], Cloud: v[2], LoginURL: v[3], GraphURL: v[4], DeviceCode: v[5] == "on"}, nil
}

// SaveSignIn keeps the values.
func (s *Settings) SaveSignIn(ctx context.Context, in SignIn) error {
	code := ""
	if in.DeviceCode {
		code = "on"
	}
	for i, v := range [...]string{in.ClientID, in.Tenant, in.Cloud, in.LoginURL, in.GraphURL, code} {
		if err := s.Save(ctx, names[i], v); err != nil {
			return fmt.Errorf("keep the sign-in settings: %w", err)
		}
	}
	return nil
}

// ApprovalState is what marks this profile's approval links: the same for all of them and over restarts, for a reply may
// come days later. It is made the first time. It is no secret.
func (s *Settings) ApprovalState(ctx context.Context) (string, error) {
	const name = "signin.approval_state"
	state, err := s.Load(ctx, name)
	if err == nil && state == "" {
		state = rand.Text()
		err = s.Save(ctx, name, state)
	}
	if err != nil {
		return "", fmt.Errorf("read the mark of approval links: %w", err)
	}
	return state, nil
}
