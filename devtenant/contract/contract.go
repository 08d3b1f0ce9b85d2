package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// Contract is a description that was read. It is safe for concurrent use.
type Contract struct {
	doc    *openapi3.T
	bySize map[int][]*template // by the number of slashes
	paths  map[string]*template
}

// template is one path of the description, such as /me/messages/{message-id}.
type template struct {
	path     string
	literal  int              // how many of its parts are literal
	parts    []*regexp.Regexp // nil where any text fits
	item     *openapi3.PathItem
	segments []string
}

var parameter = regexp.MustCompile(`\\\{[^}]*\\\}`)

// File is where the description lies, "" when it is nowhere: GRAPH_OPENAPI, or beside the checkout, looked for from the
// working directory upwards.
func File() string {
	if path := os.Getenv("GRAPH_OPENAPI"); path != "" {
		return path
	}
	for _, up := range []string{"..", "../..", "../../..", "../../../.."} {
		path := filepath.Join(filepath.FromSlash(up), "shared", "data", "graph-subset.strict.openapi.json")
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

var loaded = sync.OnceValues(func() (*Contract, error) {
	path := File()
	if path == "" {
		return nil, nil
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the description of Graph: %w", err)
	}
	c := &Contract{doc: doc, bySize: map[int][]*template{}, paths: map[string]*template{}}
	for path, item := range doc.Paths.Map() {
		t := &template{path: path, item: item, segments: strings.Split(path, "/")}
		for _, part := range t.segments {
			quoted := regexp.QuoteMeta(part)
			switch {
			case !strings.Contains(part, "{"):
				t.literal++
				t.parts = append(t.parts, regexp.MustCompile("^"+quoted+"$"))
			case strings.HasPrefix(part, "{") && strings.Count(part, "{") == 1 && strings.HasSuffix(part, "}"):
				t.parts = append(t.parts, nil)
			default: // a function with arguments
				t.parts = append(t.parts, regexp.MustCompile("^"+parameter.ReplaceAllString(quoted, ".*")+"$"))
			}
		}
		n := len(t.segments)
		c.bySize[n] = append(c.bySize[n], t)
		c.paths[path] = t
	}
	return c, nil
})

// Load reads the description, once for each process. Without the file it gives nil and no error: a nil Contract finds no
// mistakes.
func Load() (*Contract, error) { return loaded() }

// Operations lists the description's paths, each with its methods in upper case.
func (c *Contract) Operations() map[string][]string {
	out := map[string][]string{}
	if c != nil {
		for path, t := range c.paths {
			for method := range t.item.Operations() {
				out[path] = append(out[path], method)
			}
		}
	}
	return out
}

// Operation names what a request is in the description, such as "GET /me/messages/{message-id}"; "" when it is nothing
// there. path is that after v1.0.
func (c *Contract) Operation(method, path string) string {
	if t := c.find(method, path); t != nil {
		return method + " " + t.path
	}
	return ""
}

// find gives the most literal path of the description that has the request.
func (c *Contract) find(method, path string) *template {
	have := strings.Split(path, "/")
	for i, part := range have { // "delta()" and "microsoft.graph.delta()" are "delta"
		have[i] = strings.TrimSuffix(part, "()")
		if name, ok := strings.CutPrefix(have[i], "microsoft.graph."); ok && !strings.HasPrefix(name, "eventMessage") {
			have[i] = name
		}
	}
	var best *template
	for _, t := range c.bySize[len(have)] {
		if best != nil && t.literal <= best.literal || t.item.GetOperation(method) == nil {
			continue
		}
		fits := true
		for i, part := range t.parts {
			if part != nil && !part.MatchString(have[i]) || have[i] == "" && t.segments[i] != "" {
				fits = false
				break
			}
		}
		if fits {
			best = t
		}
	}
	return best
}

// wrongOnPurpose are the statuses of requests that may have been wrong because a test wanted them so: of those the
// answer alone is compared.
var wrongOnPurpose = map[int]bool{http.StatusBadRequest: true, http.StatusMethodNotAllowed: true, http.StatusUnsupportedMediaType: true, http.StatusRequestEntityTooLarge: true}

// Mistakes compares a request and its answer with the description and says where they differ from it. Its path is that
// after /graph/v1.0 or /v1.0; anything else is not Graph's and has no mistakes.
func (c *Contract) Mistakes(r *http.Request, body []byte, status int, header http.Header, answer []byte) []string {
	if c == nil {
		return nil
	}
	path, ok := strings.CutPrefix(strings.TrimPrefix(r.URL.Path, "/graph"), "/v1.0")
	if !ok {
		return nil
	}
	t := c.find(r.Method, path)
	if t == nil {
		if status >= 400 || pathDeviates(path) {
			return nil
		}
		return []string{fmt.Sprintf("%s %s is answered %d, but not described", r.Method, path, status)}
	}
	op := t.item.GetOperation(r.Method)
	what := r.Method + " " + t.path
	var out []string
	if !wrongOnPurpose[status] {
		out = c.request(what, op, t.item, r, body)
	}
	if !strings.Contains(header.Get("Content-Type"), "json") || len(answer) == 0 {
		return out
	}
	response := op.Responses.Value("2XX")
	if response == nil {
		response = op.Responses.Status(status)
	}
	if status >= 400 {
		response = op.Responses.Default()
	}
	if response == nil {
		return append(out, fmt.Sprintf("%s: status %d is not described", what, status))
	}
	media := response.Value.Content.Get("application/json")
	if media == nil {
		return append(out, fmt.Sprintf("%s: an answer without a body has one: %.300s", what, answer))
	}
	return append(out, visit("answer of "+what, media, answer)...)
}

func (c *Contract) request(what string, op *openapi3.Operation, item *openapi3.PathItem, r *http.Request, body []byte) []string {
	var out []string
	named := map[string]bool{}
	for _, list := range []openapi3.Parameters{item.Parameters, op.Parameters} {
		for _, p := range list {
			named[strings.ToLower(p.Value.Name)] = true
		}
	}
	for name := range r.URL.Query() {
		if !named[strings.ToLower(name)] && queryDeviations[name] == "" {
			out = append(out, fmt.Sprintf("request of %s: the query option %q is not described", what, name))
		}
	}
	if len(bytes.TrimSpace(body)) == 0 || !strings.Contains(r.Header.Get("Content-Type"), "json") {
		return out
	}
	if op.RequestBody == nil {
		return append(out, fmt.Sprintf("request of %s takes no body", what))
	}
	if media := op.RequestBody.Value.Content.Get("application/json"); media != nil {
		out = append(out, visit("request of "+what, media, body)...)
	}
	return out
}

// visit compares JSON with a schema.
func visit(what string, media *openapi3.MediaType, raw []byte) []string {
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return []string{fmt.Sprintf("%s is not JSON: %v", what, err)}
	}
	if err := media.Schema.Value.VisitJSON(stripped(value), openapi3.MultiErrors()); err != nil {
		return []string{fmt.Sprintf("%s: %.900s\n%.900s", what, err.Error(), raw)}
	}
	return nil
}
