package headless

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Browser is the path of a Chromium or Chrome that can run in a session, or "" when this machine has none. One that comes
// as a snap cannot: it sees neither the session's home nor its bus. Ubuntu's Chromium is one, behind a script that calls
// it.
func Browser() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil && !isSnap(path) {
			return path
		}
	}
	return ""
}

func isSnap(path string) bool {
	if real, err := filepath.EvalSymlinks(path); err == nil && (strings.HasPrefix(real, "/snap/") || filepath.Base(real) == "snap") {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := f.Read(head)
	return err == nil && bytes.HasPrefix(head, []byte("#!")) && bytes.Contains(head[:n], []byte("/snap/bin/"))
}
