package mail

import (
	"context"
	"fmt"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// mailbox is an account with its folders and how far it is mirrored.
type mailbox struct {
	account mirror.Account
	folders []mirror.Folder
	status  mirror.Status
	// categories in the service's order.
	categories []mirror.Category
}

// readMailboxes reads all accounts with their folders.
func readMailboxes(ctx context.Context, data Data) ([]mailbox, error) {
	accounts, err := data.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	states, err := data.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read sync state: %w", err)
	}
	var out []mailbox
	for _, a := range accounts {
		m := mailbox{account: a}
		if m.folders, err = data.Folders(ctx, a.ID); err != nil {
			return nil, fmt.Errorf("read folders: %w", err)
		}
		if m.categories, err = data.Categories(ctx, a.ID); err != nil {
			return nil, fmt.Errorf("read categories: %w", err)
		}
		for _, s := range states {
			if s.AccountID == a.ID {
				m.status = s
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// folderPane lists the folders of all accounts.
type folderPane struct {
	list     *kit.List
	entries  []folderEntry
	selected int64
	onSelect func(mirror.Folder)
	object   fyne.CanvasObject
}

// folderEntry is a folder, or an account's name above its folders.
type folderEntry struct {
	heading string
	folder  mirror.Folder
}

func newFolderPane(selected func(mirror.Folder)) *folderPane {
	f := &folderPane{onSelect: selected}
	f.list = kit.NewList(30, func() fyne.CanvasObject { return newFolderRow() }, func(i int, row fyne.CanvasObject, on bool) {
		row.(*folderRow).fill(f.entries[i], on)
	})
	f.list.OnSelect = func(i int) {
		e := f.entries[i]
		if e.heading != "" {
			f.list.Mark(f.index(f.selected))
			return
		}
		f.selected = e.folder.ID
		f.onSelect(e.folder)
	}
	f.object = kit.Surface(kit.ColorPane, kit.Inset(f.list, kit.S2, 0, 0, 0))
	return f
}

// show lists the folders again; the selection stays with its folder.
func (f *folderPane) show(boxes []mailbox) {
	f.entries = f.entries[:0]
	for _, b := range boxes {
		if len(boxes) > 1 {
			f.entries = append(f.entries, folderEntry{heading: b.account.UPN})
		}
		for _, folder := range b.folders {
			if folder.WellKnown != "outbox" || folder.Count > 0 {
				f.entries = append(f.entries, folderEntry{folder: folder})
			}
		}
	}
	f.list.SetCount(len(f.entries))
	f.list.Mark(f.index(f.selected))
}

func (f *folderPane) index(id int64) int {
	for i, e := range f.entries {
		if e.heading == "" && e.folder.ID == id {
			return i
		}
	}
	return -1
}

// choose marks a folder without opening it.
func (f *folderPane) choose(id int64) {
	f.selected = id
	f.list.Mark(f.index(id))
}

func (f *folderPane) folder(id int64) (mirror.Folder, bool) {
	if i := f.index(id); i >= 0 {
		return f.entries[i].folder, true
	}
	return mirror.Folder{}, false
}

// folderRow is one line of the folder list.
type folderRow struct {
	widget.BaseWidget
	icon  *kit.Icon
	name  *kit.Text
	count *kit.Text
	depth int
}

func newFolderRow() *folderRow {
	r := &folderRow{
		icon:  kit.NewIcon("folder", kit.ColorMuted, 16),
		name:  kit.NewLine("", kit.SizeBody, kit.ColorText),
		count: kit.NewText("", kit.SizeSmall, kit.ColorMuted),
	}
	r.ExtendBaseWidget(r)
	return r
}

// folderIcons are the pictures of folders that every mailbox has.
var folderIcons = map[string]string{
	"inbox": "inbox", "drafts": "drafts", "sentitems": "sent", "archive": "archive", "deleteditems": "trash", "junkemail": "junk", "outbox": "clock",
}

// folderName is a folder's name; those that every mailbox has are named by the program, in its language.
func folderName(f mirror.Folder) string {
	switch f.WellKnown {
	case "inbox":
		return page.T("Inbox")
	case "drafts":
		return page.T("Drafts")
	case "sentitems":
		return page.T("Sent")
	case "archive":
		return page.T("Archive")
	case "deleteditems":
		return page.T("Deleted")
	case "junkemail":
		return page.T("Junk")
	case "outbox":
		return page.T("Outbox")
	}
	return f.Name
}

func (r *folderRow) fill(e folderEntry, selected bool) {
	if e.heading != "" {
		r.icon.Set("", kit.ColorMuted)
		r.name.Set(e.heading, kit.ColorMuted, false)
		r.count.Set("", kit.ColorMuted, false)
		r.depth = -2
		r.layout(r.Size())
		return
	}
	f := e.folder
	icon := folderIcons[f.WellKnown]
	if icon == "" {
		icon = "folder"
	}
	color := kit.ColorMuted
	if selected {
		color = kit.ColorAccent
	}
	r.icon.Set(icon, color)
	unread := f.Unread > 0 && f.WellKnown != "sentitems" && f.WellKnown != "drafts" && f.WellKnown != "deleteditems"
	r.name.Set(folderName(f), kit.ColorText, unread)
	count := ""
	if unread {
		count = short(f.Unread)
	} else if f.WellKnown == "drafts" && f.Count > 0 {
		count = short(f.Count)
	}
	r.count.Set(count, kit.ColorText, unread)
	r.depth = min(f.Depth, 4)
	r.layout(r.Size())
}

func short(n int) string {
	if n > 9999 {
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}

func (r *folderRow) layout(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	x := kit.S3 + float32(r.depth)*14
	r.icon.Move(fyne.NewPos(x, (s.Height-16)/2))
	r.icon.Resize(fyne.NewSquareSize(16))
	w := r.count.MinSize().Width
	r.count.Move(fyne.NewPos(s.Width-kit.S3-w, 0))
	r.count.Resize(fyne.NewSize(w, s.Height))
	x += 24
	r.name.Move(fyne.NewPos(x, 0))
	r.name.Resize(fyne.NewSize(max(0, s.Width-x-w-kit.S3-kit.S2), s.Height))
}

// CreateRenderer implements fyne.Widget.
func (r *folderRow) CreateRenderer() fyne.WidgetRenderer {
	return &folderRowRenderer{r, []fyne.CanvasObject{r.icon, r.name, r.count}}
}

type folderRowRenderer struct {
	r    *folderRow
	objs []fyne.CanvasObject
}

func (x *folderRowRenderer) Layout(s fyne.Size) { x.r.layout(s) }
func (x *folderRowRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 28) }
func (x *folderRowRenderer) Refresh() {
	for _, o := range x.objs {
		o.Refresh()
	}
}
func (x *folderRowRenderer) Objects() []fyne.CanvasObject { return x.objs }
func (x *folderRowRenderer) Destroy()                     {}
