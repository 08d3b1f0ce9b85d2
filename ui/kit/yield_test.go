package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// The second object is there only where the first keeps its least width.
func TestYield(t *testing.T) {
	test.NewTempApp(t)
	first, second := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	second.SetMinSize(fyne.NewSize(30, 10))
	box := Yield(first, second, func() float32 { return 60 })
	for width, shown := range map[float32]bool{60 + S2 + 30: true, 60 + S2 + 29: false} {
		box.Resize(fyne.NewSize(width, 20))
		want := width
		if shown {
			want = 60
		}
		if second.Visible() != shown || first.Size().Width != want {
			t.Errorf("%v: the second is shown: %v, the first has %v", width, second.Visible(), first.Size().Width)
		}
	}
}
