package outlook

import (
	"context"
	"net/url"
	"strconv"
	"strings"
)

// MaxFound is how many messages a search of the service gives at most, the last sent first.
const MaxFound = 1000

// FoundFields is what a search shows of a message. The body is not among it: what is opened is read then.
const FoundFields = "id,parentFolderId,conversationId,subject,bodyPreview,from,toRecipients,receivedDateTime,sentDateTime," +
	"isRead,isDraft,flag,hasAttachments,categories"

// SearchMessages gives one page of the messages that match a query in KQL (learn.microsoft.com/graph/search-query-parameter):
// words, "phrases", from:, to:, subject:, body:, attachment:, hasAttachments:, received>=, AND, OR, NOT. The service ends
// after MaxFound, and takes neither $filter nor $orderby beside it. link is empty for the first page.
func (c *Client) SearchMessages(ctx context.Context, kql, link string, size int) (Page[Message], error) {
	q := url.Values{"$search": {KQL(kql)}, "$select": {FoundFields}, "$top": {strconv.Itoa(min(max(size, 1), MaxFound))}}
	if link != "" {
		q = nil
	}
	return pageOf[Message](ctx, c, "search messages", "/me/messages", q, link)
}

// KQL writes a query as $search wants it: in quotation marks, those inside escaped. Control characters become blanks.
func KQL(query string) string {
	query = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, query)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(strings.TrimSpace(query)) + `"`
}
