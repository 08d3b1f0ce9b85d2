package mail

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// searchPause is how long typing rests before a search runs.
const searchPause = 180 * time.Millisecond

// listHead is what stands above the list: the folder's name and count, the filter, and the search entry.
type listHead struct {
	l       *listPane
	name    *kit.Text
	count   *kit.Text
	filter  *kit.Segmented
	search  *kit.Entry
	clearer *kit.Button
	note    *searchNote
	toggle  *kit.Button // shows the folders where the page is too narrow for them
	typed   int
	object  fyne.CanvasObject
}

func newListHead(l *listPane) *listHead {
	h := &listHead{l: l, name: kit.NewLine("", kit.SizeHeading, kit.ColorText).Bold(), count: kit.NewText("", kit.SizeSmall, kit.ColorMuted)}
	h.filter = kit.NewSegmented([]string{page.T("All"), page.T("Unread")}, func(i int) {
		l.source.unread = i == 1
		l.restart()
	})
	h.toggle = kit.NewIconButton("folder", page.T("Folders"), nil)
	h.toggle.Hide()
	h.search = kit.NewEntry(page.T("Search mail"), false)
	h.search.OnEdit = h.edited
	h.search.OnEscape = h.clear
	h.search.OnDown = func() {
		if c := fyne.CurrentApp().Driver().CanvasForObject(l.list); c != nil {
			c.Focus(l.list)
		}
		if l.list.Selected() < 0 && l.list.Count() > 0 {
			l.list.Select(0)
		}
	}
	h.search.OnSubmitted = func(string) { h.search.OnDown() }
	h.clearer = kit.NewIconButton("close", page.T("Clear search"), h.clear)
	h.clearer.Hide()
	top := kit.Fixed(kit.Row(kit.S2, h.toggle, kit.Grow(kit.Yield(h.name, h.count, h.leastName)), h.filter), 0, 32)
	h.note = newSearchNote(func() { l.onServer(l.source.query) })
	h.object = kit.Inset(kit.Stack(kit.S2, top, kit.Row(kit.S1, kit.Grow(h.search), h.clearer), h.note.object), kit.S2, kit.S3, kit.S2, kit.S3)
	return h
}

// leastName is the width that the name has before the count gets any: all of it, unless it is a long one.
func (h *listHead) leastName() float32 {
	const most = 120
	return min(fyne.MeasureText(h.name.Text(), kit.Size(h.name.Scale), h.name.Style).Width+1, most)
}

// edited searches when the typing rests.
func (h *listHead) edited(string) {
	h.typed++
	n := h.typed
	h.l.host.Go("wait for the end of typing", func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(searchPause):
			h.l.host.Do(func() {
				if n == h.typed {
					h.run(h.search.Text)
				}
			})
		}
	})
}

func (h *listHead) run(query string) {
	query = strings.TrimSpace(query)
	if query == h.l.source.query {
		return
	}
	h.l.source.query = query
	h.l.restart()
}

// clear ends the search and shows the folder again.
func (h *listHead) clear() {
	h.typed++
	h.search.Fill("")
	h.run("")
	if h.l.selected != 0 {
		h.l.list.Mark(h.l.model.index(h.l.selected))
	}
}

// show writes name and count anew.
func (h *listHead) show() {
	searching := h.l.source.query != ""
	h.filter.Hidden = searching
	h.clearer.Hidden = !searching
	n := len(h.l.model.ids)
	switch {
	case !h.l.known:
		h.count.SetText("")
	case searching && n >= mostResults:
		h.count.SetText(page.T("the newest {{.N}}", map[string]any{"N": n}))
	case searching:
		h.count.SetText(page.N("{{.N}} found", "{{.N}} found", n))
	default:
		h.count.SetText(short(n))
	}
	if searching {
		h.name.SetText(page.T("Search"))
	} else {
		h.name.SetText(folderName(h.l.folder))
	}
	switch {
	case !searching:
		h.note.hide()
	case h.l.known && h.l.failed == nil:
		h.note.show(h.l.query, h.l.since)
	}
	h.object.Refresh()
	// What is below moves with the height of the head; words that wrap know theirs once they have their width.
	for range 2 {
		if h.object.MinSize().Height != h.object.Size().Height {
			h.l.object.Refresh()
		}
	}
}

// folderChanged takes in new counts of the folder that is shown.
func (h *listHead) folderChanged(f mirror.Folder) {
	h.l.folder = f
	h.show()
}
