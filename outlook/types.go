package outlook

import (
	"fmt"
	"strings"
	"time"
)

// Fields are pointers where a delta may leave them out: "an update carries at least what changed"
// (learn.microsoft.com/graph/delta-query-messages). Nil then means unchanged, not empty.

// Removed marks an item that left what is followed. Reason is deleted or changed; neither is proof (see package mirror).
type Removed struct {
	Reason string `json:"reason"`
}

// EmailAddress is a name and an address.
type EmailAddress struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

// Recipient wraps an address as Graph does.
type Recipient struct {
	EmailAddress EmailAddress `json:"emailAddress"`
}

// Body is a text or HTML body; ContentType is text or html.
type Body struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

// Flag is a follow-up flag; FlagStatus is notFlagged, flagged or complete.
type Flag struct {
	FlagStatus string `json:"flagStatus"`
}

// ExtendedProperty is a MAPI property that Graph stores without knowing it.
type ExtendedProperty struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// Folder is a mail folder.
type Folder struct {
	ID       string   `json:"id"`
	Name     *string  `json:"displayName"`
	ParentID *string  `json:"parentFolderId"`
	Total    *int     `json:"totalItemCount"`
	Hidden   bool     `json:"isHidden"`
	Removed  *Removed `json:"@removed"`
}

// Message is a message as read; every field but ID may be missing from a delta.
type Message struct {
	ID             string       `json:"id"`
	Removed        *Removed     `json:"@removed"`
	ETag           string       `json:"@odata.etag"`
	ParentFolderID *string      `json:"parentFolderId"`
	ConversationID *string      `json:"conversationId"`
	InternetID     *string      `json:"internetMessageId"`
	Subject        *string      `json:"subject"`
	Preview        *string      `json:"bodyPreview"`
	Body           *Body        `json:"body"`
	From           *Recipient   `json:"from"`
	To             *[]Recipient `json:"toRecipients"`
	Cc             *[]Recipient `json:"ccRecipients"`
	Bcc            *[]Recipient `json:"bccRecipients"`
	ReplyTo        *[]Recipient `json:"replyTo"`
	Received       *time.Time   `json:"receivedDateTime"`
	Sent           *time.Time   `json:"sentDateTime"`
	IsRead         *bool        `json:"isRead"`
	IsDraft        *bool        `json:"isDraft"`
	Flag           *Flag        `json:"flag"`
	Importance     *string      `json:"importance"`
	HasAttachments *bool        `json:"hasAttachments"`
	Categories     *[]string    `json:"categories"`
}

// Attachment is what is known of an attachment without its bytes. Size is in bytes.
type Attachment struct {
	Type        string `json:"@odata.type"` // #microsoft.graph.fileAttachment, itemAttachment or referenceAttachment
	ID          string `json:"id"`
	Name        string `json:"name"`
	ContentType string `json:"contentType"`
	Size        int64  `json:"size"`
	IsInline    bool   `json:"isInline"`
	ContentID   string `json:"contentId"`
}

// MessageState is what tells whether a draft was sent, and where a message is.
type MessageState struct {
	ID             string `json:"id"`
	ETag           string `json:"@odata.etag"`
	IsDraft        bool   `json:"isDraft"`
	ParentFolderID string `json:"parentFolderId"`
}

// Draft is a message to be made or changed; nil fields are left to the service.
type Draft struct {
	Subject    *string            `json:"subject,omitempty"`
	Body       *Body              `json:"body,omitempty"`
	To         *[]Recipient       `json:"toRecipients,omitempty"`
	Cc         *[]Recipient       `json:"ccRecipients,omitempty"`
	Bcc        *[]Recipient       `json:"bccRecipients,omitempty"`
	Properties []ExtendedProperty `json:"singleValueExtendedProperties,omitempty"`
}

// MessagePatch changes what a person toggles on a message.
type MessagePatch struct {
	IsRead *bool `json:"isRead,omitempty"`
	Flag   *Flag `json:"flag,omitempty"`
}

// Calendar is one calendar of the mailbox.
type Calendar struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Color     string `json:"color"`
	IsDefault bool   `json:"isDefaultCalendar"`
	CanEdit   bool   `json:"canEdit"`
	// Owner is whose it is; missing in some answers.
	Owner EmailAddress `json:"owner"`
}

// DateTimeZone is a wall-clock time in a named zone, as Graph writes times of events.
type DateTimeZone struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

// Time is the instant, in UTC. The zone may be an IANA or a Windows name; an unknown one is an error.
func (d DateTimeZone) Time() (time.Time, error) {
	loc, ok := Location(d.TimeZone)
	if !ok {
		return time.Time{}, fmt.Errorf("time in an unknown zone")
	}
	text := strings.TrimSuffix(d.DateTime, "Z")
	for _, layout := range []string{"2006-01-02T15:04:05.9999999", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("time in an unknown form")
}

// In writes the instant as wall-clock time of loc under the zone's name.
func In(t time.Time, loc *time.Location, name string) DateTimeZone {
	return DateTimeZone{DateTime: t.In(loc).Format("2006-01-02T15:04:05"), TimeZone: name}
}

// Attendee is somebody invited; Type is required, optional or resource.
type Attendee struct {
	Type         string         `json:"type,omitempty"`
	Status       *ResponseState `json:"status,omitempty"`
	EmailAddress EmailAddress   `json:"emailAddress"`
}

// ResponseState is an answer to an invitation: none, organizer, tentativelyAccepted, accepted, declined, notResponded.
type ResponseState struct {
	Response string `json:"response,omitempty"`
	Time     string `json:"time,omitempty"`
}

// Place is where an event is.
type Place struct {
	DisplayName string `json:"displayName"`
}

// Event is an event as read. Occurrences in a calendarView delta carry only ID, Type, SeriesMasterID, Start and End.
type Event struct {
	ID             string         `json:"id"`
	Removed        *Removed       `json:"@removed"`
	ETag           string         `json:"@odata.etag"`
	Type           string         `json:"type"` // singleInstance occurrence exception seriesMaster
	SeriesMasterID string         `json:"seriesMasterId"`
	TransactionID  *string        `json:"transactionId"`
	Subject        *string        `json:"subject"`
	Preview        *string        `json:"bodyPreview"`
	Body           *Body          `json:"body"`
	Start          *DateTimeZone  `json:"start"`
	End            *DateTimeZone  `json:"end"`
	StartZone      *string        `json:"originalStartTimeZone"`
	EndZone        *string        `json:"originalEndTimeZone"`
	IsAllDay       *bool          `json:"isAllDay"`
	Location       *Place         `json:"location"`
	ShowAs         *string        `json:"showAs"`
	Sensitivity    *string        `json:"sensitivity"`
	Organizer      *Recipient     `json:"organizer"`
	IsOrganizer    *bool          `json:"isOrganizer"`
	Response       *ResponseState `json:"responseStatus"`
	Attendees      *[]Attendee    `json:"attendees"`
	OnlineMeeting  *struct {
		JoinURL string `json:"joinUrl"`
	} `json:"onlineMeeting"`
	OnlineMeetingURL *string    `json:"onlineMeetingUrl"`
	WebLink          *string    `json:"webLink"`
	Categories       *[]string  `json:"categories"`
	IsCancelled      *bool      `json:"isCancelled"`
	Recurrence       rawMessage `json:"recurrence"`
}

// EventWrite is what is sent to make or change an event; nil fields are left alone. TransactionID only when making one.
type EventWrite struct {
	Subject       *string       `json:"subject,omitempty"`
	Body          *Body         `json:"body,omitempty"`
	Start         *DateTimeZone `json:"start,omitempty"`
	End           *DateTimeZone `json:"end,omitempty"`
	IsAllDay      *bool         `json:"isAllDay,omitempty"`
	Location      *Place        `json:"location,omitempty"`
	ShowAs        *string       `json:"showAs,omitempty"`
	Attendees     *[]Attendee   `json:"attendees,omitempty"`
	TransactionID string        `json:"transactionId,omitempty"`
}

// User is the signed-in person.
type User struct {
	ID   string `json:"id"`
	UPN  string `json:"userPrincipalName"`
	Name string `json:"displayName"`
	Mail string `json:"mail"`
}

// rawMessage keeps JSON as it came, null as nothing.
type rawMessage string

// UnmarshalJSON keeps the text.
func (r *rawMessage) UnmarshalJSON(b []byte) error {
	if string(b) != "null" {
		*r = rawMessage(b)
	}
	return nil
}
