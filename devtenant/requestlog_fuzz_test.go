package devtenant

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzLoggedPath(f *testing.F) {
	f.Add("/graph/v1.0/me/messages", "$skiptoken=SECRET&$top=3")
	f.Add("/login/SECRET/password", "")
	f.Add("/graph/uploads/SECRET", "a=b;%zz")
	f.Add("/graph/v1.0/me", "%24deltatoken=SECRET&x")
	f.Fuzz(func(t *testing.T, path, query string) {
		got := loggedPath(&url.URL{Path: path, RawQuery: query})
		if len(got) > 410 && len(got) > len("…")+400 {
			t.Errorf("%d bytes", len(got))
		}
		if utf8.ValidString(path) && utf8.ValidString(query) && !utf8.ValidString(got) && !strings.Contains(query, "%") {
			t.Errorf("%q is no text", got)
		}
		if path == "/login/SECRET/password" && strings.Contains(got, "SECRET") || strings.HasPrefix(query, "$skiptoken=SECRET&") && strings.HasPrefix(path, "/graph/") && strings.Contains(got, "token=SECRET") {
			t.Errorf("%q tells a secret", got)
		}
	})
}
