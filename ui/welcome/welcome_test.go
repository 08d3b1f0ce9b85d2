package welcome

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
)

// gate is a way in that does what the test says.
type gate struct {
	begun  chan auth.SignInOptions
	end    chan error
	opened chan string
	memory bool
	sample func() error

	approved  auth.Approval
	verified  []mirror.Account
	verifyErr error
	approve   chan auth.ApproveOptions
	set       Choices
	setErr    error
}

func newGate() *gate {
	return &gate{begun: make(chan auth.SignInOptions, 1), end: make(chan error, 1), opened: make(chan string, 1), approve: make(chan auth.ApproveOptions, 1)}
}

func (g *gate) SignIn(ctx context.Context, o auth.SignInOptions) (mirror.Account, error) {
	g.begun <- o
	o.Waiting("https://login.example/organizations/oauth2/v2.0/authorize?state=s", time.Now().Add(5*time.Minute))
	return g.ended(ctx)
}
func (g *gate) ended(ctx context.Context) (mirror.Account, error) {
	select {
	case <-ctx.Done():
		return mirror.Account{}, ctx.Err()
	case err := <-g.end:
		return mirror.Account{UPN: "maya@contoso.example"}, err
	}
}
func (g *gate) ApprovalLink(l auth.ApprovalLink) string {
	return auth.New(auth.Config{ClientID: "11111111-2222-4333-8444-555555555555"}, nil, nil).ApprovalURL(l)
}
func (g *gate) DeviceSignIn(ctx context.Context, show func(auth.DeviceCode)) (mirror.Account, error) {
	show(auth.DeviceCode{UserCode: "A1B2C3D4", Page: "https://login.example/device", Until: time.Now().Add(15 * time.Minute)})
	return g.ended(ctx)
}
func (g *gate) ReadApproval(text string) (auth.Approval, error) {
	return auth.New(auth.Config{ClientID: "11111111-2222-4333-8444-555555555555", LinkState: "ours"}, nil, nil).ReadApproval(text)
}
func (g *gate) Verify(context.Context) ([]mirror.Account, error) { return g.verified, g.verifyErr }
func (g *gate) Approve(ctx context.Context, o auth.ApproveOptions) (auth.Approval, error) {
	g.approve <- o
	o.Waiting("https://login.example/organizations/v2.0/adminconsent?state=s", time.Now().Add(5*time.Minute))
	select {
	case <-ctx.Done():
		return auth.Approval{}, auth.ErrCancelled
	case err := <-g.end:
		return g.approved, err
	}
}
func (g *gate) Advanced(context.Context) (Choices, error) { return g.set, nil }
func (g *gate) SetAdvanced(_ context.Context, in Choices) error {
	if g.setErr == nil {
		g.set = in
	}
	return g.setErr
}
func (g *gate) SampleData() func() error         { return g.sample }
func (g *gate) Hint() string                     { return "" }
func (g *gate) OpenBrowser(address string) error { g.opened <- address; return nil }
func (g *gate) KeepUntilQuit()                   { g.memory = true }

func open(t *testing.T, g *gate) (*uitest.Host, *Page) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	p := New(h, g)
	h.Window().SetContent(p.Object())
	h.Window().Resize(fyne.NewSize(1024, 640))
	return h, p
}

func press(t *testing.T, p *Page, label string) {
	t.Helper()
	if !uitest.Press(p.Object(), label) {
		t.Fatalf("no button %q; the page shows %q", label, uitest.Texts(p.Object()))
	}
}

func TestWaitingShowsTheAddressAndCancelComesBack(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	press(t, p, "Sign in with Microsoft")
	if o := <-g.begun; !o.SelectAccount || o.QueryMode {
		t.Fatalf("asked with %+v", o)
	}
	h.Until("the address", func() bool { return uitest.Shows(p.Object(), "login.example/organizations") })
	if !uitest.Shows(p.Object(), " left") {
		t.Fatalf("no time left on %q", uitest.Texts(p.Object()))
	}
	press(t, p, "Cancel (Esc)")
	h.Until("the start", func() bool { return uitest.Shows(p.Object(), "Sign in with Microsoft") })
	h.Settle()
	if !uitest.Shows(p.Object(), "Sign in with Microsoft") {
		t.Fatal("the end of the cancelled sign-in replaced the page")
	}
}

func TestBrowserTroubleTakesAPastedAddress(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	press(t, p, "Sign in with Microsoft")
	<-g.begun
	h.Until("the address", func() bool { return uitest.Shows(p.Object(), "login.example") })
	press(t, p, "Browser trouble?")
	o := <-g.begun
	if !o.QueryMode || o.Pasted == nil {
		t.Fatalf("asked with %+v", o)
	}
	o.PasteRefused(errors.New("not this one"))
	h.Until("what is wrong", func() bool { return uitest.Shows(p.Object(), "Not this sign-in") })
}

func TestTextOfAnErrorPageIsTaken(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	press(t, p, "Sign in with Microsoft")
	o := <-g.begun
	h.Until("the address", func() bool { return uitest.Shows(p.Object(), "login.example") })
	press(t, p, "Does the browser show an error?")
	e, ok := h.Window().Canvas().Focused().(interface{ SetText(string) })
	if !ok {
		t.Fatal("the field has not the keyboard")
	}
	e.SetText("a page without any code in it")
	<-o.Pasted
	o.PasteRefused(errors.New("none"))
	h.Until("what is wrong", func() bool { return uitest.Shows(p.Object(), "no error code in that") })
	e.SetText("Sorry, but we’re having trouble signing you in. AADSTS50011: The redirect URI does not match.")
	if got := <-o.Pasted; !strings.Contains(got, "AADSTS50011") {
		t.Errorf("passed on %q", got)
	}
	if len(g.begun) > 0 {
		t.Error("the sign-in was begun anew")
	}
}

func TestEachFailureHasItsNextStep(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		button string
	}{
		{"an administrator is needed", fmt.Errorf("sign in: %w", auth.ErrAdminApproval), "Ask my administrator"},
		{"no keychain", auth.ErrNoKeychain, "Keep until I quit"},
		{"nobody answered", auth.ErrTimedOut, "Try another way"},
		{"something else", errors.New("odd"), "Try again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate()
			h, p := open(t, g)
			press(t, p, "Sign in with Microsoft")
			<-g.begun
			g.end <- c.err
			title := auth.Explain(c.err).Title
			h.Until("the explanation", func() bool { return uitest.Shows(p.Object(), title) })
			press(t, p, c.button)
			switch c.button {
			case "Ask my administrator":
				press(t, p, "Write to my administrator")
				if got := <-g.opened; !strings.HasPrefix(got, "mailto:") {
					t.Fatalf("opened %q", got)
				}
			case "Keep until I quit":
				<-g.begun
				if !g.memory {
					t.Fatal("the choice was not passed on")
				}
			default:
				<-g.begun
			}
		})
	}
}

func TestErrorTextIsNeverMarkup(t *testing.T) {
	g := newGate()
	h, p := open(t, g)
	press(t, p, "Sign in with Microsoft")
	<-g.begun
	g.end <- errors.New("<b>{{.Evil}}</b>")
	h.Until("an explanation", func() bool { return uitest.Shows(p.Object(), "Try again") })
	for _, s := range uitest.Texts(p.Object()) {
		if len(s) > 0 && s[0] == '<' {
			t.Fatalf("raw error on the page: %q", s)
		}
	}
}
