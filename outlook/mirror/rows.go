package mirror

import "time"

// Address is a mailbox as mail and calendar write it.
type Address struct {
	Name string `json:"name"`
	Addr string `json:"addr"`
}

// Account is a signed-in mailbox as the mirror keeps it.
type Account struct {
	ID      int64
	Key     string // tid.oid; what the keychain entry is found by
	UPN     string // what the person signs in as
	Address string // the mailbox's own, which may be another; "" until the mirror has learnt it
	Name    string
	Granted []string // scopes
	// SignIn is true when the service refuses the account's token: cache and queue stay, the person signs in again.
	SignIn bool
}

// Folder is a mail folder. Depth is 0 for a top one. Unread and Count are of the mirrored rows.
type Folder struct {
	ID        int64
	AccountID int64
	Name      string
	WellKnown string // inbox, drafts, sentitems, archive, deleteditems, junkemail, outbox, or ""
	Depth     int
	Unread    int
	Count     int
	Total     int // as the server counts what is to be mirrored; more than Count while mirroring
}

// MessageRow is what a line of the message list shows. Times are UTC.
type MessageRow struct {
	ID             int64
	FolderID       int64
	Conversation   string
	Subject        string
	Preview        string
	From           Address
	To             []Address // for folders of sent mail and drafts
	Received       time.Time
	Read           bool
	Draft          bool
	Flagged        bool
	HasAttachments bool
	Categories     []string // by name; their colours are in Categories
	Pending        Pending
}

// Pending says whether an edit of the row is still on its way.
type Pending int

// The states of an edit. PendingNone is the zero value: what is shown is what the server has.
const (
	PendingNone Pending = iota
	PendingQueued
	PendingFailed
	PendingConflict
)

// Message is a whole message. HTML is true when Body is HTML as sent, not sanitised: whoever shows it must.
// BodyKnown is false while the body is not mirrored yet.
type Message struct {
	MessageRow
	Cc, Bcc     []Address
	ReplyTo     []Address
	Sent        time.Time
	BodyKnown   bool
	HTML        bool
	Body        string
	Attachments []Attachment // inline ones too
}

// Attachment is a file on a message; its bytes are fetched on demand. Size is in bytes.
type Attachment struct {
	GraphID   string `json:"graphId"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Size      int64  `json:"size"`
	Inline    bool   `json:"inline"`
	ContentID string `json:"contentId"`
}

// Reply is an answer as the person wrote it: plain text, the quoted thread not included (the service appends it).
// To and Cc replace the recipients that the service would choose when they are not nil.
type Reply struct {
	MessageID int64
	All       bool
	Forward   bool
	To, Cc    []Address
	Text      string
	Files     []int64 // as Attach gave them
	// Draft, if not "", names the setting that holds the unsent text. It is removed in the transaction that queues the
	// answer: a crash leaves the one or the other, never both.
	Draft string `json:"-"`
}

// NewMail is a message to be sent from nothing. Text is plain.
type NewMail struct {
	AccountID   int64
	To, Cc, Bcc []Address
	Subject     string
	Text        string
	Files       []int64 // as Attach gave them
	Draft       string  `json:"-"` // as Reply.Draft
}

// Calendar is one calendar of an account.
type Calendar struct {
	ID        int64
	AccountID int64
	Name      string
	Color     string // Graph's name: auto, lightBlue, lightGreen …
	Default   bool
	CanEdit   bool
	// Picked says that it is mirrored and shown.
	Picked bool
	// Owner is whose it is, if somebody else shares it. Colleague says that it was added by the owner's address, and is not
	// in the mailbox's own list.
	Owner     Address
	Colleague bool
	// Denied says that it is shared no longer, or that the permission to read shared calendars is missing.
	Denied bool
}

// Event is an appointment or meeting: a single instance, an occurrence or an exception (never a series master). Start
// and End are instants, UTC, End exclusive; of an all-day event they are midnights UTC of its dates, and only the date
// counts.
type Event struct {
	ID          int64
	AccountID   int64
	CalendarID  int64
	Series      bool // an occurrence or exception
	Subject     string
	Start, End  time.Time
	StartZone   string // as the service names it, IANA or Windows
	AllDay      bool
	Location    string
	ShowAs      string // free tentative busy oof workingElsewhere unknown
	Private     bool
	Organizer   Address
	IsOrganizer bool
	Response    string // none organizer tentativelyAccepted accepted declined notResponded
	Attendees   []Attendee
	HTML        bool
	Body        string
	Preview     string
	JoinURL     string
	Categories  []string
	Cancelled   bool
	CanEdit     bool // the person organizes it and its calendar may be written
	Pending     Pending
}

// Attendee is somebody invited. Kind is required, optional or resource; Response as in Event.
type Attendee struct {
	Address
	Kind     string `json:"type"`
	Response string `json:"response"`
}

// EventEdit changes the fields that are not nil. Times are instants; for an all-day event Start and End are midnights
// UTC of its dates, End exclusive.
type EventEdit struct {
	Subject    *string
	Start, End *time.Time
	AllDay     *bool
	Location   *string
	Body       *string // plain text
	ShowAs     *string
	Attendees  *[]Address
}

// NewEvent is an event to be made in a calendar (0: the account's default one). Zone is the IANA zone to anchor it in.
type NewEvent struct {
	AccountID  int64
	CalendarID int64
	Subject    string
	Start, End time.Time
	Zone       string
	AllDay     bool
	Location   string
	Body       string
	HTML       bool // Body is HTML; else it is plain text
	Attendees  []Address
}

// Touch is a mail or meeting with somebody, for the who panel's timeline.
type Touch struct {
	Kind    string // mail.in mail.out event
	ID      int64
	At      time.Time
	AllDay  bool // an event of whole days: At is midnight UTC of the first, and only its date counts
	Subject string
	Preview string
}

// Status is what the status line shows of one account.
type Status struct {
	AccountID int64
	Syncing   bool
	// Done and Total count messages while a first mirroring runs; Total 0 when unknown.
	Done, Total int
	SyncedAt    time.Time // last complete round; zero before the first
	Offline     bool
	SignIn      bool
	Pending     int // outbox entries on their way
	Failed      int // outbox entries that wait for the person
	// FilesSent and FilesTotal are bytes of the files that go with mail on its way.
	FilesSent, FilesTotal int64
	Problem               string // key: "", throttled, server, refused, diskfull, readonly, damaged, keychain
}
