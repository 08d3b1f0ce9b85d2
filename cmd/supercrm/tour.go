package main

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"supercrm/devtenant/visitor"
	"supercrm/ui"
)

// walker takes the tour: it answers the sign-in pages as a visitor and keeps the pictures.
type walker struct {
	dir string
	win *ui.App
	err error
}

// newWalker makes the folder and puts the visitor in the browser's place. It needs the demo, since only there somebody
// can answer.
func newWalker(dir string, demo *demoTenant, w *ways) (*walker, error) {
	if demo == nil {
		return nil, errors.New("-tour goes with -demo")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the tour's folder: %w", err)
	}
	w.open = func(address string) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		time.Sleep(2 * time.Second) // as a person would need, and so that the waiting page can be seen
		return visitor.SignIn(ctx, address, demo.upn, demo.password)
	}
	return &walker{dir: dir}, nil
}

func (k *walker) run(ctx context.Context, win *ui.App) {
	k.win = win
	k.err = win.Walk(ctx, k.shoot)
	win.Do(win.Quit)
}

func (k *walker) shoot(ctx context.Context, name string) error {
	path := filepath.Join(k.dir, name+".png")
	if shotByX(ctx, path) {
		fmt.Println(path)
		return nil
	}
	done := make(chan error, 1)
	k.win.Do(func() {
		f, err := os.Create(path)
		if err == nil {
			err = errors.Join(png.Encode(f, k.win.Window().Canvas().Capture()), f.Close())
		}
		done <- err
	})
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-done:
		if err != nil {
			return fmt.Errorf("keep picture: %w", err)
		}
	}
	fmt.Println(path)
	return nil
}

// shotByX asks the X server for the window's picture. On software GL without a window manager the canvas gives a black
// one, so where ImageMagick and xdotool are there, they are preferred.
func shotByX(ctx context.Context, path string) bool {
	if os.Getenv("DISPLAY") == "" {
		return false
	}
	out, err := exec.CommandContext(ctx, "xdotool", "search", "--onlyvisible", "--pid", strconv.Itoa(os.Getpid())).Output()
	ids := strings.Fields(string(out))
	if err != nil || len(ids) == 0 {
		return false
	}
	return exec.CommandContext(ctx, "import", "-window", ids[len(ids)-1], path).Run() == nil
}
