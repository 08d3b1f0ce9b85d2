package people

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/crm"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// suggest proposes companies below a field while one types there, and says when the name will make a new one.
type suggest struct {
	host  page.Host
	field *kit.Field
	hint  *kit.Text
	layer *fyne.Container // over the whole form; the proposals float in it

	all   []crm.Company
	known bool // all has been read
	hits  []crm.Company
	items []*kit.Item
	at    int // the proposal that return takes
	open  bool

	changed func()
	object  fyne.CanvasObject
}

// proposals is how many companies are proposed.
const proposals = 5

func newSuggest(host page.Host, label string) *suggest {
	s := &suggest{host: host, field: kit.NewField(label, ""), hint: kit.NewLine("", kit.SizeSmall, kit.ColorAccent), layer: container.NewWithoutLayout()}
	s.hint.Hide()
	s.field.Entry.OnEdit = func(string) {
		s.propose()
		s.say()
		s.changed()
	}
	s.field.Entry.OnDown = func() { s.move(1) }
	s.field.Entry.OnUp = func() { s.move(-1) }
	s.field.Entry.OnSubmitted = func(string) {
		if s.open {
			s.take(s.hits[s.at].Name)
		}
	}
	s.field.Entry.OnBlur = func() {
		// A click on a proposal takes the focus away first, so the proposals stay a moment longer.
		host.Go("close proposals", func(ctx context.Context) {
			select {
			case <-ctx.Done():
			case <-time.After(250 * time.Millisecond):
				host.Do(s.close)
			}
		})
	}
	s.object = kit.Stack(2, s.field, s.hint)
	return s
}

// know gives the companies there are.
func (s *suggest) know(all []crm.Company) {
	s.all, s.known = all, true
	s.say()
}

// say tells whether the name will make a new company.
func (s *suggest) say() {
	name := strings.TrimSpace(s.field.Text())
	isNew := s.known && name != ""
	for _, co := range s.all {
		if strings.EqualFold(co.Name, name) {
			isNew = false
			break
		}
	}
	if s.hint.Hidden == !isNew {
		return
	}
	s.hint.Hidden = !isNew
	s.hint.SetText(page.T("A new company: it is created with the person"))
	s.object.Refresh()
}

func (s *suggest) propose() {
	text := strings.ToLower(strings.TrimSpace(s.field.Text()))
	s.hits, s.at = nil, 0
	if text == "" {
		s.close()
		return
	}
	var inside []crm.Company
	for _, co := range s.all {
		switch name := strings.ToLower(co.Name); {
		case name == text: // nothing to complete
		case strings.HasPrefix(name, text):
			s.hits = append(s.hits, co)
		case strings.Contains(name, text):
			inside = append(inside, co)
		}
	}
	s.hits = append(s.hits, inside...)
	s.hits = s.hits[:min(len(s.hits), proposals)]
	s.draw()
}

func (s *suggest) draw() {
	if len(s.hits) == 0 {
		s.close()
		return
	}
	rows := kit.Stack(0)
	s.items = nil
	for _, co := range s.hits {
		item := kit.NewItem("company", co.Name, page.N("{{.N}} person", "{{.N}} people", co.People), func() { s.take(co.Name) })
		s.items = append(s.items, item)
		rows.Add(item)
	}
	s.items[s.at].SetOn(true)
	box := kit.Floating(kit.ColorRaised, kit.InsetAll(rows, kit.S1))
	driver := fyne.CurrentApp().Driver()
	entry := s.field.Entry
	pos := driver.AbsolutePositionForObject(entry).Subtract(driver.AbsolutePositionForObject(s.layer))
	box.Resize(fyne.NewSize(entry.Size().Width, box.MinSize().Height))
	box.Move(pos.AddXY(0, entry.Size().Height+2))
	s.layer.Objects = []fyne.CanvasObject{box}
	s.layer.Refresh()
	s.open = true
}

func (s *suggest) move(by int) {
	if !s.open {
		s.propose()
		return
	}
	s.items[s.at].SetOn(false)
	s.at = (s.at + by + len(s.hits)) % len(s.hits)
	s.items[s.at].SetOn(true)
}

func (s *suggest) take(name string) {
	s.field.SetText(name)
	s.field.Entry.CursorColumn = len([]rune(name))
	s.close()
	s.say()
	s.changed()
	s.host.Window().Canvas().Focus(s.field.Entry)
}

// close takes the proposals away; it tells whether there were any.
func (s *suggest) close() {
	s.open = false
	if len(s.layer.Objects) > 0 {
		s.layer.RemoveAll()
	}
}
