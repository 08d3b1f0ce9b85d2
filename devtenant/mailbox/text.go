package mailbox

import (
	"html"
	"strings"
	"unicode/utf8"
)

// PlainText is an HTML body as text: tags away, blocks on lines of their own, entities written out, scripts, styles and
// comments dropped.
func PlainText(s string) string { return plain(s, -1) }

// previewLength is how many characters bodyPreview holds (documentation, "message resource type").
const previewLength = 255

// Preview is the first 255 characters of a body's text on one line, as bodyPreview has it. An answer's preview is the
// answer's own text, since the quoted original comes after it.
func Preview(body Body) string {
	text := body.Text
	if body.HTML {
		text = plain(text, 700)
	}
	var out strings.Builder
	out.Grow(min(len(text), previewLength+16))
	n, space := 0, false
	for _, r := range text {
		if r == '\n' || r == '\r' || r == ' ' || r == '\t' || r == '\u00a0' {
			space = n > 0
			continue
		}
		if space {
			out.WriteByte(' ')
			n++
			space = false
		}
		if n >= previewLength {
			break
		}
		out.WriteRune(r)
		n++
	}
	return out.String()
}

var blocks = map[string]bool{"p": true, "div": true, "br": true, "tr": true, "li": true, "table": true, "h1": true, "h2": true, "h3": true, "hr": true, "ul": true, "ol": true, "blockquote": true}

var blanks = strings.NewReplacer("\r", " ", "\n", " ", "\t", " ")

// plain stops after about limit bytes of text; −1: never.
func plain(s string, limit int) string {
	var out strings.Builder
	out.Grow(min(len(s), max(limit+64, 1024)))
	for s != "" && (limit < 0 || out.Len() < limit) {
		at := strings.IndexByte(s, '<')
		if at < 0 {
			at = len(s)
		}
		if at > 0 {
			text := s[:at]
			if limit >= 0 && len(text) > limit {
				text = text[:limit]
				for !utf8.ValidString(text) && len(text) > limit-4 {
					text = text[:len(text)-1]
				}
			}
			text = html.UnescapeString(text)
			if strings.ContainsAny(text, "\r\n\t") {
				text = blanks.Replace(text)
			}
			out.WriteString(text)
			s = s[at:]
			continue
		}
		if strings.HasPrefix(s, "<!--") {
			_, rest, _ := strings.Cut(s[4:], "-->")
			s = rest
			continue
		}
		tag, rest, _ := strings.Cut(s[1:], ">")
		s = rest
		name := strings.TrimLeft(tag, "/")
		if cut := strings.IndexAny(name, " \t\r\n/"); cut >= 0 {
			name = name[:cut]
		}
		name = strings.ToLower(name) // of attributes there may be many
		switch {
		case (name == "style" || name == "script" || name == "head" || name == "title") && !strings.HasPrefix(tag, "/"):
			s = s[closing(s, name):]
		case (name == "td" || name == "th") && !strings.HasPrefix(tag, "/"):
			out.WriteByte(' ')
		case blocks[name] && out.Len() > 0 && !strings.HasSuffix(out.String(), "\n"):
			out.WriteByte('\n')
		}
	}
	return strings.TrimSpace(out.String())
}

// closing is where the closing tag of an element begins, in any case; the end when there is none.
func closing(s, name string) int {
	for at := 0; ; {
		next := strings.Index(s[at:], "</")
		if next < 0 {
			return len(s)
		}
		at += next
		if rest := s[at+2:]; len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) {
			return at
		}
		at += 2
	}
}
