package auth

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const insideEnv = "SUPERCRM_TEST_KEYRING" // set in a test process that has a keyring of its own

// inKeyring runs the calling test again in a process of its own with a private session bus, a temporary home and a real
// gnome-keyring that is unlocked with password. It returns true in that process, where the test goes on; false in the
// calling one, where the test is over. home "" makes a fresh one.
func inKeyring(t *testing.T, home, password string) bool {
	t.Helper()
	if os.Getenv(insideEnv) != "" {
		return true
	}
	if runtime.GOOS != "linux" {
		t.Skip("the Secret Service is Linux's keychain")
	}
	for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing; install dbus and gnome-keyring", tool)
			}
			t.Skipf("%s is missing; install dbus and gnome-keyring to test the real keychain", tool)
		}
	}
	if home == "" {
		home = t.TempDir()
	}
	runtimeDir := filepath.Join(home, "run")
	if err := os.MkdirAll(runtimeDir, 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := `printf %s "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" "$@"`
	cmd := exec.CommandContext(t.Context(), "dbus-run-session", "--", "bash", "-c", script,
		self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=300s", "-rounds="+strconv.Itoa(*refreshRounds))
	cmd.Env = append(withoutDesktop(os.Environ()), "HOME="+home, "XDG_DATA_HOME="+filepath.Join(home, "data"),
		"XDG_CONFIG_HOME="+filepath.Join(home, "config"), "XDG_CACHE_HOME="+filepath.Join(home, "cache"), "XDG_RUNTIME_DIR="+runtimeDir,
		"KEYRING_PASSWORD="+password, insideEnv+"="+home)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("in the keyring session: %v\n%s", err, out)
	}
	return false
}

// withoutDesktop drops what would lead to the developer's own keyring.
func withoutDesktop(env []string) []string {
	var out []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL", "SSH_AUTH_SOCK":
		default:
			out = append(out, e)
		}
	}
	return out
}

func TestRealKeyring(t *testing.T) {
	if !inKeyring(t, "", "test") {
		return
	}
	k := NewKeychain(KeychainService(testClient, "http://127.0.0.1:1"))
	if _, err := k.Get(t.Context(), testKey); !errors.Is(err, ErrNotStored) {
		t.Fatalf("empty keyring: %v", err)
	}
	for _, n := range []int{1500, 20 << 10, 3} {
		want := long("t", n)
		if err := k.Set(t.Context(), testKey, want); err != nil {
			t.Fatal(err)
		}
		// Another process would have a connection and an object of its own; at least the object.
		if got, err := NewKeychain(k.service).Get(t.Context(), testKey); err != nil || got != want {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
	if err := k.Delete(t.Context(), testKey); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{testKey, partName(testKey, "a", 0), partName(testKey, "b", 0), partName(testKey, "b", 1)} {
		if _, err := k.read(t.Context(), name); !errors.Is(err, ErrNotStored) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
}

func TestRealKeyringLocked(t *testing.T) {
	if os.Getenv(insideEnv) == "" {
		home := t.TempDir()
		t.Setenv("KEYRING_STEP", "make")
		inKeyring(t, home, "right")
		t.Setenv("KEYRING_STEP", "locked")
		inKeyring(t, home, "wrong")
		return
	}
	k := systemKeychain("SuperCRM/test/locked", 20*time.Second)
	switch os.Getenv("KEYRING_STEP") {
	case "make":
		if err := k.Set(t.Context(), testKey, NewSecret("kept")); err != nil {
			t.Fatal(err)
		}
	case "locked":
		if _, err := k.Get(t.Context(), testKey); !errors.Is(err, ErrKeychainLocked) || Explain(err).ID != "keychain-locked" {
			t.Errorf("Get: %v", err)
		}
		if err := k.Set(t.Context(), testKey, NewSecret("new")); !errors.Is(err, ErrKeychainLocked) {
			t.Errorf("Set: %v", err)
		}
		if err := k.Delete(t.Context(), testKey); !errors.Is(err, ErrKeychainLocked) {
			t.Errorf("Delete: %v", err)
		}
	default:
		t.Fatal("which step?")
	}
}

// TestNoKeyring runs without a bus, with a dead socket, and with a bus on which nobody keeps secrets.
func TestNoKeyring(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the Secret Service is Linux's keychain")
	}
	if os.Getenv(insideEnv) != "" {
		k := systemKeychain("SuperCRM/test/none", 20*time.Second)
		if _, err := k.Get(t.Context(), testKey); !errors.Is(err, ErrNoKeychain) || Explain(err).ID != "no-keychain" {
			t.Errorf("Get: %v", err)
		}
		if err := k.Set(t.Context(), testKey, NewSecret("x")); !errors.Is(err, ErrNoKeychain) {
			t.Errorf("Set: %v", err)
		}
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	again := []string{self, "-test.run=^TestNoKeyring$", "-test.v"}
	empty := t.TempDir()
	for name, c := range map[string]struct{ before, env []string }{
		// An empty PATH, so that no bus is started on demand.
		"no bus":      {nil, []string{"PATH=" + empty}},
		"dead socket": {nil, []string{"PATH=" + empty, "DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(empty, "gone")}},
		// No service files either, so that the bus starts no keyring on demand.
		"no service": {[]string{"dbus-run-session", "--config-file=" + lonelyBus(t), "--"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if len(c.before) > 0 {
				if _, err := exec.LookPath(c.before[0]); err != nil {
					if os.Getenv("CI") == "true" {
						t.Fatal(err)
					}
					t.Skip(err)
				}
			}
			args := append(append([]string(nil), c.before...), again...)
			cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
			home := t.TempDir()
			cmd.Env = append(append(withoutDesktop(os.Environ()), "HOME="+home, "XDG_RUNTIME_DIR="+home, insideEnv+"="+home), c.env...)
			out, err := cmd.CombinedOutput()
			if err != nil || !bytes.Contains(out, []byte("--- PASS: TestNoKeyring")) {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}

// lonelyBus is the configuration of a session bus that starts no services.
func lonelyBus(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "bus.conf")
	conf := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
