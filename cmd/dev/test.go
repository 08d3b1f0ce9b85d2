package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"supercrm/internal/headless"
)

// step is one line of the test command's summary.
type step struct {
	name string
	when func(o testOptions) bool
	run  func(ctx context.Context, t *tests) error
}

type testOptions struct{ short, long bool }

func always(testOptions) bool         { return true }
func notShort(o testOptions) bool     { return !o.short }
func onlyLong(o testOptions) bool     { return o.long }
func withWindows(o testOptions) bool  { return !o.short && runtime.GOOS == "linux" }
func crossTarget(o testOptions) bool  { return !o.short }
func withoutCgo(o testOptions) bool   { return !o.short }
func (o testOptions) goFlags() string { return map[bool]string{true: "-short"}[o.short] }

// steps are in the order in which a mistake is found soonest. Each goes its own way: one that fails stops no other.
func steps() []step {
	return []step{
		{"gofmt", always, gofmt},
		{"build", always, func(ctx context.Context, t *tests) error { _, err := t.build(ctx); return err }},
		{"go vet", always, goVet},
		{"staticcheck", always, staticcheck},
		{"tests with the race detector", notShort, raceTests},
		{"tests", func(o testOptions) bool { return o.short }, shortTests},
		{"tests without cgo", withoutCgo, noCgoTests},
		{"tests in a real window", withWindows, windowTests},
		{"go vet for other systems", crossTarget, crossVet},
		{"go mod tidy", onlyLong, tidy},
		{"a thousand rounds at the keyring", onlyLong, keyringRounds},
		{"ten thousand walks, 500 kills", onlyLong, longWalks},
		{"fuzzing", onlyLong, fuzz},
	}
}

// tests is a run of the test command.
type tests struct {
	*job
	opts testOptions
	env  []string // for go test: a private desktop where the machine can give one
}

func test(ctx context.Context, j *job, args []string) error {
	fs := flags("test", "Installs what is missing and runs every check and every test there is: formatting, vet, staticcheck, tests with the\n"+
		"race detector, without cgo and in a real window. It goes on after a failure and ends with a summary.")
	var o testOptions
	fs.BoolVar(&o.short, "short", false, "the quick ones only: no race detector, no real window, no other systems")
	fs.BoolVar(&o.long, "long", false, "also renew a sign-in a thousand times in two processes, take the mirror for ten thousand walks, kill it 500 times, and fuzz every fuzz target for a few seconds")
	if err := j.parse(fs, args); err != nil {
		return err
	}
	n := toTest
	if o.short {
		n = toBuild
	}
	begun := time.Now()
	if err := j.prepare(ctx, n, false); err != nil {
		return err
	}
	t := &tests{job: j, opts: o}
	end, err := t.desktop(ctx)
	if err != nil {
		return err
	}
	err = t.all(ctx, begun)
	return errors.Join(err, end())
}

// keychainSwitch tells tests and benchmarks that the keychain of their session is their own.
const keychainSwitch = "SUPERCRM_TEST_KEYCHAIN=private"

// desktop gives the tests a session of their own, so that a test of the keychain meets a real one and never the person's.
// Where the tools are missing the tests see no desktop at all.
func (t *tests) desktop(ctx context.Context) (end func() error, err error) {
	session, goEnv, err := privateDesktop(ctx)
	if err != nil {
		return nil, err
	}
	goEnv = append(goEnv, windowSwitch+"=off")
	if session == nil {
		t.env = append(withoutDisplay(os.Environ()), goEnv...)
		return func() error { return nil }, nil
	}
	t.env = append(session.Env(), append(goEnv, keychainSwitch)...)
	return session.Close, nil
}

// privateDesktop starts a session with a keyring, nil where this machine lacks the tools, and says what go needs to know in
// it: its caches, which follow HOME otherwise.
func privateDesktop(ctx context.Context) (session *headless.Session, goEnv []string, err error) {
	keep, err := output(ctx, "go", "env", "GOCACHE", "GOMODCACHE", "GOPATH", "GOENV")
	if err != nil {
		return nil, nil, err
	}
	values := strings.Split(keep, "\n")
	for i, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOENV"} {
		if i < len(values) {
			goEnv = append(goEnv, name+"="+values[i])
		}
	}
	if dir, err := os.UserCacheDir(); err == nil { // where staticcheck keeps its own
		goEnv = append(goEnv, "STATICCHECK_CACHE="+dir+string(os.PathSeparator)+"staticcheck")
	}
	goEnv = append(goEnv, "GOWORK=off")
	opts := headless.Options{Keyring: true}
	if runtime.GOOS != "linux" || !hasAll(headless.Tools(opts)) {
		return nil, goEnv, nil
	}
	session, err = headless.Start(ctx, opts)
	return session, goEnv, err
}

func hasAll(names []string) bool {
	for _, name := range names {
		if !has(name) {
			return false
		}
	}
	return true
}

// withoutDisplay hides the person's display from tests.
func withoutDisplay(env []string) []string {
	var out []string
	for _, pair := range env {
		if name, _, _ := strings.Cut(pair, "="); name != "DISPLAY" && name != "WAYLAND_DISPLAY" {
			out = append(out, pair)
		}
	}
	return out
}

// all runs the steps that apply and prints a line for each, at once and again at the end.
func (t *tests) all(ctx context.Context, begun time.Time) error {
	var lines []string
	bad := 0
	for _, s := range steps() {
		if !s.when(t.opts) {
			continue
		}
		fmt.Fprintf(t.out, "\n== %s\n", s.name)
		at := time.Now()
		err := s.run(ctx, t)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		word := "ok  "
		if err != nil {
			word = "FAIL"
			bad++
			fmt.Fprintf(t.out, "   %v\n", err)
		}
		line := fmt.Sprintf("%s %-30s %s", word, s.name, took(at))
		fmt.Fprintf(t.out, "-- %s\n", line)
		lines = append(lines, line)
	}
	fmt.Fprintf(t.out, "\n== summary, %s\n%s\n", took(begun), strings.Join(lines, "\n"))
	if bad > 0 {
		return fmt.Errorf("%d of %d steps failed", bad, len(lines))
	}
	return nil
}
