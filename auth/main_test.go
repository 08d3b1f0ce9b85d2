package auth

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain looks for goroutines that outlive the tests. Inside the keyring session the D-Bus library keeps one reader for
// the connection it shares within the process; it has no way to close it.
func TestMain(m *testing.M) {
	if os.Getenv(workerEnv) != "" {
		os.Exit(refreshWorker())
	}
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/godbus/dbus/v5.(*Conn).inWorker"),
		goleak.IgnoreAnyFunction("github.com/godbus/dbus/v5.newConn.func1"))
}
