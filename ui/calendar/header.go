package calendar

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// header is what stands right of the page's title: the period, the way to others, and how many days are shown.
type header struct {
	p      *Page
	object fyne.CanvasObject
	period *fitted
	today  *kit.Button
	modes  *kit.Segmented
	// calendars shows the list of them.
	calendars *kit.Button
	silent    bool
}

func newHeader(p *Page) *header {
	h := &header{p: p, period: newFitted(kit.SizeHeading, kit.ColorText)}
	h.today = kit.NewButton(page.T("Today"), "", func() { p.goToday() })
	h.today.Tip = page.T("Go to today (T)")
	back := kit.NewIconButton("chevron-left", page.T("Back (K or Page Up)"), func() { p.goTo(p.mode.step(p.day, -1)) })
	on := kit.NewIconButton("chevron-right", page.T("Forward (J or Page Down)"), func() { p.goTo(p.mode.step(p.day, 1)) })
	h.modes = kit.NewSegmented([]string{page.T("Day"), page.T("Work week"), page.T("Week")}, func(i int) {
		if !h.silent {
			p.setMode(mode(i))
		}
	})
	h.choose(p.mode)
	h.calendars = kit.NewIconButton("panel", page.T("Calendars (C)"), func() { p.ToggleCalendars() })
	add := kit.NewPrimary("", "add", func() { p.New() })
	add.Tip = page.T("New event (N)")
	h.object = kit.Row(kit.S2, h.today, kit.Row(0, back, on), kit.Grow(kit.Yield(h.period, h.calendars, func() float32 { return leastPeriod })), h.modes, add)
	return h
}

// leastPeriod is the width that the period has before the button beside it gets any: in the smallest window that is not there.
const leastPeriod = 96

// wants is the width under which the period would be cut.
func (h *header) wants() float32 { return h.object.MinSize().Width + h.period.least() }

// choose shows which mode is on, without setting it.
func (h *header) choose(m mode) {
	h.silent = true
	h.modes.Select(int(m))
	h.silent = false
}

func (h *header) update() {
	days := h.p.scene.week.days
	first, last := days[0], days[len(days)-1]
	week := page.T("Week {{.N}}", map[string]any{"N": weekNumber(days)})
	title := when.Period(first, last)
	texts := []string{title + "  ·  " + week, title}
	if first == last {
		texts = append(texts, first.Full(), first.Day())
	} else {
		texts = append(texts, when.PeriodShort(first, last), when.MonthShort(first.Month)+" "+strconv.Itoa(first.Year))
	}
	h.period.set(texts)
}

// weekNumber is the ISO number of the week that most of the days lie in: that of their Thursday, if they have one.
func weekNumber(days []when.Date) int {
	for _, d := range days {
		if d.Weekday() == 4 {
			return d.WeekNumber()
		}
	}
	return days[0].WeekNumber()
}

// fitted is a line that says as much as fits: the first of several texts that is short enough.
type fitted struct {
	widget.BaseWidget
	texts []string
	line  *kit.Text
}

func newFitted(size fyne.ThemeSizeName, c fyne.ThemeColorName) *fitted {
	f := &fitted{line: kit.NewLine("", size, c).Bold()}
	f.ExtendBaseWidget(f)
	return f
}

func (f *fitted) set(texts []string) {
	f.texts = texts
	f.fit()
}

func (f *fitted) fit() {
	if len(f.texts) == 0 {
		return
	}
	text := f.texts[len(f.texts)-1]
	for _, t := range f.texts {
		if fyne.MeasureText(t, kit.Size(f.line.Scale), f.line.Style).Width <= f.Size().Width {
			text = t
			break
		}
	}
	f.line.SetText(text)
}

// least is the width of the shortest text.
func (f *fitted) least() float32 {
	if len(f.texts) == 0 {
		return 0
	}
	return fyne.MeasureText(f.texts[len(f.texts)-1], kit.Size(f.line.Scale), f.line.Style).Width + kit.S2 // other months are wider
}

// Resize implements fyne.CanvasObject.
func (f *fitted) Resize(s fyne.Size) {
	f.BaseWidget.Resize(s)
	f.fit()
}

// CreateRenderer implements fyne.Widget.
func (f *fitted) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.line) }
