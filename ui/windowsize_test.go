package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"supercrm/ui"
)

// The window opens as large as it was, unless that is nothing that a person would have chosen.
func TestTheWindowKeepsItsSize(t *testing.T) {
	h := newHouse(t)
	h.start()
	if got := h.win.Window().Canvas().Size(); got != fyne.NewSize(1280, 800) {
		t.Errorf("it opens first at %v", got)
	}
	size := fyne.NewSize(1011, 701)
	h.win.Window().Resize(size)
	h.end()
	h.start()
	if got := h.win.Window().Canvas().Size(); got != size {
		t.Errorf("it opens again at %v", got)
	}
	for text, want := range map[string]fyne.Size{"1011x701": size, "": {}, "12x8": {}, "1e3x700": {}, "-1280x800": {}, "999999x999999": {}, "x": {}} {
		if got, ok := ui.ParseSize(text); got != want || ok != (want != fyne.Size{}) {
			t.Errorf("%q gives %v, %v", text, got, ok)
		}
	}
}

func TestTheWindowFitsItsScreen(t *testing.T) {
	for _, c := range []struct {
		name       string
		size, area fyne.Size
		scale      float32
		want       fyne.Size
		less       bool
	}{
		{"there is room", fyne.NewSize(1280, 800), fyne.NewSize(1920, 1040), 1, fyne.NewSize(1280, 800), false},
		{"a laptop at 150 %", fyne.NewSize(1280, 800), fyne.NewSize(1920, 1020), 1.5, fyne.NewSize(1272, 640), true},
		{"a low screen", fyne.NewSize(1280, 800), fyne.NewSize(1366, 728), 1, fyne.NewSize(1280, 688), true},
		{"a screen that went", fyne.NewSize(3000, 1800), fyne.NewSize(1440, 875), 1, fyne.NewSize(1432, 835), true},
		{"no scale yet", fyne.NewSize(1280, 800), fyne.NewSize(640, 480), 0, fyne.NewSize(1280, 800), false},
	} {
		if got, less := ui.Fitted(c.size, c.area, c.scale); got != c.want || less != c.less {
			t.Errorf("%s: %v, %v", c.name, got, less)
		}
	}
}
