package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// program is where a build puts the desktop program, below the module's folder; git ignores it.
func program() string {
	name := "supercrm"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join("bin", name)
}

// build compiles the desktop program and shows how far it is. The first time it takes minutes, since the C parts of the
// window library are compiled too; later it takes seconds.
func (j *job) build(ctx context.Context) (string, error) {
	path, err := filepath.Abs(program())
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	p := &progress{begun: time.Now(), out: j.out, live: isTerminal(j.out)}
	if all, err := output(ctx, "go", "list", "-deps", "./cmd/supercrm"); err == nil {
		p.of = strings.Count(all, "\n") + 1
	} // else the build says what is wrong
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-o", path, "./cmd/supercrm")
	endGently(cmd)
	said, err := cmd.StderrPipe()
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { p.tick(done) })
	words := p.read(said)
	err = cmd.Wait()
	close(done)
	wg.Wait()
	p.end()
	if err != nil {
		fmt.Fprint(j.err, words)
		return "", errors.New("the program does not build")
	}
	fmt.Fprintf(j.out, "build: done, %d packages compiled, %s\n", p.compiled, took(p.begun))
	return path, nil
}

// progress counts what "go build -v" prints: a line for each package it compiles. Packages in the cache are not printed,
// so the whole is an upper bound.
type progress struct {
	begun time.Time
	of    int
	out   io.Writer
	live  bool // a terminal, where one line is rewritten

	mu       sync.Mutex
	compiled int
	fetched  int
	latest   string
	shown    bool
}

// read counts until the build ends and returns the lines that are not progress: the compiler's words.
func (p *progress) read(r io.Reader) string {
	var words strings.Builder
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		line := in.Text()
		p.mu.Lock()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
			p.fetched++
		case isPackage(line):
			p.compiled++
			p.latest = line
		default:
			words.WriteString(line + "\n")
		}
		p.mu.Unlock()
	}
	_, _ = io.Copy(&words, r) // what an overlong line left; the build must not block on its pipe
	return words.String()
}

// isPackage tells an import path from a message of the compiler: it has no blanks and is not a position or heading.
func isPackage(line string) bool {
	return line != "" && !strings.ContainsAny(line, " \t:#")
}

// tick shows the progress until done: on a terminal twice a second in one line, else every 15 seconds in a new one.
func (p *progress) tick(done <-chan struct{}) {
	every := 15 * time.Second
	if p.live {
		every = 500 * time.Millisecond
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case <-t.C:
			p.show()
		}
	}
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := fmt.Sprintf("build: %s, %d of at most %d packages compiled", took(p.begun), p.compiled, p.of)
	if p.fetched > 0 && p.compiled == 0 {
		text = fmt.Sprintf("build: %s, %d modules downloaded", took(p.begun), p.fetched)
	}
	if !p.live {
		fmt.Fprintln(p.out, text)
		return
	}
	p.shown = true
	fmt.Fprintf(p.out, "\r\x1b[K%.100s", text+" · "+p.latest)
}

// end removes the line that was rewritten.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// isTerminal says whether w is a character device, which a person probably looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
