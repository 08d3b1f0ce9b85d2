package realwindow

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Page is a tab of the browser, driven with real mouse and key events. It stays attached when the tab goes to another
// address.
type Page struct {
	d     *Desktop
	tools *devtools
}

// URL is the tab's address.
func (p *Page) URL() string {
	var url string
	_ = p.tools.evaluate("location.href", &url) // empty while a page is being changed
	return url
}

// Text is what a person can read on the page.
func (p *Page) Text() string {
	var text string
	_ = p.tools.evaluate("document.body ? document.body.innerText : ''", &text)
	return text
}

// WaitText waits until the page shows text.
func (p *Page) WaitText(text string) {
	p.d.t.Helper()
	p.d.Eventually(fmt.Sprintf("%q on the page", text), func() bool { return strings.Contains(p.Text(), text) })
}

// WaitURL waits until the tab's address contains part.
func (p *Page) WaitURL(part string) {
	p.d.t.Helper()
	p.d.Eventually("a page at "+part, func() bool { return strings.Contains(p.URL(), part) })
}

// where finds a visible element and scrolls it into view; x and y are its middle in CSS pixels. %s is a JavaScript
// expression that gives the element or nothing. A page that has not been painted yet drops clicks.
const where = `(() => {
	const e = %s;
	if (!e || document.readyState !== "complete" || e.disabled) return null;
	if (!performance.getEntriesByName("first-contentful-paint").length) return null;
	e.scrollIntoView({block: "center"});
	const r = e.getBoundingClientRect();
	if (!r.width || !r.height) return null;
	const x = r.left + r.width / 2, y = r.top + r.height / 2;
	const top = document.elementFromPoint(x, y);
	if (top !== e && !e.contains(top) && !(top && top.contains(e))) return null;
	return {x, y};
})()`

type point struct{ X, Y float64 }

// find waits for the element and returns its middle.
func (p *Page) find(what, expression string) point {
	p.d.t.Helper()
	var at *point
	p.d.Eventually(what+" on the page", func() bool {
		at = nil
		return p.tools.evaluate(fmt.Sprintf(where, expression), &at) == nil && at != nil
	})
	return *at
}

// Click waits for the element of the CSS selector and clicks it.
func (p *Page) Click(selector string) {
	p.d.t.Helper()
	p.clickAt(p.find(selector, "document.querySelector("+quote(selector)+")"))
}

// ClickText clicks the button, link or label that shows text, the smallest one if several do.
func (p *Page) ClickText(text string) {
	p.d.t.Helper()
	p.clickAt(p.find(fmt.Sprintf("a control with %q", text),
		`[...document.querySelectorAll("button, a, input[type=submit], label, [role=button], summary")]`+
			`.filter(e => (e.innerText || e.value || "").includes(`+quote(text)+`))`+
			`.sort((a, b) => a.textContent.length - b.textContent.length)[0]`))
}

func (p *Page) clickAt(at point) {
	p.d.t.Helper()
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		params := map[string]any{"type": kind, "x": at.X, "y": at.Y}
		if kind != "mouseMoved" {
			params["button"], params["clickCount"] = "left", 1
		}
		if err := p.tools.call("Input.dispatchMouseEvent", params, nil); err != nil {
			// A click may take the page away before the event is answered.
			if kind != "mouseReleased" {
				p.d.t.Fatal(err)
			}
		}
	}
}

// Fill clicks the field of the CSS selector, empties it and types text.
func (p *Page) Fill(selector, text string) {
	p.d.t.Helper()
	p.Click(selector)
	if err := p.tools.evaluate("document.querySelector("+quote(selector)+").select()", nil); err != nil {
		p.d.t.Fatal(err)
	}
	if err := p.tools.call("Input.insertText", map[string]any{"text": text}, nil); err != nil {
		p.d.t.Fatal(err)
	}
	var length int
	if err := p.tools.evaluate("[...document.querySelector("+quote(selector)+").value].length", &length); err != nil {
		p.d.t.Fatal(err)
	}
	if want := utf8.RuneCountInString(text); length != want { // the value itself may be a password
		p.d.t.Fatalf("the field %s holds %d characters, want %d", selector, length, want)
	}
}

// Goto opens an address in the tab.
func (p *Page) Goto(url string) {
	p.d.t.Helper()
	if err := p.tools.call("Page.navigate", map[string]any{"url": url}, nil); err != nil {
		p.d.t.Fatal(err)
	}
}

// quote writes s as a JavaScript string.
func quote(s string) string {
	text, _ := json.Marshal(s) // a string always has a JSON form
	return string(text)
}

// Close closes the tab, as a person does who gives up.
func (p *Page) Close() {
	p.d.t.Helper()
	if err := p.tools.call("Page.close", nil, nil); err != nil {
		p.d.t.Fatal(err)
	}
}
