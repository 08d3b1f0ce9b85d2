package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const benchText = `goos: linux
BenchmarkMessagePage/offset=0-2         	    1000	    900000 ns/op	   12 B/op	 3 allocs/op
BenchmarkMessagePage/offset=0-2         	    1000	   1100000 ns/op
BenchmarkMessagePage/offset=99000-2     	    1000	   1500000.5 ns/op
BenchmarkOther-2 	 5 	 7 ns/op
--- FAIL: nothing
PASS
`

func TestBenchmarkRuns(t *testing.T) {
	runs := benchmarkRuns(benchText, "BenchmarkMessagePage", "ns/op")
	if len(runs) != 2 || len(runs["BenchmarkMessagePage/offset=0-2"]) != 2 || runs["BenchmarkMessagePage/offset=99000-2"][0] != 1500000.5 {
		t.Errorf("read %v", runs)
	}
}

func TestBenchmarkReportsAnyUnit(t *testing.T) {
	runs := benchmarkRuns("BenchmarkX-2 \t 1 \t 5 ns/op \t 2.5 ratio\n", "BenchmarkX", "ratio")
	if v := runs["BenchmarkX-2"]; len(v) != 1 || v[0] != 2.5 {
		t.Errorf("read %v", runs)
	}
	least := goBenchmark{unit: "ratio", bar: 2, atLeast: true}
	if !least.figure(2.5).OK || least.figure(1.9).OK || least.figure(2).Unit != "×" {
		t.Error("a least value is judged wrongly")
	}
}

func FuzzBenchmarkRuns(f *testing.F) {
	f.Add(benchText)
	f.Add("BenchmarkMessagePage 1 ns/op ns/op")
	f.Fuzz(func(t *testing.T, text string) {
		for name, ns := range benchmarkRuns(text, "BenchmarkMessagePage", "ns/op") {
			if len(ns) == 0 || !strings.HasPrefix(name, "BenchmarkMessagePage") {
				t.Errorf("%q: %v", name, ns)
			}
		}
	})
}

func TestReadStart(t *testing.T) {
	now := 0.0
	clock := func() float64 { now += 321; return now }
	r, err := readStart(strings.NewReader("some log\nfirst-page 280\nidle 1.4 151.5\n"), clock)
	if err != nil || r != (startRun{321, 1.4, 151.5}) {
		t.Errorf("read %v, %v", r, err)
	}
	for _, text := range []string{"", "first-page 280\n", "idle 1 2\n", "first-page 1\nidle much 20\n"} {
		if _, err := readStart(strings.NewReader(text), clock); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestFiguresAreOneObjectALine(t *testing.T) {
	var out bytes.Buffer
	if err := printFigures(&out, []figure{newFigure("a", 3.9, "ms", 4), newFigure("b", 4.1, "ms", 4)}, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2", len(lines))
	}
	for i, want := range []bool{true, false} {
		var f figure
		if err := json.Unmarshal([]byte(lines[i]), &f); err != nil || f.OK != want || f.Bar != 4 {
			t.Errorf("line %d is %s: %v", i, lines[i], err)
		}
	}
}
