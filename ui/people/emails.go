package people

import (
	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// emails edits the addresses of a person: a line for each, the first being the primary one.
type emails struct {
	focus   func(fyne.Focusable)
	changed func()
	send    func()
	escape  func()
	lines   []*emailLine
	rows    *fyne.Container
	object  fyne.CanvasObject
}

type emailLine struct {
	entry *kit.Entry
	wrong *kit.Text
	link  *kit.Button // to whom the address belongs
	under *fyne.Container
	box   *fyne.Container
}

func newEmails(focus func(fyne.Focusable)) *emails {
	e := &emails{focus: focus, rows: kit.Stack(kit.S1)}
	add := kit.NewLink(page.T("Add an address"), "add", func() {
		line := e.add("")
		e.focus(line.entry)
	})
	label := kit.NewText(page.T("E-mail"), kit.SizeSmall, kit.ColorMuted)
	e.object = kit.Stack(3, label, e.rows, kit.Row(0, add))
	return e
}

// set fills the lines; there is always one to type in.
func (e *emails) set(addrs []string) {
	e.lines, e.rows.Objects = nil, nil
	for _, a := range addrs {
		e.add(a)
	}
	if len(addrs) == 0 {
		e.add("")
	}
	e.rows.Refresh()
}

func (e *emails) add(addr string) *emailLine {
	l := &emailLine{entry: kit.NewEntry(page.T("name@example.com"), false), wrong: kit.NewText("", kit.SizeSmall, kit.ColorBad)}
	l.entry.Fill(addr)
	l.entry.OnEdit = func(string) {
		l.setWrong("", nil)
		e.changed()
	}
	l.entry.OnSend, l.entry.OnEscape = e.send, e.escape
	l.link = kit.NewLink(page.T("Open"), "", nil)
	l.under = inline(l.wrong, l.link)
	l.under.Hide()
	remove := kit.NewIconButton("close", page.T("Remove this address"), func() { e.remove(l) })
	l.box = kit.Stack(2, kit.Row(kit.S1, kit.Grow(l.entry), remove), l.under)
	e.lines = append(e.lines, l)
	e.rows.Add(l.box)
	return l
}

func (e *emails) remove(l *emailLine) {
	for i := range e.lines {
		if e.lines[i] == l {
			e.lines = append(e.lines[:i], e.lines[i+1:]...)
			e.rows.Remove(l.box)
			break
		}
	}
	if len(e.lines) == 0 {
		e.add("")
	}
	e.changed()
}

// texts are the lines as typed, blank ones too.
func (e *emails) texts() []string {
	out := make([]string, len(e.lines))
	for i, l := range e.lines {
		out[i] = l.entry.Text
	}
	return out
}

func (e *emails) clearWrong() {
	for _, l := range e.lines {
		l.setWrong("", nil)
	}
}

// setWrong says below a line what is wrong with it, and where to look.
func (l *emailLine) setWrong(why string, open func()) {
	if why == "" && !l.under.Visible() {
		return
	}
	l.wrong.SetText(why)
	l.link.Hidden = open == nil
	l.link.OnTapped = open
	l.under.Hidden = why == ""
	l.under.Refresh()
	l.box.Refresh()
}
