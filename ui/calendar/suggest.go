package calendar

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

const mostSuggestions = 5

// suggestions are people below the attendees field, found by what is being typed there.
type suggestions struct {
	p      *Page
	entry  *kit.Entry
	loader *page.Loader[[]page.Party]
	object *fyne.Container
}

func newSuggestions(p *Page, entry *kit.Entry) *suggestions {
	s := &suggestions{p: p, entry: entry, loader: page.NewLoader[[]page.Party](p.host, "suggest attendees"), object: kit.Stack(0)}
	s.object.Hide()
	return s
}

// last is what is being typed: what stands after the last separator, if it is not an address already.
func last(text string) string {
	text = text[strings.LastIndexAny(text, ",;\n")+1:]
	text = strings.TrimSpace(text)
	if strings.HasSuffix(text, ">") {
		return ""
	}
	return text
}

// before is the rest: what stands up to the last separator.
func before(text string) string { return text[:strings.LastIndexAny(text, ",;\n")+1] }

// typed looks for people after an edit.
func (s *suggestions) typed() {
	word := last(s.entry.Text)
	if s.p.opt.Suggest == nil || len([]rune(word)) < 2 {
		s.hide()
		return
	}
	s.loader.Load(func(ctx context.Context) ([]page.Party, error) { return s.p.opt.Suggest(ctx, word) }, func(found []page.Party, err error) {
		if err != nil || last(s.entry.Text) != word {
			s.hide() // suggestions are a help, not an answer that is owed
			return
		}
		s.show(found)
	})
}

func (s *suggestions) show(found []page.Party) {
	s.object.Objects = nil
	have, _ := parseAddresses(before(s.entry.Text), nil)
	for _, f := range found {
		if f.Addr == "" || contains(have, f.Addr) || len(s.object.Objects) == mostSuggestions {
			continue
		}
		label := f.Addr
		if f.Name != "" {
			label = f.Name + "  ·  " + f.Addr
		}
		s.object.Add(kit.NewGhost(short(label, 44), "person", func() { s.take(f) }))
	}
	s.object.Hidden = len(s.object.Objects) == 0
	s.p.panel.body.Refresh()
}

// take puts a person in place of what was being typed.
func (s *suggestions) take(f page.Party) {
	text := strings.TrimRight(before(s.entry.Text), " ")
	if text != "" {
		text += " "
	}
	s.hide()
	s.entry.Fill(text + writeAddress(mirror.Address(f)) + ", ")
	s.entry.CursorRow, s.entry.CursorColumn = 0, len([]rune(s.entry.Text))
	s.p.host.Window().Canvas().Focus(s.entry)
	s.entry.Refresh()
}

// hide takes the list away; it tells whether there was one.
func (s *suggestions) hide() bool {
	s.loader.Cancel()
	if !s.object.Visible() {
		return false
	}
	s.object.Hide()
	s.object.Objects = nil
	s.p.panel.body.Refresh()
	return true
}
