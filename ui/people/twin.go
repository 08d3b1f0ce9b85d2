package people

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/crm"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// twin says, while a new person is being typed in, that somebody of that name is there already, so that nobody is
// recorded twice by accident. It hinders nothing: two people may have one name.
type twin struct {
	page  *Page
	typed int
	box   *fyne.Container
}

func newTwin(p *Page) *twin {
	t := &twin{page: p, box: kit.Stack(0)}
	t.box.Hide()
	return t
}

// look looks for a name once typing rests.
func (t *twin) look(name string) {
	t.typed++
	typed, host, data := t.typed, t.page.host, t.page.data
	host.Go("look for the same name", func(ctx context.Context) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(typingPause):
		}
		found, err := data.Find(ctx, name, 10)
		host.Do(func() {
			if t.typed == typed && err == nil { // a failed look says nothing, which is what it found
				t.show(sameName(found, name))
			}
		})
	})
}

func sameName(found []crm.Person, name string) *crm.Person {
	name = strings.Join(strings.Fields(name), " ")
	for i := range found {
		if strings.EqualFold(found[i].Name, name) {
			return &found[i]
		}
	}
	return nil
}

func (t *twin) show(p *crm.Person) {
	t.box.Objects, t.box.Hidden = nil, p == nil
	if p != nil {
		text := page.T("There is already {{.Name}}", map[string]any{"Name": joined(p.Name, p.Role, p.CompanyName)})
		open := kit.NewLink(page.T("Open"), "", func() { t.page.Open(p.ID) })
		t.box.Objects = []fyne.CanvasObject{inline(kit.NewText(text, kit.SizeSmall, kit.ColorWarn), open)}
	}
	t.page.detail.refreshForm()
}
