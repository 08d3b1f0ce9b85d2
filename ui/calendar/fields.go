package calendar

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// momentField is a day and a time of day to type or to pick, with a place for what is wrong with them.
type momentField struct {
	p      *Page
	value  moment // the last that could be read
	bad    string // why what stands there cannot be read, or ""
	edited func()

	day, time *kit.Entry
	timeBox   *fyne.Container
	wrong     *kit.Text
	object    *fyne.Container
}

func newMomentField(p *Page, label string, edited func()) *momentField {
	f := &momentField{p: p, edited: edited, day: kit.NewEntry(page.T("Day"), false), time: kit.NewEntry(page.T("Time"), false),
		wrong: kit.NewLine("", kit.SizeSmall, kit.ColorBad)}
	f.wrong.Hide()
	var pick *kit.Button
	pick = kit.NewIconButton("calendar", page.T("Choose a day"), func() { f.choose(pick) })
	f.timeBox = kit.Fixed(f.time, 88, 0)
	f.object = kit.Stack(3, kit.NewText(label, kit.SizeSmall, kit.ColorMuted),
		kit.Row(kit.S1, kit.Grow(f.day), pick, f.timeBox), f.wrong)
	for _, e := range []*kit.Entry{f.day, f.time} {
		e.OnEdit = func(string) { f.read() }
		e.OnBlur = f.tidy
	}
	return f
}

// set shows a moment without telling edited.
func (f *momentField) set(m moment) {
	f.value, f.bad = m, ""
	f.setWrong("")
	f.tidy()
}

// tidy writes what was understood in the program's own way; what was not stays as typed, and is told.
func (f *momentField) tidy() {
	if f.bad != "" {
		f.setWrong(f.bad)
		return
	}
	f.day.Fill(f.value.day.Full())
	f.time.Fill(when.Clock(f.value.minute))
}

// read takes what was typed.
func (f *momentField) read() {
	bad := ""
	day, ok := when.ParseDate(f.day.Text, f.p.today())
	if !ok {
		bad = page.T("Not a day: try 23 Nov, 2026-11-23 or Fri")
	}
	minute := f.value.minute
	if f.timeBox.Visible() {
		m, okTime := when.ParseClock(f.time.Text)
		if !okTime && bad == "" {
			bad = page.T("Not a time: try 9, 9:30 or 14:00")
		}
		minute, ok = m, ok && okTime
	}
	f.bad = bad
	if ok {
		f.value = moment{day, minute}
		if minute == dayMinutes { // 24:00 is the next day's beginning
			f.value = moment{day.Add(1), 0}
		}
	}
	if bad == "" {
		f.setWrong("") // told only when saving or leaving the field, taken back at once
	}
	f.edited()
}

func (f *momentField) setWrong(why string) {
	f.wrong.SetText(why)
	if f.wrong.Hidden == (why == "") {
		return
	}
	f.wrong.Hidden = why == ""
	f.object.Refresh()
}

// setTimed shows or hides the time of day.
func (f *momentField) setTimed(on bool) {
	if f.timeBox.Visible() != on {
		f.timeBox.Hidden = !on
		f.object.Refresh()
	}
}

// choose opens a month below the field.
func (f *momentField) choose(below fyne.CanvasObject) {
	c := f.p.host.Window().Canvas()
	var pop *widget.PopUp
	m := newMonth(f.value.day, f.p.today(), func(d when.Date) {
		pop.Hide()
		f.value.day, f.bad = d, ""
		f.day.Fill(d.Full())
		f.read()
		f.tidy()
	}, func() { pop.Hide() })
	pop = widget.NewPopUp(m, c)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(below)
	size := m.MinSize()
	x := min(at.X+below.Size().Width-size.Width, c.Size().Width-size.Width-kit.S3)
	y := at.Y + below.Size().Height + 2
	if y+size.Height > c.Size().Height-kit.S3 {
		y = max(kit.S1, at.Y-size.Height-kit.S2)
	}
	pop.ShowAtPosition(fyne.NewPos(max(kit.S1, x), y))
	c.Focus(m)
}
