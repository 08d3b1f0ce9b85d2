package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const module = "supercrm"

// root is the module's folder.
var root = filepath.Join("..", "..")

// source is a Go file. Dir is its folder in the module, with slashes, "." for the top.
type source struct {
	Dir, Name string
	Test      bool // its name ends in _test.go
	Generated bool
	Lines     int
	Syntax    *ast.File
}

func (s source) String() string { return path.Join(s.Dir, s.Name) }

// imports lists the paths that the file imports.
func (s source) imports() []string {
	var out []string
	for _, spec := range s.Syntax.Imports {
		out = append(out, strings.Trim(spec.Path.Value, `"`))
	}
	return out
}

// isMain says whether the file belongs to a command.
func (s source) isMain() bool { return s.Syntax.Name.Name == "main" }

var fileSet = token.NewFileSet()

// load reads every Go file of the module once, those of other systems too. It walks the folders itself, so that Go's test
// cache sees a new file.
var load = sync.OnceValues(func() ([]source, error) {
	var all []source
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if leftOut(file) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(fileSet, file, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		all = append(all, source{
			Dir: filepath.ToSlash(rel), Name: filepath.Base(file), Test: strings.HasSuffix(file, "_test.go"),
			Generated: ast.IsGenerated(syntax), Lines: strings.Count(string(text), "\n"), Syntax: syntax,
		})
		return nil
	})
	return all, err
})

// leftOut are folders that hold nothing of the module: hidden ones and those that .gitignore names.
func leftOut(dir string) bool {
	rel, err := filepath.Rel(root, dir)
	if err != nil || rel == "." {
		return false
	}
	return strings.HasPrefix(filepath.Base(rel), ".") || rel == "bin" || rel == "tour" || filepath.Base(rel) == "testdata"
}

func sources(t *testing.T) []source {
	t.Helper()
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d Go files found: the rules would hold for nothing", len(all))
	}
	return all
}

// below says whether a folder is one of dirs or in one of them.
func below(dir string, dirs ...string) bool {
	for _, d := range dirs {
		if dir == d || strings.HasPrefix(dir, d+"/") {
			return true
		}
	}
	return false
}

// ours turns an import path into a folder of the module.
func ours(importPath string) (dir string, ok bool) {
	return strings.CutPrefix(importPath, module+"/")
}

var stdlib = regexp.MustCompile(`^[a-z0-9]+(/|$)`)

// standard says whether an import path is of the standard library: its first element has no dot.
func standard(importPath string) bool {
	return stdlib.MatchString(importPath) && importPath != module && !strings.HasPrefix(importPath, module+"/")
}
