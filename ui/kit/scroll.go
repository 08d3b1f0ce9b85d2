package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// SetContent puts something else into a scroll that is on the screen. To set it and refresh the scroll is not enough: that
// refreshes only the content, which the window does not know before it has painted it, and so paints nothing until
// something else changes (fyne v2.8.1, internal/widget/scroller.go).
func SetContent(s *container.Scroll, o fyne.CanvasObject) {
	s.Content = o
	s.Refresh()
	canvas.Refresh(s)
}
