package palette

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/ui/page"
	"supercrm/ui/uitest"
)

func TestFindsPeopleAndCommandsByKeyboard(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	var done []string
	mark := func(s string) func() { return func() { done = append(done, s) } }
	names := []string{"Anna Lindqvist", "Anton Berg", "Karin Ekström"}
	find := func(_ context.Context, text string, limit int) (Section, error) {
		if text == "fail" {
			return Section{}, errors.New("disk")
		}
		var out []Item
		for _, n := range names {
			if strings.Contains(strings.ToLower(n), strings.ToLower(text)) && len(out) < limit {
				out = append(out, Item{Icon: "person", Label: n, Do: mark(n)})
			}
		}
		return Section{Title: "People", Items: out}, nil
	}
	p := New(h, []Finder{find}, func() []page.Command {
		return []page.Command{{Label: "Calendar", Key: "Ctrl+1", Do: mark("calendar")}, {Label: "Sync now", Key: "F5", Do: mark("sync")}}
	})
	closed := 0
	p.OnClose = func() { closed++ }
	h.Window().SetContent(p.Object())
	h.Window().Resize(fyne.NewSize(1024, 640))
	p.Opened()
	if got := labels(p); !slices.Equal(got, []string{"Calendar", "Sync now"}) {
		t.Fatalf("opens with %q", got)
	}
	test.Type(p.entry, "an")
	h.Until("the people", func() bool {
		return slices.Equal(labels(p), []string{"People", "Anna Lindqvist", "Anton Berg"})
	})
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !slices.Equal(done, []string{"Anton Berg"}) || closed != 1 {
		t.Fatalf("did %q, closed %d times", done, closed)
	}
	p.Opened()
	test.Type(p.entry, "fail")
	h.Until("the failure", func() bool { return len(h.Failures) == 1 })
	p.entry.Fill("")
	test.Type(p.entry, "zzz")
	h.Until("nothing", func() bool { return uitest.Shows(p.Object(), "Nothing found") })
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if closed != 2 {
		t.Fatal("escape does not close")
	}
}

func TestTheServerIsAskedOnDemand(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	opened, asked := "", 0
	p := New(h, nil, func() []page.Command { return nil })
	p.Server = func(_ context.Context, text string) (Section, error) {
		asked++
		if text == "gone" {
			return Section{Title: "On the server"}, nil
		}
		return Section{Title: "On the server", Items: []Item{{Label: "Old offer", Do: func() { opened = "Old offer" }}}}, nil
	}
	closed := 0
	p.OnClose = func() { closed++ }
	h.Window().SetContent(p.Object())
	p.Opened()
	p.Look("offer")
	h.Until("the way to the server", func() bool {
		return slices.Equal(labels(p), []string{"Nothing found on this computer", "Search the mailbox on the server"})
	})
	if asked != 0 {
		t.Fatal("asked without being told to")
	}
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.Until("what the server has", func() bool { return slices.Equal(labels(p), []string{"On the server", "Old offer"}) })
	if closed != 0 {
		t.Fatal("the box closed")
	}
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if opened != "Old offer" || closed != 1 {
		t.Fatalf("opened %q, closed %d times", opened, closed)
	}
	p.Look("gone")
	h.Until("the way to the server", func() bool { return slices.Contains(labels(p), "Search the mailbox on the server") })
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.Until("that there is nothing", func() bool { return slices.Contains(labels(p), "Nothing found on the server") })
}

// What the server has more of comes below what is shown, and stays out where it fails.
func TestTheServersPagesFollowOneAnother(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	p := New(h, nil, func() []page.Command { return nil })
	fail := true
	letters := func(from, n int) (out []Item) {
		for i := range n {
			out = append(out, Item{Label: fmt.Sprint("Letter ", from+i), Do: func() {}})
		}
		return out
	}
	p.Server = func(context.Context, string) (Section, error) {
		warning := Item{Label: "Another account failed", Aside: true, Do: func() {}}
		return Section{Title: "On the server", Items: append([]Item{{Label: "A note"}, warning}, letters(0, 25)...), More: func(context.Context) (Section, error) {
			if fail {
				return Section{}, errors.New("network")
			}
			return Section{Items: letters(25, 5)}, nil
		}}, nil
	}
	h.Window().SetContent(p.Object())
	p.Opened()
	p.AskServer("letter")
	const first = 3 // behind the heading, the note and the warning
	more := func() int { return slices.Index(labels(p), "More results from the server") }
	h.Until("the first page", func() bool { return more() == first+25 })
	if p.list.Selected() != first {
		t.Fatalf("line %d is chosen, not the first letter", p.list.Selected())
	}
	p.do(1) // says something only
	p.do(more())
	h.Until("the failure", func() bool { return len(h.Failures) == 1 })
	if more() != first+25 {
		t.Fatalf("%q", labels(p))
	}
	fail = false
	p.do(more())
	h.Until("the second page", func() bool { return len(p.items) == first+30 && more() < 0 })
	if p.list.Selected() != first+25 || p.items[first+25].Label != "Letter 25" || p.list.Offset() == 0 {
		t.Fatalf("line %d is chosen, at %v", p.list.Selected(), p.list.Offset())
	}
}

func labels(p *Palette) []string {
	var out []string
	for _, it := range p.items {
		out = append(out, it.Label)
	}
	return out
}
