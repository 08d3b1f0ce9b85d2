package calendar

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
)

// A word that is a little wider than its block is cut, not broken; in a sliver of a block it is broken, which says more.
func TestTitlesKeepWordsWhole(t *testing.T) {
	test.NewTempApp(t)
	for _, c := range []struct {
		width  float32
		broken bool
	}{{66, false}, {45, false}, {30, true}} {
		lines := wrapTitle("Preparation for Monday", c.width, 4)
		if len(lines) < 2 {
			t.Fatalf("%v: %q", c.width, lines)
		}
		if cut := strings.HasSuffix(lines[0], "…"); cut == c.broken {
			t.Errorf("%v: %q", c.width, lines)
		}
	}
	if lines := wrapTitle("Preparation for Monday", 90, 4); lines[0] != "Preparation" || lines[1] != "for Monday" {
		t.Errorf("what fits is whole: %q", lines)
	}
}
