package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestUsage(t *testing.T) {
	cases := []struct {
		args []string
		code int
		out  string // in standard output
		err  string // in standard error
	}{
		{nil, 2, "", "usage: go run ./cmd/dev COMMAND"},
		{[]string{"-h"}, 0, "usage: go run ./cmd/dev COMMAND", ""},
		{[]string{"dance"}, 2, "", `no command "dance"`},
		{[]string{"test", "-h"}, 0, "-short", ""},
		{[]string{"bench", "-h"}, 0, "-json", ""},
		{[]string{"demo", "-h"}, 0, "-tour", ""},
		{[]string{"setup", "-h"}, 0, "-check", ""},
		{[]string{"setup", "-loud"}, 2, "", "flag provided but not defined"},
		{[]string{"setup", "now"}, 2, "", `unexpected argument "now"`},
	}
	t.Chdir(".") // run changes the folder
	for _, c := range cases {
		var out, err bytes.Buffer
		if code := run(t.Context(), c.args, &out, &err); code != c.code {
			t.Errorf("%q: exit code %d, want %d", c.args, code, c.code)
		}
		for what, pair := range map[string][2]string{"out": {out.String(), c.out}, "err": {err.String(), c.err}} {
			if got, want := pair[0], pair[1]; !strings.Contains(got, want) || want == "" && got != "" {
				t.Errorf("%q: std%s is %q, want %q in it", c.args, what, got, want)
			}
		}
	}
}

func TestInterruptedCommandSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var said bytes.Buffer
	if code := exitCode(ctx, "test", ctx.Err(), &said); code != 130 || !strings.Contains(said.String(), "stopped") {
		t.Errorf("exit code %d and %q, want 130 and that it was stopped", code, said.String())
	}
}
