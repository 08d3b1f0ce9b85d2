package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"supercrm/auth"
	"supercrm/internal/settings"
	"supercrm/ui/page"
)

// cloud says where and as what to sign in, and where Graph is.
type cloud struct{ clientID, tenant, loginURL, graphURL string }

// builtInClientID is the registration that ships with the program: none yet, so without one in the settings or in
// SUPERCRM_CLIENT_ID a sign-in explains what is missing.
const builtInClientID = ""

// chosen is what the settings say.
func chosen(in settings.SignIn) cloud {
	known, ok := auth.CloudByID(in.Cloud)
	if !ok { // custom
		known.LoginURL, known.GraphURL = in.LoginURL, in.GraphURL
	}
	return cloud{clientID: cmp.Or(in.ClientID, builtInClientID), tenant: in.Tenant, loginURL: known.LoginURL, graphURL: known.GraphURL}.trimmed()
}

func (c cloud) trimmed() cloud {
	for _, s := range []*string{&c.clientID, &c.tenant, &c.loginURL, &c.graphURL} {
		*s = strings.TrimRight(strings.TrimSpace(*s), "/")
	}
	return c
}

// overridden puts the environment's values in; which lists the names of those that were set.
func (c cloud) overridden(getenv func(string) string) (_ cloud, which []string) {
	for _, v := range []struct {
		name string
		into *string
	}{
		{"SUPERCRM_CLIENT_ID", &c.clientID}, {"SUPERCRM_TENANT", &c.tenant},
		{"SUPERCRM_LOGIN_URL", &c.loginURL}, {"SUPERCRM_GRAPH_URL", &c.graphURL},
	} {
		if value := getenv(v.name); value != "" {
			*v.into = value
			which = append(which, v.name)
		}
	}
	return c.trimmed(), which
}

// check tells whether anybody could sign in so. Errors are for the person.
func (c cloud) check() error {
	if err := auth.CheckConfig(auth.Config{ClientID: c.clientID, Tenant: c.tenant, LoginURL: c.loginURL}); err != nil {
		return err
	}
	if c.loginURL == "" {
		return errors.New(page.T("The sign-in address is missing."))
	}
	u, err := url.Parse(c.graphURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1" {
		return fmt.Errorf("graph address is neither https nor loopback: %w", auth.ErrConfig)
	}
	return nil
}

// newAuth makes a client. keys nil is the system's keychain; mark is settings.ApprovalState.
func newAuth(c cloud, keys auth.Keychain, log *slog.Logger, lockDir, mark string) *auth.Client {
	if keys == nil {
		keys = auth.NewKeychain(auth.KeychainService(c.clientID, c.loginURL))
	}
	return auth.New(auth.Config{ClientID: c.clientID, Tenant: c.tenant, LoginURL: c.loginURL, LockDir: lockDir, LinkState: mark}, keys, log)
}
