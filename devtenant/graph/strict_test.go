package graph

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Deviations from Microsoft's description: what the service does and the description does not say.
var (
	// undescribed are properties that are taken out before an answer or request is compared.
	undescribed = map[string]string{
		"occurrenceId":         "returned by the service for every occurrence, missing in the description (facts, head)",
		"meetingMessageType":   "of eventMessage, a type that inherits from message and that the cut description leaves out",
		"meetingRequestType":   "of eventMessageRequest, likewise",
		"responseType":         "of eventMessageResponse, likewise",
		"isOutOfDate":          "of eventMessage, likewise",
		"isDelegated":          "of eventMessage, likewise",
		"startDateTime":        "of eventMessage, likewise",
		"endDateTime":          "of eventMessage, likewise",
		"cancelledOccurrences": "returned by the service when it is selected, missing in this version's description",
	}
	// ofMeetings are properties that other types have, too: they are taken out of eventMessages only.
	ofMeetings = []string{"type", "isAllDay", "location", "recurrence", "allowNewTimeProposals", "responseRequested", "proposedNewTime", "startDateTime", "endDateTime"}
	// unknownPaths are requests that the description has no path for.
	unknownPaths = map[string]string{
		"microsoft.graph.": "casts and bound functions in full are legal OData; the description writes the short form",
		"/event":           "the navigation from an eventMessage, a type that the description leaves out",
		"/photos/":         "described for /me, with another name for the part",
		"/graph/uploads/":  "an upload URL is on another host and not part of Graph",
		"/sendMail":        "MIME and the answer without a body",
		"/mailFolders/":    "folders nested deeper than the description, and messageRules with all their parts",
		"(":                "functions with arguments in the path",
	}
)

var description = sync.OnceValue(func() *openapi3.T {
	path := os.Getenv("GRAPH_OPENAPI")
	for _, p := range []string{path, "../../../shared/data/graph-subset.strict.openapi.json", "../../../../shared/data/graph-subset.strict.openapi.json"} {
		if p == "" {
			continue
		}
		if _, err := os.Stat(filepath.FromSlash(p)); err != nil {
			continue
		}
		doc, err := openapi3.NewLoader().LoadFromFile(p)
		if err == nil {
			return doc
		}
	}
	return nil
})

// templates are the description's paths by their number of segments.
var templates = sync.OnceValue(func() map[int][]string {
	out := map[int][]string{}
	for path := range description().Paths.Map() {
		n := strings.Count(path, "/")
		out[n] = append(out[n], path)
	}
	return out
})

// templateOf finds the path of the description that a request has, the most literal one; "" without.
func templateOf(method, path string) string {
	have := strings.Split(path, "/")
	best, literal := "", -1
	for _, t := range templates()[len(have)-1] {
		n, ok := 0, description().Paths.Value(t).GetOperation(method) != nil
		for i, part := range strings.Split(t, "/") {
			switch {
			case part == have[i]:
				n++
			case !strings.HasPrefix(part, "{"):
				ok = false
			}
		}
		if ok && n > literal {
			best, literal = t, n
		}
	}
	return best
}

// strict compares an exchange with the description, both directions. A request that was refused may have been wrong on
// purpose: only the refusal is compared then.
func strict(t testing.TB, r *http.Request, body string, status int, contentType string, raw []byte) {
	t.Helper()
	doc := description()
	if doc == nil {
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/graph/v1.0")
	template := templateOf(r.Method, path)
	if template == "" {
		if status < 400 && path != "/$batch" {
			for part := range unknownPaths {
				if strings.Contains(r.URL.Path, part) {
					return
				}
			}
			t.Errorf("%s %s is answered %d, but not described", r.Method, path, status)
		}
		return
	}
	op := doc.Paths.Value(template).GetOperation(r.Method)
	if body != "" && status < 400 && op.RequestBody != nil && strings.Contains(r.Header.Get("Content-Type"), "json") {
		if media := op.RequestBody.Value.Content.Get("application/json"); media != nil {
			visit(t, "request of "+r.Method+" "+template, media, []byte(body))
		}
	}
	if !strings.Contains(contentType, "json") || len(raw) == 0 {
		return
	}
	response := op.Responses.Value("2XX")
	if response == nil {
		response = op.Responses.Status(status)
	}
	if status >= 400 {
		response = op.Responses.Default()
	}
	if response == nil {
		t.Errorf("%s %s: status %d is not described", r.Method, template, status)
		return
	}
	if media := response.Value.Content.Get("application/json"); media != nil {
		visit(t, "answer of "+r.Method+" "+template, media, raw)
	}
}

func visit(t testing.TB, what string, media *openapi3.MediaType, raw []byte) {
	t.Helper()
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		t.Errorf("%s is not JSON: %v", what, err)
		return
	}
	if err := media.Schema.Value.VisitJSON(stripped(value), openapi3.MultiErrors()); err != nil {
		text := err.Error()
		t.Errorf("%s: %s\n%s", what, text[:min(len(text), 700)], raw[:min(len(raw), 700)])
	}
}

// stripped is the value without the known deviations.
func stripped(v any) any {
	switch v := v.(type) {
	case map[string]any:
		kind, _ := v["@odata.type"].(string)
		meeting := strings.HasPrefix(kind, "#microsoft.graph.eventMessage")
		for name, inner := range v {
			if undescribed[name] != "" && (meeting || !strings.HasSuffix(name, "DateTime")) {
				delete(v, name)
				continue
			}
			v[name] = stripped(inner)
		}
		if meeting {
			for _, name := range ofMeetings {
				delete(v, name)
			}
		}
	case []any:
		for i := range v {
			v[i] = stripped(v[i])
		}
	}
	return v
}

// noted counts the mistakes that a comparison finds.
type noted struct {
	testing.TB
	mistakes int
}

func (n *noted) Helper()               {}
func (n *noted) Errorf(string, ...any) { n.mistakes++ }

func TestStrictSeesMistakes(t *testing.T) {
	if description() == nil {
		t.Skip("no OpenAPI description; set GRAPH_OPENAPI")
	}
	const plain = "application/json"
	for _, c := range []struct {
		method, path, body, answer string
		mistakes                   int
	}{
		{"GET", "/me/messages/abc", "", `{"id":"abc","isRead":true}`, 0},
		{"GET", "/me/messages/abc", "", `{"id":"abc","isUnread":true}`, 1},
		{"GET", "/me/messages/abc", "", `{"id":"abc","importance":"urgent"}`, 1},
		{"POST", "/me/messages", `{"subjekt":"x"}`, `{"id":"abc"}`, 1},
		{"GET", "/me/nonsense", "", `{}`, 1},
		{"GET", "/me/messages/abc", "", `{"@odata.type":"#microsoft.graph.eventMessageRequest","meetingMessageType":"meetingRequest"}`, 0},
		{"GET", "/me/messages/abc", "", `not JSON`, 1},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "http://x/graph/v1.0"+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", plain)
		n := &noted{TB: t}
		strict(n, r, c.body, 200, plain, []byte(c.answer))
		if n.mistakes != c.mistakes {
			t.Errorf("%s %s %s: %d mistakes, want %d", c.method, c.path, c.answer, n.mistakes, c.mistakes)
		}
	}
}
