package devtenant_test

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
)

// ask gets a Graph path with a token and decodes the answer.
func ask(t *testing.T, s *devtenant.Server, token, path string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.GraphURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return res.StatusCode, out
}

func mint(t *testing.T, s *devtenant.Server, scopes ...string) string {
	t.Helper()
	token, err := s.Token(directory.DemoUPN, scopes...)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func inboxTotal(t *testing.T, s *devtenant.Server) float64 {
	t.Helper()
	status, got := ask(t, s, mint(t, s), "/me/mailFolders/inbox")
	if status != http.StatusOK {
		t.Fatalf("inbox: %d %v", status, got)
	}
	n, _ := got["totalItemCount"].(float64)
	return n
}

func TestTokensOpenTheirOwnMailbox(t *testing.T) {
	s, other := tenanttest.Start(t), tenanttest.Start(t)
	status, me := ask(t, s, mint(t, s), "/me")
	if status != http.StatusOK || me["userPrincipalName"] != directory.DemoUPN || me["displayName"] != "Maya Torres" {
		t.Errorf("me: %d %v", status, me)
	}
	for name, token := range map[string]string{"none": "", "another tenant's": mint(t, other), "nonsense": "a.b.c"} {
		if status, _ := ask(t, s, token, "/me"); status != http.StatusUnauthorized {
			t.Errorf("token %s: %d", name, status)
		}
	}
	if status, _ := ask(t, s, mint(t, s, "User.Read"), "/me/messages"); status != http.StatusForbidden {
		t.Errorf("mail without its scope: %d", status)
	}
}

func TestAccessTokenExpires(t *testing.T) {
	var late atomic.Int64
	s := tenanttest.Start(t, func(o *devtenant.Options) {
		o.Seed, o.AccessLifetime = "empty", time.Minute
		o.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	})
	token := mint(t, s)
	if status, _ := ask(t, s, token, "/me"); status != http.StatusOK {
		t.Errorf("at once: %d", status)
	}
	late.Store(int64(2 * time.Minute))
	if status, got := ask(t, s, token, "/me"); status != http.StatusUnauthorized {
		t.Errorf("after two minutes: %d %v", status, got)
	}
}

func TestSeeds(t *testing.T) {
	count := func(change func(*devtenant.Options)) float64 { return inboxTotal(t, tenanttest.Start(t, change)) }
	demo := count(func(*devtenant.Options) {})
	few := count(func(o *devtenant.Options) { o.Messages = 20 })
	empty := count(func(o *devtenant.Options) { o.Seed = "empty" })
	large := count(func(o *devtenant.Options) { o.Seed, o.Messages = "large", 1500 })
	if empty != 0 || few <= 0 || few > 20 || demo <= few || large <= demo {
		t.Errorf("inbox holds %v empty, %v of 20, %v demo, %v of 1500", empty, few, demo, large)
	}
}

func TestFaultsAreSetAndCleared(t *testing.T) {
	s := tenanttest.Start(t, func(o *devtenant.Options) { o.Seed = "empty" })
	s.Intercept(func(*http.Request) *devtenant.Fault {
		return &devtenant.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}}}
	})
	if status, got := ask(t, s, mint(t, s), "/me"); status != http.StatusTooManyRequests {
		t.Errorf("with a fault: %d %v", status, got)
	}
	s.Intercept(nil)
	if status, got := ask(t, s, mint(t, s), "/me"); status != http.StatusOK {
		t.Errorf("without: %d %v", status, got)
	}
}

// A request that hangs does not keep Close from ending.
func TestCloseCutsWhatHangs(t *testing.T) {
	s, err := devtenant.Start(t.Context(), devtenant.Options{Seed: "empty"})
	if err != nil {
		t.Fatal(err)
	}
	began := make(chan struct{})
	s.Intercept(func(*http.Request) *devtenant.Fault { close(began); return &devtenant.Fault{Delay: time.Hour} })
	failed := make(chan error, 1)
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Get(s.GraphURL + "/me")
		if err == nil {
			res.Body.Close()
		}
		failed <- err
	}()
	<-began
	start := time.Now()
	s.Close()
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("Close took %v", took)
	}
	if <-failed == nil {
		t.Error("the hanging request got an answer")
	}
}
