package realwindow

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // reads the program's file from outside

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
)

// appTitle is the title of the program's window.
const appTitle = "Super CRM"

// rig is the built program with a profile folder, on a desktop, for a simulated tenant that outlives its restarts.
type rig struct {
	t      *testing.T
	d      *Desktop
	tenant *devtenant.Server
	dir    string // the profile
	app    *Program
	win    *Window
	token  string
	zone   *time.Location // the program's
}

// newRig starts the desktop and the tenant; the program is started by start. What the program must never do, whatever the
// test is about, is checked at the end of the test.
func newRig(t *testing.T, options ...func(*devtenant.Options)) *rig {
	t.Helper()
	Need(t)
	Build(t) // before the desktop: the first time it takes minutes
	r := &rig{t: t, dir: t.TempDir(), tenant: tenanttest.Start(t, options...), zone: lateMorning(t)}
	r.d = Start(t)
	var err error
	if r.token, err = r.tenant.Token(directory.DemoUPN); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.manners)
	return r
}

// env is the environment that sends the program to the tenant.
func (r *rig) env() []string {
	return []string{"SUPERCRM_CLIENT_ID=" + r.tenant.ClientID, "SUPERCRM_LOGIN_URL=" + r.tenant.LoginURL,
		"SUPERCRM_GRAPH_URL=" + r.tenant.GraphURL, "TZ=" + r.zone.String()}
}

// start runs the program and waits for its window. extra comes after the tenant's addresses and so before them.
func (r *rig) start(extra ...string) {
	r.t.Helper()
	r.app = r.d.Run(append(r.env(), extra...), Build(r.t), "-profile", r.dir)
	r.win = r.d.WindowTitled(appTitle)
	r.d.Still(300 * time.Millisecond)
}

// manners are what holds for every run of the program: no widget is touched from the wrong goroutine (Fyne's own check,
// on in a build without the tag migrated_fynedo), nothing panics, and the log gives nobody away.
func (r *rig) manners() {
	for _, p := range r.d.programs {
		if p.name != filepath.Base(Build(r.t)) {
			continue
		}
		said := p.Log()
		for _, bad := range []string{"Error in Fyne call thread", "panic:", "fatal error:", "DATA RACE"} {
			if strings.Contains(said, bad) {
				r.t.Errorf("the program's error output has %q: %s", bad, said)
			}
		}
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		r.t.Error(err)
		return
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), "crash") {
			text, err := os.ReadFile(filepath.Join(r.dir, e.Name()))
			if err != nil {
				r.t.Error(err)
			} else if len(text) > 0 {
				r.t.Errorf("the program has written a crash report: %s", text)
			}
		}
	}
	log, err := os.ReadFile(filepath.Join(r.dir, "supercrm.log"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Error(err)
	}
	for _, secret := range []string{directory.DemoUPN, directory.DemoPassword, "eyJ", "Bearer "} {
		if bytes.Contains(log, []byte(secret)) {
			r.t.Errorf("the log holds %q", secret)
		}
	}
	if r.t.Failed() {
		r.t.Logf("the program's log: %s", log)
	}
}

// signIn goes from Welcome to the first page with mail, with the browser.
func (r *rig) signIn(b *Browser) {
	r.t.Helper()
	before := len(b.Opened())
	r.win.Key("Return") // the main button has the focus
	r.d.Eventually("the program opens the browser", func() bool { return len(b.Opened()) == before+1 })
	signIn(signInPage(b, r.tenant), directory.DemoUPN, directory.DemoPassword)
	r.mirrored()
}

// mirrored waits until the first round of everything is complete.
func (r *rig) mirrored() {
	r.t.Helper()
	r.d.Eventually("the mailbox to be mirrored", func() bool {
		return r.count("SELECT count(*) FROM mail_folder") > 0 &&
			r.count("SELECT count(*) FROM sync_state WHERE scope LIKE 'events:%' AND complete = 1") > 0 &&
			r.count("SELECT count(*) FROM mail_folder f WHERE NOT EXISTS (SELECT 1 FROM sync_state s WHERE s.account_id = f.account_id AND s.scope = 'messages:' || f.graph_id AND s.complete = 1)") == 0
	})
}

// query reads the program's file while the program runs, without changing it: one value, or the zero value where there is
// no row or not yet a file.
func query[T any](r *rig, text string, args ...any) T {
	r.t.Helper()
	var zero, v T
	path := filepath.Join(r.dir, "supercrm.db")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return zero
	}
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(path)+"?mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	err = db.QueryRowContext(r.t.Context(), text, args...).Scan(&v)
	switch {
	case errors.Is(err, sql.ErrNoRows), err != nil && strings.Contains(err.Error(), "no such table"):
		return zero // a file that is being made
	case err != nil:
		r.t.Fatalf("read the program's file: %v", err)
	}
	return v
}

func (r *rig) count(text string, args ...any) int {
	r.t.Helper()
	return query[int](r, text, args...)
}

// graph calls the tenant as another program of the same person would. body nil means GET. It fails the test unless the
// answer is a success; a 202 or 204 gives an empty answer.
func (r *rig) graph(method, path string, body any) map[string]any {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), limit)
	defer cancel()
	var send io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		send = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.tenant.GraphURL+path, send)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Prefer", `IdType="ImmutableId"`)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	if res.StatusCode/100 != 2 {
		r.t.Fatalf("%s %s: %s: %s", method, path, res.Status, text)
	}
	out := map[string]any{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			r.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return out
}

// sent is how many messages the tenant has in Sent Items.
func (r *rig) sent() int {
	r.t.Helper()
	n, ok := r.graph(http.MethodGet, "/me/mailFolders/sentitems", nil)["totalItemCount"].(float64)
	if !ok {
		r.t.Fatal("Sent Items has no count")
	}
	return int(n)
}

// pending is how many edits wait in the program's outbox.
func (r *rig) pending() int { r.t.Helper(); return r.count("SELECT count(*) FROM outbox") }

// quit ends the program as a person does, through the tray.
func (r *rig) quit() {
	r.t.Helper()
	if err := r.trayItem().Click("Quit"); err != nil {
		r.t.Fatal(err)
	}
	r.app.WaitEnd()
}

// trayItem waits for the program's icon.
func (r *rig) trayItem() *TrayItem {
	r.t.Helper()
	var item *TrayItem
	r.d.Eventually("the program's icon in the tray", func() bool {
		items := r.d.Tray.Items()
		if len(items) == 1 {
			item = items[0]
		}
		return len(items) == 1
	})
	return item
}

// stays watches for a while that something remains true.
func (r *rig) stays(what string, d time.Duration, ok func() bool) {
	r.t.Helper()
	for until := time.Now().Add(d); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		if !ok() {
			r.t.Fatalf("%s did not stay so", what)
		}
	}
}
