package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ActionKind is what a page offers as a button beside an explanation.
type ActionKind string

// The actions.
const (
	ActionNone         ActionKind = "none"             // nothing here helps
	ActionRetry        ActionKind = "retry"            // do the same again
	ActionSignIn       ActionKind = "signin"           // sign in interactively; pass OAuthError.Claims if there are any
	ActionCopyLink     ActionKind = "copyLink"         // copy or mail the administrator's approval link (Client.AdminConsentURL)
	ActionKeychainHelp ActionKind = "openKeychainHelp" // show how to get a keychain, and "keep until I quit"
	ActionQueryMode    ActionKind = "queryMode"        // sign in with SignInOptions.QueryMode
	ActionTellAdmin    ActionKind = "tellAdmin"        // write to the administrator, with Explanation.Details
	ActionReport       ActionKind = "report"           // copy Explanation.Details for the makers
	ActionSettings     ActionKind = "openSettings"     // show client id, organization and cloud
)

// Who can put it right.
const (
	WhoYou       = "You"
	WhoAdmin     = "Your administrator"
	WhoMicrosoft = "Nobody needs to: it passes"
	WhoMakers    = "The makers of Super CRM"
)

// Explanation is an error in words for the person in front of the program, in English. Text says what happened and what to
// do next, in whole sentences. ID is stable, for translations and tests.
type Explanation struct {
	ID          string
	Title       string
	Text        string
	Who         string
	Action      ActionKind
	Code        string    // "AADSTS90094" or "invalid_grant"; empty if no server spoke
	Correlation string    // GUID that finds the event in the administrator's sign-in log; may be empty
	Time        time.Time // UTC, when the server answered, else when this was explained
}

// Details is what an administrator or Microsoft's support asks for, in one line to be copied: code, correlation id and
// time (RFC 3339, UTC). Never empty, and never a name or an address.
func (e Explanation) Details() string {
	parts := []string{e.Code}
	if e.Code == "" {
		parts[0] = e.ID
	}
	if e.Correlation != "" {
		parts = append(parts, e.Correlation)
	}
	return strings.Join(append(parts, e.Time.UTC().Format(time.RFC3339)), " · ")
}

type words struct {
	id, title, text, who string
	action               ActionKind
}

// Explain puts any error into words; it is never empty. It goes by the AADSTS number where there is one it knows, then by
// the kind of the error, and has a safe answer for the rest. nil is explained as "nothing is wrong".
func Explain(err error) Explanation {
	w := wordsFor(err)
	e := Explanation{ID: w.id, Title: w.title, Text: w.text, Who: w.who, Action: w.action, Time: time.Now().UTC()}
	var oe *OAuthError
	if errors.As(err, &oe) {
		e.Correlation = oe.Correlation
		if !oe.Time.IsZero() {
			e.Time = oe.Time.UTC()
		}
		e.Code = oe.Code
		if n := oe.Number(); n != 0 {
			e.Code = fmt.Sprintf("AADSTS%d", n)
		}
	}
	return e
}

func wordsFor(err error) words {
	if err == nil {
		return words{"ok", "Nothing is wrong", "There is no error to explain.", WhoYou, ActionNone}
	}
	var oe *OAuthError
	if errors.As(err, &oe) && !errors.Is(err, ErrCancelled) && !errors.Is(err, ErrApprovalDeclined) {
		switch oe.Suberror { // these two say that no sign-in helps, whatever the number
		case "client_mismatch", "protection_policy_required":
			return suberrorWords[oe.Suberror]
		}
		for _, n := range oe.Numbers {
			if w, ok := numberWords[n]; ok {
				return w
			}
		}
		if w, ok := suberrorWords[oe.Suberror]; ok {
			return w
		}
	}
	for _, k := range kindWords {
		if errors.Is(err, k.kind) {
			return k.words
		}
	}
	return words{"unknown", "Something went wrong with the sign-in",
		"Super CRM does not know this problem. Nothing you have stored here is lost. Try again; if it comes back, send the code, the correlation id and the time shown here to your administrator.",
		WhoYou, ActionRetry}
}

// kindWords is looked through in this order: a more telling kind stands before a more general one.
var kindWords = []struct {
	kind  error
	words words
}{
	{ErrCancelled, words{"cancelled", "Sign-in cancelled", "You stopped before it was finished. Nothing has changed. Start again whenever you like.", WhoYou, ActionSignIn}},
	{ErrTimedOut, words{"timed-out", "Nobody finished the sign-in page",
		"Super CRM waited for your browser and gave up. If the browser showed an error, it stays there: read it before you close the page. If you did finish and the page could not return to Super CRM, try the way for stubborn browsers.",
		WhoYou, ActionQueryMode}},
	{ErrAdminApproval, approvalWords},
	{ErrApprovalDeclined, words{"approval-declined", "It was not approved",
		"The approval page was left with Cancel, so nothing has changed in your organization. Approve another time with the same link, or send it to a colleague who may decide.", WhoAdmin, ActionCopyLink}},
	{ErrNotReply, words{"not-a-reply", "That is not the address of the last page",
		"After Accept, the administrator's browser ends on an empty page; its address begins like the sign-in server's and holds \"admin_consent\" or \"error\". Copy the whole of it from the address line, not the approval link itself. Or just go on signing in: that shows whether it is approved.",
		WhoYou, ActionSignIn}},
	{ErrOtherReply, words{"other-reply", "This answers another approval link",
		"The address comes from a link that this program on this computer did not make, so it proves nothing here. If your administrator used a colleague's link, it is approved all the same: go on signing in and see.",
		WhoYou, ActionSignIn}},
	{ErrRefused, declinedWords},
	{ErrSignInAgain, words{"sign-in-again", "Please sign in again",
		"Microsoft no longer accepts the sign-in kept on this computer. Your mail, calendar and unsent changes are still here, and go on syncing after you sign in.",
		WhoYou, ActionSignIn}},
	{ErrClock, clockWords},
	{ErrIDToken, words{"id-token", "The answer could not be trusted",
		"Microsoft's proof of who signed in did not pass the check, so Super CRM threw it away. Try again. If it happens on this network only, something between you and Microsoft may be changing the traffic: tell your administrator.",
		WhoAdmin, ActionSignIn}},
	{ErrUnreachable, words{"unreachable", "Microsoft cannot be reached",
		"The sign-in server did not answer, or a network page answered in its place. Check the connection, and open a web page in case this network wants you to log in first. Nothing on this computer is lost. Try again when the connection is back.",
		WhoYou, ActionRetry}},
	{ErrBusy, busyWords},
	{ErrListen, words{"listen", "The browser has no way back",
		"Super CRM could not open a port on this computer for the browser's answer. A security program or a restricted environment may forbid it: allow Super CRM to listen on localhost, then try again.", WhoYou, ActionRetry}},
	{ErrNoKeychain, words{"no-keychain", "No keychain was found",
		"Super CRM keeps the sign-in in the system's keychain only, and none answers. On Linux, install and start GNOME Keyring, KWallet or KeePassXC with its Secret Service turned on, then try again. Or stay signed in just until you quit.",
		WhoYou, ActionKeychainHelp}},
	{ErrKeychainLocked, words{"keychain-locked", "The keychain is locked",
		"Unlock the keychain with its password (often the one of your computer) when it asks, or in the system's password program, then try again. If it has never been used, open that program once and let it make a default keychain.",
		WhoYou, ActionKeychainHelp}},
	{ErrKeychainRefused, words{"keychain-refused", "The keychain did not keep the sign-in",
		"The system's keychain said no, or its window was closed. Try again and choose Allow. Super CRM never writes the sign-in to a plain file instead.", WhoYou, ActionKeychainHelp}},
	{ErrKeychainSlow, words{"keychain-slow", "The keychain does not answer",
		"The system's keychain has been asked and is silent. Look for a window of it that waits behind the others. If there is none, sign out of the desktop and in again.", WhoYou, ActionKeychainHelp}},
	{ErrNotStored, words{"not-signed-in", "Not signed in", "No sign-in is kept for this account on this computer. Sign in to go on.", WhoYou, ActionSignIn}},
	{ErrConfig, words{"config", "The sign-in is not set up",
		"The application id, organization or cloud address in the settings is missing or mistyped. Correct it in the program's settings, or set it back to the default.", WhoYou, ActionSettings}},
	{ErrLocal, words{"local", "This computer refused something",
		"A file or a system call that the sign-in needs failed. Check that the disk is not full and that Super CRM may write to its profile folder, then try again.", WhoYou, ActionRetry}},
	{ErrTokenRefused, words{"token-refused", "Microsoft gave no access",
		"The sign-in page was fine, yet Microsoft refused the next step. Try once more. If it comes back, send the code, the correlation id and the time shown here to your administrator.", WhoAdmin, ActionSignIn}},
	{ErrSignInRejected, words{"rejected", "Microsoft ended the sign-in",
		"The sign-in page stopped with an error. Try again, and choose your work account. If it comes back, send the code, the correlation id and the time shown here to your administrator.", WhoAdmin, ActionSignIn}},
}
