package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// deviceLogin is a login server with a device code; answers are given to the polls in turn, the last one again and again.
// An empty answer gives tokens.
func deviceLogin(t *testing.T, answers ...string) (*fakeLogin, *int) {
	f := newFakeLogin(t)
	polls := 0
	f.other = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/organizations/oauth2/v2.0/devicecode" {
			return false
		}
		if r.FormValue("client_id") != testClient || !strings.Contains(r.FormValue("scope"), "offline_access") {
			refuse(w, 400, "invalid_request", "AADSTS900144: x", nil)
			return true
		}
		_, _ = w.Write([]byte(`{"user_code":"A1B2C3","device_code":"device-secret","verification_uri":"https://login.example/device","expires_in":900,"interval":1,"message":"x"}`))
		return true
	}
	f.answer = func(w http.ResponseWriter, form url.Values) bool {
		if form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:device_code" || form.Get("device_code") != "device-secret" {
			return false
		}
		code := answers[min(polls, len(answers)-1)]
		polls++
		if code == "" {
			_, _ = w.Write(f.deviceTokens())
			return true
		}
		name, description, _ := strings.Cut(code, " ")
		refuse(w, 400, name, description, nil)
		return true
	}
	return f, &polls
}

func TestDeviceCode(t *testing.T) {
	f, polls := deviceLogin(t, "authorization_pending AADSTS70016: x", "")
	f.editClaims = func(m map[string]any) { delete(m, "nonce") }
	c := f.client(NewMemoryKeychain())
	var shown DeviceCode
	a, err := c.DeviceSignIn(t.Context(), func(d DeviceCode) { shown = d })
	if err != nil || a.Key != testKey {
		t.Fatalf("%+v, %v", a, err)
	}
	if shown.UserCode != "A1B2C3" || shown.Page != "https://login.example/device" || time.Until(shown.Until) < 14*time.Minute || *polls != 2 {
		t.Errorf("shown %+v after %d polls", shown, *polls)
	}
	if token, err := c.Token(t.Context(), a.Key); err != nil || token == "" {
		t.Errorf("Token: %v", err)
	}
}

func TestDeviceCodeRefused(t *testing.T) {
	for _, tc := range []struct {
		answer string
		want   error
		id     string
	}{
		{"authorization_declined AADSTS65004: x", ErrRefused, "declined"},
		{"expired_token x", ErrTokenRefused, "code-expired"},
		{"bad_verification_code AADSTS70018: x", ErrTokenRefused, "code-wrong"},
		{"invalid_grant AADSTS530033: x", ErrTokenRefused, "code-forbidden"},
		{"access_denied AADSTS90094: x", ErrAdminApproval, "admin-approval"},
		{"invalid_client AADSTS7000218: x", ErrTokenRefused, "registration"},
	} {
		t.Run(tc.answer, func(t *testing.T) {
			f, _ := deviceLogin(t, tc.answer)
			_, err := f.client(NewMemoryKeychain()).DeviceSignIn(t.Context(), func(DeviceCode) {})
			if !errors.Is(err, tc.want) || Explain(err).ID != tc.id {
				t.Errorf("err = %v, explained as %s", err, Explain(err).ID)
			}
		})
	}
}

func TestDeviceCodeWaitEnds(t *testing.T) {
	f, _ := deviceLogin(t, "authorization_pending x")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := f.client(NewMemoryKeychain()).DeviceSignIn(ctx, func(DeviceCode) { cancel() })
	if !errors.Is(err, ErrCancelled) {
		t.Errorf("err = %v", err)
	}
	late, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	<-late.Done()
	if e := Explain(lateCode(late)); e.ID != "code-expired" {
		t.Errorf("explained as %s", e.ID)
	}
}

func TestDeviceCodeTakesNoAnswerWithANonce(t *testing.T) {
	f, _ := deviceLogin(t, "")
	f.editClaims = func(m map[string]any) { m["nonce"] = "somebody else's" }
	if _, err := f.client(NewMemoryKeychain()).DeviceSignIn(t.Context(), func(DeviceCode) {}); !errors.Is(err, ErrIDToken) {
		t.Errorf("err = %v", err)
	}
}

func FuzzDeviceCode(f *testing.F) {
	f.Add([]byte(`{"user_code":"A","device_code":"d","verification_uri":"https://x/y","expires_in":"900","interval":-1}`))
	f.Add([]byte(`{"user_code":"A","device_code":"d","verification_uri":"javascript:alert(1)"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := parseDeviceCode(body)
		if err != nil {
			return
		}
		u, err := url.Parse(d.page)
		if err != nil || !secureOrLoopback(u) || d.user == "" || d.device.Empty() || d.life <= 0 || d.life > time.Hour || d.every < time.Second || d.every > time.Minute {
			t.Fatalf("accepted %+v", d)
		}
	})
}
