package realwindow

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"supercrm/auth"
	"supercrm/devtenant/directory"
)

// managed is a rig whose organization keeps its users from consenting, as most do.
func managed(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	if err := r.tenant.SetUserConsent(directory.DemoTenantID, directory.ConsentManaged); err != nil {
		t.Fatal(err)
	}
	return r
}

// refused signs in as far as the organization lets a user, and leaves the program where it says who can help.
func (r *rig) refused(b *Browser) {
	r.t.Helper()
	r.win.Key("Return") // the main button has the focus
	page := signInPage(b, r.tenant)
	identify(page, directory.DemoUPN, directory.DemoPassword)
	page.WaitText("AADSTS90094")
	r.d.Keep("1-microsoft-refuses")
	page.Click("#return")
	r.explained("admin-approval")
	r.win.Focus()
	r.d.Keep("2-refused")
}

// changed presses keys in the window and waits until that shows.
func (r *rig) changed(name string, keys ...string) {
	r.t.Helper()
	before := r.d.Screen()
	r.win.Key(keys...)
	r.d.Eventually(name, func() bool { return Changed(before, r.d.Screen(), r.win.Bounds()).Dy() > 60 })
	r.d.Still(300 * time.Millisecond)
	r.d.Keep(name)
}

// copiesLink goes from the refusal to the approval page and copies its link with the keyboard.
func (r *rig) copiesLink() {
	r.t.Helper()
	r.changed("3-approval", "Return") // Ask my administrator
	r.win.Key("Tab", "Return")        // Write to my administrator has the focus; Copy link is next
	r.d.Still(300 * time.Millisecond)
	r.d.Keep("4-copied")
}

// administrator opens what is on the clipboard in a browser of another person and signs in there.
func (r *rig) administrator(b *Browser) *Page {
	r.t.Helper()
	r.pasteAddress(b)
	page := b.Page("/login/")
	page.WaitText("An administrator signs in to approve")
	identify(page, directory.DemoAdminUPN, directory.DemoPassword)
	page.WaitText("Permissions requested")
	r.d.Still(300 * time.Millisecond)
	r.d.Keep("5-administrator")
	return page
}

// pasteAddress pastes the clipboard into the address line of a new tab and goes there, with real keys.
func (r *rig) pasteAddress(b *Browser) {
	r.t.Helper()
	w := b.window()
	for _, key := range []string{"ctrl+t", "ctrl+l", "ctrl+v", "Return"} { // a new tab's line gets the keyboard late
		w.Key(key)
		r.d.Still(400 * time.Millisecond)
	}
}

// copyAddress copies the address line, with real keys.
func (r *rig) copyAddress(b *Browser) {
	r.t.Helper()
	w := b.window()
	w.Key("ctrl+l", "ctrl+a", "ctrl+c")
}

// TestApproval is the question that the product was made for: a user whom the organization does not let consent, an
// administrator who approves once in a browser of his own, and the user's mailbox, without a further question.
func TestApproval(t *testing.T) {
	r := managed(t)
	b := r.d.StartBrowser()
	r.start()
	r.refused(b)
	r.copiesLink()
	page := r.administrator(r.d.StartOtherBrowser("administrator"))
	page.Click("#accept")
	page.WaitURL("admin_consent=True")
	if !strings.Contains(page.URL(), "/common/oauth2/nativeclient?") {
		t.Errorf("the approval ended at %s", page.URL())
	}
	if text := strings.TrimSpace(page.Text()); text != "" {
		t.Errorf("the blank page says %q", text)
	}
	r.d.Keep("6-approved")
	opened := len(b.Opened())
	r.win.Key("Tab", "Tab", "Return") // It is approved: continue signing in
	r.mirrored()                      // nobody touches the browser from here on
	asked := b.Opened()
	if len(asked) != opened+1 || !strings.Contains(asked[opened], "prompt=none") {
		t.Errorf("the browser was opened %d times more, with prompt=none: %v", len(asked)-opened, strings.Contains(asked[len(asked)-1], "prompt=none"))
	}
	if state := r.tenant.State(); len(state.Consents) != 1 || state.Consents[0].UPN != "" {
		t.Errorf("consents are %+v, want the administrator's for everybody alone", state.Consents)
	}
	r.win.Focus()
	r.painted()
	r.d.Still(time.Second)
	r.d.Keep("7-mailbox")
	if missing := query[string](r, `SELECT granted FROM account`); !strings.Contains(missing, "Mail.ReadWrite") || !strings.Contains(missing, "Calendars.ReadWrite") {
		t.Errorf("granted is %q", missing)
	}
}

// TestApprovalReplyIsPasted: what the administrator's blank page has in its address is copied from there and pasted into
// the program; first a no, then the link itself by mistake, then a yes. The continued sign-in is the proof.
func TestApprovalReplyIsPasted(t *testing.T) {
	r := managed(t)
	b := r.d.StartBrowser()
	r.start()
	r.refused(b)
	r.copiesLink()
	other := r.d.StartOtherBrowser("administrator")
	page := r.administrator(other)
	page.Click("#cancel")
	page.WaitURL("error=")
	declined, err := url.Parse(page.URL())
	if err != nil {
		t.Fatal(err)
	}
	link := auth.New(auth.Config{ClientID: r.tenant.ClientID, LoginURL: r.tenant.LoginURL, LinkState: declined.Query().Get("state")},
		auth.NewMemoryKeychain(), nil).ApprovalURL(auth.ApprovalLink{})
	r.copyAddress(other)
	// Open as administrator, It is approved, Paste the reply
	r.changed("reply-field", "Tab", "Tab", "Tab", "Return")
	r.changed("reply-declined", "ctrl+v", "Return")
	r.banner()

	other.window().Focus() // what is behind another window is not painted
	page.Goto(link)        // the administrator follows the same link once more
	page.ClickText(directory.DemoAdminUPN)
	page.WaitText("Permissions requested")
	r.copyAddress(other) // the page before the answer, by mistake
	r.changed("reply-mistaken", "ctrl+a", "ctrl+v", "Return")
	other.window().Focus()
	page.Click("#accept")
	page.WaitURL("admin_consent=True")
	r.copyAddress(other)
	r.changed("reply-approved", "ctrl+a", "ctrl+v", "Return")
	r.win.Key("Return") // Continue signing in
	r.mirrored()
}

// TestApprovalNotYetArrived: who says too early that it is approved is told so, after Microsoft's page was asked again in
// the same tab, and can go on from there.
func TestApprovalNotYetArrived(t *testing.T) {
	r := managed(t)
	b := r.d.StartBrowser()
	r.start()
	r.refused(b)
	r.win.Key("Tab", "Return") // It is approved: continue
	page := b.Page("/authorize")
	page.ClickText(directory.DemoUPN)
	page.WaitText("AADSTS90094")
	page.Click("#return")
	r.logged("sign-in ended", "admin-approval", 2)
	r.win.Focus()
	r.banner()
	r.d.Still(300 * time.Millisecond)
	r.d.Keep("not-yet")
	if _, err := r.tenant.Control("approve", map[string]string{"client_id": r.tenant.ClientID, "tenant": directory.DemoTenantID}); err != nil {
		t.Fatal(err)
	}
	r.win.Key("Tab", "Return")
	r.mirrored()
}

// logged waits until the log has n lines that say what happened and why.
func (r *rig) logged(what, why string, n int) {
	r.t.Helper()
	line := regexp.MustCompile(`msg="` + what + `" why=` + why + `\b`)
	r.d.Eventually(what+" in the log again, because of "+why, func() bool { return len(line.FindAll(r.log(), -1)) >= n })
}

// TestBrowserTrouble: a browser that may not come back to this computer's port ends on a page that does not load; its
// address, pasted into the program, finishes the sign-in.
func TestBrowserTrouble(t *testing.T) {
	r := newRig(t)
	b := r.d.StartBrowser("--host-resolver-rules=MAP localhost ~NOTFOUND")
	r.start()
	r.win.Key("Return")
	signInPage(b, r.tenant).Close()
	r.changed("trouble", "Tab", "Tab", "Tab", "Return") // Copy address, Cancel, Browser trouble?
	page := signInPage(b, r.tenant)
	if last := b.Opened(); !strings.Contains(last[len(last)-1], "response_mode=query") {
		t.Error("the second way does not ask for the answer in the address")
	}
	signIn(page, directory.DemoUPN, directory.DemoPassword)
	r.d.Eventually("a page that does not load", func() bool { return b.at("code=") })
	r.d.Still(500 * time.Millisecond)
	r.d.Keep("trouble-not-loaded")
	r.win.Type("http://localhost:1/?code=x&state=forged")
	r.changed("trouble-wrong", "Return")
	r.copyAddress(b)
	r.d.Keep("trouble-browser")
	r.win.Key("ctrl+a", "ctrl+v")
	r.mirrored()
}

// TestErrorThatStaysInTheBrowser: Microsoft shows a wrong redirect address in the browser only; the text of that page, pasted
// into the program, is explained there, with the registration guide's step marked.
func TestErrorThatStaysInTheBrowser(t *testing.T) {
	r := newRig(t)
	if _, err := r.tenant.Control("app", map[string]string{"client_id": r.tenant.ClientID, "public_redirect_uris": "http://localhost/elsewhere"}); err != nil {
		t.Fatal(err)
	}
	b := r.d.StartBrowser()
	r.start()
	r.win.Key("Return")
	page := b.Page("/authorize")
	page.WaitText("AADSTS50011")
	b.window().Key("ctrl+a", "ctrl+c")
	r.changed("error-field", "Tab", "Tab", "Tab", "Tab", "Return") // Copy address, Cancel, Browser trouble?, the error
	r.win.Key("ctrl+v")
	r.explained("registration")
	r.d.Keep("error-explained")
	r.changed("error-guide", "Tab", "Tab", "Tab", "Return") // Copy the details has the focus; Try again, Back, the guide
}
