package outlook

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MessageFields is what the mirror keeps of a message; the body is among them so that it can be read offline.
const MessageFields = "id,parentFolderId,conversationId,internetMessageId,subject,bodyPreview,body,from,toRecipients," +
	"ccRecipients,bccRecipients,replyTo,receivedDateTime,sentDateTime,isRead,isDraft,flag,importance,hasAttachments,categories"

// MarkerProperty is the name under which our own marker is kept on a draft, so that it can be found when an answer was
// lost. The GUID is ours alone.
const MarkerProperty = "String {5b0f7c1e-3a54-4f0b-9d0e-6c7a2f1b8e43} Name SuperCRMMarker"

func pageSize(n int) string { return "odata.maxpagesize=" + strconv.Itoa(n) }

// Me reads who is signed in.
func (c *Client) Me(ctx context.Context) (User, error) {
	var u User
	err := c.get(ctx, "read profile", "/me", url.Values{"$select": {"id,userPrincipalName,displayName,mail"}}, nil, &u)
	return u, err
}

// MailboxZone reads the mailbox's time zone, an IANA or a Windows name.
func (c *Client) MailboxZone(ctx context.Context) (string, error) {
	var s struct {
		TimeZone string `json:"timeZone"`
	}
	err := c.get(ctx, "read mailbox settings", "/me/mailboxSettings", url.Values{"$select": {"timeZone"}}, nil, &s)
	return s.TimeZone, err
}

func pageOf[T any](ctx context.Context, c *Client, op, path string, q url.Values, link string, prefer ...string) (Page[T], error) {
	var p Page[T]
	cl := call{op: op, method: http.MethodGet, path: path, query: encodeQuery(q), link: link, prefer: prefer,
		read: func(r io.Reader) error {
			p = Page[T]{} // a repeated read begins again
			return readPage(r, &p)
		}}
	if err := c.do(ctx, cl); err != nil {
		return Page[T]{}, err
	}
	for _, l := range []string{p.Next, p.Delta} {
		if l != "" {
			if err := c.own(l); err != nil {
				return Page[T]{}, fmt.Errorf("%s: %w", op, err)
			}
		}
	}
	return p, nil
}

// FoldersDelta reads a page of the mail folders and their changes, nested ones too. link is empty for the first page of
// a first round, else what an earlier page gave.
func (c *Client) FoldersDelta(ctx context.Context, link string) (Page[Folder], error) {
	return pageOf[Folder](ctx, c, "read folders", "/me/mailFolders/delta", nil, link, pageSize(100))
}

// Folder reads one folder by id or well-known name (inbox, drafts, sentitems, archive, deleteditems, junkemail, outbox).
func (c *Client) Folder(ctx context.Context, idOrName string) (Folder, error) {
	var f Folder
	err := c.get(ctx, "read folder", "/me/mailFolders/"+seg(idOrName), nil, nil, &f)
	return f, err
}

// MessagesDelta reads a page of a folder's messages and their changes, newest first in a first round. sel is a $select
// list and since, unless zero, the moment from which on messages are followed; both are used on the first page of a first
// round only, and are part of the links then. size bounds the page. With a since, the service ends a first round after
// 5,000 messages, as if there were no more (learn.microsoft.com/graph/api/message-delta, on $filter): MessagesBetween gives
// the rest.
func (c *Client) MessagesDelta(ctx context.Context, folderID, link, sel string, since time.Time, size int) (Page[Message], error) {
	q := url.Values{"$select": {sel}, "$orderby": {"receivedDateTime desc"}}
	if !since.IsZero() {
		q.Set("$filter", "receivedDateTime ge "+moment(since))
	}
	if link != "" {
		q = nil
	}
	return pageOf[Message](ctx, c, "read messages", "/me/mailFolders/"+seg(folderID)+"/messages/delta", q, link, pageSize(size))
}

// moment writes an instant as filters want it: whole seconds, UTC.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// MessagesBetween reads a page of a folder's messages that were received in [from, to), newest first; a zero from has no
// beginning. link is empty for the first page, else what the page before gave.
func (c *Client) MessagesBetween(ctx context.Context, folderID, link, sel string, from, to time.Time, size int) (Page[Message], error) {
	filter := "receivedDateTime lt " + moment(to)
	if !from.IsZero() {
		filter += " and receivedDateTime ge " + moment(from)
	}
	q := url.Values{"$select": {sel}, "$orderby": {"receivedDateTime desc"}, "$filter": {filter}, "$top": {strconv.Itoa(size)}}
	if link != "" {
		q = nil
	}
	return pageOf[Message](ctx, c, "read older messages", "/me/mailFolders/"+seg(folderID)+"/messages", q, link)
}

// CountMessages counts a folder's messages that were received since a moment.
func (c *Client) CountMessages(ctx context.Context, folderID string, since time.Time) (int, error) {
	n := 0
	err := c.do(ctx, call{op: "count messages", method: http.MethodGet, path: "/me/mailFolders/" + seg(folderID) + "/messages/$count",
		query: encodeQuery(url.Values{"$filter": {"receivedDateTime ge " + moment(since)}}), limit: 64,
		read: func(r io.Reader) error {
			text, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			n, err = strconv.Atoi(strings.Trim(string(text), "\ufeff \r\n"))
			return err
		}})
	return n, err
}

// Message reads a whole message, its attachments aside.
func (c *Client) Message(ctx context.Context, id string) (Message, error) {
	var m Message
	err := c.get(ctx, "read message", "/me/messages/"+seg(id), url.Values{"$select": {MessageFields}}, nil, &m)
	return m, err
}

// GetMessageState reads whether a message is a draft and which folder it is in.
func (c *Client) GetMessageState(ctx context.Context, id string) (MessageState, error) {
	var s MessageState
	err := c.get(ctx, "read message state", "/me/messages/"+seg(id), url.Values{"$select": {"id,isDraft,parentFolderId"}}, nil, &s)
	return s, err
}

// FindByMarker finds the message that carries our marker, a draft or a sent one. Two results are possible when a lost
// answer was followed by a second try; callers keep to one.
func (c *Client) FindByMarker(ctx context.Context, marker string) ([]MessageState, error) {
	q := url.Values{
		"$filter": {"singleValueExtendedProperties/any(ep: ep/id eq '" + MarkerProperty + "' and ep/value eq '" + strings.ReplaceAll(marker, "'", "''") + "')"},
		"$select": {"id,isDraft,parentFolderId"},
	}
	p, err := pageOf[MessageState](ctx, c, "find draft", "/me/messages", q, "")
	return p.Items, err
}

const attachmentFields = "id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId"

// Attachments lists a message's attachments, inline ones too, without their bytes. contentId is of file
// attachments only, hence the cast.
func (c *Client) Attachments(ctx context.Context, messageID string) ([]Attachment, error) {
	var all []Attachment
	link := ""
	for {
		q := url.Values{"$select": {attachmentFields}}
		if link != "" {
			q = nil
		}
		p, err := pageOf[Attachment](ctx, c, "list attachments", "/me/messages/"+seg(messageID)+"/attachments", q, link)
		if err != nil {
			return nil, err
		}
		all = append(all, p.Items...)
		if p.Last() || len(all) > 5000 {
			return all, nil
		}
		link = p.Next
	}
}

// AttachmentValue copies an attachment's bytes to w.
func (c *Client) AttachmentValue(ctx context.Context, messageID, attachmentID string, w io.Writer) error {
	return c.do(ctx, call{op: "fetch attachment", method: http.MethodGet, slow: true, limit: maxAttachment,
		path: "/me/messages/" + seg(messageID) + "/attachments/" + seg(attachmentID) + "/$value",
		read: func(r io.Reader) error {
			_, err := io.Copy(w, r)
			return err
		}})
}

// PatchMessage changes read state and flag, and gives the state that the message has then. It may be repeated without harm.
func (c *Client) PatchMessage(ctx context.Context, id string, p MessagePatch) (MessageState, error) {
	var s MessageState
	err := c.send(ctx, "patch message", http.MethodPatch, "/me/messages/"+seg(id), p, nil, "", &s)
	return s, err
}

// MoveMessage moves a message to a folder, given by id or well-known name. With immutable ids it keeps its id; the
// result says where it is now.
func (c *Client) MoveMessage(ctx context.Context, id, folder string) (MessageState, error) {
	var s MessageState
	err := c.send(ctx, "move message", http.MethodPost, "/me/messages/"+seg(id)+"/move", map[string]string{"destinationId": folder}, nil, "", &s)
	return s, err
}
