package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// benchDesktop is the environment of the Go benchmarks: one with a real keyring where this machine can give it, and what
// kind of keychain that makes. end is never nil.
func benchDesktop(ctx context.Context) (env []string, keychain string, end func() error, err error) {
	env, keychain, end = withoutDisplay(os.Environ()), "keychain in memory", func() error { return nil }
	session, goEnv, err := privateDesktop(ctx)
	if err != nil || session == nil {
		return env, keychain, end, err
	}
	return append(session.Env(), append(goEnv, keychainSwitch)...), "real keyring", session.Close, nil
}

// goBenchmark finds the benchmark in the module, runs it and returns what it measures: of the worst sub-benchmark, should
// there be several, and the median where one was run more than once.
func (j *job) goBenchmark(ctx context.Context, env []string, b goBenchmark) (float64, error) {
	name := b.benchmark
	found, err := testFuncs(j.root, name)
	if err != nil {
		return 0, err
	}
	dir := ""
	for _, f := range found {
		if f.name == name {
			dir = f.dir
		}
	}
	if dir == "" {
		return 0, fmt.Errorf("there is no %s", name)
	}
	fmt.Fprintf(j.out, "bench: %s in %s\n", name, dir)
	text, err := outputIn(ctx, env, "go", "test", "-run=^$", "-bench=^"+name+"$", "-benchtime="+cmp.Or(b.time, "2s"), "-vet=off", "./"+dir)
	if err != nil {
		return 0, err
	}
	var medians []float64
	for _, values := range benchmarkRuns(text, name, cmp.Or(b.unit, "ns/op")) {
		slices.Sort(values)
		medians = append(medians, values[len(values)/2])
	}
	if len(medians) == 0 {
		return 0, fmt.Errorf("%s printed no result", name)
	}
	worst := slices.Max(medians)
	if b.atLeast {
		worst = slices.Min(medians)
	}
	if b.unit == "" {
		worst /= 1e6
	}
	return worst, nil
}

// benchmarkRuns reads lines of Go's benchmark format (golang.org/design/14313-benchmark-format): name, iterations, then
// pairs of value and unit. It collects the values of one unit by full name.
func benchmarkRuns(text, name, unit string) map[string][]float64 {
	runs := map[string][]float64{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], name) {
			continue
		}
		for i := 2; i+1 < len(fields); i += 2 {
			if fields[i+1] != unit {
				continue
			}
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				runs[fields[0]] = append(runs[fields[0]], v)
			}
		}
	}
	return runs
}
