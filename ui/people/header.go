package people

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// typingPause is how long typing must rest before the list is filtered.
const typingPause = 150 * time.Millisecond

// header is what stands in the frame's header: which list, the filter, and the way to something new.
type header struct {
	page   *Page
	kinds  *kit.Segmented
	search *kit.Entry
	create *kit.Button
	typed  int // counts what was typed, so that only the last of it filters
	object fyne.CanvasObject
}

func newHeader(p *Page) *header {
	h := &header{page: p}
	h.kinds = kit.NewSegmented([]string{page.T("People"), page.T("Companies")}, func(i int) { h.switched(Kind(i)) })
	h.search = kit.NewEntry(page.T("Search people"), false)
	h.search.Icon = kit.IconResource("search", kit.ColorFaint)
	h.search.OnEdit = h.edited
	h.search.OnEscape = h.clear
	h.search.OnDown = p.focusList
	h.search.OnSubmitted = func(string) { p.focusList() }
	h.create = kit.NewPrimary(page.T("New person"), "add", p.New)
	h.object = kit.Row(kit.S3, kit.Spring(), h.kinds, kit.Fixed(h.search, 180, 32), h.create)
	return h
}

// switched shows the other list. A form that is open is asked about first; until that is answered nothing changes.
func (h *header) switched(k Kind) {
	p := h.page
	if p.list.kind == k {
		return
	}
	h.turn(p.list.kind)
	p.detail.leave(func() {
		h.set(k, "")
		p.list.reset(k, "")
		p.list.want = subject{}
		p.detail.clear()
		p.list.load()
	})
}

// turn shows a kind as chosen without switching.
func (h *header) turn(k Kind) {
	changed := h.kinds.OnChange
	h.kinds.OnChange = nil
	h.kinds.Select(int(k))
	h.kinds.OnChange = changed
}

// set shows a kind and a filter in the header without acting on them.
func (h *header) set(k Kind, text string) {
	h.turn(k)
	h.typed++
	h.search.Fill(text)
	if k == People {
		h.search.SetPlaceHolder(page.T("Search people"))
		h.create.SetLabel(page.T("New person"))
	} else {
		h.search.SetPlaceHolder(page.T("Search companies"))
		h.create.SetLabel(page.T("New company"))
	}
	h.object.Refresh()
	h.page.host.HeaderChanged()
}

func (h *header) edited(text string) {
	h.typed++
	typed, host := h.typed, h.page.host
	host.Go("wait for typing", func(ctx context.Context) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(typingPause):
		}
		host.Do(func() {
			if h.typed == typed {
				h.page.list.filter(text)
			}
		})
	})
}

// clear empties the filter, or leaves the field where it is empty already.
func (h *header) clear() {
	if h.search.Text == "" {
		h.page.focusList()
		return
	}
	h.typed++
	h.search.Fill("")
	h.page.list.filter("")
}
