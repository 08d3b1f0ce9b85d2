package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/richmail"
)

// content is all that the reader shows of a message.
type content struct {
	msg     mirror.Message
	doc     *richmail.Doc
	thread  []mirror.MessageRow // the others of the conversation, oldest first
	outbox  []mirror.OutboxItem // what concerns this message
	draft   draft
	hasText bool // of draft
	offline bool
	kept    map[string]bool // attachments on this computer
}

// reader shows one message with its conversation. The composer takes its lower part.
type reader struct {
	p      *Page
	id     int64 // 0: none
	shown  *content
	loader *page.Loader[content]

	view    *richmail.View
	head    *readerHead
	thread  *threadList
	chips   *chips
	tags    *tags
	banners *fyne.Container
	body    *fyne.Container // the view, or why there is none
	box     *fyne.Container
	scroll  *kit.TallScroll
	tools   *toolbar
	lower   *fyne.Container // composer
	object  *fyne.Container
	message fyne.CanvasObject
}

func newReader(p *Page) *reader {
	r := &reader{p: p, loader: page.NewLoader[content](p.host, "read message")}
	r.view = richmail.NewView()
	r.view.OnLink = p.follow
	r.view.OnReflow = r.reflow
	r.head = newReaderHead(r.reflow)
	r.thread = newThreadList(r)
	r.chips, r.tags = newChips(p), newTags(p)
	r.banners = kit.Tall(kit.S2)
	r.body = kit.Tall(0)
	r.box = kit.Tall(kit.S3, r.head.object, r.tags.object, r.banners, r.thread.object, r.chips.object, r.body)
	r.scroll = kit.NewTallScroll(kit.Inset(r.box, kit.S3, kit.S5, kit.S5, kit.S4+kit.S1))
	r.tools = newToolbar(p)
	r.lower = kit.Stack(0)
	r.message = kit.Stack(0, r.tools.object, kit.Hairline(), kit.Grow(r.scroll), r.lower)
	r.object = container.NewStack()
	r.none()
	return r
}

func (r *reader) reflow() { r.scroll.Reflow() }

// put shows one thing in the whole pane.
func (r *reader) put(o fyne.CanvasObject) {
	r.object.Objects = []fyne.CanvasObject{kit.Surface(kit.ColorPage, o)}
	r.object.Refresh()
}

// none says that nothing is selected.
func (r *reader) none() {
	r.loader.Cancel()
	r.id, r.shown = 0, nil
	r.put(kit.NewEmpty("mail", page.T("No message selected"), page.T("Choose one on the left, or press J for the next and K for the one before."),
		kit.NewButton(page.T("New mail"), "edit", r.p.New)))
}

// open shows a message. What is in memory of it is shown at once, so that an earlier message never stands there under a
// newer selection.
func (r *reader) open(id int64) {
	r.loader.Cancel()
	r.id, r.shown = id, nil
	r.lower.Objects = nil
	row, _, _ := r.p.list.model.byID(id)
	row.ID = id
	r.head.show(&mirror.Message{MessageRow: row})
	r.tools.show(nil)
	r.thread.show(nil, 0)
	r.chips.show(nil, nil)
	r.tags.show(&row)
	r.banners.Objects, r.body.Objects = nil, nil
	r.put(r.message)
	r.reflow()
	r.scroll.ScrollToTop()
	r.refresh()
}

// refresh reads the open message again and shows what has changed.
func (r *reader) refresh() {
	id, before := r.id, r.shown
	if id == 0 {
		return
	}
	r.loader.Load(func(ctx context.Context) (content, error) { return r.p.readContent(ctx, id, before) },
		func(c content, err error) {
			switch {
			case errors.Is(err, mirror.ErrNotFound):
				r.p.list.selected = 0
				r.lost()
			case err != nil:
				r.put(kit.NewEmpty("warning", page.T("The message could not be read"), r.p.host.Explain("read the message", err), kit.NewButton(page.T("Try again"), "sync", r.retry)))
			default:
				r.show(c)
			}
		})
}

// lost takes away a message that is no more. What is being written stays on the screen; an answer to it becomes a new mail.
func (r *reader) lost() {
	w, id, subject, from := r.p.writing, r.id, "", ""
	if r.shown != nil {
		subject = r.shown.msg.Subject
	}
	if w != nil {
		from = r.p.upn(w.account())
	}
	if w != nil && w.message == id && w.sending { // whether it was queued decides
		r.p.host.Go("wait for an answer to be queued", func(ctx context.Context) {
			select {
			case <-ctx.Done():
			case <-time.After(savePause):
				r.p.host.Do(func() {
					if r.id == id {
						r.refresh()
					}
				})
			}
		})
		return
	}
	r.loader.Cancel()
	r.id, r.shown = 0, nil
	switch {
	case w != nil && w.message == id && w.touched():
		r.p.orphan(w, subject, from)
	case w != nil && w.message == id:
		r.p.leaveComposer()
		r.none()
	case r.p.writingFresh() == nil:
		r.none()
	}
}

func (r *reader) retry() { r.open(r.id) }

// readContent gathers a message in the background. before is what is shown of it, whose document is used again when the
// body is the same.
func (p *Page) readContent(ctx context.Context, id int64, before *content) (content, error) {
	m, err := p.data.Message(ctx, id)
	if err != nil {
		return content{}, fmt.Errorf("read message: %w", err)
	}
	c := content{msg: m}
	all, err := p.data.Conversation(ctx, id)
	if err != nil {
		return content{}, fmt.Errorf("read conversation: %w", err)
	}
	for _, row := range all {
		if row.ID != id && !row.Draft {
			c.thread = append(c.thread, row)
		}
	}
	items, err := p.data.Outbox(ctx)
	if err != nil {
		return content{}, fmt.Errorf("read outbox: %w", err)
	}
	for _, item := range items {
		if item.ItemKind == "message" && item.ItemID == id {
			c.outbox = append(c.outbox, item)
		}
	}
	if c.kept, err = p.data.KeptFiles(ctx, id); err != nil {
		return content{}, fmt.Errorf("read kept attachments: %w", err)
	}
	if before != nil {
		c.doc = before.doc
	}
	if before == nil || before.msg.Body != m.Body || before.msg.HTML != m.HTML {
		c.doc = document(&m)
	}
	if before == nil {
		c.draft, c.hasText = p.keeper.load(ctx, replyKey(id))
		c.hasText = c.hasText && c.draft.Thread == m.Conversation // row ids are used again once a mailbox was erased
		if !m.BodyKnown {
			if err := p.data.FetchBody(ctx, id); err != nil {
				return content{}, fmt.Errorf("ask for the message's text: %w", err)
			}
		}
	}
	if !m.BodyKnown {
		states, err := p.data.Status(ctx)
		if err != nil {
			return content{}, fmt.Errorf("read sync state: %w", err)
		}
		for _, s := range states {
			c.offline = c.offline || s.Offline || s.SignIn
		}
	}
	return c, nil
}

// document reads a message's body.
func document(m *mirror.Message) *richmail.Doc {
	if !m.HTML {
		return richmail.Plain(m.Body)
	}
	files := map[string]string{}
	for _, a := range m.Attachments {
		if a.ContentID != "" {
			files[strings.Trim(a.ContentID, "<>")] = a.Name
		}
	}
	return richmail.HTML(m.Body, files)
}

func (r *reader) show(c content) {
	first := r.shown == nil
	same := !first && r.shown.doc == c.doc && r.shown.msg.BodyKnown == c.msg.BodyKnown
	r.shown = &c
	r.head.show(&c.msg)
	r.tools.show(&c.msg.MessageRow)
	r.thread.show(c.thread, c.msg.ID)
	r.chips.show(&c.msg, c.kept)
	r.tags.show(&c.msg.MessageRow)
	r.showBanners()
	if !same {
		r.view.OnBrowser = nil
		if c.msg.HTML {
			r.view.OnBrowser = func() { r.p.openInBrowser(c.msg.Subject, c.msg.Body) }
		}
		r.view.Set(c.doc)
		r.body.Objects = []fyne.CanvasObject{r.bodyOf(&c)}
	}
	r.box.Refresh()
	r.reflow()
	if first {
		r.p.opened(&c)
	}
}

func (r *reader) bodyOf(c *content) fyne.CanvasObject {
	note := func(icon, text string) fyne.CanvasObject {
		return kit.Columns(kit.S2, kit.NewIcon(icon, kit.ColorMuted, 16), kit.Grow(kit.NewParagraph(text, kit.SizeBody, kit.ColorMuted)))
	}
	switch {
	case !c.msg.BodyKnown && c.offline:
		return kit.Tall(kit.S3, kit.NewParagraph(c.msg.Preview, kit.SizeBody, kit.ColorText),
			note("offline", page.T("The rest of this message is not here yet. It comes as soon as the connection is back.")))
	case !c.msg.BodyKnown:
		return kit.Tall(kit.S3, kit.NewParagraph(c.msg.Preview, kit.SizeBody, kit.ColorText),
			note("sync", page.T("The rest of this message is being fetched.")))
	case len(c.doc.Blocks) == 0 && c.doc.Remote == 0:
		return note("info", page.T("This message has no text."))
	}
	return r.view
}

// compose puts the composer below the message, or takes it away.
func (r *reader) compose(c *composer) {
	r.lower.Objects = nil
	if c != nil {
		r.lower.Objects = []fyne.CanvasObject{kit.Hairline(), container.New(composerBox{c}, c.object)}
	}
	r.roomForComposer()
}

// roomForComposer lays the reader out anew when the composer has grown or gone.
func (r *reader) roomForComposer() {
	r.lower.Refresh()
	if o, ok := r.message.(*fyne.Container); ok {
		o.Refresh() // the scroll gives or takes the room
		o.Refresh() // words and chips know their width now
	}
}
