package realwindow

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"supercrm/auth"
	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
)

// signInPage waits for the tenant's sign-in page in the browser.
func signInPage(b *Browser, tenant *devtenant.Server) *Page {
	b.d.t.Helper()
	page := b.Page(strings.TrimPrefix(tenant.LoginURL, "http://"))
	page.WaitText("to continue to")
	return page
}

// signIn goes through the pages as a person with a new browser does: account, password, consent.
func signIn(page *Page, upn, password string) {
	page.d.t.Helper()
	identify(page, upn, password)
	page.WaitText("Permissions requested")
	page.Click("#accept")
}

// identify goes through the pages that ask who it is.
func identify(page *Page, upn, password string) {
	page.d.t.Helper()
	page.Fill("#username", upn)
	page.Click("#next")
	page.WaitText("Enter password")
	page.Fill("#password", password)
	page.Click("#next")
}

// The next two hold our pages, redirects and loopback listener against Chromium: it runs the script that posts the answer,
// follows the security policy of the pages, and asks for icons that nobody serves.

func TestSignInInARealBrowser(t *testing.T)      { signInForReal(t, false) }
func TestQuerySignInInARealBrowser(t *testing.T) { signInForReal(t, true) }

func signInForReal(t *testing.T, query bool) {
	d := Start(t)
	browser := d.StartBrowser()
	tenant := tenanttest.Start(t)
	client, result := beginSignIn(t, d, tenant, auth.SignInOptions{QueryMode: query})
	page := signInPage(browser, tenant)
	signIn(page, directory.DemoUPN, directory.DemoPassword)
	got := wait(t, result)
	if got.err != nil || got.account.UPN != directory.DemoUPN || got.account.Name == "" {
		t.Fatalf("signed in as %+v, %v", got.account, got.err)
	}
	token, err := client.Token(t.Context(), got.account.Key)
	if err != nil || token == "" {
		t.Errorf("no access token: %v", err)
	}
	d.Eventually("the page that sends the person back", func() bool {
		return strings.HasPrefix(page.URL(), "http://localhost:") && page.Text() != ""
	})
	if strings.Contains(page.URL(), "code=") && !query {
		t.Error("the code is in the address, where the browser's history keeps it")
	}
}

func TestRefusalInARealBrowser(t *testing.T) {
	d := Start(t)
	browser := d.StartBrowser()
	tenant := tenanttest.Start(t)
	client, result := beginSignIn(t, d, tenant, auth.SignInOptions{})
	page := signInPage(browser, tenant)
	page.Fill("#username", directory.DemoUPN)
	page.Click("#next")
	page.WaitText("Enter password")
	page.Fill("#password", "not the password")
	page.Click("#next")
	d.Eventually("word that the password is wrong", func() bool {
		return page.tools.evaluate(`document.querySelector("#problem").innerText`, nil) == nil
	})
	page.Fill("#password", directory.DemoPassword)
	page.Click("#next")
	page.WaitText("Permissions requested")
	page.Click("#cancel")
	got := wait(t, result)
	if got.err == nil {
		t.Fatalf("signed in as %+v although consent was refused", got.account)
	}
	if e := auth.Explain(got.err); e.Title == "" || e.Text == "" {
		t.Errorf("the refusal is explained as %+v", e)
	}
	if has, err := client.Has(t.Context(), "6f1d7f2e-3c1b-4c58-9a60-1f5b7c0d2a11.0b6a3f6e-1111-4a7e-8a5c-000000000001"); has || err != nil {
		t.Errorf("a token is kept after a refusal: %v, %v", has, err)
	}
}

type signedIn struct {
	account auth.Account
	err     error
}

// beginSignIn starts a sign-in that opens its page as the program does, through xdg-open.
func beginSignIn(t *testing.T, d *Desktop, tenant *devtenant.Server, o auth.SignInOptions) (*auth.Client, <-chan signedIn) {
	t.Helper()
	client := auth.New(auth.Config{ClientID: tenant.ClientID, LoginURL: tenant.LoginURL, LockDir: t.TempDir()}, auth.NewMemoryKeychain(), nil)
	o.Timeout = limit
	o.Open = func(url string) error {
		out, err := d.Session.Command(t.Context(), "xdg-open", url).CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return fmt.Errorf("xdg-open: %w: %s", err, out)
		}
		return err
	}
	result := make(chan signedIn, 1)
	go func() {
		account, err := client.SignIn(t.Context(), o)
		result <- signedIn{account, err}
	}()
	return client, result
}

func wait(t *testing.T, result <-chan signedIn) signedIn {
	t.Helper()
	select {
	case got := <-result:
		return got
	case <-time.After(limit):
		t.Fatal("the sign-in did not end")
		return signedIn{}
	}
}
