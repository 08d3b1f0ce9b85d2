package richmail

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// headLine is the first line of the block that mail programs put above what is answered, in the languages that Outlook
// is used in most; sentLine must follow soon.
var (
	headLine  = regexp.MustCompile(`(?i)^\s*(from|von|de|da|van|från|fra|od|от)\s?:\s*\S`)
	sentLine  = regexp.MustCompile(`(?i)(^|\n)\s*(sent|date|gesendet|datum|envoyé|enviado|enviada|inviato|data|verzonden|skickat|sendt|wysłano|отправлено)\s?:`)
	wroteLine = regexp.MustCompile(`(?i)(wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev)[^\n]{0,120}:\s*$`)
	original  = regexp.MustCompile(`(?i)^\s*-{3,}\s*(original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|mensaje original)\s*-{3,}`)
)

// history finds where the quoted history at the end begins. A body that is nothing but history, such as a forwarded one,
// has none: there would be nothing left to show.
func history(blocks []Block) int {
	start := len(blocks)
	// What was marked, or stands in quotation marks, up to the end.
	for start > 0 {
		b := &blocks[start-1]
		if !b.Quoted && b.Quote == 0 && b.Kind != Rule {
			break
		}
		start--
	}
	for start < len(blocks) && blocks[start].Kind == Rule && !blocks[start].Quoted && start+1 == len(blocks) {
		start++
	}
	// What begins with a header that a mail program wrote.
	for i := range min(start, len(blocks)) {
		if i > 0 && heads(blocks, i) {
			start = i
			break
		}
	}
	if start > 0 && start < len(blocks) && wroteLine.MatchString(spansText(blocks[start-1].Spans)) {
		start--
	}
	for start > 0 && start < len(blocks) && blocks[start-1].Kind == Rule {
		start--
	}
	if start == 0 {
		return len(blocks)
	}
	return start
}

func heads(blocks []Block, i int) bool {
	b := &blocks[i]
	if b.Kind != Paragraph {
		return false
	}
	text := spansText(b.Spans)
	if original.MatchString(text) {
		return true
	}
	if !headLine.MatchString(text) {
		return false
	}
	near := text
	for n := i + 1; n < len(blocks) && n <= i+2; n++ {
		near += "\n" + spansText(blocks[n].Spans)
	}
	return sentLine.MatchString(near)
}

// quoteClasses and quoteIDs are how mail programs mark what is quoted.
var (
	quoteClasses = []string{"gmail_quote", "gmail_extra", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "outlookmessageheader", "zmail_extra", "tutanota_quote"}
	quoteIDs     = []string{"divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "isforwardcontent", "isreplycontent"}
)

// marksQuote tells whether an element begins quoted history, and whether all that follows belongs to it too.
func marksQuote(n *html.Node) (quoted, onwards bool) {
	class, id := strings.ToLower(attr(n, "class")), strings.ToLower(attr(n, "id"))
	for _, c := range quoteClasses {
		if strings.Contains(class, c) {
			return true, c == "moz-cite-prefix" || c == "outlookmessageheader"
		}
	}
	for _, c := range quoteIDs {
		if id != "" && strings.HasSuffix(id, c) { // Outlook on the web prefixes ids with "x_"
			return true, c == "divrplyfwdmsg" || c == "appendonsend"
		}
	}
	if n.Data == "blockquote" && strings.EqualFold(attr(n, "type"), "cite") {
		return true, false
	}
	return false, false
}
