package entra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// switches are what can be turned from outside, POST /control/NAME. Each takes its values from the query, a posted form
// or a flat JSON object (a list may be given as JSON list or as words with spaces between). What is not named stays. A
// value made by the switch (an id) is answered as JSON.
var switches = map[string]func(*Server, values) (any, error){
	"add-tenant":   (*Server).addTenant,
	"add-user":     (*Server).addUser,
	"add-app":      (*Server).addApp,
	"policy":       (*Server).setPolicy,
	"user":         (*Server).setUser,
	"app":          (*Server).setApp,
	"principal":    (*Server).setPrincipal,
	"approve":      (*Server).approve,
	"revoke-grant": (*Server).revokeGrant,
	"request":      (*Server).decideRequest,
	"revoke":       (*Server).revokeSessions,
	"cae":          (*Server).raiseEvent,
}

// errNobody is answered 404.
var errNobody = errors.New("no such user")

type controlProblem struct {
	Error string `json:"error"`
}

// turn finds a switch, one of the options' too.
func (s *Server) turn(name string) (func(*Server, values) (any, error), bool) {
	if more := s.more[name]; more != nil {
		return func(_ *Server, v values) (any, error) {
			id, err := more(url.Values(v))
			if id == "" {
				return nil, err
			}
			return madeID{id}, err
		}, true
	}
	turn, ok := switches[name]
	return turn, ok
}

// back is the page of the panel that a form came from, with what went wrong.
func back(page string, err error) string {
	u, parseErr := url.Parse(page)
	if parseErr != nil || !strings.HasPrefix(page, "/") || u.Host != "" || u.Scheme != "" || strings.Contains(page, "\\") {
		u = &url.URL{Path: "/"}
	}
	if err != nil {
		q := u.Query()
		q.Set("error", err.Error())
		u.RawQuery, u.Fragment = q.Encode(), ""
	}
	return u.String()
}

// control turns a switch. A form with the field return is the control panel's: the browser goes back to that page.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	turn, ok := s.turn(r.PathValue("switch"))
	if !ok {
		writeJSON(w, http.StatusNotFound, controlProblem{"no such switch"})
		return
	}
	v, err := readValues(r)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, controlProblem{err.Error()})
		return
	}
	out, err := turn(s, v)
	switch {
	case v.has("return"):
		http.Redirect(w, r, back(v.get("return"), err), http.StatusSeeOther)
	case errors.Is(err, errNobody):
		writeJSON(w, http.StatusNotFound, controlProblem{err.Error()})
	case err != nil:
		writeJSON(w, http.StatusBadRequest, controlProblem{err.Error()})
	case out != nil:
		writeJSON(w, http.StatusOK, out)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// Control turns a switch from the same program: what POST /control/NAME does. id is that of what was made, or empty.
func (s *Server) Control(name string, given map[string]string) (id string, err error) {
	turn, ok := s.turn(name)
	if !ok {
		return "", fmt.Errorf("no switch %q", name)
	}
	v := values{}
	for name, value := range given {
		v[name] = []string{value}
	}
	made, err := turn(s, v)
	if err != nil {
		return "", fmt.Errorf("turn %s: %w", name, err)
	}
	if m, ok := made.(madeID); ok {
		id = m.ID
	}
	return id, nil
}

// values are a switch's.
type values url.Values

func readValues(r *http.Request) (values, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		if err := r.ParseForm(); err != nil {
			return nil, errors.New("the values cannot be read")
		}
		return values(r.Form), nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, errors.New("the values cannot be read")
	}
	return jsonValues(body, r.URL.Query())
}

// jsonValues adds a flat JSON object to v.
func jsonValues(body []byte, v url.Values) (values, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var object map[string]any
	if err := dec.Decode(&object); err != nil {
		return nil, errors.New("the body is not a JSON object")
	}
	for name, value := range object {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		var words []string
		for _, item := range list {
			switch item := item.(type) {
			case string:
				words = append(words, item)
			case bool:
				words = append(words, strconv.FormatBool(item))
			case json.Number:
				words = append(words, item.String())
			default:
				return nil, fmt.Errorf("%s is neither text, number, truth value nor a list of them", clip(name))
			}
		}
		v.Set(name, strings.Join(words, " "))
	}
	return values(v), nil
}

func (v values) has(name string) bool   { return url.Values(v).Has(name) }
func (v values) get(name string) string { return strings.TrimSpace(url.Values(v).Get(name)) }

// list is a value of several words; nil when it is not named.
func (v values) list(name string) []string { return strings.Fields(v.get(name)) }

// text sets to when the value is named.
func (v values) text(name string, to *string) {
	if v.has(name) {
		*to = v.get(name)
	}
}

func (v values) words(name string, to *[]string) {
	if v.has(name) {
		*to = v.list(name)
	}
}

// flags sets each named truth value; the error names one that is neither true nor false.
func (v values) flags(to map[string]*bool) error {
	for name, target := range to {
		if !v.has(name) {
			continue
		}
		on, err := strconv.ParseBool(v.get(name))
		if err != nil {
			return fmt.Errorf("%s must be true or false", name)
		}
		*target = on
	}
	return nil
}
