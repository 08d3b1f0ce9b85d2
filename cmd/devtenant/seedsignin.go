package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"supercrm/auth"
)

// signedIn gives access tokens and takes back those that Graph refused.
type signedIn struct {
	token   func(context.Context) (string, error)
	refused func(string)
}

// seedScopes are what a person has to allow.
var seedScopes = []string{"openid", "profile", "offline_access", "User.Read", "Mail.ReadWrite", "Calendars.ReadWrite", "Contacts.ReadWrite", "MailboxSettings.ReadWrite"}

// secretName is the keychain's name for the client secret of a registration.
const secretName = "client-secret"

// keptSecret marks an error with the secret that was in the keychain.
var errKeptSecret = errors.New("with the secret from the keychain")

func signIn(ctx context.Context, o seedOptions, tools seedTools) (signedIn, error) {
	cfg := auth.Config{ClientID: o.clientID, Tenant: o.tenant, LoginURL: o.login, Scopes: seedScopes}
	if o.signIn == "app" {
		return signInApp(ctx, o, cfg, tools)
	}
	// For this one run: nothing of the sign-in is kept.
	c := auth.New(cfg, auth.NewMemoryKeychain(), nil)
	var account auth.Account
	var err error
	if o.signIn == "device" {
		account, err = c.DeviceSignIn(ctx, func(code auth.DeviceCode) {
			fmt.Fprintf(tools.con.errOut, "Open %s in a browser, on any device, and type the code %s (until %s).\n", code.Page, code.UserCode, code.Until.Format("15:04"))
		})
	} else {
		account, err = c.SignIn(ctx, auth.SignInOptions{SelectAccount: true, Open: tools.browser,
			Waiting: func(address string, until time.Time) {
				fmt.Fprintf(tools.con.errOut, "Sign in with your browser (until %s). If it does not open, this is the address:\n%s\n", until.Format("15:04"), address)
			}})
	}
	if err != nil {
		return signedIn{}, err
	}
	if missing := c.Missing(account); len(missing) > 0 {
		return signedIn{}, fmt.Errorf("the sign-in did not bring the permissions %s: add them to the registration as delegated permissions and let an administrator approve them", strings.Join(missing, ", "))
	}
	fmt.Fprintf(tools.con.errOut, "Signed in as %s.\n", account.UPN)
	return signedIn{
		token:   func(ctx context.Context) (string, error) { return c.Token(ctx, account.Key) },
		refused: func(token string) { c.Invalidate(account.Key, token) },
	}, nil
}

// signInApp tries the secret before anything else is asked, and offers to keep it only when it is a good one.
func signInApp(ctx context.Context, o seedOptions, cfg auth.Config, tools seedTools) (signedIn, error) {
	keys := tools.keys(auth.KeychainService(o.clientID, o.login))
	var secret auth.Secret
	kept := false
	if !o.newSecret {
		found, err := keys.Get(ctx, secretName)
		switch {
		case err == nil && !found.Empty():
			secret, kept = found, true
		case err != nil && ctx.Err() != nil:
			return signedIn{}, ctx.Err()
		case err != nil && !errors.Is(err, auth.ErrNotStored):
			fmt.Fprintf(tools.con.errOut, "The keychain was not asked for the secret: %s.\n", strings.ToLower(auth.Explain(err).Title))
		}
	}
	if !kept {
		asked, err := tools.con.askSecret(ctx, o.clientID)
		if err != nil {
			return signedIn{}, err
		}
		secret = asked
	}
	a := auth.NewAppCredentials(cfg, resource(o.graph), secret)
	if _, err := a.Token(ctx); err != nil {
		if kept {
			err = fmt.Errorf("%w: %w", errKeptSecret, err)
		}
		return signedIn{}, err
	}
	if !kept {
		keepSecret(ctx, o, keys, secret, tools.con)
	}
	return signedIn{token: a.Token, refused: a.Invalidate}, nil
}

// keepSecret stores the secret if the person wants it. That it could not be stored is said, and does not stop the rest.
func keepSecret(ctx context.Context, o seedOptions, keys auth.Keychain, secret auth.Secret, con console) {
	if !o.keepSecret && (!con.asks || !con.yes(ctx, "Keep the secret in this computer's keychain?")) {
		return
	}
	if err := keys.Set(ctx, secretName, secret); err != nil {
		e := auth.Explain(err)
		fmt.Fprintf(con.errOut, "The secret was not kept: %s. Go on without, or put the keychain right and use -keep-secret.\n", strings.ToLower(e.Title))
		return
	}
	fmt.Fprintln(con.errOut, "The secret is kept in the keychain.")
}

// resource is what a token is asked for: Graph's address in its cloud. A simulated tenant answers for the global one.
func resource(graph string) string {
	u, err := url.Parse(graph)
	if err != nil || onThisComputer(u) {
		global, _ := auth.CloudByID("")
		u, _ = url.Parse(global.GraphURL)
	}
	return u.Scheme + "://" + u.Host
}
