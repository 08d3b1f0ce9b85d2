// Package tenanttest starts a simulated tenant for a test with one call. It is for tests only; programs start package
// devtenant.
package tenanttest

import (
	"context"
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"supercrm/devtenant"
	"supercrm/devtenant/contract"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/visitor"
)

// Start starts a tenant on a free port; it is closed, with its goroutines, when the test ends. Each option may change how
// it starts. Without options it is the demo. Every Graph request and answer is held against Microsoft's description, where
// that is (package contract): what differs fails the test.
func Start(t testing.TB, options ...func(*devtenant.Options)) *devtenant.Server {
	t.Helper()
	o := devtenant.Options{Observe: contract.Watch(t)}
	for _, change := range options {
		change(&o)
	}
	// Not t.Context(): that ends before cleanups, which may still want to talk to the tenant.
	s, err := devtenant.Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatalf("start the simulated tenant: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// TLS is an option of Start: https with the tenant's own certificate authority.
func TLS(o *devtenant.Options) { o.TLS = true }

// Client returns an HTTP client that trusts the tenant; its connections are closed when the test ends.
func Client(t testing.TB, s *devtenant.Server) *http.Client {
	t.Helper()
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// Visit signs the demo's own person in at authorizeURL, accepting what is asked, and delivers the answer to the
// program's redirect address. It may be called from any goroutine, as the "open the browser" function of a sign-in: a
// failure is reported with t.Errorf and returned.
func Visit(t testing.TB, authorizeURL string) error {
	t.Helper()
	return VisitAs(t, authorizeURL, directory.DemoUPN, directory.DemoPassword)
}

// VisitAs is Visit for another account.
func VisitAs(t testing.TB, authorizeURL, upn, password string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	err := visitor.SignIn(ctx, authorizeURL, upn, password)
	if err != nil {
		t.Errorf("visit the sign-in pages: %v", err)
	}
	return err
}
