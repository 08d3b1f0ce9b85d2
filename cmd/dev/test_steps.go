package main

import (
	"context"
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"supercrm/internal/headless"
)

// windowSwitch tells internal/realwindow whether its tests run: "off" skips them, "required" makes a missing tool a
// failure; otherwise they run where the tools are.
const windowSwitch = "SUPERCRM_REALWINDOW"

// needsCgo says whether a package only builds with a C compiler: the window library's driver does everywhere, on macOS its
// widgets do too (fyne v2.8.1, internal/widget/scroller.go calls what only the cgo file for darwin defines).
func needsCgo(pkg, goos string) bool {
	return pkg == "supercrm/cmd/supercrm" || goos == "darwin" && strings.HasPrefix(pkg, "supercrm/ui")
}

func gofmt(ctx context.Context, t *tests) error {
	files, err := sources(t.root)
	if err != nil {
		return err
	}
	goroot, err := output(ctx, "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	list, err := output(ctx, filepath.Join(goroot, "bin", "gofmt"), append([]string{"-l"}, files...)...)
	if err != nil {
		return err
	}
	if list != "" {
		return fmt.Errorf("not formatted, run gofmt -w on: %s", strings.ReplaceAll(list, "\n", " "))
	}
	return nil
}

// sources lists the module's Go files.
func sources(root string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || d.Name() == "tour") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(path, ".go") {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			files = append(files, rel)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the sources: %w", err)
	}
	return files, nil
}

func goVet(ctx context.Context, t *tests) error {
	return stream(ctx, t.out, t.env, "go", "vet", "./...")
}

func staticcheck(ctx context.Context, t *tests) error {
	return stream(ctx, t.out, t.env, "go", "tool", "staticcheck", "./...")
}

// raceTests leaves the database's engine out of the detector's sight: it is C that was translated, takes its locks in a
// package that is watched, and would be most of what the tests do, four times as long in all. checkptr, which comes with
// -race, looks at each of its pointers.
func raceTests(ctx context.Context, t *tests) error {
	return stream(ctx, t.out, append(t.env, "CGO_ENABLED=1"), "go", "test", "-race", "-gcflags=modernc.org/...=-d=checkptr=0",
		"-gcflags=modernc.org/sqlite/lib=-d=checkptr=0 -race=false", "-vet=off", "-timeout=25m", "./...")
}

func shortTests(ctx context.Context, t *tests) error {
	return stream(ctx, t.out, t.env, "go", "test", t.opts.goFlags(), "-vet=off", "./...")
}

func noCgoTests(ctx context.Context, t *tests) error {
	packages, err := cgoFree(ctx, runtime.GOOS)
	if err != nil {
		return err
	}
	args := append([]string{"test", "-vet=off", "-timeout=10m"}, packages...)
	return stream(ctx, t.out, append(t.env, "CGO_ENABLED=0"), "go", args...)
}

// cgoFree lists the packages that build without a C compiler for goos.
func cgoFree(ctx context.Context, goos string) ([]string, error) {
	all, err := output(ctx, "go", "list", "./...")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(strings.Fields(all), func(p string) bool { return needsCgo(p, goos) }), nil
}

// windowTests runs without the session of the other tests: each makes its own. The results are not cached, since the
// program under test is no input that Go knows of.
func windowTests(ctx context.Context, t *tests) error {
	mode := "required"
	if headless.Browser() == "" {
		mode = "" // setup has said why; where CI is set they fail all the same
	}
	env := append(t.env, windowSwitch+"="+mode)
	pictures := filepath.Join(t.root, "bin", "realwindow")
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		return fmt.Errorf("make a folder for pictures of failures: %w", err)
	}
	return stream(ctx, t.out, env, "go", "test", "-count=1", "-vet=off", "-timeout=25m", "-artifacts", "-outputdir="+pictures,
		"./internal/realwindow")
}

// crossVet type-checks what the other systems would compile, as far as that needs none of their C headers.
func crossVet(ctx context.Context, t *tests) error {
	var errs []error
	for _, target := range []string{"windows/amd64", "darwin/arm64", "linux/amd64"} {
		goos, goarch, _ := strings.Cut(target, "/")
		if goos == runtime.GOOS {
			continue
		}
		fmt.Fprintf(t.out, "   %s\n", target)
		packages, err := cgoFree(ctx, goos)
		if err != nil {
			return err
		}
		env := append(t.env, "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
		if err := stream(ctx, t.out, env, "go", append([]string{"vet"}, packages...)...); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", target, err))
		}
	}
	return errors.Join(errs...)
}

func tidy(ctx context.Context, t *tests) error {
	return stream(ctx, t.out, t.env, "go", "mod", "tidy", "-diff")
}

// keyringRounds runs the long form of the test in which two processes refresh one account's sign-in at once.
func keyringRounds(ctx context.Context, t *tests) error {
	return stream(ctx, t.out, t.env, "go", "test", "-count=1", "-vet=off", "-v", "-run=^TestTwoProcessesRefreshAtOnce$", "./auth", "-rounds=1000")
}

// longWalks runs the long form of the mirror's walks and kills: an hour and more on two cores.
func longWalks(ctx context.Context, t *tests) error {
	return stream(ctx, t.out, t.env, "go", "test", "-count=1", "-vet=off", "-timeout=4h", "-run=^(TestRandomWalkConverges|TestKilledAtAnyPoint)$",
		"./outlook/mirror", "-walks=10000", "-kills=500")
}

// fuzz runs every fuzz target for some seconds; their seeds have run with the tests.
func fuzz(ctx context.Context, t *tests) error {
	targets, err := testFuncs(t.root, "Fuzz")
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("there is no fuzz target")
	}
	var errs []error
	for _, f := range targets {
		fmt.Fprintf(t.out, "   %s in %s\n", f.name, f.dir)
		err := stream(ctx, t.out, t.env, "go", "test", "-run=^$", "-fuzz=^"+f.name+"$", "-fuzztime=5s", "-vet=off", "./"+f.dir)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.name, err))
		}
	}
	return errors.Join(errs...)
}

// testFunc is a function of a test file. dir is relative to the module, with slashes.
type testFunc struct{ dir, name string }

// testFuncs finds the functions of test files whose names begin with prefix, among the files that this system builds.
func testFuncs(root, prefix string) ([]testFunc, error) {
	files, err := sources(root)
	if err != nil {
		return nil, err
	}
	var found []testFunc
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			continue
		}
		dir, name := filepath.Split(file)
		if match, err := build.Default.MatchFile(filepath.Join(root, dir), name); err != nil || !match {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return nil, fmt.Errorf("look for tests: %w", err)
		}
		for line := range strings.Lines(string(text)) {
			rest, ok := strings.CutPrefix(line, "func "+prefix)
			if name, _, isFunc := strings.Cut(rest, "("); ok && isFunc {
				found = append(found, testFunc{filepath.ToSlash(filepath.Clean(dir)), prefix + name})
			}
		}
	}
	return found, nil
}
