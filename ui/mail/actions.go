package mail

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// edit runs a change off the UI thread. doing completes "Could not …"; done, if not nil, follows on success.
func (p *Page) edit(doing string, do func(context.Context) error, done func()) {
	p.host.Go("edit mail", func(ctx context.Context) {
		err := do(ctx)
		p.host.Do(func() {
			switch {
			case err != nil:
				p.host.Fail(doing, err)
			case done != nil:
				done()
			}
		})
	})
}

// current is the open message; false while none is, or it is being read.
func (p *Page) current() (*content, bool) {
	return p.reader.shown, p.reader.shown != nil
}

// Archive moves the open message to the archive.
func (p *Page) Archive() { p.move("archive", page.T("Archived"), page.T("archive the message")) }

// Delete moves the open message to the deleted ones.
func (p *Page) Delete() { p.move("deleteditems", page.T("Deleted"), page.T("delete the message")) }

// move takes the open message out of its folder and opens its neighbour.
func (p *Page) move(to, done, doing string) {
	c, ok := p.current()
	if !ok {
		return
	}
	from, _ := p.folders.folder(c.msg.FolderID)
	if from.WellKnown == to {
		return
	}
	id := c.msg.ID
	if next := p.list.neighbour(id); next != 0 {
		p.list.list.Select(p.list.model.index(next))
	} else {
		p.leaveComposer()
		p.list.selected = 0
		p.list.list.Mark(-1)
		p.reader.none()
		p.who()
	}
	p.edit(doing, func(ctx context.Context) error { return p.data.Move(ctx, []int64{id}, to) }, func() {
		p.host.Toast(done, func() { p.moveBack(id, from) })
	})
}

// moveBack undoes a move: while it still waits it is given up, later the message is moved back.
func (p *Page) moveBack(id int64, from mirror.Folder) {
	p.edit(page.T("move the message back"), func(ctx context.Context) error {
		items, err := p.data.Outbox(ctx)
		if err != nil {
			return err
		}
		for _, item := range items {
			if item.Kind == "mail.move" && item.ItemID == id && item.ItemKind == "message" {
				var bad mirror.ErrBadInput
				if err := p.data.Discard(ctx, item.ID); !errors.Is(err, mirror.ErrNotFound) && !errors.As(err, &bad) {
					return err // else it has arrived or is under way: it is moved again
				}
			}
		}
		if from.WellKnown == "" {
			return errNotBack
		}
		return p.data.Move(ctx, []int64{id}, from.WellKnown)
	}, func() { p.Open(id) })
}

var errNotBack = errors.New("it has already been moved on the server")

// ToggleFlag flags the open message, or clears its flag.
func (p *Page) ToggleFlag() {
	if c, ok := p.current(); ok {
		id, on := c.msg.ID, !c.msg.Flagged
		p.edit(page.T("flag the message"), func(ctx context.Context) error { return p.data.Flag(ctx, []int64{id}, on) }, nil)
	}
}

// ToggleRead marks the open message unread, and it stays so while it is looked at; or read, if it is unread.
func (p *Page) ToggleRead() {
	if c, ok := p.current(); ok {
		id, read := c.msg.ID, !c.msg.Read
		p.unreadFor = id
		p.edit(page.T("mark the message"), func(ctx context.Context) error { return p.data.MarkRead(ctx, []int64{id}, read) }, nil)
	}
}

func (p *Page) toggleSelect() {
	v := p.reader.view
	v.SetSelecting(!v.Selecting())
	p.reader.tools.sel.SetOn(v.Selecting())
}

func (p *Page) copyText() {
	if c, ok := p.current(); ok {
		fyne.CurrentApp().Clipboard().SetContent(c.doc.Text())
		p.host.Toast(page.T("Text copied"), nil)
	}
}

// Open implements page.Opener: it shows a message, in its folder if the list shows another one.
func (p *Page) Open(id int64) {
	if id == p.reader.id && p.writingFresh() == nil {
		return
	}
	p.leaveComposer()
	p.unreadFor = 0
	if !p.list.selectID(id) {
		p.openElsewhere(id)
	}
	p.reader.open(id)
}

// openElsewhere shows the folder of a message that the list does not have.
func (p *Page) openElsewhere(id int64) {
	p.host.Go("find the message's folder", func(ctx context.Context) {
		rows, err := p.data.MessageRows(ctx, []int64{id})
		if err != nil || len(rows) == 0 {
			return // the reader says so
		}
		p.host.Do(func() {
			f, ok := p.folders.folder(rows[0].FolderID)
			if !ok || p.list.selected != id || p.list.model.index(id) >= 0 || p.list.source.query != "" {
				return
			}
			p.list.reveal = id
			p.folders.choose(f.ID)
			p.list.source.unread = false
			p.openFolder(f)
		})
	})
}

// next moves the selection of the list.
func (p *Page) next(r rune) { p.list.list.TypedRune(r) }

// Commands implements page.Commander.
func (p *Page) Commands() []page.Command {
	ctrl := func(k fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
	}
	shift := func(k fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift}
	}
	return []page.Command{
		{Label: page.T("Reply"), Key: "R", Shortcut: ctrl(fyne.KeyR), Do: p.Reply},
		{Label: page.T("Reply all"), Key: "A", Shortcut: shift(fyne.KeyR), Do: p.ReplyAll},
		{Label: page.T("Forward"), Key: "F", Shortcut: shift(fyne.KeyF), Do: p.Forward},
		{Label: page.T("Attach a file…"), Key: "Ctrl+Shift+A", Shortcut: shift(fyne.KeyA), Do: p.attachFile},
		{Label: page.T("Archive"), Key: "E", Do: p.Archive},
		{Label: page.T("Delete"), Key: "Del", Do: p.Delete},
		{Label: page.T("Flag"), Key: "G", Do: p.ToggleFlag},
		{Label: page.T("Mark unread"), Key: "U", Shortcut: ctrl(fyne.KeyU), Do: p.ToggleRead},
		{Label: page.T("Categories…"), Key: "L", Do: p.Categorize},
		{Label: page.T("Next message"), Key: "J", Do: func() { p.next('j') }},
		{Label: page.T("Previous message"), Key: "K", Do: func() { p.next('k') }},
		{Label: page.T("History of this message"), Do: p.history},
		{Label: page.T("Search mail"), Key: "/", Shortcut: ctrl(fyne.KeyF), Do: p.focusSearch},
	}
}

// attachFile asks for a file for what is being written.
func (p *Page) attachFile() {
	if p.writing != nil {
		p.writing.files.choose()
	}
}

// history shows when and why the open message last changed.
func (p *Page) history() {
	if p.reader.id != 0 {
		p.host.History("message", p.reader.id)
	}
}

func (p *Page) focusSearch() {
	p.host.Window().Canvas().Focus(p.list.head.search)
}

// TypedRune implements page.Keyed.
func (p *Page) TypedRune(r rune) bool {
	switch r {
	case 'r', 'R':
		p.Reply()
	case 'a', 'A':
		p.ReplyAll()
	case 'f', 'F':
		p.Forward()
	case 'e', 'E':
		p.Archive()
	case 'g', 'G':
		p.ToggleFlag()
	case 'u', 'U':
		p.ToggleRead()
	case 'l', 'L':
		p.Categorize()
	case 'j', 'J':
		p.next('j')
	case 'k', 'K':
		p.next('k')
	case '/':
		p.focusSearch()
	case ' ':
		p.reader.scroll.ScrollBy(p.reader.scroll.Size().Height * 0.85)
	default:
		return false
	}
	return true
}

// TypedKey implements page.Keyed.
func (p *Page) TypedKey(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyDelete:
		p.Delete()
	case fyne.KeyEscape:
		if p.list.source.query == "" {
			return false
		}
		p.list.head.clear()
	case fyne.KeyDown, fyne.KeyUp, fyne.KeyPageDown, fyne.KeyPageUp, fyne.KeyHome, fyne.KeyEnd:
		if p.host.Window().Canvas().Focused() == p.list.list {
			return false // it has seen the key
		}
		p.list.list.TypedKey(e)
	default:
		return false
	}
	return true
}

// sendsIn is how long an outbox row waits before it is sent.
func (p *Page) sendsIn(ctx context.Context, id int64) time.Duration {
	items, err := p.data.Outbox(ctx)
	if err != nil {
		return 0 // the row is safe; only the toast says less
	}
	for _, item := range items {
		if item.ID == id && !item.Next.IsZero() {
			return max(0, item.Next.Sub(p.now()))
		}
	}
	return 0
}
