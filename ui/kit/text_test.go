package kit

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func start(t testing.TB) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(NewTheme(ModeLight))
}

func TestCut(t *testing.T) {
	start(t)
	for _, c := range []struct {
		name, in, want string
		width          float32
	}{
		{"fits", "Short", "Short", 200},
		{"empty", "", "", 200},
		{"no room", "Short", "", 0},
		{"no room for a letter", "Short", "…", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Cut(c.in, c.width, 13, fyne.TextStyle{}); got != c.want {
				t.Fatalf("got %q", got)
			}
		})
	}
	long := strings.Repeat("Überprüfung der Verträge ", 4000)
	got := Cut(long, 180, 13, fyne.TextStyle{})
	if !strings.HasSuffix(got, "…") || !utf8.ValidString(got) || fyne.MeasureText(got, 13, fyne.TextStyle{}).Width > 181 {
		t.Fatalf("got %q", got)
	}
	if shorter := Cut(long, 176, 13, fyne.TextStyle{}); len(shorter) > len(got) {
		t.Fatal("less room gave more text")
	}
}

func TestWrapLosesNothing(t *testing.T) {
	start(t)
	text := "One two three\n\nDonaudampfschifffahrtsgesellschaftskapitänswitwe four"
	lines := Wrap(text, 90, 13, fyne.TextStyle{})
	for _, l := range lines {
		if fyne.MeasureText(l, 13, fyne.TextStyle{}).Width > 91 {
			t.Errorf("line is too wide: %q", l)
		}
	}
	joined := strings.Join(strings.Fields(strings.Join(lines, "")), "")
	if want := strings.Join(strings.Fields(text), ""); joined != want {
		t.Fatalf("got %q", joined)
	}
	if one := Wrap("Wörter", 1, 13, fyne.TextStyle{}); len(one) != 6 {
		t.Fatalf("narrower than a letter: %q", one)
	}
}

func TestParagraphGrowsWhenNarrow(t *testing.T) {
	start(t)
	p := NewParagraph(strings.Repeat("word ", 40), SizeBody, ColorText)
	p.Resize(fyne.NewSize(600, 10))
	wide := p.MinSize().Height
	p.Resize(fyne.NewSize(120, 10))
	if narrow := p.MinSize().Height; narrow <= wide {
		t.Fatalf("%v wide, %v narrow", wide, narrow)
	}
}

func TestInitials(t *testing.T) {
	for in, want := range map[string]string{
		"Maya Torres": "MT", "Dr. Felix Brandt": "FB", "élise": "É", "Mei-Ling Chen": "MC", "": "?", "Alder & Finch": "AF",
		"info@nordwind.example": "IN", "  ": "?", "Anna Maria van Berg": "AB",
	} {
		if got := Initials(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("some text", float32(40))
	f.Add("äöü…", float32(1))
	start(f)
	f.Fuzz(func(t *testing.T, s string, w float32) {
		if w > 2000 || w != w {
			return
		}
		if got := Cut(s, w, 13, fyne.TextStyle{}); utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("%q", got)
		}
	})
}
