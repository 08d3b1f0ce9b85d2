package uitest

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/ui/kit"
)

// seen walks the visible objects below one, as laid out.
func seen(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch x := o.(type) {
	case *fyne.Container:
		for _, c := range x.Objects {
			seen(c, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(x).Objects() {
			seen(c, visit)
		}
	}
}

// Texts are the words on the screen below an object, buttons' labels included, in drawing order.
func Texts(o fyne.CanvasObject) []string {
	var out []string
	seen(o, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Text:
			if x.Text() != "" {
				out = append(out, x.Text())
			}
		case *kit.Paragraph:
			out = append(out, x.Text())
		}
	})
	return out
}

// Shows tells whether words are on the screen below an object.
func Shows(o fyne.CanvasObject, words string) bool {
	return slices.ContainsFunc(Texts(o), func(s string) bool { return strings.Contains(s, words) })
}

// Press taps the first visible button with a label or tooltip, and tells whether there was one that answers.
func Press(o fyne.CanvasObject, label string) bool {
	var found *kit.Button
	seen(o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && found == nil && !b.Disabled() && (b.Label == label || b.Tip == label) {
			found = b
		}
	})
	if found == nil {
		return false
	}
	test.Tap(found)
	return true
}
