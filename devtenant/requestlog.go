package devtenant

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxRequests is how many requests are remembered; the oldest go first.
const maxRequests = 1000

// LoggedRequest is one request as the panel tells of it: neither headers nor bodies, no token, code or secret.
type LoggedRequest struct {
	Serial    uint64    `json:"serial"` // 1 for the first
	Time      time.Time `json:"time"`   // when it came, UTC
	Method    string    `json:"method"`
	Path      string    `json:"path"`   // of Graph with its options, the opaque tokens in them left out
	Who       string    `json:"who"`    // the sign-in name of a good access token's owner
	Status    int       `json:"status"` // 0: the connection was cut
	Millis    float64   `json:"ms"`
	Bytes     int64     `json:"bytes"` // of the answer's body
	RequestID string    `json:"request_id"`
}

// requestLog remembers the last requests and tells of new ones. Its zero value is ready; it is safe for concurrent use.
type requestLog struct {
	mu     sync.Mutex
	last   uint64
	base   uint64          // the last serial that was forgotten by clear
	ring   []LoggedRequest // that with Serial n is at (n-1-base) % maxRequests
	notify chan struct{}   // closed at the next request
}

func (l *requestLog) add(r LoggedRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	r.Serial = l.last
	if len(l.ring) < maxRequests {
		l.ring = append(l.ring, r)
	} else {
		l.ring[(l.last-1-l.base)%maxRequests] = r
	}
	if l.notify != nil {
		close(l.notify)
		l.notify = nil
	}
}

// after gives the requests after a serial, oldest first, and a channel that is closed when there are more.
func (l *requestLog) after(serial uint64) ([]LoggedRequest, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []LoggedRequest
	for n := max(serial, l.last-uint64(len(l.ring))) + 1; n <= l.last; n++ {
		out = append(out, l.ring[(n-1-l.base)%maxRequests])
	}
	if l.notify == nil {
		l.notify = make(chan struct{})
	}
	return out, l.notify
}

func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.base = nil, l.last // serials go on, for those who wait for more
}

// watch remembers what next answers. The panel's own pages are not worth it. who names the caller.
func (l *requestLog) watch(who func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if own := r.URL.Path; own == "/" || strings.HasPrefix(own, "/panel/") || own == "/control/requests" {
			next.ServeHTTP(w, r)
			return
		}
		begin, seen := time.Now(), &seenWriter{ResponseWriter: w}
		note := LoggedRequest{Time: begin.UTC(), Method: r.Method, Path: loggedPath(r.URL), Who: who(r)}
		finished := false
		defer func() {
			note.Status, note.Bytes, note.Millis = seen.status, seen.bytes, float64(time.Since(begin).Microseconds())/1000
			if !finished {
				note.Status = 0 // by a fault, or because the client has gone
			} else if note.Status == 0 {
				note.Status = http.StatusOK
			}
			note.RequestID = w.Header().Get("request-id")
			if note.RequestID == "" {
				note.RequestID = w.Header().Get("X-Ms-Request-Id")
			}
			l.add(note)
		}()
		next.ServeHTTP(seen, r)
		finished = true
	})
}

// loggedPath leaves out what opens something or continues something: sign-ins' ids, upload addresses, opaque tokens.
func loggedPath(u *url.URL) string {
	path := u.Path
	for _, secret := range []string{"/login/", "/graph/uploads/"} {
		if rest, ok := strings.CutPrefix(path, secret); ok {
			_, action, _ := strings.Cut(rest, "/")
			path = strings.TrimSuffix(secret+"…/"+action, "/")
		}
	}
	if strings.HasPrefix(path, "/graph/") && u.RawQuery != "" {
		var options []string
		for _, o := range strings.Split(u.RawQuery, "&") {
			name, value, _ := strings.Cut(o, "=")
			name, err := url.QueryUnescape(name)
			text, err2 := url.QueryUnescape(value)
			if err != nil || err2 != nil {
				continue
			}
			if strings.Contains(strings.ToLower(name), "token") {
				text = "…"
			}
			options = append(options, name+"="+text)
		}
		path += "?" + strings.Join(options, "&")
	}
	if len(path) > 400 {
		path = strings.ToValidUTF8(path[:400], "") + "…"
	}
	return path
}

// seenWriter notes what is answered.
type seenWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *seenWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *seenWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *seenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// requestFilter chooses requests: by words of path, method, name or request id, and by the status' first digit.
type requestFilter struct{ Text, Status string }

func filterOf(q url.Values) requestFilter {
	return requestFilter{strings.TrimSpace(q.Get("q")), q.Get("status")}
}

func (f requestFilter) match(r LoggedRequest) bool {
	if f.Status != "" && !strings.HasPrefix(strconv.Itoa(r.Status), f.Status) {
		return false
	}
	all := strings.ToLower(r.Method + " " + r.Path + " " + r.Who + " " + r.RequestID)
	for _, word := range strings.Fields(strings.ToLower(f.Text)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// ServeHTTP is GET /control/requests: what is remembered as a JSON list, oldest first; with Accept: text/event-stream
// what comes, too, until the client goes. The query's after is a serial, q and status filter.
func (l *requestLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		http.Error(w, "GET only", http.StatusMethodNotAllowed)
		return
	}
	q := r.URL.Query()
	serial, _ := strconv.ParseUint(q.Get("after"), 10, 64) // what is no number is the beginning
	if last, err := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		serial = last
	}
	filter := filterOf(q)
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		h.Set("Content-Type", "application/json")
		out := []LoggedRequest{}
		all, _ := l.after(serial)
		for _, one := range all {
			if filter.match(one) {
				out = append(out, one)
			}
		}
		_ = json.NewEncoder(w).Encode(out) // the client may have gone
		return
	}
	h.Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	for {
		all, more := l.after(serial)
		for _, one := range all {
			serial = one.Serial
			if !filter.match(one) {
				continue
			}
			data, err := json.Marshal(one)
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", one.Serial, data); err != nil {
				return
			}
		}
		if flush.Flush() != nil {
			return
		}
		select {
		case <-more:
		case <-r.Context().Done():
			return
		}
	}
}
