package graph

import (
	"net/http"
	"strconv"
	"time"
)

// send writes the answer, whole or as a fault wants it.
func (a *answer) send(w http.ResponseWriter, r *http.Request) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	body := a.body
	if a.cut != CutNone && len(body) > 0 {
		if a.cut == CutReset {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		body = body[:len(body)/2]
	}
	w.WriteHeader(a.status)
	if a.drops > 0 {
		a.drip(w, r, body)
	} else {
		// A client that has gone away is the only reason for an error here.
		_, _ = w.Write(body)
	}
	if a.cut == CutReset {
		_ = http.NewResponseController(w).Flush() // what was written has to arrive before the end
		panic(http.ErrAbortHandler)
	}
}

// dropCount is the number of pieces that a slow body comes in.
const dropCount = 16

// drip writes the body piece by piece, until the client has enough of it.
func (a *answer) drip(w http.ResponseWriter, r *http.Request, body []byte) {
	size := len(body)/dropCount + 1
	for len(body) > 0 {
		n := min(size, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		body = body[n:]
		_ = http.NewResponseController(w).Flush() // a writer that cannot flush is not slow, which is no error
		timer := time.NewTimer(a.drops)
		select {
		case <-timer.C:
		case <-r.Context().Done():
			timer.Stop()
			return
		}
	}
}
