package desktop

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenLog(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, LogName)
	if err := os.WriteFile(path, []byte("earlier\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	log, closer, err := OpenLog(dir, slog.LevelInfo)
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	log.Debug("not this")
	log.Info("started", "version", "1.2")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); !strings.HasPrefix(s, "earlier\n") || !strings.Contains(s, "msg=started version=1.2") ||
		strings.Contains(s, "not this") || !strings.Contains(s, "Z level=INFO") {
		t.Fatalf("log:\n%s", text)
	}
	private(t, path)
	line := strings.Repeat("x", 1<<20)
	for range 12 {
		log.Info(line)
	}
	files, err := filepath.Glob(filepath.Join(dir, "supercrm*.log"))
	if err != nil || len(files) < 2 {
		t.Fatalf("it did not rotate: %v, %v", files, err)
	}
	for _, f := range files {
		private(t, f)
		if st, err := os.Stat(f); err != nil || st.Size() > 6<<20 {
			t.Fatalf("%s is too large: %v", filepath.Base(f), err)
		}
	}
}

func TestOpenLogWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, LogName), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenLog(dir, slog.LevelInfo); err == nil {
		t.Fatal("a folder was opened as the log")
	}
}
