package entra

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEveryCodeIsExplained reads our own source for the codes that it gives: error_uri must lead somewhere for each.
func TestEveryCodeIsExplained(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source: %v", err)
	}
	given := regexp.MustCompile(`(?:Code: |invalidGrant\(|badToken\(|refuse\(|wait\("[a-z_]+", )(\d+)\b`)
	n := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range given.FindAllStringSubmatch(string(source), -1) {
			n++
			if code, err := strconv.Atoi(m[1]); err != nil || explanations[code] == "" {
				t.Errorf("%s gives %s without an explanation", name, m[1])
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d codes were found in the source", n)
	}
}
