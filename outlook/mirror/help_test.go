package mirror

import (
	"context"
	"net"
	"net/http"
	"testing"

	"supercrm/outlook"
)

func removedMessage(id string) outlook.Message {
	return outlook.Message{ID: id, Removed: &outlook.Removed{Reason: "deleted"}}
}

func removedEvents(id string) []outlook.Event {
	return []outlook.Event{{ID: id, Removed: &outlook.Removed{Reason: "deleted"}}}
}

// dialer connects unless down says why not.
func dialer(down func() error) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if err := down(); err != nil {
			return nil, &net.OpError{Op: "dial", Net: network, Err: err}
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
}

func tenantClient(t testing.TB) *http.Client {
	hc := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(hc.CloseIdleConnections)
	return hc
}
