package mirror

import (
	"html"
	"slices"
	"strings"

	"supercrm/outlook"
)

// compose puts plain text at the beginning of a draft's body, in the form that the body has. there is true when it
// stands there already, by its words: the service rewrites HTML. Further down it may have been quoted.
func compose(body outlook.Body, text string) (out outlook.Body, there bool) {
	text = strings.ReplaceAll(strings.TrimRight(text, " \t\r\n"), "\r\n", "\n")
	if bodyKind(body.ContentType) != "html" {
		body.ContentType = "text"
		there = beginsWith(body.Content, text)
		body.Content = text + "\n\n" + body.Content
		return body, there
	}
	part := "<div>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>") + "</div>"
	at := bodyStart(body.Content)
	there = beginsWith(htmlText(body.Content[at:]), text)
	body.Content = body.Content[:at] + part + "<br>" + body.Content[at:]
	return body, there
}

// beginsWith says whether the words at the beginning of a text are these.
func beginsWith(text, words string) bool {
	has, want := strings.Fields(text), strings.Fields(words)
	return len(has) >= len(want) && slices.Equal(has[:len(want)], want)
}

// bodyStart is the offset after the <body …> tag, 0 when there is none.
func bodyStart(s string) int {
	for i := 0; i+5 <= len(s); i++ {
		if s[i] != '<' || !strings.EqualFold(s[i+1:i+5], "body") {
			continue
		}
		if i+5 < len(s) && s[i+5] != '>' && s[i+5] != ' ' && s[i+5] != '\n' && s[i+5] != '\t' && s[i+5] != '\r' {
			continue
		}
		if end := strings.IndexByte(s[i:], '>'); end >= 0 {
			return i + end + 1
		}
	}
	return 0
}
