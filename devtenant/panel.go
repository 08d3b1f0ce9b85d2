package devtenant

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
	"supercrm/devtenant/graph"
)

//go:embed panel
var panelFiles embed.FS

// panelScript appends the requests that come to the list of them: the only thing that needs a script.
var panelScript = func() string {
	b, err := panelFiles.ReadFile("panel/live.js")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(b)
}()

var panelPages = func() map[string]*template.Template {
	out := map[string]*template.Template{}
	for _, page := range []string{"overview", "person", "mail", "requests", "faults", "apps"} {
		out[page] = template.Must(template.New("layout.html").Funcs(template.FuncMap{"size": sizeText, "num": numText, "live": func() template.JS { return template.JS(panelScript) }, "pass": func(kv ...any) map[string]any {
			m := map[string]any{}
			for i := 0; i+1 < len(kv); i += 2 {
				m[kv[i].(string)] = kv[i+1]
			}
			return m
		}}).ParseFS(panelFiles, "panel/layout.html", "panel/parts.html", "panel/"+page+".html"))
	}
	return out
}()

// panelPolicy lets the page do nothing but post its forms, run its own script and hear of new requests.
var panelPolicy = func() string {
	sum := sha256.Sum256([]byte(panelScript))
	return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}()

// panelView is what every page of the control panel shows.
type panelView struct {
	Page, Title, Error         string
	Here                       string // the page's own address, for the way back from a form
	Query                      string // what is searched for
	Login, Graph, ClientID, CA string
	StateFile                  bool
	Seed                       string
	Tenants                    []panelTenant
	Apps                       []entra.AppState
	Policies                   []directory.ConsentPolicy
	Roles                      []directory.Role
	OneTimeCode                string
	Devices, Sessions          int
	People, Mailboxes          int

	Faults   []panelFault
	Kinds    []string
	Four     bool
	Requests []LoggedRequest // newest first
	Last     uint64          // serial of the newest
	Status   string          // the filter's
	Person   *panelPerson
	Mail     *mailView
}

type panelTenant struct {
	entra.TenantState
	People   []panelPerson
	Programs []panelProgram
	Requests []panelRequest
	Shared   []mailboxState // mailboxes that are nobody's own
}

type panelPerson struct {
	entra.UserState
	Password, JobTitle, Tenant string
	Box                        *mailboxState // nil for a guest
}

// Full is how much of the quota is used, in percent; 0 without one.
func (p panelPerson) Full() int {
	if p.Box == nil || p.Box.Receive <= 0 {
		return 0
	}
	return int(min(100, p.Box.Bytes*100/p.Box.Receive))
}

// panelProgram is a program in a tenant, with what was approved.
type panelProgram struct {
	entra.PrincipalState
	Name   string
	Grants []entra.ConsentState
}

type panelRequest struct {
	entra.RequestState
	Name string
}

type panelFault struct {
	graph.FaultRule
	Spent bool
}

// What says what the rule does.
func (f panelFault) What() string {
	if len(f.Script) > 0 {
		return strings.Join(f.Script, " → ")
	}
	return f.Kind
}

func (s *Server) panelView(r *http.Request) panelView {
	base := "http://" + r.Host
	if r.TLS != nil {
		base = "https://" + r.Host
	}
	q := r.URL.Query()
	st := s.entra.State()
	v := panelView{Login: base, Graph: base + "/graph/v1.0", ClientID: s.ClientID, CA: s.CAFile, Apps: st.Apps, Error: q.Get("error"), Query: strings.TrimSpace(q.Get("q")),
		Status:      q.Get("status"),
		Policies:    []directory.ConsentPolicy{directory.ConsentAll, directory.ConsentManaged, directory.ConsentLow, directory.ConsentNone},
		Roles:       []directory.Role{directory.RoleUser, directory.RoleAdmin, directory.RoleApplication, directory.RoleCloudApplication, directory.RolePrivileged},
		OneTimeCode: entra.OneTimeCode, Devices: st.Devices, Sessions: st.Sessions, StateFile: s.keeper != nil, Seed: s.seed.Name,
		Four: s.graph.FourAtOnce(), Kinds: graph.FaultKinds}
	q.Del("error")
	v.Here = (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
	name := func(clientID string) string {
		i := slices.IndexFunc(st.Apps, func(a entra.AppState) bool { return strings.EqualFold(a.ClientID, clientID) })
		if i < 0 {
			return clientID
		}
		return st.Apps[i].Name
	}
	for _, t := range st.Tenants {
		pt := panelTenant{TenantState: t}
		for _, u := range t.Users {
			v.People++
			pt.People = append(pt.People, s.panelPerson(t, u))
		}
		for _, p := range st.Principals {
			if p.TenantID != t.ID {
				continue
			}
			program := panelProgram{PrincipalState: p, Name: name(p.ClientID)}
			for _, c := range st.Consents {
				if c.TenantID == t.ID && c.ClientID == p.ClientID {
					program.Grants = append(program.Grants, c)
				}
			}
			pt.Programs = append(pt.Programs, program)
		}
		for _, q := range st.Requests {
			if q.TenantID == t.ID && q.Decision == "" {
				pt.Requests = append(pt.Requests, panelRequest{q, name(q.ClientID)})
			}
		}
		v.Tenants = append(v.Tenants, pt)
	}
	for _, m := range s.Mailboxes.All() {
		v.Mailboxes++
		if _, _, ok := s.dir.User(m.Owner().UPN); !ok && len(v.Tenants) > 0 {
			v.Tenants[0].Shared = append(v.Tenants[0].Shared, stateOf(m))
		}
	}
	for _, f := range s.graph.Faults().List() {
		v.Faults = append(v.Faults, panelFault{f, f.Spent()})
	}
	return v
}

func (s *Server) panelPerson(t entra.TenantState, u entra.UserState) panelPerson {
	_, own, _ := s.dir.UserByID(t.ID, u.ObjectID)
	p := panelPerson{UserState: u, Password: own.Password, JobTitle: own.JobTitle, Tenant: t.ID}
	if m, ok := s.Mailboxes.Mailbox(u.ObjectID); ok {
		box := stateOf(m)
		p.Box = &box
	}
	return p
}

// matching leaves the people that the words are found in.
func matching(people []panelPerson, words string) []panelPerson {
	return slices.DeleteFunc(slices.Clone(people), func(p panelPerson) bool {
		all := strings.ToLower(p.Name + " " + p.UPN + " " + p.JobTitle + " " + p.Role)
		for _, w := range strings.Fields(strings.ToLower(words)) {
			if !strings.Contains(all, w) {
				return true
			}
		}
		return false
	})
}

// recent puts the newest requests that match into the view, newest first.
func (s *Server) recent(v *panelView, f requestFilter, n int) {
	all, _ := s.requests.after(0)
	if len(all) > 0 {
		v.Last = all[len(all)-1].Serial
	}
	for _, r := range slices.Backward(all) {
		if len(v.Requests) < n && f.match(r) {
			v.Requests = append(v.Requests, r)
		}
	}
}

// panel is the control panel: GET / and /panel/…. Its forms post to the switches, which refuse posts from pages of other
// sites.
func (s *Server) panel(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This page is only for reading.", http.StatusMethodNotAllowed)
		return
	}
	v := s.panelView(r)
	v.Page = strings.TrimPrefix(r.URL.Path, "/panel/")
	found := true
	switch v.Page {
	case "/":
		v.Page, v.Title = "overview", "People and mailboxes"
		for i, t := range v.Tenants {
			v.Tenants[i].People = matching(t.People, v.Query)
		}
		s.recent(&v, requestFilter{}, 12)
	case "person":
		v.Title, found = "Person", s.showPerson(&v, r.URL.Query().Get("upn"))
	case "mail":
		v.Title, found = "Mailbox", s.showMail(&v, r.URL.Query())
	case "requests":
		v.Title = "Requests"
		s.recent(&v, filterOf(r.URL.Query()), 200)
	case "faults":
		v.Title = "Faults"
	case "apps":
		v.Title = "Apps and addresses"
	default:
		found = false
	}
	if !found {
		http.Error(w, "There is no such page, person or item.", http.StatusNotFound)
		return
	}
	var body bytes.Buffer
	if err := panelPages[v.Page].Execute(&body, v); err != nil {
		s.log.Error("cannot render the control panel", "error", err)
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", panelPolicy)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body.Bytes()) // the browser may have gone
	}
}

func (s *Server) showPerson(v *panelView, upn string) bool {
	for _, t := range v.Tenants {
		for _, p := range t.People {
			if strings.EqualFold(p.UPN, upn) {
				v.Person, v.Title = &p, p.Name
				return true
			}
		}
	}
	return false
}

// sizeText writes bytes for people: 1024 is a KB, as in Exchange's figures.
func sizeText(n int64) string {
	switch {
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return fmt.Sprintf("%.0f KB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GB", float64(n)/(1<<30))
}

// numText writes a number with commas between the thousands.
func numText(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// StatusNames are the choices of the requests' filter, by the status' first digits.
func (v panelView) StatusNames() map[string]string {
	return map[string]string{"2": "2xx done", "3": "3xx redirected", "4": "4xx refused", "429": "429 throttled", "5": "5xx failed", "0": "cut off"}
}

// LiveQuery is the filter as the list's script hands it on.
func (v panelView) LiveQuery() string {
	return "&" + url.Values{"q": {v.Query}, "status": {v.Status}}.Encode()
}

// KindNames tells what each fault does.
func (v panelView) KindNames() []struct{ Kind, Text string } {
	var out []struct{ Kind, Text string }
	for _, kind := range graph.FaultKinds {
		out = append(out, struct{ Kind, Text string }{kind, graph.FaultText(kind)})
	}
	return out
}
