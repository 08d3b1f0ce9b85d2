package devtenant

import (
	"bytes"
	_ "embed" // the page
	"html/template"
	"net/http"
	"slices"
	"strings"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
)

//go:embed panel.html
var panelHTML string

var panelPage = template.Must(template.New("panel").Parse(panelHTML))

// panelView is what the control panel shows.
type panelView struct {
	Login, Graph, ClientID, CA string
	Tenants                    []panelTenant
	Apps                       []entra.AppState
	Policies                   []directory.ConsentPolicy
	Roles                      []directory.Role
	OneTimeCode                string
	Devices, Sessions          int
}

type panelTenant struct {
	entra.TenantState
	People   []panelPerson
	Programs []panelProgram
	Requests []panelRequest
}

type panelPerson struct {
	entra.UserState
	Password, JobTitle string
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

func (s *Server) panelView(base string) panelView {
	st := s.entra.State()
	v := panelView{Login: base, Graph: base + "/graph/v1.0", ClientID: s.ClientID, CA: s.CAFile, Apps: st.Apps,
		Policies:    []directory.ConsentPolicy{directory.ConsentAll, directory.ConsentManaged, directory.ConsentLow, directory.ConsentNone},
		Roles:       []directory.Role{directory.RoleUser, directory.RoleAdmin, directory.RoleApplication, directory.RoleCloudApplication, directory.RolePrivileged},
		OneTimeCode: entra.OneTimeCode, Devices: st.Devices, Sessions: st.Sessions}
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
			_, own, _ := s.dir.UserByID(t.ID, u.ObjectID)
			pt.People = append(pt.People, panelPerson{u, own.Password, own.JobTitle})
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
	return v
}

// panel is the control panel: GET /. Its forms post to the sign-in service's switches, which refuse posts from pages of
// other sites.
func (s *Server) panel(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This page is only for reading.", http.StatusMethodNotAllowed)
		return
	}
	base := "http://" + r.Host
	if r.TLS != nil {
		base = "https://" + r.Host
	}
	var body bytes.Buffer
	if err := panelPage.Execute(&body, s.panelView(base)); err != nil {
		s.log.Error("cannot render the control panel", "error", err)
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	if r.Method == http.MethodGet {
		_, _ = w.Write(body.Bytes()) // the browser may have gone
	}
}
