package devtenant_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	msalerrors "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/devtenant/visitor"
)

// msal is Microsoft's own library, unmodified, set to use the simulated tenant as a private cloud.
func msal(t *testing.T, s *devtenant.Server, tenant string, options ...public.Option) public.Client {
	t.Helper()
	c, err := public.New(s.ClientID, append([]public.Option{public.WithAuthority(s.LoginURL + "/" + tenant),
		public.WithInstanceDiscovery(false), public.WithHTTPClient(tenanttest.Client(t, s))}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// browse walks the pages in a browser of its own, as the function that opens the system's browser does; the visit's end
// comes on the channel.
func browse(t *testing.T, s *devtenant.Server, upn string) (func(string) error, chan error) {
	end := make(chan error, 1)
	return func(address string) error {
		go func() {
			v := visitor.NewTrusting(s.Roots)
			defer v.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			end <- v.SignIn(ctx, address, upn, directory.DemoPassword)
		}()
		return nil
	}, end
}

var msalScopes = []string{"User.Read", "Mail.ReadWrite"}

// refusal is the body of a token endpoint's refusal as Microsoft's library got it.
func refusal(t *testing.T, err error) (oauth, sub string, code int) {
	t.Helper()
	call := new(msalerrors.CallErr)
	if !errors.As(err, call) && !errors.As(err, &call) {
		t.Fatalf("not a refusal: %v", err)
	}
	var body struct {
		Error    string `json:"error"`
		Suberror string `json:"suberror"`
		Codes    []int  `json:"error_codes"`
	}
	if err := json.NewDecoder(call.Resp.Body).Decode(&body); err != nil || len(body.Codes) != 1 {
		t.Fatalf("refused with %+v: %v", body, err)
	}
	return body.Error, body.Suberror, body.Codes[0]
}

func TestMicrosoftsLibrary(t *testing.T) {
	// Tokens of a minute: Microsoft's library takes those for over and refreshes at each silent call.
	s := tenanttest.Start(t, tenanttest.TLS, func(o *devtenant.Options) { o.AccessLifetime = time.Minute })
	c := msal(t, s, "organizations")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	open, end := browse(t, s, directory.DemoUPN)
	first, err := c.AcquireTokenInteractive(ctx, msalScopes, public.WithOpenURL(open), public.WithRedirectURI("http://localhost"))
	if err != nil {
		t.Fatal(err)
	}
	if err := <-end; err != nil {
		t.Fatal(err)
	}
	if first.Account.PreferredUsername != directory.DemoUPN || first.IDToken.TenantID != directory.DemoTenantID || len(first.DeclinedScopes) != 0 ||
		first.Account.HomeAccountID != "0b6a3f6e-1111-4a7e-8a5c-000000000001."+directory.DemoTenantID {
		t.Errorf("account %+v, declined %v", first.Account, first.DeclinedScopes)
	}
	client := tenanttest.Client(t, s)
	me := func(token string) int {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.GraphURL+"/me", nil)
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if status := me(first.AccessToken); status != http.StatusOK {
		t.Errorf("Graph: %d", status)
	}
	silent := func() (public.AuthResult, error) {
		return c.AcquireTokenSilent(ctx, msalScopes, public.WithSilentAccount(first.Account))
	}
	again, err := silent()
	if err != nil || again.AccessToken == first.AccessToken || me(again.AccessToken) != http.StatusOK {
		t.Fatalf("silently: %v", err)
	}
	for _, step := range []struct {
		name       string
		turn, back []string
		oauth, sub string
		code       int
	}{
		{"second factor", []string{"policy", "mfa", "true"}, []string{"policy", "mfa", "false"}, "invalid_grant", "basic_action", 50076},
		{"disabled", []string{"user", "disabled", "true"}, []string{"user", "disabled", "false"}, "invalid_grant", "", 50057},
		{"revoked", []string{"revoke", "", ""}, nil, "invalid_grant", "", 50173},
	} {
		turn := func(v []string) {
			if _, err := s.Control(v[0], map[string]string{"tenant": directory.DemoDomain, "upn": directory.DemoUPN, v[1]: v[2]}); err != nil {
				t.Fatal(err)
			}
		}
		turn(step.turn)
		_, err := silent()
		if err == nil {
			t.Fatalf("%s: it was not refused", step.name)
		}
		if oauth, sub, code := refusal(t, err); oauth != step.oauth || sub != step.sub || code != step.code {
			t.Errorf("%s: %s %s %d", step.name, oauth, sub, code)
		}
		if step.back == nil {
			continue
		}
		turn(step.back)
		if _, err := silent(); err != nil {
			t.Errorf("%s, given back: %v", step.name, err)
		}
	}
}

// In a tenant with the default policy an ordinary user is refused, and Microsoft's library hears it.
func TestMicrosoftsLibraryIsRefused(t *testing.T) {
	s := tenanttest.Start(t, tenanttest.TLS)
	if err := s.SetUserConsent(directory.DemoDomain, directory.ConsentManaged); err != nil {
		t.Fatal(err)
	}
	c := msal(t, s, directory.DemoTenantID)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	open, end := browse(t, s, directory.DemoUPN)
	_, err := c.AcquireTokenInteractive(ctx, msalScopes, public.WithOpenURL(open))
	if err == nil || !strings.Contains(err.Error(), "AADSTS90094") {
		t.Errorf("err = %v", err)
	}
	<-end // the library's page for a failure answers with a status that the visitor reports
}

func TestMicrosoftsLibraryWithDeviceCode(t *testing.T) {
	s := tenanttest.Start(t, tenanttest.TLS)
	c := msal(t, s, "organizations")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	code, err := c.AcquireTokenByDeviceCode(ctx, msalScopes)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor.NewTrusting(s.Roots)
	defer v.Close()
	v.UserCode = code.Result.UserCode
	if end, err := v.Device(ctx, code.Result.VerificationURL, directory.DemoUPN, directory.DemoPassword); err != nil || end != "device-done" {
		t.Fatalf("%s %v", end, err)
	}
	got, err := code.AuthenticationResult(ctx)
	if err != nil || got.Account.PreferredUsername != directory.DemoUPN {
		t.Fatalf("%+v %v", got.Account, err)
	}
}

// With the client capability cp1 tokens live long and end by events: Graph answers with a claims challenge, which the
// library hands on.
func TestMicrosoftsLibraryAnswersClaimsChallenges(t *testing.T) {
	s := tenanttest.Start(t, tenanttest.TLS)
	c := msal(t, s, "organizations", public.WithClientCapabilities([]string{"CP1"}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	open, end := browse(t, s, directory.DemoUPN)
	first, err := c.AcquireTokenInteractive(ctx, msalScopes, public.WithOpenURL(open))
	if err != nil {
		t.Fatal(err)
	}
	if err := <-end; err != nil {
		t.Fatal(err)
	}
	if life := time.Until(first.ExpiresOn); life < 19*time.Hour || life > 28*time.Hour {
		t.Errorf("the token lives %v", life)
	}
	if _, err := s.Control("cae", map[string]string{"upn": directory.DemoUPN}); err != nil {
		t.Fatal(err)
	}
	challenge := challengeOf(t, s, first.AccessToken)
	if !strings.Contains(challenge, `"nbf"`) {
		t.Fatalf("challenge %q", challenge)
	}
	next, err := c.AcquireTokenSilent(ctx, msalScopes, public.WithSilentAccount(first.Account), public.WithClaims(challenge))
	if err != nil || next.AccessToken == first.AccessToken {
		t.Fatalf("with the challenge's claims: %v", err)
	}
	if got := challengeOf(t, s, next.AccessToken); got != "" {
		t.Errorf("the new token is challenged: %s", got)
	}
}
