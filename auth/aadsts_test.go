package auth

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// known is a row of the committed list of numbers.
type known struct {
	code  int
	who   []string
	class string
}

func knownNumbers(t *testing.T) []known {
	t.Helper()
	f, err := os.Open("testdata/aadsts.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []known
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		cells := strings.Split(sc.Text(), "\t")
		code, err := strconv.Atoi(cells[0])
		if err != nil || len(cells) != 3 {
			t.Fatalf("row %q", sc.Text())
		}
		out = append(out, known{code, strings.Split(cells[1], ","), cells[2]})
	}
	if len(out) < 129 {
		t.Fatalf("only %d numbers", len(out))
	}
	return out
}

func explainNumber(n int) Explanation {
	oe := &OAuthError{Code: "invalid_grant"}
	oe.describe(fmt.Sprintf("AADSTS%d: something. Correlation ID: 0a0b0c0d-1111-4222-8333-444444444444 Timestamp: 2026-02-03 04:05:06Z", n))
	return Explain(fmt.Errorf("sign in: %w", oe))
}

// checkExplained holds one number against what is known of it.
func checkExplained(t *testing.T, k known) {
	t.Helper()
	e := explainNumber(k.code)
	if e.ID == "unknown" || e.Title == "" || e.Text == "" || e.Who == "" || e.Action == "" {
		t.Errorf("AADSTS%d is not explained: %+v", k.code, e)
		return
	}
	if e.Code != "AADSTS"+strconv.Itoa(k.code) || !strings.Contains(e.Details(), "0a0b0c0d-1111-4222-8333-444444444444 · 2026-02-03T04:05:06Z") {
		t.Errorf("AADSTS%d: details %q", k.code, e.Details())
	}
	who := map[string]string{WhoYou: "user", WhoAdmin: "admin", WhoMakers: "developer"}[e.Who]
	// Where only waiting or starting over helps, it does not matter who once caused it.
	passing := slices.Contains([]string{"retry", "backoff", "interactive", "ignore", "poll", "consent"}, k.class) || e.ID == "start-over"
	if !slices.Contains(k.who, who) && !passing {
		t.Errorf("AADSTS%d (%s): can be fixed by %v, the words say %q", k.code, k.class, k.who, e.Who)
	}
	want := map[string][]ActionKind{
		"retry": {ActionRetry, ActionSignIn}, "backoff": {ActionRetry}, "interactive": {ActionSignIn, ActionTellAdmin},
		"admin_consent": {ActionCopyLink}, "consent": {ActionSignIn}, "wrong_cloud": {ActionSettings},
		"contact_admin": {ActionTellAdmin, ActionSignIn}, "retry_then_admin": {ActionRetry},
	}[k.class]
	if want != nil && !slices.Contains(want, e.Action) {
		t.Errorf("AADSTS%d (%s): action %q, want one of %v", k.code, k.class, e.Action, want)
	}
}

func TestEveryKnownNumberIsExplained(t *testing.T) {
	for _, k := range knownNumbers(t) {
		checkExplained(t, k)
	}
}

// TestListOfNumbersIsWhole compares with the full list where it lies beside the checkout (or where AADSTS_JSON says).
func TestListOfNumbersIsWhole(t *testing.T) {
	path := os.Getenv("AADSTS_JSON")
	if path == "" {
		path = "../../shared/data/aadsts.json"
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the full list is not here; set AADSTS_JSON to its path. The committed list is tested all the same")
	}
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Suberrors map[string]string
		Codes     []struct {
			Code  int
			Who   []string `json:"who_can_fix"`
			Class string   `json:"app_class"`
		}
	}
	if err := json.Unmarshal(raw, &list); err != nil || len(list.Codes) == 0 {
		t.Fatalf("read the list: %d codes, %v", len(list.Codes), err)
	}
	for _, c := range list.Codes {
		checkExplained(t, known{c.Code, c.Who, c.Class})
	}
	for s := range list.Suberrors {
		if _, ok := suberrorWords[s]; !ok && s != "source" {
			t.Errorf("suberror %q has no words", s)
		}
	}
}

func TestSuberrors(t *testing.T) {
	for s, want := range map[string]struct {
		who    string
		action ActionKind
	}{
		"basic_action": {WhoYou, ActionSignIn}, "additional_action": {WhoYou, ActionSignIn}, "message_only": {WhoAdmin, ActionTellAdmin},
		"consent_required": {WhoYou, ActionSignIn}, "user_password_expired": {WhoYou, ActionSignIn}, "bad_token": {WhoYou, ActionSignIn},
		"token_expired": {WhoYou, ActionSignIn}, "client_mismatch": {WhoMakers, ActionReport}, "protection_policy_required": {WhoAdmin, ActionTellAdmin},
	} {
		e := Explain(fmt.Errorf("x: %w: %w", ErrSignInAgain, &OAuthError{Code: "invalid_grant", Suberror: s}))
		if e.Who != want.who || e.Action != want.action {
			t.Errorf("%s: %q, %q", s, e.Who, e.Action)
		}
	}
	// A number says more than "you have to act", but never makes something hopeless look curable.
	if e := Explain(&OAuthError{Code: "invalid_grant", Suberror: "basic_action", Numbers: []int{50076}}); e.ID != "verify" {
		t.Errorf("with a number: %q", e.ID)
	}
	if e := Explain(&OAuthError{Code: "invalid_grant", Suberror: "client_mismatch", Numbers: []int{70000}}); e.ID != "other-app" {
		t.Errorf("mismatch with a number: %q", e.ID)
	}
}

func TestUnknownNumberHasASafeAnswer(t *testing.T) {
	e := explainNumber(99990001)
	if e.ID != "unknown" || e.Action != ActionRetry || e.Correlation == "" || e.Time.IsZero() ||
		e.Details() != "AADSTS99990001 · 0a0b0c0d-1111-4222-8333-444444444444 · 2026-02-03T04:05:06Z" {
		t.Errorf("%+v, details %q", e, e.Details())
	}
	if d := Explain(ErrUnreachable).Details(); !strings.HasPrefix(d, "unreachable · "+time.Now().UTC().Format("2006-01")) {
		t.Errorf("details without a server: %q", d)
	}
}
