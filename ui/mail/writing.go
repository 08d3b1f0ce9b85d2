package mail

import (
	"context"
	"math"
	"strings"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// Reply answers the sender of the open message.
func (p *Page) Reply() { p.begin(replyOne) }

// ReplyAll answers everybody on the open message.
func (p *Page) ReplyAll() { p.begin(replyAll) }

// Forward passes the open message on.
func (p *Page) Forward() { p.begin(forwarding) }

// wanted is an answer that was asked for while its message was still being read. text is what it says already, under the name
// of key; nil for one that begins.
type wanted struct {
	message int64
	kind    composeKind
	key     string
	text    *draft
}

func (p *Page) begin(kind composeKind) {
	c, ok := p.current()
	if p.writingFresh() != nil {
		return
	}
	if !ok {
		p.wanted = &wanted{message: p.reader.id, kind: kind} // typed faster than the message was read
		return
	}
	if w := p.writing; w != nil {
		if w.sending {
			return
		}
		if w.kind != kind {
			w.turn(p.blank(c, kind))
		}
		w.focus()
		return
	}
	p.write(c, kind, nil, true)
}

// blank is a composer's content before anything is typed.
func (p *Page) blank(c *content, kind composeKind) draft {
	d := draft{Kind: kind, Thread: c.msg.Conversation}
	if kind != forwarding {
		to, cc := recipients(&c.msg, kind == replyAll, p.own)
		d.To, d.Cc = writeAddresses(to), writeAddresses(cc)
	}
	return d
}

// write opens the composer below a message, with a draft if there is one.
func (p *Page) write(c *content, kind composeKind, d *draft, focus bool) {
	p.writeAs(replyKey(c.msg.ID), c, kind, d, focus)
}

// writeAs is write for a draft of another name.
func (p *Page) writeAs(key string, c *content, kind composeKind, d *draft, focus bool) {
	begun := p.blank(c, kind)
	if d == nil {
		d = &begun
	}
	p.writing = newComposer(p, key, c.msg.ID, begun, *d)
	p.asideChanged(p.writing)
	p.reader.compose(p.writing)
	if focus {
		p.writing.focus()
	}
}

// New implements page.Newer: an empty mail, or the one that was begun.
func (p *Page) New() { p.fresh("", "") }

// Compose implements page.Composer: a mail to an address.
func (p *Page) Compose(name, addr string) { p.fresh(name, addr) }

func (p *Page) fresh(name, addr string) {
	key := freshKey(strings.ToLower(addr))
	if w := p.writingFresh(); w != nil && w.key == key {
		w.focus()
		return
	}
	p.leaveComposer()
	begun := draft{Kind: freshMail}
	if addr != "" {
		begun.To = writeAddresses([]mirror.Address{{Name: name, Addr: addr}})
	}
	show := func(d draft) {
		w := newComposer(p, key, 0, begun, d)
		p.writing = w
		p.reader.put(w.object)
		w.focus()
	}
	if d, known := p.keeper.held(key); known || p.keeper.store == nil {
		if d == nil {
			d = &begun
		}
		show(*d)
		return
	}
	show(begun)
	w := p.writing
	p.host.Go("read the draft", func(ctx context.Context) {
		d, ok := p.keeper.load(ctx, key)
		p.host.Do(func() {
			if ok && p.writing == w && !w.touched() {
				w.fill(d)
			}
		})
	})
}

// writingFresh is the composer of a new mail if one is open.
func (p *Page) writingFresh() *composer {
	if p.writing != nil && p.writing.message == 0 {
		return p.writing
	}
	return nil
}

// leaveComposer keeps what was typed and takes the composer away.
func (p *Page) leaveComposer() {
	if w := p.writing; w != nil {
		w.keep()
		p.writing = nil
		p.asideChanged(w)
	}
}

// asideChanged offers the draft of a composer that was closed, where nothing else leads to it, and offers that of one that was
// opened no more.
func (p *Page) asideChanged(c *composer) {
	if strings.HasPrefix(c.key, asidePrefix) || c.message == 0 && !strings.HasPrefix(c.key, freshKey("")) {
		p.load()
	}
}

// composed takes a composer away that was sent or discarded, and shows what was read before.
func (p *Page) composed(c *composer) {
	if p.writing != c {
		return
	}
	p.writing = nil
	p.asideChanged(c)
	switch {
	case c.message != 0:
		p.reader.compose(nil)
		p.otherAnswer(c)
	case p.reader.id != 0:
		p.reader.put(p.reader.message)
	default:
		p.reader.none()
	}
	p.focusList()
}

// otherAnswer brings back the answer that gave way to one that was taken back.
func (p *Page) otherAnswer(c *composer) {
	own := replyKey(c.message)
	if c.key == own {
		return
	}
	p.host.Go("read the draft", func(ctx context.Context) {
		d, ok := p.keeper.load(ctx, own)
		p.host.Do(func() {
			if shown := p.reader.shown; ok && p.writing == nil && shown != nil && shown.msg.ID == c.message && shown.msg.Conversation == d.Thread {
				p.write(shown, d.Kind, &d, true)
			}
		})
	})
}

// queued tells that a mail is on its way and offers to take it back while it still waits.
func (p *Page) queued(c *composer, outboxID int64, d draft, wait time.Duration) {
	text := page.T("Mail queued")
	if c.message != 0 {
		text = page.T("Reply queued")
	}
	if c.kind == forwarding {
		text = page.T("Forward queued")
	}
	if n := int(math.Ceil(wait.Seconds())); n > 0 && wait < time.Minute {
		text += " · " + page.N("sends in {{.N}} second", "sends in {{.N}} seconds", n)
	}
	p.copies[outboxID] = time.Now()
	t := taken{outbox: outboxID, message: c.message, key: c.key, text: &d}
	if shown := p.reader.shown; shown != nil && shown.msg.ID == c.message {
		t.subject = shown.msg.Subject
	}
	p.host.Toast(text, func() { p.takeBack(t) })
}
