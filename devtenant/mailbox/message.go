package mailbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"supercrm/devtenant/zones"
)

// Body is the text of a message or event.
type Body struct {
	HTML bool
	Text string
}

// The kinds of attachments.
const (
	FileAttachment      = ""          // bytes
	ItemAttachment      = "item"      // an Outlook item, as the JSON in Item
	ReferenceAttachment = "reference" // a link to a file elsewhere; the API only reads them
)

// Attachment is a file, item or link on a message or event. Num counts from 1 on its item.
type Attachment struct {
	Kind      string          `json:",omitzero"`
	Item      json.RawMessage `json:",omitzero"` // of an item attachment: the resource with its @odata.type
	Num       int32           `json:",omitzero"`
	Name      string          `json:",omitzero"`
	Type      string          `json:",omitzero"`
	Inline    bool            `json:",omitzero"`
	ContentID string          `json:",omitzero"`
	Bytes     []byte          `json:",omitzero"`
	Modified  time.Time       `json:",omitzero"`

	sum    [32]byte // of Bytes, when summed is where they begin
	summed *byte
}

// digest is the SHA-256 of the bytes, which are summed once: nobody changes them in place.
func (a *Attachment) digest() [32]byte {
	if at := &a.Bytes[0]; a.summed != at {
		a.sum, a.summed = sha256.Sum256(a.Bytes), at
	}
	return a.sum
}

// Flag is a follow-up flag. Status is notFlagged, flagged or complete.
type Flag struct {
	Status               string    `json:",omitzero"`
	Start, Due, Complete time.Time `json:",omitzero"`
}

// Header is a line of a mail's head.
type Header struct{ Name, Value string }

// Message is a mail in a folder. Whoever changes a field calls Box.Touch afterwards; folder, read state and received
// time are changed by Box.Move, Box.MarkRead and Box.Touch only.
type Message struct {
	Subject           string            `json:",omitzero"`
	From, Sender      Address           `json:",omitzero"`
	To, Cc, Bcc       []Address         `json:",omitzero"`
	ReplyTo           []Address         `json:",omitzero"`
	Received, Sent    time.Time         `json:",omitzero"`
	Created, Modified time.Time         `json:",omitzero"`
	Draft             bool              `json:",omitzero"`
	Importance        string            `json:",omitzero"` // low, normal, high
	Other             bool              `json:",omitzero"` // not in the focused inbox
	Flag              Flag              `json:",omitzero"`
	Categories        []string          `json:",omitzero"`
	Text              func() Body       `json:"-"`         // called for each reading, so that a large mailbox need not hold its bodies
	Top               func() Body       `json:"-"`         // how the body begins, where making the whole costs much more; nil: only Text
	TextSize          int               `json:",omitzero"` // bytes that Text gives, or about: known without making it
	Attachments       []*Attachment     `json:",omitzero"`
	Index             []byte            `json:",omitzero"` // conversationIndex: 22 bytes for the first mail, 5 more for each answer
	InternetID        string            `json:",omitzero"`
	InReplyTo         string            `json:",omitzero"`
	ReadReceipt       bool              `json:",omitzero"`
	DeliveryReceipt   bool              `json:",omitzero"`
	Headers           []Header          `json:",omitzero"` // of the program that made the mail, X-…
	Extensions        Extensions        `json:",omitzero"`
	Meeting           *Meeting          `json:",omitzero"` // of an invitation, cancellation or answer; never changed
	Props             map[string]string `json:",omitzero"` // single-value extended properties, by canonical id

	num, seq uint64
	gen      uint16
	folder   *Folder
	read     bool
	lastFile int32
	preview  *string // of the body; nil until it is asked for
	size     int64   // see Size
	kept     bool    // the body is in the state file, and html says of which kind
	html     bool
}

// Seq is the counter of the last change; Num the message's number, also its age among messages of the same second.
func (m *Message) Seq() uint64 { return m.seq }

// Num is the message's number in the mailbox.
func (m *Message) Num() uint64 { return m.num }

// Folder that the message is in.
func (m *Message) Folder() *Folder { return m.folder }

// Read says whether the message has been read.
func (m *Message) Read() bool { return m.read }

// ID of the message as it is now.
func (m *Message) ID() ID { return ID{Kind: KindMessage, Num: m.num, Gen: m.gen} }

// Body of the message.
func (m *Message) Body() Body {
	if m.Text == nil {
		return Body{HTML: true}
	}
	return m.Text()
}

// SetBody makes body the message's text.
func (m *Message) SetBody(body Body) {
	m.Text, m.Top = func() Body { return body }, nil
	m.TextSize = len(body.Text)
	m.preview, m.kept = nil, false
}

// Preview of the body. It is kept, since lists show it and making it may mean making the body first: where its beginning is
// enough, only that is made.
func (m *Message) Preview() string {
	if m.preview != nil {
		return *m.preview
	}
	p := ""
	if m.Top != nil {
		p = Preview(m.Top())
	}
	if utf8.RuneCountInString(p) < previewLength {
		p = Preview(m.Body())
	}
	m.preview = &p
	return p
}

// HasFiles says whether the message has attachments; inline ones do not count (facts, "Attachments and sending").
func (m *Message) HasFiles() bool {
	return slices.ContainsFunc(m.Attachments, func(a *Attachment) bool { return !a.Inline })
}

// ChangeKey of m; its ETag is W/"…" around it.
func (b *Box) ChangeKey(m *Message) string { return b.changeKey(KindMessage, m.num, m.seq, 0) }

// Conversation is the id of m's conversation: the same for every message whose conversation index has the same root.
func (b *Box) Conversation(m *Message) string {
	return b.hash64("AAQkADEw", string(m.Index[:min(len(m.Index), 22)]))
}

// byReceived is messages by received time, oldest first, then number.
type byReceived []*Message

func receivedOrder(x, y *Message) int {
	return cmp.Or(x.Received.Compare(y.Received), cmp.Compare(x.num, y.num))
}

func (l *byReceived) add(m *Message) {
	if n := len(*l); n == 0 || receivedOrder((*l)[n-1], m) < 0 {
		*l = append(*l, m)
		return
	}
	at, _ := slices.BinarySearchFunc(*l, m, receivedOrder)
	*l = slices.Insert(*l, at, m)
}

func (l *byReceived) remove(m *Message) {
	if at, ok := slices.BinarySearchFunc(*l, m, receivedOrder); ok {
		*l = slices.Delete(*l, at, at+1)
	}
}

// Add puts a new message into a folder. Received, Created, Index and InternetID are filled in when empty.
func (b *Box) Add(f *Folder, m *Message, read bool) *Message {
	now := b.Now()
	m.num, m.gen, m.folder, m.read = b.number(), 0, f, read
	if m.Received.IsZero() {
		m.Received = now
	}
	m.Received = m.Received.UTC().Truncate(time.Second)
	if m.Created.IsZero() {
		m.Created = m.Received
	}
	if m.Sent.IsZero() {
		m.Sent = m.Received
	}
	if m.Modified.IsZero() {
		m.Modified = now
	}
	m.Importance = cmp.Or(m.Importance, "normal")
	m.Flag.Status = cmp.Or(m.Flag.Status, "notFlagged")
	if m.InternetID == "" {
		m.InternetID = "<" + b.hash64("", "id "+string(binary.BigEndian.AppendUint64(nil, m.num)))[:24] + "@" + domain(b.Owner.Address().Addr) + ">"
	}
	if m.Sender == (Address{}) {
		m.Sender = m.From
	}
	if len(m.Index) == 0 {
		m.Index = b.indexFor(m)
	}
	for _, a := range m.Attachments {
		m.lastFile++
		a.Num = m.lastFile
	}
	b.messages[m.num] = m
	b.byInternet[m.InternetID] = m
	b.all.add(m)
	b.enter(f, m)
	m.size, m.kept = 0, false
	b.mark(m)
	return m
}

// mark records that m was changed: for delta links, the state file and the mailbox's size.
func (b *Box) mark(m *Message) {
	m.seq = b.tick()
	m.folder.changed = m.seq
	b.weigh(m)
	b.unsaved.message(m.num)
}

// indexFor continues the conversation of the message answered, or begins one.
func (b *Box) indexFor(m *Message) []byte {
	if before := b.byInternet[m.InReplyTo]; m.InReplyTo != "" && before != nil {
		return b.continued(before, m.Received)
	}
	index := make([]byte, 22)
	index[0] = 1
	binary.BigEndian.PutUint32(index[1:], uint32(m.Received.Unix()))
	copy(index[6:], b.hash64("", "conversation "+m.InternetID))
	return index
}

// continued is the conversation index of an answer to before: five bytes more, at most 50 answers deep.
func (b *Box) continued(before *Message, at time.Time) []byte {
	index := slices.Clone(before.Index)
	if len(index) < 22+5*50 {
		index = binary.BigEndian.AppendUint32(index, uint32(at.Sub(before.Received)/time.Second))
		index = append(index, byte(b.next))
	}
	return index
}

func domain(addr string) string {
	_, d, _ := strings.Cut(addr, "@")
	return d
}

func (b *Box) enter(f *Folder, m *Message) {
	m.folder = f
	f.list.add(m)
	if !m.read {
		f.unread++
	}
	f.seq = b.tick()
}

func (b *Box) leave(m *Message) {
	f := m.folder
	f.list.remove(m)
	if !m.read {
		f.unread--
	}
	f.seq = b.tick()
}

// Touch records that m was changed. change may be nil; it runs while m is out of the lists that its received time
// orders, so it may change anything of m.
func (b *Box) Touch(m *Message, change func()) {
	if change != nil {
		received, internet := m.Received, m.InternetID
		change()
		if m.InternetID != internet {
			delete(b.byInternet, internet)
			b.byInternet[m.InternetID] = m
		}
		if moved := m.Received; !moved.Equal(received) {
			m.Received = received
			b.all.remove(m)
			m.folder.list.remove(m)
			m.Received = moved
			b.all.add(m)
			m.folder.list.add(m)
		}
	}
	m.Modified = b.Now()
	b.mark(m)
}

// MarkRead sets the read state; setting what it is already changes nothing.
func (b *Box) MarkRead(m *Message, read bool) {
	if m.read == read {
		return
	}
	m.read = read
	if read {
		m.folder.unread--
	} else {
		m.folder.unread++
	}
	m.folder.seq = b.tick()
	b.Touch(m, nil)
}

// Move puts m into another folder: its default id changes, its immutable one does not.
func (b *Box) Move(m *Message, to *Folder) {
	if m.folder == to {
		return
	}
	old, from := m.ID(), m.folder
	b.leave(m)
	m.gen++
	b.bury(Tombstone{ID: old, Parent: from.num, Moved: true})
	b.enter(to, m)
	m.Modified = b.Now()
	b.mark(m)
}

// Delete moves m to Deleted Items, or removes it for good when it is there already.
func (b *Box) Delete(m *Message) {
	if bin := b.wellKnown["deleteditems"]; m.folder != bin {
		b.Move(m, bin)
		return
	}
	b.Remove(m)
}

// Remove takes m out of the mailbox for good.
func (b *Box) Remove(m *Message) {
	b.leave(m)
	b.all.remove(m)
	b.mailSize -= m.size
	b.unsaved.message(m.num)
	delete(b.messages, m.num)
	if b.byInternet[m.InternetID] == m {
		delete(b.byInternet, m.InternetID)
	}
	b.bury(Tombstone{ID: m.ID(), Parent: m.folder.num})
}

// Message finds a message by either form of its id. A default id from before a move is not found any more.
func (b *Box) Message(id string) (*Message, error) {
	parsed, immutable, err := b.parse(id, KindMessage)
	if err != nil {
		return nil, err
	}
	m := b.messages[parsed.Num]
	if m == nil || !immutable && parsed.Gen != m.gen {
		return nil, ErrNotFound
	}
	return m, nil
}

// MessageByNum finds a message by its number; nil when there is none.
func (b *Box) MessageByNum(num uint64) *Message { return b.messages[num] }

// Messages lists a folder's messages, or all of them when f is nil, oldest first. Do not change the slice.
func (b *Box) Messages(f *Folder) []*Message {
	if f == nil {
		return b.all
	}
	return f.list
}

// Attach adds a file to m.
func (b *Box) Attach(m *Message, a *Attachment) {
	m.lastFile++
	a.Num, a.Modified = m.lastFile, b.Now()
	m.Attachments = append(m.Attachments, a)
	b.Touch(m, nil)
}

// Attachment finds a file of m by id.
func (b *Box) Attachment(m *Message, id string) (*Attachment, error) {
	parsed, _, err := b.parse(id, KindAttachment)
	if err != nil {
		return nil, err
	}
	for _, a := range m.Attachments {
		if parsed.Num == m.num && a.Num == parsed.Sub {
			return a, nil
		}
	}
	return nil, ErrNotFound
}

// AttachmentID is the id of a file of m.
func (b *Box) AttachmentID(m *Message, a *Attachment) ID {
	return ID{Kind: KindAttachment, Num: m.num, Gen: m.gen, Sub: a.Num}
}

// location is the mailbox's zone; UTC if it is one that nobody knows.
func (b *Box) location() *time.Location {
	loc, err := zones.Load(b.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Detach takes a file off m.
func (b *Box) Detach(m *Message, a *Attachment) {
	m.Attachments = slices.DeleteFunc(slices.Clone(m.Attachments), func(x *Attachment) bool { return x == a })
	b.Touch(m, nil)
}

// Copy puts a second message like m into a folder.
func (b *Box) Copy(m *Message, to *Folder) *Message {
	twin := *m
	twin.lastFile, twin.Attachments = 0, nil
	for _, a := range m.Attachments {
		copied := *a
		twin.Attachments = append(twin.Attachments, &copied)
	}
	return b.Add(to, &twin, m.read)
}
