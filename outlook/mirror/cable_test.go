package mirror

import (
	"errors"
	"net"
	"net/http"
	"sync/atomic"
)

// cable is the way to the service, which can be pulled out: then requests fail, those on open connections too. What was
// under way before may still arrive.
type cable struct {
	*http.Transport
	down *atomic.Bool
	busy atomic.Int64 // requests without an answer yet
}

func (c *cable) RoundTrip(req *http.Request) (*http.Response, error) {
	c.busy.Add(1)
	defer c.busy.Add(-1)
	if c.down.Load() {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route")}
	}
	return c.Transport.RoundTrip(req)
}
