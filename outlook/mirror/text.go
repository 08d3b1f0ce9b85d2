package mirror

import (
	"strings"
	"unicode/utf8"

	"supercrm/internal/plain"
)

// htmlText takes the words out of HTML.
func htmlText(s string) string { return plain.HTML(s) }

// previewOf is the beginning of a text on one line, as the service's bodyPreview (255 characters).
func previewOf(text string) string {
	s := strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(s) > 255 {
		s = string([]rune(s)[:255])
	}
	return s
}
