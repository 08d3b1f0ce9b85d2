package outlook

import (
	"context"
	"net/http"
	"net/url"
)

// ReplyKind is how an answer is made from a message.
type ReplyKind string

// The kinds of answer, by Graph's names of the actions.
const (
	Reply    ReplyKind = "createReply"
	ReplyAll ReplyKind = "createReplyAll"
	Forward  ReplyKind = "createForward"
)

// Made is a draft as the service made it: the quoted thread is in its body.
type Made struct {
	ID      string       `json:"id"`
	IsDraft bool         `json:"isDraft"`
	Body    Body         `json:"body"`
	To      *[]Recipient `json:"toRecipients"`
}

// CreateAnswer makes a draft that answers or forwards a message. Not safe to repeat: find the marker first.
func (c *Client) CreateAnswer(ctx context.Context, kind ReplyKind, messageID string, d Draft) (Made, error) {
	var m Made
	err := c.send(ctx, "create answer", http.MethodPost, "/me/messages/"+seg(messageID)+"/"+string(kind), map[string]any{"message": d}, nil, "", &m)
	return m, err
}

// CreateDraft makes a draft from nothing. Not safe to repeat: find the marker first.
func (c *Client) CreateDraft(ctx context.Context, d Draft) (Made, error) {
	var m Made
	err := c.send(ctx, "create draft", http.MethodPost, "/me/messages", d, nil, "", &m)
	return m, err
}

// GetDraft reads a draft as it stands.
func (c *Client) GetDraft(ctx context.Context, id string) (Made, error) {
	var m Made
	err := c.get(ctx, "read draft", "/me/messages/"+seg(id), url.Values{"$select": {"id,isDraft,body,toRecipients"}}, nil, &m)
	return m, err
}

// PatchDraft changes a draft. It may be repeated without harm.
func (c *Client) PatchDraft(ctx context.Context, id string, d Draft) error {
	return c.send(ctx, "patch draft", http.MethodPatch, "/me/messages/"+seg(id), d, nil, "", nil)
}

// Send sends a draft. Never repeated here: after any failure but a plain refusal it may have gone out, and only
// GetMessageState tells.
func (c *Client) Send(ctx context.Context, id string) error {
	return c.send(ctx, "send", http.MethodPost, "/me/messages/"+seg(id)+"/send", nil, nil, "", nil)
}
