package mailbox

import (
	"cmp"
	"slices"
	"time"
)

// Mail is a message on its way: what leaves a mailbox and what arrives in one. Times zero: now.
type Mail struct {
	From        Address
	To, Cc, Bcc []Address
	ReplyTo     []Address
	Subject     string
	Body        Body
	Attachments []Attachment
	InternetID  string
	InReplyTo   string
	Index       []byte // conversation index; nil begins a conversation, or continues that of InReplyTo
	Importance  string
	Headers     []Header
	ReadReceipt bool
	At          time.Time
	Meeting     *Meeting // nil: an ordinary mail
}

func (m Mail) recipients() []Address { return slices.Concat(m.To, m.Cc, m.Bcc) }

// maxRecipients is Exchange Online's limit for one message.
const maxRecipients = 500

// Send sends a draft: it goes to Sent Items, or away for good when keep is false, and to the tenant's mailboxes that
// it is for once the lock is given back.
func (b *Box) Send(m *Message, keep bool) error {
	if !m.Draft {
		return ErrNotDraft
	}
	n := len(m.To) + len(m.Cc) + len(m.Bcc)
	if n == 0 {
		return &Error{"ErrorInvalidRecipients", "At least one recipient isn't valid., A message can't be sent because it contains no recipients."}
	}
	if n > maxRecipients {
		return &Error{"ErrorExceededMessageLimit", "The message has too many recipients."}
	}
	if err := b.MaySend(); err != nil {
		return err
	}
	now := b.Now()
	b.MarkRead(m, true)
	b.Touch(m, func() {
		m.Draft = false
		m.Sent, m.Received = now, now
		m.From = cmp.Or(m.From, b.Owner.Address())
		m.Sender = b.Owner.Address()
	})
	mail := Mail{
		From: m.From, To: m.To, Cc: m.Cc, Bcc: m.Bcc, ReplyTo: m.ReplyTo, Subject: m.Subject, Body: m.Body(), InternetID: m.InternetID,
		InReplyTo: m.InReplyTo, Index: slices.Clone(m.Index), Importance: m.Importance, Headers: m.Headers, ReadReceipt: m.ReadReceipt, At: now,
	}
	for _, a := range m.Attachments {
		mail.Attachments = append(mail.Attachments, *a)
	}
	b.outgoing = append(b.outgoing, mail)
	b.sent = append(b.sent, mail)
	if keep {
		b.Move(m, b.wellKnown["sentitems"])
	} else {
		b.Remove(m)
	}
	return nil
}

// Receive puts mail into a folder, unread, and returns the message.
func (b *Box) Receive(f *Folder, mail Mail) *Message {
	m := &Message{
		Subject: mail.Subject, From: mail.From, Sender: mail.From, To: mail.To, Cc: mail.Cc, ReplyTo: mail.ReplyTo, InternetID: mail.InternetID,
		InReplyTo: mail.InReplyTo, Index: slices.Clone(mail.Index), Importance: mail.Importance, Headers: mail.Headers, ReadReceipt: mail.ReadReceipt, Meeting: mail.Meeting, Received: mail.At.UTC().Truncate(time.Second),
	}
	if mail.At.IsZero() {
		m.Received = b.Now()
	}
	m.SetBody(mail.Body)
	for _, a := range mail.Attachments {
		copied := a
		m.Attachments = append(m.Attachments, &copied)
	}
	return b.Add(f, m, false)
}
