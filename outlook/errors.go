package outlook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Error is an answer of the service other than success. It carries no text of the service, since that may quote an
// address or a subject; RequestID finds the rest in the tenant's own log.
type Error struct {
	Op         string // what was being done, such as "patch event"
	Status     int
	Code       string // Graph's error code, such as ErrorItemNotFound; may be empty
	RequestID  string
	RetryAfter time.Duration // 0 when the service named none

	claims string // challenge of a 401; not for logs
}

// Error says what failed and how, without personal data.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: status %d", e.Op, e.Status)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.RequestID != "" {
		s += " (request " + e.RequestID + ")"
	}
	return s
}

// ErrForeignLink is returned (wrapped) when a next or delta link names another host than the configured one: the access
// token must not go there.
var ErrForeignLink = errors.New("the link leads to another host")

// ErrTooLarge is returned (wrapped) when an answer is longer than this program takes.
var ErrTooLarge = errors.New("the answer is too large")

// ErrToken marks a failure to get an access token: the request was not sent. The reason is wrapped with it.
var ErrToken = errors.New("get access token")

// NetworkError means that no answer came. Unsent is true when the request certainly did not reach the service; otherwise
// it may have been carried out.
type NetworkError struct {
	Op     string
	Unsent bool
	Err    error
}

// Error names the operation and the network's reason, without the address asked for.
func (e *NetworkError) Error() string { return e.Op + ": no answer: " + e.Err.Error() }

// Unwrap gives the network's reason.
func (e *NetworkError) Unwrap() error { return e.Err }

func networkError(op string, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // the URL holds ids
	}
	var dial *net.OpError
	unsent := errors.As(err, &dial) && dial.Op == "dial"
	var dns *net.DNSError
	return &NetworkError{Op: op, Unsent: unsent || errors.As(err, &dns), Err: err}
}

func statusOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

func codeIs(err error, codes ...string) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if strings.EqualFold(e.Code, c) {
			return true
		}
	}
	return false
}

// IsResync says that a delta link is no longer good and the round must begin anew: 410, or one of the codes that the
// service uses for it in any case of letters (github.com/microsoftgraph/microsoft-graph-docs issue 2350).
func IsResync(err error) bool {
	return statusOf(err) == http.StatusGone ||
		codeIs(err, "SyncStateNotFound", "ResyncRequired", "SyncStateInvalid", "resyncChangesApplyDifferences", "resyncChangesUploadDifferences")
}

// IsGone is IsResync by the name of its status.
func IsGone(err error) bool { return IsResync(err) }

// IsNotFound says that the item or folder does not exist (any more).
func IsNotFound(err error) bool { return statusOf(err) == http.StatusNotFound && !IsMailboxAway(err) }

// IsMailboxAway says that there is no mailbox at all just now: its licence was taken away, it is being moved, or it is not in
// the cloud. Each request is answered with 404 then, which says nothing of the item that was asked about
// (learn.microsoft.com/graph/resolve-auth-errors, MailboxNotEnabledForRESTAPI).
func IsMailboxAway(err error) bool {
	return codeIs(err, "MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI", "MailboxNotHostedInExchangeOnline")
}

// IsConflict says that the item is not the one that the ETag meant (412), or that it stands in the way (409).
func IsConflict(err error) bool {
	s := statusOf(err)
	return s == http.StatusPreconditionFailed || s == http.StatusConflict || codeIs(err, "ErrorIrresolvableConflict")
}

// IsThrottled says that the service asks to wait.
func IsThrottled(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable && e.RetryAfter > 0)
}

// IsServer says that the service failed: the request may or may not have been carried out.
func IsServer(err error) bool { return statusOf(err) >= 500 }

// IsRefused says that the service will answer the same again: a 4xx that is not one of the others.
func IsRefused(err error) bool {
	s := statusOf(err)
	return s >= 400 && s < 500 && s != http.StatusRequestTimeout && s != http.StatusUnauthorized &&
		!IsThrottled(err) && !IsConflict(err) && !IsNotFound(err) && !IsResync(err) && !IsMailboxAway(err)
}

// IsTooLarge says that the item is over a limit of the service or of this program.
func IsTooLarge(err error) bool {
	return statusOf(err) == http.StatusRequestEntityTooLarge || errors.Is(err, ErrTooLarge) ||
		codeIs(err, "ErrorMessageSizeExceeded", "ErrorAttachmentSizeLimitExceeded")
}

// IsUnauthorized says that the service did not take even a fresh token.
func IsUnauthorized(err error) bool { return statusOf(err) == http.StatusUnauthorized }

// IsForbidden says that the service did not take what the request was authorised with: 401 or 403.
func IsForbidden(err error) bool {
	return IsUnauthorized(err) || statusOf(err) == http.StatusForbidden
}

// IsNetwork says that no answer came from the service, or from the sign-in service that was asked for a token.
func IsNetwork(err error) bool {
	var n *NetworkError
	if errors.As(err, &n) {
		return true
	}
	if !errors.Is(err, ErrToken) || errors.Is(err, context.Canceled) {
		return false
	}
	var u *url.Error
	var ne net.Error
	return errors.As(err, &u) || errors.As(err, &ne) || errors.Is(err, io.ErrUnexpectedEOF)
}

// Unsent says that the request certainly was not carried out: no connection, no token, or the service said so.
func Unsent(err error) bool {
	if errors.Is(err, ErrToken) || errors.Is(err, ErrForeignLink) {
		return true
	}
	var n *NetworkError
	if errors.As(err, &n) {
		return n.Unsent
	}
	s := statusOf(err)
	return s >= 400 && s < 500 && s != http.StatusRequestTimeout
}

// SignInAgain says that the account's sign-in no longer holds. An error in the chain says so by a method of the same
// name; package auth's do.
func SignInAgain(err error) bool {
	var again interface{ SignInAgain() bool }
	return errors.As(err, &again) && again.SignInAgain()
}

// KeychainFails says that no token could be had because this computer's keychain does not work: the sign-in may still
// hold. An error in the chain says so by a method of the same name; package auth's do.
func KeychainFails(err error) bool {
	var keychain interface{ KeychainFails() bool }
	return errors.As(err, &keychain) && keychain.KeychainFails()
}
