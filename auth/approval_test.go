package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestApprovalLinks(t *testing.T) {
	c := New(Config{ClientID: testClient, LoginURL: "https://login.microsoftonline.us"}, NewMemoryKeychain(), nil)
	for _, tc := range []struct {
		link ApprovalLink
		path string
		v1   bool
	}{
		{ApprovalLink{}, "/organizations/v2.0/adminconsent", false},
		{ApprovalLink{Tenant: "common"}, "/organizations/v2.0/adminconsent", false},
		{ApprovalLink{Tenant: " contoso.example "}, "/contoso.example/v2.0/adminconsent", false},
		{ApprovalLink{Tenant: testTID, V1: true}, "/" + testTID + "/adminconsent", true},
		{ApprovalLink{V1: true}, "/organizations/adminconsent", true},
	} {
		u, err := url.Parse(c.ApprovalURL(tc.link))
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if u.Host != "login.microsoftonline.us" || u.Path != tc.path || q.Get("client_id") != testClient || q.Has("state") ||
			q.Get("redirect_uri") != "https://login.microsoftonline.us/common/oauth2/nativeclient" {
			t.Errorf("%+v: %s", tc.link, u)
		}
		if scopes := strings.Fields(q.Get("scope")); tc.v1 != (len(scopes) == 0) || !tc.v1 && !slices.Equal(scopes, DefaultScopes()) {
			t.Errorf("%+v asks for %v", tc.link, scopes)
		}
	}
}

// answerApproval plays the approval page: it sends the browser back with the given parameters and the right state.
func answerApproval(t *testing.T, answer string) func(string) error {
	return func(address string) error {
		q := mustQuery(t, address)
		status, body := read(browser.Get(q.Get("redirect_uri") + "/?state=" + url.QueryEscape(q.Get("state")) + "&" + answer))
		if status != 200 {
			return fmt.Errorf("HTTP %d: %s", status, body)
		}
		return nil
	}
}

func TestApproveAtThisComputer(t *testing.T) {
	c := New(Config{ClientID: testClient}, NewMemoryKeychain(), nil)
	for _, tc := range []struct {
		name, answer string
		want         error
		id           string
	}{
		{"v2 yes", "admin_consent=True&tenant=" + testTID + "&scope=" + url.QueryEscape("openid https://graph.microsoft.com/Mail.Send"), nil, ""},
		{"v1 yes", "admin_consent=true&tenant=" + strings.ToUpper(testTID), nil, ""},
		{"cancel", "error=access_denied&error_subcode=cancel", ErrApprovalDeclined, "approval-declined"},
		{"cancel with words", "error=access_denied&error_description=AADSTS65004%3A+declined", ErrApprovalDeclined, "approval-declined"},
		{"yes and error together", "admin_consent=True&tenant=" + testTID + "&error=consent_required&error_description=AADSTS65004%3A+x", ErrApprovalDeclined, "approval-declined"},
		{"no administrator", "error=access_denied&error_description=AADSTS90094%3A+x", ErrAdminApproval, "admin-approval"},
		{"being set up", "admin_consent=True&error=server_error&error_description=AADSTS650051%3A+x", ErrBusy, "settling"},
		{"registered wrongly", "error=invalid_request&error_description=AADSTS50011%3A+x", ErrSignInRejected, "registration"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, err := c.Approve(t.Context(), ApproveOptions{Open: answerApproval(t, tc.answer)})
			if !errors.Is(err, tc.want) || tc.want != nil && Explain(err).ID != tc.id {
				t.Fatalf("err = %v, explained as %s", err, Explain(err).ID)
			}
			if tc.want == nil && a.TenantID != testTID {
				t.Errorf("approval = %+v", a)
			}
			if tc.name == "v2 yes" && !slices.Equal(a.Scopes, []string{"openid", "Mail.Send"}) {
				t.Errorf("scopes = %v", a.Scopes)
			}
		})
	}
}

func TestForgedApprovalEndsNothing(t *testing.T) {
	c := New(Config{ClientID: testClient}, NewMemoryKeychain(), nil)
	a, err := c.Approve(t.Context(), ApproveOptions{ApprovalLink: ApprovalLink{Tenant: "contoso.example", V1: true}, Open: func(address string) error {
		q := mustQuery(t, address)
		back := q.Get("redirect_uri")
		for _, forged := range []string{"admin_consent=True&tenant=" + testOID, "admin_consent=True&tenant=" + testOID + "&state=guess",
			"error=access_denied&state=", "state=" + q.Get("state") + "&state=x&admin_consent=True", "state=" + q.Get("state"),
			"state=" + q.Get("state") + "&admin_consent=False"} {
			if status, body := read(browser.Get(back + "/?" + forged)); status != 400 || !strings.Contains(body, "Nothing to see here") {
				t.Errorf("%s got %d", forged, status)
			}
		}
		if status, _ := postForm(back, url.Values{"state": {q.Get("state")}, "admin_consent": {"True"}}); status != 405 {
			t.Errorf("a post got %d", status)
		}
		return answerApproval(t, "admin_consent=True&tenant="+testTID)(address)
	}})
	if err != nil || a.TenantID != testTID {
		t.Fatalf("%+v, %v", a, err)
	}
}

func TestApprovalCanBeCancelledAndTimesOut(t *testing.T) {
	c := New(Config{ClientID: testClient}, NewMemoryKeychain(), nil)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := c.Approve(ctx, ApproveOptions{Waiting: func(string, time.Time) { cancel() }})
	if !errors.Is(err, ErrCancelled) {
		t.Errorf("err = %v", err)
	}
	if _, err = c.Approve(t.Context(), ApproveOptions{Timeout: 20 * time.Millisecond}); !errors.Is(err, ErrTimedOut) {
		t.Errorf("err = %v", err)
	}
	if _, err = New(Config{}, NewMemoryKeychain(), nil).Approve(t.Context(), ApproveOptions{}); !errors.Is(err, ErrConfig) {
		t.Errorf("err = %v", err)
	}
}

func TestReadApproval(t *testing.T) {
	c := New(Config{ClientID: testClient, LinkState: "ours"}, NewMemoryKeychain(), nil)
	at := "https://login.microsoftonline.com/common/oauth2/nativeclient?"
	yes := at + "admin_consent=True&tenant=" + testTID
	if q := mustQuery(t, c.ApprovalURL(ApprovalLink{})); q.Get("state") != "ours" {
		t.Fatalf("the forwarded link asks with %v", q)
	}
	for name, text := range map[string]string{
		"without a state, as from the command line": " " + yes + " ", "with ours": yes + "&state=ours",
		"broken by a mail program": "<" + at + "\r\n admin_consent=True&tena\r\n nt=" + testTID + "&state=ours>",
		"in the fragment":          strings.Replace(yes, "?", "#", 1),
	} {
		if a, err := c.ReadApproval(text); err != nil || a.TenantID != testTID {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	for text, want := range map[string]error{
		at + "error=access_denied&error_subcode=cancel":                            ErrApprovalDeclined,
		yes + "&state=ours&error=access_denied&error_description=AADSTS65004%3A+x": ErrApprovalDeclined,
		yes + "&error=access_denied&error_description=AADSTS90094%3A+x&state=ours": ErrAdminApproval,
		yes + "&state=theirs":                   ErrOtherReply,
		at + "error=access_denied&state=theirs": ErrOtherReply,
		"":                                      ErrNotReply,
		"hello":                                 ErrNotReply,
		at:                                      ErrNotReply,
		at + "%zz":                              ErrNotReply,
		at + "admin_consent=True&admin_consent=True":     ErrNotReply,
		at + "admin_consent=False":                       ErrNotReply,
		yes + "&state=ours&state=ours":                   ErrNotReply,
		c.ApprovalURL(ApprovalLink{}):                    ErrNotReply,
		yes + "&x=" + strings.Repeat("x", maxCallback+1): ErrNotReply,
	} {
		if a, err := c.ReadApproval(text); !errors.Is(err, want) || Explain(err).ID == "unknown" {
			t.Errorf("%.80q was read as %+v, %v", text, a, err)
		}
	}
	if a, err := New(Config{ClientID: testClient}, NewMemoryKeychain(), nil).ReadApproval(yes + "&state=any"); err != nil || a.TenantID != testTID {
		t.Errorf("without a state of our own: %+v, %v", a, err)
	}
}

func TestNoPromptSaysWhatIsMissing(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(NewMemoryKeychain())
	for answer, want := range map[string]error{"login_required": ErrSignInAgain, "interaction_required": ErrSignInAgain, "consent_required": ErrSignInAgain,
		"invalid_request": ErrSignInRejected} {
		_, err := c.SignIn(t.Context(), SignInOptions{NoPrompt: true, SelectAccount: true, LoginHint: "alice@example.com", Open: func(u string) error {
			q := mustQuery(t, u)
			if q.Get("prompt") != "none" || q.Get("login_hint") != "alice@example.com" && q.Has("login_hint") {
				t.Errorf("asked with %v", q)
			}
			_, _ = postForm(q.Get("redirect_uri"), url.Values{"error": {answer}, "state": {q.Get("state")}})
			return nil
		}})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", answer, err)
		}
	}
	if _, err := c.SignIn(t.Context(), SignInOptions{NoPrompt: true, Open: f.agree}); err != nil {
		t.Errorf("with nothing to ask: %v", err)
	}
}

func FuzzApproval(f *testing.F) {
	f.Add("state=s&admin_consent=True&tenant=" + testTID + "&scope=a+b")
	f.Add("state=s&admin_consent=True&error=access_denied&error_subcode=cancel")
	f.Add("state=s&error=&admin_consent=true")
	c := New(Config{ClientID: testClient, LinkState: "s"}, NewMemoryKeychain(), nil)
	f.Fuzz(func(t *testing.T, encoded string) {
		a, err := parseApproval(encoded, "s")
		if q, _ := url.ParseQuery(encoded); err == nil && q.Has("error") != (a.err != nil) {
			t.Fatal("an error was overlooked")
		}
		if _, other := parseApproval(encoded, "another"); other == nil && !strings.Contains(encoded, "another") {
			t.Fatal("settled for a state that is not in it")
		}
		if a.approval.TenantID != "" && guidOrEmpty(a.approval.TenantID) == "" {
			t.Fatal("tenant is no GUID")
		}
		got, err := c.ReadApproval("https://x/?" + encoded)
		if err == nil && len(got.Scopes) > 100 {
			t.Fatal("unbounded")
		}
		if q, bad := url.ParseQuery(encoded); err == nil && bad == nil && (q.Has("error") || q.Has("state") && q.Get("state") != "s") {
			t.Fatal("an error or another's state was overlooked")
		}
	})
}
