package welcome

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/ui/uitest"
)

func TestApprovalSaysWhatIsAskedAndWhy(t *testing.T) {
	_, p := open(t, newGate())
	press(t, p, "I am an administrator")
	for _, f := range auth.Features() {
		if !uitest.Shows(p.Object(), f.Name) || !uitest.Shows(p.Object(), f.Reason) {
			t.Errorf("%s is not explained: %q", f.ID, uitest.Texts(p.Object()))
		}
		for _, s := range f.Scopes {
			if !strings.Contains("openid profile email", s) && !uitest.Shows(p.Object(), s) {
				t.Errorf("%s is not named", s)
			}
		}
	}
	press(t, p, "Copy link")
	got := fyne.CurrentApp().Clipboard().Content()
	if !strings.Contains(got, "/organizations/v2.0/adminconsent?") {
		t.Errorf("copied %q", got)
	}
	if press(t, p, "More choices"); !uitest.Shows(p.Object(), "Organization") {
		t.Error("no field for the organization")
	}
}

func TestApprovalAtThisComputer(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	press(t, p, "I am an administrator")
	press(t, p, "Open as administrator")
	<-g.approve
	h.Until("the wait", func() bool { return uitest.Shows(p.Object(), "login.example/organizations/v2.0") })
	g.end <- fmt.Errorf("approve: %w", auth.ErrApprovalDeclined)
	h.Until("the refusal", func() bool { return uitest.Shows(p.Object(), "It was not approved") })

	press(t, p, "Open as administrator")
	<-g.approve
	h.Until("the wait", func() bool { return uitest.Shows(p.Object(), "Finish in your browser") })
	press(t, p, "Cancel (Esc)")
	h.Settle()
	if uitest.Shows(p.Object(), "Finish in your browser") || uitest.Shows(p.Object(), "not approved") {
		t.Fatalf("after cancelling: %q", uitest.Texts(p.Object()))
	}

	press(t, p, "Open as administrator")
	<-g.approve
	g.approved = auth.Approval{TenantID: "6f1d7f2e-3c1b-4c58-9a60-1f5b7c0d2a11", Scopes: auth.DefaultScopes()}
	g.end <- nil
	h.Until("the result", func() bool { return uitest.Shows(p.Object(), "6f1d7f2e-3c1b-4c58-9a60-1f5b7c0d2a11") })
	if uitest.Shows(p.Object(), "in part") {
		t.Error("a whole approval is shown as a partial one")
	}
	press(t, p, "Continue signing in")
	<-g.begun
}

func TestPartialApprovalIsNamed(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	p.Administrator()
	press(t, p, "Open as administrator")
	<-g.approve
	g.approved = auth.Approval{Scopes: []string{"User.Read", "Mail.ReadWrite"}}
	g.end <- nil
	h.Until("what is missing", func() bool { return uitest.Shows(p.Object(), "Send mail that you have written") })
}

func TestLettersAreShortAndWhole(t *testing.T) {
	link := newGate().ApprovalLink(auth.ApprovalLink{Tenant: "a-rather-long-company-name.onmicrosoft.com"})
	e := auth.Explain(&auth.OAuthError{Code: "access_denied", Numbers: []int{53003}, Correlation: "0a0b0c0d-1111-4222-8333-444444444444"})
	for want, mail := range map[string]string{link: approvalMail(link), e.Details(): helpMail(e)} {
		if len(mail) > 2000 {
			t.Errorf("%d characters are too many for a mailto address", len(mail))
		}
		u, err := url.Parse(mail)
		if err != nil || u.Scheme != "mailto" || strings.Contains(mail, "+") {
			t.Fatalf("%q: %v", mail, err)
		}
		if body := u.Query().Get("body"); !strings.Contains(body, want) || u.Query().Get("subject") == "" {
			t.Errorf("body %q lacks %q", body, want)
		}
	}
}

func TestCodeIsOfferedOnlyWhenTurnedOn(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	h.Settle()
	if uitest.Shows(p.Object(), "Use a code") {
		t.Fatal("offered by default")
	}
	press(t, p, "Advanced")
	h.Until("the form", func() bool { return uitest.Shows(p.Object(), "Offer signing in with a code") })
	a := newAdvanced(p, g.set)
	a.in.DeviceCode, a.in.Cloud = true, "china"
	a.show()
	press(t, p, "Save")
	h.Until("the offer", func() bool { return uitest.Shows(p.Object(), "Use a code") })
	if !g.set.DeviceCode || g.set.Cloud != "china" {
		t.Errorf("kept %+v", g.set)
	}
	press(t, p, "Use a code")
	h.Until("the code", func() bool { return uitest.Shows(p.Object(), "A1B2C3D4") })
	g.end <- &auth.OAuthError{Code: "invalid_grant", Numbers: []int{530033}}
	h.Until("the policy's refusal", func() bool { return uitest.Shows(p.Object(), "does not allow signing in with a code") })
}

func TestAdvancedThatCannotWorkStays(t *testing.T) {
	g := newGate()
	g.setErr = fmt.Errorf("x: %w", auth.ErrConfig)
	h, p := open(t, g)
	press(t, p, "Advanced")
	h.Until("the form", func() bool { return uitest.Shows(p.Object(), "Microsoft cloud") })
	press(t, p, "Other")
	h.Until("the addresses", func() bool { return uitest.Shows(p.Object(), "Graph address") })
	press(t, p, "Save")
	h.Until("what is wrong", func() bool {
		return uitest.Shows(p.Object(), "That cannot work") && uitest.Shows(p.Object(), "Graph address")
	})
	g.setErr = nil
	press(t, p, "Set back")
	h.Until("the start", func() bool { return uitest.Shows(p.Object(), "Sign in with Microsoft") })
}

func TestPolicyRefusalIsWrittenToTheAdministrator(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	press(t, p, "Sign in with Microsoft")
	<-g.begun
	g.end <- &auth.OAuthError{Code: "access_denied", Numbers: []int{53003}, Correlation: "0a0b0c0d-1111-4222-8333-444444444444"}
	h.Until("the explanation", func() bool { return uitest.Shows(p.Object(), "blocks this sign-in") })
	press(t, p, "Write to my administrator")
	if got := <-g.opened; !strings.Contains(got, "AADSTS53003") {
		t.Errorf("the mail lacks the code: %s", got)
	}
}
