package frame

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Rail is the column of pages at the left, with the account at its foot.
type Rail struct {
	// OnAccount hears of a click on the account disc, with the place for a menu.
	OnAccount func(at fyne.Position)

	items  []*railItem
	pages  []page.Page
	disc   *accountDisc
	object fyne.CanvasObject
}

// icons of the pages in the rail, by id. A page without one is reached by other ways.
var icons = map[page.ID]string{page.Calendar: "calendar", page.Mail: "mail", page.People: "people"}

func newRail(pages []page.Page, open func(page.Page)) *Rail {
	r := &Rail{}
	col := kit.Stack(kit.S1)
	for _, p := range pages {
		if icons[p.ID()] == "" {
			continue
		}
		r.pages = append(r.pages, p)
		it := newRailItem(p.Title(), icons[p.ID()], func() { open(p) })
		r.items = append(r.items, it)
		col.Add(it)
	}
	r.disc = newAccountDisc(func() {
		if r.OnAccount != nil {
			d := fyne.CurrentApp().Driver()
			at := d.AbsolutePositionForObject(r.disc).AddXY(r.disc.Size().Width+kit.S1, 0)
			r.OnAccount(at)
		}
	})
	col.Add(kit.Spring())
	col.Add(kit.Row(0, kit.Spring(), r.disc, kit.Spring()))
	r.object = kit.Surface(kit.ColorRail, kit.Inset(col, kit.S2, 6, kit.S3, 6))
	return r
}

// Object is the rail itself.
func (r *Rail) Object() fyne.CanvasObject { return r.object }

func (r *Rail) mark(p page.Page) {
	for i, it := range r.items {
		it.setOn(r.pages[i] == p)
	}
}

// Badge shows a number beside a page's icon, such as unread mail; 0 shows none.
func (r *Rail) Badge(id page.ID, n int) {
	for i, p := range r.pages {
		if p.ID() == id {
			r.items[i].setBadge(n)
		}
	}
}

// Account names whose disc stands at the foot; attention marks it when the person has to sign in again.
func (r *Rail) Account(name, tip string, attention bool) {
	r.disc.set(name, tip, attention)
}

type railItem struct {
	kit.Press
	label, icon string
	on          bool
	badge       int
}

func newRailItem(label, icon string, tapped func()) *railItem {
	it := &railItem{label: label, icon: icon}
	it.OnTapped = tapped
	it.Extend(it)
	return it
}

func (it *railItem) setOn(on bool) {
	if it.on != on {
		it.on = on
		it.Refresh()
	}
}

func (it *railItem) setBadge(n int) {
	if it.badge != n {
		it.badge = n
		it.Refresh()
	}
}

func (it *railItem) CreateRenderer() fyne.WidgetRenderer {
	r := &railItemRenderer{
		it: it, ground: kit.NewFill("", 8), icon: kit.NewIcon(it.icon, kit.ColorMuted, 20),
		text:  kit.NewLine(it.label, kit.SizeTiny, kit.ColorMuted).Aligned(fyne.TextAlignCenter),
		badge: kit.NewFill(kit.ColorAccent, 8), count: kit.NewText("", kit.SizeTiny, kit.ColorOnAccent).Bold().Aligned(fyne.TextAlignCenter),
	}
	r.Refresh()
	return r
}

type railItemRenderer struct {
	it     *railItem
	ground *kit.Fill
	icon   *kit.Icon
	text   *kit.Text
	badge  *kit.Fill
	count  *kit.Text
}

func (r *railItemRenderer) Refresh() {
	fg := kit.ColorMuted
	ground := fyne.ThemeColorName("")
	if r.it.Hovered() {
		ground, fg = kit.ColorHover, kit.ColorText
	}
	if r.it.on {
		ground, fg = kit.ColorAccentSoft, kit.ColorAccent
	}
	r.ground.Color, r.ground.Border = ground, ""
	if r.it.Focused() {
		r.ground.Border = kit.ColorAccent
	}
	r.ground.Refresh()
	r.icon.Set(r.it.icon, fg)
	r.text.Set(r.it.label, fg, r.it.on)
	r.badge.Hidden, r.count.Hidden = r.it.badge == 0, r.it.badge == 0
	r.count.SetText(badgeText(r.it.badge))
	r.Layout(r.it.Size())
}

func badgeText(n int) string {
	if n > 99 {
		return "99+"
	}
	return strconv.Itoa(n)
}

func (r *railItemRenderer) MinSize() fyne.Size { return fyne.NewSize(48, 52) }

func (r *railItemRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	r.icon.Resize(fyne.NewSquareSize(20))
	r.icon.Move(fyne.NewPos((s.Width-20)/2, 8))
	r.text.Resize(fyne.NewSize(s.Width, 14))
	r.text.Move(fyne.NewPos(0, 32))
	w := max(16, r.count.MinSize().Width+8)
	r.badge.Resize(fyne.NewSize(w, 16))
	r.badge.Move(fyne.NewPos(s.Width/2+3, 3))
	r.count.Resize(fyne.NewSize(w, 16))
	r.count.Move(fyne.NewPos(s.Width/2+3, 3))
}

func (r *railItemRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon, r.text, r.badge, r.count}
}
func (r *railItemRenderer) Destroy() {}

// accountDisc is the account's initials; it opens the account menu.
type accountDisc struct {
	kit.Press
	avatar *kit.Avatar
	dot    *kit.Fill
}

func newAccountDisc(tapped func()) *accountDisc {
	d := &accountDisc{avatar: kit.NewAvatar("", 32), dot: kit.NewFill(kit.ColorWarn, 5)}
	d.dot.Border = kit.ColorRail
	d.dot.Hide()
	d.OnTapped = tapped
	d.Extend(d)
	return d
}

func (d *accountDisc) set(name, tip string, attention bool) {
	d.avatar.SetName(name)
	d.Tip = tip
	d.dot.Hidden = !attention
	d.Refresh()
}

func (d *accountDisc) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(kit.Fixed(kit.At(
		kit.Placed(d.avatar, 4, 4, 32, 32), kit.Placed(d.dot, 26, 26, 10, 10)), 40, 40))
}
