package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// A mailbox with one mail, asked for over HTTP, and a fault that comes once.
func Example() {
	boxes := mailbox.NewRegistry(time.Now)
	ada := boxes.Add(mailbox.Owner{ObjectID: "00000000-0000-0000-0000-000000000001", UPN: "ada@tenant.example", Name: "Ada"})
	ada.Deliver(mailbox.Mail{Subject: "Hello", From: mailbox.Address{Addr: "grace@elsewhere.example"}, Body: mailbox.Body{Text: "How are you?"}})
	handler := graph.NewHandler(graph.Options{
		Mailboxes: boxes,
		Now:       time.Now,
		Verify: func(token string) (graph.Caller, error) {
			return graph.Caller{ObjectID: ada.Owner().ObjectID, UPN: ada.Owner().UPN, Scopes: []string{"Mail.Read"}}, nil
		},
	})
	if _, err := handler.Faults().Add(graph.FaultRule{Kind: graph.FaultThrottle, Endpoint: "GET /me/messages", Count: 1}); err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	for range 2 {
		req, err := http.NewRequest(http.MethodGet, server.URL+"/graph/v1.0/me/messages?$select=subject", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		req.Header.Set("Authorization", "Bearer any")
		res, err := server.Client().Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		var page struct{ Value []struct{ Subject string } }
		err = json.NewDecoder(res.Body).Decode(&page)
		res.Body.Close()
		fmt.Println(res.StatusCode, res.Header.Get("Retry-After"), page.Value, err)
	}
	// Output:
	// 429 1 [] <nil>
	// 200  [{Hello}] <nil>
}
