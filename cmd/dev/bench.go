package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// figure is one row of the table. OK is false when the value is over its bar.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Bar   float64 `json:"bar"`
	OK    bool    `json:"ok"`
}

func newFigure(name string, value float64, unit string, bar float64) figure {
	return figure{name, value, unit, bar, value <= bar}
}

// goBenchmarks are the Go benchmarks with a bar, in milliseconds an operation. The slowest of a benchmark's
// sub-benchmarks counts. $keychain in a name becomes the kind of keychain that there was.
var goBenchmarks = []struct {
	name, benchmark string
	bar             float64
}{
	{"scroll step, list of 100,000 rows", "BenchmarkListScroll100k", 4},
	{"scroll step, message list of 100,000", "BenchmarkScrollStep100k", 4},
	{"page of the message list at any offset", "BenchmarkMessagePage", 2},
	{"search of 100,000 messages, 95 of 100 queries", "BenchmarkSearch", 10},
	{"sign-in to first call, own time, $keychain", "BenchmarkSignInToFirstCall", 150},
}

func bench(ctx context.Context, j *job, args []string) error {
	fs := flags("bench", "Measures what has a bar and prints one table: name, value, unit, bar, ok. Exit code 1 if a bar is missed. The start\n"+
		"and idle figures are the real program's under a virtual display (Linux).")
	asJSON := fs.Bool("json", false, "print one JSON object a line instead of the table; all else goes to standard error")
	if err := j.parse(fs, args); err != nil {
		return err
	}
	quiet := &job{root: j.root, out: j.err, err: j.err} // the table alone goes to standard output
	if err := quiet.prepare(ctx, toHeadless, false); err != nil {
		return err
	}
	figures, err := quiet.measure(ctx)
	if err := printFigures(j.out, figures, *asJSON); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	for _, f := range figures {
		if !f.OK {
			err = errors.Join(err, fmt.Errorf("bar missed: %s", f.Name))
		}
	}
	return err
}

// measure takes every figure. One that cannot be taken is an error, and the others are taken all the same.
func (j *job) measure(ctx context.Context) ([]figure, error) {
	var figures []figure
	var errs []error
	env, keychain, end, err := benchDesktop(ctx)
	if err != nil {
		errs = append(errs, err)
	}
	for _, b := range goBenchmarks {
		ms, err := j.goBenchmark(ctx, env, b.benchmark)
		if ctx.Err() != nil {
			return figures, ctx.Err()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", b.name, err))
			continue
		}
		figures = append(figures, newFigure(strings.ReplaceAll(b.name, "$keychain", keychain), ms, "ms", b.bar))
	}
	if err := end(); err != nil {
		errs = append(errs, err)
	}
	started, err := j.startAndIdle(ctx)
	if err != nil {
		errs = append(errs, fmt.Errorf("start and idle: %w", err))
	}
	return append(figures, started...), errors.Join(errs...)
}

func printFigures(w io.Writer, figures []figure, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		for _, f := range figures {
			if err := enc.Encode(f); err != nil {
				return fmt.Errorf("print the figures: %w", err)
			}
		}
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "name\tvalue\tunit\tbar\tok")
	for _, f := range figures {
		ok := "ok"
		if !f.OK {
			ok = "MISSED"
		}
		fmt.Fprintf(tw, "%s\t%.3g\t%s\t%g\t%s\n", f.Name, f.Value, f.Unit, f.Bar, ok)
	}
	return tw.Flush()
}
