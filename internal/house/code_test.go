package house

import (
	"go/ast"
	"slices"
	"strconv"
	"testing"
)

// calls visits every selector on an imported package, such as context.Background, by import path and name. A file that
// renames an import is followed.
func (s source) calls(visit func(path, name string, at ast.Node)) {
	names := map[string]string{}
	for _, spec := range s.Syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path
		for i := len(path) - 1; i >= 0; i-- {
			if path[i] == '/' {
				name = path[i+1:]
				break
			}
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	ast.Inspect(s.Syntax, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && names[x.Name] != "" {
				visit(names[x.Name], sel.Sel.Name, sel)
			}
		}
		return true
	})
}

// banned are functions that library code must not use: what they do belongs to main, or to the caller.
var banned = []struct {
	path  string
	names []string
	why   string
}{
	{"context", []string{"Background", "TODO"}, "take the caller's context, so that it ends with its owner"},
	{"log/slog", []string{"Debug", "Info", "Warn", "Error", "Log", "Default", "SetDefault", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"},
		"log to the logger that was passed in"},
	{"log", []string{"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf"}, "log to the logger that was passed in"},
	{"fmt", []string{"Print", "Printf", "Println"}, "only commands print"},
	{"os", []string{"Exit"}, "only main ends the program"},
	{"net/http", []string{"DefaultClient", "Get", "Post", "PostForm", "DefaultServeMux", "HandleFunc", "Handle", "ListenAndServe"},
		"use the client or server that was passed in, with a context"},
}

func TestLibrariesLeaveToMainWhatIsMains(t *testing.T) {
	looked := 0
	for _, s := range sources(t) {
		if s.Test || s.isMain() {
			continue
		}
		looked++
		s.calls(func(path, name string, at ast.Node) {
			for _, b := range banned {
				if path == b.path && slices.Contains(b.names, name) {
					t.Errorf("%s uses %s.%s: %s", fileSet.Position(at.Pos()), path, name, b.why)
				}
			}
		})
	}
	if looked == 0 {
		t.Error("no library file was looked at")
	}
}
