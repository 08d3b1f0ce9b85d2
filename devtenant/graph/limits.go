package graph

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// The limits for one app and one mailbox (documentation, "Outlook service limits"; facts, "Limits").
const (
	maxRequests   = 10_000
	requestPeriod = 10 * time.Minute
	maxUploaded   = 150 << 20 // bytes of POST, PATCH and PUT
	uploadedIn    = 5 * time.Minute
)

// spent is what one app has had of one mailbox, in the order of time.
type spent struct {
	requests []time.Time
	uploads  []uploaded
	bytes    int64 // the sum of uploads
}

type uploaded struct {
	at    time.Time
	bytes int64
}

// budget counts requests and uploads by app and mailbox.
type budget struct {
	mu    sync.Mutex
	spent map[string]*spent
}

// take spends one request with a body of n bytes. When there is nothing left it spends nothing and says how long to wait.
func (b *budget) take(key string, now time.Time, n int64) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent == nil {
		b.spent = map[string]*spent{}
	}
	s := b.spent[key]
	if s == nil {
		s = &spent{}
		b.spent[key] = s
	}
	for len(s.requests) > 0 && now.Sub(s.requests[0]) >= requestPeriod {
		s.requests = s.requests[1:]
	}
	for len(s.uploads) > 0 && now.Sub(s.uploads[0].at) >= uploadedIn {
		s.bytes -= s.uploads[0].bytes
		s.uploads = s.uploads[1:]
	}
	if len(s.requests) >= maxRequests {
		return requestPeriod - now.Sub(s.requests[0])
	}
	if n > 0 && s.bytes+n > maxUploaded && len(s.uploads) > 0 {
		return uploadedIn - now.Sub(s.uploads[0].at)
	}
	s.requests = append(s.requests, now)
	if n > 0 {
		s.uploads = append(s.uploads, uploaded{now, n})
		s.bytes += n
	}
	return 0
}

// SetBudget switches the limits of requests and of uploaded bytes over time.
func (h *Handler) SetBudget(on bool) { h.budgeted.Store(on) }

// overBudget answers 429 to what is more than an app may have of a mailbox, and reports whether it did.
func (h *Handler) overBudget(a *answer, key, method string, size int) bool {
	if !h.budgeted.Load() {
		return false
	}
	if method == http.MethodGet || method == http.MethodDelete {
		size = 0
	}
	wait := h.budget.take(key, h.opt.Now(), int64(size))
	if wait <= 0 {
		return false
	}
	a.header.Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
	a.fail(&refusal{http.StatusTooManyRequests, "TooManyRequests", "Too many requests to this mailbox, or too many bytes, in too short a time."})
	return true
}
