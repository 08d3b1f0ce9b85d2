package entra

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// failure is an error as the service words it: an OAuth error (RFC 6749, 4.1.2.1 and 5.2) and an AADSTS number.
type failure struct {
	OAuth  string // error
	Code   int    // AADSTS number
	Text   string // without the "AADSTSn: " before it
	Sub    string // suberror of the token endpoint, or error_subcode of a redirect
	Claims string // what the program must hand on to the authorize endpoint, JSON
	Status int    // HTTP status at the token endpoint; 0 means 400
}

func (f *failure) Error() string { return fmt.Sprintf("AADSTS%d: %s", f.Code, f.Text) }

// stamp is what ties an answer to one request: shown on pages and in error bodies.
type stamp struct {
	Trace, Correlation string
	Time               time.Time
}

var guidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// newStamp takes the caller's client-request-id when it is a GUID, as the real service does.
func (s *Server) newStamp(r *http.Request) stamp {
	st := stamp{Trace: newGUID(), Time: s.now().UTC()}
	for _, id := range []string{r.Header.Get("Client-Request-Id"), r.URL.Query().Get("client-request-id")} {
		if guidPattern.MatchString(id) {
			st.Correlation = id
			return st
		}
	}
	st.Correlation = newGUID()
	return st
}

const stampLayout = "2006-01-02 15:04:05Z"

func (st stamp) description(f *failure) string {
	return fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", f.Error(), st.Trace, st.Correlation,
		st.Time.Format(stampLayout))
}

func errorURI(r *http.Request, code int) string {
	return loginURL(r) + "/error?code=" + strconv.Itoa(code)
}

// tokenError is the body of a refusal at the token endpoint.
type tokenError struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	ErrorURI      string `json:"error_uri"`
	Suberror      string `json:"suberror,omitempty"`
	Claims        string `json:"claims,omitempty"`
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, f *failure) {
	st := s.newStamp(r)
	status := f.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	writeJSON(w, status, tokenError{
		Error: f.OAuth, Description: st.description(f), Codes: []int{f.Code}, Timestamp: st.Time.Format(stampLayout),
		TraceID: st.Trace, CorrelationID: st.Correlation, ErrorURI: errorURI(r, f.Code), Suberror: f.Sub, Claims: f.Claims,
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // only our own plain structs come here
		http.Error(w, "cannot encode the answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the reader may have gone
}

func missing(name string) *failure {
	return &failure{OAuth: "invalid_request", Code: 900144,
		Text: fmt.Sprintf("The request body must contain the following parameter: '%s'.", name)}
}
