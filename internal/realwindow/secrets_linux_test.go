package realwindow

import (
	"bytes"
	"encoding/json"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"supercrm/devtenant/directory"
)

// tap stands between the program and the tenant and keeps what is secret of what passes: the tenant takes the address that
// it is asked under for its own.
type tap struct {
	*httptest.Server
	mu      sync.Mutex
	secrets map[string]map[string]bool // by kind
}

func startTap(t *testing.T, tenant string) *tap {
	t.Helper()
	to, err := url.Parse(tenant)
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{secrets: map[string]map[string]bool{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
		},
		ModifyResponse: p.answered,
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked(r)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// asked keeps what a request carries.
func (p *tap) asked(r *http.Request) {
	p.keep("access token", strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if !strings.HasSuffix(r.URL.Path, "/token") {
		return
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if form, bad := url.ParseQuery(string(body)); err == nil && bad == nil {
		p.keep("authorization code", form.Get("code"))
		p.keep("code verifier", form.Get("code_verifier"))
		p.keep("refresh token", form.Get("refresh_token"))
	}
}

// answered keeps what an answer of the token endpoint carries.
func (p *tap) answered(res *http.Response) error {
	if !strings.HasSuffix(res.Request.URL.Path, "/token") {
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	var tokens map[string]any
	if json.Unmarshal(body, &tokens) == nil {
		for kind, name := range map[string]string{"access token": "access_token", "refresh token": "refresh_token", "id token": "id_token"} {
			text, _ := tokens[name].(string)
			p.keep(kind, text)
		}
	}
	return nil
}

func (p *tap) keep(kind, secret string) {
	if secret == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.secrets[kind] == nil {
		p.secrets[kind] = map[string]bool{}
	}
	p.secrets[kind][secret] = true
}

// found counts in how many places each kind of secret stands in a text. A secret is looked for by a part that no other text
// shares, as a copy may have lost its ends.
func (p *tap) found(text []byte) map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]int{}
	for kind, secrets := range p.secrets {
		for s := range secrets {
			out[kind] += bytes.Count(text, []byte(s[max(0, len(s)-40):]))
		}
	}
	return out
}

// TestSecretsStayWhereTheyBelong signs in the built program, crashes it, starts it again and signs out. What passed between
// it and the tenant must not stand in any file of its profile, in what it prints, nor in the dump of its crash. In a dump of
// its memory there must be no code, verifier or password once the sign-in is done, and no token after the sign-out. That
// an access token is in memory while it is in use cannot be helped; that the refresh token is not there is seen, not promised:
// it passes through memory with each renewal. By chance a text can also lie for long where nobody empties, such as below the
// end of a stack that is in use; what the program holds on to would be there after each of three sign-outs.
func TestSecretsStayWhereTheyBelong(t *testing.T) {
	r := newRig(t)
	tap := startTap(t, r.tenant.LoginURL)
	r.tenant.LoginURL, r.tenant.GraphURL = tap.URL, tap.URL+"/graph/v1.0"
	b := r.d.StartBrowser()
	r.start("GOTRACEBACK=all")
	r.signIn(b)
	r.searched(tap, "signed in")
	for kind, least := range map[string]int{"authorization code": 1, "code verifier": 1, "access token": 1, "refresh token": 1, "id token": 1} {
		if n := tap.count(kind); n < least {
			t.Fatalf("%d of the kind %s have passed, so there is nothing to look for", n, kind)
		}
	}
	if n := r.memory(tap)["access token"]; n == 0 {
		t.Error("the access token in use is not found in memory either, so looking proves nothing")
	}
	if !r.emptied("the sign-in", tap, "authorization code", "code verifier", "password") {
		t.Error("the sign-in is over, and what only it needed is still in memory")
	}

	if err := r.app.Signal(syscall.SIGQUIT); err != nil { // a Go program's way to crash from outside, with all stacks
		t.Fatal(err)
	}
	if err := r.ended(); err == nil || !strings.Contains(r.app.Log(), "goroutine ") {
		t.Errorf("the program did not crash with its stacks: %v", err)
	}
	r.searched(tap, "crashed")
	r.start()
	r.painted()
	r.d.Eventually("a renewed token", func() bool { return tap.count("access token") > 1 })
	r.signOut()
	r.searched(tap, "signed out")
	tokens := []string{"authorization code", "code verifier", "access token", "refresh token", "id token", "password"}
	for again := 0; !r.emptied("the sign-out", tap, tokens...); again++ {
		if again == 2 {
			t.Fatal("each of three sign-outs left a token in memory")
		}
		tap.forget()
		r.signInAgain(b)
		r.signOut()
	}
}

// emptied waits until none of these kinds is in the program's memory, and tells whether that came to be.
func (r *rig) emptied(after string, p *tap, kinds ...string) bool {
	r.t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(200 * time.Millisecond) {
		left := r.memory(p)
		empty := !slices.ContainsFunc(kinds, func(kind string) bool { return left[kind] > 0 })
		if empty || time.Now().After(deadline) {
			r.t.Logf("in memory after %s: %v", after, left)
			return empty
		}
	}
}

// signInAgain signs in with the account that the browser knows.
func (r *rig) signInAgain(b *Browser) {
	r.t.Helper()
	before := len(b.Opened())
	r.win.Key("Return")
	r.d.Eventually("the program opens the browser again", func() bool { return len(b.Opened()) == before+1 })
	page := signInPage(b, r.tenant)
	page.WaitText("Pick an account")
	page.Click("#account-0")
	r.mirrored()
}

// forget begins anew: what passed until now is not looked for any more.
func (p *tap) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.secrets)
}

// count is how many of a kind have passed.
func (p *tap) count(kind string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.secrets[kind])
}

// signOut signs the one account out with the mouse.
func (r *rig) signOut() {
	r.t.Helper()
	r.win.Focus()
	r.d.Still(300 * time.Millisecond)
	before := r.d.Screen()
	r.win.Click(35, r.win.Bounds().Dy()-36)
	menu := r.appears("the account menu", before, 200, 400)
	at := r.inWindow(image.Pt(menu.Min.X+50, menu.Min.Y+48)) // the second line
	r.win.Click(at.X, at.Y)
	ask := r.appears("what signing out erases", before, 80, 160)
	r.d.Keep("sign-out")
	at = r.inWindow(image.Pt(ask.Min.X+40, ask.Max.Y-30))
	r.win.Click(at.X, at.Y)
	r.d.Eventually("the account's end", func() bool { return r.count(`SELECT count(*) FROM account`) == 0 })
	r.d.Still(500 * time.Millisecond)
	r.d.Keep("signed-out")
}

// appears waits for what the screen shows more than before, of a height between the two.
func (r *rig) appears(what string, before image.Image, least, most int) image.Rectangle {
	r.t.Helper()
	var at image.Rectangle
	r.d.Eventually(what, func() bool {
		last := at
		at = Changed(before, r.d.Screen(), r.win.Bounds())
		return at == last && at.Dy() > least && at.Dy() < most
	})
	return at
}

// searched looks for the secrets in the profile, with the database's log, and in what the program has printed.
func (r *rig) searched(p *tap, when string) {
	r.t.Helper()
	places := map[string][]byte{"what the program printed": []byte(r.app.Log())}
	err := filepath.WalkDir(r.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		places[d.Name()] = text
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range []string{"supercrm.db", "supercrm.db-wal", "supercrm.log"} {
		emptied := name == "supercrm.db-wal" && when == "signed out" // what was erased is to be gone from the log too
		if text, ok := places[name]; !ok || len(text) == 0 && !emptied {
			r.t.Errorf("%s: there is no %s to look at", when, name)
		}
	}
	for name, text := range places {
		for kind, n := range p.found(text) {
			if n > 0 {
				r.t.Errorf("%s: the %s stands in %s", when, kind, name)
			}
		}
		if bytes.Contains(text, []byte(directory.DemoPassword)) {
			r.t.Errorf("%s: the password stands in %s", when, name)
		}
	}
}

// memory counts the secrets in the program's memory as it is now.
func (r *rig) memory(p *tap) map[string]int {
	r.t.Helper()
	out := map[string]int{}
	for _, region := range r.app.Memory() {
		for kind, n := range p.found(region) {
			out[kind] += n
		}
		out["password"] += bytes.Count(region, []byte(directory.DemoPassword))
	}
	return out
}
