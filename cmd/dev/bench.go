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

// figure is one row of the table. OK is false when the bar is missed.
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

// newFloor is a figure whose value is to be at least its bar.
func newFloor(name string, value float64, unit string, bar float64) figure {
	return figure{name, value, unit, bar, value >= bar}
}

// goBenchmark is a Go benchmark with a bar. The worst of its sub-benchmarks counts. $keychain in a name becomes the kind of
// keychain that there was.
type goBenchmark struct {
	name, benchmark string
	unit            string // one that the benchmark reports, or "" for the milliseconds of an operation
	bar             float64
	atLeast         bool   // the bar is the least, not the most
	time            string // for -benchtime; "" is 2s
}

var goBenchmarks = []goBenchmark{
	{name: "scroll step, list of 100,000 rows", benchmark: "BenchmarkListScroll100k", bar: 4},
	{name: "scroll step, message list of 100,000", benchmark: "BenchmarkScrollStep100k", bar: 4},
	{name: "page of the message list at any offset", benchmark: "BenchmarkMessagePage", bar: 2},
	{name: "search of 100,000 messages, 95 of 100 queries", benchmark: "BenchmarkSearch", bar: 10},
	{name: "sign-in to first call, own time, $keychain", benchmark: "BenchmarkSignInToFirstCall", bar: 150},
	{name: "decode 1,000 messages, times as fast as encoding/json", benchmark: "BenchmarkDecodePage", unit: "ratio", bar: 2, atLeast: true},
	{name: "mirror 50,000 messages, share of bare insert's speed", benchmark: "BenchmarkMirrorRatio", unit: "ratio", bar: 0.5, atLeast: true, time: "1x"},
	{name: "peak memory, mirroring 100,000 messages", benchmark: "BenchmarkMirrorMemory", unit: "MB", bar: 150, time: "1x"},
	{name: "poll with nothing new, 300 folders", benchmark: "BenchmarkPollNothingNew", unit: "requests", bar: 1, time: "20x"},
	{name: "change to row, beyond the poll interval", benchmark: "BenchmarkChangeToRow", unit: "ms-over", bar: 1000, time: "20x"},
	{name: "tenant's state, one change among 100,000 messages", benchmark: "BenchmarkSaveOneChange", bar: 2},
	{name: "simulated tenant: lists of 1,000 messages", benchmark: "BenchmarkListPage", unit: "messages/s", bar: 20_000, atLeast: true},
	{name: "simulated tenant: the same, never listed before", benchmark: "BenchmarkListPageFirst", unit: "messages/s", bar: 20_000, atLeast: true},
	{name: "simulated tenant: delta with nothing new, 100,000 messages", benchmark: "BenchmarkNothingNew", bar: 1},
}

func (b goBenchmark) figure(value float64) figure {
	unit := b.unit
	switch unit {
	case "":
		unit = "ms"
	case "ms-over":
		unit = "ms"
	case "ratio":
		unit = "×"
	}
	if b.atLeast {
		return newFloor(b.name, value, unit, b.bar)
	}
	return newFigure(b.name, value, unit, b.bar)
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
		value, err := j.goBenchmark(ctx, env, b)
		if ctx.Err() != nil {
			return figures, ctx.Err()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", b.name, err))
			continue
		}
		b.name = strings.ReplaceAll(b.name, "$keychain", keychain)
		figures = append(figures, b.figure(value))
	}
	if err := end(); err != nil {
		errs = append(errs, err)
	}
	tenants, err := j.tenant(ctx)
	if err != nil {
		errs = append(errs, fmt.Errorf("the simulated tenant: %w", err))
	}
	figures = append(figures, tenants...)
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
