package house

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// maxLines is the hard limit; about 400 is where a file should be split.
const maxLines = 500

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if s.Lines > maxLines && !s.Generated {
			t.Errorf("%s has %d lines, at most %d: split it by topic", s, s.Lines, maxLines)
		}
	}
}

// TestPackagesSayWhatTheyAreFor: one package comment, of more than a few words.
func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	comments := map[string][]string{}
	packages := map[string]bool{}
	for _, s := range sources(t) {
		if s.Test {
			continue
		}
		packages[s.Dir] = true
		if s.Syntax.Doc == nil {
			continue
		}
		text := strings.TrimSpace(s.Syntax.Doc.Text())
		if text == "" { // a build constraint alone
			continue
		}
		comments[s.Dir] = append(comments[s.Dir], s.String())
		want := "Package " + s.Syntax.Name.Name + " "
		if s.isMain() {
			want = "Command " + filepath.Base(s.Dir) + " "
		}
		if !strings.HasPrefix(text, want) {
			t.Errorf("%s: the package comment must begin with %q", s, want)
		}
		if words := len(strings.Fields(text)); words < 12 {
			t.Errorf("%s: %d words do not say what the package is for and what it is not", s, words)
		}
	}
	for dir := range packages {
		if n := len(comments[dir]); n != 1 {
			t.Errorf("package %s has %d package comments %v, want one", dir, n, comments[dir])
		}
	}
}

// topLevel is all that may stand at the top. Further folders are not added without need. metadata.go embeds FyneApp.toml,
// which go:embed cannot reach from anywhere else.
var topLevel = []string{"cmd", "ui", "auth", "outlook", "assets", "crm", "devtenant", "internal", "docs", ".ci",
	"go.mod", "go.sum", "FyneApp.toml", "metadata.go", "README.md", "LICENSE", ".gitignore", ".gitattributes", "staticcheck.conf"}

func TestTopLevelIsSmall(t *testing.T) {
	ignored := []string{".git", "bin", "tour"} // as .gitignore says
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(topLevel, e.Name()) && !slices.Contains(ignored, e.Name()) {
			t.Errorf("%s stands at the top of the module; the rooms are %v", e.Name(), topLevel)
		}
	}
}

// TestNamesSayWhatIsInside: a file or package named for nothing in particular collects everything.
func TestNamesSayWhatIsInside(t *testing.T) {
	vague := []string{"util", "utils", "common", "misc", "helper", "helpers", "types_misc", "stuff", "base"}
	for _, s := range sources(t) {
		name := strings.TrimSuffix(strings.TrimSuffix(s.Name, ".go"), "_test")
		if slices.Contains(vague, name) || slices.Contains(vague, filepath.Base(s.Dir)) {
			t.Errorf("%s: name it after what it holds", s)
		}
	}
}
