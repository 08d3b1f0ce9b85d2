package auth

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const maxCallback = 64 << 10 // bytes; Microsoft's answer is about 2 KB

// answer is what a browser brought back for this very question: a code, an approval, or an error.
type answer struct {
	state    string // that it came with
	code     Secret
	approval Approval
	err      *OAuthError
}

var (
	errStray     = errors.New("this answer belongs to another sign-in")
	errMalformed = errors.New("this is not an answer to a sign-in")
)

// parseCallback reads the parameters of an authorization response (RFC 6749 section 4.1.2). The state is looked at before
// anything else counts, errors included: whoever does not know it can neither finish nor end the sign-in. Each parameter
// may come once only (section 3.1).
func parseCallback(encoded, state string) (answer, error) {
	q, refusal, err := readAnswer(encoded, state)
	if err != nil || refusal != nil {
		return answer{state: state, err: refusal}, err
	}
	if q.Get("code") == "" {
		return answer{}, errMalformed
	}
	return answer{state: state, code: NewSecret(q.Get("code"))}, nil
}

// readAnswer is what all answers through the browser have in common.
func readAnswer(encoded, state string) (url.Values, *OAuthError, error) {
	if len(encoded) > maxCallback {
		return nil, nil, errMalformed
	}
	q, err := url.ParseQuery(encoded)
	if err != nil || len(q) == 0 {
		return nil, nil, errMalformed
	}
	for _, values := range q {
		if len(values) != 1 {
			return nil, nil, errMalformed
		}
	}
	got := q.Get("state")
	if got == "" {
		return nil, nil, errMalformed
	}
	if state == "" || subtle.ConstantTimeCompare([]byte(got), []byte(state)) != 1 {
		return nil, nil, errStray
	}
	if q.Has("error") { // read before code: an error is never a success
		oe := &OAuthError{Code: printable(q.Get("error"), 64), Suberror: printable(q.Get("error_subcode"), 64)}
		if oe.Code == "" {
			oe.Code = "unknown_error"
		}
		oe.describe(q.Get("error_description"))
		return nil, oe, nil
	}
	return q, nil, nil
}

// readPasted reads what a person copied from the browser: the address, in query mode, or the text of Microsoft's error page.
func (q question) readPasted(text string) (answer, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" {
		if shown := readShown(text); shown != nil {
			return answer{err: shown}, nil
		}
	}
	if err != nil || u.Hostname() != "localhost" || !q.query {
		return answer{}, errMalformed
	}
	return q.read(u.RawQuery, q.state)
}

// readShown reads the text of a page on which Microsoft shows an error; nil if there is none in it.
func readShown(text string) *OAuthError {
	oe := &OAuthError{Code: "shown_in_browser"}
	oe.describe(text)
	if len(oe.Numbers) == 0 {
		return nil
	}
	return oe
}

// callbackHandler serves the loopback redirect address. Everything but the right answer is turned away without touching
// the sign-in: favicons, other paths, methods, content types, hosts (DNS rebinding), states and repeats.
type callbackHandler struct {
	host     string // "localhost:PORT", the only Host header accepted
	redirect string
	question
	settle func(answer) bool
}

func (h *callbackHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Host, h.host) {
		h.turnAway(w, http.StatusBadRequest)
		return
	}
	if r.URL.Path != "/" {
		h.turnAway(w, http.StatusNotFound)
		return
	}
	method := http.MethodPost
	if h.query {
		method = http.MethodGet
	}
	if r.Method != method {
		w.Header().Set("Allow", method)
		h.turnAway(w, http.StatusMethodNotAllowed)
		return
	}
	encoded := r.URL.RawQuery
	if !h.query {
		if !isForm(r.Header.Get("Content-Type")) {
			h.turnAway(w, http.StatusUnsupportedMediaType)
			return
		}
		if encoded != "" { // a form post carries nothing in the address
			h.turnAway(w, http.StatusBadRequest)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallback))
		if err != nil {
			status := http.StatusBadRequest
			var tooBig *http.MaxBytesError
			if errors.As(err, &tooBig) {
				status = http.StatusRequestEntityTooLarge
			}
			h.turnAway(w, status)
			return
		}
		encoded = string(body)
		clear(body)
	}
	q := h.question
	a, err := q.read(encoded, q.state)
	if err != nil && q.onward != nil { // either of the two may be answered, whichever way the person took
		q = *q.onward
		a, err = q.read(encoded, q.state)
	}
	if err != nil {
		h.turnAway(w, http.StatusBadRequest)
		return
	}
	if q.goesOn(a.err) {
		writePage(w, http.StatusOK, pageOnward(q.onward.address(h.redirect)))
		return
	}
	if !h.settle(a) {
		writePage(w, http.StatusConflict, pageOver())
		return
	}
	if a.err != nil {
		writePage(w, http.StatusOK, pageFailed(Explain(fmt.Errorf("sign in: %w: %w", q.judge(a.err), a.err))))
		return
	}
	writePage(w, http.StatusOK, q.done())
}

func (h *callbackHandler) turnAway(w http.ResponseWriter, status int) {
	writePage(w, status, pageStray())
}

// redirectKind sorts an error that came back through the browser. access_denied is what both a person's "no" and a page
// without an approve button end in; only the number tells them apart, and it only chooses the help text.
func redirectKind(e *OAuthError) error {
	switch {
	case e.has(adminNumbers...):
		return ErrAdminApproval
	case e.Code == "temporarily_unavailable" || e.Code == "server_error":
		return ErrBusy
	case e.Code == "access_denied" && (e.Number() == 0 || e.has(65004)), e.Code == "consent_required" && e.has(65004):
		return ErrRefused
	}
	return ErrSignInRejected
}

// adminNumbers are the AADSTS numbers whose one cure is an administrator's approval.
var adminNumbers = []int{90093, 90094, 90095, 90099, 900941, 900981}
