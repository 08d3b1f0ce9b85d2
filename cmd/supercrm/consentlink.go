package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"supercrm/auth"
	"supercrm/internal/settings"
)

const consentUsage = `Prints the address at which an administrator approves Super CRM for an organization.

  supercrm consent-link [-tenant T] [-client-id ID] [-cloud C] [-v1]

  -tenant T      the organization's id or domain (default: the one the administrator signs in to)
  -client-id ID  the app registration's application (client) id (default: SUPERCRM_CLIENT_ID)
  -cloud C       global, gcchigh, dod or china (default: global, or SUPERCRM_LOGIN_URL)
  -v1            the older page, which approves everything that the registration lists
`

// consentLink is the command for whoever administers an organization and has no use for the window.
func consentLink(args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("supercrm consent-link", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, consentUsage) }
	tenant := fs.String("tenant", "", "")
	id := fs.String("client-id", "", "")
	name := fs.String("cloud", "", "")
	v1 := fs.Bool("v1", false, "")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; see supercrm consent-link -h", fs.Arg(0))
	}
	if _, ok := auth.CloudByID(*name); !ok {
		return fmt.Errorf("unknown cloud %q; see supercrm consent-link -h", *name)
	}
	c, _ := chosen(settings.SignIn{Cloud: *name}).overridden(func(key string) string {
		if key == "SUPERCRM_CLIENT_ID" && *id != "" || key == "SUPERCRM_LOGIN_URL" && *name != "" {
			return "" // the command line is nearer than the environment
		}
		return os.Getenv(key)
	})
	if *id != "" {
		c.clientID = *id
	}
	if c.clientID == "" {
		return errors.New("no app registration is set: give its application (client) id with -client-id, or put it into SUPERCRM_CLIENT_ID")
	}
	cfg := auth.Config{ClientID: c.clientID, Tenant: *tenant, LoginURL: c.loginURL}
	if err := auth.CheckConfig(cfg); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, auth.New(cfg, auth.NewMemoryKeychain(), nil).ApprovalURL(auth.ApprovalLink{Tenant: *tenant, V1: *v1}))
	return err
}
