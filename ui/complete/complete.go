// Package complete offers people below a field of addresses while one is being typed: the arrows choose among them, Return
// or a click takes one, and they go when the field is left. It finds nobody itself and decides
// nothing about what is right in the field.
package complete

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Most is how many people are offered.
const Most = 5

// Find looks for people by the beginnings of names and addresses.
type Find func(ctx context.Context, text string) ([]page.Party, error)

// List is people below a field, found by what is being typed there. Its methods are called on the UI thread.
type List struct {
	Find Find // nil: nobody is offered
	// Write gives a person as the field takes it; Has tells whether an address is among those typed before.
	Write func(page.Party) string
	Has   func(text, addr string) bool
	// Changed hears when the list comes or goes, to lay out what it stands in.
	Changed func()

	host   page.Host
	entry  *kit.Entry
	loader *page.Loader[[]page.Party]
	object *fyne.Container
	rows   []*row
	found  []page.Party // of the rows
	at     int          // the chosen row
}

// New returns a list for an entry; Write, Has and Changed are set before it is used.
func New(host page.Host, entry *kit.Entry, find Find) *List {
	l := &List{Find: find, host: host, entry: entry, loader: page.NewLoader[[]page.Party](host, "suggest people"), object: kit.Stack(0)}
	l.object.Hide()
	entry.Before = l.typedKey
	entry.OnBlur = l.left
	return l
}

func (l *List) typedKey(k *fyne.KeyEvent) bool {
	if !l.object.Visible() {
		return false
	}
	switch k.Name {
	case fyne.KeyDown:
		l.choose(min(l.at+1, len(l.rows)-1))
	case fyne.KeyUp:
		l.choose(max(l.at-1, 0))
	case fyne.KeyReturn, fyne.KeyEnter:
		l.take(l.found[l.at])
	default:
		return false
	}
	return true
}

func (l *List) choose(at int) {
	l.at = at
	for i, r := range l.rows {
		r.choose(i == at)
	}
}

// left takes the list away a moment after the field was left: a click on a row takes the focus away before it is told.
func (l *List) left() {
	if !l.object.Visible() {
		l.loader.Cancel()
		return
	}
	l.host.Go("close suggestions", func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond):
			l.host.Do(func() {
				if c := l.host.Window().Canvas(); c.Focused() != l.entry {
					l.Hide()
				}
			})
		}
	})
}

// Object is the list where it belongs, hidden while there is nobody to offer.
func (l *List) Object() *fyne.Container { return l.object }

// last is what is being typed: what stands after the last separator, if it is not an address already.
func last(text string) string {
	text = strings.TrimSpace(text[strings.LastIndexAny(text, ",;\n")+1:])
	if strings.HasSuffix(text, ">") {
		return ""
	}
	return text
}

// before is the rest: what stands up to the last separator.
func before(text string) string { return text[:strings.LastIndexAny(text, ",;\n")+1] }

// Typed looks for people after an edit.
func (l *List) Typed() {
	word := last(l.entry.Text)
	if l.Find == nil || len([]rune(word)) < 2 {
		l.Hide()
		return
	}
	l.loader.Load(func(ctx context.Context) ([]page.Party, error) { return l.Find(ctx, word) }, func(found []page.Party, err error) {
		if err != nil || last(l.entry.Text) != word {
			l.Hide() // suggestions are a help, not an answer that is owed
			return
		}
		l.show(found)
	})
}

func (l *List) show(found []page.Party) {
	l.clear()
	typed, word := before(l.entry.Text), last(l.entry.Text)
	for _, f := range found {
		if f.Addr == "" || strings.EqualFold(f.Addr, word) || l.Has(typed, f.Addr) || len(l.rows) == Most {
			continue
		}
		label := f.Addr
		if f.Name != "" {
			label = f.Name + "  ·  " + f.Addr
		}
		at := len(l.rows)
		r := newRow(label, func() { l.take(f) }, func() { l.choose(at) })
		l.rows, l.found = append(l.rows, r), append(l.found, f)
		l.object.Add(r)
	}
	l.choose(0)
	l.object.Hidden = len(l.rows) == 0
	l.Changed()
}

// take puts a person in place of what was being typed.
func (l *List) take(f page.Party) {
	text := strings.TrimRight(before(l.entry.Text), " ")
	if text != "" {
		text += " "
	}
	l.Hide()
	l.entry.Fill(text + l.Write(f) + ", ")
	l.entry.CursorRow, l.entry.CursorColumn = 0, len([]rune(l.entry.Text))
	l.host.Window().Canvas().Focus(l.entry)
	l.entry.Refresh()
}

// Hide takes the list away; it tells whether there was one.
func (l *List) Hide() bool {
	l.loader.Cancel()
	if !l.object.Visible() {
		return false
	}
	l.object.Hide()
	l.clear()
	l.Changed()
	return true
}

func (l *List) clear() { l.object.Objects, l.rows, l.found, l.at = nil, nil, nil, 0 }
