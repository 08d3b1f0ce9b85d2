package mirror

import (
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

func tenantClient(t testing.TB) *http.Client {
	hc := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(hc.CloseIdleConnections)
	return hc
}
