package mirrored

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/frame"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// facts is how much there is, as four figures with what they mean.
type facts struct {
	figures [4]*kit.Text
	words   [4]*kit.Text
	state   *kit.Paragraph
	object  fyne.CanvasObject
}

func newFacts() *facts {
	f := &facts{state: kit.NewParagraph("", kit.SizeSmall, kit.ColorMuted)}
	row := kit.Row(kit.S3)
	for i, label := range []string{page.T("Messages"), page.T("Attachments"), page.T("Events"), page.T("Contacts")} {
		f.figures[i] = kit.NewLine("", kit.SizeTitle, kit.ColorText).Bold()
		f.words[i] = kit.NewLine("", kit.SizeSmall, kit.ColorMuted)
		row.Add(kit.Grow(kit.Stack(1, kit.NewLine(label, kit.SizeSmall, kit.ColorMuted), f.figures[i], f.words[i])))
	}
	f.object = kit.Stack(kit.S2, row, f.state)
	return f
}

func (f *facts) show(s snapshot, now time.Time) {
	h := s.holdings
	set := func(i int, figure, words string) {
		f.figures[i].SetText(figure)
		f.words[i].SetText(words)
	}
	since := page.T("none yet")
	if !h.Oldest.IsZero() {
		since = page.T("since {{.Date}} · {{.Size}}", map[string]any{"Date": when.DateOf(h.Oldest.Local()).Medium(), "Size": size(h.Bodies)})
	}
	set(0, number(h.Messages), since)
	files := size(h.FileBytes)
	if h.FilesWaiting > 0 {
		files = page.T("{{.Size}} · {{.N}} to look at", map[string]any{"Size": files, "N": number(h.FilesWaiting)})
	}
	set(1, number(h.Files), files)
	set(2, number(h.Events), page.T("up to {{.Date}}", map[string]any{"Date": when.DateOf(h.EventsTo).Medium()}))
	at := page.T("not read yet")
	if !h.ContactsAt.IsZero() {
		at = page.T("as of {{.Time}}", map[string]any{"Time": when.Stamp(h.ContactsAt, now)})
	}
	set(3, number(h.Contacts), at)
	color := kit.ColorMuted
	if s.status.Problem != "" {
		color = kit.ColorWarn
	}
	f.state.Color = color
	f.state.SetText(stateOf(s, now))
	f.state.Refresh()
}

// stateOf says how current it is.
func stateOf(s snapshot, now time.Time) string {
	st, h := s.status, s.holdings
	at := map[string]any{"Time": when.Stamp(h.MailAt, now), "N": number(h.OnServer)}
	trouble := frame.Trouble(st)
	switch {
	case st.Problem != "" && (h.MailAt.IsZero() || frame.OfFile(st)): // then it does not matter how current it is
		return trouble
	case st.Problem != "":
		return page.T("{{.State}} · current as of {{.Time}}", map[string]any{"State": trouble, "Time": at["Time"]})
	case st.SignIn:
		return page.T("Sign in again: until then nothing new comes. What is here stays.")
	case st.Total > 0 && st.Done < st.Total:
		return page.T("Being mirrored: {{.Done}} of {{.Total}} messages", map[string]any{"Done": number(st.Done), "Total": number(st.Total)})
	case st.Offline:
		return page.T("Offline. What is here can be read and edited.")
	case h.MailAt.IsZero():
		return page.T("The first round is under way.")
	case h.OnServer > h.Messages:
		return page.T("Current as of {{.Time}} · the mailbox holds {{.N}} messages in all", at)
	}
	return page.T("Current as of {{.Time}}", at)
}

// choice is a row of values of which one is on. One that is none of the values shows none.
type choice[T comparable] struct {
	*kit.Segmented
	values []T
}

func newChoice[T comparable](values []T, labels []string, chosen func(T)) *choice[T] {
	c := &choice[T]{values: values}
	c.Segmented = kit.NewSegmented(labels, func(i int) { chosen(values[i]) })
	return c
}

// show marks a value without telling anybody.
func (c *choice[T]) show(v T) {
	told := c.OnChange
	c.OnChange = nil
	c.Select(slices.Index(c.values, v))
	c.OnChange = told
}

// mailPart chooses how far back mail reaches.
type mailPart struct {
	p      *Panel
	months *choice[int]
	older  *fyne.Container
	words  *kit.Text
	remove *kit.Button
	object fyne.CanvasObject
}

func newMail(p *Panel) *mailPart {
	m := &mailPart{p: p}
	labels := make([]string, len(mirror.Months))
	for i, n := range mirror.Months {
		labels[i] = page.T("{{.N}} months", map[string]any{"N": n})
		if n == 0 {
			labels[i] = page.T("Everything")
		}
	}
	m.months = newChoice(mirror.Months, labels, func(n int) { p.choose(func(c *mirror.Choice) { c.Months = n }) })
	m.words = kit.NewLine("", kit.SizeSmall, kit.ColorText)
	m.remove = kit.NewButton(page.T("Remove from this computer"), "", m.trim)
	m.older = kit.Row(kit.S2, kit.Grow(m.words), m.remove)
	m.object = part("mail", page.T("Mail"), kit.Row(0, m.months.Segmented),
		kit.NewParagraph(page.T("Older mail stays in the mailbox, where a search finds it and opens it. A longer time is read at once; a shorter one removes nothing by itself."), kit.SizeSmall, kit.ColorMuted), m.older)
	return m
}

func (m *mailPart) show(s snapshot) {
	m.months.show(s.choice.Months)
	m.older.Hidden = s.holdings.Before == 0
	m.words.SetText(page.N("{{.N}} message here is older than that", "{{.N}} messages here are older than that", s.holdings.Before))
}

func (m *mailPart) focus(c fyne.Canvas) { c.Focus(m.months.Choices()[max(0, m.months.Selected())]) }

func (m *mailPart) trim() {
	account := m.p.account
	m.remove.Disable()
	m.p.host.Go("remove older mail", func(ctx context.Context) {
		n, err := m.p.data.Trim(ctx, account)
		m.p.host.Do(func() {
			m.remove.Enable()
			if err != nil {
				m.p.host.Fail(page.T("remove older mail from this computer"), err)
			} else {
				m.p.host.Toast(page.N("{{.N}} message removed from this computer. The mailbox still has it.", "{{.N}} messages removed from this computer. The mailbox still has them.", n), nil)
			}
			m.p.load()
		})
	})
}

// filesPart chooses which attachments are kept.
type filesPart struct {
	each   *choice[int64]
	all    *choice[int64]
	total  fyne.CanvasObject
	object fyne.CanvasObject
}

func newFiles(p *Panel) *filesPart {
	f := &filesPart{}
	each := []int64{0, 256 << 10, 1 << 20, 5 << 20, mirror.MaxFile}
	f.each = newChoice(each, []string{page.T("None"), "256 KB", "1 MB", "5 MB", "25 MB"}, func(n int64) { p.choose(func(c *mirror.Choice) { c.FileLimit = n }) })
	all := []int64{100 << 20, 500 << 20, 2 << 30, 10 << 30}
	f.all = newChoice(all, []string{"100 MB", "500 MB", "2 GB", "10 GB"}, func(n int64) { p.choose(func(c *mirror.Choice) { c.FilesLimit = n }) })
	label := func(text string) fyne.CanvasObject {
		return kit.Fixed(kit.NewText(text, kit.SizeSmall, kit.ColorMuted), 72, 0)
	}
	f.total = kit.Row(kit.S2, label(page.T("Together")), f.all.Segmented)
	f.object = part("attachment", page.T("Attachments"), kit.Row(kit.S2, label(page.T("Each up to")), f.each.Segmented), f.total,
		kit.NewParagraph(page.T("Kept for opening offline; larger ones are fetched when you open them. Where room runs out, those of the oldest mail give way."), kit.SizeSmall, kit.ColorMuted))
	return f
}

func (f *filesPart) show(s snapshot) {
	f.each.show(s.choice.FileLimit)
	f.all.show(s.choice.FilesLimit)
	for _, b := range f.all.Choices() {
		if s.choice.FileLimit == 0 {
			b.Disable()
		} else {
			b.Enable()
		}
	}
}

// number writes a count with its thousands parted: by a comma where the month comes first, else by a space.
func number(n int) string {
	part := "\u00a0"
	if when.Current().Order == when.MonthFirst {
		part = ","
	}
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + part + s[i:]
	}
	return s
}

// size writes bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return page.T("{{.N}} bytes", map[string]any{"N": n})
	case n < 1000*1000:
		return strconv.FormatInt((n+500)/1000, 10) + " KB"
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
