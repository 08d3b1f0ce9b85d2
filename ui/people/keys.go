package people

import (
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"supercrm/ui/page"
)

// Commands implements page.Commander.
func (p *Page) Commands() []page.Command {
	save := &desktop.CustomShortcut{KeyName: fyne.KeyS, Modifier: fyne.KeyModifierShortcutDefault}
	return []page.Command{
		{Label: page.T("New person or company"), Key: "N", Do: p.New},
		{Label: page.T("Edit"), Key: "E", Do: p.edit},
		{Label: page.T("Save"), Key: "Ctrl+S", Shortcut: save, Do: p.save},
		{Label: page.T("Delete"), Key: "Del", Do: p.delete},
		{Label: page.T("Search"), Key: "/", Do: p.focusSearch},
		{Label: page.T("Next"), Key: "J", Do: func() { p.list.list.TypedRune('j') }},
		{Label: page.T("Previous"), Key: "K", Do: func() { p.list.list.TypedRune('k') }},
	}
}

// TypedRune implements page.Keyed: n, e, j and k are commands, everything else that is typed is searched for.
func (p *Page) TypedRune(r rune) bool {
	if p.detail.form != nil && r != 'n' {
		return false // what is typed beside a form is not meant for the list
	}
	switch r {
	case 'n', 'N':
		p.New()
	case 'e', 'E':
		p.edit()
	case 'j', 'k':
		p.list.list.TypedRune(r)
		p.focusList()
	case '/':
		p.focusSearch()
	default:
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
		p.focusSearch()
		p.head.search.TypedRune(r)
	}
	return true
}

// TypedKey implements page.Keyed.
func (p *Page) TypedKey(e *fyne.KeyEvent) bool {
	f := p.detail.form
	switch {
	case e.Name == fyne.KeyEscape && f != nil:
		f.cancel()
	case e.Name == fyne.KeyEscape && p.list.text != "":
		p.head.clear()
	case f != nil:
		return false
	case e.Name == fyne.KeyDelete:
		p.delete()
	case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter:
		p.edit()
	case e.Name == fyne.KeyDown || e.Name == fyne.KeyUp || e.Name == fyne.KeyPageDown || e.Name == fyne.KeyPageUp ||
		e.Name == fyne.KeyHome || e.Name == fyne.KeyEnd:
		p.list.list.TypedKey(e)
		p.focusList()
	default:
		return false
	}
	return true
}

func (p *Page) save() {
	if f := p.detail.form; f != nil {
		f.submit()
	}
}

func (p *Page) focusSearch() {
	if c := p.host.Window().Canvas(); c != nil {
		c.Focus(p.head.search)
	}
}

// focusList gives the keys to the list, or to the page while there is nobody in it: a form that has gone would keep them.
func (p *Page) focusList() {
	switch c := p.host.Window().Canvas(); {
	case c == nil:
	case p.list.list.Count() > 0:
		c.Focus(p.list.list)
	default:
		c.Unfocus()
	}
}
