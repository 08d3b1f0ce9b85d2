package mail

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// categoryHue is the colour of a category of an account; one that the account's list does not have is gray.
func (p *Page) categoryHue(account int64, name string) func() kit.Hue {
	preset := "none"
	for _, b := range p.boxes {
		if b.account.ID != account {
			continue
		}
		for _, c := range b.categories {
			if strings.EqualFold(c.Name, name) {
				preset = c.Color
			}
		}
	}
	return func() kit.Hue { return kit.CategoryHue(preset) }
}

// accountOf is the account of a message's folder; 0 while it is not known.
func (p *Page) accountOf(folder int64) int64 {
	f, _ := p.folders.folder(folder)
	return f.AccountID
}

// tags are the categories on the open message.
type tags struct {
	p      *Page
	object *fyne.Container
}

func newTags(p *Page) *tags {
	t := &tags{p: p, object: container.New(&wrapLayout{gap: kit.S1 + 2, width: 320})}
	t.object.Hide()
	return t
}

func (t *tags) show(m *mirror.MessageRow) {
	t.object.Objects = nil
	if m != nil {
		account := t.p.accountOf(m.FolderID)
		for _, name := range m.Categories {
			t.object.Objects = append(t.object.Objects, kit.NewTag(name, t.p.categoryHue(account, name), 0))
		}
	}
	t.object.Hidden = len(t.object.Objects) == 0
	t.object.Refresh()
}

// Categorize opens the menu of categories for the open message; each is put on or taken off.
func (p *Page) Categorize() {
	c, ok := p.current()
	if !ok {
		return
	}
	menu := widget.NewPopUpMenu(p.categoryMenu(&c.msg.MessageRow), p.host.Window().Canvas())
	b := p.reader.tools.tag
	menu.ShowAtPosition(fyne.CurrentApp().Driver().AbsolutePositionForObject(b).AddXY(0, b.Size().Height))
}

// categoryMenu lists an account's categories, and those on the message that the list does not have.
func (p *Page) categoryMenu(m *mirror.MessageRow) *fyne.Menu {
	has := func(name string) bool {
		for _, c := range m.Categories {
			if strings.EqualFold(c, name) {
				return true
			}
		}
		return false
	}
	id, account := m.ID, p.accountOf(m.FolderID)
	var items []*fyne.MenuItem
	add := func(name string) {
		on := has(name)
		it := fyne.NewMenuItem(name, func() { p.setCategory(id, name, !on) })
		it.Checked = on
		it.Icon = kit.SwatchIcon(p.categoryHue(account, name)().Bar)
		items = append(items, it)
	}
	listed := map[string]bool{}
	for _, b := range p.boxes {
		if b.account.ID == account {
			for _, c := range b.categories {
				listed[strings.ToLower(c.Name)] = true
				add(c.Name)
			}
		}
	}
	for _, name := range m.Categories {
		if !listed[strings.ToLower(name)] {
			add(name)
		}
	}
	if len(items) == 0 {
		none := fyne.NewMenuItem(page.T("The mailbox has no categories that are known here"), nil)
		none.Disabled = true
		items = append(items, none)
	}
	return fyne.NewMenu("", items...)
}

func (p *Page) setCategory(id int64, name string, on bool) {
	add, remove := []string{name}, []string(nil)
	if !on {
		add, remove = remove, add
	}
	p.edit(page.T("change the categories"), func(ctx context.Context) error { return p.data.Categorize(ctx, []int64{id}, add, remove) }, nil)
}

// sameCategories tells whether two readings of the mailboxes have the same categories in the same colours.
func sameCategories(a, b []mailbox) bool {
	return slices.EqualFunc(a, b, func(x, y mailbox) bool {
		return x.account.ID == y.account.ID && slices.Equal(x.categories, y.categories)
	})
}
