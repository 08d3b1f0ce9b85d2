package main

import (
	"cmp"
	"log/slog"
	"os"
	"strings"

	"supercrm/auth"
)

// cloud says where to sign in and where Graph is.
type cloud struct{ clientID, loginURL, graphURL string }

// fromEnvironment is the global cloud, unless the environment names another. There is no built-in registration yet, so
// without SUPERCRM_CLIENT_ID a sign-in explains what is missing.
func fromEnvironment() cloud {
	return cloud{
		clientID: os.Getenv("SUPERCRM_CLIENT_ID"),
		loginURL: strings.TrimRight(cmp.Or(os.Getenv("SUPERCRM_LOGIN_URL"), auth.DefaultLoginURL), "/"),
		graphURL: strings.TrimRight(cmp.Or(os.Getenv("SUPERCRM_GRAPH_URL"), "https://graph.microsoft.com/v1.0"), "/"),
	}
}

func newAuth(c cloud, keys auth.Keychain, log *slog.Logger, lockDir string) *auth.Client {
	if keys == nil {
		keys = auth.NewKeychain(auth.KeychainService(c.clientID, c.loginURL))
	}
	return auth.New(auth.Config{ClientID: c.clientID, LoginURL: c.loginURL, LockDir: lockDir}, keys, log)
}
