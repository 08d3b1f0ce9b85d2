package auth

import (
	"errors"
	"net/url"
	"testing"
)

func TestClouds(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Clouds() {
		login, err1 := url.Parse(c.LoginURL)
		graph, err2 := url.Parse(c.GraphURL)
		if err1 != nil || err2 != nil || login.Scheme != "https" || graph.Scheme != "https" || graph.Path != "/v1.0" || seen[graph.Host] {
			t.Errorf("%+v", c)
		}
		seen[graph.Host] = true
		if got, ok := CloudByID(c.ID); !ok || got != c {
			t.Errorf("%s is not found", c.ID)
		}
		if err := CheckConfig(Config{ClientID: testClient, LoginURL: c.LoginURL}); err != nil {
			t.Error(err)
		}
	}
	if c, ok := CloudByID(""); !ok || c.ID != "global" {
		t.Errorf("default %+v", c)
	}
	if _, ok := CloudByID("custom"); ok {
		t.Error("found a custom cloud")
	}
	if err := CheckConfig(Config{ClientID: testClient, LoginURL: "http://login.example"}); !errors.Is(err, ErrConfig) {
		t.Errorf("err = %v", err)
	}
}
