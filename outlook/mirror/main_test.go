package mirror

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"supercrm/internal/store"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(childEnv); spec != "" { // see TestKilledAtAnyPoint
		fmt.Fprintln(os.Stderr, "mirror:", child(spec))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

func openStore(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "supercrm.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// decided takes what came of a decision about something in the outbox that a round may have ended since it was read.
func decided(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrBadInput{"state", "invalid"}) {
		must(t, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
