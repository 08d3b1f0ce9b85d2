package mail

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// messageRow is one line of the message list: three lines of text, a dot for unread, icons at the right.
type messageRow struct {
	widget.BaseWidget
	dot                          *kit.Fill
	from, time, subject, preview *kit.Text
	icons                        [3]*kit.Icon // state, flag, attachment; from the right
	rule                         *kit.Fill
	tags                         [2]*kit.Tag
	shown                        int // how many icons there are
}

func newMessageRow() *messageRow {
	r := &messageRow{
		dot:     kit.NewFill("", 4),
		from:    kit.NewLine("", kit.SizeBody, kit.ColorText),
		time:    kit.NewText("", kit.SizeSmall, kit.ColorMuted),
		subject: kit.NewLine("", kit.SizeBody, kit.ColorText),
		preview: kit.NewLine("", kit.SizeSmall, kit.ColorMuted),
		rule:    kit.NewFill(kit.ColorHairline, 0),
	}
	for i := range r.icons {
		r.icons[i] = kit.NewIcon("", kit.ColorMuted, 14)
	}
	for i := range r.tags {
		r.tags[i] = kit.NewTag("", nil, 0)
	}
	r.ExtendBaseWidget(r)
	return r
}

// blank empties the row until its message has been read.
func (r *messageRow) blank() {
	r.dot.Set("")
	for _, t := range []*kit.Text{r.from, r.time, r.subject, r.preview} {
		t.Set("", t.Color, t.Style.Bold)
	}
	r.tag(nil, nil)
	r.mark(nil)
}

// tagWidth is how wide a category may be in the list.
const tagWidth = 92

// tag shows the first categories; hue gives the colour of each.
func (r *messageRow) tag(names []string, hue func(name string) func() kit.Hue) {
	for i, t := range r.tags {
		if i < len(names) {
			t.Set(kit.Cut(names[i], tagWidth-12, 11, fyne.TextStyle{}), hue(names[i]))
		} else {
			t.Set("", nil)
		}
	}
}

type mark struct {
	icon  string
	color fyne.ThemeColorName
}

// fill shows a message. outgoing folders show whom it went to.
func (r *messageRow) fill(m *mirror.MessageRow, outgoing bool, now time.Time) {
	color, dot := kit.ColorText, fyne.ThemeColorName("")
	if !m.Read {
		dot = kit.ColorAccent
	}
	r.dot.Set(dot)
	who := display(m.From)
	if outgoing || m.Draft {
		who = page.T("To {{.Names}}", map[string]any{"Names": names(m.To)})
		if len(m.To) == 0 {
			who = page.T("No recipient")
		}
	}
	r.from.Set(who, color, !m.Read)
	r.time.Set(when.Short(m.Received, now), kit.ColorMuted, !m.Read)
	r.subject.Set(subjectOf(m.Subject), color, !m.Read)
	r.preview.Set(m.Preview, kit.ColorMuted, false)
	var marks []mark
	switch m.Pending {
	case mirror.PendingQueued:
		marks = append(marks, mark{"clock", kit.ColorMuted})
	case mirror.PendingFailed, mirror.PendingConflict:
		marks = append(marks, mark{"warning", kit.ColorBad})
	}
	if m.Flagged {
		marks = append(marks, mark{"flag", kit.ColorWarn})
	}
	if m.HasAttachments {
		marks = append(marks, mark{"attachment", kit.ColorMuted})
	}
	r.mark(marks)
}

func (r *messageRow) mark(marks []mark) {
	for i, icon := range r.icons {
		if i < len(marks) {
			icon.Set(marks[i].icon, marks[i].color)
		} else {
			icon.Set("", kit.ColorMuted)
		}
	}
	r.shown = len(marks)
	r.layout(r.Size())
}

func (r *messageRow) layout(s fyne.Size) {
	const left, right, line = 24, 12, 17
	if s.Width <= left+right {
		return
	}
	width := s.Width - left - right
	r.dot.Move(fyne.NewPos(10, 12))
	r.dot.Resize(fyne.NewSquareSize(8))
	timeWidth := r.time.MinSize().Width
	set := func(o fyne.CanvasObject, x, y, w float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(max(0, w), line))
	}
	set(r.from, left, 7, width-timeWidth-kit.S2)
	set(r.time, s.Width-right-timeWidth, 7, timeWidth)
	x := s.Width - right
	for i, icon := range r.icons {
		icon.Move(fyne.NewPos(s.Width-right-14-float32(i)*18, 25))
		icon.Resize(fyne.NewSquareSize(14))
		if i < r.shown {
			x -= 18
		}
	}
	set(r.subject, left, 24, x-left)
	end := s.Width - right
	for i := len(r.tags) - 1; i >= 0; i-- {
		if w := min(r.tags[i].MinSize().Width, tagWidth); w > 0 {
			end -= w
			r.tags[i].Move(fyne.NewPos(end, 40))
			r.tags[i].Resize(fyne.NewSize(w, line))
			end -= kit.S1
		}
	}
	set(r.preview, left, 40, end-left)
	r.rule.Move(fyne.NewPos(left, s.Height-1))
	r.rule.Resize(fyne.NewSize(s.Width-left, 1))
}

// CreateRenderer implements fyne.Widget.
func (r *messageRow) CreateRenderer() fyne.WidgetRenderer {
	objs := []fyne.CanvasObject{r.dot, r.from, r.time, r.subject, r.preview, r.rule}
	for _, i := range r.icons {
		objs = append(objs, i)
	}
	for _, t := range r.tags {
		objs = append(objs, t)
	}
	return &rowRenderer{r, objs}
}

type rowRenderer struct {
	r    *messageRow
	objs []fyne.CanvasObject
}

func (x *rowRenderer) Layout(s fyne.Size) { x.r.layout(s) }
func (x *rowRenderer) MinSize() fyne.Size { return fyne.NewSize(120, kit.RowThree) }
func (x *rowRenderer) Refresh() {
	for _, o := range x.objs {
		o.Refresh()
	}
}
func (x *rowRenderer) Objects() []fyne.CanvasObject { return x.objs }
func (x *rowRenderer) Destroy()                     {}

// display is what somebody is called: the name, else the address.
func display(a mirror.Address) string {
	if name := strings.Trim(strings.TrimSpace(a.Name), `'"`); name != "" {
		return name
	}
	if a.Addr == "" {
		return page.T("Unknown sender")
	}
	return a.Addr
}

func names(list []mirror.Address) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = display(a)
	}
	return strings.Join(out, ", ")
}

func subjectOf(s string) string {
	if strings.TrimSpace(s) == "" {
		return page.T("(no subject)")
	}
	return s
}
