package richmail

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// HTML reads a body of HTML. names gives the file name of a picture by its content id, for pictures that came with the
// mail; it may be nil. It accepts anything: what is broken is read as a browser would, what is nested too deeply only as
// text. The time is bounded by MaxBytes.
func HTML(source string, names map[string]string) *Doc {
	d := &Doc{}
	if len(source) > MaxBytes {
		source, d.Cut = source[:MaxBytes], true
	}
	root, err := parse(source)
	if err != nil {
		flat := Plain(strip(source))
		flat.Cut = flat.Cut || d.Cut
		return flat
	}
	w := &walker{builder: builder{doc: d, open: Block{Kind: Paragraph}}, names: names}
	w.children(root, look{})
	w.end()
	finish(d)
	return d
}

var errNesting = errors.New("nested too deeply")

// parse is html.Parse, which gives up on more than 512 open elements.
func parse(source string) (root *html.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("parse mail body: %w: %v", errNesting, r)
		}
	}()
	return html.ParseWithOptions(strings.NewReader(source), html.ParseOptionEnableScripting(false))
}

// strip takes the tags away, for a body that cannot be parsed.
func strip(source string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	skip := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if skip == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style", "title", "template":
				skip++
			case "p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "blockquote":
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style", "title", "template":
				skip = max(0, skip-1)
			}
		}
	}
}

// look is what an element hands down to its children.
type look struct {
	style Style
	link  string
	pre   bool
	lists int
	head  int // heading level, 0 outside
}

type walker struct {
	builder
	names  map[string]string
	tables int // how deep in tables that are drawn
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func (w *walker) children(n *html.Node, l look) {
	for c := n.FirstChild; c != nil && !w.full; c = c.NextSibling {
		w.node(c, l)
	}
}

func (w *walker) node(n *html.Node, l look) {
	switch n.Type {
	case html.TextNode:
		if l.pre {
			w.raw(n.Data, l.style, l.link)
		} else {
			w.text(n.Data, l.style, l.link)
		}
	case html.ElementNode:
		if dropElement[n.Data] || hidden(n) {
			return
		}
		quoted, onwards := marksQuote(n)
		if !quoted {
			w.element(n, l)
			return
		}
		w.end()
		was := w.quoted
		w.quoted = true
		w.element(n, l)
		w.end()
		w.quoted = was || onwards
	}
}

// dropElement are those whose content is not to be shown at all, or never safe.
var dropElement = map[string]bool{
	"script": true, "style": true, "head": true, "title": true, "template": true, "noscript": true, "iframe": true,
	"object": true, "embed": true, "applet": true, "svg": true, "math": true, "canvas": true, "audio": true, "video": true,
	"input": true, "select": true, "textarea": true, "button": true, "link": true, "meta": true, "base": true, "frame": true,
	"frameset": true, "map": true, "progress": true, "meter": true, "dialog": true,
}

// hidden tells of what the author does not want to be seen, such as the preview text of newsletters.
func hidden(n *html.Node) bool {
	style := ""
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style = a.Val
		}
	}
	if style == "" {
		return false
	}
	s := strings.ToLower(strings.NewReplacer(" ", "", "\n", "", "\t", "", "\r", "").Replace(style))
	for _, h := range []string{"display:none", "visibility:hidden", "mso-hide:all", "font-size:0;", "font-size:0px", "max-height:0;", "max-height:0px", "opacity:0;"} {
		if strings.Contains(s, h) {
			return true
		}
	}
	return false
}

func (w *walker) element(n *html.Node, l look) {
	switch n.Data {
	case "b", "strong":
		l.style |= Bold
		w.children(n, l)
	case "i", "em", "cite", "dfn", "var":
		l.style |= Italic
		w.children(n, l)
	case "s", "strike", "del":
		l.style |= Strike
		w.children(n, l)
	case "code", "kbd", "samp", "tt":
		l.style |= Mono
		w.children(n, l)
	case "a":
		if link := SafeLink(attr(n, "href")); link != "" {
			l.link = link
		}
		w.children(n, l)
	case "br":
		w.br(l.style)
	case "hr":
		w.start(Rule)
		w.end()
	case "img":
		w.image(n, l)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		w.start(Heading)
		w.open.Level = int(n.Data[1] - '0')
		l.head = w.open.Level
		w.children(n, l)
		w.end()
	case "pre", "listing", "xmp", "plaintext":
		w.start(Pre)
		l.pre, l.style = true, l.style|Mono
		w.children(n, l)
		w.end()
	case "blockquote":
		w.end()
		w.quote++
		w.children(n, l)
		w.end()
		w.quote--
	case "ul", "ol", "menu", "dir":
		w.list(n, l)
	case "li": // outside any list
		w.item(n, l, "•")
	case "table":
		w.table(n, l)
	case "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "center", "address", "form", "fieldset",
		"dl", "dt", "dd", "figure", "figcaption", "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "details", "summary", "body", "html":
		w.block(n, l)
	case "span", "font":
		s := strings.ToLower(attr(n, "style"))
		if strings.Contains(s, "font-weight") && (strings.Contains(s, "bold") || strings.Contains(s, ":600") || strings.Contains(s, ":700")) {
			l.style |= Bold
		}
		if strings.Contains(s, "font-style") && strings.Contains(s, "italic") {
			l.style |= Italic
		}
		w.children(n, l)
	default:
		w.children(n, l)
	}
}

// block is an element that stands in paragraphs of its own. Within a heading or a list item it only breaks the line.
func (w *walker) block(n *html.Node, l look) {
	kind := w.open.Kind
	if kind == Item && !w.any {
		w.children(n, l) // <li><p>
		return
	}
	if l.pre || l.head > 0 {
		w.children(n, l)
		return
	}
	// A line of its own without a paragraph's room: that is how mail programs type lines.
	if n.Data == "div" && w.any && !hasBlocks(n) && prevIsLine(n) && kind == Paragraph {
		w.br(l.style)
		w.children(n, l)
		return
	}
	w.end()
	if n.Data == "dd" {
		w.open.Indent = 1
	}
	w.children(n, l)
	if n.Data == "div" && nextIsLine(n) {
		return
	}
	w.end()
}

func isLine(n *html.Node) bool {
	return n != nil && n.Type == html.ElementNode && n.Data == "div" && !hasBlocks(n)
}

func prevIsLine(n *html.Node) bool {
	return isLine(sibling(n, func(n *html.Node) *html.Node { return n.PrevSibling }))
}
func nextIsLine(n *html.Node) bool {
	next := sibling(n, func(n *html.Node) *html.Node { return n.NextSibling })
	return isLine(n) && isLine(next) && !blank(next)
}

func sibling(n *html.Node, step func(*html.Node) *html.Node) *html.Node {
	s := step(n)
	for s != nil && s.Type == html.TextNode && strings.TrimSpace(s.Data) == "" {
		s = step(s)
	}
	return s
}

// blank tells of <div><br></div>, an empty line.
func blank(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode && strings.TrimSpace(strings.ReplaceAll(c.Data, "\u00a0", " ")) == "":
		case c.Type == html.ElementNode && (c.Data == "br" || (c.Data == "span" || c.Data == "font") && blank(c)):
		default:
			return false
		}
	}
	return true
}

func hasBlocks(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			switch c.Data {
			case "p", "div", "table", "ul", "ol", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6":
				return true
			}
		}
	}
	return false
}

func (w *walker) list(n *html.Node, l look) {
	w.end()
	number, err := strconv.Atoi(attr(n, "start"))
	if err != nil {
		number = 1
	}
	l.lists++
	for c := n.FirstChild; c != nil && !w.full; c = c.NextSibling {
		if c.Type != html.ElementNode || c.Data != "li" || hidden(c) {
			w.node(c, l)
			continue
		}
		marker := []string{"•", "◦", "–"}[(l.lists-1)%3]
		if n.Data == "ol" {
			marker = strconv.Itoa(number) + "."
			number++
		}
		w.item(c, l, marker)
	}
	w.end()
}

func (w *walker) item(n *html.Node, l look, marker string) {
	w.start(Item)
	w.open.Marker, w.open.Indent = marker, min(max(1, l.lists), 6)
	w.children(n, l)
	w.end()
}

func (w *walker) image(n *html.Node, l look) {
	src, alt := strings.TrimSpace(attr(n, "src")), strings.TrimSpace(clean(attr(n, "alt")))
	if len(alt) > 120 {
		alt = ""
	}
	u, err := url.Parse(src)
	if err != nil {
		return
	}
	switch strings.ToLower(u.Scheme) {
	case "cid":
		name := w.names[u.Opaque]
		if name == "" {
			name = alt
		}
		if name == "" {
			name = "image"
		}
		w.space = w.any
		w.text("["+name+"]", l.style|Muted, l.link)
		w.space = true
	case "http", "https", "":
		if tiny(n) || src == "" {
			return
		}
		w.doc.Remote++
		if alt != "" {
			w.text(alt, l.style|Muted, l.link)
			w.space = true
		}
	}
}

// tiny tells of pictures that nobody is to see: they tell the sender that the mail was opened.
func tiny(n *html.Node) bool {
	for _, key := range []string{"width", "height"} {
		if v, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(attr(n, key)), "px")); err == nil && v <= 2 {
			return true
		}
	}
	return false
}
