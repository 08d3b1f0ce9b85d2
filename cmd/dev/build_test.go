package main

import (
	"strings"
	"testing"
)

func TestProgressTellsPackagesFromMessages(t *testing.T) {
	var p progress
	words := p.read(strings.NewReader(strings.Join([]string{
		"go: downloading fyne.io/fyne/v2 v2.8.1",
		"internal/goarch",
		"fyne.io/fyne/v2/internal/driver/glfw",
		"# supercrm/cmd/supercrm",
		"cmd/supercrm/main.go:9:2: undefined: x",
		"supercrm/cmd/supercrm",
	}, "\n")))
	if p.compiled != 3 || p.fetched != 1 {
		t.Errorf("%d compiled and %d fetched, want 3 and 1", p.compiled, p.fetched)
	}
	if want := "# supercrm/cmd/supercrm\ncmd/supercrm/main.go:9:2: undefined: x\n"; words != want {
		t.Errorf("the compiler's words are %q, want %q", words, want)
	}
}
