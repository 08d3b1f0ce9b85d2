package graph

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// ServeHTTP is the control of the faults: GET lists the rules, POST adds one (application/json) and answers with it,
// DELETE takes all away, or the one whose id ends the path. A page of another site cannot post: a browser asks first for
// a request in JSON, and gets no consent.
func (f *Faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := ""
	if _, rest, ok := strings.Cut(r.URL.Path, "/faults/"); ok {
		id = rest
	}
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v) // the client may have gone
	}
	refuse := func(status int, err error) { answer(status, map[string]string{"error": err.Error()}) }
	switch {
	case r.Method == http.MethodGet && id == "":
		answer(http.StatusOK, f.List())
	case r.Method == http.MethodPost && id == "":
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
			refuse(http.StatusUnsupportedMediaType, errors.New("send the fault as application/json"))
			return
		}
		var rule FaultRule
		d := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
		d.DisallowUnknownFields()
		if err := d.Decode(&rule); err != nil {
			refuse(http.StatusBadRequest, err)
			return
		}
		made, err := f.Add(rule)
		if err != nil {
			refuse(http.StatusBadRequest, err)
			return
		}
		rule.ID, rule.Fired = made, 0
		answer(http.StatusCreated, rule)
	case r.Method == http.MethodDelete && id == "":
		f.Clear()
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodDelete:
		if !f.Remove(id) {
			refuse(http.StatusNotFound, errors.New("there is no such fault"))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		refuse(http.StatusMethodNotAllowed, errors.New("GET, POST and DELETE only"))
	}
}
