package auth

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

func TestFormWithSecretsIsWhatTheLibraryWouldSend(t *testing.T) {
	plain := url.Values{"scope": {"a b"}, "client_id": {"x"}}
	for _, secret := range []string{"", "plain-._~09AZaz", "1.AX+/=& %\xff\x00ä"} {
		got := string(encodeForm(plain, []secretParam{{"code", []byte(secret)}, {"code_verifier", []byte("v")}}))
		back, err := url.ParseQuery(got)
		if err != nil || back.Get("code") != secret || back.Get("code_verifier") != "v" || back.Get("scope") != "a b" || len(back) != 4 {
			t.Errorf("%q was sent as %q: %v", secret, got, err)
		}
	}
}

func TestParseOAuthError(t *testing.T) {
	oe := parseOAuthError([]byte(`{"error":"invalid_grant","suberror":"consent_required","claims":"{\"access_token\":{\"x\":1}}",
		"error_description":"AADSTS65001: The user bob@example.com … Trace ID: 1a1b1c1d-1111-4222-8333-444444444444 Correlation ID: 0a0b0c0d-1111-4222-8333-444444444444 Timestamp: 2026-02-03 04:05:06Z",
		"error_codes":[50076,65001]}`))
	if oe == nil || oe.Code != "invalid_grant" || oe.Suberror != "consent_required" || oe.Number() != 65001 || len(oe.Numbers) != 2 ||
		oe.Claims != `{"access_token":{"x":1}}` || oe.Correlation == "" || oe.Trace == "" || oe.Time.Hour() != 4 {
		t.Errorf("%+v", oe)
	}
	for _, body := range []string{"", "null", "[]", "<html>", `{"error":{"code":"InvalidAuthenticationToken"}}`, `{"message":"x"}`} {
		if oe := parseOAuthError([]byte(body)); oe != nil {
			t.Errorf("%s is read as %+v", body, oe)
		}
	}
}

func TestParseGrant(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"token_type":"Bearer","access_token":"a","expires_in":3599}`:   true,
		`{"token_type":"bearer","access_token":"a","expires_in":"3599"}`: true,
		`{"token_type":"Bearer","access_token":"a"}`:                     true,
		`{"token_type":"mac","access_token":"a"}`:                        false,
		`{"token_type":"Bearer"}`:                                        false,
		`{"token_type":"Bearer","access_token":"a","expires_in":-1}`:     false,
		`{"token_type":"Bearer","access_token":"a","expires_in":1e99}`:   false,
		`<html>`: false,
	} {
		if _, err := parseGrant([]byte(body)); (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for v, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-3": 0, "99999999": 5 * time.Minute, "x": 0,
		"Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second, "Fri, 02 Jan 2026 03:00:00 GMT": 0} {
		if got := retryAfter(v, now); got != want {
			t.Errorf("%q = %v, want %v", v, got, want)
		}
	}
}

func FuzzErrorBody(f *testing.F) {
	f.Add([]byte(`{"error":"invalid_grant","error_description":"AADSTS700082: x","error_codes":[700082],"claims":"{}"}`))
	f.Add([]byte(`{"error":"x","error_codes":["1",2,-3],"claims":{"a":1}}`))
	f.Add([]byte(`{"error":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = parseGrant(body)
		oe := parseOAuthError(body)
		if oe == nil {
			return
		}
		if s := oe.Error(); len(s) > 300 || strings.ContainsAny(s, "\n\r\x00") {
			t.Fatalf("error breaks a log line: %q", s)
		}
		if oe.Claims != "" && !json.Valid([]byte(oe.Claims)) {
			t.Fatal("claims are no JSON")
		}
		for _, n := range oe.Numbers {
			if n <= 0 {
				t.Fatalf("number %d", n)
			}
		}
		for _, kind := range []error{ErrTokenRefused, ErrSignInAgain, ErrBusy} {
			if e := Explain(fmt.Errorf("%w: %w", kind, oe)); e.Title == "" || e.Text == "" || e.Who == "" || e.Action == "" {
				t.Fatal("nothing to say")
			}
		}
	})
}

func TestSecretsRedactThemselves(t *testing.T) {
	type holder struct {
		Token Secret
		Ptr   *Secret
		Map   map[Secret]string
	}
	s := NewSecret("hunter2")
	h := holder{s, &s, map[Secret]string{s: "x"}}
	var log strings.Builder
	l := slog.New(slog.NewJSONHandler(&log, nil))
	l.Info("x", "s", s, "h", h, "g", grant{access: s, refresh: s, idToken: s})
	text := slog.New(slog.NewTextHandler(&log, nil))
	text.Info("x", "s", s, "h", h, "g", grant{access: s, refresh: s, idToken: s})
	encoded, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		all += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, h.Token) + fmt.Sprintf(verb, []Secret{s}) + fmt.Sprintf(verb, grant{access: s}) + fmt.Sprintf(verb, h.Map)
	}
	for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%X", "hunter2"), "104 117"} {
		if strings.Contains(all, leak) {
			t.Errorf("%q shows in %s", leak, all)
		}
	}
	if s.Reveal() != "hunter2" {
		t.Error("Reveal does not")
	}
}

// TestExplainIsNeverEmpty also holds the table against the collected list of numbers, where that is at hand.
func TestExplainIsNeverEmpty(t *testing.T) {
	errs := []error{nil, fmt.Errorf("something"), os.ErrClosed, &OAuthError{}, &OAuthError{Code: "x", Numbers: []int{1}}}
	for _, k := range kindWords {
		errs = append(errs, fmt.Errorf("x: %w", k.kind))
	}
	for n := range numberWords {
		errs = append(errs, fmt.Errorf("x: %w: %w", ErrTokenRefused, &OAuthError{Code: "invalid_grant", Numbers: []int{n}}))
	}
	titles := map[string]string{}
	for _, err := range errs {
		e := Explain(err)
		if e.ID == "" || e.Title == "" || len(e.Text) < 20 || e.Who == "" || e.Action == "" || e.Time.IsZero() {
			t.Errorf("%v is explained as %+v", err, e)
		}
		if had, ok := titles[e.ID]; ok && had != e.Title {
			t.Errorf("id %s has two titles", e.ID)
		}
		titles[e.ID] = e.Title
	}
	for _, n := range []int{90094, 90093, 65001, 50105, 50011, 53003, 50076, 700016, 650051, 65004, 700082, 50196, 50057, 900941, 7000218} {
		if _, ok := numberWords[n]; !ok {
			t.Errorf("AADSTS%d has no words", n)
		}
	}
	if e := Explain(fmt.Errorf("%w: %w", ErrTokenRefused, &OAuthError{Code: "invalid_grant", Numbers: []int{123456}, Correlation: "c"})); e.Code != "AADSTS123456" || e.Correlation != "c" {
		t.Errorf("unknown number: %+v", e)
	}
}

func TestEveryKindHasWords(t *testing.T) {
	for _, kind := range []error{ErrCancelled, ErrTimedOut, ErrRefused, ErrAdminApproval, ErrApprovalDeclined, ErrSignInRejected, ErrTokenRefused, ErrSignInAgain,
		ErrIDToken, ErrClock, ErrUnreachable, ErrBusy, ErrListen, ErrConfig, ErrLocal, ErrNotStored, ErrNoKeychain, ErrKeychainLocked,
		ErrKeychainRefused, ErrKeychainSlow} {
		if e := Explain(fmt.Errorf("x: %w", kind)); e.ID == "unknown" {
			t.Errorf("%v has no words", kind)
		}
	}
}
