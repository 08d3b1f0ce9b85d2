package auth_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"supercrm/auth"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/devtenant/visitor"
)

// walk opens an address in v's browser as upn and records the visit's error.
func walk(t *testing.T, v *visitor.Visitor, upn string) func(string) error {
	return func(address string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		err := v.SignIn(ctx, address, upn, directory.DemoPassword)
		if errors.Is(err, visitor.ErrNeedsApproval) {
			return nil // the page sent the browser back with the refusal
		}
		return err
	}
}

// TestTenantApproval is the original question: a user who may not authorise the program, an administrator who approves it
// once, and every user who then authorises his or her own mailbox without being asked.
func TestTenantApproval(t *testing.T) {
	for name, v1 := range map[string]bool{"newer page": false, "older page": true} {
		t.Run(name, func(t *testing.T) {
			s := tenanttest.Start(t)
			if err := s.SetUserConsent(directory.DemoTenantID, directory.ConsentManaged); err != nil {
				t.Fatal(err)
			}
			c := tenantClient(t, s, auth.NewMemoryKeychain())
			// The sign-in ends while the browser still shows its last page; visited tells when the visit is over.
			visited := make(chan struct{}, 1)
			open := func(v *visitor.Visitor, upn string) func(string) error {
				return func(address string) error {
					defer func() { visited <- struct{}{} }()
					return walk(t, v, upn)(address)
				}
			}
			user := visitor.New()
			defer user.Close()
			_, err := c.SignIn(t.Context(), auth.SignInOptions{Open: open(user, directory.DemoUPN), Timeout: 20 * time.Second})
			<-visited
			if e := auth.Explain(err); !errors.Is(err, auth.ErrAdminApproval) || e.Action != auth.ActionCopyLink || e.Who != auth.WhoAdmin || e.Correlation == "" {
				t.Fatalf("before the approval: %v, explained as %+v", err, e)
			}

			admin := visitor.New()
			defer admin.Close()
			link := auth.ApprovalLink{Tenant: directory.DemoDomain, V1: v1}
			// An administrator who first says no, then yes.
			admin.Answer = visitor.Cancel
			if _, err = c.Approve(t.Context(), auth.ApproveOptions{ApprovalLink: link, Open: open(admin, directory.DemoAdminUPN), Timeout: 20 * time.Second}); !errors.Is(err, auth.ErrApprovalDeclined) {
				t.Errorf("declined: %v", err)
			}
			<-visited
			admin.Answer = visitor.Accept
			a, err := c.Approve(t.Context(), auth.ApproveOptions{ApprovalLink: link, Open: open(admin, directory.DemoAdminUPN), Timeout: 20 * time.Second})
			<-visited
			if err != nil || a.TenantID != directory.DemoTenantID {
				t.Fatalf("%+v, %v", a, err)
			}
			if !v1 && len(auth.MissingFeatures(a.Scopes)) > 0 {
				t.Errorf("approved %v", a.Scopes)
			}
			if has, _ := c.Has(t.Context(), directory.DemoTenantID); has {
				t.Error("the approval signed somebody in")
			}

			account, err := c.SignIn(t.Context(), auth.SignInOptions{Open: open(user, directory.DemoUPN)})
			if err != nil || account.UPN != directory.DemoUPN || len(c.Missing(account)) > 0 {
				t.Fatalf("after the approval: %+v, %v", account, err)
			}
			<-visited
			if slices.Contains(user.Asked, "consent") {
				t.Errorf("the user was asked for permission after the approval: %v", user.Asked)
			}
			// The proof without a question: the same browser, prompt=none.
			if _, err := c.SignIn(t.Context(), auth.SignInOptions{NoPrompt: true, LoginHint: directory.DemoUPN, Open: open(user, directory.DemoUPN)}); err != nil {
				t.Errorf("with nothing to ask: %v", err)
			}
			<-visited
			if len(user.Asked) != 1 || user.Asked[0] != "formpost" { // the form that posts itself back
				t.Errorf("prompt=none asked %v", user.Asked)
			}
		})
	}
}

// TestTenantNoPromptBeforeAnything shows what prompt=none finds missing.
func TestTenantNoPromptBeforeAnything(t *testing.T) {
	s := tenanttest.Start(t)
	c := tenantClient(t, s, auth.NewMemoryKeychain())
	nobody := visitor.New()
	defer nobody.Close()
	if _, err := c.SignIn(t.Context(), auth.SignInOptions{NoPrompt: true, Open: walk(t, nobody, directory.DemoUPN), Timeout: 20 * time.Second}); !errors.Is(err, auth.ErrSignInAgain) {
		t.Errorf("without a session: %v", err)
	}
}

func TestTenantDeviceCode(t *testing.T) {
	s := tenanttest.Start(t)
	c := tenantClient(t, s, auth.NewMemoryKeychain())
	phone := visitor.New()
	defer phone.Close()
	done := make(chan error, 1)
	account, err := c.DeviceSignIn(t.Context(), func(d auth.DeviceCode) {
		phone.UserCode = d.UserCode
		go func() {
			_, err := phone.Device(context.WithoutCancel(t.Context()), d.Page, directory.DemoUPN, directory.DemoPassword)
			done <- err
		}()
	})
	if visited := <-done; err != nil || visited != nil || account.UPN != directory.DemoUPN {
		t.Fatalf("%+v, %v; the other device: %v", account, err, visited)
	}
	if _, err := c.Token(t.Context(), account.Key); err != nil {
		t.Error(err)
	}
}

// TestTenantRefusesDeviceCode: where only managed computers may sign in, the other device's page says no, even to somebody
// who has such a computer, and the waiting program hears nothing of it.
func TestTenantRefusesDeviceCode(t *testing.T) {
	s := tenanttest.Start(t)
	for name, values := range map[string]map[string]string{
		"policy": {"tenant": directory.DemoTenantID, "managed_device": "true"}, "user": {"upn": directory.DemoUPN, "managed_device": "true"},
	} {
		if _, err := s.Control(name, values); err != nil {
			t.Fatal(err)
		}
	}
	phone := visitor.New()
	defer phone.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	_, err := tenantClient(t, s, auth.NewMemoryKeychain()).DeviceSignIn(ctx, func(d auth.DeviceCode) {
		phone.UserCode = d.UserCode
		go func() {
			_, err := phone.Device(t.Context(), d.Page, directory.DemoUPN, directory.DemoPassword)
			done <- err
			cancel() // the person reads it and goes back to the program
		}()
	})
	page := new(visitor.PageError)
	if visited := <-done; !errors.As(visited, &page) || page.Code != "AADSTS53003" || !errors.Is(err, auth.ErrCancelled) {
		t.Fatalf("%v; the other device: %v", err, visited)
	}
	if e := auth.Explain(&auth.OAuthError{Numbers: []int{53003}}); e.Who != auth.WhoAdmin || e.Action != auth.ActionTellAdmin {
		t.Errorf("explained as %+v", e)
	}
}
