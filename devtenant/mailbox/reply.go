package mailbox

import (
	"html"
	"slices"
	"strings"
)

// ReplyKind says which answer is made.
type ReplyKind int

// The answers that Graph makes of a message.
const (
	ReplyToSender ReplyKind = iota
	ReplyToAll
	Forward
)

// Answer makes the draft of an answer to m in Drafts: recipients, subject and conversation set, the comment above the
// quoted original, as Outlook writes it. A forward keeps the files of the original, an answer its inline ones only.
func (b *Box) Answer(m *Message, kind ReplyKind, comment Body) *Message {
	prefix := "RE: "
	if kind == Forward {
		prefix = "FW: "
	}
	draft := &Message{
		Subject: prefix + bareSubject(m.Subject), From: b.Owner.Address(), Sender: b.Owner.Address(), Draft: true,
		InReplyTo: m.InternetID, Index: b.continued(m, b.Now()), Importance: m.Importance,
	}
	if kind != Forward {
		draft.To, draft.Cc = b.answerTo(m, kind == ReplyToAll)
	}
	draft.SetBody(quote(comment, m, b))
	for _, a := range m.Attachments {
		if kind == Forward || a.Inline {
			copied := *a
			draft.Attachments = append(draft.Attachments, &copied)
		}
	}
	return b.Add(b.wellKnown["drafts"], draft, true)
}

// answerTo chooses the recipients: the reply-to addresses or the sender; the other recipients for all, never oneself.
// The answer to one's own mail goes to whom the mail went.
func (b *Box) answerTo(m *Message, all bool) (to, cc []Address) {
	own := func(a Address) bool { return b.Owner.Is(a.Addr) }
	to = slices.Clone(m.ReplyTo)
	if len(to) == 0 && m.From.Addr != "" {
		to = []Address{m.From}
	}
	if len(to) > 0 && !slices.ContainsFunc(to, func(a Address) bool { return !own(a) }) && len(m.To) > 0 {
		to = slices.Clone(m.To)
		if all {
			cc = slices.Clone(m.Cc)
		}
		return to, cc
	}
	if !all {
		return to, nil
	}
	seen := map[string]bool{}
	for _, a := range to {
		seen[strings.ToLower(a.Addr)] = true
	}
	add := func(list *[]Address, from []Address) {
		for _, a := range from {
			if key := strings.ToLower(a.Addr); !own(a) && !seen[key] {
				seen[key] = true
				*list = append(*list, a)
			}
		}
	}
	add(&to, m.To)
	add(&cc, m.Cc)
	return to, cc
}

func bareSubject(s string) string {
	for {
		s = strings.TrimSpace(s)
		if len(s) < 3 {
			return s
		}
		cut := false
		for _, p := range []string{"re:", "fw:", "fwd:", "aw:", "wg:"} {
			if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
				s, cut = s[len(p):], true
				break
			}
		}
		if !cut {
			return s
		}
	}
}

// quote puts the comment above the original with Outlook's header block.
func quote(comment Body, m *Message, b *Box) Body {
	text := comment.Text
	if !comment.HTML {
		text = PlainToHTML(text)
	}
	return Body{HTML: true, Text: "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>" + text + QuoteHTML(m, b) + "</body></html>"}
}

// PlainToHTML writes plain text as HTML, a <br> for each line end.
func PlainToHTML(s string) string {
	return strings.ReplaceAll(html.EscapeString(strings.ReplaceAll(s, "\r\n", "\n")), "\n", "<br>\r\n")
}

// QuoteHTML is the block that Outlook puts under an answer: a rule, From, Sent, To, Cc and Subject, and the original.
func QuoteHTML(m *Message, b *Box) string {
	body := m.Body()
	original := body.Text
	if body.HTML {
		original = innerBody(original)
	} else {
		original = "<div style=\"white-space:pre-wrap\">" + PlainToHTML(original) + "</div>"
	}
	return QuoteHead(m, b) + "<div>" + original + "</div>"
}

// QuoteHead is the part of QuoteHTML above the original.
func QuoteHead(m *Message, b *Box) string {
	var s strings.Builder
	s.WriteString(`<hr tabindex="-1" style="display:inline-block; width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" color="#000000" style="font-size:11pt">`)
	s.WriteString("<b>From:</b> " + writeAddresses([]Address{m.From}))
	s.WriteString("<br><b>Sent:</b> " + m.Sent.In(b.location()).Format("Monday, January 2, 2006 3:04 PM"))
	s.WriteString("<br><b>To:</b> " + writeAddresses(m.To))
	if len(m.Cc) > 0 {
		s.WriteString("<br><b>Cc:</b> " + writeAddresses(m.Cc))
	}
	s.WriteString("<br><b>Subject:</b> " + html.EscapeString(m.Subject) + "</font><div>&nbsp;</div></div>")
	return s.String()
}

func writeAddresses(list []Address) string {
	var out []string
	for _, a := range list {
		if a.Name == "" {
			out = append(out, html.EscapeString(a.Addr))
		} else {
			out = append(out, html.EscapeString(a.Name+" <"+a.Addr+">"))
		}
	}
	return strings.Join(out, "; ")
}

// innerBody is what stands between the body tags of an HTML document; all of it when there are none.
func innerBody(s string) string {
	lower := asciiLower(s)
	if at := strings.Index(lower, "<body"); at >= 0 {
		if end := strings.IndexByte(s[at:], '>'); end >= 0 {
			s, lower = s[at+end+1:], lower[at+end+1:]
		}
	}
	if at := strings.LastIndex(lower, "</body"); at >= 0 {
		s = s[:at]
	}
	return s
}

// asciiLower lowers A–Z only, so that offsets in the result are offsets in s.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
