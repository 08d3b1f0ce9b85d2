package house

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pinned are the libraries whose versions were chosen and measured; others may move.
var pinned = map[string]string{
	"fyne.io/fyne/v2": "v2.8.1", "golang.org/x/oauth2": "", "github.com/zalando/go-keyring": "", "github.com/pkg/browser": "",
	"modernc.org/sqlite": "",
}

func TestLibrariesArePinned(t *testing.T) {
	text := read(t, "go.mod")
	if !strings.HasPrefix(text, "module "+module+"\n") {
		t.Errorf("go.mod must begin with module %s", module)
	}
	if !regexp.MustCompile(`(?m)^go 1\.26(\.\d+)?$`).MatchString(text) {
		t.Error("go.mod must ask for Go 1.26")
	}
	if regexp.MustCompile(`(?m)^replace\b`).MatchString(text) {
		t.Error("go.mod replaces a module: the program would not build from anywhere else")
	}
	for path, version := range pinned {
		m := regexp.MustCompile(`(?m)^\s*(?:require )?` + regexp.QuoteMeta(path) + ` (v\S+)( // indirect)?$`).FindStringSubmatch(text)
		switch {
		case m == nil:
			t.Errorf("go.mod does not require %s", path)
		case m[2] != "":
			t.Errorf("go.mod has %s as indirect: it is one of our own libraries", path)
		case version != "" && m[1] != version:
			t.Errorf("go.mod has %s %s, want %s", path, m[1], version)
		}
	}
}

func TestFyneAppIsWhole(t *testing.T) {
	text := read(t, "FyneApp.toml")
	for field, form := range map[string]string{
		"Name":    `"Super CRM"`,
		"ID":      `"[a-z]+(\.[a-z]+){2,}"`,
		"Icon":    `"[\w./-]+\.png"`,
		"Version": `"\d+\.\d+\.\d+"`,
		"Build":   `[1-9]\d*`,
	} {
		if !regexp.MustCompile(`(?m)^` + field + `\s*=\s*` + form + `\s*$`).MatchString(text) {
			t.Errorf("FyneApp.toml: %s is missing or not like %s", field, form)
		}
	}
	if m := regexp.MustCompile(`(?m)^Icon\s*=\s*"([^"]+)"`).FindStringSubmatch(text); m != nil {
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("FyneApp.toml: the icon is not there: %v", err)
		}
	}
}

// inDocs finds what the documents name in backquotes and looks like a path of the module.
var inDocs = regexp.MustCompile("`(?:\\./)?((?:cmd|ui|auth|outlook|assets|crm|devtenant|internal|docs|\\.ci)(?:/[\\w.-]+)*)/?`")

func TestDocumentsNameWhatExists(t *testing.T) {
	var documents []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && leftOut(path) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			documents = append(documents, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inDocs.FindAllStringSubmatch(string(text), -1) {
			names++
			if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
				t.Errorf("%s names %s, which is not there", document, m[1])
			}
		}
	}
	if names == 0 {
		t.Error("the documents name no package: the pattern finds nothing")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}
