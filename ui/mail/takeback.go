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
				p.host.Do(func() { p.host.Toast(page.T("Its text is not on this computer any more."), nil) })
				return
			}
			d = &kept
		}
		err := p.data.Discard(ctx, outboxID)
		if err == nil {
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
