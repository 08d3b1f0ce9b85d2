package devtenant_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childState); path != "" {
		os.Exit(beKilled(path))
	}
	goleak.VerifyTestMain(m)
}

func TestPanelListsTheAccounts(t *testing.T) {
	s := tenanttest.Start(t)
	res, err := http.Get(s.PanelURL)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	for _, want := range []string{directory.DemoUPN, directory.DemoAdminUPN, directory.DemoPassword, s.ClientID, s.GraphURL, "not Microsoft"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the panel lacks %q", want)
		}
	}
	post, err := http.Post(s.PanelURL, "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer post.Body.Close()
	if post.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", post.StatusCode)
	}
}

// Start's context ends the server as well as Close does, and Close after it, or twice, does no harm.
func TestEndsWithItsOwner(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := devtenant.Start(ctx, devtenant.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 100 {
		var res *http.Response
		if res, err = http.Get(s.PanelURL); err != nil {
			break
		}
		res.Body.Close()
		time.Sleep(10 * time.Millisecond)
	}
	if err == nil {
		t.Error("it still answers after its context ended")
	}
	s.Close()
	s.Close()
	if _, err := devtenant.Start(t.Context(), devtenant.Options{Listen: "127.0.0.1:notaport"}); err == nil {
		t.Error("a nonsense address was accepted")
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestTwoTenantsDoNotShareTokens(t *testing.T) {
	one, two := tenanttest.Start(t), tenanttest.Start(t)
	if one.LoginURL == two.LoginURL {
		t.Fatal("both listen on the same port")
	}
	token, err := one.Token(directory.DemoUPN)
	if err != nil || strings.Count(token, ".") != 2 {
		t.Fatalf("token: %v", err)
	}
	if _, err := one.Token("nobody@harborline.example"); err == nil {
		t.Error("a token for nobody")
	}
}
