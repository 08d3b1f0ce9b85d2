package calendar

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"supercrm/outlook/mirror"
)

// longestBody bounds what of a description is shown and edited, in bytes; an invitation can carry a whole thread.
const longestBody = 32 << 10

// bodyText is an event's description as plain text. Of HTML only the words are taken: nothing of it is rendered.
func bodyText(e *mirror.Event) string {
	text := e.Body
	if e.HTML {
		text = wordsOf(text)
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "")
	if len(text) > longestBody {
		text = strings.ToValidUTF8(text[:longestBody], "") + "…"
	}
	return strings.TrimSpace(text)
}

func wordsOf(source string) string {
	z := html.NewTokenizer(strings.NewReader(source))
	var out strings.Builder
	var skip atom.Atom
	for out.Len() <= longestBody {
		kind := z.Next()
		switch kind {
		case html.ErrorToken: // the end: a string reader fails in no other way
			return tidy(out.String())
		case html.TextToken:
			if skip == 0 {
				out.WriteString(strings.Map(blank, string(z.Text())))
			}
			continue
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
		default:
			continue
		}
		name, _ := z.TagName()
		switch tag := atom.Lookup(name); tag {
		case atom.Script, atom.Style, atom.Title, atom.Template:
			switch {
			case kind == html.StartTagToken && skip == 0:
				skip = tag
			case kind == html.EndTagToken && skip == tag:
				skip = 0
			}
		case atom.P, atom.Div, atom.Br, atom.Tr, atom.Li, atom.Ul, atom.Ol, atom.Table, atom.Hr, atom.H1, atom.H2, atom.H3, atom.Blockquote, atom.Pre:
			out.WriteByte('\n')
		}
	}
	return tidy(out.String())
}

// blank makes line ends in the source what they are in HTML: spaces.
func blank(r rune) rune {
	if r == '\n' || r == '\r' || r == '\t' {
		return ' '
	}
	return r
}

// tidy takes the spaces from around lines, and leaves at most one empty line between two others.
func tidy(s string) string {
	var out []string
	empty := true
	for _, line := range strings.Split(s, "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" && empty {
			continue
		}
		empty = line == ""
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}
