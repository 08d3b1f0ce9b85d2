package mail

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// sentKey names the copy of a queued mail's text, kept until it has been sent: what is refused can be put right.
func sentKey(outboxID int64) string { return QueuedPrefix + strconv.FormatInt(outboxID, 10) }

// taken is mail that is being taken back, and where its text goes.
type taken struct {
	outbox  int64
	message int64  // answered or forwarded; 0 for a new mail
	subject string // of that message, if it is known
	gone    bool   // the service has said that it is not there any more
	key     string // the draft that the mail becomes, unless another text is there
	text    *draft // what it said; nil: as the copy says
}

// takeBack gives up a mail that has not been sent and opens its composer again. What was begun in its place since stays: the
// mail that is taken back then goes under a name of its own.
func (p *Page) takeBack(t taken) {
	sending := "" // its draft is not kept any more, and comes back if it cannot be queued
	if w := p.writing; w != nil {
		w.keep() // what stands in it counts as kept below
		if w.sending {
			sending = w.key
		}
	}
	p.host.Go("take mail back", func(ctx context.Context) {
		d := t.text
		if d == nil {
			kept, ok := p.keeper.load(ctx, sentKey(t.outbox))
			if !ok {
				kept, ok = p.queuedDraft(ctx, t.outbox)
			}
			if !ok {
				p.host.Do(func() { p.host.Toast(page.T("Its text is not on this computer any more."), nil) })
				return
			}
			d = &kept
		}
		alone := t.message != 0 && (t.gone || p.isGone(ctx, t.message))
		if alone {
			*d, t.message, t.key = d.alone(t.subject), 0, freshKey("")
		}
		key := p.freeKey(ctx, t, sending)
		files, err := p.data.TakeBack(ctx, t.outbox, key)
		if err == nil {
			d.Files = nil
			for _, f := range files {
				d.Files = append(d.Files, f.ID)
			}
			p.keeper.save(key, d)
			p.keeper.save(sentKey(t.outbox), nil)
		}
		p.host.Do(func() {
			switch {
			case errors.Is(err, mirror.ErrNotFound):
				p.host.Toast(page.T("Too late: it has been sent."), nil)
			case err != nil:
				p.host.Fail(page.T("take the message back"), err)
			default:
				p.takenBack(t, key, *d)
				if alone {
					p.host.Toast(page.T("The message that this answers was deleted. It is a new mail now, with your text."), nil)
				}
			}
		})
	})
}

// takenBack opens what was taken back, and says so where it does not stand in its own place.
func (p *Page) takenBack(t taken, key string, d draft) {
	if w := p.writing; w != nil && w.key == key {
		if w.touched() { // begun while the mail was taken back
			key = asideKey(t.outbox, 0)
			p.keeper.save(key, &d)
			w.keep()
		} else {
			p.writing = nil
		}
	}
	p.reopen(t.message, key, d)
	switch {
	case key == t.key:
	case t.message != 0:
		p.host.Toast(page.T("Your other answer is kept, and comes back after this one."), nil)
	default:
		p.host.Toast(page.T("The other new mail that you began is kept. “New mail” opens it again."), nil)
	}
}

// isGone tells whether a message is not on this computer any more.
func (p *Page) isGone(ctx context.Context, message int64) bool {
	rows, err := p.data.MessageRows(ctx, []int64{message})
	return err == nil && len(rows) == 0
}

// alone makes a new mail out of an answer whose message is gone: nothing leads to the draft of an answer but its message.
func (d draft) alone(subject string) draft {
	begins := "Re: "
	if d.Kind == forwarding {
		begins = "Fw: "
	}
	if subject != "" && !strings.HasPrefix(strings.ToLower(subject), strings.ToLower(begins)) {
		subject = begins + subject
	}
	d.Kind, d.Subject, d.Thread, d.Message = freshMail, subject, "", 0
	return d
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

// reopen shows the composer with a text that the keeper has; what is being written stays kept.
func (p *Page) reopen(message int64, key string, d draft) {
	p.leaveComposer()
	switch {
	case message == 0:
		p.writing = newComposer(p, key, 0, draft{Kind: freshMail}, d)
		p.asideChanged(p.writing)
		p.reader.put(p.writing.object)
		p.writing.focus()
	case p.reader.id == message && p.reader.shown != nil:
		p.reader.put(p.reader.message) // a new mail may have stood there
		p.writeAs(key, p.reader.shown, d.Kind, &d, true)
	default:
		p.Open(message)
		p.wanted = &wanted{message: message, kind: d.Kind, key: key, text: &d}
	}
}

// editAgain opens the composer for a queued mail that was refused.
func (p *Page) editAgain(item mirror.OutboxItem) {
	key := replyKey(item.ItemID)
	if item.ItemID == 0 {
		key = freshKey("")
	}
	// Reason "gone" alone does not tell: it may be the draft that somebody deleted, while the message is there.
	p.takeBack(taken{outbox: item.ID, message: item.ItemID, subject: item.Subject, gone: item.AnswersNothing, key: key})
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
