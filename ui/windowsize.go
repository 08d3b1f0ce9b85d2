package ui

import (
	"context"
	"fmt"
	"time"

	"fyne.io/fyne/v2"
)

// sizeSetting keeps how large the window was, as "1280x800" in Fyne's units.
const sizeSetting = "window.size"

var (
	firstSize    = fyne.NewSize(1280, 800) // of the window's content, where nothing is kept and the screen has the room
	smallestSize = fyne.NewSize(800, 500)  // less is taken for a mistake
	surround     = fyne.NewSize(8, 40)     // title bar and edges, which the system puts round it
)

// loadSize is how large the window opens: as it was last. fitScreen makes it smaller where the screen has become so.
func (a *App) loadSize() fyne.Size {
	text, err := a.d.Settings.Load(a.ctx, sizeSetting)
	if err != nil {
		a.d.Log.Error("read the window's size", "error", err)
	}
	size, ok := parseSize(text)
	if !ok {
		return firstSize
	}
	a.sizeKept = size
	return size
}

// parseSize reads a kept size; false for none, or one that no person would have chosen.
func parseSize(text string) (fyne.Size, bool) {
	var w, h int
	if n, err := fmt.Sscanf(text, "%dx%d", &w, &h); err != nil || n != 2 {
		return fyne.Size{}, false
	}
	size := fyne.NewSize(float32(w), float32(h))
	if size.Width < smallestSize.Width || size.Height < smallestSize.Height || w > 20_000 || h > 20_000 {
		return fyne.Size{}, false
	}
	return size, true
}

// fitScreen makes the window as small as its screen. At a scale of 150 % a laptop has 1280×720 of Fyne's units and less
// without the taskbar; the system would let the status line hang out at the bottom.
func (a *App) fitScreen() {
	if a.d.Screen == nil {
		return
	}
	area, ok := a.d.Screen()
	if !ok {
		return
	}
	canvas := a.window.Canvas()
	if size, less := fitted(canvas.Size(), area, canvas.Scale()); less {
		a.window.Resize(size)
	}
}

// fitted is the size of a window on a screen of which windows may have area, in the screen's units; less tells whether the
// window has to shrink for it.
func fitted(size, area fyne.Size, scale float32) (_ fyne.Size, less bool) {
	if scale <= 0 {
		return size, false
	}
	most := fyne.NewSize(area.Width/scale, area.Height/scale).Subtract(surround)
	if size.Width <= most.Width && size.Height <= most.Height {
		return size, false
	}
	return fyne.NewSize(min(size.Width, most.Width), min(size.Height, most.Height)), true
}

// keepSize keeps how large the window is. It waits, but not for long: it is called when the window goes.
func (a *App) keepSize() {
	size := a.window.Canvas().Size()
	if a.window.FullScreen() {
		return
	}
	text := fmt.Sprintf("%.0fx%.0f", size.Width, size.Height)
	if size, ok := parseSize(text); !ok || size == a.sizeKept {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), time.Second) // what ends the window may have ended that
	defer cancel()
	if err := a.d.Settings.Save(ctx, sizeSetting, text); err != nil {
		a.d.Log.Warn("the window's size is not kept", "error", err) // no reason to stay open, or to complain
		return
	}
	a.sizeKept = size
}
