package main

import (
	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// workArea is how much of the main screen windows may cover, taskbars and panels left out, in the units in which windows
// are measured there: pixels, or points on macOS. Fyne does not tell; it has initialised the library it draws with, by
// the time that it has made a window. To be called on the UI thread.
func workArea() (size fyne.Size, ok bool) {
	defer func() {
		if recover() != nil { // not initialised, or a driver without screens
			size, ok = fyne.Size{}, false
		}
	}()
	m := glfw.GetPrimaryMonitor()
	if m == nil {
		return fyne.Size{}, false
	}
	_, _, w, h := m.GetWorkarea()
	return fyne.NewSize(float32(w), float32(h)), w > 0 && h > 0
}
