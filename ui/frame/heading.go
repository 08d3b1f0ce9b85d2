package frame

import (
	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// heading sets the page's title before the page's own actions, which take the rest. Where a page says that it wants more than
// that, the title gives way.
type heading struct{ f *Frame }

func (h heading) wants() (float32, bool) {
	c, ok := h.f.current.(page.Crowded)
	if !ok {
		return 0, false
	}
	return c.HeaderWants(), true
}

// MinSize implements fyne.Layout.
func (h heading) MinSize(objs []fyne.CanvasObject) fyne.Size {
	title, actions := objs[0].MinSize(), objs[1].MinSize()
	size := fyne.NewSize(actions.Width, max(title.Height, actions.Height))
	if _, gives := h.wants(); !gives {
		size.Width += title.Width + kit.S3
	}
	return size
}

// Layout implements fyne.Layout.
func (h heading) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	title, actions := objs[0], objs[1]
	m := title.MinSize()
	from := m.Width + kit.S3
	if wants, _ := h.wants(); s.Width-from < wants {
		title.Hide()
		from = 0
	} else {
		title.Show()
		title.Resize(m)
		title.Move(fyne.NewPos(0, (s.Height-m.Height)/2))
	}
	actions.Resize(fyne.NewSize(s.Width-from, s.Height))
	actions.Move(fyne.NewPos(from, 0))
}
