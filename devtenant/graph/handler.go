// Package graph answers as Microsoft Graph v1.0 does for mail, calendar and contacts, over the state in
// devtenant/mailbox. It is the simulated tenant's half of the wire and shares no type with the client in outlook: a
// mistake must not be made on both sides at once. It issues and checks no tokens itself.
//
// NewHandler gives an http.Handler over a mailbox.Registry. Requests go wrong by rule (Handler.Faults, also over HTTP) or
// by a hook (Handler.SetIntercept). Meetings, mail and free/busy times pass between the registry's mailboxes; what is for
// other domains leaves the tenant and is only noted.
//
// It is no copy of the whole of Graph: change notifications, rules that run, online meetings that can be joined and
// directories are not there.
package graph

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"supercrm/devtenant/mailbox"
)

// Caller is whom an access token was issued to. Scopes are delegated permissions such as "Mail.Read", with or without
// the resource's URI before them. GuestMail is the address of a guest, whose mailbox is in another organization.
type Caller struct {
	TenantID, ObjectID, UPN, Name string
	GuestMail                     string
	AppID                         string
	Scopes                        []string
	// App: the token is the program's own, for nobody. ObjectID is its service principal, and Roles, the application
	// permissions, count instead of Scopes, in every mailbox of the tenant.
	App   bool
	Roles []string
}

// Fault is what a test wants to go wrong with one request.
type Fault struct {
	// Status is what the client gets instead of the answer; 0 leaves the answer as it is (after Delay).
	Status int
	Header http.Header // added to the answer, such as Retry-After
	Code   string      // Graph error code; "" gives one that fits Status
	// AfterApply: the request is carried out, but the client gets Status.
	AfterApply bool
	// Reset: the connection is cut without an answer; with AfterApply after the request was carried out.
	Reset bool
	Delay time.Duration // before anything else
	// Cut ends the answer's body half way.
	Cut Cut
	// Drops gives the body in 16 pieces with this pause between them.
	Drops time.Duration
	// Skew moves the Date header.
	Skew time.Duration
	// Quirks for this request instead of the handler's.
	Quirks *Quirks
}

// Cut is how a body ends too early.
type Cut int

// The ways a body ends: whole, by the connection's end, or as if the half were all.
const (
	CutNone Cut = iota
	CutReset
	CutSilent
)

// Quirks are things that the service may do at any time and a client has to live with (facts, "Sync"). Tests switch
// them on.
type Quirks struct {
	EmptyPages    bool // an empty page with a nextLink before each page of a delta round
	Replays       bool // the first item of a delta page is told twice
	Reorder       bool // the items of a delta page come in reverse
	NewIDs        bool // a move changes the immutable id, too, as between archives
	MissingMaster bool // series masters are left out of calendarView deltas
	OldErrors     bool // errors spell innerError in lower case (facts, "Errors")
}

// Options of a Handler. Verify, Mailboxes and Now are needed.
type Options struct {
	// Verify checks a bearer token. Any error is answered 401, a *Challenge with the claims that it names.
	Verify    func(bearer string) (Caller, error)
	Mailboxes *mailbox.Registry
	// Member says whether a mailbox's owner belongs to a tenant: programs' own tokens reach no others. nil: all do.
	Member func(tenantID, objectID string) bool
	Now    func() time.Time
	Log    *slog.Logger
	// Intercept chooses a fault for a request, or nil. SetIntercept changes it later.
	Intercept func(*http.Request) *Fault
	// FourAtOnce refuses a fifth request at the same time to a mailbox with 429 (facts, "Limits").
	FourAtOnce bool
	// Budget refuses more than 10,000 requests in ten minutes or 150 MB of uploads in five, likewise.
	Budget bool
	Quirks Quirks
	// MaxFiltered is how many messages a filtered change tracking tells in its first round; 0: as many as the service does.
	MaxFiltered int
	// Observe is told of each request and of the answer made for it, those inside a $batch and the $batch itself, before
	// the answer is sent; what a fault does to it on its way is not seen. Upload URLs are not Graph and not told of. It is
	// called from the request's goroutine and must not keep or change what it gets.
	Observe func(r *http.Request, body []byte, status int, header http.Header, answer []byte)
}

// Handler serves /graph/v1.0/… (or /v1.0/…). It is safe for concurrent use.
type Handler struct {
	opt       Options
	intercept atomic.Pointer[func(*http.Request) *Fault]
	quirks    atomic.Pointer[Quirks]
	four      atomic.Bool
	serial    atomic.Uint64
	uploads   uploads
	faults    Faults
	budgeted  atomic.Bool
	budget    budget

	mu   sync.Mutex
	busy map[string]int // running requests by app and mailbox
}

// NewHandler makes a handler.
func NewHandler(opt Options) *Handler {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.MaxFiltered <= 0 {
		opt.MaxFiltered = maxFiltered
	}
	h := &Handler{opt: opt, busy: map[string]int{}}
	h.SetIntercept(opt.Intercept)
	h.SetQuirks(opt.Quirks)
	h.SetFourAtOnce(opt.FourAtOnce)
	h.SetBudget(opt.Budget)
	return h
}

// SetIntercept replaces the fault hook; nil takes it away. It also sees the requests inside a $batch and those to an upload.
func (h *Handler) SetIntercept(f func(*http.Request) *Fault) {
	if f == nil {
		h.intercept.Store(nil)
		return
	}
	h.intercept.Store(&f)
}

// Faults are the rules by which requests go wrong; Intercept comes before them.
func (h *Handler) Faults() *Faults { return &h.faults }

// SetQuirks replaces the quirks.
func (h *Handler) SetQuirks(q Quirks) { h.quirks.Store(&q) }

// SetFourAtOnce switches the limit of four requests at a time.
func (h *Handler) SetFourAtOnce(on bool) { h.four.Store(on) }

// FourAtOnce says whether the limit of four requests at a time is on.
func (h *Handler) FourAtOnce() bool { return h.four.Load() }

// maxBody bounds a request: 4 MB is what Graph takes in one (documentation, "Attach large files"), with room for base64.
const maxBody = 6 << 20

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	a := h.newAnswer(r)
	if err != nil {
		a.fail(&refusal{http.StatusRequestEntityTooLarge, "ErrorMessageSizeExceeded", "The request is too large."})
	} else if key, ok := strings.CutPrefix(r.URL.Path, uploadPath); ok {
		h.faulty(a, r, func() { h.upload(a, r, key, body) })
	} else {
		h.serve(a, r, body)
	}
	if a.reset {
		panic(http.ErrAbortHandler)
	}
	a.send(w, r)
}

// answer is a response being made.
type answer struct {
	status          int
	header          http.Header
	body            []byte
	reset           bool
	cut             Cut
	drops           time.Duration
	quirks          Quirks
	requestID       string
	clientRequestID string
	now             func() time.Time
}

func (h *Handler) newAnswer(r *http.Request) *answer {
	mac := hmac.New(sha256.New, []byte(h.opt.Mailboxes.Epoch()))
	fmt.Fprintf(mac, "request %d", h.serial.Add(1))
	sum := mac.Sum(nil)
	a := &answer{header: http.Header{}, now: h.opt.Now, quirks: *h.quirks.Load()}
	a.requestID = fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	a.clientRequestID = a.requestID
	if id := r.Header.Get("client-request-id"); id != "" && len(id) <= 100 {
		a.clientRequestID = id
	}
	a.header.Set("request-id", a.requestID)
	a.header.Set("client-request-id", a.clientRequestID)
	a.header.Set("Cache-Control", "private")
	return a
}

// serve answers one request or one part of a batch.
func (h *Handler) serve(a *answer, r *http.Request, body []byte) {
	h.faulty(a, r, func() { h.answer(a, r, body) })
	if h.opt.Observe != nil && !a.reset {
		h.opt.Observe(r, body, cmp.Or(a.status, http.StatusOK), a.header, a.body)
	}
}

// faulty answers a request, or lets it go wrong as a fault says.
func (h *Handler) faulty(a *answer, r *http.Request, do func()) {
	fault := h.fault(r)
	if fault == nil {
		do()
		return
	}
	if fault.Delay > 0 {
		timer := time.NewTimer(fault.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			a.reset = true
			return
		}
	}
	a.cut, a.drops = fault.Cut, fault.Drops
	if fault.Quirks != nil {
		a.quirks = *fault.Quirks
	}
	if fault.Skew != 0 {
		a.header.Set("Date", h.opt.Now().Add(fault.Skew).UTC().Format(http.TimeFormat))
	}
	if fault.AfterApply || fault.Status == 0 && !fault.Reset {
		do()
	}
	for name, values := range fault.Header {
		a.header[http.CanonicalHeaderKey(name)] = values
	}
	a.reset = fault.Reset
	if fault.Status != 0 {
		code := fault.Code
		if code == "" {
			code = codeFor(fault.Status)
		}
		a.fail(&refusal{fault.Status, code, "The request was refused by a fault set for it."})
	}
}

func (h *Handler) fault(r *http.Request) *Fault {
	if f := h.intercept.Load(); f != nil {
		if fault := (*f)(r); fault != nil {
			return fault
		}
	}
	return h.faults.choose(r, func() (Caller, bool) {
		_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		caller, err := h.opt.Verify(strings.TrimSpace(token))
		return caller, err == nil
	})
}

// answer authenticates, limits and routes. A panic is the simulated tenant's own mistake: it is logged and answered 500.
func (h *Handler) answer(a *answer, r *http.Request, body []byte) {
	defer func() {
		if p := recover(); p != nil {
			h.opt.Log.Error("graph: panic", "method", r.Method, "panic", p, "stack", string(debug.Stack()))
			a.fail(&refusal{http.StatusInternalServerError, "ErrorInternalServerError", "An internal server error occurred."})
		}
	}()
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		a.unauthorized("Access token is empty.")
		return
	}
	caller, err := h.opt.Verify(strings.TrimSpace(token))
	if c := new(Challenge); errors.As(err, &c) {
		a.challenge(c)
		return
	}
	if err != nil {
		a.unauthorized("Access token validation failure. Invalid or expired token.")
		return
	}
	segments, err := segmentsOf(r)
	if err != nil {
		a.fail(badRequest("BadRequest", "Resource not found for the segment."))
		return
	}
	if len(segments) == 1 && segments[0] == "$batch" {
		h.batch(a, r, body)
		return
	}
	key := caller.AppID + " " + h.target(caller, segments) // limits count for the pair of app and mailbox
	if h.four.Load() {
		release, ok := h.take(key)
		if !ok {
			a.header.Set("Retry-After", "1")
			a.fail(&refusal{http.StatusTooManyRequests, "ApplicationThrottled", "Application is over its MailboxConcurrency limit."})
			return
		}
		defer release()
	}
	if h.overBudget(a, key, r.Method, len(body)) {
		return
	}
	c := &call{answer: a, h: h, r: r, caller: caller, input: body}
	if err := c.run(segments); err != nil {
		a.fail(err)
	}
}

// maxAtOnce is the limit of requests at a time for an app and mailbox (documentation, "Outlook service limits").
const maxAtOnce = 4

// target is the object id of the mailbox that a request is about, or what stands for it.
func (h *Handler) target(caller Caller, segments []string) string {
	if len(segments) > 1 && segments[0] == "users" {
		if m, ok := h.opt.Mailboxes.Mailbox(segments[1]); ok {
			return m.Owner().ObjectID
		}
		return strings.ToLower(segments[1])
	}
	return caller.ObjectID
}

// take lets a request in, by app and mailbox, until release.
func (h *Handler) take(key string) (release func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[key] >= maxAtOnce {
		return nil, false
	}
	h.busy[key]++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.busy[key]--; h.busy[key] == 0 {
			delete(h.busy, key)
		}
	}, true
}

func (a *answer) unauthorized(message string) {
	a.header.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
	a.fail(&refusal{http.StatusUnauthorized, "InvalidAuthenticationToken", message})
}

// json sets the answer's body.
func (a *answer) json(status int, value any) error {
	var b bytes.Buffer
	if err := writeJSON(&b, value); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	a.status, a.body = status, b.Bytes()
	a.header.Set("Content-Type", "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8")
	return nil
}
