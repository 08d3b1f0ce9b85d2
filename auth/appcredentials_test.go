package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"supercrm/auth"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
)

const (
	toolID     = "11111111-2222-3333-4444-555555555555"
	toolSecret = "s3cret-of-the-tool~8Q"
)

func TestAppCredentials(t *testing.T) {
	s := tenanttest.Start(t)
	if _, err := s.Control("add-app", map[string]string{"name": "Tool", "client_id": toolID, "home_tenant": directory.DemoTenantID, "secret": toolSecret, "app_roles": "Mail.Read"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Control("approve", map[string]string{"client_id": toolID, "tenant": directory.DemoDomain}); err != nil {
		t.Fatal(err)
	}
	client := tenanttest.Client(t, s)
	cfg := auth.Config{ClientID: toolID, Tenant: directory.DemoDomain, LoginURL: s.LoginURL, HTTP: client}
	a := auth.NewAppCredentials(cfg, "https://graph.microsoft.com/", auth.NewSecret(toolSecret))
	first, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.GraphURL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+first)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if mail, calendar, me := get("/users/"+directory.DemoUPN+"/messages"), get("/users/"+directory.DemoUPN+"/calendars"), get("/me/messages"); mail != 200 || calendar != 403 || me != 400 {
		t.Errorf("mail %d, calendar %d, me %d", mail, calendar, me)
	}
	if again, err := a.Token(t.Context()); err != nil || again != first {
		t.Errorf("a second one: %v", err)
	}
	a.Invalidate("another")
	if again, _ := a.Token(t.Context()); again != first {
		t.Error("another token's end ended this one")
	}
	a.Invalidate(first)
	if again, err := a.Token(t.Context()); err != nil || again == first {
		t.Errorf("after it was refused: %v", err)
	}

	for _, c := range []struct {
		name, id, secret, explained string
		edit                        func(*auth.Config)
	}{
		{"wrong secret", "AADSTS7000215", "wrong-" + toolSecret, "secret", func(*auth.Config) {}},
		{"unknown tenant", "AADSTS90002", toolSecret, "wrong-organization", func(c *auth.Config) { c.Tenant = "nobody.example" }},
		{"unknown program", "AADSTS700016", toolSecret, "app-unknown", func(c *auth.Config) { c.ClientID = "99999999-2222-3333-4444-555555555555" }},
		{"no tenant", "AADSTS9001023", toolSecret, "tenant-needed", func(c *auth.Config) { c.Tenant = "" }},
	} {
		other := cfg
		c.edit(&other)
		_, err := auth.NewAppCredentials(other, "https://graph.microsoft.com", auth.NewSecret(c.secret)).Token(t.Context())
		e := auth.Explain(err)
		if e.Code != c.id || e.ID != c.explained || errors.Is(err, auth.ErrTokenRefused) == errors.Is(err, auth.ErrConfig) {
			t.Errorf("%s: %v, explained as %+v", c.name, err, e)
		}
		if strings.Contains(fmt.Sprintf("%v %+v", err, e), c.secret) {
			t.Errorf("%s: the secret is in the error", c.name)
		}
	}
}

func TestAppCredentialsJudgeTheServer(t *testing.T) {
	var asked atomic.Int64
	answer := func(w http.ResponseWriter) {}
	var mu sync.Mutex
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		mu.Lock()
		defer mu.Unlock()
		if r.FormValue("client_id") != toolID || r.FormValue("client_secret") != toolSecret || r.FormValue("scope") != "https://graph.microsoft.com/.default" || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		answer(w)
	}))
	defer login.Close()
	fresh := func() *auth.AppCredentials {
		client := login.Client()
		return auth.NewAppCredentials(auth.Config{ClientID: toolID, Tenant: "t.example", LoginURL: login.URL, HTTP: client}, "https://graph.microsoft.com", auth.NewSecret(toolSecret))
	}
	for _, c := range []struct {
		name   string
		status int
		body   string
		kind   error
	}{
		{"busy", 503, `{"error":"temporarily_unavailable"}`, auth.ErrBusy},
		{"busy, without words", 502, `<html>`, auth.ErrBusy},
		{"throttled", 429, `{"error":"invalid_request"}`, auth.ErrBusy},
		{"a captive portal", 200, `<html>log in`, auth.ErrUnreachable},
		{"somebody else", 403, `<html>no`, auth.ErrUnreachable},
		{"refused", 401, `{"error":"invalid_client","error_description":"AADSTS7000215: ` + toolSecret + `"}`, auth.ErrTokenRefused},
	} {
		mu.Lock()
		answer = func(w http.ResponseWriter) { w.WriteHeader(c.status); _, _ = w.Write([]byte(c.body)) }
		mu.Unlock()
		_, err := fresh().Token(t.Context())
		if !errors.Is(err, c.kind) || strings.Contains(fmt.Sprint(err), toolSecret) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	mu.Lock()
	answer = func(w http.ResponseWriter) {
		_, _ = w.Write([]byte(`{"token_type":"Bearer","expires_in":3599,"access_token":"abc"}`))
	}
	mu.Unlock()
	asked.Store(0)
	a := fresh()
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if token, err := a.Token(t.Context()); err != nil || token != "abc" {
				t.Errorf("%q, %v", token, err)
			}
		})
	}
	wait.Wait()
	if asked.Load() != 1 {
		t.Errorf("the server was asked %d times", asked.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := fresh().Token(ctx); !errors.Is(err, auth.ErrCancelled) {
		t.Errorf("cancelled: %v", err)
	}
	login.Close()
	if _, err := fresh().Token(t.Context()); !errors.Is(err, auth.ErrUnreachable) || strings.Contains(fmt.Sprint(err), "t.example") {
		t.Errorf("gone: %v", err)
	}
}
