package welcome

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
)

const (
	blankPage = "https://login.microsoftonline.com/common/oauth2/nativeclient?"
	someTID   = "6f1d7f2e-3c1b-4c58-9a60-1f5b7c0d2a11"
)

// paste fills the reply's field as the person does and reads it.
func paste(t *testing.T, p *Page, text string) {
	t.Helper()
	e, ok := p.host.Window().Canvas().Focused().(interface{ SetText(string) })
	if !ok {
		t.Fatalf("the field has not the keyboard, %T has", p.host.Window().Canvas().Focused())
	}
	e.SetText(text)
	press(t, p, "Read it")
}

func TestReplyOfAForwardedLinkIsReadAndExplained(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	press(t, p, "I am an administrator")
	press(t, p, "Paste the reply")
	press(t, p, "Read it")
	if !uitest.Shows(p.Object(), "Paste the address first") {
		t.Errorf("without an address: %q", uitest.Texts(p.Object()))
	}
	for text, want := range map[string]string{
		blankPage + "error=access_denied&error_subcode=cancel&admin_consent=True&state=ours":       "It was not approved",
		blankPage + "error=access_denied&error_description=AADSTS90094%3A+x":                       "Your administrator has to approve",
		blankPage + "admin_consent=True&tenant=" + someTID + "&state=another":                      "This answers another approval link",
		"https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=x&state=ours": "not the address of the last page",
	} {
		paste(t, p, text)
		if !uitest.Shows(p.Object(), want) {
			t.Errorf("%s is explained with %q", text, uitest.Texts(p.Object()))
		}
	}
	paste(t, p, blankPage+"admin_consent=True&tenant="+someTID+"&state=ours&scope="+strings.Join(auth.DefaultScopes(), "+"))
	if !uitest.Shows(p.Object(), "Microsoft says: approved") || !uitest.Shows(p.Object(), someTID) {
		t.Fatalf("after the yes: %q", uitest.Texts(p.Object()))
	}
	press(t, p, "Continue signing in")
	if o := <-g.begun; !o.QuietFirst || o.NoPrompt {
		t.Errorf("continued with %+v", o)
	}
	h.Until("the wait", func() bool { return uitest.Shows(p.Object(), "If it knows you there is nothing to do") })
	g.end <- fmt.Errorf("sign in: %w: %w", auth.ErrAdminApproval, &auth.OAuthError{Code: "access_denied", Numbers: []int{90094}})
	h.Until("that it has not arrived", func() bool { return uitest.Shows(p.Object(), "Microsoft still says") })
	press(t, p, "It is approved: continue")
	if o := <-g.begun; !o.QuietFirst {
		t.Errorf("continued with %+v", o)
	}
}

func TestApprovalIsProvedForAccountsThatAreSignedIn(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	back := 0
	p.OnBack = func() { back++ }
	g.verified = []mirror.Account{{UPN: "maya@contoso.example", Granted: auth.DefaultScopes()}, {UPN: "jo@contoso.example", Granted: []string{"User.Read"}}}
	g.verifyErr = fmt.Errorf("renew: %w", auth.ErrUnreachable)
	p.Administrator()
	press(t, p, "It is approved: check my accounts")
	h.Until("what could not be asked", func() bool { return uitest.Shows(p.Object(), "Microsoft cannot be reached") })
	g.verifyErr = nil
	press(t, p, "Ask again")
	h.Until("both accounts", func() bool {
		return uitest.Shows(p.Object(), "everything is allowed") && uitest.Shows(p.Object(), "not allowed: Read and file your mail")
	})
	press(t, p, "Sign in again as jo@contoso.example")
	if o := <-g.begun; o.LoginHint != "jo@contoso.example" || o.SelectAccount {
		t.Errorf("asked with %+v", o)
	}
	g.verified = g.verified[:1]
	p.Administrator()
	press(t, p, "Paste the reply")
	paste(t, p, blankPage+"admin_consent=True&tenant="+someTID)
	h.Until("the proof", func() bool { return uitest.Shows(p.Object(), "everything is allowed") })
	if press(t, p, "Done"); back != 1 {
		t.Error("the way back was not taken")
	}
}

func TestEscapeGoesOneStepBack(t *testing.T) {
	_, p := open(t, newGate())
	back := 0
	p.OnBack = func() { back++ }
	p.Administrator()
	press(t, p, "Paste the reply")
	p.Escape()
	if !uitest.Shows(p.Object(), "Open as administrator") {
		t.Fatalf("from the field: %q", uitest.Texts(p.Object()))
	}
	p.Escape()
	if !uitest.Shows(p.Object(), "Sign in with Microsoft") || back != 0 {
		t.Fatalf("from the approval: %q", uitest.Texts(p.Object()))
	}
	if p.Escape(); back != 1 {
		t.Error("from the start: not back to the pages")
	}
}

func TestSignedInIsTold(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	who := ""
	p.OnSignedIn = func(a mirror.Account) { who = a.UPN }
	press(t, p, "Sign in with Microsoft")
	<-g.begun
	g.end <- nil
	h.Until("word of it", func() bool { return who == "maya@contoso.example" })
}

func TestUnknownErrorGivesSomethingToCopy(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	for _, tc := range []struct {
		err  error
		want string
	}{
		{errors.New("odd"), "unknown · 20"},
		{&auth.OAuthError{Code: "access_denied", Numbers: []int{99999999}, Correlation: "0a0b0c0d-1111-4222-8333-444444444444"}, "AADSTS99999999 · 0a0b0c0d-1111-4222-8333-444444444444 · 20"},
	} {
		p.Start()
		press(t, p, "Sign in with Microsoft")
		<-g.begun
		g.end <- tc.err
		h.Until("the details", func() bool { return uitest.Shows(p.Object(), "Copy details") })
		press(t, p, "Copy details")
		if got := fyne.CurrentApp().Clipboard().Content(); !strings.HasPrefix(got, tc.want) || !strings.HasSuffix(got, "Z") {
			t.Errorf("copied %q, want %q and a time", got, tc.want)
		}
	}
}

func TestRegistrationGuideMarksWhatAnErrorReveals(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	press(t, p, "Advanced")
	h.Until("the form", func() bool { return uitest.Shows(p.Object(), "Microsoft cloud") })
	press(t, p, "How to register Super CRM with Microsoft")
	if uitest.Shows(p.Object(), "look here") {
		t.Error("something is marked although nothing is wrong")
	}
	p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown})
	once := p.scroll.Offset.Y
	p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if once < 300 || p.scroll.Offset.Y <= once {
		t.Errorf("the page keys move the guide to %v and %v", once, p.scroll.Offset.Y)
	}
	for _, want := range append(auth.RedirectURIs(""), "Verified publisher", "Allow public client flows", "AADSTS 7000218", auth.ScopeID("Mail.Send")) {
		if !uitest.Shows(p.Object(), want) {
			t.Errorf("%q is not in the guide", want)
		}
	}
	press(t, p, "Copy the manifest")
	if got := fyne.CurrentApp().Clipboard().Content(); got != auth.Manifest("") {
		t.Errorf("copied %q", got)
	}
	press(t, p, "Open the Entra admin centre")
	if got := <-g.opened; !strings.HasPrefix(got, "https://entra.microsoft.com/") {
		t.Errorf("opened %s", got)
	}
	p.Start()
	press(t, p, "Sign in with Microsoft")
	<-g.begun
	g.end <- fmt.Errorf("redeem: %w: %w", auth.ErrTokenRefused, &auth.OAuthError{Code: "invalid_client", Numbers: []int{7000218}})
	h.Until("the error", func() bool { return uitest.Shows(p.Object(), "registered wrongly") })
	press(t, p, "For whoever registered it: the registration guide")
	if !uitest.Shows(p.Object(), "look here") || !uitest.Shows(p.Object(), "public client flows are off") {
		t.Errorf("the guide says %q", uitest.Texts(p.Object()))
	}
}
