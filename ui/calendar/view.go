package calendar

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// panelWidth is the event panel's; from dockWidth on it stands beside the grid, below that it lies over its right part.
const (
	panelWidth float32 = 340
	dockWidth  float32 = 860
	// sideBeside is how wide the grid stays beside the list of calendars; in a narrower page the list lies over it.
	sideBeside float32 = 480
)

// view is the page's picture: notices, day heads, all-day row, grid, and the event panel at the right.
type view struct {
	p      *Page
	heads  *heads
	allDay *allDay
	grid   *grid
	notice *fyne.Container // a question or a failure, above everything
	column *fyne.Container
	empty  fyne.CanvasObject
	side   *sidebar
	object *fyne.Container

	sensibly bool // a first scroll is due as soon as there is a size
	broken   bool // the notice tells of a failed reading
}

func newView(p *Page) *view {
	v := &view{p: p}
	a := actions{
		Select: func(i int) { p.choosing(i) },
		Open:   func(i int) { p.openPanel(i) },
		Ground: func(d when.Date, minute int) {
			p.clearSelection()
			p.scene.day, p.scene.slot, p.scene.slotLong = d, minute, 0
			v.update()
		},
		Create: p.create,
		Drop:   p.drop,
		Refuse: p.refuse,
	}
	v.grid = newGrid(p.scene, a)
	v.grid.keys = p.TypedKey
	v.grid.runes = func(r rune) bool {
		if !p.TypedRune(r) {
			page.PassOn(p.host, r)
		}
		return true
	}
	v.grid.ended = p.settle
	v.heads = newHeads(p.scene, func(d when.Date) {
		p.day, p.mode = d, modeDay
		p.head.choose(modeDay)
		p.goTo(d)
	})
	v.allDay = newAllDay(p.scene, a, func() { v.column.Refresh() })
	v.allDay.ended = p.settle
	v.notice = kit.Stack(0)
	v.notice.Hide()
	v.column = kit.Stack(0, v.notice, v.heads, kit.Hairline(), v.allDay, kit.Hairline(), kit.Grow(kit.Flat(v.grid.scroll)))
	v.empty = p.noAccount()
	v.empty.Hide()
	v.side = newSidebar(p)
	v.object = container.New(&beside{v}, container.NewStack(v.column, v.empty), v.side.object, p.panel.object)
	return v
}

// beside lays the list of calendars out at the left of the grid and the panel at its right, or over it where there is little
// room.
type beside struct{ v *view }

func (b *beside) MinSize(objs []fyne.CanvasObject) fyne.Size { return fyne.NewSize(420, 320) }

func (b *beside) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	main, side, panel := objs[0], objs[1], objs[2]
	left, width := float32(0), s.Width
	if side.Visible() {
		side.Resize(fyne.NewSize(sidebarWidth, s.Height))
		side.Move(fyne.NewPos(0, 0))
		if s.Width-sidebarWidth >= sideBeside {
			left, width = sidebarWidth, width-sidebarWidth
		}
	}
	if panel.Visible() {
		w := min(panelWidth, s.Width-40)
		panel.Resize(fyne.NewSize(w, s.Height))
		panel.Move(fyne.NewPos(s.Width-w, 0))
		if width >= dockWidth {
			width -= w
		}
	}
	main.Move(fyne.NewPos(left, 0))
	main.Resize(fyne.NewSize(width, s.Height))
	if b.v.sensibly {
		b.v.scrollSensibly()
	}
}

func (v *view) update() {
	v.heads.update()
	v.allDay.update()
	v.grid.update()
}

// showing tells whether a day is among those shown.
func (v *view) showing(d when.Date) bool { return v.p.scene.week.dayOf(d) >= 0 }

// ready shows the grid, or what to do without an account.
func (v *view) ready(accounts bool) {
	if v.broken {
		v.clearNotice()
	}
	if accounts == v.column.Visible() {
		return
	}
	if v.column.Hidden = !accounts; accounts {
		v.empty.Hide()
	} else {
		v.empty.Show()
	}
	v.object.Refresh()
}

// failed tells that the calendar could not be read; what was shown stays.
func (v *view) failed(err error) {
	v.setNotice(kit.NewBanner(kit.Bad, page.T("The calendar could not be read"),
		page.T("What you see may be old. {{.Why}}", map[string]any{"Why": v.p.host.Explain("read the calendar", err)}),
		kit.NewButton(page.T("Try again"), "sync", v.p.load)))
	v.broken = true
}

func (v *view) setNotice(o fyne.CanvasObject) {
	v.broken = false
	v.notice.Objects = []fyne.CanvasObject{kit.Inset(o, kit.S2, kit.S3, kit.S2, kit.S3)}
	v.notice.Show()
	v.column.Refresh()
	v.column.Refresh() // the first one told the words how wide they are, and so how high
}

func (v *view) clearNotice() {
	v.broken = false
	if v.notice.Visible() {
		v.notice.Objects = nil
		v.notice.Hide()
		v.column.Refresh()
	}
}

// scrollSensibly shows the working day from 07:30, and from later on only while the line for now would be below the
// view: at night nobody looks for the hours around midnight, but for tomorrow's.
func (v *view) scrollSensibly() {
	height := v.grid.scroll.Size().Height
	if height <= 0 {
		v.sensibly = true
		return
	}
	v.sensibly = false
	top := yOf(7*60 + 30)
	if v.showing(v.p.today()) {
		minute := wall(v.p.opt.Now(), v.p.opt.Zone)
		if now := yOf(minute); minute < workTo && now > top+height-yOf(60) {
			top = now - height/2
		}
	}
	v.grid.scrollTo(top)
}
