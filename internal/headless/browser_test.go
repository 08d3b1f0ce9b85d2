package headless

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestSnapsAreNoBrowsers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell scripts here")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got := Browser(); got != "" {
		t.Errorf("found %s in an empty folder", got)
	}
	// As Ubuntu's package chromium-browser has it.
	put("chromium-browser", "#!/bin/sh\nif ! [ -x /snap/bin/chromium ]; then exit 1; fi\nexec /snap/bin/chromium \"$@\"\n")
	if got := Browser(); got != "" {
		t.Errorf("took the snap %s", got)
	}
	put("google-chrome", "#!/bin/bash\nexec /opt/google/chrome/chrome \"$@\"\n")
	if got := Browser(); filepath.Base(got) != "google-chrome" {
		t.Errorf("found %q, want google-chrome", got)
	}
}
