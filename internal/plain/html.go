package plain

import (
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// MaxText bounds the text taken from one body, in bytes.
const MaxText = 200 << 10

// HTML takes the words out of HTML: no tags, no scripts, no styles; block elements part lines. It is for searching
// and comparing, not for showing.
func HTML(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	var out strings.Builder
	skip := atom.Atom(0) // the element whose content is no text
	for out.Len() < MaxText {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() == io.EOF {
				return strings.ToValidUTF8(strings.TrimSpace(out.String()), "")
			}
			return strings.ToValidUTF8(strings.TrimSpace(out.String()), "")
		case html.TextToken:
			if skip == 0 {
				out.WriteString(html.UnescapeString(string(z.Raw())))
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			switch a {
			case atom.Script, atom.Style, atom.Title, atom.Template, atom.Noscript, atom.Iframe:
				if skip == 0 {
					skip = a
				}
			default:
				breakAt(&out, a)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if a == skip {
				skip = 0
			}
			breakAt(&out, a)
		case html.SelfClosingTagToken:
			name, _ := z.TagName()
			breakAt(&out, atom.Lookup(name))
		}
	}
	return strings.ToValidUTF8(strings.TrimSpace(out.String()), "")
}

func breakAt(out *strings.Builder, a atom.Atom) {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Tr, atom.Li, atom.Ul, atom.Ol, atom.Table, atom.Blockquote, atom.Pre, atom.Hr,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Section, atom.Article, atom.Header, atom.Footer:
		out.WriteByte('\n')
	case atom.Td, atom.Th:
		out.WriteByte(' ')
	}
}
