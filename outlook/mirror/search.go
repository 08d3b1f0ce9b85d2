package mirror

import (
	"context"
	"strings"
	"unicode"
)

// SearchMessages finds mirrored messages that hold every word of the query in subject, people or body, the last word
// also as a beginning; newest first. Words are taken as they are: no operators. A query without a letter or digit finds
// nothing.
func (m *Mirror) SearchMessages(ctx context.Context, query string, limit int) ([]MessageRow, error) {
	match := ftsQuery(query)
	if match == "" || limit <= 0 {
		return nil, ctx.Err()
	}
	return collect(ctx, m, "search messages", scanRow, `SELECT `+rowColumns+` FROM message m WHERE m.id IN
		(SELECT f.rowid FROM message_fts f JOIN message n ON n.id=f.rowid WHERE message_fts MATCH ? ORDER BY n.received_at DESC LIMIT ?)
		ORDER BY m.received_at DESC, m.id DESC`, match, limit)
}

// ftsQuery quotes each word (sqlite.org/fts5.html, section 3.1), so that nothing in it is syntax.
func ftsQuery(query string) string {
	var words []string
	for _, w := range strings.Fields(strings.ReplaceAll(query, "\x00", " ")) {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			words = append(words, `"`+strings.ReplaceAll(w, `"`, `""`)+`"`)
		}
		if len(words) == 20 {
			break
		}
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, " ") + " *"
}

func lower(addrs []string) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = strings.ToLower(strings.TrimSpace(a))
	}
	return out
}
