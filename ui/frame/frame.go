// Package frame is the window's furniture around the pages: the rail, the page header, the who panel's place, the status
// line, and the toasts. It decides which page is seen; it does not know what is on one.
package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// The fixed extents, in pixels.
const (
	railWidth    = 68
	headerHeight = 52
	statusHeight = 28
	whoWidth     = 280
)

// Frame holds the pages. Its methods are called on the UI thread.
type Frame struct {
	Rail   *Rail
	Status *Status
	Toasts *Toasts

	pages   []page.Page
	current page.Page
	// OnPage hears of a page coming into view.
	OnPage func(page.Page)
	// OnLeave is called before another page comes into view: what had the keyboard must let go of it, or keys meant for
	// the new page go to one that nobody sees.
	OnLeave func()
	// OnSearch hears of a click on the search box, which only looks like one: the palette is the real one.
	OnSearch func()

	who     fyne.CanvasObject
	whoBox  *fyne.Container
	whoShow *kit.Button
	title   *kit.Text
	actions *fyne.Container
	body    *fyne.Container
	middle  *fyne.Container
	header  *fyne.Container
	notice  *fyne.Container
	notices map[page.ID]fyne.CanvasObject
	object  fyne.CanvasObject
	hidden  bool // the person has folded the who panel away
}

// New returns the frame with its pages in the rail; the first is not shown until Show. who is the panel on the right.
func New(pages []page.Page, who fyne.CanvasObject, do func(func())) *Frame {
	f := &Frame{pages: pages, who: who, title: kit.NewText("", kit.SizeTitle, kit.ColorText).Bold()}
	f.Rail = newRail(pages, func(p page.Page) { f.Show(p.ID()) })
	f.Status = newStatus()
	f.Toasts = newToasts(do)
	f.actions = container.NewStack()
	f.whoShow = kit.NewIconButton("panel", page.T("Show or hide the person panel"), func() { f.SetWhoHidden(!f.hidden) })
	f.whoShow.SetOn(true)
	f.body = container.NewStack()
	f.notice, f.notices = container.NewStack(), map[page.ID]fyne.CanvasObject{}
	f.notice.Hide()

	search := kit.NewButton(page.T("Search"), "search", func() {
		if f.OnSearch != nil {
			f.OnSearch()
		}
	})
	search.Tip = page.T("Search and commands (Ctrl+K)")
	f.header = kit.Row(kit.S3, kit.Grow(container.New(heading{f}, f.title, f.actions)), search, f.whoShow)
	header := kit.Fixed(kit.Inset(f.header, 0, kit.S3, 0, kit.S4), 0, headerHeight)
	f.whoBox = kit.Fixed(kit.Columns(0, kit.HairlineUpright(), kit.Grow(kit.Surface(kit.ColorPane, who))), whoWidth, 0)
	f.middle = kit.Columns(0, kit.Grow(kit.Surface(kit.ColorPage, kit.Stack(0, header, kit.Hairline(), f.notice, kit.Grow(f.body)))), f.whoBox)
	status := kit.Stack(0, kit.Hairline(), kit.Fixed(kit.Surface(kit.ColorRail, f.Status.Object()), 0, statusHeight))
	main := kit.Stack(0, kit.Grow(f.middle), status)
	f.object = kit.Columns(0, kit.Fixed(f.Rail.Object(), railWidth, 0), kit.HairlineUpright(), kit.Grow(main))
	return f
}

// Object is the frame itself.
func (f *Frame) Object() fyne.CanvasObject { return f.object }

// Current is the page in view, or nil.
func (f *Frame) Current() page.Page { return f.current }

// Page finds a page by its id, or nil.
func (f *Frame) Page(id page.ID) page.Page {
	for _, p := range f.pages {
		if p.ID() == id {
			return p
		}
	}
	return nil
}

// Show brings a page into view.
func (f *Frame) Show(id page.ID) {
	p := f.Page(id)
	if p == nil || p == f.current {
		return
	}
	if f.current != nil {
		f.current.Hidden()
	}
	if f.OnLeave != nil {
		f.OnLeave()
	}
	f.current = p
	f.Rail.mark(p)
	f.title.SetText(p.Title())
	f.Header()
	f.body.Objects = []fyne.CanvasObject{p.Object()}
	f.body.Refresh()
	f.placeNotice()
	f.placeWho()
	p.Shown()
	if f.OnPage != nil {
		f.OnPage(p)
	}
}

// Header shows the current page's header again, after it has changed.
func (f *Frame) Header() {
	f.actions.Objects = nil
	if h := f.current.Header(); h != nil {
		f.actions.Objects = []fyne.CanvasObject{h}
	}
	f.actions.Refresh()
}

// SetNotice puts something that stays between a page's header and the page, or takes it away with nil.
func (f *Frame) SetNotice(id page.ID, o fyne.CanvasObject) {
	if o == nil {
		delete(f.notices, id)
	} else {
		f.notices[id] = o
	}
	f.placeNotice()
}

func (f *Frame) placeNotice() {
	f.notice.Objects = nil
	if f.current != nil && f.notices[f.current.ID()] != nil {
		f.notice.Objects = []fyne.CanvasObject{f.notices[f.current.ID()]}
	}
	f.notice.Hidden = len(f.notice.Objects) == 0
	f.middle.Refresh()
}

// SetWhoHidden folds the who panel away or brings it back.
func (f *Frame) SetWhoHidden(hidden bool) {
	f.hidden = hidden
	f.whoShow.SetOn(!hidden)
	f.placeWho()
}

func (f *Frame) placeWho() {
	alone, ok := f.current.(page.Alone)
	hides := ok && alone.HidesWho()
	f.whoShow.Hidden = hides
	f.whoBox.Hidden = f.hidden || hides
	f.header.Refresh()
	f.middle.Refresh()
}
