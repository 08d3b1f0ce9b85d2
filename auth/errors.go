package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The kinds of failure. Every error that the package returns wraps exactly one of them (test with errors.Is); one that
// the login server described wraps an *OAuthError as well. Explain turns each into words.
var (
	// ErrCancelled: the caller's context was cancelled, in a sign-in usually by the person's Cancel.
	ErrCancelled = errors.New("cancelled")
	// ErrTimedOut: nobody finished the sign-in page within the time limit.
	ErrTimedOut = errors.New("the sign-in was not finished in time")
	// ErrRefused: the person said no on Microsoft's page.
	ErrRefused = errors.New("the person declined on the sign-in page")
	// ErrAdminApproval: an administrator of the organization must approve the program first.
	ErrAdminApproval = errors.New("an administrator must approve the program first")
	// ErrApprovalDeclined: the administrator said no on the approval page, or closed it.
	ErrApprovalDeclined = errors.New("the administrator did not approve")
	// ErrNotReply: what was pasted is not the address at which the approval page ended.
	ErrNotReply = errors.New("not the address of an approval's last page")
	// ErrOtherReply: what was pasted answers an approval link that is not this program's.
	ErrOtherReply = errors.New("the reply belongs to another approval link")
	// ErrSignInRejected: Microsoft ended the sign-in page with an error.
	ErrSignInRejected = errors.New("the login server ended the sign-in with an error")
	// ErrTokenRefused: the token endpoint refused, and asking the person to sign in again would not help.
	ErrTokenRefused = errors.New("the login server refused to give a token")
	// ErrSignInAgain: the kept sign-in is gone or no longer enough; only an interactive sign-in helps.
	ErrSignInAgain error = signInAgain{}
	// ErrIDToken: the proof of identity that came with the tokens does not hold.
	ErrIDToken = errors.New("the id_token is not valid")
	// ErrClock: the proof of identity is outside its validity by this computer's clock.
	ErrClock = errors.New("the clock of this computer disagrees with the login server")
	// ErrUnreachable: the login server could not be reached, or something else answered in its place. Passing.
	ErrUnreachable = errors.New("the login server cannot be reached")
	// ErrBusy: the login server, or another copy of the program holding the lock, asks for patience. Passing.
	ErrBusy = errors.New("the login server is busy")
	// ErrListen: no port on this computer could be opened for the browser's answer.
	ErrListen = errors.New("cannot listen for the browser's answer")
	// ErrConfig: the client id, tenant or login address is missing or unusable.
	ErrConfig = errors.New("the sign-in is not configured properly")
	// ErrLocal: something on this computer failed that is none of the others, such as the lock file.
	ErrLocal = errors.New("a local operation failed")

	// ErrNotStored: the keychain works and holds nothing (whole) under this name.
	ErrNotStored = errors.New("nothing is stored under this name")
	// ErrNoKeychain: there is no keychain service to talk to.
	ErrNoKeychain error = keychainError("no keychain service answers")
	// ErrKeychainLocked: the keychain exists and is locked, or has no collection yet.
	ErrKeychainLocked error = keychainError("the keychain is locked")
	// ErrKeychainRefused: the keychain took a secret and does not give it back, as after a dismissed prompt.
	ErrKeychainRefused error = keychainError("the keychain did not keep the secret")
	// ErrKeychainSlow: the keychain did not answer within the deadline.
	ErrKeychainSlow error = keychainError("the keychain does not answer")
)

// signInAgain is what ErrSignInAgain is. Packages that do not know this one tell it by its method (errors.As).
type signInAgain struct{}

// Error says what helps.
func (signInAgain) Error() string { return "an interactive sign-in is needed" }

// SignInAgain is true.
func (signInAgain) SignInAgain() bool { return true }

// keychainError is what the errors of the keychain itself are. Packages that do not know this one tell them by their method.
type keychainError string

// Error says what is wrong with the keychain.
func (e keychainError) Error() string { return string(e) }

// KeychainFails is true: the sign-in may well be kept, but cannot be had now.
func (keychainError) KeychainFails() bool { return true }

// Transient tells whether the failure passes by itself: the refresh token is kept, and the call is worth repeating later.
func Transient(err error) bool {
	return errors.Is(err, ErrUnreachable) || errors.Is(err, ErrBusy)
}

// OAuthError is what the login server said (RFC 6749 section 5.2, and Microsoft's additions). The description is left out
// on purpose: it quotes account names. Decide by Code, Suberror and Claims; Numbers only choose the help text
// (Microsoft: "Handle errors and exceptions in MSAL", error codes may change).
type OAuthError struct {
	Code        string        // "invalid_grant"
	Suberror    string        // "bad_token", "consent_required", …; usually empty
	Claims      string        // claims challenge, to be passed to the next sign-in (SignInOptions.Claims)
	Numbers     []int         // AADSTS numbers, the most telling first
	Correlation string        // GUID for the administrator's sign-in log
	Trace       string        // GUID for Microsoft's support
	Time        time.Time     // server's time, UTC; zero if it gave none
	Status      int           // HTTP status; 0 if it came by redirect
	RetryAfter  time.Duration // how long the server asks to wait; 0 if it does not
}

// Error names codes only, never the server's prose.
func (e *OAuthError) Error() string {
	var b strings.Builder
	b.WriteString("login server says ")
	b.WriteString(printable(e.Code, 64))
	if e.Suberror != "" {
		fmt.Fprintf(&b, "/%s", printable(e.Suberror, 64))
	}
	if n := e.Number(); n != 0 {
		fmt.Fprintf(&b, " (AADSTS%d)", n)
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, ", HTTP %d", e.Status)
	}
	return b.String()
}

// Number is the AADSTS number that tells most, or 0.
func (e *OAuthError) Number() int {
	if len(e.Numbers) == 0 {
		return 0
	}
	return e.Numbers[0]
}

func (e *OAuthError) has(numbers ...int) bool {
	for _, have := range e.Numbers {
		for _, want := range numbers {
			if have == want {
				return true
			}
		}
	}
	return false
}

// printable keeps the visible ASCII of s, at most limit bytes, so that a hostile answer cannot break a log line.
func printable(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	if len(s) > limit {
		s = s[:limit]
	}
	return s
}
