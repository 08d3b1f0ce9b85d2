package mailbox

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func testBox(t testing.TB) *Mailbox {
	reg := NewRegistry(func() time.Time { return time.Date(2025, 3, 12, 9, 0, 0, 0, time.UTC) })
	return reg.Add(Owner{ObjectID: "id", UPN: "maya@harborline.example", Name: "Maya Torres"})
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"<p>one</p><p>two</p>":            "one\ntwo",
		"a<br>b":                          "a\nb",
		"<style>p{}</style>x<!-- no -->y": "xy",
		"<table><tr><td>1</td><td>2</td></tr></table>":   "1 2",
		"&lt;tag&gt; &amp; more":                         "<tag> & more",
		"<ul><li>one</li><li>two</li></ul>":              "one\ntwo",
		"no tags":                                        "no tags",
		"<script>if (a < b) alert('</p>')</script>after": "after",
		"unclosed <b":                                    "unclosed",
	} {
		if got := PlainText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestPreview(t *testing.T) {
	if got := Preview(Body{HTML: true, Text: "<p>Hello&nbsp;</p>\r\n<p>you</p>"}); got != "Hello you" {
		t.Errorf("%q", got)
	}
	if got := Preview(Body{Text: strings.Repeat("ä ", 400)}); utf8.RuneCountInString(got) > 256 || utf8.RuneCountInString(got) < 250 {
		t.Errorf("%d characters", utf8.RuneCountInString(got))
	}
}

func TestBareSubject(t *testing.T) {
	for in, want := range map[string]string{"RE: Fwd: re:Quote": "Quote", "AW: WG: x": "x", "Regarding": "Regarding", "": ""} {
		if got := bareSubject(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestCheckETag(t *testing.T) {
	for header, ok := range map[string]bool{"": true, "*": true, `W/"key"`: true, `"key"`: true, `W/"old"`: false, `W/"old", W/"key"`: true} {
		if err := CheckETag(header, "key"); (err == nil) != ok || err != nil && !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", header, err)
		}
	}
}

func TestCountsFollow(t *testing.T) {
	m := testBox(t)
	id := m.Deliver(Mail{Subject: "x"})
	check := func(folder string, total, unread int) {
		t.Helper()
		if n, u := m.Counts(folder); n != total || u != unread {
			t.Errorf("%s: %d, %d unread; want %d, %d", folder, n, u, total, unread)
		}
	}
	check("inbox", 1, 1)
	if err := m.MoveMessage(id, "archive"); err != nil {
		t.Fatal(err)
	}
	check("inbox", 0, 0)
	check("archive", 1, 1)
	if err := m.SetRead(id, true); err != nil {
		t.Fatal(err)
	}
	check("archive", 1, 0)
	if err := m.RemoveMessage(id); err != nil {
		t.Fatal(err)
	}
	check("archive", 0, 0)
	if err := m.SetRead(id, false); !errors.Is(err, ErrNotFound) {
		t.Errorf("a removed message: %v", err)
	}
}

func FuzzParseID(f *testing.F) {
	m := testBox(f)
	f.Add(m.Deliver(Mail{Subject: "x"}))
	f.Add("AAMkADEwAAA=")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		_ = m.Do(func(b *Box) error {
			id, immutable, err := b.ParseID(s)
			if err == nil && (!immutable || id.Gen == 0) && !id.Kind.container() && b.FormatID(id, immutable) != s {
				t.Errorf("%q reads as another id", s)
			}
			return nil
		})
	})
}

func FuzzPlainText(f *testing.F) {
	f.Add("<p>one</p><script>x</script>&amp;")
	f.Add("<!--")
	f.Add("<head>")
	f.Fuzz(func(t *testing.T, s string) {
		PlainText(s)
		if got := Preview(Body{HTML: true, Text: s}); utf8.ValidString(s) && (!utf8.ValidString(got) || strings.Contains(got, "\n")) {
			t.Errorf("preview %q", got)
		}
		innerBody(s)
	})
}
