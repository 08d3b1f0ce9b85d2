package desktop

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func crashHere(c *Crash, fn func()) (again any) {
	defer func() { again = recover() }()
	defer c.Guard()
	fn()
	return nil
}

func TestCrashNoteIsUsefulAndImpersonal(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 3, 2, 13, 0, 0, 0, time.FixedZone("", 3600))
	c := CrashFile(dir, "1.2.3", func() time.Time { return at })
	path := filepath.Join(dir, CrashName)
	if again := crashHere(c, func() {}); again != nil {
		t.Fatalf("it panicked by itself: %v", again)
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("a note without a panic")
	}
	secret := "anna@nordwind.example"
	for name, tc := range map[string]struct {
		panics func()
		want   string
	}{
		"text":            {func() { panic("lost " + secret) }, "panic: string\n"},
		"error":           {func() { panic(fmt.Errorf("send to %s: %w", secret, os.ErrClosed)) }, "panic: *fmt.wrapError\n"},
		"runtime":         {func() { var p *Crash; p.version = secret }, "panic: runtime error: invalid memory address or nil pointer dereference\n"},
		"wrapped runtime": {func() { panic(fmt.Errorf("%s: %w", secret, divide())) }, "panic: runtime error: integer divide by zero\n"},
	} {
		t.Run(name, func(t *testing.T) {
			_ = os.Remove(path)
			if again := crashHere(c, tc.panics); again == nil {
				t.Fatal("the panic was swallowed")
			}
			private(t, path)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := string(text)
			for _, want := range []string{"2026-03-02T12:00:00Z  supercrm 1.2.3  ", tc.want, "TestCrashNoteIsUsefulAndImpersonal", " crash_test.go:"} {
				if !strings.Contains(s, want) {
					t.Errorf("no %q in it:\n%s", want, s)
				}
			}
			if strings.Contains(s, secret) || strings.Contains(s, string(filepath.Separator)+"desktop"+string(filepath.Separator)+"crash_test.go") {
				t.Errorf("it is personal:\n%s", s)
			}
		})
	}
}

func divide() (err error) {
	defer func() { err = recover().(error) }()
	zero := len(os.Getenv("SUPERCRM_TEST_NEVER_SET"))
	return fmt.Errorf("%d", 1/zero)
}

func TestCrashNotesDoNotGrowForEver(t *testing.T) {
	dir := t.TempDir()
	c := CrashFile(dir, "1", time.Now)
	path := filepath.Join(dir, CrashName)
	if err := os.WriteFile(path, make([]byte, crashSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Report(errors.New("x")); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Count(string(text), "panic: ") != 2 || len(text) > 8192 {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	if err := CrashFile(filepath.Join(dir, "missing"), "1", time.Now).Report("x"); err == nil {
		t.Fatal("a note that could not be written was not told")
	}
}
