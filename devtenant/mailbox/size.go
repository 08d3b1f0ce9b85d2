package mailbox

// Quota is what a mailbox may hold, in bytes; 0 is no limit. The names are Exchange's: ProhibitSendQuota and
// ProhibitSendReceiveQuota (documentation of Set-Mailbox).
type Quota struct {
	Send    int64 // at this size and above nothing is sent
	Receive int64 // nothing is stored or received that would go beyond it
}

// What an item costs beside its texts and files: properties and row, as the service counts them roughly.
const itemOverhead = 1024

// Size of m in bytes: texts, addresses and files. Of a body that is only made when it is read, TextSize counts.
func (m *Message) Size() int64 { return m.size }

func (m *Message) measure() int64 {
	n := itemOverhead + len(m.Subject) + len(m.InternetID) + len(m.InReplyTo) + len(m.Index) + m.TextSize
	for _, list := range [][]Address{{m.From}, m.To, m.Cc, m.Bcc, m.ReplyTo} {
		n += sizeOf(list)
	}
	return int64(n) + filesSize(m.Attachments)
}

// weigh brings the size of m, and of the mailbox with it, up to date.
func (b *Box) weigh(m *Message) {
	size := m.measure()
	b.mailSize += size - m.size
	m.size = size
}

func sizeOf(list []Address) (n int) {
	for _, a := range list {
		n += len(a.Name) + len(a.Addr)
	}
	return n
}

func filesSize(list []*Attachment) (n int64) {
	for _, a := range list {
		n += int64(len(a.Bytes) + len(a.Item) + len(a.Name))
	}
	return n
}

func (e *Event) size() int64 {
	n := int64(itemOverhead+len(e.Subject)+len(e.Body.Text)+len(e.Location)) + filesSize(e.Attachments)
	for _, a := range e.Attendees {
		n += int64(len(a.Name) + len(a.Addr))
	}
	for _, x := range e.exceptions {
		n += x.size()
	}
	return n
}

// Size of all that is in the mailbox, in bytes.
func (b *Box) Size() int64 {
	n := b.mailSize
	for _, e := range b.events {
		n += e.size()
	}
	for _, c := range b.contacts {
		n += int64(itemOverhead + len(c.DisplayName) + len(c.Notes) + len(c.Photo) + sizeOf(c.Emails))
	}
	return n
}

// Quota of the mailbox.
func (b *Box) Quota() Quota { return b.quota }

// SetQuota changes what the mailbox may hold.
func (b *Box) SetQuota(q Quota) {
	b.quota = q
	b.tick()
}

// Room says whether so many bytes more may be stored: ErrQuota when not.
func (b *Box) Room(more int64) error {
	if b.quota.Receive > 0 && b.Size()+more > b.quota.Receive {
		return ErrQuota
	}
	return nil
}

// MaySend is ErrQuota when the mailbox is too full to send.
func (b *Box) MaySend() error {
	if b.quota.Send > 0 && b.Size() >= b.quota.Send {
		return ErrQuota
	}
	return nil
}
