package outlook

import (
	"context"
	"net/http"
	"net/url"
)

// Category is one of the mailbox's categories. Messages and events name it by Name; Color is none or preset0 to preset24
// (learn.microsoft.com/graph/api/resources/outlookcategory).
type Category struct {
	ID    string `json:"id"`
	Name  string `json:"displayName"`
	Color string `json:"color"`
}

// Categories lists the mailbox's categories. It needs MailboxSettings.Read.
func (c *Client) Categories(ctx context.Context) ([]Category, error) {
	var all []Category
	link := ""
	for {
		p, err := pageOf[Category](ctx, c, "list categories", "/me/outlook/masterCategories", nil, link)
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

// MessageCategories reads the categories of a message and the etag that they were read at.
func (c *Client) MessageCategories(ctx context.Context, id string) (names []string, etag string, err error) {
	var m struct {
		ETag       string   `json:"@odata.etag"`
		Categories []string `json:"categories"`
	}
	err = c.get(ctx, "read categories", "/me/messages/"+seg(id), url.Values{"$select": {"id,categories"}}, nil, &m)
	return m.Categories, m.ETag, err
}

// SetMessageCategories replaces the categories of a message that is still what etag says. A stale etag gives an error that
// IsConflict knows.
func (c *Client) SetMessageCategories(ctx context.Context, id, etag string, names []string) error {
	if names == nil {
		names = []string{}
	}
	return c.send(ctx, "set categories", http.MethodPatch, "/me/messages/"+seg(id), map[string]any{"categories": names}, nil, etag, nil)
}
