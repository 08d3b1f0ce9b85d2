package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDetailsAreReadFromTheProjectsFile(t *testing.T) {
	got, err := readDetails(filepath.Join("..", "..", "FyneApp.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if got["Name"] != "Super CRM" || got["ID"] != "com.supercrm.desktop" || got["Icon"] != "assets/icon.png" || got["Build"] == "" {
		t.Fatalf("%q", got)
	}
	bad := filepath.Join(t.TempDir(), "FyneApp.toml")
	if err := os.WriteFile(bad, []byte("[Other]\nName = \"X\"\n[Details]\nID = \"a.b\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readDetails(bad); err == nil {
		t.Fatal("a file without a name was taken")
	}
}
