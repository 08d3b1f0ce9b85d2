package visitor

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// page is what matters of a document: its forms and what it complains about.
type page struct {
	forms   []form
	problem string // the text of the element with role alert
	code    string // the text of the element error-code
	heading string // the id of the first heading
	text    string // of the element main
}

// form is an HTML form with its fields in order.
type form struct {
	id, action, method string
	fields             []field
}

type field struct{ name, value, kind string } // kind: hidden, text, password, checkbox, button …

func readPage(doc *html.Node) page {
	var p page
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if attr(n, "role") == "alert" && p.problem == "" {
			p.problem = text(n)
		}
		if attr(n, "id") == "error-code" && p.code == "" {
			p.code = aadsts(text(n))
		}
		if n.Data == "main" && p.text == "" {
			p.text = text(n)
		}
		if n.Data == "h1" && p.heading == "" {
			p.heading = attr(n, "id")
		}
		if n.Data != "form" {
			continue
		}
		f := form{id: attr(n, "id"), action: attr(n, "action"), method: strings.ToUpper(attr(n, "method"))}
		for c := range n.Descendants() {
			if c.Type != html.ElementNode || attr(c, "name") == "" {
				continue
			}
			switch c.Data {
			case "input":
				f.fields = append(f.fields, field{attr(c, "name"), attr(c, "value"), attr(c, "type")})
			case "button":
				f.fields = append(f.fields, field{attr(c, "name"), attr(c, "value"), "button"})
			}
		}
		p.forms = append(p.forms, f)
	}
	return p
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

var aadstsPattern = regexp.MustCompile(`AADSTS\d+`)

func aadsts(s string) string { return aadstsPattern.FindString(s) }

// has reports whether the form has a field, hidden ones and buttons aside, with this name.
func (f form) has(name string) bool {
	for _, x := range f.fields {
		if x.name == name && x.kind != "hidden" && x.kind != "button" {
			return true
		}
	}
	return false
}

// typing reports whether there is something to type in the form.
func (f form) typing() bool {
	for _, name := range []string{"username", "password", "otp", "user_code", "newpassword", "justification"} {
		if f.has(name) {
			return true
		}
	}
	return false
}

// presses reports whether the form has a button with this name and value.
func (f form) presses(name, value string) bool {
	for _, x := range f.fields {
		if x.kind == "button" && x.name == name && x.value == value {
			return true
		}
	}
	return false
}

// buttonValue is the value of the i-th button with this name: the first is what Enter presses.
func (f form) buttonValue(name string, i int) string {
	for _, x := range f.fields {
		if x.kind == "button" && x.name == name {
			if i == 0 {
				return x.value
			}
			i--
		}
	}
	return ""
}

// submit makes the request that a browser would: hidden and text fields as they are, checkboxes and buttons only when
// filled in.
func (f form) submit(ctx context.Context, base *url.URL, fill url.Values) (*http.Request, error) {
	to, err := base.Parse(f.action)
	if err != nil || to.Scheme != "http" && to.Scheme != "https" {
		return nil, errors.New("a sign-in page has a form that goes nowhere")
	}
	values := url.Values{}
	for _, x := range f.fields {
		if x.kind != "button" && x.kind != "checkbox" && !fill.Has(x.name) {
			values.Add(x.name, x.value)
		}
	}
	for name, v := range fill {
		values[name] = v
	}
	if f.method != http.MethodPost {
		to.RawQuery = values.Encode()
		return http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, errors.New("a sign-in page has a form that goes nowhere")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", base.Scheme+"://"+base.Host)
	return req, nil
}
