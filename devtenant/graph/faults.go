package graph

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The kinds of faults that a rule makes (issue threads of the real service; facts, "Sync" and "HTTP").
const (
	FaultThrottle       = "throttle"       // 429 with Retry-After
	FaultUnavailable    = "unavailable"    // 503 with Retry-After
	FaultTimeoutAfter   = "timeoutAfter"   // 504, though the request was carried out
	FaultReset          = "reset"          // the connection is cut in the middle of the body
	FaultTruncated      = "truncated"      // the JSON ends too early, but the answer does not say so
	FaultEmptyPages     = "emptyPages"     // an empty page with a nextLink before each delta page
	FaultReplay         = "replay"         // delta pages tell an item twice
	FaultReorder        = "reorder"        // delta pages in reversed order
	FaultMidPage        = "midPage"        // 401 on the pages after the first
	FaultSlow           = "slow"           // the body comes in drops; Millis between them
	FaultDelay          = "delay"          // the answer comes Millis late
	FaultClockSkew      = "clockSkew"      // the Date header is Millis ahead (negative: behind)
	FaultNewIDs         = "newIDs"         // a move changes the immutable id, too
	FaultConflict       = "conflict"       // 412 although the ETag fits
	FaultExpired        = "expired"        // 410 for a delta link that is still good
	FaultMissingMasters = "missingMasters" // series masters are left out of calendarView deltas
	FaultPass           = "pass"           // nothing; for scripts
)

// FaultKinds lists every kind.
var FaultKinds = []string{FaultThrottle, FaultUnavailable, FaultTimeoutAfter, FaultReset, FaultTruncated, FaultEmptyPages, FaultReplay, FaultReorder,
	FaultMidPage, FaultSlow, FaultDelay, FaultClockSkew, FaultNewIDs, FaultConflict, FaultExpired, FaultMissingMasters, FaultPass}

// FaultRule says which requests go wrong, and how. Its JSON form is that of POST /control/faults.
type FaultRule struct {
	ID   string `json:"id"`             // given by Add
	Kind string `json:"kind,omitempty"` // one of FaultKinds; not with Script
	// Script is one kind for each matching request in turn; after its end the rule is spent.
	Script []string `json:"script,omitempty"`
	// Account is the UPN or object id of the caller; "" is everybody.
	Account string `json:"account,omitempty"`
	// Endpoint is a path after v1.0, with * for a part of a segment or a whole one and ** at the end for all that follows,
	// and before it, if wanted, a method: "GET /me/messages/*", "/me/mailFolders/**". "" is every request.
	Endpoint string `json:"endpoint,omitempty"`
	// Rate is the share of the matching requests that go wrong, above 0 to 1; 0 means all. The choice is random, but the
	// same for the same sequence of requests.
	Rate float64 `json:"rate,omitempty"`
	// Count is how many requests go wrong before the rule is spent; 0 is no limit.
	Count      int `json:"count,omitempty"`
	RetryAfter int `json:"retryAfter,omitempty"` // seconds, for throttle and unavailable; 0 means 1
	Millis     int `json:"millis,omitempty"`     // for slow, delay and clockSkew
	Fired      int `json:"fired"`                // how many requests went wrong by it; given by List
}

// Validate says what is wrong with a rule.
func (r *FaultRule) Validate() error {
	if (r.Kind == "") == (len(r.Script) == 0) {
		return fmt.Errorf("a fault has either a kind or a script")
	}
	for _, kind := range append(slices.Clone(r.Script), cmp.Or(r.Kind, FaultPass)) {
		if !slices.Contains(FaultKinds, kind) {
			return fmt.Errorf("there is no fault %q; known are %s", kind, strings.Join(FaultKinds, ", "))
		}
	}
	if r.Rate < 0 || r.Rate > 1 || r.Count < 0 || r.RetryAfter < 0 || r.RetryAfter > 86400 || r.Millis < -86_400_000 || r.Millis > 86_400_000 || len(r.Script) > 1000 {
		return fmt.Errorf("rate, count, retryAfter or millis is out of range")
	}
	if _, err := path.Match(strings.TrimSuffix(r.Endpoint, "**"), "x"); err != nil {
		return fmt.Errorf("the endpoint %q is not a pattern: %w", r.Endpoint, err)
	}
	return nil
}

// Spent says that the rule has fired as often as it may.
func (r *FaultRule) Spent() bool {
	return r.Count > 0 && r.Fired >= r.Count || len(r.Script) > 0 && r.Fired >= len(r.Script)
}

// Faults are the rules of a handler. It is safe for concurrent use.
type Faults struct {
	mu    sync.Mutex
	rules []*FaultRule
	dice  map[string]*rand.Rand
	last  int
}

// Add takes a rule and returns its id.
func (f *Faults) Add(r FaultRule) (string, error) {
	if err := r.Validate(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.rules) >= 100 {
		return "", fmt.Errorf("there are 100 faults already")
	}
	f.last++
	r.ID, r.Fired, r.Script = strconv.Itoa(f.last), 0, slices.Clone(r.Script)
	f.rules = append(f.rules, &r)
	if f.dice == nil {
		f.dice = map[string]*rand.Rand{}
	}
	f.dice[r.ID] = rand.New(rand.NewPCG(2026, uint64(len(r.Kind)+len(r.Endpoint))))
	return r.ID, nil
}

// List gives the rules, in the order they were added.
func (f *Faults) List() []FaultRule {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []FaultRule{}
	for _, r := range f.rules {
		out = append(out, *r)
	}
	return out
}

// Remove takes a rule away and reports whether there was one.
func (f *Faults) Remove(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.rules)
	f.rules = slices.DeleteFunc(f.rules, func(r *FaultRule) bool { return r.ID == id })
	delete(f.dice, id)
	return len(f.rules) < n
}

// Clear takes every rule away.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules, f.dice = nil, nil
}

// choose gives the fault for a request: that of the first rule that fires. who is asked for when a rule needs it.
func (f *Faults) choose(r *http.Request, who func() (Caller, bool)) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rule := range f.rules {
		if rule.Spent() || !rule.matches(r) {
			continue
		}
		if rule.Account != "" {
			caller, ok := who()
			if !ok || !strings.EqualFold(caller.UPN, rule.Account) && !strings.EqualFold(caller.ObjectID, rule.Account) {
				continue
			}
		}
		if rule.Rate > 0 && f.dice[rule.ID].Float64() >= rule.Rate {
			continue
		}
		kind := rule.Kind
		if len(rule.Script) > 0 {
			kind = rule.Script[rule.Fired]
		}
		if fault := rule.fault(kind, r); fault != nil {
			rule.Fired++
			return fault
		}
	}
	return nil
}

// matches compares the request with the endpoint, ids of mailboxes and of the program's version aside.
func (r *FaultRule) matches(req *http.Request) bool {
	pattern := r.Endpoint
	if method, rest, ok := strings.Cut(pattern, " "); ok {
		if !strings.EqualFold(method, req.Method) {
			return false
		}
		pattern = rest
	}
	if pattern == "" {
		return true
	}
	have := strings.TrimPrefix(strings.TrimPrefix(req.URL.Path, "/graph"), "/v1.0")
	if begin, ok := strings.CutSuffix(pattern, "**"); ok {
		n := strings.Count(begin, "/")
		parts := strings.SplitAfterN(have, "/", n+1)
		have, pattern = strings.Join(parts[:min(n, len(parts))], ""), begin
	}
	ok, err := path.Match(pattern, have)
	return err == nil && ok
}

// fault is what a kind does to a request; nil when it means nothing to it.
func (r *FaultRule) fault(kind string, req *http.Request) *Fault {
	retry := http.Header{"Retry-After": {strconv.Itoa(max(r.RetryAfter, 1))}}
	delta := strings.HasSuffix(req.URL.Path, "/delta")
	later := req.URL.Query().Get("$skiptoken") != "" || req.URL.Query().Get("$skip") != ""
	quirk := func(q Quirks) *Fault {
		if !delta {
			return nil
		}
		return &Fault{Quirks: &q}
	}
	switch kind {
	case FaultThrottle:
		return &Fault{Status: http.StatusTooManyRequests, Code: "ApplicationThrottled", Header: retry}
	case FaultUnavailable:
		return &Fault{Status: http.StatusServiceUnavailable, Header: retry}
	case FaultTimeoutAfter:
		return &Fault{Status: http.StatusGatewayTimeout, AfterApply: true}
	case FaultReset:
		return &Fault{Cut: CutReset}
	case FaultTruncated:
		return &Fault{Cut: CutSilent}
	case FaultEmptyPages:
		return quirk(Quirks{EmptyPages: true})
	case FaultReplay:
		return quirk(Quirks{Replays: true})
	case FaultReorder:
		return quirk(Quirks{Reorder: true})
	case FaultMissingMasters:
		return quirk(Quirks{MissingMaster: true})
	case FaultMidPage:
		if later {
			return &Fault{Status: http.StatusUnauthorized}
		}
		return nil
	case FaultSlow:
		return &Fault{Drops: time.Duration(max(r.Millis, 1)) * time.Millisecond}
	case FaultDelay:
		return &Fault{Delay: time.Duration(r.Millis) * time.Millisecond}
	case FaultClockSkew:
		return &Fault{Skew: time.Duration(r.Millis) * time.Millisecond}
	case FaultNewIDs:
		if !strings.HasSuffix(req.URL.Path, "/move") {
			return nil
		}
		return &Fault{Quirks: &Quirks{NewIDs: true}}
	case FaultConflict:
		if req.Header.Get("If-Match") == "" {
			return nil
		}
		return &Fault{Status: http.StatusPreconditionFailed}
	case FaultExpired:
		if !delta || !later && req.URL.Query().Get("$deltatoken") == "" {
			return nil
		}
		return &Fault{Status: http.StatusGone}
	}
	return &Fault{} // pass
}
