package kit

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func newTestList(t testing.TB, n int) (*List, fyne.Window, *int) {
	start(t)
	made := 0
	l := NewList(RowTwo, func() fyne.CanvasObject {
		made++
		return NewLine("", SizeBody, ColorText)
	}, func(i int, o fyne.CanvasObject, selected bool) {
		o.(*Text).Set(fmt.Sprintf("row %d", i), ColorText, selected)
	})
	w := test.NewTempWindow(t, l)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(300, 440))
	l.SetCount(n)
	return l, w, &made
}

func TestListMakesOnlyWhatIsInView(t *testing.T) {
	l, _, made := newTestList(t, 100_000)
	for range 400 {
		l.ScrollBy(997)
	}
	if *made > 30 {
		t.Fatalf("%d rows were made for a view of 10", *made)
	}
	from, to := l.InView()
	for i := from; i < to; i++ {
		if got := l.rows[i].content.(*Text).Text(); got != fmt.Sprintf("row %d", i) {
			t.Fatalf("row %d shows %q", i, got)
		}
	}
}

func TestListKeys(t *testing.T) {
	l, w, _ := newTestList(t, 50)
	var heard []int
	l.OnSelect = func(i int) { heard = append(heard, i) }
	opened := -1
	l.OnOpen = func(i int) { opened = i }
	w.Canvas().Focus(l)
	type step struct {
		key  fyne.KeyName
		char rune
		want int
	}
	for i, s := range []step{{fyne.KeyDown, 0, 0}, {"", 'j', 1}, {"", 'k', 0}, {fyne.KeyUp, 0, 0}, {fyne.KeyEnd, 0, 49}, {fyne.KeyDown, 0, 49}, {fyne.KeyPageUp, 0, 40}, {fyne.KeyHome, 0, 0}} {
		if s.key != "" {
			l.TypedKey(&fyne.KeyEvent{Name: s.key})
		} else {
			l.TypedRune(s.char)
		}
		if l.Selected() != s.want {
			t.Fatalf("step %d: selected %d, want %d", i, l.Selected(), s.want)
		}
		if from, to := l.InView(); s.want < from || s.want >= to {
			t.Fatalf("step %d: row %d is not in view (%d–%d)", i, s.want, from, to)
		}
	}
	if len(heard) != 6 {
		t.Fatalf("heard %v: the selection is told only when it changes", heard)
	}
	l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if opened != 0 {
		t.Fatalf("opened %d", opened)
	}
}

func TestListShrinks(t *testing.T) {
	l, _, _ := newTestList(t, 1000)
	l.Select(900)
	l.SetCount(3)
	if l.Selected() != -1 {
		t.Fatal("the selection points beyond the end")
	}
	if from, to := l.InView(); from != 0 || to != 3 {
		t.Fatalf("in view %d–%d of 3", from, to)
	}
	l.SetCount(0)
	l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if l.Selected() != -1 {
		t.Fatal("an empty list has a selection")
	}
}

func TestClickSelectsAndFocuses(t *testing.T) {
	l, w, _ := newTestList(t, 20)
	test.TapCanvas(w.Canvas(), fyne.NewPos(50, RowTwo*2+5))
	if l.Selected() != 2 || w.Canvas().Focused() != fyne.Focusable(l) {
		t.Fatalf("selected %d, focus %v", l.Selected(), w.Canvas().Focused())
	}
}

func BenchmarkListScroll100k(b *testing.B) {
	l, w, _ := newTestList(b, 100_000)
	for b.Loop() {
		l.ScrollBy(37)
		if l.scroll.Offset.Y > 4_000_000 {
			l.ScrollToTop()
		}
	}
	_ = w
}
