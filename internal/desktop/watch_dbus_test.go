//go:build !windows && !darwin

package desktop

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// props answers the properties of a fake service.
type props struct {
	mu sync.Mutex
	of map[string]any
}

func (p *props) Get(_, name string) (dbus.Variant, *dbus.Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.of[name]
	if !ok {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.UnknownProperty", nil)
	}
	return dbus.MakeVariant(v), nil
}

func (p *props) set(name string, v any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of[name] = v
}

// heard notes what a Watcher was told.
type heard struct {
	mu    sync.Mutex
	now   Conditions
	awake int
}

func (h *heard) watcher() Watcher {
	return Watcher{Changed: func(c Conditions) { h.mu.Lock(); h.now = c; h.mu.Unlock() }, Awake: func() { h.mu.Lock(); h.awake++; h.mu.Unlock() }}
}

func (h *heard) until(t *testing.T, what string, ok func(Conditions, int) bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		h.mu.Lock()
		now, n := h.now, h.awake
		h.mu.Unlock()
		if ok(now, n) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("never: %s; heard %+v, awake %d times", what, now, n)
		}
	}
}

func TestWatchHearsTheSystem(t *testing.T) {
	addr := privateBus(t, filepath.Join(t.TempDir(), "bus"))
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", addr)
	fake, err := dbus.Connect(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	power := &props{of: map[string]any{"OnBattery": true}}
	session := &props{of: map[string]any{"IdleHint": false, "LockedHint": false}}
	network := &props{of: map[string]any{"State": uint32(70)}}
	for _, s := range []struct {
		name string
		path dbus.ObjectPath
		of   *props
	}{{upower, upowerPath, power}, {logind, ownSession, session}, {networks, networksPath, network}} {
		if err := fake.Export(s.of, s.path, properties); err != nil {
			t.Fatal(err)
		}
		if reply, err := fake.RequestName(s.name, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
			t.Fatal(reply, err)
		}
	}
	emit := func(path dbus.ObjectPath, name string, values ...any) {
		t.Helper()
		if err := fake.Emit(path, name, values...); err != nil {
			t.Fatal(err)
		}
	}
	var h heard
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); Watch(ctx, h.watcher()) }()
	h.until(t, "the battery is known", func(c Conditions, _ int) bool { return c == Conditions{Battery: true} })

	power.set("OnBattery", false)
	emit(upowerPath, properties+".PropertiesChanged", upower, map[string]dbus.Variant{"OnBattery": dbus.MakeVariant(false)}, []string{})
	h.until(t, "mains", func(c Conditions, _ int) bool { return c == Conditions{} })

	session.set("IdleHint", true)
	emit(ownSession, properties+".PropertiesChanged", logindSession, map[string]dbus.Variant{}, []string{"IdleHint"})
	h.until(t, "idle", func(c Conditions, _ int) bool { return c.Idle })
	session.set("IdleHint", false)
	session.set("LockedHint", true)
	emit(ownSession, properties+".PropertiesChanged", logindSession, map[string]dbus.Variant{}, []string{"IdleHint", "LockedHint"})
	session.set("LockedHint", false)
	emit(ownSession, properties+".PropertiesChanged", logindSession, map[string]dbus.Variant{}, []string{"LockedHint"})
	h.until(t, "used again", func(c Conditions, _ int) bool { return !c.Idle })

	emit(networksPath, networks+".StateChanged", uint32(20))
	h.until(t, "offline", func(c Conditions, n int) bool { return c.Offline && n == 0 })
	emit(networksPath, networks+".StateChanged", uint32(40))
	emit(networksPath, networks+".StateChanged", uint32(70))
	h.until(t, "online", func(c Conditions, n int) bool { return !c.Offline && n == 1 })

	time.Sleep(1100 * time.Millisecond) // what comes within a second of another is one
	emit("/org/freedesktop/login1", logindManager+".PrepareForSleep", true)
	emit("/org/freedesktop/login1", logindManager+".PrepareForSleep", false)
	h.until(t, "awake", func(_ Conditions, n int) bool { return n == 2 })
	emit(networksPath, networks+".StateChanged", "nonsense")
	emit("/org/freedesktop/login1", logindManager+".PrepareForSleep")

	stop()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the watch did not end")
	}
}

func TestWatchWithoutABus(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	var h heard
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	Watch(ctx, h.watcher())
	h.until(t, "nothing", func(c Conditions, n int) bool { return c == Conditions{} && n == 0 })
}
