package auth

import (
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var onwardTo = regexp.MustCompile(`http-equiv="refresh" content="0;url=([^"]+)"`)

// quietRefused answers the question with prompt=none and returns where the browser is taken.
func quietRefused(t *testing.T, address, refusal string) string {
	t.Helper()
	q := mustQuery(t, address)
	if q.Get("prompt") != "none" {
		t.Errorf("first asked with prompt=%q", q.Get("prompt"))
	}
	status, body := postForm(q.Get("redirect_uri"), url.Values{"error": {refusal}, "state": {q.Get("state")}})
	to := onwardTo.FindStringSubmatch(body)
	if status != 200 || to == nil {
		t.Fatalf("HTTP %d without a way on: %s", status, body)
	}
	return html.UnescapeString(to[1])
}

func TestQuietFirstAsksOnlyWhenItMust(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(NewMemoryKeychain())
	opened := 0
	if a, err := c.SignIn(t.Context(), SignInOptions{QuietFirst: true, SelectAccount: true, Open: func(u string) error {
		opened++
		if p := mustQuery(t, u).Get("prompt"); p != "none" {
			t.Errorf("asked with prompt=%q", p)
		}
		return f.agree(u)
	}}); err != nil || a.Key != testKey || opened != 1 {
		t.Fatalf("with nothing to ask: %+v, %v", a, err)
	}

	for _, refusal := range []string{"login_required", "interaction_required", "consent_required", "account_selection_required"} {
		a, err := c.SignIn(t.Context(), SignInOptions{QuietFirst: true, SelectAccount: true, Open: func(u string) error {
			on := quietRefused(t, u, refusal)
			first, second := mustQuery(t, u), mustQuery(t, on)
			if second.Get("prompt") != "select_account" || first.Get("state") == second.Get("state") || first.Get("nonce") == second.Get("nonce") ||
				first.Get("code_challenge") == second.Get("code_challenge") || first.Get("redirect_uri") != second.Get("redirect_uri") {
				t.Errorf("%s leads from %v to %v", refusal, first, second)
			}
			// A second tab with the first address is taken on as well, and neither ends the sign-in.
			if again := quietRefused(t, u, refusal); again != on && mustQuery(t, again).Get("state") != second.Get("state") {
				t.Errorf("the second tab goes to %s", again)
			}
			return f.agree(on)
		}})
		if err != nil || a.Key != testKey {
			t.Errorf("%s: %+v, %v", refusal, a, err)
		}
	}
}

func TestQuietFirstEndsOnWhatNoQuestionHelps(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(NewMemoryKeychain())
	_, err := c.SignIn(t.Context(), SignInOptions{QuietFirst: true, Open: func(u string) error {
		q := mustQuery(t, u)
		_, body := postForm(q.Get("redirect_uri"), url.Values{"error": {"access_denied"}, "error_description": {"AADSTS53003: no"}, "state": {q.Get("state")}})
		if onwardTo.MatchString(body) {
			t.Error("a policy's refusal leads on")
		}
		return nil
	}})
	if !errors.Is(err, ErrSignInRejected) || Explain(err).ID != "policy" {
		t.Errorf("err = %v", err)
	}
	_, err = c.SignIn(t.Context(), SignInOptions{QuietFirst: true, Open: func(u string) error {
		q := mustQuery(t, quietRefused(t, u, "interaction_required"))
		for _, forged := range []string{"", "guess"} {
			if status, _ := postForm(q.Get("redirect_uri"), url.Values{"error": {"login_required"}, "state": {forged}}); status != 400 {
				t.Errorf("state %q got %d", forged, status)
			}
		}
		_, body := postForm(q.Get("redirect_uri"), url.Values{"error": {"access_denied"}, "error_description": {"AADSTS90094: x"}, "state": {q.Get("state")}})
		if !strings.Contains(body, "AADSTS90094") {
			t.Errorf("the refusal is shown as %s", body)
		}
		return nil
	}})
	if !errors.Is(err, ErrAdminApproval) {
		t.Errorf("refused on the second page: %v", err)
	}
	// An interactive refusal is no reason to ask once more, even with a code that would be one before it.
	_, err = c.SignIn(t.Context(), SignInOptions{QuietFirst: true, Open: func(u string) error {
		q := mustQuery(t, quietRefused(t, u, "login_required"))
		if _, body := postForm(q.Get("redirect_uri"), url.Values{"error": {"interaction_required"}, "state": {q.Get("state")}}); onwardTo.MatchString(body) {
			t.Error("it goes round in circles")
		}
		return nil
	}})
	if !errors.Is(err, ErrSignInRejected) {
		t.Errorf("asked in vain: %v", err)
	}
}

func TestRenewTellsWhatIsGrantedNow(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(NewMemoryKeychain())
	if _, err := c.SignIn(t.Context(), SignInOptions{Open: f.agree}); err != nil {
		t.Fatal(err)
	}
	got, err := c.Renew(t.Context(), testKey)
	if err != nil || !slices.Contains(got, "Mail.ReadWrite") || slices.Contains(got, "MailboxSettings.Read") {
		t.Errorf("granted %v, %v", got, err)
	}
	if token, err := c.Token(t.Context(), testKey); err != nil || token != "access-2" {
		t.Errorf("the renewed token is %q, %v", token, err)
	}
	// A refusal is put to the test again, without the rest that Token keeps.
	refused := true
	f.answer = func(w http.ResponseWriter, form url.Values) bool {
		if refused {
			refuse(w, 400, "invalid_grant", "AADSTS65001: x", map[string]any{"suberror": "consent_required"})
		}
		return refused
	}
	if _, err := c.Renew(t.Context(), testKey); !errors.Is(err, ErrSignInAgain) {
		t.Errorf("refused: %v", err)
	}
	refused = false
	before := f.count()
	if _, err := c.Token(t.Context(), testKey); err == nil || f.count() != before {
		t.Errorf("Token asked again at once: %v", err)
	}
	if _, err := c.Renew(t.Context(), testKey); err != nil {
		t.Errorf("after the approval: %v", err)
	}
	if _, err := c.Renew(t.Context(), testTID+"."+testTID); !errors.Is(err, ErrSignInAgain) {
		t.Errorf("nobody: %v", err)
	}
}
