package graph

import (
	"net/http"

	"supercrm/devtenant/mailbox"
)

// answerTo makes the draft of a reply, reply to all or forward from the action's parameters: a comment above the quoted
// original, or a message whose properties replace those of the draft.
func (c *call) answerTo(m *message, kind mailbox.ReplyKind) (*message, error) {
	in, err := c.parameters()
	if err != nil {
		return nil, err
	}
	comment, err := in.text("comment")
	if err != nil {
		return nil, err
	}
	msg, err := decode[object]("message", in["message"])
	if err != nil {
		return nil, err
	}
	if comment != "" && !isNull(msg["body"]) {
		return nil, badRequest("ErrorInvalidRequest", "Comment and body of the message can't both be given.")
	}
	edit, err := c.readMessage(msg, true)
	if err != nil {
		return nil, err
	}
	files, err := readAttachments(msg["attachments"])
	if err != nil {
		return nil, err
	}
	to, err := decodeRecipients("toRecipients", in["toRecipients"])
	if err != nil {
		return nil, err
	}
	if m.Draft {
		return nil, badRequest("ErrorInvalidRequest", "A draft can't be answered.")
	}
	draft := c.b.Answer(m, kind, mailbox.Body{Text: comment})
	c.b.Touch(draft, func() {
		edit.apply(draft)
		if len(to) > 0 {
			draft.To = to
		}
	})
	for _, f := range files {
		c.b.Attach(draft, f)
	}
	return draft, nil
}

// createAnswer answers POST …/createReply, createReplyAll and createForward.
func (c *call) createAnswer(m *message, kind mailbox.ReplyKind) error {
	if err := c.writeMail(); err != nil {
		return err
	}
	draft, err := c.answerTo(m, kind)
	if err != nil {
		return err
	}
	return c.answerMessage(http.StatusCreated, draft)
}

// sendAnswer answers POST …/reply, replyAll and forward: 202 and no body.
func (c *call) sendAnswer(m *message, kind mailbox.ReplyKind) error {
	if err := c.sendMail(); err != nil {
		return err
	}
	draft, err := c.answerTo(m, kind)
	if err != nil {
		return err
	}
	if err := c.send(draft, true); err != nil {
		c.b.Remove(draft)
		return err
	}
	return c.noContent(http.StatusAccepted)
}

// send checks that mail may leave in the name that it bears: the owner's, or one of a mailbox opened to the owner.
func (c *call) send(m *message, keep bool) error {
	for _, who := range []string{m.From.Addr, m.Sender.Addr} {
		if who != "" && !c.b.Owner.Is(who) && !c.h.opt.Mailboxes.HasAccess(who, c.b.Owner.ObjectID) {
			return &refusal{http.StatusForbidden, "ErrorSendAsDenied", "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account."}
		}
	}
	return c.b.Send(m, keep)
}

// sendDraft answers POST …/send.
func (c *call) sendDraft(m *message) error {
	if err := c.sendMail(); err != nil {
		return err
	}
	if err := c.send(m, true); err != nil {
		return err
	}
	return c.noContent(http.StatusAccepted)
}

// sendNew answers POST /me/sendMail: 202, no body, no id (facts, "Attachments and sending").
func (c *call) sendNew() error {
	if err := c.sendMail(); err != nil {
		return err
	}
	if c.isMIME() {
		draft, err := c.readMIME()
		if err != nil {
			return err
		}
		return c.sendNow(draft, true)
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	if isNull(in["message"]) {
		return badRequest("ErrorInvalidRequest", "The parameter 'Message' is missing.")
	}
	msg, err := decode[object]("message", in["message"])
	if err != nil {
		return err
	}
	keep := true
	if !isNull(in["saveToSentItems"]) {
		if keep, err = decode[bool]("saveToSentItems", in["saveToSentItems"]); err != nil {
			return err
		}
	}
	draft, err := c.newDraft(msg)
	if err != nil {
		return err
	}
	return c.sendNow(draft, keep)
}

// sendNow sends a draft that is in no folder yet.
func (c *call) sendNow(draft *message, keep bool) error {
	c.b.Add(c.b.WellKnown("outbox"), draft, true)
	if err := c.send(draft, keep); err != nil {
		c.b.Remove(draft)
		return err
	}
	return c.noContent(http.StatusAccepted)
}
