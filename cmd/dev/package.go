package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// fyneTool makes the operating system's own form of a program: a .tar.xz with a desktop entry, an .app, an .exe with an
// icon. It is pinned here and not in go.mod, since only packaging needs what it brings.
const fyneTool = "fyne.io/tools/cmd/fyne@v1.7.4"

func packageProgram(ctx context.Context, j *job, args []string) error {
	fs := flags("package", "Builds the program for release and packs it for this operating system, with name, id, icon and version from\n"+
		"FyneApp.toml. The package lands in bin.")
	if err := j.parse(fs, args); err != nil {
		return err
	}
	if err := j.prepare(ctx, toBuild, false); err != nil {
		return err
	}
	meta, err := readDetails("FyneApp.toml")
	if err != nil {
		return err
	}
	bin, err := filepath.Abs("bin")
	if err != nil {
		return fmt.Errorf("package: %w", err)
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return fmt.Errorf("package: %w", err)
	}
	// Beside the ordinary build, so that 'demo' afterwards does not find a program without thread checks.
	path := filepath.Join(bin, "release", filepath.Base(program()))
	fmt.Fprintf(j.out, "package: building %s %s (build %s) for release\n", meta["Name"], meta["Version"], meta["Build"])
	if err := stream(ctx, j.out, nil, "go", "build", "-tags", "migrated_fynedo", "-trimpath", "-ldflags", "-s -w", "-o", path, "./cmd/supercrm"); err != nil {
		return err
	}
	icon, err := filepath.Abs(meta["Icon"])
	if err != nil {
		return fmt.Errorf("package: %w", err)
	}
	tool := []string{"run", fyneTool, "package", "--target", runtime.GOOS, "--src", filepath.Join(j.root, "cmd", "supercrm"), "--executable", path, "--name", meta["Name"],
		"--app-id", meta["ID"], "--app-version", meta["Version"], "--app-build", meta["Build"], "--icon", icon}
	if err := inFolder(bin, func() error { return stream(ctx, j.out, nil, "go", tool...) }); err != nil {
		return err
	}
	made, err := filepath.Glob(filepath.Join(bin, meta["Name"]+"*"))
	if err != nil || len(made) == 0 {
		return fmt.Errorf("package: the packaging tool wrote nothing to %s", bin)
	}
	for _, m := range made {
		fmt.Fprintln(j.out, "package:", m)
	}
	return nil
}

// inFolder runs fn in another folder: the packaging tool writes to where it is run.
func inFolder(dir string, fn func() error) error {
	back, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("package: %w", err)
	}
	if err := os.Chdir(dir); err != nil {
		return fmt.Errorf("package: %w", err)
	}
	defer os.Chdir(back)
	return fn()
}

// readDetails reads the [Details] of a FyneApp.toml, whose values are strings in quotes or whole numbers.
func readDetails(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the program's details: %w", err)
	}
	defer f.Close()
	out := map[string]string{}
	in := false
	s := bufio.NewScanner(f)
	for s.Scan() {
		line := strings.TrimSpace(s.Text())
		if strings.HasPrefix(line, "[") {
			in = line == "[Details]"
			continue
		}
		if name, value, ok := strings.Cut(line, "="); in && ok {
			out[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("read the program's details: %w", err)
	}
	for _, need := range []string{"Name", "ID", "Icon", "Version", "Build"} {
		if out[need] == "" {
			return nil, fmt.Errorf("%s has no %s", path, need)
		}
	}
	return out, nil
}
