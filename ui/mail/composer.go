package mail

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/complete"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

const (
	labelWidth     = 56
	composerHeight = 288 // below a message, without files
	savePause      = 700 * time.Millisecond
	maxSubject     = 255 // Exchange's own limit
)

// composer writes an answer or a new mail. It sends once: the button is dead from the first press on until that failed.
type composer struct {
	p       *Page
	key     string
	kind    composeKind
	message int64 // answered or forwarded; 0 for a new mail
	thread  string
	begun   draft // what it looked like before anything was typed

	title   *kit.Text
	from    *from
	to, cc  *addressField
	subject *kit.Entry // nil below a message
	wrong   *kit.Text
	text    *kit.Entry
	send    *kit.Button
	attach  *kit.Button
	files   *attached
	// note stands beside Send, unless there is a reason that mail cannot be sent.
	note     string
	noteLine *kit.Text
	foot     *fyne.Container
	buttons  fyne.CanvasObject
	sending  bool
	closed   bool
	saving   bool // a save is due
	object   fyne.CanvasObject
}

// addressField is a line of addresses with its label, and what is wrong with them below.
type addressField struct {
	entry  *kit.Entry
	wrong  *kit.Text
	people *complete.List
	object *fyne.Container
}

func (c *composer) newAddressField(label string) *addressField {
	f := &addressField{entry: kit.NewEntry("", false), wrong: kit.NewLine("", kit.SizeSmall, kit.ColorBad)}
	f.wrong.Hide()
	f.people = complete.New(c.p.host, f.entry, c.p.Suggest)
	f.people.Write = func(a page.Party) string { return writeAddresses([]mirror.Address{mirror.Address(a)}) }
	f.people.Has = func(text, addr string) bool {
		have, _ := parseAddresses(text)
		return slices.ContainsFunc(have, func(a mirror.Address) bool { return strings.EqualFold(a.Addr, addr) })
	}
	f.people.Changed = func() { c.object.Refresh() }
	f.object = kit.Stack(2, labelled(label, f.entry), kit.Inset(f.people.Object(), 0, 0, 0, labelWidth), kit.Inset(f.wrong, 0, 0, 0, labelWidth))
	return f
}

func labelled(label string, o fyne.CanvasObject) *fyne.Container {
	return kit.Row(0, kit.Fixed(kit.NewText(label, kit.SizeSmall, kit.ColorMuted), labelWidth, 0), kit.Grow(o))
}

// read gives the addresses, or nil and false with the reason shown. An empty field is right unless must is true.
func (f *addressField) read(must bool) ([]mirror.Address, bool) {
	good, bad := parseAddresses(f.entry.Text)
	why := ""
	switch {
	case len(bad) > 0:
		why = page.T("“{{.Text}}” is not an e-mail address", map[string]any{"Text": bad[0]})
	case must && len(good) == 0:
		why = page.T("Who should get this?")
	}
	f.complain(why)
	return good, why == ""
}

func (f *addressField) complain(why string) {
	f.wrong.SetText(why)
	f.wrong.Hidden = why == ""
	f.object.Refresh()
}

// newComposer builds a composer and fills it. begun is what an untouched one holds; d what it shows now.
func newComposer(p *Page, key string, message int64, begun, d draft) *composer {
	c := &composer{p: p, key: key, kind: d.Kind, message: message, thread: begun.Thread, begun: begun}
	c.title = kit.NewLine("", kit.SizeBody, kit.ColorText).Bold()
	c.to, c.cc = c.newAddressField(page.T("To")), c.newAddressField(page.T("Cc"))
	c.wrong = kit.NewLine("", kit.SizeSmall, kit.ColorBad)
	c.text = kit.NewEntry(page.T("Write your message"), true)
	c.send = kit.NewPrimary(page.T("Send"), "sent", c.Send)
	c.send.Tip = page.T("Send (Ctrl+Enter)")
	fields := kit.Stack(6)
	if c.from = newFrom(c); c.from.object != nil {
		fields.Add(c.from.object)
	}
	fields.Add(c.to.object)
	fields.Add(c.cc.object)
	entries := []*kit.Entry{c.to.entry, c.cc.entry, c.text}
	if message == 0 {
		c.subject = kit.NewEntry("", false)
		fields.Add(labelled(page.T("Subject"), c.subject))
		entries = append(entries, c.subject)
	}
	for _, e := range entries {
		e.OnEdit = func(string) { c.edited() }
		e.OnSend = c.Send
		e.OnEscape = c.escape
	}
	for _, f := range []*addressField{c.to, c.cc} {
		f.entry.OnEdit = func(string) {
			c.edited()
			f.people.Typed()
		}
		f.entry.OnEscape = func() {
			if !f.people.Hide() {
				c.escape()
			}
		}
	}
	if message != 0 {
		c.note = page.T("The conversation is quoted below your text.")
	}
	c.noteLine = kit.NewLine(c.note, kit.SizeSmall, kit.ColorMuted)
	closer := kit.NewIconButton("close", page.T("Close (Esc)"), c.escape)
	c.attach = kit.NewButton(page.T("Attach"), "attachment", func() { c.files.choose() })
	c.attach.Tip = page.T("Attach a file")
	c.files = newAttached(c)
	c.buttons = kit.Row(kit.S2, c.send, c.attach, kit.Grow(c.noteLine))
	c.foot = container.NewStack(c.buttons)
	head := kit.Row(kit.S2, kit.Grow(c.title), closer)
	c.object = kit.Surface(kit.ColorPage, kit.Inset(kit.Stack(kit.S2, head, fields, kit.Grow(c.text), c.files.object, c.wrong, c.foot), kit.S1, kit.S4, kit.S3, kit.S4))
	c.wrong.Hide()
	c.fill(d)
	c.permit()
	return c
}

func (c *composer) fill(d draft) {
	c.kind = d.Kind
	c.to.entry.Fill(d.To)
	c.cc.entry.Fill(d.Cc)
	c.text.Fill(d.Text)
	if c.subject != nil {
		c.subject.Fill(d.Subject)
		c.from.account = c.p.byUPN(d.From)
		c.from.show()
	}
	c.files.load(d.Files)
	c.title.SetText(map[composeKind]string{
		replyOne: page.T("Reply"), replyAll: page.T("Reply all"), forwarding: page.T("Forward"), freshMail: page.T("New mail"),
	}[d.Kind])
}

// turn makes a reply to one out of a reply to all, and so on: other recipients, the same text.
func (c *composer) turn(begun draft) {
	d := c.draft()
	c.begun = begun
	d.Kind, d.To, d.Cc = begun.Kind, begun.To, begun.Cc
	c.fill(d)
	c.keep()
}

// draft is what the fields hold now.
func (c *composer) draft() draft {
	d := draft{Kind: c.kind, To: c.to.entry.Text, Cc: c.cc.entry.Text, Text: c.text.Text, Thread: c.thread, Files: c.files.ids()}
	if c.message != 0 && c.key != replyKey(c.message) {
		d.Message = c.message
	}
	if c.subject != nil {
		d.Subject = c.subject.Text
		if c.from.account != 0 {
			d.From = c.p.upn(c.from.account)
		}
	}
	return d
}

// touched tells whether there is anything to lose.
func (c *composer) touched() bool {
	d := c.draft()
	return strings.TrimSpace(d.Text) != strings.TrimSpace(c.begun.Text) || d.Subject != c.begun.Subject || len(d.Files)+len(c.files.copying) > 0 ||
		c.subject != nil && (d.To != c.begun.To || d.Cc != c.begun.Cc)
}

// edited keeps the draft when the typing rests for a moment.
func (c *composer) edited() {
	if !c.wrong.Hidden || !c.to.wrong.Hidden || !c.cc.wrong.Hidden {
		c.complain("")
		c.to.complain("")
		c.cc.complain("")
	}
	if c.saving {
		return
	}
	c.saving = true
	c.p.host.Go("keep the draft", func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(savePause):
			c.p.host.Do(func() {
				if c.saving {
					c.keep()
				}
			})
		}
	})
}

// keep hands the draft to the keeper; one without anything typed is forgotten.
func (c *composer) keep() {
	c.saving = false
	if c.closed || c.sending {
		return
	}
	if !c.touched() {
		c.p.keeper.save(c.key, nil)
		return
	}
	d := c.draft()
	c.p.keeper.save(c.key, &d)
}

func (c *composer) complain(why string) {
	c.wrong.SetText(why)
	c.wrong.Hidden = why == ""
	c.object.Refresh()
}

// focus puts the cursor where writing goes on.
func (c *composer) focus() {
	e := c.text
	if strings.TrimSpace(c.to.entry.Text) == "" {
		e = c.to.entry
	}
	c.p.host.Window().Canvas().Focus(e)
}

// escape closes the composer, asking first if something was typed.
func (c *composer) escape() {
	if c.sending {
		return
	}
	if !c.touched() {
		c.discard()
		return
	}
	keep := kit.NewButton(page.T("Keep writing"), "", func() {
		c.ask(nil)
		c.focus()
	})
	away := kit.NewButton(page.T("Discard"), "trash", c.discard)
	away.Kind = kit.Danger
	c.ask(kit.Row(kit.S2, kit.NewText(page.T("Discard draft?"), kit.SizeBody, kit.ColorText).Bold(), kit.Spring(), away, keep))
	c.p.host.Window().Canvas().Focus(keep)
}

// ask puts a question where the buttons are; nil brings them back.
func (c *composer) ask(question fyne.CanvasObject) {
	if question == nil {
		question = c.buttons
	}
	c.foot.Objects = []fyne.CanvasObject{question}
	c.foot.Refresh()
}

func (c *composer) discard() {
	c.closed = true
	c.files.forget(c.files.ids()...)
	c.p.keeper.save(c.key, nil)
	c.p.composed(c)
}

// Send checks the fields and queues the mail, once.
func (c *composer) Send() {
	if c.sending || c.closed || !c.permit() {
		return
	}
	to, okTo := c.to.read(true)
	cc, okCc := c.cc.read(false)
	d := c.draft()
	switch {
	case !okTo || !okCc:
		c.object.Refresh()
		return
	case len(c.files.copying) > 0:
		c.complain(page.T("A file is still being copied. It is a matter of seconds."))
		return
	case c.kind != forwarding && strings.TrimSpace(d.Text) == "" && strings.TrimSpace(d.Subject) == "" && len(d.Files) == 0:
		c.complain(page.T("There is nothing written yet."))
		return
	case len([]rune(d.Subject)) > maxSubject:
		c.complain(page.T("The subject is too long."))
		return
	}
	c.sending = true
	c.send.Disable()
	c.text.Disable()
	p, account := c.p, c.account()
	p.host.Go("queue mail", func(ctx context.Context) {
		var id int64
		var err error
		p.keeper.rest(c.key) // the draft goes with the commit that queues the mail, so that a crash leaves one or the other
		if c.message == 0 {
			id, err = p.data.SendMail(ctx, mirror.NewMail{AccountID: account, To: to, Cc: cc, Subject: strings.TrimSpace(d.Subject), Text: d.Text, Files: d.Files, Draft: c.key})
		} else {
			if cc == nil {
				cc = []mirror.Address{} // none, rather than those that the service would choose
			}
			id, err = p.data.SendReply(ctx, mirror.Reply{MessageID: c.message, All: c.kind == replyAll, Forward: c.kind == forwarding, To: to, Cc: cc, Text: d.Text, Files: d.Files, Draft: c.key})
		}
		wait := time.Duration(0)
		if err == nil {
			p.keeper.save(sentKey(id), &d)
			p.keeper.save(c.key, nil)
			wait = p.sendsIn(ctx, id)
		}
		p.host.Do(func() { c.sent(id, d, wait, err) })
	})
}

func (c *composer) sent(id int64, d draft, wait time.Duration, err error) {
	if err != nil {
		c.sending = false
		c.send.Enable()
		c.text.Enable()
		c.keep()
		var bad mirror.ErrBadInput
		if errors.As(err, &bad) {
			c.refused(bad)
			return
		}
		c.p.host.Fail(page.T("queue the message"), err)
		return
	}
	c.closed = true
	c.p.composed(c)
	c.p.queued(c, id, d, wait)
}

// refused shows what the mirror did not take at the field that it concerns.
func (c *composer) refused(bad mirror.ErrBadInput) {
	switch bad.Field {
	case "to":
		c.to.complain(page.T("One of these addresses cannot be used."))
	case "cc":
		c.cc.complain(page.T("One of these addresses cannot be used."))
	case "subject":
		c.complain(page.T("The subject is too long or has characters that mail cannot carry."))
	case "files":
		c.complain(map[string]string{
			"missing":  page.T("A file of this mail is no longer on this computer. Remove it and attach it again."),
			"toolarge": page.T("The files are more than the {{.Most}} that a mail can carry.", map[string]any{"Most": fileSize(mirror.MaxFileSize)}),
			"many":     page.T("These are more files than one mail can carry."),
		}[bad.Why])
	case "account":
		c.complain(page.T("There is no mailbox to send from."))
	default:
		c.complain(page.T("The text is too long or has characters that mail cannot carry."))
	}
	c.object.Refresh()
}
