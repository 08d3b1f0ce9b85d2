package main

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"testing"

	"supercrm/auth"
	"supercrm/internal/settings"
)

const testID = "11111111-2222-4333-8444-555555555555"

func TestEnvironmentComesBeforeSettings(t *testing.T) {
	env := map[string]string{}
	get := func(k string) string { return env[k] }
	c, which := chosen(settings.SignIn{ClientID: testID, Tenant: "contoso.example", Cloud: "china"}).overridden(get)
	if c != (cloud{testID, "contoso.example", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn/v1.0"}) || len(which) != 0 {
		t.Errorf("%+v, %v", c, which)
	}
	env["SUPERCRM_LOGIN_URL"], env["SUPERCRM_GRAPH_URL"] = "http://127.0.0.1:1/", "http://127.0.0.1:1/graph/v1.0/"
	c, which = chosen(settings.SignIn{ClientID: testID}).overridden(get)
	if c != (cloud{testID, "", "http://127.0.0.1:1", "http://127.0.0.1:1/graph/v1.0"}) || len(which) != 2 || c.check() != nil {
		t.Errorf("%+v, %v, %v", c, which, c.check())
	}
	if c := chosen(settings.SignIn{}); c.loginURL != auth.DefaultLoginURL || c.graphURL != "https://graph.microsoft.com/v1.0" {
		t.Errorf("%+v", c)
	}
	for _, bad := range []settings.SignIn{{}, {ClientID: testID, Cloud: "custom"}, {ClientID: testID, Tenant: "a b"},
		{ClientID: testID, Cloud: "custom", LoginURL: "https://l", GraphURL: "http://graph.example/v1.0"},
		{ClientID: testID, Cloud: "custom", LoginURL: "http://login.example", GraphURL: "https://g/v1.0"}} {
		if chosen(bad).check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
	if err := chosen(settings.SignIn{}).check(); !errors.Is(err, auth.ErrConfig) {
		t.Errorf("err = %v", err)
	}
}

func TestConsentLink(t *testing.T) {
	t.Setenv("SUPERCRM_CLIENT_ID", "")
	t.Setenv("SUPERCRM_LOGIN_URL", "")
	run := func(args ...string) (string, error) {
		var out, words bytes.Buffer
		err := command(t.Context(), append([]string{"consent-link"}, args...), &out, &words)
		return strings.TrimSpace(out.String()), err
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-client-id", testID}, "https://login.microsoftonline.com/organizations/v2.0/adminconsent"},
		{[]string{"-client-id", testID, "-tenant", "contoso.example", "-v1"}, "https://login.microsoftonline.com/contoso.example/adminconsent"},
		{[]string{"-client-id", testID, "-cloud", "gcchigh"}, "https://login.microsoftonline.us/organizations/v2.0/adminconsent"},
	} {
		got, err := run(c.args...)
		u, bad := url.Parse(got)
		if err != nil || bad != nil || u.Scheme+"://"+u.Host+u.Path != c.want || u.Query().Get("client_id") != testID {
			t.Errorf("%v: %q, %v", c.args, got, err)
		}
	}
	for _, bad := range [][]string{{}, {"-cloud", "mars"}, {"-client-id", testID, "-tenant", "a/b"}, {"more"}} {
		if got, err := run(bad...); err == nil || got != "" {
			t.Errorf("%v: %q, %v", bad, got, err)
		}
	}
	t.Setenv("SUPERCRM_CLIENT_ID", testID)
	t.Setenv("SUPERCRM_LOGIN_URL", "https://login.example")
	if got, err := run(); err != nil || !strings.HasPrefix(got, "https://login.example/") {
		t.Errorf("by environment: %q, %v", got, err)
	}
	if got, err := run("-cloud", "china"); err != nil || !strings.HasPrefix(got, "https://login.partner.microsoftonline.cn/") {
		t.Errorf("the command line is nearer: %q, %v", got, err)
	}
}
