package richmail

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// policy lets a page show pictures and its own styles, and nothing else: no script, frame, form or font.
const policy = "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

// BrowserPage is a mail's HTML as a page for a web browser: scripts, forms, frames and event handlers are gone, and a
// policy in its head forbids what might have been missed. Opening it does load remote pictures; that is what it is for.
func BrowserPage(title, source string) ([]byte, error) {
	if len(source) > MaxBytes {
		source = source[:MaxBytes]
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!doctype html><html><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"%s\">"+
		"<meta name=\"referrer\" content=\"no-referrer\"><title>%s</title></head><body>", policy, html.EscapeString(title))
	root, err := parse(source)
	if err != nil {
		out.WriteString("<pre>" + html.EscapeString(strip(source)) + "</pre>")
	} else {
		scrub(root)
		if body := find(root, atom.Body); body != nil {
			for _, style := range styles(root) {
				if err := html.Render(&out, style); err != nil {
					return nil, fmt.Errorf("write mail as a page: %w", err)
				}
			}
			for c := body.FirstChild; c != nil; c = c.NextSibling {
				if err := html.Render(&out, c); err != nil {
					return nil, fmt.Errorf("write mail as a page: %w", err)
				}
			}
		}
	}
	out.WriteString("</body></html>")
	return out.Bytes(), nil
}

func find(n *html.Node, a atom.Atom) *html.Node {
	if n.DataAtom == a && n.Type == html.ElementNode {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if f := find(c, a); f != nil {
			return f
		}
	}
	return nil
}

// styles are the style elements of the head, taken from it.
func styles(root *html.Node) []*html.Node {
	head := find(root, atom.Head)
	if head == nil {
		return nil
	}
	var out []*html.Node
	for c := head.FirstChild; c != nil; {
		next := c.NextSibling
		if c.DataAtom == atom.Style {
			head.RemoveChild(c)
			out = append(out, c)
		}
		c = next
	}
	return out
}

// scrub takes out of a tree what may run, send or load anything but pictures.
func scrub(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.CommentNode,
			c.Type == html.ElementNode && (c.Namespace != "" || dropElement[c.Data] && c.Data != "style" && c.Data != "head" || c.Data == "form" && c.FirstChild == nil):
			n.RemoveChild(c)
		case c.Type == html.ElementNode:
			scrubAttrs(c)
			scrub(c)
		}
		c = next
	}
}

func scrubAttrs(n *html.Node) {
	kept := n.Attr[:0]
	for _, a := range n.Attr {
		key := strings.ToLower(a.Key)
		switch {
		case strings.HasPrefix(key, "on"), a.Namespace != "":
		case key == "href":
			if a.Val = SafeLink(a.Val); a.Val != "" {
				kept = append(kept, a)
			}
		case key == "src", key == "background":
			v := strings.ToLower(strings.TrimSpace(a.Val))
			if strings.HasPrefix(v, "http:") || strings.HasPrefix(v, "https:") || strings.HasPrefix(v, "data:image/") {
				kept = append(kept, a)
			}
		case key == "style", key == "class", key == "id", key == "width", key == "height", key == "align", key == "valign",
			key == "bgcolor", key == "color", key == "border", key == "cellpadding", key == "cellspacing", key == "colspan",
			key == "rowspan", key == "alt", key == "title", key == "dir", key == "lang", key == "size", key == "face", key == "start", key == "type":
			kept = append(kept, a)
		}
	}
	n.Attr = kept
}
