package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"supercrm/internal/headless"
)

func demo(ctx context.Context, j *job, args []string) error {
	fs := flags("demo", "Installs what is missing, builds the program and runs it on a simulated Office 365 tenant. Without a display it\n"+
		"runs the tour under a virtual one and writes a picture of every page.")
	tour := fs.Bool("tour", false, "run the tour under a virtual display although there is a real one (Linux)")
	dir := fs.String("dir", "tour", "folder for the tour's pictures")
	if err := j.parse(fs, args); err != nil {
		return err
	}
	blind := *tour || !hasDisplay()
	n := toBuild
	if blind {
		n = toHeadless
	}
	if err := j.prepare(ctx, n, false); err != nil {
		return err
	}
	path, err := j.build(ctx)
	if err != nil {
		return err
	}
	if blind {
		return j.tour(ctx, path, *dir)
	}
	cmd := exec.CommandContext(ctx, path, "-demo")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, j.out, j.err
	interruptOnly(cmd)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("supercrm -demo: %w", err)
	}
	return nil
}

// hasDisplay says whether a window can be shown to the person.
func hasDisplay() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// tour runs the program's tour under a virtual display, with a keyring and a session bus of its own, and lists what it
// wrote.
func (j *job) tour(ctx context.Context, path, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("tour: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("tour: %w", err)
	}
	fmt.Fprintf(j.out, "demo: there is no display, so the tour runs under a virtual one and writes pictures to %s\n", shown(j.root, dir))
	begun := time.Now()
	session, err := headless.Start(ctx, headless.Options{Keyring: true, WindowManager: true, Width: 1440, Height: 900})
	if err != nil {
		return err
	}
	err = stream(ctx, j.out, session.Env(), path, "-demo", "-tour", dir)
	if err = errors.Join(err, session.Close()); err != nil {
		return err
	}
	pictures, err := written(dir, begun)
	if err != nil {
		return err
	}
	for _, p := range pictures {
		fmt.Fprintln(j.out, "    "+shown(j.root, p))
	}
	if len(pictures) == 0 {
		return errors.New("the tour wrote no picture")
	}
	fmt.Fprintf(j.out, "demo: %d pictures, %s\n", len(pictures), took(begun))
	return nil
}

// written lists the pictures in dir that are not older than begun, by name.
func written(dir string, begun time.Time) ([]string, error) {
	all, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		return nil, fmt.Errorf("list the pictures: %w", err)
	}
	fresh := slices.DeleteFunc(all, func(path string) bool {
		st, err := os.Stat(path)
		return err != nil || st.ModTime().Before(begun.Truncate(time.Second))
	})
	slices.Sort(fresh)
	return fresh, nil
}

// shown is a path as the person would type it.
func shown(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
		return "." + string(filepath.Separator) + rel
	}
	return path
}
