//go:build linux

package auth

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// lockedService is a Secret Service whose one collection is locked and whose prompt does as told.
type lockedService struct {
	conn   *dbus.Conn
	silent atomic.Bool // the window is never answered; else it is closed
}

const promptPath = dbus.ObjectPath("/org/freedesktop/secrets/prompt/p1")

// Get implements org.freedesktop.DBus.Properties.
func (s *lockedService) Get(_, name string) (dbus.Variant, *dbus.Error) {
	if name == "Collections" {
		return dbus.MakeVariant([]dbus.ObjectPath{loginPath}), nil
	}
	return dbus.MakeVariant(true), nil // Locked
}

// Unlock implements org.freedesktop.Secret.Service.
func (s *lockedService) Unlock([]dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	return []dbus.ObjectPath{}, promptPath, nil
}

// Prompt implements org.freedesktop.Secret.Prompt.
func (s *lockedService) Prompt(string) *dbus.Error {
	_ = s.conn.Emit(promptPath, "org.example.Noise") // what must not be taken for the answer
	if !s.silent.Load() {
		_ = s.conn.Emit(promptPath, secretsPrompt+".Completed", true, dbus.MakeVariant(""))
	}
	return nil
}

func TestPromptIsDismissedOrNeverAnswered(t *testing.T) {
	if os.Getenv(insideEnv) == "" {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := exec.LookPath("dbus-run-session"); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
		cmd := exec.CommandContext(t.Context(), "dbus-run-session", "--config-file="+lonelyBus(t), "--", self, "-test.run=^"+t.Name()+"$", "-test.v")
		home := t.TempDir()
		cmd.Env = append(withoutDesktop(os.Environ()), "HOME="+home, "XDG_RUNTIME_DIR="+home, insideEnv+"="+home)
		if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s := &lockedService{conn: conn}
	for _, e := range []struct {
		path  dbus.ObjectPath
		iface string
	}{{secretsPath, "org.freedesktop.DBus.Properties"}, {loginPath, "org.freedesktop.DBus.Properties"},
		{secretsPath, secretsService}, {promptPath, secretsPrompt}} {
		if err := conn.Export(s, e.path, e.iface); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.RequestName(secretsName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	k := systemKeychain("SuperCRM/test/prompt", 20*time.Second)
	if _, err := k.Get(t.Context(), testKey); !errors.Is(err, ErrKeychainLocked) {
		t.Errorf("dismissed: %v", err)
	}
	s.silent.Store(true)
	k.deadline = 200 * time.Millisecond
	if _, err := k.Get(t.Context(), testKey); !errors.Is(err, ErrKeychainSlow) {
		t.Errorf("silent: %v", err)
	}
	k.deadline = 20 * time.Second
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	time.AfterFunc(200*time.Millisecond, cancel)
	began := time.Now()
	if err := k.Set(ctx, testKey, NewSecret("x")); !errors.Is(err, ErrCancelled) || time.Since(began) > 5*time.Second {
		t.Errorf("cancelled: %v after %v", err, time.Since(began))
	}
}
