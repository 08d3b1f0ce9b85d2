package realwindow

import (
	"image"
	"strconv"
	"testing"
	"time"
)

// The window lies on the screen with all of it, its status line too, and opens again as large as the person left it.
func TestWindowFitsTheScreenAndKeepsItsSize(t *testing.T) {
	r := newRig(t)
	r.start()
	screen := image.Rect(0, 0, 1280, 800)
	r.d.Eventually("the window lies on the screen", func() bool { return r.win.Bounds().In(screen) })
	size := image.Pt(1044, 655)
	r.d.command("xdotool", "windowsize", r.win.id, strconv.Itoa(size.X), strconv.Itoa(size.Y))
	r.d.Eventually("the window has another size", func() bool { return r.win.Bounds().Size() == size })
	r.d.Still(300 * time.Millisecond) // it has painted itself at that size
	r.quit()
	r.start()
	if got := r.win.Bounds().Size(); got != size {
		t.Errorf("it opens again at %v, was left at %v", got, size)
	}
}
