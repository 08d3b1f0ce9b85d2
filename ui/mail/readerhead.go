package mail

import (
	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// readerHead is the subject and who wrote to whom and when.
type readerHead struct {
	subject *kit.Paragraph
	avatar  *kit.Avatar
	from    *kit.Text
	addr    *kit.Text
	date    *kit.Text
	to      *kit.Text
	more    *kit.Button
	all     *kit.Paragraph
	allBox  *fyne.Container
	id      int64
	object  *fyne.Container
	reflow  func()
}

func newReaderHead(reflow func()) *readerHead {
	h := &readerHead{
		subject: kit.NewParagraph("", kit.SizeHeading, kit.ColorText),
		avatar:  kit.NewAvatar("", 36),
		from:    kit.NewLine("", kit.SizeBody, kit.ColorText).Bold(),
		addr:    kit.NewLine("", kit.SizeSmall, kit.ColorMuted),
		date:    kit.NewText("", kit.SizeSmall, kit.ColorMuted),
		to:      kit.NewLine("", kit.SizeSmall, kit.ColorMuted),
		all:     kit.NewParagraph("", kit.SizeSmall, kit.ColorMuted),
		reflow:  reflow,
	}
	h.subject.Style.Bold = true
	h.allBox = kit.Inset(h.all, 0, 0, 0, 36+kit.S3)
	h.allBox.Hide()
	h.more = kit.NewLink("", "chevron-down", func() { h.expand(!h.allBox.Visible()) })
	h.more.Tip = page.T("Show all recipients")
	lines := kit.Stack(1, kit.Row(kit.S3, kit.Grow(h.from), h.date), h.addr, kit.Row(0, kit.Grow(h.to), h.more))
	who := kit.Row(kit.S3, kit.Stack(0, h.avatar), kit.Grow(lines))
	h.object = kit.Tall(kit.S3, h.subject, who, h.allBox)
	return h
}

func (h *readerHead) show(m *mirror.Message) {
	h.subject.SetText(subjectOf(m.Subject))
	name := display(m.From)
	h.avatar.SetName(name)
	h.from.SetText(name)
	addr := m.From.Addr
	if addr == name {
		addr = ""
	}
	h.addr.SetText(addr)
	at := m.Received
	if at.IsZero() {
		h.date.SetText("")
	} else {
		h.date.SetText(when.DateOf(at.Local()).Full() + ", " + when.Time(at))
	}
	line := ""
	if len(m.To) > 0 {
		line = page.T("to {{.Names}}", map[string]any{"Names": names(m.To)})
	}
	if len(m.Cc) > 0 {
		line += page.T(" · cc {{.Names}}", map[string]any{"Names": names(m.Cc)})
	}
	h.to.SetText(line)
	text := ""
	add := func(label string, list []mirror.Address) {
		if len(list) > 0 {
			if text != "" {
				text += "\n"
			}
			text += label
			for _, a := range list {
				text += "\n" + writeAddresses([]mirror.Address{a})
			}
		}
	}
	add(page.T("To:"), m.To)
	add(page.T("Cc:"), m.Cc)
	add(page.T("Bcc:"), m.Bcc)
	add(page.T("Answers go to:"), m.ReplyTo)
	h.all.SetText(text)
	h.more.Hidden = text == ""
	if m.ID != h.id {
		h.id = m.ID
		h.expand(false)
	}
}

// expand shows all recipients with their addresses, or one line of names.
func (h *readerHead) expand(on bool) {
	h.more.Icon = "chevron-down"
	if on {
		h.more.Icon = "chevron-up"
	}
	h.more.Refresh()
	if on {
		h.allBox.Show()
	} else {
		h.allBox.Hide()
	}
	h.object.Refresh()
	h.reflow()
}

// toolbar is what can be done with the open message.
type toolbar struct {
	reply, replyAll, forward, archive, trash, flag, unread, tag, sel, copy, history *kit.Button
	object                                                                          fyne.CanvasObject
}

func newToolbar(p *Page) *toolbar {
	t := &toolbar{
		reply:    kit.NewButton(page.T("Reply"), "reply", p.Reply),
		replyAll: kit.NewIconButton("reply-all", page.T("Reply all (A)"), p.ReplyAll),
		forward:  kit.NewIconButton("forward", page.T("Forward (F)"), p.Forward),
		archive:  kit.NewIconButton("archive", page.T("Archive (E)"), p.Archive),
		trash:    kit.NewIconButton("trash", page.T("Delete (Del)"), p.Delete),
		flag:     kit.NewIconButton("flag", page.T("Flag (G)"), p.ToggleFlag),
		unread:   kit.NewIconButton("unread", page.T("Mark unread (U)"), p.ToggleRead),
		tag:      kit.NewIconButton("tag", page.T("Categories (L)"), p.Categorize),
		sel:      kit.NewIconButton("note", page.T("Select text"), p.toggleSelect),
		copy:     kit.NewIconButton("copy", page.T("Copy the whole text"), p.copyText),
		history:  kit.NewIconButton("clock", page.T("History of this message"), p.history),
	}
	t.reply.Tip = page.T("Reply (R)")
	bar := kit.Row(2, t.reply, t.replyAll, t.forward, kit.Fixed(kit.Spring(), kit.S2, 0), t.archive, t.trash, t.flag, t.unread, t.tag,
		kit.Spring(), t.sel, t.copy, t.history)
	t.object = kit.Fixed(kit.Inset(bar, 0, kit.S3, 0, kit.S4), 0, listHeadHeight)
	return t
}

// show sets the buttons to a message's state; nil while it is not known.
func (t *toolbar) show(m *mirror.MessageRow) {
	for _, b := range []*kit.Button{t.reply, t.replyAll, t.forward, t.archive, t.trash, t.flag, t.unread, t.tag, t.sel, t.copy, t.history} {
		if m == nil {
			b.Disable()
		} else {
			b.Enable()
		}
	}
	t.sel.SetOn(false)
	if m == nil {
		return
	}
	t.flag.SetOn(m.Flagged)
	t.flag.Tip = page.T("Flag (G)")
	if m.Flagged {
		t.flag.Tip = page.T("Clear the flag (G)")
	}
	t.unread.Icon, t.unread.Tip = "unread", page.T("Mark unread (U)")
	if !m.Read {
		t.unread.Icon, t.unread.Tip = "read", page.T("Mark read (U)")
	}
	t.unread.Refresh()
}
