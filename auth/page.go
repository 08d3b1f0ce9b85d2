package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
)

// page is what the browser shows at the end of a sign-in. It says no more than is true at that moment: the tokens are not
// fetched yet when it is written.
type page struct {
	Title, Text, Code string
	Good              bool
	Next              string // address that the browser goes on to by itself
}

func pageDone() page {
	return page{Title: "Go back to Super CRM", Text: "Microsoft has answered and Super CRM is finishing the sign-in. You can close this page.", Good: true}
}

func pageFailed(e Explanation) page {
	return page{Title: e.Title, Text: "Go back to Super CRM: it says what happened and what to do next. You can close this page.", Code: e.Code}
}

// pageOnward takes the browser on to the page that asks. It is no redirect: a browser may hold the policy of the page that
// posted the form against where a redirect leads.
func pageOnward(address string) page {
	return page{Title: "One moment", Text: "Microsoft has a question for you.", Good: true, Next: address}
}

func pageOver() page {
	return page{Title: "This sign-in is already over", Text: "Super CRM has its answer. You can close this page."}
}

func pageStray() page {
	return page{Title: "Nothing to see here", Text: "Super CRM is waiting for a sign-in to finish, and this page is not part of it. You can close it."}
}

const pageStyle = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f6fa;color:#1c2330;font:16px/1.5 system-ui,sans-serif}
main{max-width:26rem;margin:1rem;padding:2rem 2.25rem;background:#fff;border-radius:12px;box-shadow:0 1px 3px #0002}
h1{margin:0 0 .5rem;font-size:1.3rem;line-height:1.3}
p{margin:0}
i{display:block;width:2.5rem;height:4px;margin-bottom:1.25rem;border-radius:2px;background:#b7791f}
i.good{background:#2f6fed}
small{display:block;margin-top:1rem;color:#5b6475;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{background:#14171d;color:#e6e9ef}main{background:#1e232c}small{color:#9aa3b2}}`

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title>
{{- with .Next}}<meta http-equiv="refresh" content="0;url={{.}}">{{end}}
<style>` + pageStyle + `</style></head>
<body><main><i{{if .Good}} class="good"{{end}}></i><h1>{{.Title}}</h1><p>{{.Text}}</p>{{with .Next}}<small><a href="{{.}}">Go on to Microsoft's page</a></small>{{end}}{{with .Code}}<small>Code: {{.}}</small>{{end}}</main></body></html>
`))

var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

func writePage(w http.ResponseWriter, status int, p page) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		http.Error(w, p.Title, status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Connection", "close")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the browser may have gone; nothing depends on it
}
