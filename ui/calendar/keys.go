package calendar

import (
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"supercrm/ui/page"
)

// TypedRune implements page.Keyed.
func (p *Page) TypedRune(r rune) bool {
	switch unicode.ToLower(r) {
	case 't':
		p.goToday()
	case 'c':
		p.ToggleCalendars()
	case 'j':
		p.goTo(p.mode.step(p.day, 1))
	case 'k':
		p.goTo(p.mode.step(p.day, -1))
	case 'n':
		p.New()
	case '1':
		p.switchTo(modeDay)
	case '2':
		p.switchTo(modeWork)
	case '3':
		p.switchTo(modeWeek)
	default:
		return false
	}
	return true
}

// TypedKey implements page.Keyed.
func (p *Page) TypedKey(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyDown:
		p.walk(1)
	case fyne.KeyUp:
		p.walk(-1)
	case fyne.KeyRight:
		p.stride(1)
	case fyne.KeyLeft:
		p.stride(-1)
	case fyne.KeyPageDown:
		p.goTo(p.mode.step(p.day, 1))
	case fyne.KeyPageUp:
		p.goTo(p.mode.step(p.day, -1))
	case fyne.KeyReturn, fyne.KeyEnter:
		p.enter()
	case fyne.KeyDelete, fyne.KeyBackspace:
		i := p.scene.week.find(p.scene.selected)
		if i < 0 {
			return false
		}
		p.remove(p.scene.week.events[i])
	case fyne.KeyEscape:
		return p.escape()
	default:
		return false
	}
	return true
}

// Commands implements page.Commander.
func (p *Page) Commands() []page.Command {
	ctrl := func(k fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
	}
	return []page.Command{
		{Label: page.T("New event"), Key: "N", Do: p.New},
		{Label: page.T("Open event"), Key: "Enter", Do: p.enter},
		{Label: page.T("Delete event"), Key: "Del", Do: func() { p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete}) }},
		{Label: page.T("Today"), Key: "T", Do: p.goToday},
		{Label: page.T("Next period"), Key: "J", Shortcut: ctrl(fyne.KeyPageDown), Do: func() { p.goTo(p.mode.step(p.day, 1)) }},
		{Label: page.T("Previous period"), Key: "K", Shortcut: ctrl(fyne.KeyPageUp), Do: func() { p.goTo(p.mode.step(p.day, -1)) }},
		{Label: page.T("Show or hide the list of calendars"), Key: "C", Do: p.ToggleCalendars},
		{Label: page.T("Show a day"), Key: "1", Do: func() { p.switchTo(modeDay) }},
		{Label: page.T("Show the work week"), Key: "2", Do: func() { p.switchTo(modeWork) }},
		{Label: page.T("Show the week"), Key: "3", Do: func() { p.switchTo(modeWeek) }},
	}
}

func (p *Page) switchTo(m mode) {
	p.head.choose(m)
	p.setMode(m)
}

func (p *Page) goToday() {
	p.goTo(p.today())
	p.view.scrollSensibly()
}

// enter opens what is selected, answers the question above the grid, or makes an event at the marked place.
func (p *Page) enter() {
	if p.asking != nil {
		p.asking()
		return
	}
	if i := p.scene.week.find(p.scene.selected); i >= 0 {
		p.openPanel(i)
		return
	}
	if p.scene.slot >= 0 {
		p.New()
	}
}

func (p *Page) escape() bool {
	switch {
	case p.view.grid.cancel() && p.asking == nil:
	case p.cancelAsk():
	case p.panel.isOpen():
		p.panel.leave(nil)
	case p.scene.slot >= 0 || p.scene.selected != 0:
		p.scene.slot = -1
		p.clearSelection()
		p.view.update()
	default:
		return false
	}
	return true
}

// walk moves the selection to the next or previous event, over the edge of the period into the next one.
func (p *Page) walk(by int) {
	order := p.scene.week.ordered()
	at := -1
	for i, e := range order {
		if p.scene.week.events[e].ID == p.scene.selected {
			at = i
		}
	}
	switch next := at + by; {
	case at < 0:
		p.start(order)
	case next >= 0 && next < len(order):
		p.show(order[next])
	default:
		p.beyond(by)
	}
}

// stride moves the selection to the nearest event of the next day that has one, in the period or beyond.
func (p *Page) stride(by int) {
	i := p.scene.week.find(p.scene.selected)
	if i < 0 {
		if order := p.scene.week.ordered(); len(order) > 0 {
			p.start(order)
			return
		}
		p.beyond(by)
		return
	}
	if next := p.scene.week.beside(i, by); next >= 0 {
		p.show(next)
		return
	}
	p.beyond(by)
}

// beyond goes on to the next or previous period and selects the event nearest to this one there.
func (p *Page) beyond(by int) {
	p.goTo(p.mode.step(p.day, by))
	p.pick = pickFirst
	if by < 0 {
		p.pick = pickLast
	}
}

// start selects the event that runs now or comes next, else the first one.
func (p *Page) start(order []int) {
	if len(order) == 0 {
		return
	}
	for _, e := range order {
		if ev := &p.scene.week.events[e]; !ev.AllDay && ev.End.After(p.scene.now) {
			p.show(e)
			return
		}
	}
	p.show(order[0])
}
