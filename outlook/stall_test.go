package outlook

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// drip is a service whose answer comes in pieces, each after a pause, and then hangs, unless it ends.
type drip struct {
	silent bool // no answer at all
	status int  // 0: 200
	pieces int
	pause  time.Duration
	hangs  bool
}

func (d drip) RoundTrip(req *http.Request) (*http.Response, error) {
	if d.silent {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	r, w := io.Pipe()
	go func() {
		for range d.pieces {
			if sleep(req.Context(), d.pause) != nil {
				break
			}
			if _, err := io.WriteString(w, "piece"); err != nil {
				return
			}
		}
		if d.hangs {
			<-req.Context().Done()
		}
		_ = w.CloseWithError(req.Context().Err()) // nil: the end
	}()
	return &http.Response{StatusCode: cmp.Or(d.status, http.StatusOK), Body: r, Header: http.Header{}, Request: req}, nil
}

// ponderous takes its time with what it is given.
type ponderous struct {
	strings.Builder
	pause time.Duration
}

func (p *ponderous) Write(b []byte) (int, error) {
	time.Sleep(p.pause)
	return p.Builder.Write(b)
}

func TestDownloadsStall(t *testing.T) {
	for name, c := range map[string]struct {
		service drip
		writer  time.Duration // pause in each write
		takes   time.Duration
		pieces  int
		stalls  bool
	}{
		"no answer":        {service: drip{silent: true}, takes: time.Minute, stalls: true},
		"answer, no bytes": {service: drip{hangs: true}, takes: time.Minute, stalls: true},
		"half a refusal":   {service: drip{status: http.StatusForbidden, pieces: 1, hangs: true}, takes: time.Minute},
		"slow, then hangs": {service: drip{pieces: 10, pause: 50 * time.Second, hangs: true}, takes: 500*time.Second + time.Minute, pieces: 10, stalls: true},
		"slow and steady":  {service: drip{pieces: 100, pause: 50 * time.Second}, takes: 5000 * time.Second, pieces: 100},
		"a slow writer":    {service: drip{pieces: 3}, writer: 10 * time.Minute, takes: 30 * time.Minute, pieces: 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cl, err := New(Options{BaseURL: "https://graph.example/v1.0", HTTP: &http.Client{Transport: c.service}, Token: func(context.Context) (string, error) { return "t", nil }})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
				defer cancel()
				begun, w := time.Now(), &ponderous{pause: c.writer}
				err = cl.AttachmentValue(ctx, "m", "a", w)
				if d := time.Since(begun); d != c.takes {
					t.Errorf("it took %v", d)
				}
				if IsNetwork(err) != c.stalls || errors.Is(err, errStalled) != c.stalls || IsRefused(err) != (c.service.status != 0) || !c.stalls && c.service.status == 0 && err != nil {
					t.Errorf("it ended with %v", err)
				}
				if w.String() != strings.Repeat("piece", c.pieces) {
					t.Errorf("%d bytes came", w.Len())
				}
			})
		})
	}
}
