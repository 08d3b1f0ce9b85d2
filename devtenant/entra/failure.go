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

// tokenError is the body of a refusal at the token endpoint. claims is left out: no policy here asks for it.
type tokenError struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	ErrorURI      string `json:"error_uri"`
	Suberror      string `json:"suberror,omitempty"`
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, f *failure) {
	st := s.newStamp(r)
	status := f.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	writeJSON(w, status, tokenError{
		Error: f.OAuth, Description: st.description(f), Codes: []int{f.Code}, Timestamp: st.Time.Format(stampLayout),
		TraceID: st.Trace, CorrelationID: st.Correlation, ErrorURI: errorURI(r, f.Code), Suberror: f.Sub,
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

// explanations are the sentences that GET /error?code= shows, in our own words.
var explanations = map[int]string{
	50011:   "The redirect address that the app sent is not one registered for it. Only the app's maker can change that.",
	50020:   "The account belongs to another organization than the one asked for.",
	50034:   "No account has this name in the organization.",
	50058:   "The app asked for a sign-in without any page, but nobody is signed in in this browser.",
	50059:   "The request does not say which organization it is for.",
	50089:   "The sign-in took too long or was already finished. Start again from the app.",
	50126:   "The user name or the password is wrong.",
	50147:   "The app sent no usable code challenge (PKCE).",
	50173:   "The sign-in was revoked. Sign in again.",
	500011:  "The app asked for a resource that does not exist here.",
	501481:  "The code verifier does not belong to the code challenge.",
	501491:  "The code challenge has the wrong size.",
	54005:   "The authorization code was used before. A code works once.",
	65001:   "Neither the user nor an administrator has approved what the app asks for.",
	65004:   "The person pressed Cancel on the permissions page.",
	650053:  "The app asked for a permission that does not exist.",
	70000:   "The token or code is not valid.",
	70002:   "The credentials in the request could not be used.",
	70003:   "The app used a grant type that is not supported.",
	70005:   "The app asked for a response type that is not supported.",
	70008:   "The authorization code has expired.",
	70011:   "The app asked for scopes that do not go together.",
	700005:  "The code was made for another organization than the one it was redeemed at.",
	700016:  "No app with this client id is known to the organization.",
	700025:  "The app is a public client and must not send a secret.",
	700082:  "The refresh token was not used for 90 days.",
	90002:   "The organization named in the address does not exist.",
	90014:   "A required value is missing.",
	90023:   "A value in the request is not supported.",
	90094:   "Only an administrator can approve what the app asks for.",
	900144:  "The request lacks a required parameter.",
	900561:  "This address accepts only POST requests.",
	9000411: "A parameter was sent more than once.",
	9002313: "The request is malformed.",
}

func missing(name string) *failure {
	return &failure{OAuth: "invalid_request", Code: 900144,
		Text: fmt.Sprintf("The request body must contain the following parameter: '%s'.", name)}
}
