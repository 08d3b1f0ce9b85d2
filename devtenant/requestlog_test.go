package devtenant_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
)

func logged(t *testing.T, s *devtenant.Server, query string) (out []devtenant.LoggedRequest) {
	t.Helper()
	res, err := tenanttest.Client(t, s).Get(s.LoginURL + "/control/requests?" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRequestLog(t *testing.T) {
	s := tenanttest.Start(t, func(o *devtenant.Options) { o.Seed = "empty" })
	token := mint(t, s)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.LoginURL+"/control/requests?q=mailFolders", nil)
	req.Header.Set("Accept", "text/event-stream")
	live, err := tenanttest.Client(t, s).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Body.Close()
	if live.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%v", live.Header)
	}
	ask(t, s, token, "/me")
	ask(t, s, token, "/me/mailFolders?$top=2&$skiptoken=opaque&$select=displayName")
	ask(t, s, "no token", "/me/messages/secret")
	lines := bufio.NewScanner(live.Body)
	var seen devtenant.LoggedRequest
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if err := json.Unmarshal([]byte(data), &seen); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if seen.Path != "/graph/v1.0/me/mailFolders?$top=2&$skiptoken=…&$select=displayName" || seen.Who != directory.DemoUPN || seen.RequestID == "" || seen.Bytes == 0 {
		t.Errorf("live: %+v", seen)
	}
	if _, err := s.Control("fault", map[string]string{"kind": "reset", "endpoint": "/me/contacts"}); err != nil {
		t.Fatal(err)
	}
	if res, err := tenanttest.Client(t, s).Do(authorized(t, s, token, "/me/contacts")); err == nil {
		_, _ = io.Copy(io.Discard, res.Body) // until it is cut: then it has been noted
		res.Body.Close()
	}
	all := logged(t, s, "")
	if len(all) != 4 || all[0].Method != "GET" || all[2].Status != http.StatusUnauthorized || all[2].Who != "" {
		t.Errorf("%+v", all)
	}
	for query, want := range map[string]int{"q=contacts": 1, "q=" + url.QueryEscape(directory.DemoUPN+" GET"): 3, "status=4": 1, "status=2": 2, "status=0": 1, "after=2": 2, "after=99": 0, "q=" + all[1].RequestID: 1} {
		if got := logged(t, s, query); len(got) != want {
			t.Errorf("%s: %d, want %d: %+v", query, len(got), want, got)
		}
	}
	raw, _ := json.Marshal(all)
	for _, secret := range []string{token, "opaque", "no token"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the list tells %.20q", secret)
		}
	}
	for range 1100 {
		ask(t, s, "x", "/me")
	}
	if all := logged(t, s, ""); len(all) != 1000 || all[0].Serial != 105 || all[999].Serial != 1104 {
		t.Errorf("%d remembered, from %d to %d", len(all), all[0].Serial, all[len(all)-1].Serial)
	}
	if text := page(t, s, "/panel/requests?q=%3Cscript%3E"); strings.Contains(text, "q=<script>") || strings.Contains(text, `value="<script`) {
		t.Error("the filter is not escaped")
	}
}

func authorized(t *testing.T, s *devtenant.Server, token, path string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.GraphURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return req
}
