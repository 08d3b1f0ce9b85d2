package devtenant_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/mailbox"
)

// A test of any program that speaks OAuth and Graph: start a tenant, put something into a mailbox, hand the program the
// addresses, and look at what it did. Here the program is one request.
func ExampleStart() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tenant, err := devtenant.Start(ctx, devtenant.Options{Seed: "empty"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tenant.Close()
	box, _ := tenant.Mailboxes.Mailbox(directory.DemoUPN)
	box.Deliver(mailbox.Mail{Subject: "Hello", From: mailbox.Address{Name: "Grace", Addr: "grace@elsewhere.example"}})

	// A program would sign in at tenant.LoginURL with tenant.ClientID; a test may also be given a token.
	token, err := tenant.Token(directory.DemoUPN, "Mail.Read")
	if err != nil {
		fmt.Println(err)
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, tenant.GraphURL+"/me/messages?$select=subject", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	var page struct{ Value []struct{ Subject string } }
	err = json.NewDecoder(res.Body).Decode(&page)
	fmt.Println(res.StatusCode, page.Value, err)
	// Output: 200 [{Hello}] <nil>
}
