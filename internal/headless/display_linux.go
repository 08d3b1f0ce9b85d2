package headless

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// startDisplay lets Xvfb choose a free display number itself, so that sessions side by side never collide.
func (s *Session) startDisplay(ctx context.Context, width, height int) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start Xvfb: %w", err)
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height),
		"-dpi", "96", "-nolisten", "tcp", "-noreset", "-nocursor")
	cmd.ExtraFiles = []*os.File{w}
	p, err := s.launch(cmd, nil)
	w.Close()
	if err != nil {
		return err
	}
	number := make(chan string, 1)
	go func() { // ends when Xvfb has written, or has closed its end by dying
		line, _ := bufio.NewReader(r).ReadString('\n')
		number <- strings.TrimSpace(line)
	}()
	select {
	case n := <-number:
		if n == "" {
			return fmt.Errorf("start Xvfb: no display: %s", p.Tail())
		}
		s.display = ":" + n
	case <-ctx.Done():
		return fmt.Errorf("start Xvfb: %w: %s", ctx.Err(), p.Tail())
	}
	s.env = append(s.env, "DISPLAY="+s.display)
	return nil
}

// startWindowManager runs openbox and waits until it manages the screen.
func (s *Session) startWindowManager(ctx context.Context) error {
	p, err := s.launch(exec.Command("openbox", "--sm-disable"), nil)
	if err != nil {
		return err
	}
	return until(ctx, p, "start openbox", func() bool {
		out, err := s.Command(ctx, "xprop", "-root", "_NET_SUPPORTING_WM_CHECK").Output()
		return err == nil && strings.Contains(string(out), "window id")
	})
}
