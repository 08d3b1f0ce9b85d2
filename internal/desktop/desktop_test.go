package desktop

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(holdVar) != "" {
		holdInstance()
		return
	}
	// The log's rotating writer keeps its goroutine: OpenLog says so.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun"))
}

// private fails unless a file or folder is for its owner only.
func private(t *testing.T, path string) {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		t.Errorf("%s has the mode %v", filepath.Base(path), st.Mode())
	}
}

func TestDataDir(t *testing.T) {
	for name, tc := range map[string]struct {
		goos, home string
		env        map[string]string
		want       string // "" is an error
	}{
		"linux":                    {"linux", "/home/a", nil, "/home/a/.local/share"},
		"linux with XDG":           {"linux", "/home/a", map[string]string{"XDG_DATA_HOME": "/data/a"}, "/data/a"},
		"linux with relative XDG":  {"linux", "/home/a", map[string]string{"XDG_DATA_HOME": "data"}, "/home/a/.local/share"},
		"linux without a home":     {"linux", "", nil, ""},
		"linux with XDG, no home":  {"linux", "", map[string]string{"XDG_DATA_HOME": "/data/a"}, "/data/a"},
		"macOS":                    {"darwin", "/Users/a", map[string]string{"XDG_DATA_HOME": "/data/a"}, "/Users/a/Library/Application Support"},
		"macOS without a home":     {"darwin", "", nil, ""},
		"windows":                  {"windows", "/a", map[string]string{"LocalAppData": "/a/Local"}, "/a/Local"},
		"windows without variable": {"windows", "/a", nil, "/a/AppData/Local"},
		"windows without any":      {"windows", "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := dataDir(tc.goos, tc.home, func(k string) string { return tc.env[k] })
			if got != filepath.FromSlash(tc.want) || (err != nil) != (tc.want == "") {
				t.Fatalf("%q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

func TestProfileDir(t *testing.T) {
	base := t.TempDir()
	t.Setenv("HOME", base)
	t.Setenv("XDG_DATA_HOME", filepath.Join(base, "share"))
	t.Setenv("LocalAppData", filepath.Join(base, "share"))
	for range 2 { // made, then found; the second time it is made private again
		dir, err := ProfileDir("")
		if err != nil || filepath.Base(dir) != "supercrm" || !strings.HasPrefix(dir, base) {
			t.Fatalf("%q, %v", dir, err)
		}
		private(t, dir)
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if dir, err := ProfileDir(filepath.Join(base, "my own")); err != nil || dir != filepath.Join(base, "my own") {
		t.Fatalf("override: %q, %v", dir, err)
	} else {
		private(t, dir)
	}
	t.Chdir(base)
	if dir, err := ProfileDir("relative"); err != nil || !filepath.IsAbs(dir) {
		t.Fatalf("relative override: %q, %v", dir, err)
	}
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ProfileDir(file); err == nil {
		t.Fatal("a file was taken for a folder")
	}
}

func TestProfileDirLeavesAFolderOfOtherThings(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no mode bits")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mode := func() os.FileMode {
		if _, err := ProfileDir(dir); err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		return st.Mode().Perm()
	}
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := mode(); got != 0o755 {
		t.Fatalf("the person's own folder has now the mode %v", got)
	}
	if err := os.WriteFile(filepath.Join(dir, DatabaseName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := mode(); got != 0o700 {
		t.Fatalf("the profile has the mode %v", got)
	}
}
