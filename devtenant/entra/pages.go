package entra

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"

	"supercrm/devtenant/directory"
)

// The pages are plain HTML that works without script, but for the form_post page, which has a button for that case. Ids
// and names of fields and buttons are stable: tests and package visitor find them by name.
//
//go:embed pages
var pageFiles embed.FS

// pageNames are the pages; each is a file that fills the layout.
var pageNames = []string{"account", "password", "change", "code", "consent", "approval", "requested", "confirm",
	"formpost", "error", "signedout", "device", "devicedone", "devicedeclined"}

var pageTemplates = func() map[string]*template.Template {
	out := map[string]*template.Template{}
	for _, name := range pageNames {
		out[name] = template.Must(template.ParseFS(pageFiles, "pages/layout.html", "pages/"+name+".html"))
	}
	return out
}()

var pageStyle = func() template.CSS {
	css, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		panic(err) // embedded
	}
	return template.CSS(css) //nolint:gosec // our own file
}()

// flowView is what the pages of a sign-in show.
type flowView struct {
	Flow, Tenant, Typed, Problem string
	UPN, Name                    string
	SignInName                   string // UPN, but of a guest the one at home
	Password, OneTimeCode        string // only as hints
	Code                         int    // AADSTS number of the approval page
	MayAsk                       bool   // an administrator can be asked from the approval page
	App                          directory.App
	Permissions                  []permission
	Tiles                        []tile
	Hints, Admin                 bool
	CanApproveForAll             bool
}

// tile is one account to choose.
type tile struct{ UPN, Name, Note string }

// Initials are what stands in the disc of an account without a picture.
func (t tile) Initials() string { return initials(t.Name) }

// Initials are the signed-in person's.
func (v flowView) Initials() string { return initials(v.Name) }

func initials(name string) string {
	out, start := "", true
	for _, r := range name {
		if start && r != ' ' && len([]rune(out)) < 2 {
			out += string(r)
		}
		start = r == ' '
	}
	return out
}

type formPostView struct {
	Action string
	Params []param
	App    string
}

// Target lets the form post to the checked redirect address; html/template would otherwise refuse schemes it does not
// know.
func (v formPostView) Target() template.URL { return template.URL(v.Action) } //nolint:gosec // checked against the registered ones

type errorView struct {
	Code                     int
	Text, Trace, Correlation string
	Time                     string
}

// page writes one page. Nothing in it may come from elsewhere: one inline style and, by nonce, one inline script.
// form-action is left out of the policy on purpose: browsers apply it to the redirect that follows a post, too, and that
// goes to the program's own port.
func (s *Server) page(w http.ResponseWriter, r *http.Request, status int, name string, view any) {
	nonce := randomText(22)
	var body bytes.Buffer
	err := pageTemplates[name].ExecuteTemplate(&body, "layout", map[string]any{"Style": pageStyle, "Nonce": nonce, "V": view})
	if err != nil {
		s.log.Error("cannot render a page", "page", name, "error", err)
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+
		"'; img-src data:; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // the browser may have gone
	}
}

// errorPage shows what must not be sent to the asking program, as the real service does: with code, ids and time.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, f *failure) {
	st := s.newStamp(r)
	s.page(w, r, http.StatusBadRequest, "error", errorView{Code: f.Code, Text: f.Text, Trace: st.Trace,
		Correlation: st.Correlation, Time: st.Time.Format(stampLayout)})
}

// explain is where error_uri leads: GET /error?code=.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) {
	code, err := strconv.Atoi(r.URL.Query().Get("code"))
	text, known := explanations[code]
	if err != nil || !known {
		http.NotFound(w, r)
		return
	}
	st := s.newStamp(r)
	s.page(w, r, http.StatusOK, "error", errorView{Code: code, Text: text, Trace: st.Trace, Correlation: st.Correlation,
		Time: st.Time.Format(stampLayout)})
}
