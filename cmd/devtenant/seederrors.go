package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"supercrm/auth"
	"supercrm/devtenant/seed"
)

// noMailbox says that a user exists and has no mailbox in the cloud.
func noMailbox(err error) bool {
	refused := (*seed.Error)(nil)
	return errors.As(err, &refused) && (refused.Code == "MailboxNotEnabledForRESTAPI" || refused.Code == "MailboxNotSupportedForRESTAPI")
}

// explainSeed puts an error into words with the next step.
func explainSeed(ctx context.Context, o seedOptions, err error) string {
	if ctx.Err() != nil {
		return "stopped. What was done stays; the same command goes on from there."
	}
	refused := (*seed.Error)(nil)
	switch {
	case errors.As(err, &refused):
		return err.Error() + "\n" + graphHelp(o, refused)
	case errors.Is(err, seed.ErrOtherSize):
		return err.Error() + "\nLeave -messages out, or run with -remove first."
	case isAuth(err):
		return signInHelp(o, err)
	}
	return err.Error()
}

func graphHelp(o seedOptions, e *seed.Error) string {
	switch {
	case e.Permission != "" && o.signIn == "app":
		return "The application lacks the application permission " + e.Permission + " in this tenant, or a policy there keeps it from this mailbox.\n" +
			"Entra admin centre, App registrations, API permissions: add it under Microsoft Graph, Application permissions, then Grant admin consent. It takes effect after some minutes."
	case e.Permission != "":
		return "This sign-in lacks the delegated permission " + e.Permission + ". Add it to the registration, let an administrator approve it, and run the command again."
	case noMailbox(e):
		return "The user has no mailbox in Exchange Online: give the user a licence that contains one, wait until the mailbox is there, and run the command again."
	case e.Status == http.StatusNotFound:
		return "There is no such user or item in this tenant. Check -mailbox and -tenant."
	case e.Status == http.StatusUnauthorized:
		return "Graph does not accept the sign-in. -login and -graph have to be of one cloud, and -tenant in it."
	case e.Status == http.StatusTooManyRequests || e.Status >= 500:
		return "Graph is busy. Wait some minutes; the same command goes on where this one stopped."
	case e.Code == "ErrorQuotaExceeded":
		return "The mailbox is full. Make room, or fill another."
	}
	return "Nothing is lost: the same command goes on where this one stopped. If it stops again, the request-id helps Microsoft's support."
}

func isAuth(err error) bool {
	oe := (*auth.OAuthError)(nil)
	if errors.As(err, &oe) {
		return true
	}
	for _, kind := range []error{auth.ErrUnreachable, auth.ErrBusy, auth.ErrConfig, auth.ErrTokenRefused, auth.ErrTimedOut, auth.ErrRefused, auth.ErrAdminApproval,
		auth.ErrSignInRejected, auth.ErrSignInAgain, auth.ErrIDToken, auth.ErrClock, auth.ErrListen, auth.ErrLocal, auth.ErrCancelled} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// signInHelp is the program's explanation, and what is to be done with this command.
func signInHelp(o seedOptions, err error) string {
	e := auth.Explain(err)
	out := []string{e.Title + ". " + e.Text}
	switch e.ID {
	case "secret":
		step := "Next step: Entra admin centre, App registrations, Certificates & secrets. Copy the secret's value (not its id), or make a new one."
		if errors.Is(err, errKeptSecret) {
			step += "\nThe refused one is in the keychain: run again with -new-secret to be asked for another."
		}
		out = append(out, step)
	case "app-unknown", "admin-approval", "consent":
		out = append(out, "Next step: check -client-id and -tenant, then let an administrator of the tenant approve the application: with Grant admin consent at the registration's API permissions, or, where it has the redirect URI "+
			o.login+"/common/oauth2/nativeclient, here:\n"+consentAddress(o))
	case "wrong-organization":
		out = append(out, fmt.Sprintf("Next step: check -tenant %s; in another cloud give -login and -graph.", o.tenant))
	case "registration":
		out = append(out, "Next step: for -sign-in browser or device the registration needs the platform Mobile and desktop applications with http://localhost, and public client flows allowed.")
	}
	return strings.Join(append(out, e.Details()), "\n")
}

// consentAddress is the approval page of everything that the registration lists, application permissions too.
func consentAddress(o seedOptions) string {
	return auth.New(auth.Config{ClientID: o.clientID, Tenant: o.tenant, LoginURL: o.login}, auth.NewMemoryKeychain(), nil).
		ApprovalURL(auth.ApprovalLink{Tenant: o.tenant, V1: true})
}
