package house

import "testing"

// rule says what the files in some folders may import. It is about files that go into a program; tests are looser, and
// what they may not do either is in TestTestsKeepTheWallsToo.
type rule struct {
	in    []string // folders, with what is below them
	not   []string // folders below those that have a rule of their own
	ours  []string // what of ours may be imported, with what is below it; nil for nothing, the folders themselves always
	third []string // if not nil, the only modules of others that may be imported
	why   string
}

var rules = []rule{
	{in: []string{"auth"}, why: "auth knows nothing of the store, of Graph or of windows"},
	{in: []string{"outlook"}, not: []string{"outlook/mirror"}, why: "outlook speaks to Graph and keeps nothing"},
	{in: []string{"outlook/mirror"}, ours: []string{"outlook", "internal/store", "internal/search", "internal/plain"}, why: "mirror joins Graph and the store, nothing else"},
	{in: []string{"crm"}, ours: []string{"internal/store", "internal/search", "internal/plain", "assets"}, why: "crm knows nothing of Graph"},
	{in: []string{"devtenant"}, ours: []string{"assets"}, why: "a mistake about the wire must not be made on both sides at once"},
	{in: []string{"assets"}, why: "assets are data"},
	{in: []string{"internal/store"}, ours: []string{"internal/plain"}, why: "the store does not know what is in it"},
	{in: []string{"internal/search"}, ours: []string{"internal/plain"}, why: "search knows the index, not who owns the rows"},
	{in: []string{"internal/plain"}, why: "plain knows text, nothing else"},
	{in: []string{"internal/desktop"}, why: "the operating system knows nothing of the product"},
	{in: []string{"internal/headless"}, third: []string{}, why: "cmd/dev runs before anything is fetched"},
	{in: []string{"cmd/dev"}, ours: []string{"internal/headless"}, third: []string{}, why: "cmd/dev runs before anything is fetched"},
	{in: []string{"cmd/devtenant"}, ours: []string{"devtenant", "assets", "auth"}, why: "the simulated tenant shares nothing with its client; its seed command signs in as one"},
	{in: []string{"ui"}, ours: []string{"auth", "outlook/mirror", "crm", "internal/search", "internal/store", "internal/desktop", "assets"},
		why: "ui talks to auth, mirror and crm, never to Graph or the simulated tenant"},
}

func TestImportRules(t *testing.T) {
	used := map[string]int{}
	for _, s := range sources(t) {
		if s.Test {
			continue
		}
		for _, r := range rules {
			if !below(s.Dir, r.in...) || below(s.Dir, r.not...) {
				continue
			}
			used[r.in[0]]++
			for _, path := range s.imports() {
				if bad := r.forbids(path); bad {
					t.Errorf("%s imports %s: %s", s, path, r.why)
				}
			}
		}
	}
	for _, dir := range []string{"internal/store", "crm", "cmd/dev"} {
		if used[dir] == 0 {
			t.Errorf("no file falls under the rule for %s: the rule is not kept", dir)
		}
	}
}

func (r rule) forbids(path string) bool {
	if dir, ok := ours(path); ok {
		return !below(dir, r.in...) && !below(dir, r.ours...) || below(dir, r.not...)
	}
	return r.third != nil && !standard(path) && !below(path, r.third...)
}

// walls are modules and packages that only some folders may import.
var walls = []struct {
	path     string   // an import path, with what is below it
	only     []string // folders that may
	testsToo bool     // in tests as well
	why      string
}{
	// internal/realwindow looks for the theme's colours on the screen, which needs a display anyway.
	{"fyne.io", []string{"ui", "cmd/supercrm", "internal/realwindow"}, true, "everything else builds and tests without C, GL or a display"},
	{"fyne.io/fyne/v2/app", []string{"cmd/supercrm"}, true, "it needs cgo and a display"},
	{"github.com/go-gl/glfw", []string{"cmd/supercrm"}, true, "what Fyne does not tell of the screen"},
	{"fyne.io/fyne/v2/data/binding", nil, true, "lists take snapshots; no data binding"},
	{"modernc.org/sqlite", []string{"internal/store", "devtenant/statefile"}, false, "files are opened by the store, and the tenant's by itself"},
	{"database/sql", []string{"internal/store", "internal/search", "outlook/mirror", "crm", "internal/settings", "internal/benchprofile", "devtenant/statefile"}, false, "SQL is for those who own tables"},
	{"github.com/zalando/go-keyring", []string{"auth"}, false, "tokens are auth's"},
	{"golang.org/x/oauth2", []string{"auth"}, false, "signing in is auth's; the tenant shares nothing with it"},
	{"github.com/pkg/browser", []string{"auth", "cmd/supercrm", "cmd/devtenant"}, true, "pages are opened in one place"},
	{"github.com/godbus/dbus/v5", []string{"internal/desktop", "internal/realwindow", "auth"}, true, "the desktop is asked in one place"},
}

func TestWalls(t *testing.T) {
	for _, s := range sources(t) {
		for _, path := range s.imports() {
			for _, w := range walls {
				if below(path, w.path) && !below(s.Dir, w.only...) && (w.testsToo || !s.Test) {
					t.Errorf("%s imports %s, which is for %v: %s", s, path, w.only, w.why)
				}
			}
		}
	}
}

// onlyForTests are packages that no program may contain.
var onlyForTests = []string{"testing", "go.uber.org/goleak", module + "/devtenant/tenanttest", module + "/devtenant/contract", module + "/ui/uitest",
	module + "/internal/realwindow", "fyne.io/fyne/v2/test", "github.com/getkin/kin-openapi"}

// testHelpers are packages that exist for tests, so that what is true of test files is true of theirs.
var testHelpers = []string{"devtenant/tenanttest", "devtenant/contract", "ui/uitest", "internal/realwindow", "internal/house"}

func TestTestCodeStaysInTests(t *testing.T) {
	for _, s := range sources(t) {
		if s.Test || below(s.Dir, testHelpers...) {
			continue
		}
		for _, path := range s.imports() {
			if below(path, onlyForTests...) {
				t.Errorf("%s imports %s, which is for tests", s, path)
			}
		}
	}
}

// TestDevtenantIsOnlyInTheDemo: the simulated tenant is reached over HTTP; only tests and what wires the demo start it.
func TestDevtenantIsOnlyInTheDemo(t *testing.T) {
	for _, s := range sources(t) {
		if s.Test || below(s.Dir, "devtenant", "cmd/devtenant", "cmd/supercrm", "internal/demo") || below(s.Dir, testHelpers...) {
			continue
		}
		for _, path := range s.imports() {
			if below(path, module+"/devtenant") {
				t.Errorf("%s imports %s; only tests, cmd/devtenant and the demo may", s, path)
			}
		}
	}
}

// TestTestsKeepTheWallsToo: a tenant tested with the client's own types would agree with the client's mistakes, and a test
// of ours that needs a window runs in internal/realwindow.
func TestTestsKeepTheWallsToo(t *testing.T) {
	for _, s := range sources(t) {
		if !s.Test {
			continue
		}
		for _, path := range s.imports() {
			dir, isOurs := ours(path)
			switch {
			case !isOurs:
			case below(s.Dir, "devtenant") && !below(dir, "devtenant", "assets"):
				t.Errorf("%s imports %s: devtenant and its client share nothing, tests included", s, path)
			case below(s.Dir, "internal/store", "internal/desktop", "assets") && !below(dir, s.Dir) && !below(dir, "internal/store", "internal/desktop", "assets"):
				t.Errorf("%s imports %s: the lowest packages stand alone, tests included", s, path)
			}
		}
	}
}
