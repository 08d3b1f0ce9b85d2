package graph

import (
	"errors"
	"net/http"

	"supercrm/devtenant/mailbox"
)

// refusal is a Graph error: status, code and message.
type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func badRequest(code, message string) *refusal {
	return &refusal{http.StatusBadRequest, code, message}
}

var (
	errDenied   = &refusal{http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again."}
	errNoRoute  = &refusal{http.StatusBadRequest, "BadRequest", "Resource not found for the segment."}
	errNotMine  = badRequest("ErrorInvalidRequest", "Your request can't be completed. You need to be an organizer to do this.")
	errNotYours = badRequest("ErrorInvalidRequest", "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.")
)

// statuses of the codes that come from the mailbox; the rest is 400.
var statuses = map[string]int{
	"ErrorItemNotFound":               http.StatusNotFound,
	"ErrorIrresolvableConflict":       http.StatusPreconditionFailed,
	"SyncStateNotFound":               http.StatusGone,
	"ErrorFolderExists":               http.StatusConflict,
	"ErrorDeleteDistinguishedFolder":  http.StatusForbidden,
	"ErrorMoveDistinguishedFolder":    http.StatusForbidden,
	"ErrorAccessDenied":               http.StatusForbidden,
	"ErrorQuotaExceeded":              http.StatusInsufficientStorage, // microsoftgraph/microsoft-graph-docs-contrib#6177
	"ErrorOccurrenceCrossingBoundary": http.StatusBadRequest,
}

// codeFor is a code that fits a status, for faults that name none.
func codeFor(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "InvalidAuthenticationToken"
	case http.StatusForbidden:
		return "ErrorAccessDenied"
	case http.StatusNotFound:
		return "ErrorItemNotFound"
	case http.StatusConflict, http.StatusPreconditionFailed:
		return "ErrorIrresolvableConflict"
	case http.StatusGone:
		return "SyncStateNotFound"
	case http.StatusTooManyRequests:
		return "ApplicationThrottled"
	case http.StatusServiceUnavailable:
		return "serviceNotAvailable"
	case http.StatusGatewayTimeout:
		return "gatewayTimeout"
	}
	if status >= 500 {
		return "ErrorInternalServerError"
	}
	return "ErrorInvalidRequest"
}

// fail makes the answer a Graph error (facts, "Errors").
func (a *answer) fail(err error) {
	var refused *refusal
	if !errors.As(err, &refused) {
		refused = &refusal{http.StatusInternalServerError, "ErrorInternalServerError", "An internal server error occurred."}
		var of *mailbox.Error
		if errors.As(err, &of) {
			refused = &refusal{http.StatusBadRequest, of.Code, of.Message}
			if status := statuses[of.Code]; status != 0 {
				refused.status = status
			}
		}
	}
	inner := fields{
		{"date", a.now().UTC().Format("2006-01-02T15:04:05")},
		{"request-id", a.requestID},
		{"client-request-id", a.clientRequestID},
	}
	name := "innerError"
	if a.quirks.OldErrors {
		name = "innererror"
	}
	// Strings only, so this cannot fail.
	_ = a.json(refused.status, fields{{"error", fields{{"code", refused.code}, {"message", refused.message}, {name, inner}}}})
}
