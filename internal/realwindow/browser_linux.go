package realwindow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"supercrm/internal/headless"
)

// Browser is Chromium in the session's display. What a program opens with xdg-open appears in it as a tab.
type Browser struct {
	d       *Desktop
	program *Program
	tools   string // "127.0.0.1:port" of the DevTools
	opened  string // file with the addresses that xdg-open was called with, one a line
}

// opener is the session's xdg-open: it notes the address and hands it to the running browser, as the desktop's does.
const opener = `#!/bin/sh
printf '%%s\n' "$1" >> '%s'
exec '%s' %s "$1"
`

// noBubbles are the preferences of a profile in which Chromium does not offer to save passwords: the offer opens over the
// page and swallows the next click. The command line's switch for it is gone.
const noBubbles = `{"credentials_enable_service": false, "profile": {"password_manager_enabled": false, "password_manager_leak_detection": false}}`

// StartBrowser starts Chromium and makes it the session's browser; extra are further arguments. It fails the test when Chromium does not come up.
func (d *Desktop) StartBrowser(extra ...string) *Browser {
	d.t.Helper()
	if d.browser != nil {
		return d.browser
	}
	d.browser = d.startBrowser("browser", true, extra...)
	return d.browser
}

// StartOtherBrowser starts another Chromium with a profile of its own: it shares no cookie with the session's browser and
// opens nothing that programs open, as another person's.
func (d *Desktop) StartOtherBrowser(name string) *Browser {
	d.t.Helper()
	return d.startBrowser(name, false)
}

func (d *Desktop) startBrowser(name string, opens bool, extra ...string) *Browser {
	d.t.Helper()
	profile := filepath.Join(d.Session.Dir(), name)
	b := &Browser{d: d, opened: filepath.Join(d.Session.Dir(), "opened")}
	// No sandbox: it does not run as root or in many containers, and only our own pages are shown. The rest keeps
	// Chromium from asking, updating and calling home.
	shared := []string{"--no-sandbox", "--test-type", "--user-data-dir=" + profile, "--no-first-run", "--no-default-browser-check"}
	args := append([]string{"--remote-debugging-port=0", "--remote-allow-origins=*", "--disable-gpu", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--disable-features=Translate,MediaRouter,OptimizationHints", "--password-store=basic", "--use-mock-keychain",
		"--window-position=200,40", "--window-size=900,700"}, append(shared, extra...)...)
	if opens {
		script := fmt.Sprintf(opener, b.opened, headless.Browser(), "'"+strings.Join(shared, "' '")+"'")
		if err := os.WriteFile(filepath.Join(d.Session.Bin(), "xdg-open"), []byte(script), 0o700); err != nil {
			d.t.Fatal(err)
		}
	}
	preferences := filepath.Join(profile, "Default", "Preferences")
	if err := os.MkdirAll(filepath.Dir(preferences), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(preferences, []byte(noBubbles), 0o600); err != nil {
		d.t.Fatal(err)
	}
	b.program = d.Run(nil, headless.Browser(), append(args, "about:blank")...)
	port := filepath.Join(profile, "DevToolsActivePort")
	d.Eventually("the browser's start", func() bool {
		text, err := os.ReadFile(port)
		first, _, whole := strings.Cut(string(text), "\n")
		b.tools = "127.0.0.1:" + first
		return err == nil && whole && len(b.pages()) > 0
	})
	return b
}

// Opened lists the addresses that programs have opened so far.
func (b *Browser) Opened() []string {
	text, err := os.ReadFile(b.opened)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		b.d.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// target is what the DevTools say of a tab.
type target struct {
	Type   string `json:"type"`
	URL    string `json:"url"`
	Socket string `json:"webSocketDebuggerUrl"`
}

// pages lists the tabs; none when the browser does not answer.
func (b *Browser) pages() []target {
	client := &http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get("http://" + b.tools + "/json/list")
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		return nil
	}
	var all, pages []target
	if json.Unmarshal(body.Bytes(), &all) != nil {
		return nil
	}
	for _, t := range all {
		if t.Type == "page" {
			pages = append(pages, t)
		}
	}
	return pages
}

// Page waits for a tab whose address contains part and attaches to it. The test's end detaches.
func (b *Browser) Page(part string) *Page {
	b.d.t.Helper()
	var found target
	b.d.Eventually("a tab with "+part, func() bool {
		for _, t := range b.pages() {
			if strings.Contains(t.URL, part) {
				found = t
				return true
			}
		}
		return false
	})
	tools, err := dialTools(found.Socket)
	if err != nil {
		b.d.t.Fatal(err)
	}
	b.d.t.Cleanup(func() { tools.Close() })
	return &Page{d: b.d, tools: tools}
}

// at says whether a tab's address contains part, also that of a page that did not load.
func (b *Browser) at(part string) bool {
	for _, t := range b.pages() {
		if strings.Contains(t.URL, part) {
			return true
		}
	}
	return false
}

// window is the browser's window: of two browsers, the one whose process was started with this profile.
func (b *Browser) window() *Window {
	b.d.t.Helper()
	w := &Window{d: b.d}
	b.d.Eventually("the browser's window", func() bool {
		w.id = b.d.windowOf(b.program.PID())
		return w.id != ""
	})
	return w
}
