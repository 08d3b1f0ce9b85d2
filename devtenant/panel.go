package devtenant

import (
	"bytes"
	_ "embed" // the page
	"html/template"
	"net/http"
)

//go:embed panel.html
var panelHTML string

var panelPage = template.Must(template.New("panel").Parse(panelHTML))

// panel lists what there is to sign in with: GET /.
func (s *Server) panel(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This page is only for reading.", http.StatusMethodNotAllowed)
		return
	}
	var body bytes.Buffer
	base := "http://" + r.Host
	err := panelPage.Execute(&body, map[string]any{"Login": base, "Graph": base + "/graph/v1.0", "ClientID": s.ClientID,
		"Tenants": s.dir.Tenants()})
	if err != nil {
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'")
	if r.Method == http.MethodGet {
		_, _ = w.Write(body.Bytes()) // the browser may have gone
	}
}
