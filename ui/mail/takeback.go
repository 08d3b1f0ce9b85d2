package mail

import (
	"context"
	"errors"
	"strconv"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// sentKey names the copy of a queued mail's text, kept until it has been sent: what is refused can be put right.
func sentKey(outboxID int64) string { return QueuedPrefix + strconv.FormatInt(outboxID, 10) }

// takeBack gives up a mail that has not been sent and opens its composer again. d is what it said; nil: as the copy says.
func (p *Page) takeBack(outboxID, message int64, key string, d *draft) {
	p.host.Go("take mail back", func(ctx context.Context) {
		if d == nil {
			kept, ok := p.keeper.load(ctx, sentKey(outboxID))
			if !ok {
				kept, ok = p.queuedDraft(ctx, outboxID)
			}
			if !ok {
				p.host.Do(func() { p.host.Toast(page.T("Its text is not on this computer any more."), nil) })
				return
			}
			d = &kept
		}
		files, err := p.data.TakeBack(ctx, outboxID, key)
		if err == nil {
			d.Files = nil
			for _, f := range files {
				d.Files = append(d.Files, f.ID)
			}
			p.keeper.save(key, d)
			p.keeper.save(sentKey(outboxID), nil)
		}
		p.host.Do(func() {
			switch {
			case errors.Is(err, mirror.ErrNotFound):
				p.host.Toast(page.T("Too late: it has been sent."), nil)
			case err != nil:
				p.host.Fail(page.T("take the message back"), err)
			default:
				p.reopen(message, key, *d)
			}
		})
	})
}

// queuedDraft makes a draft again of what is queued, where the copy of its text is lost.
func (p *Page) queuedDraft(ctx context.Context, outboxID int64) (draft, bool) {
	items, err := p.data.Outbox(ctx)
	if err != nil {
		return draft{}, false
	}
	for _, it := range items {
		if it.ID != outboxID {
			continue
		}
		if m := it.Mail; m != nil {
			return draft{Kind: freshMail, To: writeAddresses(m.To), Cc: writeAddresses(m.Cc), Subject: m.Subject, Text: m.Text}, true
		}
		if r := it.Answer; r != nil {
			d := draft{Kind: replyOne, To: writeAddresses(r.To), Cc: writeAddresses(r.Cc), Text: r.Text}
			switch {
			case r.Forward:
				d.Kind = forwarding
			case r.All:
				d.Kind = replyAll
			}
			return d, true
		}
	}
	return draft{}, false
}

// EditQueued opens the composer for mail that is queued or was refused, in the page's place.
func (p *Page) EditQueued(item mirror.OutboxItem) { p.editAgain(item) }

// reopen shows the composer with a text that the keeper has.
func (p *Page) reopen(message int64, key string, d draft) {
	switch {
	case message == 0:
		p.leaveComposer()
		p.writing = newComposer(p, key, 0, draft{Kind: freshMail}, d)
		p.reader.put(p.writing.object)
		p.writing.focus()
	case p.reader.id == message && p.reader.shown != nil && p.writing == nil:
		p.write(p.reader.shown, d.Kind, &d, true)
	case p.reader.id == message && p.writing != nil && p.writing.message == message:
		p.writing.fill(d)
	default:
		p.Open(message) // the draft comes with it
	}
}

// editAgain opens the composer for a queued mail that was refused.
func (p *Page) editAgain(item mirror.OutboxItem) {
	key := replyKey(item.ItemID)
	if item.ItemID == 0 {
		key = freshKey("")
		if held, _ := p.keeper.held(key); held != nil || p.writingFresh() != nil {
			key = freshKey(sentKey(item.ID)) // another mail is being written
		}
	}
	p.takeBack(item.ID, item.ItemID, key, nil)
}

// forgetSent drops the copies of mail that has left the outbox. read is when the outbox was read.
func (p *Page) forgetSent(items []mirror.OutboxItem, read time.Time) {
	queued := map[int64]bool{}
	for _, item := range items {
		if item.Kind == "mail.reply" || item.Kind == "mail.send" {
			queued[item.ID] = true
			if _, known := p.copies[item.ID]; !known {
				p.copies[item.ID] = read
			}
		}
	}
	for id, since := range p.copies {
		if !queued[id] && since.Before(read) {
			delete(p.copies, id)
			p.keeper.save(sentKey(id), nil)
		}
	}
}
