package visitor

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// FuzzPage reads pages and submits whatever forms they have: no page may upset the visitor.
func FuzzPage(f *testing.F) {
	f.Add(`<form method=post action="/a"><input name=username value="x"><button name=action value=next>`)
	f.Add(`<form action="http://[::1"><input type=password name=password></form><p role=alert>AADSTS50126</p>`)
	f.Add(`<form action="mailto:x"><form><button name=action value=accept><input type=checkbox name=for_organization>`)
	base := &url.URL{Scheme: "http", Host: "127.0.0.1:1", Path: "/login/1"}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := html.Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		p := readPage(doc)
		v := New()
		if fm, fill, err := v.choose(p, "u", "p"); err == nil {
			req, err := fm.submit(t.Context(), base, fill)
			if err == nil && req.URL.Scheme != "http" && req.URL.Scheme != "https" {
				t.Fatalf("submits to %s", req.URL)
			}
		}
	})
}

func TestSubmitsWhatABrowserWould(t *testing.T) {
	doc, err := html.Parse(strings.NewReader(`<form method="post" action="/go?x=1"><input type="hidden" name="h" value="a&amp;b">
		<input name="username" value="old"><input type="checkbox" name="c" value="1"><button name="action" value="next">Next</button>
		<button name="action" value="cancel">Cancel</button></form>`))
	if err != nil {
		t.Fatal(err)
	}
	v := New()
	f, fill, err := v.choose(readPage(doc), "new", "")
	if err != nil {
		t.Fatal(err)
	}
	req, err := f.submit(t.Context(), &url.URL{Scheme: "http", Host: "h", Path: "/p"}, fill)
	if err != nil {
		t.Fatal(err)
	}
	if err := req.ParseForm(); err != nil {
		t.Fatal(err)
	}
	if req.Method != http.MethodPost || req.URL.String() != "http://h/go?x=1" || req.PostForm.Encode() != "action=next&h=a%26b&username=new" {
		t.Errorf("%s %s %s", req.Method, req.URL, req.PostForm.Encode())
	}
}

func TestGivesUp(t *testing.T) {
	pages := http.NewServeMux()
	pages.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	pages.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<p>nothing")) })
	pages.HandleFunc("/alert", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<p role="alert">AADSTS1: no`))
	})
	pages.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	pages.HandleFunc("/done", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	pages.HandleFunc("/home", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/done?code=1", http.StatusFound) })
	srv := httptest.NewServer(pages)
	defer srv.Close()
	for _, c := range []struct{ path, says string }{
		{"/loop", "did not come to an end"},
		{"/empty", "nothing to press"},
		{"/alert", "AADSTS1: no"},
		{"/home", "status 418"},
		{"/slow", context.DeadlineExceeded.Error()},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		err := SignIn(ctx, srv.URL+c.path+"?redirect_uri="+url.QueryEscape(srv.URL+"/done"), "u", "p")
		cancel()
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.path, err, c.says)
		}
	}
	if err := SignIn(t.Context(), srv.URL+"/empty", "u", "p"); err == nil || errors.Is(err, ErrNeedsApproval) {
		t.Errorf("without a redirect_uri: %v", err)
	}
}
