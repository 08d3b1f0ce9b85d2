package search

import (
	"slices"
	"testing"
)

func TestKQL(t *testing.T) {
	for text, want := range map[string]string{
		"offer":                                 "offer*",
		`from:anna subject:"new offer" -draft `: `from:anna AND subject:"new offer" AND NOT draft`,
		"has:attachment after:2026-01 before:2026-02-03 in:archive": "hasAttachments:true AND received>=2026-01-01 AND received<2026-02-03",
		"-has:attachment":         "hasAttachments:false",
		`a"b\c `:                  `"a b c"`,
		"":                        "",
		"Müller OR Maier":         `Müller AND "OR" AND Maier*`,
		"AND not NEAR ":           `"AND" AND not AND "NEAR"`,
		"subject:OR ":             `subject:"OR"`,
		"(draft ":                 "draft",
		"size: big ":              "size AND big",
		"size:big ":               `"size big"`,
		"received>2026 ":          `"received 2026"`,
		"a.b@c.example ":          "a.b@c.example",
		"anna@c":                  "anna@c*",
		"@c.example x-ray --foo ": "c.example AND x-ray AND foo",
		"会议 ":                     "会议",
		"is:unread":               "",
		"in:archive is:flagged":   "",
		"is:unread -draft ":       "", // everything but has no end
		"is:unread offer ":        "offer",
	} {
		if got := Parse(text, noon).KQL(); got != want {
			t.Errorf("%q is %s, not %s", text, got, want)
		}
	}
}

func TestNoKQL(t *testing.T) {
	for text, want := range map[string][]string{
		"offer from:anna has:attachment after:2026": nil,
		"-in:archive offer":                         {"in:"},
		"is:read":                                   {"is:"},
		"is:flagged in:inbox is:unread in:archive":  {"in:", "is:"},
	} {
		if got := Parse(text, noon).NoKQL(); !slices.Equal(got, want) {
			t.Errorf("%q has %q, not %q", text, got, want)
		}
	}
}
