package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"supercrm/auth"
	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/devtenant/visitor"
)

func tenantClient(t *testing.T, s *devtenant.Server, keys auth.Keychain) *auth.Client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return auth.New(auth.Config{ClientID: s.ClientID, LoginURL: s.LoginURL, LockDir: t.TempDir(), HTTP: &http.Client{Transport: tr}}, keys, nil)
}

// visit walks the sign-in pages with the given answer at the permissions page.
func visit(t *testing.T, answer visitor.Answer, upn string) func(string) error {
	return func(address string) error {
		v := visitor.New()
		defer v.Close()
		v.Answer = answer
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		return v.SignIn(ctx, address, upn, directory.DemoPassword)
	}
}

func TestTenantWholeWay(t *testing.T) {
	for name, query := range map[string]bool{"form post": false, "query": true} {
		t.Run(name, func(t *testing.T) {
			s := tenanttest.Start(t)
			keys := auth.NewMemoryKeychain()
			c := tenantClient(t, s, keys)
			account, err := c.SignIn(t.Context(), auth.SignInOptions{QueryMode: query, LoginHint: directory.DemoUPN,
				Open: func(u string) error { return tenanttest.Visit(t, u) }})
			if err != nil {
				t.Fatal(err)
			}
			if account.TenantID != directory.DemoTenantID || account.UPN != directory.DemoUPN || account.Name != "Maya Torres" ||
				account.Key != directory.DemoTenantID+".0b6a3f6e-1111-4a7e-8a5c-000000000001" {
				t.Errorf("account = %+v", account)
			}
			if missing := c.Missing(account); len(missing) != 0 {
				t.Errorf("missing scopes: %v", missing)
			}
			first, err := c.Token(t.Context(), account.Key)
			if err != nil {
				t.Fatal(err)
			}
			// The next start of the program, and several renewals after it.
			next := tenantClient(t, s, keys)
			for range 3 {
				token, err := next.Token(t.Context(), account.Key)
				if err != nil || token == first {
					t.Fatalf("Token: %v", err)
				}
				next.Invalidate(account.Key, token)
			}
			if !s.Revoke(directory.DemoUPN) {
				t.Fatal("nobody to revoke")
			}
			if _, err := next.Token(t.Context(), account.Key); !errors.Is(err, auth.ErrSignInAgain) {
				t.Errorf("after revocation: %v", err)
			}
			if has, err := next.Has(t.Context(), account.Key); !has || err != nil {
				t.Errorf("the kept sign-in is gone: %v", err)
			}
			if _, err := next.SignIn(t.Context(), auth.SignInOptions{Open: func(u string) error { return tenanttest.Visit(t, u) }}); err != nil {
				t.Fatal(err)
			}
			if _, err := next.Token(t.Context(), account.Key); err != nil {
				t.Errorf("after signing in again: %v", err)
			}
		})
	}
}

func TestTenantSaysNo(t *testing.T) {
	s := tenanttest.Start(t)
	keys := auth.NewMemoryKeychain()
	c := tenantClient(t, s, keys)
	_, err := c.SignIn(t.Context(), auth.SignInOptions{Open: visit(t, visitor.Cancel, directory.DemoUPN)})
	if !errors.Is(err, auth.ErrRefused) || auth.Explain(err).ID != "declined" {
		t.Errorf("declined: %v", err)
	}

	if err := s.SetUserConsent(directory.DemoTenantID, directory.ConsentManaged); err != nil {
		t.Fatal(err)
	}
	_, err = c.SignIn(t.Context(), auth.SignInOptions{Open: visit(t, visitor.Accept, directory.DemoUPN)})
	e := auth.Explain(err)
	if !errors.Is(err, auth.ErrAdminApproval) || e.Action != auth.ActionCopyLink || e.Code != "AADSTS90094" || e.Correlation == "" {
		t.Fatalf("approval needed: %v, %+v", err, e)
	}
	// The administrator follows the link …
	if err := visit(t, visitor.Accept, directory.DemoAdminUPN)(c.AdminConsentURL("")); err != nil {
		t.Fatalf("administrator: %v", err)
	}
	// … and the person gets in unasked.
	if _, err := c.SignIn(t.Context(), auth.SignInOptions{Open: visit(t, visitor.Cancel, directory.DemoUPN)}); err != nil {
		t.Errorf("after approval: %v", err)
	}
}

func TestTenantUnknownApp(t *testing.T) {
	s := tenanttest.Start(t)
	c := auth.New(auth.Config{ClientID: "00000000-1111-4222-8333-444444444444", LoginURL: s.LoginURL}, auth.NewMemoryKeychain(), nil)
	shown := make(chan error, 1)
	_, err := c.SignIn(t.Context(), auth.SignInOptions{Timeout: 2 * time.Second, Open: func(u string) error {
		shown <- visit(t, visitor.Accept, directory.DemoUPN)(u)
		return nil
	}})
	// Such an error stays in the browser, so the wait has to end by itself.
	var page *visitor.PageError
	if !errors.Is(err, auth.ErrTimedOut) || !errors.As(<-shown, &page) || page.Code != "AADSTS700016" {
		t.Errorf("err = %v, page = %+v", err, page)
	}
}

// TestTenantManyAtOnce signs people of two organizations in at the same time, each in a browser of their own, on one client.
func TestTenantManyAtOnce(t *testing.T) {
	s := tenanttest.Start(t)
	other, err := s.Control("add-tenant", map[string]string{"domain": "contoso.example", "user_consent": "all"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Control("add-user", map[string]string{"tenant": other, "upn": "pat@contoso.example"}); err != nil {
		t.Fatal(err)
	}
	c := tenantClient(t, s, auth.NewMemoryKeychain())
	var wg sync.WaitGroup
	for _, upn := range []string{directory.DemoUPN, "jonas.weber@" + directory.DemoDomain, directory.DemoAdminUPN, "pat@contoso.example"} {
		wg.Go(func() {
			home := directory.DemoTenantID
			if upn == "pat@contoso.example" {
				home = other
			}
			a, err := c.SignIn(t.Context(), auth.SignInOptions{Open: visit(t, visitor.Accept, upn)})
			if err != nil || a.UPN != upn || a.TenantID != home {
				t.Errorf("%s: %+v, %v", upn, a, err)
				return
			}
			if _, err := c.Token(t.Context(), a.Key); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestTenantForgedAnswers races forged answers against the real one through the real pages.
func TestTenantForgedAnswers(t *testing.T) {
	s := tenanttest.Start(t)
	c := tenantClient(t, s, auth.NewMemoryKeychain())
	_, err := c.SignIn(t.Context(), auth.SignInOptions{Open: func(u string) error {
		at, err := url.Parse(u)
		if err != nil {
			return err
		}
		forger := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		for _, form := range []url.Values{
			{"code": {"mine"}, "state": {"guess"}}, {"error": {"access_denied"}, "state": {"guess"}}, {"error": {"access_denied"}}} {
			resp, err := forger.PostForm(at.Query().Get("redirect_uri"), form)
			if err != nil {
				return err
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusBadRequest {
				t.Errorf("a forged answer got %d", resp.StatusCode)
			}
		}
		return tenanttest.Visit(t, u)
	}})
	if err != nil {
		t.Error(err)
	}
}
