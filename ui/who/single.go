package who

import (
	"reflect"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// single shows one person. Its parts are drawn again only when what they show has changed, so that the form for adding
// keeps what was typed while mail comes in.
type single struct {
	panel  *Panel
	addr   string
	member member
	contact
	drawn bool
	day   when.Date // on which the contact was drawn

	head, facts, add, met, recent, notes *fyne.Container

	form   *addForm
	object fyne.CanvasObject
}

func newSingle(p *Panel, addr string) *single {
	s := &single{panel: p, addr: addr}
	for _, box := range []**fyne.Container{&s.head, &s.facts, &s.add, &s.met, &s.recent, &s.notes} {
		*box = kit.Stack(0)
	}
	all := kit.Stack(0)
	if len(p.parties) > 1 {
		back := kit.NewLink(page.N("Back to {{.N}} person", "Back to {{.N}} people", len(p.parties)), "chevron-left", func() { p.look("") })
		all.Add(kit.Inset(kit.Row(0, back), kit.S2, kit.S2, 0, kit.S2))
	}
	all.Add(s.head)
	for _, box := range []*fyne.Container{s.facts, s.add, s.met, s.recent, s.notes} {
		all.Add(box)
	}
	s.object = kit.Inset(all, 0, 0, kit.S4, 0)
	return s
}

func (s *single) set(m member, c contact) {
	if !s.drawn || !reflect.DeepEqual(m, s.member) {
		s.member = m
		s.drawHead()
		s.drawFacts()
		s.drawAdd()
		s.drawNotes()
	}
	// The words for times, such as "today", age with the day.
	if today := when.DateOf(s.panel.now().Local()); !s.drawn || today != s.day || !reflect.DeepEqual(c, s.contact) {
		s.contact, s.day = c, today
		s.drawContact()
	}
	s.drawn = true
}

func (s *single) drawHead() {
	m := s.member
	name := kit.NewLine(m.name(), kit.SizeHeading, kit.ColorText).Bold()
	lines := kit.Stack(1, name)
	switch {
	case m.Person != nil:
		for _, text := range []string{m.Person.Role, m.Person.CompanyName} {
			if text != "" {
				lines.Add(kit.NewLine(text, kit.SizeSmall, kit.ColorMuted))
			}
		}
	case m.name() != m.Party.Addr:
		lines.Add(kit.NewLine(m.Party.Addr, kit.SizeSmall, kit.ColorMuted))
	}
	chips := kit.Row(kit.S1)
	switch {
	case m.Self:
		chips.Add(kit.NewChip(page.T("You"), kit.Neutral))
	case m.Person == nil && m.Colleague:
		chips.Add(kit.NewChip(page.T("Your organization"), kit.Neutral))
	case m.Person == nil:
		chips.Add(kit.NewChip(page.T("Not in your CRM"), kit.Neutral))
	case m.Company != nil && m.Company.Industry != "":
		chips.Add(kit.NewChip(excerpt(m.Company.Industry, 28), kit.Neutral))
	}
	if len(chips.Objects) > 0 {
		lines.Add(kit.Inset(chips, kit.S1, 0, 0, 0))
	}
	words := kit.Stack(0, kit.Spring(), lines, kit.Spring())
	portrait := kit.Stack(0, kit.NewAvatar(m.name(), 44), kit.Spring())
	top := kit.Columns(kit.S3, portrait, kit.Grow(words))
	s.head.Objects = []fyne.CanvasObject{kit.Inset(top, kit.S4, kit.S4, kit.S3, kit.S4)}
	if !m.Self {
		s.head.Add(kit.Inset(s.actions(), 0, kit.S4, kit.S2, kit.S4))
	}
	s.head.Refresh()
}

func (s *single) actions() fyne.CanvasObject {
	host, m := s.panel.host, s.member
	row := kit.Row(6,
		kit.NewButton(page.T("Mail"), "mail", func() { host.Compose(page.Mail, m.name(), m.Party.Addr) }),
		kit.NewButton(page.T("Meeting"), "calendar", func() { host.Compose(page.Calendar, m.name(), m.Party.Addr) }),
	)
	if m.Person != nil {
		open := kit.NewButton("", "person", func() { host.Open(page.People, m.Person.ID) })
		open.Tip = page.T("Open record")
		row.Add(open)
	}
	return row
}

func (s *single) drawFacts() {
	m, box := s.member, kit.Stack(0)
	add := func(icon, text, tip string, tapped func()) {
		if text == "" {
			return
		}
		item := kit.NewItem(icon, text, "", tapped)
		item.Tip = tip
		box.Add(item)
	}
	host := s.panel.host
	if m.Person != nil {
		for _, addr := range m.Person.Emails {
			add("mail", addr, page.T("Write to {{.Addr}}", map[string]any{"Addr": addr}), func() { host.Compose(page.Mail, m.Person.Name, addr) })
		}
		add("phone", m.Person.Phone, page.T("Copy the number"), func() { Copy(host, m.Person.Phone) })
		add("mobile", m.Person.Mobile, page.T("Copy the number"), func() { Copy(host, m.Person.Mobile) })
		add("location", m.Person.City, "", nil)
	} else if o := m.Outlook; o != nil {
		work := o.JobTitle
		if o.Company != "" {
			if work != "" {
				work += " · "
			}
			work += o.Company
		}
		add("company", work, page.T("From your Outlook contacts"), nil)
		for _, number := range o.Phones {
			add("phone", number, page.T("Copy the number"), func() { Copy(host, number) })
		}
		add("mobile", o.Mobile, page.T("Copy the number"), func() { Copy(host, o.Mobile) })
		add("location", o.City, "", nil)
		box.Add(kit.Inset(kit.NewLine(page.T("From your Outlook contacts"), kit.SizeSmall, kit.ColorMuted), 2, kit.S2, 0, kit.S2))
	} else if m.Company != nil {
		add("company", m.Company.Name, page.T("Known by the mail domain {{.Domain}}", map[string]any{"Domain": m.Company.Domain}), nil)
		add("phone", m.Company.Phone, page.T("Copy the number"), func() { Copy(host, m.Company.Phone) })
		add("location", m.Company.City, "", nil)
	}
	s.facts.Objects = nil
	if len(box.Objects) > 0 {
		s.facts.Objects = []fyne.CanvasObject{kit.Inset(box, 0, kit.S2, 0, kit.S2)}
	}
	s.facts.Refresh()
}

// Copy puts a text on the clipboard and says so.
func Copy(host page.Host, text string) {
	fyne.CurrentApp().Clipboard().SetContent(text)
	host.Toast(page.T("Copied {{.Text}}", map[string]any{"Text": text}), nil)
}

func (s *single) drawAdd() {
	m := s.member
	if m.Person != nil || m.Self {
		s.form = nil
		s.add.Objects = nil
	} else if s.form == nil {
		s.form = newAddForm(s.panel, m)
		s.add.Objects = []fyne.CanvasObject{kit.Inset(s.form.object, kit.S1, kit.S4, kit.S1, kit.S4)}
	}
	s.add.Refresh()
}

func (s *single) drawContact() {
	host, now, c := s.panel.host, s.panel.now(), s.contact
	met := kit.Stack(0)
	if c.HasNext {
		item := kit.NewItemTwo(kit.NewIcon("calendar", kit.ColorAccent, 16), Subject(c.Next.Subject),
			page.T("Next: {{.When}}", map[string]any{"When": period(c.Next)}), "", func() { host.Open(page.Calendar, c.Next.ID) })
		met.Add(item)
	}
	if len(c.Past) > 0 {
		last := c.Past[0]
		met.Add(kit.NewItemTwo(kit.NewIcon("clock", kit.ColorMuted, 16), page.T("Last contact {{.Ago}}", map[string]any{"Ago": ago(local(last), now)}),
			TouchWord(last), "", func() { OpenTouch(host, last) }))
	}
	fill(s.met, "", met)
	recent := kit.Stack(0)
	for _, t := range c.Past {
		recent.Add(NewTouchRow(host, t, now))
	}
	if len(c.Past) == 0 && !c.HasNext && !s.member.Self {
		recent.Add(kit.Inset(kit.NewParagraph(page.T("No mail and no meeting with this address yet."), kit.SizeSmall, kit.ColorMuted), 2, kit.S2, 0, kit.S2))
	}
	fill(s.recent, page.T("Recent"), recent)
}

// notesSeen is how much of the notes is shown, in characters; the record has them whole.
const notesSeen = 320

func (s *single) drawNotes() {
	text := ""
	if s.member.Person != nil {
		text = s.member.Person.Notes
	}
	box := kit.Stack(0)
	if text != "" {
		box.Add(kit.Inset(kit.NewParagraph(excerpt(text, notesSeen), kit.SizeBody, kit.ColorText), 2, kit.S2, 0, kit.S2))
	}
	fill(s.notes, page.T("Notes"), box)
}

// excerpt is the beginning of a text, cut at a word.
func excerpt(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	text = string([]rune(text)[:most])
	if i := strings.LastIndexAny(text, " \n"); i > most/2 {
		text = text[:i]
	}
	return text + "…"
}

// fill shows rows under a heading behind a hairline, or nothing where there are none.
func fill(box *fyne.Container, heading string, rows *fyne.Container) {
	box.Objects = nil
	if len(rows.Objects) > 0 {
		in := kit.Stack(0, kit.Inset(kit.Hairline(), kit.S2, kit.S2, kit.S2, kit.S2))
		if heading != "" {
			in.Add(kit.Inset(kit.NewSection(heading), kit.S1, kit.S2, kit.S1, kit.S2))
		}
		in.Add(rows)
		box.Objects = []fyne.CanvasObject{kit.Inset(in, 0, kit.S2, 0, kit.S2)}
	}
	box.Refresh()
}
